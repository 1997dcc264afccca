"""The bytes of a piece as segments and elements, all at once: numpy arrays of positions.

Nothing here loops over segments.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from rehabill.audit.arrays import Ints, Span, Words, no_values
from rehabill.audit.digits import KEEP_FIRST
from rehabill.audit.faults import Fault, fault
from rehabill.audit.pieces import Piece
from rehabill.x12.scan import shown

_PAD = 16
"""Bytes before and after the text, so that eight bytes can be read around any value."""


@lru_cache(maxsize=8)
def _kinds(names: tuple[str, ...], element: int, terminator: int) -> npt.NDArray[np.uint8]:
    """Three bytes at the start of a segment to the number of its kind; 0 for those nobody asked for."""
    known = np.zeros(1 << 24, np.uint8)
    for number, name in enumerate(names, 1):
        key = int.from_bytes(name.encode(), "little")
        if len(name) == 2:
            known[key | element << 16] = known[key | terminator << 16] = number
        else:
            known[key] = number
    return known


class Segments:
    """A piece: its segments by kind, and where their elements stand."""

    def __init__(self, piece: Piece, names: tuple[str, ...]) -> None:
        delimiters = piece.delimiters
        element, terminator = ord(delimiters.element), ord(delimiters.segment)
        self.component = ord(delimiters.component)
        self.names = names
        self.piece = piece
        self.noise: Ints | None = None
        self.faults: list[Fault] = []
        self.body = _PAD + len(piece.context)
        """Where what is read here begins; before it stand the segments it is under."""
        self._split(piece.data, element, terminator)
        if not self._step_over_line_ends(terminator):
            self._split(self._without_line_ends(piece.data, terminator), element, terminator)
        self._name(element, terminator)

    def _split(self, data: bytes, element: int, terminator: int) -> None:
        self.bytes = b"\0" * _PAD + self.piece.context + data + b"\0" * _PAD
        self.u1 = np.frombuffer(self.bytes, np.uint8)
        self.u4 = np.ndarray((len(self.bytes) - 3,), "<u4", self.bytes, strides=(1,))
        self.u8 = np.ndarray((len(self.bytes) - 7,), "<u8", self.bytes, strides=(1,))
        marks = self.u1 == element
        marks |= self.u1 == terminator
        self.mark = np.flatnonzero(marks)
        """Where each separator of elements or segments stands."""
        ends = np.flatnonzero(self.u1[self.mark] == terminator)
        first = np.empty_like(ends)
        first[:1] = 0
        np.add(ends[:-1], 1, out=first[1:])
        self.first = first
        """Of each segment, the number of the mark after its name."""
        self.count = ends - first
        """How many elements each segment has."""
        begun = np.empty_like(ends)
        begun[:1] = _PAD
        np.add(self.mark[ends[:-1]], 1, out=begun[1:])
        self.begun = begun

    def _step_over_line_ends(self, terminator: int) -> bool:
        """Line ends between segments are stepped over; False when there are others."""
        after = self.mark[self.first]
        for mark in b"\r\n":
            if mark == terminator:
                continue
            count = np.count_nonzero(self.u1 == mark)
            if count:
                here = (self.u1[self.begun] == mark) & (self.begun < after)
                stray = count - np.count_nonzero(here)
                if stray > (mark in (self.bytes[-_PAD - 1], self.bytes[-_PAD - 2])):
                    return False
                self.begun = self.begun + here
        return True

    def _without_line_ends(self, data: bytes, terminator: int) -> bytes:
        """The text without line ends that end no segment, and where they stood."""
        noise = bytes(mark for mark in b"\r\n" if mark != terminator)
        raw = np.frombuffer(data, np.uint8)
        is_noise = raw == noise[0]
        if len(noise) > 1:
            is_noise |= raw == noise[1]
        removed = np.flatnonzero(is_noise)
        self.noise = removed - np.arange(len(removed))
        return data.translate(None, noise)

    def _name(self, element: int, terminator: int) -> None:
        """What kind each segment is."""
        begun, after = self.begun, self.mark[self.first]
        blank = self.u1[begun] <= 32
        if blank.any():
            for row in np.flatnonzero(blank):
                text = self.bytes[int(begun[row]) : int(after[row])]
                begun[row] += len(text) - len(text.lstrip(b" \t\r\n"))
        kinds = _kinds(self.names, element, terminator)
        self.kind = kinds[self.u4[begun] & np.uint32(0xFFFFFF)]
        length = after - begun
        odd = (length < 2) | (length > 3)
        if odd.any():
            self.kind[odd] = 0
            for row in np.flatnonzero(odd):
                if length[row] or self.count[row]:
                    self.fault(row, "not-a-segment")
        order = np.argsort(self.kind, kind="stable")
        counts = np.bincount(self.kind, minlength=len(self.names) + 1)
        bounds = np.concatenate(([0], np.cumsum(counts)))
        self._places: dict[int, tuple[Ints, Ints, int, int]] = {}
        self._kept: list[Ints] = []
        self._rows = {name: self.keep(order[bounds[n] : bounds[n + 1]]) for n, name in enumerate(self.names, 1)}

    def rows(self, name: str) -> Ints:
        """The segments of that name, by number. Always the same array, so that work on it can be kept."""
        return self._rows[name]

    def keep(self, rows: Ints) -> Ints:
        """Makes reading several elements of these rows cheaper."""
        count = self.count[rows]
        self._kept.append(rows)
        self._places[id(rows)] = self.first[rows], count, int(count.min(initial=1 << 30)), int(count.max(initial=0))
        return rows

    # ------------------------------------------------------------------------------------------------------- places

    def byte(self, places: Ints) -> Ints:
        """Bytes of the source for places in `bytes`."""
        clean = places - self.body
        if self.noise is not None:
            clean = clean + np.searchsorted(self.noise, clean, "right")
        return clean + self.piece.start

    def fault(self, row: int | np.intp, kind: str, number: int = 0, **facts: str | int) -> None:
        """A fault of a segment, or of its element `number`. Those of the context were told before."""
        begun = int(self.begun[row])
        if begun < self.body:
            return
        name = self.name(row)
        at = int(self.byte(self.begun[row : row + 1])[0])
        self.faults.append(fault(at, kind, name, f"{name}{number:02d}" if number else "", **facts))

    def name(self, row: int | np.intp) -> str:
        """The name of one segment."""
        begun = int(self.begun[row])
        end = int(self.mark[self.first[row]])
        return self.bytes[begun : min(end, begun + 3)].decode("latin-1")

    # ----------------------------------------------------------------------------------------------------- elements

    def element(self, rows: Ints, number: int) -> Span:
        """Element `number`, from 1, of those segments."""
        kept = self._places.get(id(rows))
        if kept is None:
            at, count = self.first[rows], self.count[rows]
            fewest, most = (int(count.min()), int(count.max())) if len(rows) else (0, 0)
        else:
            at, count, fewest, most = kept
        if most < number or not len(rows):
            return no_values(len(rows))
        if fewest < number:
            return self.cell(at, count, number)
        if number > 1:
            at = at + (number - 1)
        begun = self.mark[at]
        begun += 1
        return Span(begun, self.mark[at + 1] - begun)

    def cell(self, at: Ints, count: Ints, number: int | Ints) -> Span:
        """The same where some may end before it, or each has its own number. `at`, `count`: first marks, elements."""
        there = count >= number
        at = (at + (number - 1)) * there
        begun = self.mark[at]
        begun += 1
        length = self.mark[np.minimum(at + 1, len(self.mark) - 1)]
        length -= begun
        length *= there
        return Span(begun, length)

    def value(self, row: int, number: int) -> str:
        """One element of one segment."""
        if self.count[row] < number:
            return ""
        at = int(self.first[row]) + number - 1
        return decoded(self.bytes[int(self.mark[at]) + 1 : int(self.mark[at + 1])])

    def quoted(self, span: Span, place: int | np.intp) -> str:
        begun = int(span.start[place])
        return decoded(self.bytes[begun : begun + int(span.length[place])])

    def words(self, span: Span) -> Words:
        """The first eight bytes of values, each as one number."""
        return self.u8[span.start] & KEEP_FIRST[np.minimum(span.length, 8)]


def decoded(value: bytes) -> str:
    """UTF-8 where the bytes are that, else Latin-1."""
    return shown(value.decode("latin-1"))
