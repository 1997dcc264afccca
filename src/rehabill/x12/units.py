"""The claims of a file, whatever its kind: one after the other, each with the loops around it.

A unit is what people count: a claim of an 837, a claim payment of an 835, a question or an answer of the others. What
belongs to none (the payment of an 835, the submitter of an 837) comes at the end of its set as `Rest`.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from rehabill.x12.check.graph import Graph, Loop
from rehabill.x12.outline import Head, Placed

_FURTHER_UNITS = {"276": ("2200E",), "277": ("2200E",)}
_LOOSE_OPENERS = ("CLM", "CLP")
"""What begins a claim where no spec tells."""
_LOOSE_ENDS = ("HL", "SE", "PLB", "GE", "IEA")


class Unit(msgspec.Struct):
    """One claim: its `own` segments, and the `context`: the billing provider and the subscriber it stands under."""

    head: Head
    number: str
    context: list[Placed]
    own: list[Placed]

    @property
    def segments(self) -> list[Placed]:
        return [*self.context, *self.own]


class Rest(msgspec.Struct):
    """What of a transaction set belongs to no claim, from ST to SE."""

    head: Head
    segments: list[Placed]


def units(segments: Iterable[Placed]) -> Iterator[Unit | Rest]:
    """The claims in their order, and each set's rest when it ends."""
    gatherer: _Gatherer | None = None
    for placed in segments:
        if gatherer is not None and placed.head is not gatherer.head:
            yield from gatherer.finish()
            gatherer = None
        if placed.head is not None:
            gatherer = gatherer or _Gatherer(placed.head)
            yield from gatherer.take(placed)
    if gatherer is not None:
        yield from gatherer.finish()


@lru_cache(maxsize=32)
def _loops_of(graph: Graph) -> tuple[frozenset[Loop], frozenset[Loop]]:
    """The loops that are units, and those around such."""
    wanted = {graph.spec.unit, *_FURTHER_UNITS.get(graph.spec.id, ())} - {""}
    inner: set[Loop] = set()
    around: set[Loop] = set()

    def visit(loop: Loop, path: tuple[Loop, ...]) -> None:
        for entry in loop.body:
            if isinstance(entry, Loop):
                if entry.id in wanted:
                    inner.add(entry)
                    around.update(path)
                else:
                    visit(entry, (*path, entry))

    visit(graph.root, ())
    return frozenset(inner), frozenset(around)


class _Frame(msgspec.Struct):
    """An open loop around claims, with what stands in it outside of them."""

    segments: list[Placed]
    has_units: bool = False


class _Gatherer:
    """Takes the segments of one set."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.inner, self.around = _loops_of(head.graph) if head.graph else (frozenset(), frozenset())
        self.frames: list[_Frame] = []
        self.unit: Unit | None = None
        self.rest = Rest(head, [])

    def take(self, placed: Placed) -> Iterator[Unit]:
        if self.head.graph is None:
            yield from self._loosely(placed)
            return
        kept = len(placed.loops) - placed.entered
        unit = self.unit
        if unit is not None and (kept <= len(self.frames) or placed.id == "SE"):
            yield from self._close_unit()
        while len(self.frames) > kept:
            self._close_frame()
        for loop in placed.loops[len(self.frames) :]:
            if self.unit is not None or loop not in self.around:
                break
            self.frames.append(_Frame([]))
        depth = len(self.frames)
        if self.unit is None and len(placed.loops) > depth and placed.loops[depth] in self.inner and placed.entered:
            context = [one for frame in self.frames for one in frame.segments]
            self.unit = Unit(self.head, "", context, [])
        if self.unit is not None:
            self.unit.own.append(placed)
        elif self.frames:
            self.frames[-1].segments.append(placed)
        else:
            self.rest.segments.append(placed)

    def finish(self) -> Iterator[Unit | Rest]:
        yield from self._close_unit()
        while self.frames:
            self._close_frame()
        yield self.rest

    def _close_unit(self) -> Iterator[Unit]:
        if self.unit is not None:
            self.unit.number = number_of(self.unit)
            for frame in self.frames:
                frame.has_units = True
            yield self.unit
            self.unit = None

    def _close_frame(self) -> None:
        frame = self.frames.pop()
        if not frame.has_units:
            self.rest.segments += frame.segments

    def _loosely(self, placed: Placed) -> Iterator[Unit]:
        if placed.id in _LOOSE_OPENERS or placed.id in _LOOSE_ENDS:
            yield from self._close_unit()
        if placed.id in _LOOSE_OPENERS:
            self.unit = Unit(self.head, "", [], [])
        (self.unit.own if self.unit is not None else self.rest.segments).append(placed)


def number_of(unit: Unit) -> str:
    """The number people call it by: CLM01, CLP01, else the first trace number, member id or set number in it."""
    first = unit.own[0]
    if first.id in _LOOSE_OPENERS:
        return first.value(1)
    for name, number in (("TRN", 2), ("NM1", 9), ("AK2", 2)):
        for placed in unit.own:
            if placed.id == name and placed.value(number):
                return placed.value(number)
    return ""
