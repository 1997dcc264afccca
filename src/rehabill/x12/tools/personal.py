"""Findings without the personal data they quote."""

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from rehabill.base.finding import Finding
from rehabill.x12.describe import masked
from rehabill.x12.spec.load import spec_for
from rehabill.x12.spec.schema import CompositeSpec, ElementSpec, LoopSpec, SegmentSpec

_QUOTED = re.compile(r"'([^']*)'")
_ELEMENT = re.compile(r"([A-Z0-9]{2,3}?)(\d\d)(?:-(\d+))?")
_NEEDED = frozenset({"claim", "date"})
"""Without the claim's number and the day of care nobody finds the claim; and they are what such findings are about."""


def discreet(finding: Finding, transaction: str, version: str) -> Finding:
    """The finding as it may be shown in passing: values that name a person are masked in its words."""
    at = finding.at
    if not at or not at.element or "'" not in finding.message:
        return finding
    personal = _personal_at(transaction, version, at.loop, at.segment, at.element)
    if not personal:
        return finding
    message = _QUOTED.sub(lambda quoted: f"'{masked(quoted[1], personal)}'", finding.message)
    return msgspec.structs.replace(finding, message=message)


@lru_cache(maxsize=4096)
def _personal_at(transaction: str, version: str, loop: str, segment: str, element: str) -> str:
    """The kind of personal data that any use of the segment in that loop has at the element."""
    spec, found = spec_for(transaction, version), _ELEMENT.fullmatch(element)
    if spec is None or found is None:
        return ""
    number, part = int(found[2]), int(found[3] or 0)
    for one in _segments(spec.body, "", loop):
        if one.id == segment and number <= len(one.elements):
            place: ElementSpec | CompositeSpec | None = one.elements[number - 1]
            if isinstance(place, CompositeSpec):
                place = place.parts[part - 1] if 0 < part <= len(place.parts) else None
            if isinstance(place, ElementSpec) and place.personal not in _NEEDED and place.personal:
                return place.personal
    return ""


def _segments(body: tuple[SegmentSpec | LoopSpec, ...], here: str, wanted: str) -> Iterator[SegmentSpec]:
    for entry in body:
        if isinstance(entry, LoopSpec):
            yield from _segments(entry.body, entry.id, wanted)
        elif here == wanted:
            yield entry
