"""Where the reader is in the file. Places are worked out only when a fault or a claim asks for one."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain

from rehabill.base.finding import Finding, Position
from rehabill.edi.p835.facts import END, Fact, Vocabulary
from rehabill.model.remittance import Source
from rehabill.x12.faults import fault
from rehabill.x12.scan import Batch, batches, given, shown

_SLICE = 1 << 16
"""Bytes taken at a time: what they are cut into stays in the processor's cache until it is read."""
_SHOWN = 20
_NOISE = "\r\n \t"

_FIELDS = {
    "BPR01": "handling", "BPR02": "amount_cents", "BPR03": "amount_cents", "BPR04": "method", "BPR16": "payment_date",
    "TRN02": "trace_number", "CLP01": "claim_number", "CLP02": "status", "CLP03": "charge_cents", "CLP04": "paid_cents",
    "CLP05": "patient_responsibility_cents", "SVC01": "code", "SVC02": "charge_cents", "SVC03": "paid_cents",
    "SVC05": "units_paid", "SVC07": "units_submitted", "DTM02": "dates", "AMT02": "amounts", "QTY02": "quantities",
}  # fmt: skip
_FIELDS_OF = {"CAS": "adjustments", "PLB": "provider_adjustments", "REF": "references", "AMT": "amounts"}
_MISSING = {
    "CLP01": "which claim it is cannot be told", "CLP02": "how the claim was decided cannot be told",
    "SVC01": "which service it is cannot be told", "CAS01": "who owes the difference cannot be told",
    "BPR01": "whether money moves cannot be told", "PLB01": "which provider it concerns cannot be told",
}  # fmt: skip
_AMOUNTS = frozenset(
    ["BPR02", "CLP03", "CLP04", "SVC02", "SVC03", "AMT02"]
    + [f"CAS{at:02d}" for at in range(3, 19, 3)]
    + [f"PLB{at:02d}" for at in range(4, 15, 2)]
)  # fmt: skip


class Window:
    """The facts of a file one by one, and the text they were read from since the present claim (or set) began."""

    def __init__(self, chunks: Iterable[bytes], findings: list[Finding]) -> None:
        self.findings = findings
        self.batches: list[Batch] = []
        self.rest: Iterator[str] = iter(())
        """Segments of the present batch that were not read yet."""
        self.next_number = 1
        """Number in the file of the segment behind the present batch."""
        self.known = (0, 0)
        """Index of a segment in the present batch and its byte: the next place is counted from there."""
        self.place = (0, 0)
        """Byte and number of where the present claim begins, or the last one ended."""
        self.lines: list[int] = []
        self.counted = 0
        """Numbers in the file of the present claim's service segments, as far as they were counted."""
        self.ended = False
        self.vocabulary: Vocabulary | None = None
        self.inside = False
        """In an 835: elsewhere nothing is told."""
        self.set_number, self.control = 1, ""
        self.claims = 0
        self.claim_number = 0
        """Number in the file of the present claim's first segment; 0 outside claims."""
        self.facts: Iterator[Fact] = chain.from_iterable(self._facts(chunks))

    def _facts(self, chunks: Iterable[bytes]) -> Iterator[Iterable[Fact]]:
        for batch in batches(_sliced(chunks), self.findings):
            if not batch.segments:
                continue
            if not self.claim_number and not (self.inside and not self.claims):
                self.batches.clear()
            self.batches.append(batch)
            self.known = 0, batch.byte
            self.next_number = batch.number + len(batch.segments)
            if self.vocabulary is None or self.vocabulary.delimiters != batch.delimiters:
                self.vocabulary = Vocabulary(batch.delimiters, self.tell)
            self.rest = iter(batch.segments)
            yield map(self.vocabulary.__getitem__, self.rest)
        self.ended = True
        yield ((END, [], 0),)

    # ---------------------------------------------------------------------------------------------------- places

    def number(self) -> int:
        """Number in the file of the segment just read, from 1."""
        return self.next_number - self.rest.__length_hint__() - (not self.ended)  # type: ignore[attr-defined,no-any-return]

    def byte(self, number: int) -> int:
        """Where the segment just read begins; at the end of the file, its length. `number`: its number."""
        batch = self.batches[-1]
        index = number - batch.number
        start, byte = self.known
        pieces = batch.pieces
        if index > start:
            byte += sum(map(len, pieces[start:index])) + index - start
            self.known = index, byte
        if index == len(pieces):
            return byte - (not batch.closed)
        return byte + _noise(pieces[index])

    def text(self) -> str:
        """The segment just read, as it stands in the file."""
        batch = self.batches[-1]
        return shown(batch.segments[self.number() - batch.number])

    def elements(self) -> list[str]:
        """Those of the segment just read, the id first."""
        batch = self.batches[-1]
        segment = batch.segments[self.number() - batch.number]
        return [shown(one) for one in segment.split(batch.delimiters.element)]

    def component(self) -> str:
        """What separates the components of an element here."""
        return self.batches[-1].delimiters.component

    def source(self, byte: int, number: int) -> Source:
        """From there to the segment just read."""
        end = self.number()
        return Source(byte, self.byte(end) - byte, number - self.set_number + 1, end - number)

    def begin_set(self, control: str) -> None:
        self.inside, self.control, self.claims, self.claim_number = True, control, 0, 0
        self.set_number = self.number()
        del self.batches[:-1]

    def begin_claim(self) -> None:
        """The segment just read begins a claim."""
        self.claims += 1
        number = self.claim_number = self.counted = self.number()
        self.lines = []
        if number != self.place[1]:
            self.place = self.byte(number), number
        if len(self.batches) > 1:
            del self.batches[:-1]

    def end_claim(self) -> Source:
        """The present claim's place, once the segment behind it was read."""
        begun, first = self.place
        number = self.number()
        byte = self.byte(number)
        self.place = byte, number
        self.claim_number = 0
        return Source(begun, byte - begun, first - self.set_number + 1, number - first)

    def end_set(self) -> None:
        self.inside, self.claim_number = False, 0

    # ---------------------------------------------------------------------------------------------------- faults

    def position(self, number: int, element: str = "", loop: str = "") -> Position:
        """Of a segment in the window, by its number in the file."""
        for batch in reversed(self.batches):
            if batch.number <= number:
                break
        else:
            return Position(0, element[:3], element if len(element) > 3 else "", loop, self.control)
        index = number - batch.number
        in_set = number - self.set_number + 1
        if index >= len(batch.segments):
            return Position(self.byte(number), "", "", loop, self.control, in_set)
        name = shown(batch.segments[index].partition(batch.delimiters.element)[0][:3])
        byte = self.byte(number) if number == self.number() else self._byte_of(batch, index)
        return Position(byte, name, element, loop, self.control, in_set)

    def _byte_of(self, batch: Batch, index: int) -> int:
        """Where a segment begins, counted from the present claim's first where that stands in the same batch."""
        byte, number = self.place
        begun = number - batch.number
        if not 0 <= begun <= index:
            return batch.byte_of(index)
        pieces = batch.pieces
        return byte - _noise(pieces[begun]) + sum(map(len, pieces[begun:index])) + index - begun + _noise(pieces[index])

    def claim_text(self) -> str:
        """Our number of the present claim, for messages."""
        batch = self.batches[0]
        return shown("".join(batch.segments[self.claim_number - batch.number].split(batch.delimiters.element)[1:2]))

    def lines_until(self, number: int) -> list[int]:
        """Numbers in the file of the service segments of the present claim up to there, or further."""
        for batch in self.batches:
            if batch.number + len(batch.segments) > self.counted:
                mark = "SVC" + batch.delimiters.element
                fresh = batch.segments[self.counted - batch.number : number + 1 - batch.number]
                for segment in fresh:
                    if segment.startswith(mark) or segment == "SVC":
                        self.lines.append(self.counted)
                    self.counted += 1
        return self.lines

    def tell(self, rule: str, segment: str, element: str = "", text: str = "", what: str = "") -> None:
        """A fault of the segment just read."""
        if not self.inside:
            return
        number = self.number()
        path, loop = self.whereabouts(number, segment)
        field = _FIELDS.get(element) or _FIELDS_OF.get(segment, "")
        path = f"{path}.{field}" if path and field else path or field
        value = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
        what = what or _MISSING.get(element) or ("it is read as 0.00" if element in _AMOUNTS else "it is left empty")
        at = self.position(number, element, loop)
        self.findings.append(fault(rule, at, path, element=element, segment=segment, value=value, what=what))

    def whereabouts(self, number: int, segment: str) -> tuple[str, str]:
        """Business path and loop of a segment of the present claim; of a CLP, those of the claim it begins."""
        if segment == "CLP":
            return f"claims[{self.claims}]", "2100"
        if not self.claim_number:
            return "", ""
        lines = bisect_right(self.lines_until(number), number)
        claim = f"claims[{self.claims - 1}]"
        return (f"{claim}.lines[{lines - 1}]", "2110") if lines else (claim, "2100")


def _noise(piece: str) -> int:
    """How many line ends and blanks stand before a segment."""
    return len(piece) - len(piece.lstrip(_NOISE)) if piece[:1] in _NOISE else 0


def _sliced(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in given(chunks):
        for begins in range(0, len(chunk), _SLICE):
            yield chunk[begins : begins + _SLICE]
