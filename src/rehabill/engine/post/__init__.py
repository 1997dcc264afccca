"""Remittances into the books: which line is meant, what each adjustment does, what was expected, what is left to do."""
