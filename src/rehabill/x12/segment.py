"""Segments from elements: the format's own rules, nothing of what they mean.

Separators are fixed: `*` between elements, `:` between components, `^` between repetitions, `~` at the end.
"""

import re
from datetime import date

from rehabill.base.errors import InputError
from rehabill.base.money import decimal_amount
from rehabill.x12.values import Memory

TERMINATOR = "~"
is_sendable = re.compile(r"(?! )[ -)+-9;-\]_a-}]+(?<! )").fullmatch
"""Printable ASCII without the separators and the grave accent, no blank at an end."""


def segment(*elements: str) -> str:
    """One segment with its terminator; empty elements at the end are left out.

    >>> segment("REF", "G1", "A1", "", "")
    'REF*G1*A1~'
    """
    return "*".join(elements).rstrip("*") + TERMINATOR


def count_segments(text: str) -> int:
    """How many segments whole text holds: cleaned data never holds the terminator."""
    return text.count(TERMINATOR)


def _d8(day: date) -> str:
    return day.isoformat().replace("-", "")


d8 = Memory(_d8).__getitem__
"""A date as CCYYMMDD."""
amount = Memory(decimal_amount).__getitem__
"""Cents as an X12 decimal: `12050` is `120.5`."""


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
    if low <= len(value) <= high and is_sendable(value):
        return ""
    if not value:
        return f"{what} is missing"
    if not is_sendable(value):
        return f"{what} ('{value}') holds a character that cannot be sent (* : ~ ^, an accent, a blank at an end)"
    if len(value) > high:
        return f"{what} ('{value}') has {len(value)} characters; at most {high} can be sent"
    return f"{what} ('{value}') must have at least {low} characters" if len(value) < low else ""
