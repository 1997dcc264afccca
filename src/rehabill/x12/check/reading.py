"""Where a segment stands that does not simply follow the one before: one is missing, doubled, misplaced or misnamed.

Every way to read it is tried on the segments behind it, and the one from which the fewest faults follow is taken: so a
single mistake is told once, at its place, and nothing follows from it.
"""

from collections.abc import Iterable, Sequence

from rehabill.x12.check.elements import flaws
from rehabill.x12.check.envelope import ENVELOPE
from rehabill.x12.check.graph import Graph, Loop, Move, Node
from rehabill.x12.check.ways import ASIDE, Reading, ways
from rehabill.x12.scan import Batch
from rehabill.x12.spec.schema import MANY

LOOKED_AHEAD = 8
"""Segments behind it by which a reading is judged."""
_ENOUGH = 3
"""So many that follow plainly show that a segment of an outer loop was put aside rightly."""

_OUTSIDE = ENVELOPE - {"SE"}

Elements = list[str]
"""A segment split at its elements, the id first."""
Open = tuple[Loop, list[int]]
"""An open loop and what stood in it: places of its body, in order."""
Piece = tuple[Batch, int, int]
"""Segments of a batch, from an index to before another."""


def following(pieces: Sequence[Piece], index: int, is_all: bool) -> list[Elements] | None:
    """What stands behind the segment at `index` of the first piece in its set, SE included, as far as it is looked at.

    None when more is needed: the pieces end before, and they are not `is_all` there is.
    """
    found: list[Elements] = []
    for number, (batch, start, _) in enumerate(pieces):
        for at in range(start if number else index + 1, len(batch.segments)):
            elements = batch.segments[at].split(batch.delimiters.element)
            if elements[0] in _OUTSIDE or len(found) == LOOKED_AHEAD:
                return found
            if elements[0]:
                found.append(elements)
            if elements[0] == "SE":
                return found
    return found if is_all else None


class Trail:
    """Where the segments of one set stand, told of one after the other; `node` is the place of the last one that has a
    place of its own.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.node = graph.start.node
        self.frames: list[Open] = [(graph.root, [0])]

    def step(self, batch: Batch, index: int, elements: Elements) -> Reading:
        """The reading of the next segment, by what follows it in its batch."""
        move = self.graph.step(self.node, elements)
        if move is not None and (move.is_plain or elements[0] == "SE"):
            reading = Reading(move)
        else:
            behind = following([(batch, index, index + 1)], index, True) or []
            reading = best(self.graph, self.node, self.frames, elements, behind)
        move = reading.move
        if move is not None:
            if move.leave:
                del self.frames[-move.leave :]
            for loop in move.enter:
                self.frames[-1][1].append(loop.place)
                self.frames.append((loop, []))
            self.node = move.node
        if move is not None or not reading.rule:
            self.frames[-1][1].append(self.node.place)
        return reading


def best(graph: Graph, node: Node, frames: Sequence[Open], elements: Elements, behind: list[Elements]) -> Reading:
    """The reading of a segment that comes after `node`, by what stands behind it."""
    found = ways(graph, node, elements)
    tried = _Tried(graph, node, frames, behind)
    for reading in found.named:
        if tried.settles(reading):
            return tried.best
    aside = tried.faults(ASIDE, tried.least)
    costs = [tried.faults(one, aside + 1) + _other_flaws(graph, one, elements) for one in found.misnamed]
    least = min(costs, default=MANY)
    if least < aside or costs.count(least) == 1:
        tried.weigh(found.misnamed[costs.index(least)], least)
    if tried.weigh(ASIDE, aside):
        return tried.best
    for reading in found.unopened:
        tried.settles(reading)
    return tried.best


def _other_flaws(graph: Graph, reading: Reading, elements: Elements) -> int:
    """Is more wrong than the qualifier, at that place?"""
    assert reading.move is not None
    spec, marks = reading.move.node.spec, graph.delimiters
    key = spec.key
    if key is None or key.component or len(elements) <= key.element:
        return 0
    renamed = [[*elements[: key.element], code, *elements[key.element + 1 :]] for code in sorted(key.codes)]
    return int(all(flaws(spec, marks.element.join(one), marks) for one in renamed))


class _Tried:
    """The best of the readings tried so far."""

    def __init__(self, graph: Graph, node: Node, frames: Sequence[Open], behind: list[Elements]) -> None:
        self.graph, self.node, self.frames, self.behind = graph, node, frames, behind
        self.best = ASIDE
        self.least = MANY

    def settles(self, reading: Reading) -> bool:
        """Try it; True when no other one can be better."""
        return self.weigh(reading, self.faults(reading, self.least))

    def weigh(self, reading: Reading, faults: int) -> bool:
        if faults < self.least:
            self.best, self.least = reading, faults
        return self.least <= (1 if reading.rule or reading.move is None or reading.move.is_late else 0)

    def faults(self, reading: Reading, limit: int) -> int:
        """How many faults there are when the segment is read so, and with those behind it; counted up to a limit."""
        trial = _Trial(self.graph, self.node, self.frames)
        trial.read(reading)
        is_of_outer = bool(reading.rule) and reading.leave > 0 and not reading.is_before
        for number, elements in enumerate(self.behind):
            if trial.faults >= limit or (number == _ENOUGH and is_of_outer and trial.faults == 1):
                return trial.faults
            trial.follow(elements)
        return trial.count()


class _Frame:
    """A loop as a trial has it: `stood` before the trial, `added` in it, `excused` because it stands elsewhere."""

    def __init__(self, loop: Loop, stood: Sequence[int] = ()) -> None:
        self.loop, self.stood = loop, stood
        self.added: list[int] = []
        self.excused: set[int] = set()
        self.early: list[Node] = []
        """What stands before this loop's inner loops and belongs into them."""

    def missing(self, before: int | None) -> int:
        """Required places that are empty: all, or those in the order before a place."""
        loop = self.loop
        due = loop.required if before is None else [at for at in loop.required if loop.ranks[at] < loop.ranks[before]]
        return sum(at not in self.added and at not in self.excused and at not in self.stood for at in due)

    def too_often(self) -> int:
        found = 0
        for at in set(self.added):
            limit = self.loop.body[at].spec.repeat
            found += limit < MANY and self.stood.count(at) + self.added.count(at) > limit
        return found


class _Trial:
    """A walk on trial: it counts faults and tells none."""

    def __init__(self, graph: Graph, node: Node, frames: Iterable[Open]) -> None:
        self.graph, self.node = graph, node
        self.frames = [_Frame(loop, stood) for loop, stood in frames]
        self.faults = 0

    def read(self, reading: Reading) -> None:
        move, home = reading.move, reading.home
        if move is not None:
            self.faults += move.is_late or reading.is_misnamed
            self._go(move)
        elif reading.rule:
            self.faults += 1
            if home is not None and reading.leave >= 0:
                frame = self.frames[-1 - reading.leave]
                if reading.is_before:
                    frame.early.append(home)
                else:
                    frame.excused.add(home.place)
        else:
            self.frames[-1].added.append(self.node.place)

    def follow(self, elements: Elements) -> None:
        """A segment behind it, as it is most simply read."""
        move = self.graph.step(self.node, elements)
        if move is not None and (move.is_plain or elements[0] == "SE"):
            self._go(move)
            return
        found = ways(self.graph, self.node, elements)
        self.read((found.named or found.unopened or (ASIDE,))[0])

    def _go(self, move: Move) -> None:
        for _ in range(move.leave):
            self._close()
        for loop in move.enter:
            outer = self.frames[-1]
            outer.added.append(loop.place)
            frame = _Frame(loop)
            frame.excused = {home.place for home in outer.early if home.loop is loop}
            if move.is_late and move.node is not loop.opener:
                frame.excused.add(0)
            self.frames.append(frame)
        self.node = move.node
        self.frames[-1].added.append(move.node.place)

    def _close(self) -> None:
        frame = self.frames.pop()
        self.faults += frame.missing(None) + frame.too_often()

    def count(self) -> int:
        """All faults, those of the loops still open included, as far as they can be told."""
        places = [frame.loop.place for frame in self.frames[1:]] + [self.node.place]
        return self.faults + sum(
            frame.missing(place) + frame.too_often() for frame, place in zip(self.frames, places, strict=True)
        )
