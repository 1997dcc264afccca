"""Codes of lists that are kept outside the specs (states, reasons, taxonomy): where they stand, and who judges them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from rehabill.x12.delimiters import Delimiters
from rehabill.x12.spec.schema import CompositeSpec, ElementSpec, SegmentSpec


class Verdict(NamedTuple):
    """On a code: the kind of fault (`X500` …; empty for one in force), and the day on which it begins or has ended."""

    rule: str = ""
    day: str = ""


Judge = Callable[[str, str, str], Verdict]
"""(list, code, day of the group as CCYYMMDD) → what is wrong with the code."""

JUDGED_WITH_THE_CLAIM = frozenset({"icd10cm", "cpt", "modifier"})
"""Lists that go by the day of service, which stands behind the code."""

OTHER_PAYERS = frozenset({"2320", "2430"})
"""Loops of a claim that say what another payer decided: by its day, which stands behind them too."""


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


def listed_places(spec: SegmentSpec, loop: str) -> tuple[ListedPlace, ...]:
    """Those of a segment of a loop whose lists go by the day of the file."""
    found: list[ListedPlace] = []
    if loop in OTHER_PAYERS:
        return ()
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
