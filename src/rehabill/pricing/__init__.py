"""What a claim should pay: the fee schedule formula, MPPR, and who pays which part."""
