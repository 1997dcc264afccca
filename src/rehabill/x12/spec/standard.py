"""What X12 itself says before any guide (elements.yaml, segments.yaml): data elements, composites, segments."""

import re
from collections.abc import Container, Mapping
from typing import Any

import msgspec

from rehabill.x12.spec.schema import CompositeSpec, ElementSpec, Relation, SegmentDefinition, Type
from rehabill.x12.spec.strict import SpecError, converted

_RELATION = re.compile(r"([PRECL])((?:\d\d){2,})")


class Place(msgspec.Struct, frozen=True):
    """One line of segments.yaml: the data element or composite at a place, and our name for it."""

    number: str
    name: str


class Shape(msgspec.Struct, frozen=True):
    """A segment or composite as segments.yaml has it."""

    id: str
    name: str
    places: tuple[Place, ...]
    relations: tuple[Relation, ...]
    key: tuple[int, int] | None


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    elements: list[str]
    relations: list[str] = []
    key: str | int | None = None


class Standard:
    """elements.yaml and segments.yaml: what X12 itself says, before any guide."""

    def __init__(self, elements: Mapping[Any, Any], segments: Mapping[Any, Any]) -> None:
        self.elements: dict[str, tuple[Type, int, int]] = {
            str(number): _element_row(f"elements.yaml {number}", row) for number, row in elements.items()
        }
        rest = dict(segments)
        composites = rest.pop("composites", {})
        self.composites = {name: self._shape(name, entry, ()) for name, entry in composites.items()}
        self.segments = {name: self._shape(name, entry, composites) for name, entry in rest.items()}
        used = {
            place.number for shape in (*self.segments.values(), *self.composites.values()) for place in shape.places
        }
        if idle := sorted((set(self.elements) | set(self.composites)) - used):
            raise SpecError(f"segments.yaml: nothing uses {', '.join(idle)}")

    def _shape(self, name: str, data: Any, composites: Container[str]) -> Shape:
        where = f"segments.yaml {name}"
        entry = converted(data, Entry, where)
        places = []
        for line in entry.elements:
            number, _, words = str(line).partition(" ")
            if number not in self.elements and number not in composites:
                what = "composite" if number.startswith("C") else "data element"
                raise SpecError(f"{where}: there is no {what} {number}")
            if not words:
                raise SpecError(f"{where}: {number} has no name")
            places.append(Place(number, words))
        relations = tuple(_relation(where, text, len(places)) for text in entry.relations)
        return Shape(name, entry.name, tuple(places), relations, _key_place(where, entry.key, len(places)))

    def definitions(self) -> dict[str, SegmentDefinition]:
        return {
            shape.id: SegmentDefinition(shape.id, shape.name, tuple(map(self._any, shape.places)), shape.relations)
            for shape in self.segments.values()
        }

    def _any(self, place: Place) -> ElementSpec | CompositeSpec:
        if place.number not in self.composites:
            return self.element(place)
        shape = self.composites[place.number]
        return CompositeSpec(place.name, place.number, "S", tuple(map(self.element, shape.places)), shape.relations)

    def element(self, place: Place) -> ElementSpec:
        """A data element at a place, as X12 has it: any value of its type and length."""
        return ElementSpec(place.name, place.number, "S", *self.elements[place.number])


def _element_row(where: str, row: Any) -> tuple[Type, int, int]:
    kind, low, high = converted(row, tuple[Type, int, int], where)
    if not 1 <= low <= high:
        raise SpecError(f"{where}: {low}..{high} is no length")
    return kind, low, high


def _relation(where: str, text: str, places: int) -> Relation:
    match = _RELATION.fullmatch(text)
    numbers = tuple(int(match[2][at : at + 2]) for at in range(0, len(match[2]), 2)) if match else ()
    if match is None or not all(1 <= number <= places for number in numbers):
        raise SpecError(f"{where}: '{text}' is not a relation between its {places} places")
    return Relation(match[1], numbers)  # type: ignore[arg-type]


def _key_place(where: str, key: str | int | None, places: int) -> tuple[int, int] | None:
    if key is None:
        return None
    element, _, component = str(key).partition("-")
    if not element.isdigit() or not 1 <= int(element) <= places:
        raise SpecError(f"{where}: the key {key} is none of its {places} places")
    return int(element), int(component or 0)
