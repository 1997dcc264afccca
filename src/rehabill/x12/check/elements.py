"""The close look at a segment: every element's usage, length, characters, codes, form, and conditions between them."""

import calendar
import re
from collections.abc import Callable, Iterator

import msgspec

from rehabill.base.ids import npi_is_valid
from rehabill.x12.check.conditions import conditional_places
from rehabill.x12.check.relations import holds, in_words
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.scan import shown
from rehabill.x12.spec.schema import CompositeSpec, ElementSpec, SegmentSpec
from rehabill.x12.values import in_order

Place = ElementSpec | CompositeSpec


class Flaw(msgspec.Struct, frozen=True):
    """What is wrong at one element (`REF02`, `SV101-3`; empty: the whole segment): a kind of fault and its facts."""

    rule: str
    element: str
    facts: dict[str, str | int]


def flaws(spec: SegmentSpec, text: str, delimiters: Delimiters) -> list[Flaw]:
    """Everything wrong with the elements of a segment that stands where `spec` says."""
    return [*_Look(spec, text, delimiters).flaws(), *_situational(spec, text, delimiters)]


def _situational(spec: SegmentSpec, text: str, delimiters: Delimiters) -> Iterator[Flaw]:
    """Places that the segment's own values require and that are empty."""
    values = text.split(delimiters.element)
    for place in conditional_places(spec):
        if place.is_due(values, delimiters.component):
            facts: dict[str, str | int] = {"element": place.element, "name": place.name, "situation": place.when}
            yield Flaw("X226", place.element, facts)


class _Look:
    def __init__(self, spec: SegmentSpec, text: str, delimiters: Delimiters) -> None:
        self.spec = spec
        self.delimiters = delimiters
        self.values = text.split(delimiters.element, 2 if spec.id == "BIN" else -1)[1:]  # bytes may hold separators

    def flaws(self) -> Iterator[Flaw]:
        spec, values = self.spec, self.values
        if values and not values[-1]:
            yield Flaw("X222", "", {"segment": spec.id})
        if len(values) > len(spec.elements):
            yield Flaw("X212", "", {"segment": spec.id, "count": len(values), "limit": len(spec.elements)})
        former = ""
        for number, place in enumerate(spec.elements, 1):
            value = values[number - 1] if number <= len(values) else ""
            yield from self._place(f"{spec.id}{number:02d}", place, value, former)
            former = _qualifier(place, value)
        names = [place.name for place in spec.elements]
        for relation in spec.relations:
            if not holds(relation, values):
                named = [names[place - 1] for place in relation.places if place <= len(names)]
                element = f"{spec.id}{relation.places[0]:02d}"
                yield Flaw("X211", element, {"element": element, "why": in_words(relation, named)})

    def _place(self, element: str, place: Place, value: str, former: str) -> Iterator[Flaw]:
        if not value:
            if place.usage == "R":
                yield Flaw("X210", element, {"element": element, "name": place.name})
            return
        if place.usage == "N":
            yield Flaw("X219", element, {"element": element, "name": place.name, "value": _shown(value)})
            return
        repetition = self.delimiters.repetition
        values = value.split(repetition) if repetition and (place.repeat > 1 or repetition in value) else [value]
        if isinstance(place, ElementSpec) and place.type == "B":
            values = [value]
        if len(values) > place.repeat:
            facts: dict[str, str | int] = {"element": element, "name": place.name, "count": len(values)}
            yield Flaw("X220", element, {**facts, "limit": place.repeat})
        for one in values:
            if isinstance(place, CompositeSpec):
                yield from self._composite(element, place, one)
            else:
                yield from self._simple(element, place, one, former)

    def _composite(self, element: str, place: CompositeSpec, value: str) -> Iterator[Flaw]:
        parts = value.split(self.delimiters.component)
        if len(parts) > len(place.parts):
            facts: dict[str, str | int] = {"element": element, "name": place.name, "count": len(parts)}
            yield Flaw("X221", element, {**facts, "limit": len(place.parts)})
        elif not parts[-1]:
            yield Flaw("X222", element, {"segment": element})
        former = ""
        for number, part in enumerate(place.parts, 1):
            one = parts[number - 1] if number <= len(parts) else ""
            yield from self._place(f"{element}-{number}", part, one, former)
            former = _qualifier(part, one)
        for relation in place.relations:
            if not holds(relation, parts):
                named = [place.parts[index - 1].name for index in relation.places if index <= len(place.parts)]
                where = f"{element}-{relation.places[0]}"
                yield Flaw("X211", where, {"element": where, "why": in_words(relation, named)})

    def _simple(self, element: str, place: ElementSpec, value: str, former: str) -> Iterator[Flaw]:
        facts: dict[str, str | int] = {"element": element, "name": place.name, "value": _shown(value)}
        if self.delimiters.component in value and place.type != "B":
            count = value.count(self.delimiters.component) + 1
            yield Flaw("X221", element, {"element": element, "name": place.name, "count": count, "limit": 1})
            return
        if place.codes:
            if value not in place.codes:
                yield Flaw("X216", element, {**facts, "allowed": _listed(place.codes)})
            return
        problem = _characters(value, place.type)
        if problem:
            yield Flaw("X215", element, {**facts, "why": problem})
            return
        length = len(value.replace("-", "").replace(".", "")) if place.type in ("N0", "R") else len(value)
        if length < place.low:
            yield Flaw("X213", element, {**facts, "limit": place.low})
        elif length > place.high:
            yield Flaw("X214", element, {**facts, "limit": place.high})
        elif not (place.form in _ZIPS and self._is_abroad()):
            yield from _form(place, value, former, element, facts)

    def _is_abroad(self) -> bool:
        """Does the address (N4) name another country? Its postal codes are its own."""
        return "".join(self.values[3:4]) not in ("", "US")


def _qualifier(place: Place, value: str) -> str:
    """What the place behind goes by; nothing when it is a code not allowed."""
    return "" if isinstance(place, ElementSpec) and place.codes and value not in place.codes else value


def _shown(value: str) -> str:
    value = shown(value)
    return value if len(value) <= 60 else value[:59] + "…"


def _listed(codes: frozenset[str]) -> str:
    listed = in_order(codes)
    return ", ".join(listed) if len(listed) <= 12 else ", ".join(listed[:12]) + f" … ({len(listed)} in all)"


_NUMBERS = {"N0": r"-?\d+", "R": r"-?(?:\d+(?:\.\d+)?|\.\d+)"}


def _characters(value: str, kind: str) -> str:
    """Why these characters cannot stand in an element of this type; empty when they can."""
    if kind in _NUMBERS:
        return "" if re.fullmatch(_NUMBERS[kind], value) else "is no number as X12 writes it"
    if kind == "B":
        return ""
    if not value.isascii():
        return "holds a letter outside X12's character sets"
    if not value.isprintable():
        return "holds a control character"
    if kind == "AN" and value != value.rstrip(" ") and value.strip(" "):
        return "ends in a blank"
    return "" if value.strip(" ") else "holds nothing but blanks"


def is_day(value: str) -> bool:
    """CCYYMMDD of a day that exists, in the years that can matter (1850 to 2100)."""
    if len(value) != 8 or not value.isascii() or not value.isdigit():
        return False
    year, month, day = int(value[:4]), int(value[4:6]), int(value[6:])
    return 1850 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _is_range(value: str) -> bool:
    first, _, last = value.partition("-")
    return is_day(first) and is_day(last) and first <= last


def _is_time(value: str) -> bool:
    return re.fullmatch(r"([01]\d|2[0-3])[0-5]\d([0-5]\d(\d{1,2})?)?", value) is not None


def _digits(count: int) -> Callable[[str], bool]:
    return lambda value: len(value) == count and value.isascii() and value.isdigit()


def _is_tax_number(value: str) -> bool:
    return re.fullmatch(r"(?!0{9})\d{9}", value, re.ASCII) is not None


def _is_zip(value: str) -> bool:
    return re.fullmatch(r"(?!00000)\d{5}(?:\d{4})?", value, re.ASCII) is not None


_ABROAD = "(an address abroad names its country in N404)"
_ZIPS = ("zip", "zip9")


_FORMS: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "d8": (is_day, "X217", ""),
    "rd8": (_is_range, "X217", ""),
    "tm": (_is_time, "X218", ""),
    "npi": (npi_is_valid, "X223", ""),
    "npi-shape": (_digits(10), "X224", "an NPI has ten digits"),
    "zip9": (_is_zip, "X224", f"a ZIP code here has nine digits, not all 0 {_ABROAD}"),
    "zip": (_is_zip, "X224", f"a ZIP code has five or nine digits, not all 0 {_ABROAD}"),
    "phone": (_digits(10), "X224", "a telephone number has ten digits"),
    "ssn": (_is_tax_number, "X224", "it has nine digits, not all 0"),
    "tin": (_is_tax_number, "X224", "a tax number has nine digits, not all 0"),
    "taxonomy": (lambda value: re.fullmatch(r"[0-9A-Z]{10}", value) is not None, "X224", "it has ten characters"),
}
_QUALIFIED = {"D8": "d8", "RD8": "rd8", "XX": "npi", "TE": "phone", "FX": "phone", "EI": "tin", "24": "tin",
              "34": "ssn", "SY": "ssn"}  # fmt: skip


def _form(place: ElementSpec, value: str, former: str, element: str, facts: dict[str, str | int]) -> Iterator[Flaw]:
    if place.type == "DT" and place.form != "d8":
        year = "20" if len(value) == 6 else ""
        if not is_day(year + value):
            yield Flaw("X217", element, facts)
    elif place.type == "TM" and place.form != "tm" and not _is_time(value):
        yield Flaw("X218", element, facts)
    form = _QUALIFIED.get(former, "") if place.form == "qualified" else place.form
    if form:
        is_right, rule, why = _FORMS["npi-shape" if form == "npi" and not _digits(10)(value) else form]
        if not is_right(value):
            yield Flaw(rule, element, {**facts, "why": why} if why else facts)
        elif form == "zip9" and len(value) == 5:
            yield Flaw("X225", element, facts)
        elif form == "npi" and value[0] not in "12":
            yield Flaw("X227", element, facts)
