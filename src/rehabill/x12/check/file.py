"""A whole file, streaming: its envelope, and each transaction set against its spec."""

from collections.abc import Callable, Iterable, Iterator

from rehabill.base.finding import Position
from rehabill.x12.check.envelope import ENVELOPE, Envelope
from rehabill.x12.check.graph import graph_for
from rehabill.x12.check.outside import Judge
from rehabill.x12.check.report import FileReport, GroupReport, SetReport
from rehabill.x12.check.walk import Observer, Walk
from rehabill.x12.faults import fault
from rehabill.x12.scan import Batch, batches


def check(chunks: Iterable[bytes]) -> FileReport:
    """Everything wrong with a file's syntax and with the requirements of its guides (SNIP 1, 2 and 4). Never raises."""
    checker = FileCheck()
    for batch in batches(chunks, checker.report.findings):
        checker.take(batch)
    return checker.finish()


Observe = Callable[[Walk, SetReport, GroupReport | None], Observer | None]
"""Who looks at the business of a set; None: nobody."""


class FileCheck:
    """Takes the batches of a file in their order.

    `judge` knows the code lists outside the specs; `observe` names who looks at a set's business.
    """

    def __init__(self, judge: Judge | None = None, observe: Observe | None = None) -> None:
        self.judge = judge
        self.observe = observe
        self.report = FileReport()
        self.envelope = Envelope(self.report)
        self.walk: Walk | None = None
        self.empty = 0
        """Empty segments so far: they do not count."""

    def take(self, batch: Batch) -> None:
        segments, element = batch.segments, batch.delimiters.element
        envelope = frozenset((name + element)[:3] for name in ENVELOPE)
        begun = 0
        holes = "" in segments
        for index in [at for at, text in enumerate(segments) if text[:3] in envelope]:
            self._inside(batch, begun, index)
            if holes:
                self._empty(batch, begun, index)
            self._envelope(segments[index].split(element), batch, index)
            begun = index + 1
        self._inside(batch, begun, len(segments))
        if holes:
            self._empty(batch, begun, len(segments))

    def _inside(self, batch: Batch, start: int, stop: int) -> None:
        """The segments between two of the envelope."""
        if self.walk is not None:
            self.walk.take(batch, start, stop)
        elif self.envelope.transaction is None:
            for index in range(start, stop):
                if batch.segments[index]:
                    self._outside(batch.segments[index].partition(batch.delimiters.element)[0], batch, index)

    def finish(self) -> FileReport:
        """The file ends."""
        self._leave_walk()
        self.envelope.finish()
        return self.report

    def _envelope(self, elements: list[str], batch: Batch, index: int) -> None:
        name = elements[0]
        if name == "SE" and self.walk is not None:
            self.walk.take(batch, index, index + 1)
        if name != "TA1":
            self._leave_walk()
        number = batch.number + index - self.empty
        self.envelope.take(elements, batch.delimiters, batch.byte_of(index), number)
        if name == "ST":
            self._enter_set(batch, index)

    def _enter_set(self, batch: Batch, index: int) -> None:
        transaction = self.envelope.transaction
        assert transaction is not None
        purpose = _purpose(batch, index)
        graph = graph_for(transaction.id, transaction.version, purpose, batch.delimiters)
        if graph is None:
            at = Position(transaction.byte, "ST", "ST01", set_control=transaction.control, number=1)
            facts = {"set": transaction.id or "set", "version": transaction.version or "(none)"}
            transaction.findings.append(fault("X134", at, **facts))
            return
        group = self.envelope.group
        self.walk = Walk(graph, transaction, batch, index, self.judge, group.day if group else "")
        observer = self.observe(self.walk, transaction, group) if self.observe else None
        if observer is not None:
            self.walk.observe(observer)
        self.walk.take(batch, index, index + 1)

    def _leave_walk(self) -> None:
        if self.walk is not None:
            self.walk.finish()
            self.walk = None

    def _empty(self, batch: Batch, start: int, stop: int) -> None:
        """Two terminators with no segment between are told, line end or not. Where lines end segments, a blank line is
        nothing. Neither counts as a segment.
        """
        transaction = self.envelope.transaction
        findings = transaction.findings if transaction else self.report.findings
        for index in range(start, stop):
            if not batch.segments[index]:
                self.empty += 1
                if batch.delimiters.segment not in "\r\n":
                    findings.append(fault("X109", Position(batch.byte_of(index))))

    def _outside(self, name: str, batch: Batch, index: int) -> None:
        interchange = self.envelope.interchange
        findings = interchange.findings if interchange else self.report.findings
        findings.append(fault("X115", Position(batch.byte_of(index), name[:20]), segment=name[:20]))


def _purpose(batch: Batch, index: int) -> str:
    """BHT02 of the set that begins here, by which a 278 is a request or an answer."""
    following: Iterator[str] = iter(batch.segments[index + 1 : index + 2])
    bht = next(following, "").split(batch.delimiters.element)
    return bht[2] if bht[0] == "BHT" and len(bht) > 2 else ""
