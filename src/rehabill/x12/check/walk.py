"""One transaction set, segment by segment, against its spec: loops, order, usage, repeats, situations, hierarchy."""

from typing import NamedTuple, Protocol

from rehabill.base.finding import Position
from rehabill.x12.check.elements import flaws
from rehabill.x12.check.graph import Graph, Loop, Move, Node, opener_of
from rehabill.x12.check.outside import Judge
from rehabill.x12.check.report import SetReport
from rehabill.x12.faults import fault
from rehabill.x12.scan import Batch, shown
from rehabill.x12.situations import SITUATIONS, WATCHED, holds
from rehabill.x12.spec.load import segments as known_segments
from rehabill.x12.spec.schema import SegmentSpec

_CLAIM_OPENERS = ("CLM", "CLP")
_LINE_OPENERS = ("LX", "SVC")


class Frame:
    """An open loop: what stood in it (places of its body, in order), and where it began."""

    __slots__ = ("batch", "child_levels", "index", "level", "loop", "number", "places", "watched")

    def __init__(self, loop: Loop, batch: Batch, index: int, number: int) -> None:
        self.loop = loop
        self.places: list[int] = []
        self.batch = batch
        self.index = index
        self.number = number
        self.watched: dict[str, list[str]] = {}
        self.level: list[str] = []
        """Its HL segment."""
        self.child_levels = 0


class Place(NamedTuple):
    """Where a segment stands: in which batch and where in it, and with which number in its set."""

    batch: Batch
    at: int
    number: int


class Observer(Protocol):
    """Somebody who looks at a set's business while it is walked: charges, diagnoses, payments."""

    wanted: frozenset[str]
    """The ids of the segments it wants to see."""

    def take(self, loop: str, elements: list[str], place: Place) -> None:
        """A segment of the set, split at its elements, and the loop it stands in."""

    def finish(self) -> None:
        """The set ends."""


class Walk:
    """Takes the segments of one set, from its ST; adds what is wrong to the report.

    `judge` knows the lists outside the specs; without it their codes are not looked at.
    """

    def __init__(
        self, graph: Graph, report: SetReport, batch: Batch, index: int, judge: Judge | None = None, day: str = ""
    ) -> None:
        self.judge = judge
        self.day = day
        self.observer: Observer | None = None
        self.wanted: frozenset[str] = frozenset()
        self.graph = graph
        self.report = report
        self.element = graph.delimiters.element
        self.number = 0
        self.claim = ""
        self.claims = self.lines = 0
        self.levels = 0
        self.frames = [Frame(graph.root, batch, index, 1)]
        first = graph.root.body[0]
        assert isinstance(first, Node)
        self.node: Node = first

    def take(self, elements: list[str], text: str, batch: Batch, index: int) -> None:
        """The next segment, split at its elements."""
        self.number += 1
        if self.number == 1:
            node = self.node
        else:
            move = self.graph.step(self.node, elements)
            if move is None:
                self._unexpected(elements, batch, index)
                return
            if move.leave:
                for _ in range(move.leave):
                    self._close()
            for loop in move.enter:
                self._open(loop, batch, index, elements)
            node = self.node = move.node
            if move.is_late:
                self._tell_late(move, batch, index)
        self.frames[-1].places.append(node.place)
        if text not in node.seen and not node.is_right(text):
            self._look(node, text, batch, index)
        name = elements[0]
        if name in WATCHED:
            self.frames[-1].watched[name] = elements
        elif name == "HL":
            self._hierarchy(elements, batch, index)
        if node.listed and self.judge is not None:
            self._outside_codes(node, elements, self.judge, batch, index)
        if name in self.wanted and self.observer is not None:
            self.observer.take(node.loop.id, elements, Place(batch, index, self.number))

    def observe(self, observer: Observer) -> None:
        """Show an observer the segments to come."""
        self.observer, self.wanted = observer, observer.wanted

    def beginning(self) -> tuple[Batch, int, int]:
        """Where the set begins."""
        return self.frames[0].batch, self.frames[0].index, 1

    def finish(self) -> None:
        """The set ends: every loop is closed."""
        if self.observer is not None:
            self.observer.finish()
        while self.frames:
            self._close()

    def _open(self, loop: Loop, batch: Batch, index: int, elements: list[str]) -> None:
        if loop.parent is not None:
            self.frames[-1].places.append(loop.place)
        self.frames.append(Frame(loop, batch, index, self.number))
        if elements[0] != loop.opener.spec.id:
            return
        if elements[0] in _CLAIM_OPENERS:
            self.claims += 1
            self.lines = 0
            self.claim = elements[1] if len(elements) > 1 else ""
        elif elements[0] in _LINE_OPENERS and loop.id != "2000":
            self.lines += 1

    def _close(self) -> None:
        frame = self.frames.pop()
        shape = tuple(frame.places)
        complaints = frame.loop.complaints.get(shape)
        if complaints is None:
            complaints = frame.loop.judge(shape)
        for place, count in complaints:
            self._complain(frame, place, count)
        if frame.level:
            self._check_children(frame)

    def _complain(self, frame: Frame, place: int, count: int) -> None:
        """Something that stands `count` times where that is wrong, or is wrong in some situation."""
        entry = frame.loop.body[place]
        spec, opener = entry.spec, opener_of(entry).spec
        if count > spec.repeat:
            kind = "X205" if isinstance(entry, Loop) else "X204"
            loop = entry.id if isinstance(entry, Loop) else frame.loop.id
            self._tell_of_loop(kind, frame, opener, name=spec.name, loop=loop, count=count, limit=spec.repeat)
        elif not count and (spec.usage == "R" or self._holds(spec.when, frame)):
            kind = "X203" if isinstance(entry, Loop) else "X202"
            loop = entry.id if isinstance(entry, Loop) else frame.loop.id
            self._tell_of_loop(kind, frame, opener, name=spec.name, loop=loop)
        elif count and spec.usage == "N":
            self._tell_of_loop("X207", frame, opener, name=spec.name)
        elif count and spec.only and not self._holds(spec.when, frame):
            words = self.graph.spec.situations.get(spec.when, spec.when)
            self._tell_of_loop("X208", frame, opener, name=spec.name, situation=words)

    def _holds(self, when: str, inner: Frame) -> bool:
        """Does the situation hold, by the nearest segment that tells?"""
        situation = SITUATIONS.get(when)
        if situation is None:
            return False
        for frame in (inner, *reversed(self.frames)):
            values = frame.watched.get(situation.segment)
            if values is not None:
                return holds(when, values, self.graph.delimiters.component)
        return False

    def _tell_of_loop(self, kind: str, frame: Frame, about: SegmentSpec, **facts: str | int) -> None:
        at = Position(
            frame.batch.byte_of(frame.index), about.id, "", frame.loop.id, self.report.control, frame.number, self.claim
        )
        self.report.findings.append(fault(kind, at, self._path(), segment=about.id, **facts))

    def _look(self, node: Node, text: str, batch: Batch, index: int) -> None:
        """The close look, where the glance did not settle it."""
        found = flaws(node.spec, text, self.graph.delimiters)
        if not found:
            node.remember(text)
        for flaw in found:
            at = self._position(batch, index, node.spec.id, flaw.element, node.loop.id)
            self.report.findings.append(fault(flaw.rule, at, self._path(), **flaw.facts))

    def _outside_codes(self, node: Node, elements: list[str], judge: Judge, batch: Batch, index: int) -> None:
        for place in node.listed:
            for code in place.codes(elements, self.graph.delimiters):
                rule = judge(place.of, code, self.day)
                if rule:
                    at = self._position(batch, index, node.spec.id, place.element, node.loop.id)
                    told = {"element": place.element, "name": place.name, "value": shown(code)[:40], "list": place.of}
                    self.report.findings.append(fault(rule, at, self._path(), **told))

    def _unexpected(self, elements: list[str], batch: Batch, index: int) -> None:
        name, loop = elements[0], self.node.loop.id
        at = self._position(batch, index, name, "", loop)
        definition = known_segments().get(name)
        qualifiers = self.graph.qualifiers(self.node, name)
        if definition is None:
            found = fault("X200", at, self._path(), segment=name[:20], set=self.graph.spec.set)
        elif qualifiers:
            told = ", ".join(qualifiers)
            value = "*".join(elements[1:4])[:20]
            found = fault("X209", at, self._path(), segment=name, name=definition.name, value=value, allowed=told)
        else:
            found = fault("X201", at, self._path(), segment=name, name=definition.name, loop=loop)
        self.report.findings.append(found)

    def _tell_late(self, move: Move, batch: Batch, index: int) -> None:
        spec, loop = move.node.spec, move.node.loop.id
        at = self._position(batch, index, spec.id, "", loop)
        self.report.findings.append(fault("X206", at, self._path(), segment=spec.id, name=spec.name, loop=loop))

    def _position(self, batch: Batch, index: int, segment: str, element: str, loop: str) -> Position:
        return Position(batch.byte_of(index), segment, element, loop, self.report.control, self.number, self.claim)

    def _path(self) -> str:
        """The claim and line at hand, counted from 0 within the set."""
        if not self.claims:
            return ""
        return f"claims[{self.claims - 1}]" + (f".lines[{self.lines - 1}]" if self.lines else "")

    def _hierarchy(self, elements: list[str], batch: Batch, index: int) -> None:
        """HL01 counts the levels of the set; HL02 names the level above, which is the loop around this one."""
        self.levels += 1
        number, parent = (elements + [""] * 2)[1:3]
        above = next((frame for frame in reversed(self.frames[:-1]) if frame.level), None)
        if number != str(self.levels):
            at = self._position(batch, index, "HL", "HL01", self.frames[-1].loop.id)
            self.report.findings.append(fault("X230", at, self._path(), found=number, wanted=self.levels))
            self.levels = int(number) if number.isdecimal() and len(number) < 10 else self.levels
        wanted = above.level[1] if above else ""
        if parent != wanted:
            at = self._position(batch, index, "HL", "HL02", self.frames[-1].loop.id)
            why = f"the level above it is number {wanted}" if wanted else "the first level has none above it"
            self.report.findings.append(fault("X231", at, self._path(), found=parent, why=why))
        if above:
            above.child_levels += 1
        self.frames[-1].level = elements

    def _check_children(self, frame: Frame) -> None:
        """HL04: 1 when levels follow below, else 0."""
        said = (frame.level + [""] * 5)[4]
        if said in ("0", "1") and said != str(int(frame.child_levels > 0)):
            what = f"{frame.child_levels} levels" if frame.child_levels else "no level"
            at = Position(
                frame.batch.byte_of(frame.index), "HL", "HL04", frame.loop.id, self.report.control, frame.number
            )
            self.report.findings.append(fault("X232", at, "", found=said, what=what))
