"""Segments in words: every element with its name, its value as people read it, and what a code means.

Personal data is masked by what the spec says of each place (`PERSONAL` in `spec/schema.py`); a segment for which the
spec has no place is masked whole, because nothing says what it holds.
"""

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from rehabill.base.money import dollars
from rehabill.x12.outline import Placed
from rehabill.x12.scan import shown
from rehabill.x12.spec.load import meanings, segments
from rehabill.x12.spec.schema import CompositeSpec, ElementSpec

Meaning = Callable[[str, str], str]
"""What a code of an outside list says: (list, code) → words, empty when not known."""

MONEY = "782"
"""The data element that holds an amount."""
_AMOUNT = re.compile(r"(-?)(\d{0,15})(?:\.(\d*))?")
_FIXED = ("ISA",)
_SOCIAL_SECURITY = ("SY", "34")


class Field(msgspec.Struct, frozen=True, omit_defaults=True):
    """One element or component that is given. `text` is the value as people read it; `personal` the kind of data."""

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
            depth_of(placed), placed.id[:3], name, tuple(self.fields(placed)), placed.byte, placed.number,
            placed.loop, opens, placed.spec is None, begins,
        )  # fmt: skip

    def fields(self, placed: Placed) -> Iterator[Field]:
        """Every element that is given."""
        known = placed.spec or segments().get(placed.id)
        places = known.elements if known else ()
        for number, value in enumerate(placed.elements[1:], 1):
            place = places[number - 1] if number <= len(places) else None
            if value and (placed.id not in _FIXED or value.strip()):
                yield from self._element(placed, number, value, place)

    def _element(
        self, placed: Placed, number: int, value: str, place: ElementSpec | CompositeSpec | None
    ) -> Iterator[Field]:
        marks, element = placed.marks, f"{placed.id[:3]}{number:02d}"
        hide = "text" if placed.spec is None else ""
        if isinstance(place, CompositeSpec) and place.parts:
            for one in value.split(marks.repetition) if marks.repetition else [value]:
                for index, part in enumerate(one.split(marks.component), 1):
                    inner = place.parts[index - 1] if index <= len(place.parts) else None
                    if part:
                        yield self.field(f"{element}-{index}", part, inner, hide)
            return
        simple = place if isinstance(place, ElementSpec) else None
        if simple and not hide:
            hide = personal_of(placed, number, simple)
        values = value.split(marks.repetition) if marks.repetition and simple and simple.repeat > 1 else [value]
        for one in values:
            yield self.field(element, one.strip() if placed.id in _FIXED else one, simple, hide)

    def field(self, element: str, raw: str, place: ElementSpec | None, personal: str = "") -> Field:
        """One value at its place; `personal` is the kind of data where the place alone does not tell it."""
        personal = "" if personal == "-" else personal or (place.personal if place else "")
        value = shown(raw)
        if personal and self.mask:
            value = masked(value, personal)
        meaning = ""
        if place and not personal:
            meaning = (self.meaning(place.list, raw) if place.list else "") or meanings().get(place.number, {}).get(
                raw, ""
            )
        return Field(element, place.name if place else "", value, readable(value, place), meaning, personal)


def personal_of(placed: Placed, number: int, place: ElementSpec) -> str:
    """What else tells whether a value is personal: a social security number is, an organisation's name is not (`-`)."""
    if place.personal == "provider" and placed.id == "NM1" and placed.value(2) == "2":
        return "-"
    if place.form == "qualified" and not place.personal and placed.value(number - 1) in _SOCIAL_SECURITY:
        return "id"
    return ""


def depth_of(placed: Placed) -> int:
    """How far in a segment stands: 0 the interchange, 1 the group, 2 the set, then its loops."""
    if placed.head is None:
        return 0 if placed.id in ("ISA", "IEA") else 1
    return 2 if placed.id in ("ST", "SE") else 3 + len(placed.loops)


def masked(value: str, personal: str) -> str:
    """A value that names a person, with just enough left to compare two of them.

    >>> masked("HOLLOWAY", "name"), masked("6P75KT9QN93", "id"), masked("19450117", "birth"), masked("89501", "address")
    ('H•••', '•••QN93', '1945-••-••', '•••')
    """
    if personal in ("name", "provider"):
        return value[:1] + "•••"
    if personal in ("id", "claim") and len(value) > 6:
        return "•••" + value[-4:]
    if personal in ("birth", "date") and len(value) >= 8 and value[:8].isdigit():
        return f"{value[:4]}-••-••"
    return "•••"


def readable(value: str, place: ElementSpec | None) -> str:
    """Amounts as dollars, days as ISO, times with their colon; anything else, and anything odd, as it stands.

    >>> readable("1250.5", ElementSpec("charge", "782", "R", "R", 1, 18)), iso_day("20260304-20260306")
    ('$1,250.50', '2026-03-04 to 2026-03-06')
    """
    if place is None:
        return value
    if place.number == MONEY:
        cents = cents_of(value)
        return value if cents is None else dollars(cents)
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


def cents_of(value: str) -> int | None:
    """An amount as X12 writes it, in cents; None for anything else, and for parts of a cent.

    >>> cents_of("120"), cents_of("-0.5"), cents_of("1.005"), cents_of("x")
    (12000, -50, None, None)
    """
    found = _AMOUNT.fullmatch(value)
    if found is None or not (found[2] or found[3]) or not value.isascii():
        return None
    part = (found[3] or "").rstrip("0")
    if len(part) > 2:
        return None
    cents = int(found[2] or 0) * 100 + int(part.ljust(2, "0"))
    return -cents if found[1] else cents
