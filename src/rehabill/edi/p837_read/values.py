"""Single values beyond those of `x12.values`: what an element says, or None when that cannot be understood."""

import datetime as dt
import re
from functools import lru_cache

from rehabill.x12.values import REMEMBERED, day

_NUMBER = re.compile(r"-?[0-9]{0,8}(?:\.[0-9]*)?").fullmatch
_WHOLE = re.compile(r"([0-9]{1,4})(?:\.0*)?").fullmatch
_DAY_LENGTHS = {"D8": 8, "DT": 12}


def whole(text: str) -> int | None:
    """A count that is a whole number, however written (`2`, `2.0`)."""
    found = _WHOLE(text)
    return int(found[1]) if found else None


def is_number(text: str) -> bool:
    return bool(_NUMBER(text)) and any(map(str.isdigit, text))


@lru_cache(REMEMBERED)
def period(form: str, text: str) -> tuple[dt.date, dt.date | None] | None:
    """A day (D8), a day with its time (DT) or the first and last of several (RD8)."""
    if form == "RD8":
        first, _, last = text.partition("-")
        begun, ended = day(first), day(last)
        if begun is None or ended is None or ended < begun:
            return None
        return begun, ended if ended != begun else None
    found = day(text[:8]) if len(text) == _DAY_LENGTHS.get(form) else None
    return (found, None) if found else None
