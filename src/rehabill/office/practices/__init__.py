"""Who bills: practices, their locations, how they reach each payer, what they charge. And whose rows one may see."""
