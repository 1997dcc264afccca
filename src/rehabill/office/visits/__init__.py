"""Visits as the therapist recorded them."""
