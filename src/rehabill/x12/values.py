"""Single values as X12 writes them: amounts, days, quantities, codes.

Files say the same few over and over: a `Memory` understands each text once and holds a bounded number of them. `cents`,
`day` and `quantity` answer None for what they cannot read; `read_cents` and its like raise, for readers that go another
way then and have memories of their own.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeVar

REMEMBERED = 40_000
"""Texts that a memory holds before it begins anew."""
LONGEST_REMEMBERED = 400
_LONGEST_WHOLE = 11
"""Digits of an amount before the point."""

Key = TypeVar("Key")
Value = TypeVar("Value")

_AMOUNT = re.compile(r"(-?)(\d{0,11})(?:\.(\d{0,2})0*)?", re.ASCII).fullmatch
_SHIFT = (100, 10, 1)
_NUMBER = re.compile(r"-?(?:\d{1,15}|\d{0,15}\.\d{1,9}|\d{1,15}\.)", re.ASCII).fullmatch


class Memory(dict[Key, Value]):
    """What things mean, worked out by `meaning` when first asked for."""

    def __init__(self, meaning: Callable[[Key], Value]) -> None:
        super().__init__()
        self._meaning = meaning

    def __missing__(self, key: Key) -> Value:
        value = self._meaning(key)
        if not isinstance(key, str) or len(key) <= LONGEST_REMEMBERED:
            if len(self) >= REMEMBERED:
                self.clear()
            self[key] = value
        return value


def read_cents(text: str) -> int:
    """An amount in cents. Exponents, commas, plus signs and parts of a cent make none: ValueError.

    >>> read_cents("120.5"), read_cents("-.05"), read_cents("80"), read_cents("1.500")
    (12050, -5, 8000, 150)
    """
    whole, _, part = text.partition(".")
    digits = whole + part
    if digits.isdigit() and digits.isascii() and len(part) <= 2 and len(whole) <= _LONGEST_WHOLE:
        return int(digits) * _SHIFT[len(part)]
    found = _AMOUNT(text)
    if found is None or not (found[2] or found[3]):
        raise ValueError(text)
    value = int(found[2] or 0) * 100 + int((found[3] or "").ljust(2, "0"))
    return -value if found[1] else value


def read_day(text: str) -> dt.date:
    """`20260305` → 5 March 2026; ValueError for what is no day."""
    if len(text) != 8 or not text.isascii() or not text.isdigit():
        raise ValueError(text)
    return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))


def read_quantity(text: str) -> int | Decimal:
    """A whole number where it is one, else exact; ValueError for what is no number.

    >>> read_quantity("3"), read_quantity("3.00"), read_quantity("1.5")
    (3, 3, Decimal('1.5'))
    """
    if _NUMBER(text) is None:
        raise ValueError(text)
    value = Decimal(text)
    whole = int(value)
    return whole if whole == value else value


def _or_none(read: Callable[[str], Value]) -> Callable[[str], Value | None]:
    """The same, with None for what it cannot read."""

    def read_or_none(text: str) -> Value | None:
        try:
            return read(text)
        except ValueError:
            return None

    return read_or_none


cents = Memory(_or_none(read_cents)).__getitem__
"""As `read_cents`, but remembered, and None for what is no amount. So the next two."""
day = Memory(_or_none(read_day)).__getitem__
quantity = Memory(_or_none(read_quantity)).__getitem__


def in_order(codes: Iterable[str]) -> list[str]:
    """Codes as people list them: numbers by their size, then words.

    >>> in_order({"10", "2", "AB", "1"})
    ['1', '2', '10', 'AB']
    """
    return sorted(codes, key=lambda code: (not code.isdecimal(), int(code) if code.isdecimal() else 0, code))
