"""A file segment by segment, each with its place in its transaction's spec: what every tool walks over.

Streaming, in flat memory, and without judgement: a segment that has no place is given without one.
"""

from collections.abc import Iterable, Iterator

import msgspec

from rehabill.x12.check.graph import Graph, Loop, graph_for
from rehabill.x12.check.reading import Trail
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.scan import Batch
from rehabill.x12.spec.load import load
from rehabill.x12.spec.schema import SegmentSpec, TransactionSpec

_CLOSES_SET = ("SE", "GE", "IEA")


class Head(msgspec.Struct):
    """What a transaction set is part of: its interchange, its group and itself, each by its opening segment.

    `graph` is None when no spec of ours knows the set. `number` counts the sets of the file from 1.
    """

    isa: list[str]
    gs: list[str]
    st: list[str]
    number: int
    graph: Graph | None
    purpose: str = ""

    @property
    def id(self) -> str:
        return element(self.st, 1)

    @property
    def control(self) -> str:
        return element(self.st, 2)

    @property
    def version(self) -> str:
        return element(self.st, 3) or element(self.gs, 8)

    @property
    def spec(self) -> TransactionSpec | None:
        return self.graph.spec if self.graph else None

    @property
    def kind(self) -> str:
        """The id of the spec (`837p`), else of the transaction (`837`)."""
        return self.graph.spec.id if self.graph else self.id


class Placed(msgspec.Struct):
    """One segment. `elements` begins with its id; `piece` is the text with the line ends around it.

    `loops` are those around it, the outermost first; `entered` counts how many of them begin here. `spec` is None for a
    segment without a place. `head` is None outside transaction sets.
    """

    elements: list[str]
    text: str
    piece: str
    byte: int
    marks: Delimiters
    spec: SegmentSpec | None
    loops: tuple[Loop, ...]
    entered: int
    head: Head | None
    number: int
    """The segment's place in its set, ST being 1; 0 outside."""
    closed: bool = True
    before: str = ""
    """Text outside any interchange that stood before it."""

    @property
    def id(self) -> str:
        return self.elements[0]

    @property
    def loop(self) -> str:
        """The id of the innermost loop; empty directly in the set."""
        return self.loops[-1].id if self.loops else ""

    def value(self, number: int, part: int = 0) -> str:
        """An element from 1, or a component of it from 1; empty when it is not given."""
        found = element(self.elements, number)
        if not part:
            return found
        parts = found.split(self.marks.component)
        return element(["", *parts], part)


def element(elements: list[str], number: int) -> str:
    """The element of that number in a segment split with its id first; empty when the segment ends before it."""
    return elements[number] if number < len(elements) else ""


def outline(batches: Iterable[Batch]) -> Iterator[Placed]:
    """Every segment of a file, in its order."""
    walker = _Walker()
    for batch in batches:
        yield from walker.take(batch)


class _Walker:
    def __init__(self) -> None:
        self.isa: list[str] = []
        self.gs: list[str] = []
        self.head: Head | None = None
        self.sets = self.number = 0
        self.trail: Trail | None = None
        self.loops: tuple[Loop, ...] = ()
        self.envelope = {spec.id: spec for spec in _all_segments(load("envelope").body)}

    def take(self, batch: Batch) -> Iterator[Placed]:
        byte, last, before = batch.byte, len(batch.pieces) - 1, batch.before
        for index, (piece, text) in enumerate(zip(batch.pieces, batch.segments, strict=True)):
            placed = self._placed(text, piece, byte, batch, index)
            placed.before, before = before, ""
            if index == last:
                placed.closed = batch.closed
            yield placed
            byte += len(piece) + 1

    def _placed(self, text: str, piece: str, byte: int, batch: Batch, index: int) -> Placed:
        elements = text.split(batch.delimiters.element)
        name = elements[0]
        spec, entered = self.envelope.get(name), 0
        if name == "ST":
            spec = self._enter(elements, batch, index) or spec
        elif name in ("ISA", "GS", "GE", "IEA"):
            self._leave()
            if name == "ISA":
                self.isa, self.gs = elements, []
            elif name == "GS":
                self.gs = elements
        elif self.trail is not None and text:
            spec, entered = self._step(self.trail, elements, batch, index)
        if self.head is not None:
            self.number += 1
        byte += len(piece) - len(piece.lstrip("\r\n \t"))
        placed = Placed(
            elements, text, piece, byte, batch.delimiters, spec, self.loops, entered, self.head, self.number
        )
        if name == "SE":
            self._leave()
        return placed

    def _enter(self, elements: list[str], batch: Batch, index: int) -> SegmentSpec | None:
        self._leave()
        following = batch.segments[index + 1].split(batch.delimiters.element) if index + 1 < len(batch.segments) else []
        purpose = element(following, 2) if following[:1] == ["BHT"] else ""
        self.sets += 1
        self.head = Head(self.isa, self.gs, elements, self.sets, None, purpose)
        graph = self.head.graph = graph_for(self.head.id, self.head.version, purpose, batch.delimiters)
        if graph is None:
            return None
        self.trail = Trail(graph)
        return self.trail.node.spec

    def _leave(self) -> None:
        self.head = self.trail = None
        self.loops = ()
        self.number = 0

    def _step(self, trail: Trail, elements: list[str], batch: Batch, index: int) -> tuple[SegmentSpec | None, int]:
        """The spec of the next segment, that of the place where it belongs if it stands elsewhere; loops entered."""
        reading = trail.step(batch, index, elements)
        move = reading.move
        if move is None:
            return reading.home.spec if reading.home else None, 0
        if move.leave:
            self.loops = self.loops[: len(self.loops) - move.leave]
        if move.enter:
            self.loops += move.enter
        return move.node.spec, len(move.enter)


def _all_segments(body: Iterable[object]) -> Iterator[SegmentSpec]:
    for entry in body:
        if isinstance(entry, SegmentSpec):
            yield entry
        else:
            yield from _all_segments(getattr(entry, "body", ()))
