"""Which ICD-10-CM codes a claim may carry on a date of service.

45 CFR 162.1002(c)(2) makes ICD-10-CM the HIPAA code set for diagnoses from 1 October 2015, and 45 CFR
162.1000(a) asks for the codes valid on the day of care. Each release (1 October, now and then 1 April or
1 January) adds codes, ends codes and splits codes: M54.5 was billable through 30 September 2021 and has been
a mere heading since, because M54.50, M54.51 and M54.59 came.

The table holds codes and days, no descriptions. It is built by `tools/build_icd10cm.py`; its manifest
(`tables/icd10cm.manifest.yaml`) says from what. On a day that no release in the table covers the answer is
NO_DATA, never "invalid".
"""

import enum
import functools
import importlib.resources
import lzma
import re
import struct
from bisect import bisect_right
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, NamedTuple, Self

import msgspec

from rehabill.base.errors import AlmanacError

FORMAT: Final = 1
"""Layout number of the data file; a reader refuses any other."""

TABLE_FILE: Final = "icd10cm.bin"

_SHAPE: Final = re.compile(r"([A-Za-z][0-9A-Za-z]{2})(?:\.?([0-9A-Za-z]{1,4}))?")
"""A letter, then two to six letters or digits; the one dot allowed stands after the third character.

The second was always a digit until FY2026 brought category QA0 (QA0.0101 and others), so a letter passes.
"""

_DAY: Final = timedelta(days=1)


class DiagnosisStatus(enum.Enum):
    """What the table can say of a code on a day."""

    BILLABLE = "billable"
    HEADER = "header"
    """A heading: the code has longer ones under it, and a claim must name one of those."""
    NOT_VALID = "not_valid"
    """Well formed, and in no release that covers the day."""
    NO_DATA = "no_data"
    """The day lies outside every release in the table."""
    MALFORMED = "malformed"


class Period(NamedTuple):
    """The days on which one release was in force, both ends included."""

    first: date
    last: date
    release: str


class CodeDates(NamedTuple):
    """Days on which a code had one standing; `last` is None while it still had it on the last covered day.

    `first` is clipped to the start of the coverage: a code of the first release may be older.
    """

    first: date
    last: date | None
    billable: bool


class Table(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What the data file holds: one letter a period for each distinct history, one history for each code."""

    format: int
    periods: list[tuple[int, int, str]]
    """First day and last day as proleptic ordinals, and the release; in order, never overlapping."""
    histories: list[str]
    """`b` billable, `h` header, `-` absent: one letter for each period."""
    codes: str
    """All codes without the dot, sorted, one a line."""
    history_of: bytes
    """For each code the number of its history, as unsigned 16-bit little-endian integers."""


_STATUS_OF_LETTER: Final = {
    "b": DiagnosisStatus.BILLABLE,
    "h": DiagnosisStatus.HEADER,
    "-": DiagnosisStatus.NOT_VALID,
}


class Icd10cm:
    """The dated table, ready to be asked; immutable."""

    __slots__ = ("_firsts", "_history_of", "_rows", "_unknown", "periods")

    periods: tuple[Period, ...]
    """The days covered, in order, with the release in force on them."""

    def __init__(self, table: Table) -> None:
        """Index the table, refusing one that contradicts itself."""
        if table.format != FORMAT:
            raise AlmanacError(TABLE_FILE, f"layout {table.format} is not the layout {FORMAT} read here")
        self.periods = _periods(table)
        self._firsts = [period.first for period in self.periods]
        self._rows = _rows(table)
        self._unknown = len(self._rows) - 1
        self._history_of = _history_of(table)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read the bytes of the data file (msgpack in an xz container)."""
        try:
            table = msgspec.msgpack.decode(lzma.decompress(data, lzma.FORMAT_XZ), type=Table)
        except (lzma.LZMAError, msgspec.MsgspecError) as error:
            raise AlmanacError(TABLE_FILE, f"cannot be read ({error}); build it again") from error
        return cls(table)

    def status(self, code: str, on: date) -> DiagnosisStatus:
        """The standing of `code` (with or without dot, any case) on the day `on`."""
        history = self._find(code)
        if history is None:
            return DiagnosisStatus.MALFORMED
        at = bisect_right(self._firsts, on) - 1
        if at < 0 or on > self.periods[at].last:
            return DiagnosisStatus.NO_DATA
        return self._rows[history][at]

    def nearest(self, code: str, on: date) -> tuple[DiagnosisStatus, str]:
        """The answer of the release in force on `on`, or else of the one nearest in days, and its name.

        Halfway between two releases the earlier one answers. Never NO_DATA: the name says how old it is.
        """
        at = self._nearest(on)
        history = self._find(code)
        found = DiagnosisStatus.MALFORMED if history is None else self._rows[history][at]
        return found, self.periods[at].release

    def dates(self, code: str) -> tuple[CodeDates, ...]:
        """When the code stood in the table, in order; a day no release covers breaks a run in two."""
        history = self._find(code)
        if history is None:
            return ()
        runs: list[CodeDates] = []
        for period, status in zip(self.periods, self._rows[history], strict=True):
            if status is DiagnosisStatus.NOT_VALID:
                continue
            billable = status is DiagnosisStatus.BILLABLE
            if runs and runs[-1].billable is billable and runs[-1].last == period.first - _DAY:
                runs[-1] = runs[-1]._replace(last=period.last)
            else:
                runs.append(CodeDates(period.first, period.last, billable))
        if runs and runs[-1].last == self.periods[-1].last:
            runs[-1] = runs[-1]._replace(last=None)
        return tuple(runs)

    def clean(self, code: str) -> str:
        """The code as a claim carries it: capitals, no dot (`s83.511d` to `S83511D`).

        Raises ValueError for a string that `status` calls MALFORMED.
        """
        plain = _plain(code)
        if plain is None:
            raise ValueError(f"{code!r} has not the shape of an ICD-10-CM code")
        return plain

    def _find(self, code: str) -> int | None:
        """Row of the code's history; None when malformed.

        Nearly every code asked for is in the table and in capitals, so the shape is looked at only when
        taking out the dot has found nothing.
        """
        undotted = code[:3] + code[4:] if code[3:4] == "." and len(code) > 4 else code
        history = self._history_of.get(undotted)
        if history is not None:
            return history
        plain = _plain(code)
        return None if plain is None else self._history_of.get(plain, self._unknown)

    def _nearest(self, on: date) -> int:
        """Place of the period that holds `on`, or else of the nearest one."""
        at = max(bisect_right(self._firsts, on) - 1, 0)
        later = min(at + 1, len(self.periods) - 1)
        return later if self._firsts[later] - on < on - self.periods[at].last else at


def _plain(code: str) -> str | None:
    """Capitals and no dot, or None when the shape is wrong (the classes are ASCII only, on purpose)."""
    match = _SHAPE.fullmatch(code)
    return None if match is None else (match[1] + (match[2] or "")).upper()


def _periods(table: Table) -> tuple[Period, ...]:
    """The periods as days; refused when there is none, or when they overlap or run backwards."""
    periods = tuple(Period(date.fromordinal(a), date.fromordinal(b), name) for a, b, name in table.periods)
    ends = [day for period in periods for day in (period.first, period.last)]
    overlap = any(later.first <= earlier.last for earlier, later in pairwise(periods))
    if not ends or ends != sorted(ends) or overlap:
        raise AlmanacError(TABLE_FILE, "its periods must be in order and must not overlap")
    return periods


def _rows(table: Table) -> list[tuple[DiagnosisStatus, ...]]:
    """One row of standings for each history; the last row is that of a code in no release."""
    letters = [*table.histories, "-" * len(table.periods)]
    if any(len(row) != len(table.periods) or not set(row) <= _STATUS_OF_LETTER.keys() for row in letters):
        raise AlmanacError(TABLE_FILE, "a history must hold one of the letters b, h, - for each period")
    return [tuple(_STATUS_OF_LETTER[letter] for letter in row) for row in letters]


def _history_of(table: Table) -> dict[str, int]:
    """Code to row; one dict of plain strings, since a look-up must cost a fraction of a microsecond."""
    codes = table.codes.split("\n") if table.codes else []
    if len(table.history_of) != 2 * len(codes):
        raise AlmanacError(TABLE_FILE, "it must hold one history for each code")
    numbers = struct.unpack(f"<{len(codes)}H", table.history_of)
    found = dict(zip(codes, numbers, strict=True))
    if len(found) != len(codes) or (numbers and max(numbers) >= len(table.histories)):
        raise AlmanacError(TABLE_FILE, "a code stands twice, or names a history that is not there")
    return found


@functools.cache
def load() -> Icd10cm:
    """The table shipped with the package: the one function here that reads a file."""
    package = importlib.resources.files("rehabill.almanac")
    return Icd10cm.decode(package.joinpath("tables", TABLE_FILE).read_bytes())
