"""The rule book: one rule, one file, beside its messages and cases."""
