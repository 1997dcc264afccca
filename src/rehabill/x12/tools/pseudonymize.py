"""A file with its people replaced by invented ones: every count, amount, code and control number stays.

What is personal is what the spec says of each place, and besides: numbers of providers, all addresses, telephone
numbers, bank accounts, days. What does not fit its place may be anything, and becomes another value of the same
pattern; only what `masking` would show stays.
"""

from collections.abc import Callable, Iterable, Iterator

from rehabill.base.errors import InputError
from rehabill.x12.check.elements import flaws
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.masking import Sight, glance_of, is_plain, kind_at, personal_kind, sight_of
from rehabill.x12.outline import Placed
from rehabill.x12.scan import shown
from rehabill.x12.spec.load import segments as known_segments
from rehabill.x12.spec.schema import CompositeSpec, ElementSpec
from rehabill.x12.tools.pseudonyms import REMOVED, Pseudonyms

_PUBLIC = frozenset({"PR", "40", "AY", "TT", "X3", "2B", "36", "ACV", "TV"})
"""Parties that are payers and the like: their names and numbers stay."""
_PUBLIC_NUMBERS = frozenset({
    "2U", "NF", "FY", "F2", "0K", "4N", "F5", "P4", "T4", "BLT", "VV", "APC", "BB", "X4", "EW", "F4", "1S", "CE",
    "G3",
})  # fmt: skip
"""Kinds of REF02 that name no person: payers, versions, policies, permits of laboratories."""
_TAX, _SOCIAL, _NPI = frozenset({"EI", "FI", "24", "TJ"}), frozenset({"SY", "34"}), frozenset({"XX", "HPI"})
_PHONE, _MAIL = frozenset({"TE", "FX", "HP", "WP", "CP"}), frozenset({"EM"})
_REMEMBERED = 65_536
_TURNS = 24
"""So many values of a pattern are tried."""
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
        self._known: dict[tuple[object, str, str, bool, Delimiters], list[str]] = {}
        """Segments that were rewritten before: providers and days repeat. Specs live as long as the program."""
        self.left_out = 0
        """Characters of text outside any interchange, which is not written."""
        self.odd = 0
        """Segments that are not what their guide says."""

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
            self.party, self.is_organisation = "", False
            if placed.spec is not None:
                self.party, self.is_organisation = placed.value(1), placed.value(2) == "2" or placed.id == "N1"
        sight = sight_of(placed)
        self.odd += not sight.is_right
        if placed.id == "BIN":
            length = [one if one.isdecimal() else self._scrambled(one, placed.marks) for one in placed.elements[1:2]]
            return ["BIN", *length, *("X" * len(part) for part in placed.elements[2:])]
        place = id(placed.spec) if placed.spec else placed.head.kind if placed.head else ""
        key = (place, placed.text, self.party, self.is_organisation, placed.marks)
        known = self._known.get(key)
        if known is None:
            known = self._anew(placed, sight)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = known
        return known

    def _anew(self, placed: Placed, sight: Sight) -> list[str]:
        """New values; where one would mend a fault or make one, another of the old pattern that does not."""
        new = self._segment(placed, sight)
        if placed.spec is None or new == placed.elements:
            return new
        for number in sorted(self._faulty(placed, new)):
            for other in self._alike(placed.elements[number], placed.marks):
                new[number] = other
                if number not in self._faulty(placed, new):
                    break
        return new

    def _faulty(self, placed: Placed, new: list[str]) -> set[int]:
        """The elements that have another fault than before."""
        assert placed.spec is not None
        look, text = glance_of(placed.spec, placed.marks), placed.marks.element.join(new)
        if look(placed.text) and look(text):
            return set()
        before, after = (
            {(flaw.rule, flaw.element) for flaw in flaws(placed.spec, one, placed.marks)} for one in (placed.text, text)
        )
        named = (element[len(placed.id) :].partition("-")[0] for _, element in before ^ after)
        return {int(number) for number in named if number.isdecimal() and int(number) < len(new)}

    def _segment(self, placed: Placed, sight: Sight) -> list[str]:
        new, former = [self._name_of_segment(placed.id, placed.marks) if placed.spec is None else placed.id], ""
        for number, value in enumerate(placed.elements[1:], 1):
            new.append(self._element(placed, sight, number, value, former) if value else value)
            former = value
        return new

    def _name_of_segment(self, name: str, marks: Delimiters) -> str:
        """A segment that is none becomes another that is none; what begins like a segment still does."""
        known = known_segments()
        if name in known:
            return name
        if name[:3] in known:
            return name[:3] + self._scrambled(name[3:], marks)
        return next((one for one in self._alike(name, marks) if one[:3] not in known and one[:2] not in known), name)

    def _element(self, placed: Placed, sight: Sight, number: int, value: str, former: str) -> str:
        marks = placed.marks
        if placed.id in _ENVELOPE:
            if sight.is_right:
                value = self._of_envelope(value, number, *_ENVELOPE[placed.id])
            return self._kept(value, sight.place(number), sight, marks)
        whole = sight.places[number - 1] if number <= len(sight.places) else None
        if isinstance(whole, CompositeSpec) and whole.parts:
            return self._composite(placed, sight, number, value)
        place = sight.place(number)
        if place is None:
            return self._kept(value, None, sight, marks)
        if placed.spec is None:
            is_kept = not personal_kind(placed, sight, number)
            return self._kept(value, place, sight, marks) if is_kept else self._scrambled(value, marks, place)
        if placed.id in _BY_PARTY and (number > 1 or placed.id in _FROM_THE_FIRST):
            special = self._of_party(placed, sight, number, value, place, former)
            if special is not None:
                return special
        values = value.split(marks.repetition) if marks.repetition and place.repeat > 1 else [value]
        return marks.repetition.join(self._by_kind(one, place, sight, former, number, marks) for one in values)

    def _composite(self, placed: Placed, sight: Sight, number: int, value: str) -> str:
        marks, told = placed.marks, []
        for one in value.split(marks.repetition) if marks.repetition else [value]:
            parts, former = [], ""
            for index, part in enumerate(one.split(marks.component), 1):
                place = sight.place(number, index)
                if part and (placed.spec is None or place is None):
                    is_kept = not personal_kind(placed, sight, number, index)
                    parts.append(
                        self._kept(part, place, sight, marks) if is_kept else self._scrambled(part, marks, place)
                    )
                else:
                    parts.append(self._by_kind(part, place, sight, former, 0, marks) if part and place else part)
                former = part
            told.append(marks.component.join(parts))
        return marks.repetition.join(told)

    def _by_kind(
        self, value: str, place: ElementSpec, sight: Sight, former: str, number: int, marks: Delimiters
    ) -> str:
        """An invented value by what the spec says of the place; the same value where it says nothing."""
        match kind_at(place):
            case "name" | "provider":
                return self._name(value, number)
            case "id":
                return self._qualified(value, former) or self.invent.number(value)
            case "claim" | "address":
                return self.invent.number(value)
            case "birth" | "date":
                return self.invent.day(value)
            case "phone":
                return self._contact(value, former, sight)
            case "text":
                return REMOVED[: max(place.high, 1)].rstrip()
        if place.type == "DT" or place.form in ("d8", "rd8") or (place.form == "qualified" and former in ("D8", "RD8")):
            return self.invent.day(value)
        if place.form == "npi":
            return self.invent.npi(value)
        if place.form in ("tin", "ssn", "phone"):
            forms = {"tin": self.invent.tax_number, "ssn": self.invent.social_security, "phone": self.invent.phone}
            return forms[place.form](value)
        return self._kept(value, place, sight, marks)

    def _kept(self, value: str, place: ElementSpec | None, sight: Sight, marks: Delimiters) -> str:
        """The value itself where it can name nobody."""
        return value if is_plain(value, place, sight) else self._scrambled(value, marks, place)

    def _name(self, value: str, number: int) -> str:
        if self.is_organisation and number in (2, 3):
            return self.invent.organisation(value)
        makers: dict[str, Callable[[str], str]] = {
            "last": self.invent.last, "first": self.invent.first, "suffix": self.invent.suffix,
        }  # fmt: skip
        maker = makers.get(_NAME_ELEMENTS.get(number, ""))
        return maker(value) if maker is not None else self.invent.full(value)

    def _of_party(
        self, placed: Placed, sight: Sight, number: int, value: str, place: ElementSpec, former: str
    ) -> str | None:
        """What goes by whose it is rather than by the place alone; None when the place decides."""
        invent, is_public = self.invent, self.party in _PUBLIC and sight.is_right
        match placed.id, number:
            case "NM1" | "N1", _ if is_public and not kind_at(place):
                return self._kept(value, place, sight, placed.marks)
            case ("NM1", 3) | ("N1", 2) if not place.personal:
                return invent.organisation(value)
            case ("NM1", 9) | ("N1", 4):
                is_identity = former == "46" and is_plain(value, place, sight)
                return self._qualified(value, former) or (invent.identity if is_identity else invent.number)(value)
            case "N3", _:
                return invent.street(value)
            case "N4", 1:
                return invent.city(value)
            case "N4", 3:
                return invent.postal(value, placed.value(2))
            case "PER", 2:
                return invent.full(value)
            case "PER", 4 | 6 | 8:
                return self._contact(value, former, sight)
            case "REF", 2 if not place.personal:
                kind = placed.value(1)
                if sight.is_right and kind == "EV":
                    return invent.identity(value)
                if sight.is_right and kind in _PUBLIC_NUMBERS:
                    return self._kept(value, place, sight, placed.marks)
                return self._qualified(value, kind) or invent.number(value)
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

    def _contact(self, value: str, kind: str, sight: Sight) -> str:
        if kind in _MAIL or "@" in value:
            return self.invent.mail(value)
        return value if kind == "UR" and sight.is_right else self.invent.phone(value)

    def _of_envelope(
        self, value: str, number: int, identities: tuple[int, ...], days: tuple[int, ...], secrets: tuple[int, ...]
    ) -> str:
        if number in identities:
            return self.invent.identity(value)
        if number in secrets:
            return self.invent.number(value)
        return self.invent.day(value) if number in days else value

    def _scrambled(self, value: str, marks: Delimiters, place: ElementSpec | None = None) -> str:
        """Another value of the same pattern, and no code of the guide at its place."""
        alike = self._alike(value, marks)
        return next((one for one in alike if not place or one not in place.codes), value)

    def _alike(self, value: str, marks: Delimiters) -> Iterator[str]:
        """Values of the same pattern of letters and digits, the best first. Never the value itself."""
        if len(value) <= 1 or not any(mark.isalnum() for mark in value):
            yield value
            return
        for turn in range(_TURNS):
            other = marks.component.join(self.invent.alike(part, turn) for part in value.split(marks.component))
            if other != value:
                yield other
