"""Segments from elements: the format's own rules, nothing of what they mean.

Separators are fixed: `*` between elements, `:` between components, `^` between repetitions, `~` at the end.
"""

from datetime import date
from functools import lru_cache

from rehabill.base.errors import InputError
from rehabill.base.money import decimal_amount

TERMINATOR = "~"
_FORBIDDEN = frozenset("*:~^`")


def segment(*elements: str) -> str:
    """One segment with its terminator; empty elements at the end are left out.

    >>> segment("REF", "G1", "A1", "", "")
    'REF*G1*A1~'
    """
    return "*".join(elements).rstrip("*") + TERMINATOR


def count_segments(text: str) -> int:
    """How many segments whole text holds: cleaned data never holds the terminator."""
    return text.count(TERMINATOR)


@lru_cache(maxsize=65_536)
def d8(day: date) -> str:
    """A date as CCYYMMDD."""
    return day.isoformat().replace("-", "")


@lru_cache(maxsize=65_536)
def amount(cents: int) -> str:
    """Cents as an X12 decimal: `12050` is `120.5`."""
    return decimal_amount(cents)


def fitting(value: str, low: int, high: int, path: str, what: str) -> str:
    """`value` when it has `low` to `high` characters, all of them fit to be sent; else an `InputError` at `path`.

    For identifiers: nothing is cut or altered, because the answer must find its way back by them.
    """
    message = misfit(value, low, high, what)
    if message:
        raise InputError(path, message)
    return value


def misfit(value: str, low: int, high: int, what: str) -> str:
    """Why `value` cannot be sent as it is; empty when it can."""
    if low <= len(value) <= high and value.isalnum() and value.isascii():
        return ""
    if not value:
        return f"{what} is missing"
    if not value.isascii() or not value.isprintable() or not _FORBIDDEN.isdisjoint(value) or value != value.strip():
        return f"{what} ('{value}') holds a character that cannot be sent (* : ~ ^, an accent, a blank at an end)"
    if len(value) > high:
        return f"{what} ('{value}') has {len(value)} characters; at most {high} can be sent"
    if len(value) < low:
        return f"{what} ('{value}') must have at least {low} characters"
    return ""
