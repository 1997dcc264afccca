"""A transaction set as a tree of loops, placed by its spec: what every reader of answers walks on.

A segment that has no place by the spec is told, and kept in the loop it was found in, so that what a partner put a
little out of order can still be read. Readers `take` segments; what nobody took ends in `other`.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

import msgspec

from rehabill.base.finding import Finding, Position
from rehabill.edi.reply.faults import finding
from rehabill.model.submitted import OtherSegment, Submission
from rehabill.x12.check.graph import Graph, graph_for
from rehabill.x12.check.reading import Trail
from rehabill.x12.check.ways import Reading
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.document import Document, Interchange, TransactionSet, read
from rehabill.x12.scan import Batch, shown
from rehabill.x12.spec.schema import SegmentSpec
from rehabill.x12.values import day

_FRAME = frozenset({"ST", "SE", "HL", "BHT", "LS", "LE", "LX"})
"""Segments that say nothing but where they stand, or that `Submission` holds."""
_WRITTEN = {
    "270": "005010X279A1", "271": "005010X279A1", "275": "005010X210", "276": "005010X212", "277": "005010X212",
    "278": "005010X217", "837": "005010X222A1",
}  # fmt: skip
CLAIM_ACKNOWLEDGMENT = "005010X214"
Item = TypeVar("Item")


class Found(msgspec.Struct):
    """One segment where it stands. `elements[0]` is its id; `number` counts from ST, which is 1."""

    elements: list[str]
    text: str
    loop: str
    number: int
    byte: int
    marks: Delimiters
    spec: SegmentSpec | None
    """Of its place; None when it is astray."""
    source: str
    """The segment as it stands in the file, a character for each byte."""
    taken: bool = False

    @property
    def id(self) -> str:
        return self.elements[0]

    def get(self, number: int) -> str:
        """The element of that number; empty when it is not there."""
        return self.elements[number] if number < len(self.elements) else ""

    def parts(self, number: int, count: int) -> list[str]:
        """An element's components, at least `count` of them."""
        parts = self.get(number).split(self.marks.component)
        return parts + [""] * (count - len(parts))

    def raw(self, number: int) -> bytes:
        """Everything from an element on, byte for byte."""
        parts = self.source.split(self.marks.element, number)
        return parts[number].encode("latin-1", "replace") if number < len(parts) else b""

    def values(self, number: int) -> list[str]:
        """What an element that may be repeated holds."""
        text = self.get(number)
        values = text.split(self.marks.repetition) if self.marks.repetition else [text]
        return [value for value in values if value]


class Loop(msgspec.Struct):
    """One loop as it stands in the set."""

    id: str
    segments: list[Found]
    loops: list["Loop"]

    @property
    def opening(self) -> Found:
        """Where the loop begins: its first segment, or that of a loop below when its own is lost."""
        return self.segments[0] if self.segments else self.loops[0].opening

    def take(self, name: str, *qualifiers: str, at: int = 1) -> Found | None:
        """The first such segment of this loop that nobody took; with qualifiers, one whose element `at` is one."""
        for segment in self.segments:
            if segment.id == name and not segment.taken and (not qualifiers or segment.get(at) in qualifiers):
                segment.taken = True
                return segment
        return None

    def take_all(self, name: str, *qualifiers: str) -> Iterator[Found]:
        while (segment := self.take(name, *qualifiers)) is not None:
            yield segment

    def under(self, *ids: str) -> Iterator["Loop"]:
        """The loops directly below with one of these ids."""
        return (loop for loop in self.loops if loop.id in ids)

    def first(self, *ids: str) -> "Loop | None":
        return next(self.under(*ids), None)

    def other(self, *not_below: str) -> tuple[OtherSegment, ...]:
        """What nobody took, here and in the loops below but those named."""
        return tuple(
            OtherSegment(segment.loop, segment.text, segment.number) for segment in self._untaken(frozenset(not_below))
        )

    def _untaken(self, not_below: frozenset[str]) -> Iterator[Found]:
        for segment in self.segments:
            if not segment.taken and segment.id not in _FRAME:
                yield segment
        for loop in self.loops:
            if loop.id not in not_below:
                yield from loop._untaken(not_below)


class Received(msgspec.Struct):
    """One transaction set of a file: its loops and where it came from."""

    root: Loop
    submission: Submission
    spec: str
    """Which of our specs it was placed by: `277ca`, `271` …"""
    findings: list[Finding]

    def at(self, segment: Found, element: str = "", claim: str = "") -> Position:
        return Position(
            segment.byte, segment.id[:3], element, segment.loop, self.submission.set_control, segment.number, claim
        )

    def tell(
        self, kind: str, segment: Found, element: str = "", path: str = "", claim: str = "", /, **facts: str | int
    ) -> None:
        self.findings.append(finding(kind, self.at(segment, element, claim), path, **facts))


class Placed(NamedTuple):
    """A segment in its place: loops left before it, loops entered with it, and how many loops further out it belongs
    than the innermost that is open then.
    """

    found: Found
    leave: int
    enter: tuple[Loop, ...]
    outward: int


def placed(one: TransactionSet, graph: Graph) -> Iterator[Placed]:
    """Each segment of a set, the first (ST) in the root. What stands too late for its loop is put there all the same;
    what has no place at all stays in the loop it was found in.
    """
    trail = Trail(graph)
    first = one.segments[0]
    batch = Batch(first.delimiters, [], [segment.text for segment in one.segments], first.byte, 1)
    for index, segment in enumerate(one.segments):
        if not segment.text:
            continue
        elements = segment.text.split(first.delimiters.element)
        reading = trail.step(batch, index, elements) if index else Reading(graph.start)
        move, home = reading.move, reading.home
        is_late = home is not None and reading.leave >= 0 and not reading.is_before
        node = move.node if move else home if is_late else None
        where = node or trail.node
        if not segment.text.isascii():
            elements = [shown(element) for element in elements]
        found = Found(
            elements, shown(segment.text), where.loop.id if index else "", index + 1, segment.byte, first.delimiters,
            node.spec if node else None, segment.text,
        )  # fmt: skip
        enter = tuple(Loop(loop.id, [], []) for loop in move.enter) if move else ()
        yield Placed(found, move.leave if move else 0, enter, reading.leave if is_late else 0)


def graph_of(one: TransactionSet, findings: list[Finding] | None = None) -> Graph | None:
    """The graph to place a set by: that of its version or, where we do not know it, of the one we write."""
    first = one.segments[0]
    bht = one.segments[1].elements if len(one.segments) > 1 and one.segments[1].id == "BHT" else []
    purpose = bht[1] if len(bht) > 1 else ""
    graph = graph_for(one.id, one.version, purpose, first.delimiters)
    if graph is not None or one.id not in _WRITTEN:
        return graph
    wanted = CLAIM_ACKNOWLEDGMENT if one.id == "277" and bht[:1] == ["0085"] else _WRITTEN[one.id]
    if findings is not None:
        at = Position(first.byte, "ST", "ST03", set_control=one.control, number=1)
        findings.append(finding("A101", at, found=one.version[:12] or "(none)", set=one.id, wanted=wanted))
    return graph_for(one.id, wanted, purpose, first.delimiters)


def each(
    data: bytes | Document, wanted: str, what: str, read_one: Callable[[Received], Iterable[Item]]
) -> tuple[list[Item], list[Finding]]:
    """What the sets of a kind say, read one by one, and everything wrong with the file. Never raises."""
    document = data if isinstance(data, Document) else read(data)
    findings = list(document.faults)
    return [item for whole in received(document, wanted, what, findings) for item in read_one(whole)], findings


def received(
    document: Document, wanted: str, what: str, findings: list[Finding], passed: tuple[str, ...] = ()
) -> Iterator[Received]:
    """The sets of a file that are placed by the wanted spec (`277ca` …). All others are told, but `passed` (ST01)."""
    count = 0
    for interchange in document.interchanges:
        groups = group_controls(interchange)
        for one in interchange.sets():
            if one.id in passed:
                count += 1
                continue
            graph = graph_of(one, findings)
            if graph is None or graph.spec.id != wanted:
                at = Position(one.segments[0].byte, "ST", "ST01", set_control=one.control[:9], number=1)
                findings.append(finding("A105", at, found=shown(one.id[:3]), what=what))
                continue
            count += 1
            group = groups.get(one.segments[0].byte, "")
            yield _tree(one, graph, _submission(interchange, one, group), findings)
    if not count and not any(fault.rule in ("X100", "X101") for fault in findings):
        findings.append(finding("A100", Position(0), what=what, why=""))


def group_controls(interchange: Interchange) -> dict[int, str]:
    """For the set that begins at a byte, the control number of its group."""
    return {
        one.segments[0].byte: group.header.element(6) for group in interchange.groups() for one in group.sets()
    }  # fmt: skip


def _submission(interchange: Interchange, one: TransactionSet, group: str) -> Submission:
    isa = [*interchange.header.elements, *[""] * 16] if interchange.header.id == "ISA" else [""] * 16
    bht = one.segments[1].elements if len(one.segments) > 1 and one.segments[1].id in ("BHT", "BGN") else []
    bht = [shown(element) for element in bht] + [""] * 6
    if one.segments[1:] and one.segments[1].id == "BGN":
        bht = ["", bht[0], bht[1], bht[2], "", "", ""]
    return Submission(
        interchange_control=isa[12], group_control=group, set_control=one.control, version=one.version,
        usage=isa[14], sender=isa[5].strip(), receiver=isa[7].strip(), reference=bht[2] or None,
        purpose=bht[1] or None, kind=bht[5] or None, created=day(bht[3]),
    )  # fmt: skip


def _tree(one: TransactionSet, graph: Graph, submission: Submission, findings: list[Finding]) -> Received:
    root = Loop("", [], [])
    whole = Received(root, submission, graph.spec.id, findings)
    open_loops = [root]
    count = 0
    for found, leave, enter, outward in placed(one, graph):
        count = found.number
        if leave:
            del open_loops[max(len(open_loops) - leave, 1) :]
        for loop in enter:
            open_loops[-1].loops.append(loop)
            open_loops.append(loop)
        if found.spec is None:
            whole.tell("A102", found, segment=found.id[:3])
        open_loops[max(len(open_loops) - 1 - outward, 0)].segments.append(found)
    _check_trailer(one, whole, count)
    return whole


def _check_trailer(one: TransactionSet, whole: Received, count: int) -> None:
    last = one.segments[-1]
    at = Position(last.byte, last.id[:3], "", "", whole.submission.set_control, count)
    if last.id != "SE":
        whole.findings.append(finding("A103", at))
    elif last.element(1).lstrip("0") != str(len(one.segments)):
        said = shown(last.element(1))[:10] or "no"
        whole.findings.append(
            finding("A104", msgspec.structs.replace(at, element="SE01"), said=said, found=len(one.segments))
        )
