"""A file looked at whole: its format (`x12.check`), and what it says of claims and money (SNIP levels 1 to 5 and 7).

report = check_file(chunks)              # of any transaction we know; findings in the order of the file
report.all_findings()
"""

from rehabill.edi.check.file import ALL_LEVELS, check_file

__all__ = ["ALL_LEVELS", "check_file"]
