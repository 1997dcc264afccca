"""What the database itself refuses, whoever asks: changes of what is written, entries that do not balance, postings in
closed months, and, on PostgreSQL, rows of another practice.
"""
