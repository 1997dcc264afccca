"""Is a file what X12 and the implementation guide say it must be? SNIP levels 1, 2 and 4, as findings with a place."""
