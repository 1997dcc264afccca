"""Synthetic files to try, test and measure with. No real person, payer or practice is in them."""
