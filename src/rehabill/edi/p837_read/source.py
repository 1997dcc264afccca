"""The segments at hand and where they stand in the file; every fault is told through here."""

from collections.abc import Iterable

from rehabill.base.finding import Finding, Position
from rehabill.edi.p837_read.faults import Problem, finding
from rehabill.model.submitted import OtherSegment
from rehabill.x12.delimiters import STANDARD
from rehabill.x12.scan import Batch, shown

_BLANK = [""] * 32
_NOISE = "\r\n \t"


class Source:
    """A window on the file. Indices are those of `segments`; readers look at it and never change it."""

    def __init__(self, faults: list[Finding]) -> None:
        self.faults = faults
        self.delimiters = STANDARD
        self.element, self.component = STANDARD.element, STANDARD.component
        self.heads = self._heads()
        self.segments: list[str] = []
        self.set_control = ""
        self._pieces: list[str] = []
        self._number = 1
        self._byte = 0
        self._set_begun = 1
        self._cursor = (0, 0)

    def take(self, batch: Batch) -> int:
        """Add a batch behind what is left; answers where it begins."""
        begins = len(self.segments)
        if not begins:
            self._byte, self._number = batch.byte, batch.number
            self._cursor = (0, batch.byte)
        self.segments.extend(batch.segments)
        self._pieces.extend(batch.pieces)
        return begins

    def speak(self, batch: Batch) -> None:
        """From here on the separators are those of the batch."""
        self.delimiters = batch.delimiters
        self.element, self.component = batch.delimiters.element, batch.delimiters.component
        self.heads = self._heads()

    def _heads(self) -> frozenset[str]:
        """What ends a level or a claim by beginning something else."""
        return self.tags("ISA", "GS", "ST", "HL", "CLM", "SE", "GE", "IEA")

    def last_head(self, begins: int) -> int:
        """Where the last section begins: it may go on in the next batch, and all before it is whole.

        Only segments from `begins` on are looked at: of those that were left, only the first can begin a section.
        """
        index = len(self.segments) - 1
        while index >= begins and self.segments[index][:3] not in self.heads:
            index -= 1
        return index if index >= begins else 0

    def drop(self, count: int) -> None:
        """Forget the first segments: they have been read."""
        self._byte = self._byte_of(count)
        self._number += count
        del self.segments[:count], self._pieces[:count]
        self._cursor = (0, self._byte)

    def begin_set(self, index: int, control: str) -> None:
        self._set_begun = self._number + index
        self.set_control = control

    def number(self, index: int) -> int:
        """The segment's number in its transaction set, from 1."""
        return self._number + index - self._set_begun + 1

    def _byte_of(self, index: int) -> int:
        """Where a piece begins, counted from the last place asked for."""
        known, byte = self._cursor
        if index > known:
            byte += len(" ".join(self._pieces[known:index])) + 1
        elif index < known:
            byte -= len(" ".join(self._pieces[index:known])) + 1
        self._cursor = (index, byte)
        return byte

    def at(self, index: int, element: str = "", loop: str = "") -> Position:
        byte, piece = self._byte_of(index), self._pieces[index]
        if piece[:1] in _NOISE:
            byte += len(piece) - len(piece.lstrip(_NOISE))
        name = self.segments[index][:3].partition(self.element)[0]
        return Position(byte, name, element, loop, self.set_control, self._number + index - self._set_begun + 1)

    def tell(
        self, kind: str, index: int, element: str = "", loop: str = "", path: str = "", **facts: str | int
    ) -> None:
        """Add a fault to the file's list."""
        self.faults.append(finding(kind, self.at(index, element, loop), path, **facts))

    def tell_all(self, problems: Iterable[Problem], index: int, loop: str, path: str = "") -> None:
        """Problems of the segment at `index`, whose business field stands under `path`."""
        for kind, element, field, what, after in problems:
            whole = f"{path}.{field}" if path and field else path or field
            self.tell(kind, index + after, element, loop, whole, what=what)

    def cut(self, segment: str, last: int) -> list[str]:
        """The segment's elements by their number, the id at 0; those to `last` are always there."""
        fields = segment.split(self.element)
        if not segment.isascii():
            fields = list(map(shown, fields))
        if len(fields) <= last:
            fields += _BLANK[len(fields) : last + 1]
        return fields

    def fields(self, index: int, last: int) -> list[str]:
        fields = self.cut(self.segments[index], last)
        if len(fields[0]) > 3:
            self.tell("R126", index, what=fields[0])
        return fields

    def unread(self, index: int, loop: str, known: frozenset[str]) -> OtherSegment:
        """The segment as it stands; one that has no business in that loop is told."""
        segment = self.segments[index]
        name = segment.partition(self.element)[0]
        if name not in known:
            self.tell("R115", index, "", loop, what=shown(name[:3]))
        return OtherSegment(loop, shown(segment), self.number(index))

    def tags(self, *names: str) -> frozenset[str]:
        """Segments' first three characters, by which they are told apart without cutting them."""
        return frozenset(name if len(name) == 3 else name + self.element for name in names)
