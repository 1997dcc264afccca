"""Bytes of any X12 file to its segments, a batch at a time: whatever the separators, in flat memory, losing nothing.

Bytes are read as Latin-1, which gives every byte one character: positions in the text are positions in the file, and
the text turns back into the same bytes. `shown` gives a value back as its writer meant it.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate

import msgspec

from rehabill.base.finding import Finding, Position
from rehabill.x12.delimiters import Delimiters, bare_set, header_of
from rehabill.x12.faults import fault

CHUNK = 1 << 20
"""Bytes a reader of files should ask for at a time."""
_ISA = re.compile(r"ISA[^A-Za-z0-9 \r\n]")
_HEADER_REACH = 512
LONGEST_SEGMENT = 1 << 24
LONGEST_BINARY = 1 << 28
_NOISE = "\r\n \t"
_BLANK = " \t\r\n\0\x1a\xef\xbb\xbf"
"""What may stand outside an interchange unnoticed: blanks, old end-of-file marks, the mark that begins UTF-8."""
_SAMPLE = 40

_NOT_BYTES = (
    "an X12 file is read from its bytes, and this is {what}: give what Path(…).read_bytes() returns, or blocks of a"
    " file opened with open(…, 'rb')"
)
_OTHER_FORMATS = (
    ("\xff\xfe", "UTF-16 text"), ("\xfe\xff", "UTF-16 text"), ("I\0S\0A", "UTF-16 text"), ("\0I\0S\0A", "UTF-16 text"),
    ("PK", "a zip archive: unpack it first"), ("\x1f\x8b", "compressed (gzip): unpack it first"),
    ("%PDF", "a PDF"), ("<", "XML or a web page"), ("{", "JSON"), ("[", "JSON"),
)  # fmt: skip


class Batch(msgspec.Struct):
    """Consecutive segments of one interchange; only the first can be an ISA.

    `before`: text outside any interchange that stood before the batch. `opens`: an interchange begins here. `pieces`:
    what stood between the terminators, noise included; `segments`: the same without line ends. `byte` is where
    `pieces[0]` begins, `number` the place of `segments[0]` in the file, from 1. `closed` is False when the last piece
    has no terminator.
    """

    delimiters: Delimiters
    pieces: list[str]
    segments: list[str]
    byte: int
    number: int
    before: str = ""
    opens: bool = False
    closed: bool = True
    ends: list[int] = []
    """Characters up to the end of each piece, terminators left out; once somebody has asked."""

    def byte_of(self, index: int) -> int:
        """Where `segments[index]` begins in the file."""
        if not self.ends:
            self.ends = list(accumulate(map(len, self.pieces)))
        return self.byte + self.ends[index] + index - len(self.pieces[index].lstrip(_NOISE))


def shown(value: str) -> str:
    """A value as its writer meant it: UTF-8 where the bytes are that, else Latin-1."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return value


def batches(chunks: Iterable[bytes], faults: list[Finding]) -> Iterator[Batch]:
    """The segments of a file given in chunks. Never raises: what is wrong is added to `faults`, with its place.

    A file in which no interchange is found yields nothing but that fault, and a batch whose `before` is the text.
    Raises `TypeError` for what is no bytes.
    """
    scanner = _Scanner(faults)
    for chunk in given(chunks):
        yield from scanner.feed(chunk.decode("latin-1"))
    yield from scanner.finish()


def given(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same chunks; `TypeError`, in words, when they are none. The one place where a caller's mistake is told."""
    if isinstance(chunks, bytes | bytearray | memoryview):
        raise TypeError("these are the bytes themselves: give them in a list, [data], or as blocks read from a file")
    if isinstance(chunks, str) or not isinstance(chunks, Iterable):
        raise TypeError(_NOT_BYTES.format(what=_what_is(chunks)))
    for chunk in chunks:
        if not isinstance(chunk, bytes | bytearray):
            raise TypeError(_NOT_BYTES.format(what=_what_is(chunk)))
        yield chunk


def _what_is(wrong: object) -> str:
    if wrong is None:
        return "nothing (None)"
    return "text (str)" if isinstance(wrong, str) else f"of type {type(wrong).__name__}"


class _Scanner:
    """Text comes in, batches go out. `rest` waits for more text and begins at byte `at`."""

    def __init__(self, faults: list[Finding]) -> None:
        self.faults = faults
        self.rest = ""
        self.at = 0
        self.number = 1
        self.delimiters: Delimiters | None = None
        """Those of the interchange that `rest` is inside of."""
        self.before = ""
        self.opens = False
        self.found = False

    def feed(self, text: str, is_last: bool = False) -> Iterator[Batch]:
        self.rest += text
        while True:
            begun = 0
            if self.delimiters is None:
                if not self._find_header(is_last):
                    return
                begun = 3  # past the ISA just found
            assert self.delimiters is not None
            delimiters = self.delimiters
            end, is_binary = self._reach(delimiters, begun, is_last)
            if end:
                yield self._batch(delimiters, end, is_binary)
            elif self.delimiters is not None:
                return

    def finish(self) -> Iterator[Batch]:
        """What is left when no more text comes."""
        yield from self.feed("", True)
        if self.delimiters is not None and self.rest.strip(_BLANK):
            yield self._cut_short(self.delimiters)
        self.before += self.rest
        self.at += len(self.rest)
        if not self.found:
            yield from self._without_envelope()
        elif self.before.strip(_BLANK):
            self._tell_stray()
        if self.before:
            yield Batch(Delimiters("", "", "", ""), [], [], self.at, self.number, self.before)

    def _without_envelope(self) -> Iterator[Batch]:
        """A transaction set that lost its envelope is read with the separators it shows."""
        bare = bare_set(self.before)
        if bare is None:
            self.faults.append(fault("X100", Position(0), why=_why_no_x12(self.before)))
            return
        begun, delimiters = bare
        self.rest, self.at, self.before = self.before[begun:], begun, self.before[:begun]
        self.faults.append(fault("X108", Position(begun, "ST")))
        end = self.rest.rfind(delimiters.segment) + 1
        if end:
            self.opens = True
            yield self._batch(delimiters, end)
        self.before += self.rest
        self.at += len(self.rest)

    def _find_header(self, is_last: bool) -> bool:
        """Go to the next header whose separators can be told; False when more text is needed."""
        while True:
            found = _ISA.search(self.rest)
            self._skip(found.start() if found else max(len(self.rest) - (0 if is_last else 3), 0))
            if found is None or (len(self.rest) < _HEADER_REACH and not is_last):
                return False
            if self.before.strip(_BLANK):
                self._tell_stray()
            self.found = True
            header = header_of(self.rest[:_HEADER_REACH])
            if not isinstance(header, str):
                if header.oddity:
                    self.faults.append(fault("X102", Position(self.at, "ISA"), why=header.oddity))
                self.delimiters, self.opens = header.delimiters, True
                return True
            self.faults.append(fault("X101", Position(self.at, "ISA"), why=header[0].upper() + header[1:]))
            self._skip(3)

    def _reach(self, delimiters: Delimiters, begun: int, is_last: bool) -> tuple[int, bool]:
        """How much of `rest` can go into one batch: to the interchange's end, to a binary segment, or as far as the
        text goes (0: more is needed); and whether that is one binary segment.
        """
        end = self.rest.rfind(delimiters.segment) + 1
        header = _start_of("ISA", self.rest, delimiters, begun, end)
        if header >= 0:
            self.delimiters, end = None, self.rest.rfind(delimiters.segment, 0, header) + 1
        trailer = _start_of("IEA", self.rest, delimiters, 0, end)
        if trailer >= 0:
            self.delimiters, end = None, self.rest.index(delimiters.segment, trailer) + 1
        binary = _start_of("BIN", self.rest, delimiters, 0, end)
        if binary >= 0:
            self.delimiters = delimiters
            end = self.rest.rfind(delimiters.segment, 0, binary) + 1
            if not end:
                return self._binary_end(binary, delimiters, is_last)
        if not end and len(self.rest) > LONGEST_SEGMENT and self.delimiters is not None:
            self.faults.append(fault("X106", Position(self.at), length=LONGEST_SEGMENT))
            self.delimiters = None
        return end, False

    def _binary_end(self, begun: int, delimiters: Delimiters, is_last: bool) -> tuple[int, bool]:
        """BIN01 says how many bytes BIN02 has: they may hold anything, separators too."""
        elements = self.rest[begun : begun + 32].split(delimiters.element, 2)
        ordinary = self.rest.index(delimiters.segment, begun) + 1
        if len(elements) == 3 and elements[1].isdecimal():
            length = int(elements[1])
            end = begun + len(elements[0]) + len(elements[1]) + 2 + length
            if self.rest[end : end + 1] == delimiters.segment:
                return end + 1, True
            if end >= len(self.rest) and length <= LONGEST_BINARY and not is_last:
                return 0, False
            self.faults.append(fault("X105", Position(self.at + begun, "BIN", "BIN01"), length=length))
        return ordinary, False

    def _skip(self, length: int) -> None:
        self.before += self.rest[:length]
        self.rest = self.rest[length:]
        self.at += length

    def _tell_stray(self) -> None:
        text = self.before.strip(_BLANK)
        begun = self.at - len(self.before) + self.before.index(text)
        self.faults.append(fault("X103", Position(begun), count=len(text), sample=_sample(text)))

    def _batch(self, delimiters: Delimiters, end: int, is_binary: bool = False) -> Batch:
        text = self.rest[: end - 1]
        pieces = [text] if is_binary else text.split(delimiters.segment)
        segments = pieces if is_binary else _without_noise(text, pieces, delimiters.segment)
        batch = Batch(delimiters, pieces, segments, self.at, self.number, self.before, self.opens)
        self.before, self.opens = "", False
        self.rest = self.rest[end:]
        self.at += end
        self.number += len(pieces)
        return batch

    def _cut_short(self, delimiters: Delimiters) -> Batch:
        """The last segment, which has no terminator; a trailer is understood without one."""
        text = self.rest
        kind = "X107" if text.lstrip(_NOISE).startswith("IEA") else "X104"
        self.faults.append(fault(kind, Position(self.at), sample=_sample(text.strip(_BLANK))))
        self.rest += delimiters.segment
        batch = self._batch(delimiters, len(self.rest))
        self.at -= 1
        batch.closed = False
        return batch


def _start_of(name: str, text: str, delimiters: Delimiters, start: int, end: int) -> int:
    """Where the first segment of that name begins between `start` and `end`; -1 when there is none."""
    mark = name + delimiters.element
    if text.rfind(mark, start, end) < 0:  # three times faster than `find` where there is none
        return -1
    at = text.find(mark, start, end)
    while at >= 0:
        before = at - 1
        while before >= 0 and text[before] in _NOISE and text[before] != delimiters.segment:
            before -= 1
        if before < 0 or text[before] == delimiters.segment:
            return at
        at = text.find(mark, at + 1, end)
    return -1


def _without_noise(text: str, pieces: list[str], terminator: str) -> list[str]:
    """The segments without the line ends that editors and mail put between or into them."""
    plain = text
    for mark in "\r\n":
        if mark != terminator and mark in plain:
            plain = plain.replace(mark, "")
    if plain[:1] in (" ", "\t") or any(mark in plain and plain.rfind(terminator + mark) >= 0 for mark in " \t"):
        return [segment.lstrip(" \t") for segment in plain.split(terminator)]
    return pieces if len(plain) == len(text) else plain.split(terminator)


def _sample(text: str) -> str:
    return text[:_SAMPLE] + ("…" if len(text) > _SAMPLE else "")


def _why_no_x12(text: str) -> str:
    if not text.strip(_BLANK):
        return "The file is empty."
    for begins, what in _OTHER_FORMATS:
        if text.lstrip(_BLANK).startswith(begins) or text.startswith(begins):
            return f"This is not an X12 file but {what}."
    return "No interchange header (ISA) is found: this is not an X12 file, or its beginning is missing."
