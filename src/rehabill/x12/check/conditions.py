"""Elements that must be given in a situation which their own segment tells (CLM11 says car accident: CLM11-4)."""

import msgspec

from rehabill.x12.situations import SITUATIONS, holds
from rehabill.x12.spec.schema import CompositeSpec, SegmentSpec


class ConditionalPlace(msgspec.Struct, frozen=True):
    """An element (or its component `part`, from 1; 0: the whole) with the situation that requires it."""

    element: str
    name: str
    number: int
    part: int
    when: str

    def is_due(self, values: list[str], component: str) -> bool:
        """Is it empty although the situation holds? `values`: the segment split, its id first."""
        value = values[self.number] if self.number < len(values) else ""
        if self.part:
            parts = value.split(component)
            value = parts[self.part - 1] if self.part <= len(parts) else ""
        return not value and holds(self.when, values, component)


def conditional_places(spec: SegmentSpec) -> tuple[ConditionalPlace, ...]:
    """Those of a segment that it can tell by itself."""
    found = []
    for number, place in enumerate(spec.elements, 1):
        element = f"{spec.id}{number:02d}"
        found.append(ConditionalPlace(element, place.name, number, 0, place.when))
        parts = place.parts if isinstance(place, CompositeSpec) else ()
        found += [
            ConditionalPlace(f"{element}-{index}", part.name, number, index, part.when)
            for index, part in enumerate(parts, 1)
        ]
    return tuple(one for one in found if one.when in SITUATIONS and SITUATIONS[one.when].segment == spec.id)
