"""Amounts, numbers and dates as X12 writes them: each text is understood once and remembered."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from rehabill.model.remittance import Quantity

REMEMBERED = 40_000
"""Texts a memory holds before it begins anew: real files say the same few over and over."""

Value = TypeVar("Value")

_AMOUNT = re.compile(r"(-?)(\d{0,11})(?:\.(\d{0,9}))?", re.ASCII)
_SHIFT = (100, 10, 1)
_NUMBER = re.compile(r"-?(?:\d{1,15}|\d{0,15}\.\d{1,9}|\d{1,15}\.)", re.ASCII)
_DAY = re.compile(r"\d{8}", re.ASCII)


class Memory(dict[str, Value]):
    """Texts and what they mean, worked out when first asked for. Raises ValueError for what means nothing."""

    def __init__(self, meaning: Callable[[str], Value]) -> None:
        self.meaning = meaning

    def __missing__(self, text: str) -> Value:
        value = self.meaning(text)
        if len(self) >= REMEMBERED:
            self.clear()
        self[text] = value
        return value


def cents(text: str) -> int:
    """`12.5` → 1250. Parts of a cent, exponents, commas and plus signs are no amounts.

    >>> cents("-12.5"), cents("7"), cents(".05"), cents("1.500")
    (-1250, 700, 5, 150)
    """
    whole, _, part = text.partition(".")
    digits = whole + part
    if digits.isdigit() and digits.isascii() and len(part) <= 2 and len(whole) <= 11:
        return int(digits) * _SHIFT[len(part)]
    return _odd_cents(text)


def _odd_cents(text: str) -> int:
    found = _AMOUNT.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        raise ValueError(text)
    part = (found[3] or "").rstrip("0")
    if len(part) > 2:
        raise ValueError(text)
    value = int(found[2] or "0") * 100 + int(part.ljust(2, "0"))
    return -value if found[1] else value


def quantity(text: str) -> Quantity:
    """A whole number where it is one, else exact.

    >>> quantity("3"), quantity("3.00"), quantity("1.5")
    (3, 3, Decimal('1.5'))
    """
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(text)
    value = Decimal(text)
    whole = int(value)
    return whole if whole == value else value


def day(text: str) -> dt.date:
    """`20260305` → 5 March 2026."""
    if _DAY.fullmatch(text) is None:
        raise ValueError(text)
    return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
