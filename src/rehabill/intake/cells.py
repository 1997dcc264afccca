"""One cell of a table to a value: days, money, numbers and lists as people and other programs write them.

Each reader takes the text of a cell, stripped and not empty, and the place to name in an `InputError`.
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from rehabill.base.errors import InputError

Reader = Callable[[str, str], Any]
"""(text, where it stands) → its value. Raises `InputError`."""

_LIST = re.compile(r"[;|]\s*")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MOST_DIGITS = 9
_MONEY = re.compile(r"\$?(\d{1,3}(?:,\d{3})*|\d+)(?:\.(\d{2}))?", re.ASCII)
_AMOUNT = re.compile(
    r"(?P<minus>-)?\$?(?P<inner>-)?(?P<whole>\d{1,3}(?:,\d{3})*|\d*)(?:\.(?P<cents>\d{1,2})0*)?(?P<behind>-)?", re.ASCII
)
_FLAGS = {"y": True, "yes": True, "true": True, "1": True, "n": False, "no": False, "false": False, "0": False}


def shown(text: str) -> str:
    """The text with bytes that were no UTF-8 replaced, so that a message can show it."""
    return text.encode("utf-8", "replace").decode()


def text(text: str, where: str) -> str:
    """As it stands."""
    return text


def texts(text: str, where: str) -> list[str]:
    """Parts between `;` or `|`."""
    return [part for part in _LIST.split(text) if part]


def day(text: str, where: str) -> dt.date:
    """`2026-03-02` or `3/2/2026`."""
    match = _US_DATE.fullmatch(text)
    try:
        if match:
            return dt.date(int(match.group(3)), int(match.group(1)), int(match.group(2)))
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(where, f"'{text}' is no date; write YYYY-MM-DD or MM/DD/YYYY") from None


def days(text: str, where: str) -> list[dt.date]:
    """Days between `;` or `|`."""
    return [day(part, where) for part in texts(text, where)]


def money(text: str, where: str) -> int:
    """Cents of dollars that are not negative: `1,234.05`, `$12`."""
    match = _MONEY.fullmatch(text)
    if match is None:
        raise InputError(where, f"'{text}' is no amount of dollars")
    return _cents(match.group(1), match.group(2) or "", where)


def amount(text: str, where: str) -> int:
    """Cents with a sign, as banks and spreadsheets write them: `-1,234.5`, `($12.00)`, `12.00-`, `+$3`.

    >>> [amount(one, "") for one in ("-1,234.5", "($12.00)", "12.00-", "+.07")]
    [-123450, -1200, -1200, 7]
    """
    plain = text.replace(" ", "").removeprefix("+")
    in_brackets = plain.startswith("(") and plain.endswith(")")
    match = _AMOUNT.fullmatch(plain[1:-1] if in_brackets else plain)
    if match is None or not (match["whole"] or match["cents"]):
        raise InputError(where, f"'{text}' is no amount of dollars")
    signs = [in_brackets, *(bool(match[name]) for name in ("minus", "inner", "behind"))]
    if sum(signs) > 1:
        raise InputError(where, f"'{text}' has more than one sign")
    cents = _cents(match["whole"] or "0", (match["cents"] or "").ljust(2, "0"), where)
    return -cents if any(signs) else cents


def flag(text: str, where: str) -> bool:
    """Yes or no."""
    if text.lower() not in _FLAGS:
        raise InputError(where, f"'{text}' is neither yes nor no")
    return _FLAGS[text.lower()]


def count(text: str, where: str) -> int:
    """A whole number that is not negative."""
    return _count(text, text, where)


def counts(text: str, where: str) -> list[int]:
    """Whole numbers between `;` or `|`."""
    return [_count(part, text, where) for part in _LIST.split(text)]


def _count(part: str, text: str, where: str) -> int:
    if not (part.isascii() and part.isdigit() and len(part) <= _MOST_DIGITS):
        raise InputError(where, f"'{text}' is not a whole number")
    return int(part)


def _cents(whole: str, cents: str, where: str) -> int:
    digits = whole.replace(",", "")
    if len(digits) > _MOST_DIGITS:
        raise InputError(where, "is more money than there is")
    return int(digits) * 100 + int(cents or 0)
