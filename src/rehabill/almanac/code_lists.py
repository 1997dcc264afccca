"""Which codes of the claim and remittance code lists were in force on a day, and what they mean in our words.

The lists (`tables/code_lists/*.csv`) hold codes and days, and a short meaning of our own for those that matter in
outpatient therapy; the publishers' descriptions are not here. `tables/code_lists.yaml` says which days each list
speaks for: "unknown" is said only of a day that its list covers. They are compiled into a file of their own, read
when first asked for, because coding and pricing never need them.
"""

import enum
import functools
import importlib.resources
import re
from datetime import date
from typing import Final

import msgspec

from rehabill.base.errors import AlmanacError
from rehabill.base.finding import LawRef

COMPILED: Final = "code_lists.msgpack"

SHAPES: Final = {
    "carc": re.compile(r"[A-Z]?[0-9]{1,3}"),
    "rarc": re.compile(r"(?:M|MA|N)[0-9]{1,4}"),
    "group": re.compile(r"[A-Z]{2}"),
    "claim_status_category": re.compile(r"[A-Z](?:[0-9]{1,2}[A-Z]?|Q)"),
    "claim_status": re.compile(r"[0-9]{1,4}"),
    "claim_filing": re.compile(r"[0-9A-Z]{1,2}"),
    "taxonomy": re.compile(r"[0-9A-Z]{9}X"),
    "state": re.compile(r"[A-Z]{2}"),
    "country": re.compile(r"[A-Z]{2}"),
    "currency": re.compile(r"[A-Z]{3}"),
    "pos": re.compile(r"[0-9]{2}"),
}
"""Every list by name, with the form of its codes; a code of another form is malformed on any day."""


class CodeStatus(enum.StrEnum):
    """What a list can say of a code on a day."""

    VALID = "valid"
    ENDED = "ended"
    """It was in the list, and its last day is past."""
    UNKNOWN = "unknown"
    """Well formed, and not in the list, which covers the day."""
    NO_DATA = "no_data"
    """Not in the list, which does not cover the day."""
    MALFORMED = "malformed"


class Entry(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One code. A day is None where the list does not tell it, and `last` also while the code is in force."""

    first: date | None
    last: date | None
    meaning: str
    """Our own words; empty where we have none."""
    alert: bool = False
    """Of a remark code: it informs, and explains no adjustment."""


class CodeList(msgspec.Struct, frozen=True):
    first: date
    last: date
    source: str
    verified: bool
    next: str
    note: str
    entries: dict[str, Entry]


class CodeLists:
    """The lists, ready to be asked; immutable. A name that is no list raises `AlmanacError`."""

    __slots__ = ("_lists",)

    def __init__(self, lists: dict[str, CodeList]) -> None:
        self._lists = lists

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._lists)

    def status(self, name: str, code: str, on: date) -> CodeStatus:
        """The standing of `code` in the list `name` on the day `on` (of the message that carries it)."""
        held = self._list(name)
        entry = held.entries.get(code)
        if entry is None:
            if SHAPES[name].fullmatch(code) is None:
                return CodeStatus.MALFORMED
            return CodeStatus.UNKNOWN if held.first <= on <= held.last else CodeStatus.NO_DATA
        if entry.last is not None and on > entry.last:
            return CodeStatus.ENDED
        if on < (entry.first or held.first):
            return CodeStatus.UNKNOWN if on >= held.first else CodeStatus.NO_DATA
        return CodeStatus.VALID

    def meaning(self, name: str, code: str) -> str:
        """What the code means, in our words; empty when it is not known or has no words here."""
        entry = self._list(name).entries.get(code)
        return entry.meaning if entry else ""

    def entry(self, name: str, code: str) -> Entry | None:
        return self._list(name).entries.get(code)

    def codes(self, name: str) -> tuple[str, ...]:
        """All codes that the list ever held, sorted as text."""
        return tuple(self._list(name).entries)

    def covers(self, name: str) -> tuple[date, date]:
        """The first and last day for which the list speaks."""
        held = self._list(name)
        return held.first, held.last

    def cite(self, name: str, on: date) -> LawRef:
        """The list as a finding shows it, with its age when it does not cover the day."""
        held = self._list(name)
        outside = not held.first <= on <= held.last
        return LawRef(
            name=f"table.{name}",
            value=held.note or name,
            since=held.first.isoformat(),
            source=held.source,
            verified=held.verified,
            table_age=f"covers {held.first} to {held.last}; next: {held.next}" if outside else None,
        )

    def _list(self, name: str) -> CodeList:
        try:
            return self._lists[name]
        except KeyError:
            raise AlmanacError(name, f"is no code list; there are {', '.join(self._lists)}") from None


@functools.cache
def load() -> CodeLists:
    """The lists shipped with the package: the one function here that reads a file."""
    data = importlib.resources.files("rehabill.almanac").joinpath(COMPILED).read_bytes()
    return CodeLists(msgspec.msgpack.decode(data, type=dict[str, CodeList]))
