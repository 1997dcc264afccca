"""Everything of a practice back out: one file for each table, in forms that other programs read."""
