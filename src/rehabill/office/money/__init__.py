"""The journal, payments and what they decided, deposits, closed months, what is still owed."""
