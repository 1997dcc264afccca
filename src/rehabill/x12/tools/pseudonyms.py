"""Invented values for real ones: under one key the same value always becomes the same one, in any file.

Numbers are permuted within their pattern, so two different ones never become the same; the key decides how.
"""

import hmac
import re
import string
from datetime import date, timedelta
from functools import reduce

from rehabill.base.ids import npi_check_digit, npi_is_valid
from rehabill.x12.tools.invented import CITIES, FIRST, LAST, ORGANISATIONS, STREETS, ZIP_BEGINS

_ROUNDS = 8
_REMEMBERED = 65_536
_MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
_MBI_EITHER = _MBI_LETTERS + string.digits
_MBI_PATTERN = (
    "123456789", _MBI_LETTERS, _MBI_EITHER, string.digits, _MBI_LETTERS, _MBI_EITHER, string.digits, _MBI_LETTERS,
    _MBI_LETTERS, string.digits, string.digits,
)  # fmt: skip
_FEWEST_WEEKS, _MOST_WEEKS = 5, 51
_SUFFIXES = frozenset({"JR", "SR", "II", "III", "IV", "MD", "PT", "DPT", "DO", "PHD"})
REMOVED = "TEXT REMOVED"
_FOREIGN = "\xbf"
"""Stands for every character beyond ASCII: an inverted question mark, which is beyond it too."""


class Pseudonyms:
    """All that is drawn from one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._numbers: dict[str, str] = {}
        weeks = _FEWEST_WEEKS + self._draw("days", "") % (_MOST_WEEKS - _FEWEST_WEEKS + 1)
        self.shift = timedelta(weeks=-weeks)
        """Whole weeks back, less than a year: days of the week and ages stay nearly right, nothing lies ahead."""

    def _draw(self, what: str, value: str) -> int:
        digest = hmac.digest(self._key, f"{what}\0{value}".encode(), "sha256")
        return int.from_bytes(digest[:16], "big")

    def _one_of(self, names: tuple[str, ...], what: str, value: str) -> str:
        chosen = names[self._draw(what, value.strip().upper()) % len(names)]
        return chosen if value.upper() == value else chosen.title()

    def number(self, value: str) -> str:
        """An identifier of the same pattern: digits stay digits, letters letters, the rest as it is. A Medicare number
        becomes one of the right form.
        """
        known = self._numbers.get(value)
        if known is None:
            given, value = value, "".join(mark if mark.isascii() else _FOREIGN for mark in value)
            is_mbi = len(value) == 11 and all(map(str.__contains__, _MBI_PATTERN, value))
            known = self._permuted(value, _MBI_PATTERN if is_mbi else tuple(map(_alphabet, value)))
            if len(self._numbers) < _REMEMBERED:
                self._numbers[given] = known
        return known

    def alike(self, value: str, turn: int) -> str:
        """Another value of the same pattern for every turn: `number`, then all of the first or last digits and letters
        (valid times and impossible ones), then any. Not a permutation.
        """
        if turn == 0:
            return self.number(value)
        alphabets = [_FOREIGN if not mark.isascii() else _alphabet(mark) for mark in value]
        if turn <= 2:
            return "".join(alphabet[turn - 2] for alphabet in alphabets)
        drawn = (self._draw(f"alike {turn} {at}", value) for at in range(len(value)))
        return "".join(alphabet[one % len(alphabet)] for alphabet, one in zip(alphabets, drawn, strict=True))

    def _permuted(self, value: str, alphabets: tuple[str, ...]) -> str:
        """A permutation of all values of that pattern: both halves are added to each other in turn."""
        digits = [(alphabet.index(mark), len(alphabet)) for mark, alphabet in zip(value, alphabets, strict=True)]
        middle = (len(digits) + 1) // 2
        left, right = _number(digits[:middle]), _number(digits[middle:])
        pattern = "|".join(alphabets)
        for turn in range(_ROUNDS):
            if turn % 2:
                right = ((right[0] + self._draw(f"{turn} {pattern}", str(left[0]))) % right[1], right[1])
            else:
                left = ((left[0] + self._draw(f"{turn} {pattern}", str(right[0]))) % left[1], left[1])
        return _spelled(left[0], alphabets[:middle]) + _spelled(right[0], alphabets[middle:])

    def npi(self, value: str) -> str:
        """An NPI with its check digit right, or wrong when it was wrong."""
        if not re.fullmatch(r"[0-9]{10}", value):
            return self.number(value)
        stem = value[0] + self._permuted(value[1:9], (string.digits,) * 8)
        off = int(value[9]) - npi_check_digit(value[:9])
        return stem + str((npi_check_digit(stem) + off) % 10)

    def identity(self, value: str) -> str:
        """A sender's or receiver's id: replaced when it is an NPI or a tax number, else kept (names of systems)."""
        bare = value.strip()
        if re.fullmatch(r"[0-9]{9}", bare):
            return value.replace(bare, self.tax_number(bare))
        return value.replace(bare, self.npi(bare)) if npi_is_valid(bare) else value

    def tax_number(self, value: str) -> str:
        """Nine digits that begin with 00, as no employer's number does."""
        return "00" + self.number(value[2:]) if re.fullmatch(r"[0-9]{9}", value) else self.number(value)

    def social_security(self, value: str) -> str:
        """Nine digits that begin with 9, as no social security number does."""
        return "9" + self.number(value[1:]) if re.fullmatch(r"[0-9]{9}", value) else self.number(value)

    def last(self, value: str) -> str:
        return self._one_of(LAST, "last", value)

    def first(self, value: str) -> str:
        """A first name; an initial becomes an initial."""
        if len(value.strip(". ")) == 1:
            return self._permuted(value[0], (_alphabet(value[0]),)) + value[1:]
        return self._one_of(FIRST, "first", value)

    def full(self, value: str) -> str:
        """A whole name in one."""
        return f"{self.first(value)} {self.last(value)}" if len(value) > 2 else self.number(value)

    def suffix(self, value: str) -> str:
        return value if value.strip(". ").upper() in _SUFFIXES else self.number(value)

    def organisation(self, value: str) -> str:
        return (
            f"{self._one_of(ORGANISATIONS, 'organisation', value)} {self._draw('number', value.upper()) % 10_000:04d}"
        )

    def street(self, value: str) -> str:
        return f"{1 + self._draw('house', value.upper()) % 9_999} {self._one_of(STREETS, 'street', value)}"

    def city(self, value: str) -> str:
        return self._one_of(CITIES, "city", value)

    def postal(self, value: str, state: str) -> str:
        """A ZIP code of the same state."""
        begins = ZIP_BEGINS.get(state)
        if begins is None or not re.fullmatch(r"[0-9]{5}(?:[0-9]{4})?", value):
            return self.number(value)
        return begins + self.number(value)[3:]

    def phone(self, value: str) -> str:
        """A number that no telephone has (555-01xx)."""
        if not re.fullmatch(r"[0-9]{10}", value):
            return self.number(value)
        drawn = self._draw("phone", value)
        return f"{200 + drawn % 800}55501{drawn // 800 % 100:02d}"

    def mail(self, value: str) -> str:
        return f"person{self._draw('mail', value.lower()) % 100_000}@example.com"

    def day(self, value: str) -> str:
        """CCYYMMDD or YYMMDD, alone, as a range or with a time behind it; what is no day becomes none."""
        first, dash, last = value.partition("-")
        if dash:
            return f"{self.day(first)}-{self.day(last)}" if last else f"{self.day(first)}-"
        if not value.isdecimal() or not value.isascii():
            return self.number(value)
        century = "20" if len(value) == 6 else ""
        try:
            found = date.fromisoformat(f"{(century + value)[:4]}-{(century + value)[4:6]}-{(century + value)[6:8]}")
            shifted = (found + self.shift).strftime("%Y%m%d")
        except (ValueError, OverflowError):
            return "9" * len(value)
        return shifted[len(century) :] + value[8 - len(century) :]


def _alphabet(mark: str) -> str:
    for alphabet in (string.digits, string.ascii_uppercase, string.ascii_lowercase):
        if mark in alphabet:
            return alphabet
    return mark


def _number(digits: list[tuple[int, int]]) -> tuple[int, int]:
    """Digits, each with its base, as one number; and how many such numbers there are."""
    return reduce(lambda sofar, one: (sofar[0] * one[1] + one[0], sofar[1] * one[1]), digits, (0, 1))


def _spelled(number: int, alphabets: tuple[str, ...]) -> str:
    marks = []
    for alphabet in reversed(alphabets):
        number, digit = divmod(number, len(alphabet))
        marks.append(alphabet[digit])
    return "".join(reversed(marks))
