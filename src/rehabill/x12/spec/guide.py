"""One transaction's guide as its file has it, in our shorthand, read against the standard."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from rehabill.x12.spec.element_line import narrowed
from rehabill.x12.spec.schema import (
    MANY,
    CompositeSpec,
    ElementSpec,
    Key,
    LoopSpec,
    SegmentSpec,
    TransactionSpec,
    Usage,
)
from rehabill.x12.spec.standard import Place, Shape, Standard
from rehabill.x12.spec.strict import SpecError, converted

_KEY = re.compile(
    r"(?P<loop>loop )?(?P<id>[A-Z0-9]+) (?P<usage>[RSN]) (?P<repeat>[1-9]\d*|>1) (?P<name>[^?]+?)"
    r"(?: \?(?P<only>!)? (?P<when>\w+))?"
)
_TIMES = re.compile(r"([RSN])(\d+)")
_MORE = re.compile(r"(\d+) more")


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One transaction's file as it is written."""

    set: str
    group: str
    name: str
    versions: tuple[str, ...]
    body: list[Any]
    unit: str = ""
    purposes: tuple[str, ...] = ()
    situations: dict[str, str] = {}
    unverified: str = ""
    shapes: Any = None
    """Element lists that the file's body points at (`*name`); not read by themselves."""


class GuideReader:
    """Reads one transaction's file against the standard."""

    def __init__(self, standard: Standard, name: str, sheet: Mapping[Any, Any]) -> None:
        self.standard = standard
        self.name = name
        self.file = f"{name}.yaml"
        self.sheet: Sheet = converted(sheet, Sheet, self.file)
        self.situations: set[str] = set()

    def read(self) -> TransactionSpec:
        sheet = self.sheet
        body = self._body(sheet.body, "")
        if idle := sorted(set(sheet.situations) - self.situations):
            raise SpecError(f"{self.file}: no entry uses the situation {', '.join(idle)}")
        if sheet.unit and sheet.unit not in set(_loops(body)):
            raise SpecError(f"{self.file}: unit names the loop {sheet.unit}, which is not there")
        return TransactionSpec(
            self.name, sheet.set, sheet.group, sheet.name, sheet.versions, sheet.purposes, sheet.unit,
            sheet.situations, sheet.unverified, body,
        )  # fmt: skip

    def _body(self, rows: Any, loop: str) -> tuple[SegmentSpec | LoopSpec, ...]:
        where = f"{self.file} {loop}".rstrip()
        if not isinstance(rows, list) or not rows:
            raise SpecError(f"{where}: must hold a list of segments and loops")
        body: list[SegmentSpec | LoopSpec] = []
        for row in rows:
            if not isinstance(row, dict) or len(row) != 1:
                raise SpecError(f"{where}: {row!r} is not one entry with its list")
            [(key, value)] = row.items()
            body.append(self._entry(str(key), value, where, loop))
        if loop and not isinstance(body[0], SegmentSpec):
            raise SpecError(f"{where}: a loop begins with a segment")
        self._check_siblings(body, where)
        return tuple(body)

    def _entry(self, key: str, value: Any, where: str, loop: str) -> SegmentSpec | LoopSpec:
        match = _KEY.fullmatch(key)
        if match is None:
            raise SpecError(f"{where}: '{key}' is not 'ID usage repeat name' (R, S or N; a number or >1)")
        usage: Usage = match["usage"]  # type: ignore[assignment]
        repeat = MANY if match["repeat"] == ">1" else int(match["repeat"])
        when = self._situation(match["when"] or "", f"{where} {match['id']}")
        only = match["only"] is not None
        if match["loop"]:
            body = self._body(value, match["id"])
            return LoopSpec(match["id"], match["name"], usage, repeat, body, when, only)
        shape = self.standard.segments.get(match["id"])
        place = f"{where} {match['id']} {match['name']}"
        if shape is None:
            raise SpecError(f"{place}: there is no segment {match['id']} in segments.yaml")
        elements = self._elements(shape, value, place)
        return SegmentSpec(
            shape.id, match["name"], usage, repeat, elements, shape.relations, _key(shape, elements), when, only
        )

    def _elements(self, shape: Shape, value: Any, where: str) -> tuple[ElementSpec | CompositeSpec, ...]:
        given = _spread(value, where)
        if len(given) != len(shape.places):
            raise SpecError(f"{where}: {len(given)} elements are given, {shape.id} has {len(shape.places)}")
        made: list[ElementSpec | CompositeSpec] = []
        for number, (place, text) in enumerate(zip(shape.places, given, strict=True), start=1):
            at = f"{where}, {shape.id}{number:02}"
            if place.number in self.standard.composites:
                made.append(self._composite(place, text, at))
            elif isinstance(text, list):
                raise SpecError(f"{at}: data element {place.number} has no components")
            else:
                made.append(self._element(self.standard.element(place), text, at))
        return tuple(made)

    def _composite(self, place: Place, value: Any, where: str) -> CompositeSpec:
        shape = self.standard.composites[place.number]
        if value == "N":
            return CompositeSpec(place.name, place.number, "N")
        if not isinstance(value, list) or not value:
            raise SpecError(f"{where}: the composite {place.number} is a list: its own usage, then its components")
        own = ElementSpec(place.name, place.number, "S", "AN", 1, MANY)
        head = self._element(own, str(value[0]), where) if value[0] != "N" else own
        rest = _spread(value[1:], where)
        if len(rest) != len(shape.places):
            raise SpecError(f"{where}: {len(rest)} components are given, {shape.id} has {len(shape.places)}")
        if head.codes or head.list or head.form or head.personal:
            raise SpecError(f"{where}: '{value[0]}': a composite itself has a usage, repetitions and a situation only")
        parts = tuple(
            self._element(self.standard.element(part), text, f"{where}-{number}")
            for number, (part, text) in enumerate(zip(shape.places, rest, strict=True), start=1)
        )
        return CompositeSpec(place.name, place.number, head.usage, parts, shape.relations, head.repeat, head.when)

    def _element(self, element: ElementSpec, line: object, where: str) -> ElementSpec:
        found = narrowed(element, line, where)
        self._situation(found.when, where)
        return found

    def _situation(self, name: str, where: str) -> str:
        if name and name not in self.sheet.situations:
            raise SpecError(f"{where}: the situation '{name}' is not explained under `situations`")
        self.situations.add(name)
        return name

    def _check_siblings(self, body: list[SegmentSpec | LoopSpec], where: str) -> None:
        """Two uses of one segment side by side must be told apart by their codes; a loop's id stands once."""
        ids = [node.id for node in body if isinstance(node, LoopSpec)]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise SpecError(f"{where}: the loop {', '.join(twice)} stands twice")
        segments = [node if isinstance(node, SegmentSpec) else node.opener for node in body]
        for index, one in enumerate(segments):
            for other in segments[index + 1 :]:
                if one.id == other.id and not _apart(one, other):
                    raise SpecError(f"{where}: nothing tells {one.id} '{one.name}' from {other.id} '{other.name}'")


def _apart(one: SegmentSpec, other: SegmentSpec) -> bool:
    return (
        one.key is not None
        and other.key is not None
        and (one.key.element, one.key.component) == (other.key.element, other.key.component)
        and one.key.codes.isdisjoint(other.key.codes)
    )


def _loops(body: tuple[SegmentSpec | LoopSpec, ...]) -> Iterator[str]:
    for node in body:
        if isinstance(node, LoopSpec):
            yield node.id
            yield from _loops(node.body)


def _key(shape: Shape, elements: tuple[ElementSpec | CompositeSpec, ...]) -> Key | None:
    if shape.key is None:
        return None
    element, component = shape.key
    place = elements[element - 1]
    if isinstance(place, CompositeSpec):
        if not place.parts:
            return None
        place = place.parts[component - 1]
    return Key(element, component, place.codes) if place.codes else None


def _spread(value: Any, where: str) -> list[Any]:
    """`N3` is three places not used, `S4` four that are situational; `10 more` repeats the place before it."""
    if not isinstance(value, list) or not value:
        raise SpecError(f"{where}: must hold a list of elements")
    spread: list[Any] = []
    for item in value:
        if isinstance(item, str) and (match := _TIMES.fullmatch(item)):
            spread += [match[1]] * int(match[2])
        elif isinstance(item, str) and (match := _MORE.fullmatch(item)):
            if not spread:
                raise SpecError(f"{where}: '{item}' has nothing before it")
            spread += [spread[-1]] * int(match[1])
        else:
            spread.append(item)
    return spread
