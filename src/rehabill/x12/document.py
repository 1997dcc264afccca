"""A whole file as a tree: interchanges, groups, transaction sets, segments; and back to the same bytes.

    document = read(data)
    write(document) == data          # for every input, whatever is wrong with it

For files too large to hold, see `scan.batches`.
"""

from collections.abc import Iterator

import msgspec

from rehabill.base.finding import Finding
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.scan import batches


class Segment(msgspec.Struct):
    """One segment: `text` as read, `piece` the same with the line ends around it, `byte` where it begins."""

    delimiters: Delimiters
    text: str
    piece: str
    byte: int
    closed: bool = True

    @property
    def id(self) -> str:
        return self.text.partition(self.delimiters.element)[0]

    @property
    def elements(self) -> list[str]:
        """The elements after the id: `elements[0]` is the one called 01."""
        return self.text.split(self.delimiters.element)[1:]

    def element(self, number: int) -> str:
        """The element of that number, from 1; empty when the segment ends before it."""
        elements = self.elements
        return elements[number - 1] if number <= len(elements) else ""


class TransactionSet(msgspec.Struct):
    """From ST to SE. `id` is ST01 (`837`); `version` ST03, else the group's."""

    segments: list[Segment]
    version: str

    @property
    def id(self) -> str:
        return self.segments[0].element(1)

    @property
    def control(self) -> str:
        return self.segments[0].element(2)


class Group(msgspec.Struct):
    """From GS to GE."""

    segments: list[Segment]

    @property
    def header(self) -> Segment:
        return self.segments[0]

    def sets(self) -> Iterator[TransactionSet]:
        for part in _parts(self.segments, ("ST",), ("SE",)):
            yield TransactionSet(part, part[0].element(3) or self.header.element(8))


class Interchange(msgspec.Struct):
    """From ISA to IEA (or a set that lost its envelope); `before`: text outside any interchange ahead of it."""

    delimiters: Delimiters
    segments: list[Segment]
    before: str = ""

    @property
    def header(self) -> Segment:
        return self.segments[0]

    def groups(self) -> Iterator[Group]:
        for part in _parts(self.segments, ("GS",), ("GE",)):
            yield Group(part)

    def sets(self) -> Iterator[TransactionSet]:
        """Every transaction set, inside a group or not."""
        version = ""
        for part in _parts(self.segments, ("GS", "ST"), ("SE", "GE")):
            if part[0].id == "GS":
                version = part[0].element(8)
            else:
                yield TransactionSet(part, part[0].element(3) or version)


class Document(msgspec.Struct):
    """A file; `after` is text behind the last interchange (all of it, when there is none)."""

    interchanges: list[Interchange]
    faults: list[Finding]
    after: str = ""

    def sets(self) -> Iterator[TransactionSet]:
        """Every transaction set of the file."""
        for interchange in self.interchanges:
            yield from interchange.sets()


def read(data: bytes) -> Document:
    """Any bytes as a document. Never raises; `faults` tells what kept something from being read."""
    document = Document([], [])
    for batch in batches((data,), document.faults):
        if not batch.pieces:
            document.after = batch.before
            continue
        segments, byte = [], batch.byte
        for piece, text in zip(batch.pieces, batch.segments, strict=True):
            segments.append(Segment(batch.delimiters, text, piece, byte))
            byte += len(piece) + 1
        segments[-1].closed = batch.closed
        if batch.opens:
            document.interchanges.append(Interchange(batch.delimiters, segments, batch.before))
        else:
            document.interchanges[-1].segments.extend(segments)
    return document


def write(document: Document) -> bytes:
    """The document's bytes: those it was read from, where nothing was changed."""
    parts = []
    for interchange in document.interchanges:
        parts.append(interchange.before)
        for segment in interchange.segments:
            parts.append(segment.piece)
            if segment.closed:
                parts.append(segment.delimiters.segment)
    parts.append(document.after)
    return "".join(parts).encode("latin-1")


def _parts(segments: list[Segment], opens: tuple[str, ...], closes: tuple[str, ...]) -> Iterator[list[Segment]]:
    """Runs from an opening segment to its closing one, or to the next opening when that is missing."""
    begun: int | None = None
    for index, segment in enumerate(segments):
        if segment.id in opens:
            if begun is not None:
                yield segments[begun:index]
            begun = index
        elif segment.id in closes and begun is not None:
            yield segments[begun : index + 1]
            begun = None
    if begun is not None:
        end = len(segments) - 1 if segments[-1].id in ("GE", "IEA") else len(segments)
        yield segments[begun:end]
