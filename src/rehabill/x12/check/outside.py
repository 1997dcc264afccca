"""Codes of lists that are kept outside the specs (states, reasons, taxonomy): where they stand, and who judges them."""

from collections.abc import Callable, Iterator

import msgspec

from rehabill.x12.delimiters import Delimiters
from rehabill.x12.spec.schema import CompositeSpec, ElementSpec, SegmentSpec

Judge = Callable[[str, str, str], str]
"""(list, code, day of the group as CCYYMMDD) → the kind of fault (`X500` …), or empty for a code in force."""

JUDGED_WITH_THE_CLAIM = frozenset({"icd10cm", "cpt", "modifier"})
"""Lists that go by the day of service, which stands behind the code."""


class ListedPlace(msgspec.Struct, frozen=True):
    """An element (or component `part`, from 1; 0: the whole) that holds a code of an outside list."""

    element: str
    name: str
    number: int
    part: int
    of: str
    """The list."""

    def codes(self, values: list[str], marks: Delimiters) -> Iterator[str]:
        """The codes that stand there. `values`: the segment split, its id first."""
        value = values[self.number] if self.number < len(values) else ""
        for one in value.split(marks.repetition) if marks.repetition else (value,):
            if self.part:
                parts = one.split(marks.component)
                one = parts[self.part - 1] if self.part <= len(parts) else ""
            if one:
                yield one


def listed_places(spec: SegmentSpec) -> tuple[ListedPlace, ...]:
    """Those of a segment whose lists go by the day of the file."""
    found = []
    for number, place in enumerate(spec.elements, 1):
        element = f"{spec.id}{number:02d}"
        inner: list[tuple[str, ElementSpec, int]] = (
            [(f"{element}-{part}", one, part) for part, one in enumerate(place.parts, 1)]
            if isinstance(place, CompositeSpec)
            else [(element, place, 0)]
        )
        found += [
            ListedPlace(name, one.name, number, part, one.list)
            for name, one, part in inner
            if one.list and one.list not in JUDGED_WITH_THE_CLAIM
        ]
    return tuple(found)
