"""A file to pieces that can be read each by itself: cut between claims, a few megabytes each, in flat memory.

A piece carries the segments it stands under (`context`: header, group, set, billing provider), so that any worker can
read it without having seen what came before.
"""

import re
from collections.abc import Iterator

import msgspec

from rehabill.audit.context import Context, Kind
from rehabill.audit.faults import Fault, fault
from rehabill.audit.sources import InMemory, OnDisk, Source, open_source
from rehabill.audit.starts import NOISE, first_from, headers_and_trailers, last_start_of, level_of
from rehabill.x12.delimiters import Delimiters, bare_set, header_of

_ISA = re.compile(rb"ISA[^A-Za-z0-9 \r\n]")
_BLANK = b" \t\r\n\0\x1a\xef\xbb\xbf"
_HEADER_REACH = 512
_BARE_REACH = 4_096
LONGEST_SEGMENT = 1 << 24
_OTHER_FORMATS = (
    (b"\xff\xfe", "UTF-16 text"), (b"\xfe\xff", "UTF-16 text"),
    (b"I\0S\0A", "UTF-16 text"), (b"\0I\0S\0A", "UTF-16 text"),
    (b"PK", "a zip archive: unpack it first"), (b"\x1f\x8b", "compressed (gzip): unpack it first"), (b"%PDF", "a PDF"),
)  # fmt: skip


class Piece(msgspec.Struct, frozen=True):
    """Bytes `start` to `end` of the source: whole segments of interchanges with the same separators."""

    start: int
    end: int
    delimiters: Delimiters
    context: bytes
    data: bytes


def pieces(source: Source, kind: Kind, size: int, faults: list[Fault]) -> Iterator[Piece]:
    """The pieces of a file, each of about `size` bytes. Never raises on what a file may hold."""
    opened = open_source(source)
    try:
        yield from _Planner(opened, kind, size, faults).pieces()
    finally:
        opened.close()


class _Planner:
    """`text` begins at byte `at` of the source."""

    def __init__(self, source: InMemory | OnDisk, kind: Kind, size: int, faults: list[Fault]) -> None:
        self.source, self.kind, self.size, self.faults = source, kind, max(size, 1_024), faults
        self.text = b""
        self.at = 0
        self.end = source.size
        self.wanted = self.size
        self.delimiters: Delimiters | None = None
        self.header = 0
        """Length of the ISA that `text` begins with; 0 inside an interchange."""
        self.has_header = False
        """An ISA stands in `text`."""
        self.context = Context(kind)
        self.found = False
        self.stray = -1

    @property
    def is_last(self) -> bool:
        return self.at + len(self.text) >= self.end

    def fill(self) -> None:
        missing = self.wanted - len(self.text)
        if missing > 0 and not self.is_last:
            self.text += self.source.read(self.at + len(self.text), missing)

    def pieces(self) -> Iterator[Piece]:
        while True:
            self.fill()
            if self.delimiters is None:
                if not self.find_header():
                    break
                continue
            piece = self.take(self.delimiters)
            if piece is not None:
                yield piece
        if not self.found:
            yield from self.without_header()
        self.tell_stray()

    def skip(self, length: int) -> None:
        """Text outside any interchange."""
        outside = self.text[:length].strip(_BLANK)
        if outside and self.stray < 0:
            self.stray = self.at + self.text.index(outside)
        self.text = self.text[length:]
        self.at += length

    def tell_stray(self) -> None:
        if self.stray >= 0 and self.found:
            self.faults.append(fault(self.stray, "text-outside"))
        self.stray = -1

    def find_header(self) -> bool:
        """Go to the next header that can be read; False when the file has no more."""
        found = _ISA.search(self.text)
        if found is None:
            if self.is_last:
                if self.found or len(self.text) < self.source.size:
                    self.skip(len(self.text))
                return False
            self.skip(max(len(self.text) - 3, 0))
            return True
        if len(self.text) - found.start() < _HEADER_REACH and not self.is_last:
            self.skip(found.start())
            self.wanted = max(self.size, _HEADER_REACH)
            return True
        self.skip(found.start())
        self.tell_stray()
        self.found = True
        header = header_of(self.text[:_HEADER_REACH].decode("latin-1"))
        if isinstance(header, str):
            self.faults.append(fault(self.at, "header-unreadable", "ISA", why=header[0].upper() + header[1:]))
            self.text, self.at = self.text[3:], self.at + 3
            return True
        if header.oddity:
            self.faults.append(fault(self.at, "header-odd", "ISA", why=header.oddity))
        self.delimiters, self.header = header.delimiters, header.length
        self.context = Context(self.kind)
        return True

    def without_header(self) -> Iterator[Piece]:
        """A set that lost its envelope is read with the separators it shows."""
        start = self.source.read(0, _BARE_REACH)
        bare = bare_set(start.decode("latin-1"))
        if bare is None:
            self.faults.append(fault(0, "not-x12", why=_why_no_x12(start)))
            return
        begun, delimiters = bare
        self.faults.append(fault(begun, "no-envelope", "ST"))
        self.found, self.at, self.text, self.stray = True, begun, b"", -1
        self.delimiters = delimiters
        self.context = Context(self.kind)
        while self.delimiters is not None:
            self.fill()
            piece = self.take(delimiters)
            if piece is not None:
                yield piece
        self.skip(len(self.text))

    def take(self, delimiters: Delimiters) -> Piece | None:
        """The next piece of the interchange that `text` stands in; None when there is none yet."""
        terminator, element = delimiters.segment.encode("latin-1"), delimiters.element.encode("latin-1")
        end, goes_on = self.reach(delimiters, terminator, element)
        if not goes_on:
            self.delimiters = None
        elif self.is_last:
            end, goes_on = self.last(terminator, element), False
            self.delimiters = None
        else:
            whole = self.text.rfind(terminator) + 1
            if not whole and len(self.text) > LONGEST_SEGMENT:
                self.faults.append(fault(self.at, "segment-too-long", count=LONGEST_SEGMENT))
                self.delimiters = None
                return None
            end = self.cut(terminator, element, whole)
            if not end:
                self.wanted = len(self.text) + self.size
                return None
        self.wanted = self.size
        data, self.text = self.text[:end], self.text[end:]
        context = self.context.text()
        piece = Piece(self.at, self.at + end, delimiters, context, data)
        self.at += end
        self.header = 0
        if goes_on:
            self.context.pass_over(data, terminator, element, self.has_header)
        return piece if data else None

    def reach(self, delimiters: Delimiters, terminator: bytes, element: bytes) -> tuple[int, bool]:
        """Where the interchange ends, or the last of several with the same separators; and whether it goes on
        beyond `text`.
        """
        passed = self.header
        self.has_header = passed > 0
        headers, trailers = headers_and_trailers(self.text, terminator, element)
        while True:
            next_header = first_from(headers, max(passed, 3 if self.header else 0))
            trailer = first_from(trailers, passed)
            if next_header >= 0 and (trailer < 0 or next_header < trailer):
                return self.text.rfind(terminator, 0, next_header) + 1, False
            end = self.text.find(terminator, trailer) + 1 if trailer >= 0 else 0
            if not end:
                return 0, True
            following = end
            while following < len(self.text) and self.text[following] in NOISE:
                following += 1
            same = None
            if len(self.text) - following >= _HEADER_REACH and self.text.startswith(b"ISA" + element, following):
                same = header_of(self.text[following : following + _HEADER_REACH].decode("latin-1"))
            if same is None or isinstance(same, str) or same.oddity or same.delimiters != delimiters:
                return end, False
            passed, self.has_header = following + same.length, True

    def last(self, terminator: bytes, element: bytes) -> int:
        """Where the last whole segment of the file ends. A trailer is understood without a terminator."""
        end = self.text.rfind(terminator) + 1
        rest = self.text[end:]
        if not rest.strip(_BLANK):
            return end
        begun = self.at + end + len(rest) - len(rest.lstrip(_BLANK))
        name = rest.lstrip(_BLANK)[:3].rstrip(element)
        if name == b"IEA":
            self.faults.append(fault(begun, "trailer-unterminated", "IEA"))
            self.text = self.text.rstrip(_BLANK) + terminator
            return len(self.text)
        self.faults.append(fault(begun, "cut-short", name.decode("latin-1")))
        self.text, self.end = self.text[:end], self.at + end
        return end

    def cut(self, terminator: bytes, element: bytes, whole: int) -> int:
        """Where this piece can end and another begin: before a claim payment, a subscriber, a set. 0: nowhere."""
        if self.kind == "835":
            names = (b"CLP", b"ST")
        else:
            names = (b"HL", b"ST")
        best = 0
        for name in names:
            at = last_start_of(name + element, self.text, terminator, best, whole)
            while name == b"HL" and at > 0 and level_of(self.text, at, terminator, element) not in (b"20", b"22"):
                at = last_start_of(name + element, self.text, terminator, best, at)
            best = max(best, at)
        return best if best > self.header else 0


def _why_no_x12(start: bytes) -> str:
    if not start.strip(_BLANK):
        return "The file is empty."
    for begins, what in _OTHER_FORMATS:
        if start.startswith(begins):
            return f"This is not an X12 file but {what}."
    return "No interchange header (ISA) is found: this is not an X12 file, or its beginning is missing."
