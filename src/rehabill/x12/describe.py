"""Segments in words: every element with its name, its value as people read it, and what a code means.

What may be personal is masked by the rule of `masking`.
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from rehabill.base.money import dollars
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.masking import UNKNOWN, Sight, is_plain, personal_kind, segment_id, sight_of, told
from rehabill.x12.outline import Placed
from rehabill.x12.scan import shown
from rehabill.x12.spec.load import meanings, segments
from rehabill.x12.spec.schema import CompositeSpec, ElementSpec
from rehabill.x12.values import cents

Meaning = Callable[[str, str], str]
"""What a code of an outside list says: (list, code) → words, empty when not known."""

MONEY = "782"
"""The data element that holds an amount."""
_FIXED = ("ISA",)
_REMEMBERED, _LONGEST_REMEMBERED = 8_192, 1_000
"""So many segments, and so many characters of one."""


class Field(msgspec.Struct, frozen=True, omit_defaults=True):
    """One element or component that is given. `text` is the value as people read it.

    `personal`: the kind of data (`PERSONAL` in `spec/schema.py`), or `unknown` for what does not fit its place.
    """

    element: str
    name: str
    value: str
    text: str
    meaning: str = ""
    personal: str = ""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One segment. `depth` counts what stands around it; `opens` names the loop it begins."""

    depth: int
    segment: str
    name: str
    fields: tuple[Field, ...]
    byte: int
    number: int = 0
    loop: str = ""
    opens: str = ""
    is_misplaced: bool = False
    begins_unit: bool = False
    """A claim, or what people count in this transaction, begins here."""


def nothing(_list: str, _code: str) -> str:
    """No outside list is known."""
    return ""


def describe(placed: Iterable[Placed], mask: bool = True, meaning: Meaning = nothing) -> Iterator[Line]:
    """A line for every segment that is not empty."""
    words = Words(mask, meaning)
    return (words.line(one) for one in placed if one.text)


class Words:
    """Puts segments into words."""

    def __init__(self, mask: bool = True, meaning: Meaning = nothing) -> None:
        self.mask = mask
        self.meaning = meaning
        self._known: dict[tuple[object, str, Delimiters], tuple[Field, ...]] = {}
        """Of segments seen before: days, services and adjustments repeat. Specs live as long as the program."""

    def line(self, placed: Placed) -> Line:
        """One segment, with everything in it."""
        known = placed.spec or segments().get(placed.id)
        name = known.name if known else "no segment of ours"
        opens, begins = "", False
        if placed.entered and placed.head and placed.head.spec:
            loop = placed.loops[-1]
            opens = f"{loop.id} {loop.spec.name}"
            begins = loop.id == placed.head.spec.unit
        return Line(
            depth_of(placed), self._id(placed)[:3], name, self.fields(placed), placed.byte, placed.number,
            placed.loop, opens, placed.spec is None, begins,
        )  # fmt: skip

    def _id(self, placed: Placed) -> str:
        return segment_id(placed.id) if self.mask else placed.id

    def fields(self, placed: Placed) -> tuple[Field, ...]:
        """Every element that is given."""
        place = id(placed.spec) if placed.spec else placed.head.kind if placed.head else ""
        key = place, placed.text, placed.marks
        known = self._known.get(key)
        if known is None:
            known = tuple(self._fields(placed))
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            if len(placed.text) <= _LONGEST_REMEMBERED:
                self._known[key] = known
        return known

    def _fields(self, placed: Placed) -> Iterator[Field]:
        sight, name = sight_of(placed), self._id(placed)[:3]
        for number, value in enumerate(placed.elements[1:], 1):
            if value and (placed.id not in _FIXED or value.strip()):
                yield from self._element(placed, sight, f"{name}{number:02d}", number, value)

    def _element(self, placed: Placed, sight: Sight, element: str, number: int, value: str) -> Iterator[Field]:
        marks = placed.marks
        whole = sight.places[number - 1] if number <= len(sight.places) else None
        if isinstance(whole, CompositeSpec) and whole.parts:
            for one in value.split(marks.repetition) if marks.repetition else [value]:
                for index, part in enumerate(one.split(marks.component), 1):
                    if part:
                        kind = personal_kind(placed, sight, number, index)
                        yield self._field(f"{element}-{index}", part, sight.place(number, index), kind, sight)
            return
        place, kind = sight.place(number), personal_kind(placed, sight, number)
        values = value.split(marks.repetition) if marks.repetition and place and place.repeat > 1 else [value]
        for one in values:
            yield self._field(element, one.strip() if placed.id in _FIXED else one, place, kind, sight)

    def _field(self, element: str, raw: str, place: ElementSpec | None, kind: str, sight: Sight) -> Field:
        kind = kind or ("" if is_plain(raw, place, sight) else UNKNOWN)
        value = told(raw, "" if kind == UNKNOWN else kind, place, sight) if self.mask else shown(raw)
        meaning = ""
        if place and not kind:
            meaning = (self.meaning(place.list, raw) if place.list else "") or meanings().get(place.number, {}).get(
                raw, ""
            )
        return Field(element, place.name if place else "", value, readable(value, place), meaning, kind)


def depth_of(placed: Placed) -> int:
    """How far in a segment stands: 0 the interchange, 1 the group, 2 the set, then its loops."""
    if placed.head is None:
        return 0 if placed.id in ("ISA", "IEA") else 1
    return 2 if placed.id in ("ST", "SE") else 3 + len(placed.loops)


def readable(value: str, place: ElementSpec | None) -> str:
    """Amounts as dollars, days as ISO, times with their colon; anything else, and anything odd, as it stands.

    >>> readable("1250.5", ElementSpec("charge", "782", "R", "R", 1, 18)), iso_day("20260304-20260306")
    ('$1,250.50', '2026-03-04 to 2026-03-06')
    """
    if place is None:
        return value
    if place.number == MONEY:
        amount = cents(value)
        return value if amount is None else dollars(amount)
    if place.type == "TM" and value.isdigit() and len(value) >= 4:
        return f"{value[:2]}:{value[2:4]}" + (f":{value[4:6]}" if len(value) >= 6 else "")
    if place.type == "DT" or place.form in ("d8", "rd8", "qualified"):
        return iso_day(value if len(value) != 6 or place.type != "DT" else "20" + value)
    return value


def iso_day(value: str) -> str:
    """CCYYMMDD, alone or as a range, as people read it; anything else as it stands."""
    days = value.split("-")
    if all(len(day) == 8 and day.isdecimal() and day[:2] in ("18", "19", "20") for day in days) and len(days) <= 2:
        return " to ".join(f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in days)
    return value
