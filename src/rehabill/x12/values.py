"""Single values as X12 writes them: amounts and days. Files repeat theirs, so a number of answers is remembered."""

import datetime as dt
import re
from functools import lru_cache

REMEMBERED = 20_000

_AMOUNT = re.compile(r"(-?)(\d{0,11})(?:\.(\d{0,2})0*)?", re.ASCII).fullmatch


@lru_cache(REMEMBERED)
def cents(text: str) -> int | None:
    """An amount in cents; None for what is none: exponents, commas, plus signs, parts of a cent.

    >>> cents("120.5"), cents("-.05"), cents("80"), cents("1,5"), cents("1.005")
    (12050, -5, 8000, None, None)
    """
    found = _AMOUNT(text)
    if found is None or not (found[2] or found[3]):
        return None
    value = int(found[2] or 0) * 100 + int((found[3] or "").ljust(2, "0"))
    return -value if found[1] else value


@lru_cache(REMEMBERED)
def day(text: str) -> dt.date | None:
    """CCYYMMDD as a day; None for what is none."""
    if len(text) != 8 or not text.isascii() or not text.isdigit():
        return None
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
