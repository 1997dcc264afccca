"""One transaction set, segment by segment, against its spec: loops, order, usage, repeats, situations, hierarchy."""

from typing import Protocol

from rehabill.base.finding import Position
from rehabill.x12.check.elements import flaws
from rehabill.x12.check.graph import Graph, Loop, Move, Node, opener_of
from rehabill.x12.check.outside import Judge
from rehabill.x12.check.reading import Piece, best, following
from rehabill.x12.check.report import SetReport
from rehabill.x12.check.ways import Reading
from rehabill.x12.faults import fault
from rehabill.x12.scan import Batch, shown
from rehabill.x12.situations import SITUATIONS, WATCHED, filled, holds
from rehabill.x12.spec.load import segments as known_segments
from rehabill.x12.spec.schema import LISTS, SegmentSpec

_CLAIM_OPENERS = ("CLM", "CLP")
_LINES = ("2400", "2110")
"""The loops of service lines."""
_NOTED = WATCHED | {"HL"}


About = tuple[str, int, int]
"""A claim's number, its place among the set's claims and the line's among its own, from 1; 0 above them."""
_NOTHING: About = "", 0, 0


class Frame:
    """An open loop: what stood in it (places of its body, in order), and where it began."""

    watched: dict[str, list[str]] | None = None
    """Segments by which situations are told, by id."""
    level: list[str] | None = None
    """Its HL segment."""
    child_levels = 0
    elsewhere: frozenset[int] = frozenset()
    """Places whose segment was found where it does not belong: it is not missing too."""
    early: tuple["Misplaced", ...] = ()
    """Segments that stood before the inner loop they belong to."""
    held: tuple["Misplaced", ...] = ()
    """Those that belong to this loop and were not shown to the observer yet."""

    def __init__(self, loop: Loop, place: "Place") -> None:
        self.loop = loop
        self.places: list[int] = []
        self.place = place
        self.about: About = _NOTHING


Place = tuple[Batch, int, int]
"""Where a segment stands: its batch, its index in it, its number in the set."""


Misplaced = tuple[Node, list[str], Place]
"""Where a segment belongs, its elements, where it stands."""


class Observer(Protocol):
    """Somebody who looks at a set's business while it is walked: charges, diagnoses, payments."""

    @property
    def wanted(self) -> dict[str, tuple[str, ...]]:
        """The segments it wants to see, by id, and the loops in which."""

    def take(self, loop: str, elements: list[str], text: str, place: Place) -> None:
        """A segment of the set, split at its elements and whole, and the loop it stands in."""

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
        self.wanted: dict[str, tuple[str, ...]] = {}
        self.graph = graph
        self.report = report
        self.element = graph.delimiters.element
        self.number = 0
        self.pieces: list[Piece] = []
        """Segments that wait to be walked, the first of them in part."""
        self.about = _NOTHING
        """What the segments are about just now."""
        self.claims = self.lines = 0
        self.levels = 0
        self.is_level_lost = False
        """The level before had no HL."""
        self.frames = [Frame(graph.root, (batch, index, 1))]
        self.node: Node | None = None

    def take(self, batch: Batch, start: int, stop: int) -> None:
        """The next segments: those of a batch from `start` to before `stop`. Empty ones are none."""
        if not self.number:
            self.graph.looked_at_by(self.judge, self.day, self.wanted)
        self.pieces.append((batch, start, stop))
        self._go_on()

    def _go_on(self, is_all: bool = False) -> None:
        """Walk as far as what came so far can be read; `is_all`: nothing more will come."""
        while self.pieces:
            batch, start, stop = self.pieces[0]
            reached = self._walk(batch, start, stop, is_all)
            if reached < stop:
                self.pieces[0] = batch, reached, stop
                return
            del self.pieces[0]

    def _walk(self, batch: Batch, start: int, stop: int, is_all: bool) -> int:
        """Returns where it stopped: at `stop`, or at a segment that is read by what follows it and has yet to come."""
        segments, element, frames, wanted = batch.segments, self.element, self.frames, self.wanted
        for index in range(start, stop):
            text = segments[index]
            if not text:
                continue
            self.number += 1
            before = self.node
            place = batch, index, self.number
            known = before.known.get(text) if before is not None else None
            if known is not None:
                move, elements, is_noted, is_wanted = known
            else:
                elements = text.split(element)
                found = self.graph.step(before, elements) if before is not None else self.graph.start
                if found is None or not (found.is_plain or elements[0] == "SE"):
                    behind = following(self.pieces, index, is_all)
                    if behind is None:
                        self.number -= 1
                        return index
                    found = self._read(elements, place, behind)
                    if found is None:
                        continue
                move = found
                is_noted = elements[0] in _NOTED
                is_wanted = move.node.loop.id in wanted.get(elements[0], ())
            if move.leave:
                for _ in range(move.leave):
                    self._close()
            for loop in move.enter:
                self._open(loop, place, elements, move)
            self.node = move.node
            frames[-1].places.append(move.node.place)
            if known is None and self._is_right(move, elements, text, place) and move.is_plain and before is not None:
                before.remember(text, (move, elements, is_noted, is_wanted))
            if is_noted:
                self._note(elements, place)
            if is_wanted and self.observer is not None:
                self.observer.take(move.node.loop.id, elements, text, place)
        return stop

    def _note(self, elements: list[str], place: Place) -> None:
        """A segment that tells a situation, or opens a level."""
        name, frame = elements[0], self.frames[-1]
        if name == "HL":
            self._hierarchy(elements, frame, place)
            return
        if frame.watched is None:
            frame.watched = {}
        frame.watched[name] = filled(elements)

    def _is_right(self, move: Move, elements: list[str], text: str, place: Place) -> bool:
        """Look at a segment for the first time and tell what is wrong with it."""
        node = move.node
        if not node.listed and not move.is_late and node.is_right(text):
            return True
        told = len(self.report.findings)
        if move.is_late:
            self._tell_late(move, place)
        if not node.is_right(text):
            self._look(node, text, place)
        if self.judge is not None:
            self._outside_codes(node, elements, self.judge, place)
        return len(self.report.findings) == told

    def observe(self, observer: Observer) -> None:
        """Show an observer the segments to come."""
        self.observer, self.wanted = observer, observer.wanted

    def beginning(self) -> Place:
        """Where the set begins."""
        return self.frames[0].place

    def finish(self) -> None:
        """The set ends: every loop is closed."""
        self._go_on(is_all=True)
        if self.observer is not None:
            self.observer.finish()
        while self.frames:
            self._close()

    def _read(self, elements: list[str], place: Place, behind: list[list[str]]) -> Move | None:
        """What is made of a segment that does not simply follow; None: it is put aside, and what is wrong is told."""
        assert self.node is not None
        frames = [(frame.loop, frame.places) for frame in self.frames]
        reading = best(self.graph, self.node, frames, elements, behind)
        if reading.move is not None:
            return reading.move
        if not reading.rule:
            self.frames[-1].places.append(self.node.place)
        elif reading.home is None:
            self._unexpected(elements, place)
        else:
            self._misplaced(reading, reading.home, elements, place)
        return None

    def _misplaced(self, reading: Reading, home: Node, elements: list[str], place: Place) -> None:
        """A segment of another loop: told, and then as good as if it stood there."""
        here, loop = self.frames[-1].loop, home.loop
        at = self._position(place, home.spec.id, "", here.id)
        told = {"loop": f"{loop.id} ({loop.spec.name})", "here": f"{here.id} ({here.spec.name})"}
        self.report.findings.append(fault("X233", at, self.path(), segment=home.spec.id, name=home.spec.name, **told))
        if reading.leave < 0:
            return
        frame, misplaced = self.frames[-1 - reading.leave], (home, elements, place)
        if reading.is_before:
            frame.early += (misplaced,)
        else:
            frame.elsewhere |= {home.place}
            self._show(misplaced)

    def _show(self, *misplaced: Misplaced) -> None:
        """To the observer, as if they stood in their loop."""
        for home, elements, (batch, index, number) in misplaced:
            if self.observer is not None and home.loop.id in self.wanted.get(elements[0], ()):
                self.observer.take(home.loop.id, elements, batch.segments[index], (batch, index, number))

    def _open(self, loop: Loop, place: Place, elements: list[str], move: Move) -> None:
        outer, opener = self.frames[-1], loop.opener
        is_opened = move.node is opener
        outer.places.append(loop.place)
        frame = Frame(loop, place)
        if outer.held:
            self._show(*outer.held)
            outer.held = ()
        if outer.early:
            frame.held = tuple(one for one in outer.early if one[0].loop is loop)
            outer.early = tuple(one for one in outer.early if one[0].loop is not loop)
            frame.elsewhere = frozenset(home.place for home, _, _ in frame.held)
        if move.is_late and not is_opened:
            frame.elsewhere |= {0}
        self.frames.append(frame)
        name = opener.spec.id
        if name in _CLAIM_OPENERS:
            self.claims += is_opened
            self.lines = 0
            self.about = ("".join(elements[1:2]), self.claims, 0) if is_opened else _NOTHING
        elif loop.id in _LINES:
            self.lines += 1
            self.about = self.about[0], self.about[1], self.lines
            if name == "LX" and is_opened and elements[1:2] != [str(self.lines)]:
                at = self._position(place, "LX", "LX01", loop.id)
                told: dict[str, str | int] = {"value": "".join(elements[1:2]), "wanted": self.lines}
                self.report.findings.append(fault("X363", at, self.path(), **told))
        elif name == "HL" and not is_opened:
            self._level(frame, ["HL", str(self.levels + 1)], is_there=False)
        frame.about = self.about

    def _close(self) -> None:
        frame = self.frames.pop()
        self.about = frame.about
        shape = tuple(frame.places)
        complaints = frame.loop.complaints.get(shape)
        if complaints is None:
            complaints = frame.loop.judge(shape)
        for place, count in complaints:
            self._complain(frame, place, count)
        if frame.level is not None:
            self._check_children(frame, frame.level)
        self.about = self.frames[-1].about if self.frames else _NOTHING

    def _complain(self, frame: Frame, place: int, count: int) -> None:
        """Something that stands `count` times where that is wrong, or is wrong in some situation."""
        entry = frame.loop.body[place]
        spec = entry.spec
        if not count and place in frame.elsewhere:
            return
        if not count and spec.usage != "R" and not self._holds(spec.when, frame):
            return
        opener = opener_of(entry).spec
        if count > spec.repeat:
            kind = "X205" if isinstance(entry, Loop) else "X204"
            loop = entry.id if isinstance(entry, Loop) else frame.loop.id
            self._tell_of_loop(kind, frame, opener, name=spec.name, loop=loop, count=count, limit=spec.repeat)
        elif not count:
            kind = "X203" if isinstance(entry, Loop) else "X202"
            loop = entry.id if isinstance(entry, Loop) else frame.loop.id
            self._tell_of_loop(kind, frame, opener, name=spec.name, loop=loop)
        elif spec.usage == "N":
            self._tell_of_loop("X207", frame, opener, name=spec.name)
        elif spec.only and not self._holds(spec.when, frame):
            words = self.graph.spec.situations.get(spec.when, spec.when)
            self._tell_of_loop("X208", frame, opener, name=spec.name, situation=words)

    def _holds(self, when: str, inner: Frame) -> bool:
        """Does the situation hold, by the nearest segment that tells?"""
        situation = SITUATIONS.get(when)
        if situation is None:
            return False
        frame, outer = inner, len(self.frames)
        while True:
            if frame.watched is not None and situation.segment in frame.watched:
                return holds(when, frame.watched[situation.segment], self.graph.delimiters.component)
            if not outer:
                return False
            outer -= 1
            frame = self.frames[outer]

    def _tell_of_loop(self, kind: str, frame: Frame, about: SegmentSpec, **facts: str | int) -> None:
        at = self._position(frame.place, about.id, "", frame.loop.id)
        self.report.findings.append(fault(kind, at, self.path(), segment=about.id, **facts))

    def _look(self, node: Node, text: str, place: Place) -> None:
        """The close look, where the glance did not settle it."""
        for flaw in flaws(node.spec, text, self.graph.delimiters):
            if "situation" in flaw.facts:
                name = str(flaw.facts["situation"])
                flaw.facts["situation"] = self.graph.spec.situations.get(name, name)
            at = self._position(place, node.spec.id, flaw.element, node.loop.id)
            self.report.findings.append(fault(flaw.rule, at, self.path(), **flaw.facts))

    def _outside_codes(self, node: Node, elements: list[str], judge: Judge, place: Place) -> None:
        for listed in node.listed:
            for code in listed.codes(elements, self.graph.delimiters):
                rule, day = judge(listed.of, code, self.day)
                if rule:
                    at = self._position(place, node.spec.id, listed.element, node.loop.id)
                    told = {
                        "element": listed.element,
                        "name": listed.name,
                        "value": shown(code)[:40],
                        "list": LISTS.get(listed.of, listed.of),
                        "day": day,
                    }
                    self.report.findings.append(fault(rule, at, self.path(), **told))

    def _unexpected(self, elements: list[str], place: Place) -> None:
        assert self.node is not None
        name, loop = elements[0], self.node.loop.id
        at = self._position(place, name, "", loop)
        definition = known_segments().get(name)
        qualifiers = self.graph.qualifiers(self.node, elements)
        if definition is None:
            found = fault("X200", at, self.path(), segment=name[:20], set=self.graph.spec.set)
        elif qualifiers:
            last = max(element for element, _ in self.graph.keys[name])
            value = shown(self.element.join(elements[1 : last + 1]))[:20]
            told = {"value": value, "allowed": ", ".join(qualifiers)}
            found = fault("X209", at, self.path(), segment=name, name=definition.name, **told)
        else:
            found = fault("X201", at, self.path(), segment=name, name=definition.name, loop=loop)
        self.report.findings.append(found)

    def _tell_late(self, move: Move, place: Place) -> None:
        spec, loop = move.node.spec, move.node.loop.id
        for entered in move.enter[:1]:
            assert entered.parent is not None  # the root is never entered
            loop = entered.parent.id
        at = self._position(place, spec.id, "", loop)
        self.report.findings.append(fault("X206", at, self.path(), segment=spec.id, name=spec.name, loop=loop))

    def _position(self, place: Place, segment: str, element: str, loop: str) -> Position:
        batch, index, number = place
        return Position(batch.byte_of(index), segment, element, loop, self.report.control, number, self.about[0])

    def path(self) -> str:
        """The claim and line at hand, counted from 0 within the set."""
        _, claim, line = self.about
        if not claim:
            return ""
        return f"claims[{claim - 1}]" + (f".lines[{line - 1}]" if line else "")

    def _hierarchy(self, elements: list[str], frame: Frame, place: Place) -> None:
        """HL01 counts the levels of the set; HL02 names the level above, which is the loop around this one."""
        number, parent = (elements + [""] * 2)[1:3]
        if self.is_level_lost and number == str(self.levels):
            self.levels -= 1  # the lost one never had a number
        above = self._level(frame, elements)
        if number != str(self.levels):
            at = self._position(place, "HL", "HL01", frame.loop.id)
            self.report.findings.append(fault("X230", at, self.path(), found=number, wanted=self.levels))
            self.levels = int(number) if number.isdecimal() and len(number) < 10 else self.levels
        wanted = above.level[1] if above is not None and above.level is not None and len(above.level) > 1 else ""
        if parent != wanted:
            at = self._position(place, "HL", "HL02", frame.loop.id)
            why = f"the level above it is number {wanted}" if wanted else "the first level has none above it"
            self.report.findings.append(fault("X231", at, self.path(), found=parent, why=why))

    def _level(self, frame: Frame, elements: list[str], is_there: bool = True) -> Frame | None:
        """A level begins, maybe without its HL. Returns the one above it."""
        self.levels += 1
        self.is_level_lost = not is_there
        above = next((outer for outer in reversed(self.frames) if outer.level is not None and outer is not frame), None)
        if above is not None and above.level is not None:
            above.child_levels += 1
            if not is_there:
                above.level = above.level[:4]  # whether its HL04 counts the lost one cannot be known
        frame.level = elements
        return above

    def _check_children(self, frame: Frame, level: list[str]) -> None:
        """HL04: 1 when levels follow below, else 0."""
        said = level[4] if len(level) > 4 else ""
        if said in ("0", "1") and said != str(int(frame.child_levels > 0)):
            below = frame.child_levels
            what = "no level" if not below else "1 level" if below == 1 else f"{below} levels"
            at = self._position(frame.place, "HL", "HL04", frame.loop.id)
            self.report.findings.append(fault("X232", at, "", found=said, what=what))
