"""A file with its people replaced by invented ones: every count, amount, code and control number stays.

What is personal is what the spec says of each place, and besides: numbers of providers, addresses of all but payers,
telephone numbers, bank accounts, days. A segment without a place in the spec is scrambled whole.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from rehabill.base.errors import InputError
from rehabill.x12.check.elements import flaws
from rehabill.x12.check.pattern import Glance, glance
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.outline import Placed
from rehabill.x12.scan import shown
from rehabill.x12.spec.load import segments as known_segments
from rehabill.x12.spec.schema import CompositeSpec, ElementSpec, SegmentSpec
from rehabill.x12.tools.pseudonyms import REMOVED, Pseudonyms

Place = ElementSpec | CompositeSpec | None

_PUBLIC = frozenset({"PR", "40", "AY", "TT", "X3", "2B", "36", "ACV", "TV"})
"""Parties that are payers and the like: their names, numbers and addresses stay."""
_PUBLIC_NUMBERS = frozenset({
    "2U", "NF", "FY", "F2", "0K", "4N", "F5", "P4", "T4", "BLT", "VV", "APC", "BB", "X4", "EW", "F4", "1S", "CE",
    "G3",
})  # fmt: skip
"""Kinds of REF02 that name no person: payers, versions, policies, permits of laboratories."""
_TAX, _SOCIAL, _NPI = frozenset({"EI", "FI", "24", "TJ"}), frozenset({"SY", "34"}), frozenset({"XX", "HPI"})
_PHONE, _MAIL = frozenset({"TE", "FX", "HP", "WP", "CP"}), frozenset({"EM"})
_REMEMBERED = 65_536
_BY_PARTY = frozenset({"NM1", "N1", "N3", "N4", "PER", "REF", "BPR", "PLB", "TS2", "TS3", "TRN", "SBR"})
_FROM_THE_FIRST = frozenset({"N3", "N4", "PLB", "TS2", "TS3"})
"""Segments that do not begin with a code."""
_ENVELOPE: dict[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    "ISA": ((6, 8), (9,), (2, 4)),
    "GS": ((2, 3), (4,), ()),
}
"""Elements with an identity, with a day, with an authorisation or password."""
_NAME_ELEMENTS = {3: "last", 4: "first", 5: "first", 6: "suffix", 7: "suffix"}


class Pseudonymizer:
    """Rewrites the segments of files under one key."""

    def __init__(self, key: bytes) -> None:
        self.invent = Pseudonyms(key)
        self.party = ""
        self.is_organisation = False
        self._known: dict[tuple[int, str, str, bool, Delimiters], list[str]] = {}
        """Segments that were rewritten before: providers and days repeat. Specs live as long as the program."""
        self.left_out = 0
        """Characters of text outside any interchange, which is not written."""

    def write(self, segments: Iterable[Placed]) -> Iterator[str]:
        """The file anew. Raises `InputError` at a transaction set that no spec describes."""
        for placed in segments:
            head = placed.head
            if head is not None and head.graph is None:
                kind = f"{shown(head.id) or 'set'} in version {shown(head.version) or '(none)'}"
                raise InputError("", f"a {kind} is not known here: what is personal in it cannot be told")
            self.left_out += len(placed.before.strip())
            new = placed.marks.element.join(self.segment(placed)) if placed.text else ""
            begun = placed.piece.find(placed.text)
            blank = placed.piece[:begun] if begun > 0 else ""
            behind = placed.piece[begun + len(placed.text) :] if begun >= 0 and placed.text else ""
            yield blank + new + behind + (placed.marks.segment if placed.closed else "")

    def segment(self, placed: Placed) -> list[str]:
        """The segment's elements with invented values; the same faults as before."""
        if placed.id in ("NM1", "N1"):
            self.party, self.is_organisation = placed.value(1), placed.value(2) == "2" or placed.id == "N1"
        if placed.id == "BIN":
            return [*placed.elements[:2], *("X" * len(part) for part in placed.elements[2:])]
        key = (id(placed.spec), placed.text, self.party, self.is_organisation, placed.marks)
        known = self._known.get(key)
        if known is None:
            known = self._anew(placed)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = known
        return known

    def _anew(self, placed: Placed) -> list[str]:
        """New values; where one would mend a fault or make one, a scrambled one of the old pattern instead."""
        new = self._segment(placed)
        if placed.spec is None or new == placed.elements:
            return new
        for number in self._faulty(placed, new):
            new[number] = self._scrambled(placed.elements[number], placed.marks)
        return new

    def _faulty(self, placed: Placed, new: list[str]) -> set[int]:
        """The elements that have another fault than before."""
        assert placed.spec is not None
        look, text = _glance(placed.spec, placed.marks), placed.marks.element.join(new)
        if look(placed.text) and look(text):
            return set()
        before, after = (
            {(flaw.rule, flaw.element) for flaw in flaws(placed.spec, one, placed.marks)} for one in (placed.text, text)
        )
        named = (element[len(placed.id) :].partition("-")[0] for _, element in before ^ after)
        return {int(number) for number in named if number.isdecimal() and int(number) < len(new)}

    def _segment(self, placed: Placed) -> list[str]:
        known = placed.spec or known_segments().get(placed.id)
        places = known.elements if known else ()
        new = [placed.id]
        former = ""
        for number, value in enumerate(placed.elements[1:], 1):
            place = places[number - 1] if number <= len(places) else None
            new.append(self._element(placed, number, value, place, former) if value else value)
            former = value
        return new

    def _element(self, placed: Placed, number: int, value: str, place: Place, former: str) -> str:
        if placed.id in _ENVELOPE:
            return self._of_envelope(value, number, *_ENVELOPE[placed.id])
        if placed.spec is None or place is None:
            return (
                value
                if isinstance(place, ElementSpec) and _says_nothing(place)
                else self._scrambled(value, placed.marks)
            )
        marks = placed.marks
        if isinstance(place, CompositeSpec):
            return self._composite(value, place, marks)
        if placed.id in _BY_PARTY and (number > 1 or placed.id in _FROM_THE_FIRST):
            special = self._of_party(placed, number, value, place, former)
            if special is not None:
                return special
        values = value.split(marks.repetition) if marks.repetition and place.repeat > 1 else [value]
        return (marks.repetition or "").join(self._by_kind(one, place, former, number) for one in values)

    def _composite(self, value: str, place: CompositeSpec, marks: Delimiters) -> str:
        told = []
        for one in value.split(marks.repetition) if marks.repetition else [value]:
            parts, former = [], ""
            for number, part in enumerate(one.split(marks.component), 1):
                inner = place.parts[number - 1] if number <= len(place.parts) else None
                parts.append(self._by_kind(part, inner, former, 0) if part else part)
                former = part
            told.append(marks.component.join(parts))
        return (marks.repetition or "").join(told)

    def _by_kind(self, value: str, place: ElementSpec | None, former: str, number: int) -> str:
        """An invented value by what the spec says of the place; the same value where it says nothing."""
        if place is None:
            return self.invent.number(value)
        match place.personal:
            case "name" | "provider":
                return self._name(value, number)
            case "id":
                return self._qualified(value, former) or self.invent.number(value)
            case "claim" | "address":
                return self.invent.number(value)
            case "birth" | "date":
                return self.invent.day(value)
            case "phone":
                return self._contact(value, former)
            case "text":
                return REMOVED[: max(place.high, 1)].rstrip()
        if place.type == "DT" or place.form in ("d8", "rd8") or (place.form == "qualified" and former in ("D8", "RD8")):
            return self.invent.day(value)
        if place.form == "npi":
            return self.invent.npi(value)
        if place.form in ("tin", "ssn", "phone"):
            forms = {"tin": self.invent.tax_number, "ssn": self.invent.social_security, "phone": self.invent.phone}
            return forms[place.form](value)
        return value

    def _name(self, value: str, number: int) -> str:
        if self.is_organisation and number in (2, 3):
            return self.invent.organisation(value)
        makers: dict[str, Callable[[str], str]] = {
            "last": self.invent.last, "first": self.invent.first, "suffix": self.invent.suffix,
        }  # fmt: skip
        maker = makers.get(_NAME_ELEMENTS.get(number, ""))
        return maker(value) if maker is not None else self.invent.full(value)

    def _of_party(self, placed: Placed, number: int, value: str, place: ElementSpec, former: str) -> str | None:
        """What goes by whose it is rather than by the place alone; None when the place decides."""
        invent, is_public = self.invent, self.party in _PUBLIC
        match placed.id, number:
            case "NM1" | "N1", _ if is_public:
                return value
            case ("NM1", 3) | ("N1", 2) if not place.personal:
                return invent.organisation(value)
            case ("NM1", 9) | ("N1", 4):
                return self._qualified(value, former) or (
                    invent.identity(value) if former == "46" else invent.number(value)
                )
            case "N3", _:
                return value if is_public else invent.street(value)
            case "N4", 1:
                return value if is_public else invent.city(value)
            case "N4", 3:
                return value if is_public else invent.postal(value, placed.value(2))
            case "PER", 2:
                return invent.full(value)
            case "PER", 4 | 6 | 8:
                return self._contact(value, former)
            case "REF", 2 if not place.personal:
                kind = placed.value(1)
                if kind == "EV":
                    return invent.identity(value)
                return value if kind in _PUBLIC_NUMBERS else self._qualified(value, kind) or invent.number(value)
            case "BPR", 9 | 15:
                return invent.number(value)
            case "PLB" | "TS3" | "TS2", 1:
                return invent.npi(value)
            case "TRN", 3 if placed.head is not None and placed.head.id != "835":
                return invent.number(value)
            case "SBR", 4:
                return invent.organisation(value)
        return None

    def _qualified(self, value: str, kind: str) -> str:
        """A number by what it is said to be; empty when that says nothing."""
        if kind in _NPI:
            return self.invent.npi(value)
        if kind in _SOCIAL:
            return self.invent.social_security(value)
        return self.invent.tax_number(value) if kind in _TAX else ""

    def _contact(self, value: str, kind: str) -> str:
        if kind in _MAIL or "@" in value:
            return self.invent.mail(value)
        return value if kind == "UR" else self.invent.phone(value)

    def _of_envelope(
        self, value: str, number: int, identities: tuple[int, ...], days: tuple[int, ...], secrets: tuple[int, ...]
    ) -> str:
        if number in identities:
            return self.invent.identity(value)
        if number in secrets:
            return self.invent.number(value)
        return self.invent.day(value) if number in days else value

    def _scrambled(self, value: str, marks: Delimiters) -> str:
        """Every part of it a pattern of letters and digits like the one before."""
        if marks.component in value:
            return marks.component.join(self.invent.number(part) for part in value.split(marks.component))
        return self.invent.number(value)


def _says_nothing(place: ElementSpec) -> bool:
    """Codes and amounts: they may stand even where nothing else is known."""
    return place.type in ("ID", "R", "N0") and not place.personal


@lru_cache(maxsize=4096)
def _glance(spec: SegmentSpec, marks: Delimiters) -> Glance:
    return glance(spec, marks)
