"""What people do with X12 files beyond checking them: compare, cut, join, count, search, turn into JSON, disguise."""
