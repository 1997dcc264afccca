"""A transaction set as a tree of loops, placed by its spec: what every reader of answers walks on.

A segment that has no place by the spec is told, and kept in the loop it was found in, so that what a partner put a
little out of order can still be read. Readers `take` segments; what nobody took ends in `other`.
"""

from collections.abc import Callable, Iterator

import msgspec

from rehabill.base.finding import Finding, Position
from rehabill.edi.reply.faults import finding
from rehabill.model.submitted import OtherSegment, Submission
from rehabill.x12.check.graph import Graph, Node, graph_for
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.document import Document, Interchange, TransactionSet
from rehabill.x12.scan import shown
from rehabill.x12.spec.schema import SegmentSpec
from rehabill.x12.values import day

_FRAME = frozenset({"ST", "SE", "HL", "BHT", "LS", "LE", "LX"})
"""Segments that say nothing but where they stand, or that `Submission` holds."""
_WRITTEN = {
    "270": "005010X279A1", "271": "005010X279A1", "275": "005010X210", "276": "005010X212", "277": "005010X212",
    "278": "005010X217", "837": "005010X222A1",
}  # fmt: skip
CLAIM_ACKNOWLEDGMENT = "005010X214"


class Found(msgspec.Struct):
    """One segment where it stands. `elements[0]` is its id; `number` counts from ST, which is 1."""

    elements: list[str]
    text: str
    loop: str
    number: int
    byte: int
    marks: Delimiters
    spec: SegmentSpec | None = None
    taken: bool = False
    source: str = ""
    """The segment as it stands in the file, a character for each byte."""

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


def placed(one: TransactionSet, graph: Graph) -> Iterator[tuple[Found, int, tuple[str, ...]]]:
    """Each segment in its place, with the number of loops left before it and those entered with it.

    `spec` is None where the guide has no place for it; the first segment (ST) stands in the root.
    """
    node = graph.root.body[0]
    assert isinstance(node, Node)
    for index, segment in enumerate(one.segments):
        if not segment.text:
            continue
        marks = segment.delimiters
        elements = segment.text.split(marks.element)
        leave, enter, spec = 0, (), node.spec  # type: tuple[int, tuple[str, ...], SegmentSpec | None]
        if index:
            move = graph.step(node, elements)
            if move is None:
                spec = None
            else:
                node, leave = move.node, move.leave
                enter, spec = tuple(loop.id for loop in move.enter), node.spec
        if not segment.text.isascii():
            elements = [shown(element) for element in elements]
        text = shown(segment.text)
        loop = node.loop.id if index else ""
        found = Found(elements, text, loop, index + 1, segment.byte, marks, spec, False, segment.text)
        yield found, leave, enter


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


def received(
    document: Document, wanted: Callable[[str], bool], what: str, findings: list[Finding], passed: tuple[str, ...] = ()
) -> Iterator[Received]:
    """The sets of a file that are placed by a wanted spec (`277ca` …). All others are told, but `passed` (ST01)."""
    count = 0
    for interchange in document.interchanges:
        heads = _heads(interchange)
        for one in interchange.sets():
            if one.id in passed:
                count += 1
                continue
            graph = graph_of(one, findings)
            if graph is None or not wanted(graph.spec.id):
                at = Position(one.segments[0].byte, "ST", "ST01", set_control=one.control[:9], number=1)
                findings.append(finding("A105", at, found=shown(one.id[:3]), what=what))
                continue
            count += 1
            yield _tree(one, graph, _submission(interchange, one, heads.get(one.segments[0].byte, "")), findings)
    if not count and not any(fault.rule in ("X100", "X101") for fault in findings):
        findings.append(finding("A100", Position(0), what=what, why=""))


def _heads(interchange: Interchange) -> dict[int, str]:
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
    for found, leave, enter in placed(one, graph):
        count = found.number
        if leave:
            del open_loops[max(len(open_loops) - leave, 1) :]
        for name in enter:
            loop = Loop(name, [], [])
            open_loops[-1].loops.append(loop)
            open_loops.append(loop)
        if found.spec is None:
            whole.tell("A102", found, segment=found.id[:3])
        open_loops[-1].segments.append(found)
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
