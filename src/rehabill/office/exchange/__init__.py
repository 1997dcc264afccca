"""Files that came in and went out, what was sent in them and what was answered."""
