"""A remittance as a page to read and print: each claim's lines, what became of every cent, and why."""
