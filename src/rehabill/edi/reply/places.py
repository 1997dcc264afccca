"""Our name for a place in a transaction set: by loop, segment and element, as the spec of that set has it."""

import re
from collections.abc import Iterator
from functools import lru_cache

from rehabill.x12.spec.load import segments, spec_for
from rehabill.x12.spec.schema import CompositeSpec, ElementSpec, LoopSpec, SegmentSpec

_ELEMENT = re.compile(r"[A-Z0-9]{2,3}?(\d\d)(?:-(\d+))?")


@lru_cache(maxsize=4096)
def place_name(transaction: str, version: str, loop: str, segment: str, element: str) -> str:
    """What stands there, in our words: `("837", …, "2010BA", "NM1", "NM109")` → subscriber: id. Empty when
    unknown.

    Without the loop, or where it is not of this guide, the standard's own name serves; where a loop has several uses of
    the segment, that of the element alone.
    """
    spec = spec_for(transaction, version) if version else None
    uses = [one for one in _uses(spec.body, "") if one[0] == loop and one[1].id == segment] if spec else []
    definition = uses[0][1] if uses else segments().get(segment)
    if definition is None:
        return ""
    use = definition.name if len({one.name for _, one in uses}) <= 1 else ""
    if not element:
        return use
    part = element_name(definition.elements, element)
    return f"{use}: {part}" if use and part else use or part


def element_name(elements: tuple[ElementSpec | CompositeSpec, ...], element: str) -> str:
    """The name of `SV101-2` among the elements of an SV1."""
    found = _ELEMENT.fullmatch(element)
    number = int(found[1]) if found else 0
    if not found or not 0 < number <= len(elements):
        return ""
    place = elements[number - 1]
    part = int(found[2]) if found[2] else 0
    if part and isinstance(place, CompositeSpec):
        return place.parts[part - 1].name if part <= len(place.parts) else place.name
    return place.name


def _uses(body: tuple[SegmentSpec | LoopSpec, ...], loop: str) -> Iterator[tuple[str, SegmentSpec]]:
    for entry in body:
        if isinstance(entry, LoopSpec):
            yield from _uses(entry.body, entry.id)
        else:
            yield loop, entry
