"""The bytes of a piece as segments and elements, all at once: numpy arrays of positions, and values read from them.

Nothing here loops over segments. A span is a pair of arrays, where values begin and how long they are; length 0 is an
element that is empty or not there.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rehabill.audit.faults import Fault, fault
from rehabill.audit.pieces import Piece

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]

_PAD = 16
"""Bytes before and after the text, so that eight bytes can be read around any value."""
_TYPES = {"l": pa.int64(), "q": pa.int64(), "i": pa.int32(), "?": pa.bool_()}
_EPOCH = date(1970, 1, 1).toordinal()
LARGEST = 10**12
"""Cents. More is no amount of money, and sums of a file's amounts stay exact below it."""


def word(text: str) -> np.uint64:
    """Up to eight characters as one number, as `Text.words` reads them."""
    return np.uint64(int.from_bytes(text.encode("latin-1"), "little"))


class Span(NamedTuple):
    start: Ints
    length: Ints

    def pick(self, rows: Ints | Bools) -> "Span":
        return Span(self.start[rows], self.length[rows])


class Amounts(NamedTuple):
    """Cents; `known` is False where there is no amount or what stands there is none (then the cents are 0)."""

    cents: Ints
    known: Bools

    def column(self) -> pa.Array:
        return column(self.cents, pa.int64(), self.known)

    def days(self) -> pa.Array:
        return column(self.cents.astype(np.int32), pa.date32(), self.known)


def column(values: npt.NDArray[Any], kind: pa.DataType | None = None, known: Bools | None = None) -> pa.Array:
    """An Arrow column over the memory of `values`, null where `known` is False.

    `pa.array` does the same and takes several times as long for short columns: it looks for pandas each time.
    """
    if kind is None:
        kind = _TYPES[values.dtype.char]
    valid, missing, length = None, 0, len(values)
    if known is not None and not known.all():
        valid = pa.py_buffer(np.packbits(known, bitorder="little"))
        missing = len(known) - int(np.count_nonzero(known))
    if values.dtype.char == "?":
        values = np.packbits(values, bitorder="little")
    return pa.Array.from_buffers(kind, length, [valid, pa.py_buffer(values)], missing)


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


def _halves(low: int, high: int) -> Words:
    return np.array([low, high], np.uint64)


_LEFT = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
"""Keeps the first n bytes of eight."""
_KEEP = np.array([((1 << 8 * n) - 1) << 8 * (8 - n) & (1 << 64) - 1 for n in range(9)], np.uint64)
"""Keeps the last n bytes of eight."""
_ZEROS = np.uint64(0x3030303030303030)
_FILL = np.uint64(0x3030303030303030) & ~_KEEP
_U = np.uint64
_POINT, _POINT_THIRD = _U(0xFF << 40), _U(46 << 40)
_LATE, _POINT_SECOND = _U(0xFF << 48), _U(46 << 48)
_STEPS = (
    (_U(10), _U(8), _U(0x00FF00FF00FF00FF)),
    (_U(100), _U(16), _U(0x0000FFFF0000FFFF)),
    (_U(10_000), _U(32), _U(0xFFFFFFFF)),
)
"""Eight digits to four pairs, two fours, one number."""
_SCALE = np.array([100, 1])
_NO_TEXTS = pa.array([], pa.string())


def _nothing(count: int) -> Span:
    return Span(np.zeros(count, np.int64), np.zeros(count, np.int64))


_IS_NOT_DIGIT = _U(0x7676767676767676)
_HIGH = _U(0x8080808080808080)


class Text:
    """A piece: its segments by kind, and values of their elements."""

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
        self.is_ascii = self.bytes.isascii()
        self.buffer = pa.py_buffer(self.bytes)
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

    def missing(self, values: pa.Array, rows: Ints, number: int) -> None:
        """A fault for each of those segments that has no such value."""
        if values.null_count:
            for row in rows[values.is_null().to_numpy(zero_copy_only=False)]:
                self.fault(row, "missing-value", number)

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
            return _nothing(len(rows))
        if number > 1:
            at = at + (number - 1)
        if fewest >= number:
            begun = self.mark[at]
            begun += 1
            return Span(begun, self.mark[at + 1] - begun)
        there = count >= number
        at = at * there
        begun = self.mark[at]
        begun += 1
        length = self.mark[np.minimum(at + 1, len(self.mark) - 1)]
        length -= begun
        length *= there
        return Span(begun, length)

    def cell(self, at: Ints, count: Ints, number: Ints) -> Span:
        """The same where each segment has its own number; `at` and `count` are their first marks and elements."""
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
        return shown(self.bytes[int(self.mark[at]) + 1 : int(self.mark[at + 1])])

    def quoted(self, span: Span, place: int | np.intp) -> str:
        begun = int(span.start[place])
        return shown(self.bytes[begun : begun + int(span.length[place])])

    def words(self, span: Span) -> Words:
        """The first eight bytes of values, each as one number."""
        return self.u8[span.start] & _LEFT[np.minimum(span.length, 8)]

    # ------------------------------------------------------------------------------------------------------- values

    def amounts(self, rows: Ints, number: int, required: bool = False) -> Amounts:
        """Money of element `number`."""
        span = self.element(rows, number)
        return self.amounts_of(span, rows, number, required)

    def amounts_of(self, span: Span, rows: Ints, number: int | Ints, required: bool) -> Amounts:
        begun, length = span
        if not required and not length.any():
            return Amounts(np.zeros(len(length), np.int64), np.zeros(len(length), bool))
        negative = self.u1[begun] == 45
        any_negative = negative.any()
        digits = length - negative if any_negative else length
        held = self.u8[begun + (length - 8)]
        short = np.minimum(digits, 8)
        held &= _KEEP[short]
        held |= _FILL[short]
        point = held & _POINT == _POINT_THIRD
        late = held & _LATE == _POINT_SECOND
        if late.any():
            pointed = point | late
            tenth = (held & _U(0xFFFFFFFFFFFF)) | (held >> _U(56) << _U(48)) | _U(0x3000000000000000)
            held = np.where(late, tenth, held)
        else:
            pointed = point
        if point.any():
            moved = held & _U(0xFFFFFFFFFF)
            moved <<= _U(8)
            moved |= held & _U(0xFFFF000000000000)
            moved |= _U(0x30)
            held = np.where(point, moved, held)
        held ^= _ZEROS
        check = held + _IS_NOT_DIGIT
        check |= held
        check &= _HIGH
        odd = check != 0
        for times, by, kept in _STEPS:
            check = held >> by
            held *= times
            held += check
            held &= kept
        cents = held.view(np.int64)
        cents *= _SCALE[pointed.view(np.uint8)]
        odd |= digits > 8
        odd |= digits < 1
        if any_negative:
            cents *= 1 - 2 * negative.astype(np.int64)
            odd |= negative & (cents == 0)
        known = ~odd
        if odd.any():
            self._odd_amounts(np.flatnonzero(odd), span, rows, number, required, cents, known)
        return Amounts(cents, known)

    def _odd_amounts(
        self, odd: Ints, span: Span, rows: Ints, number: int | Ints, required: bool, cents: Ints, known: Bools
    ) -> None:
        cents[odd] = 0
        if not required:
            odd = odd[span.length[odd] > 0]
        for place in odd:
            where = number if isinstance(number, int) else int(number[place])
            text = self.quoted(span, place)
            if not text:
                self.fault(rows[place], "missing-amount", where)
                continue
            read = cents_of(text)
            if read is None:
                self.fault(rows[place], "not-an-amount", where, value=text)
                continue
            if read == 0 and text.startswith("-"):
                self.fault(rows[place], "negative-zero", where, value=text)
            cents[place], known[place] = read, True

    def looked_up(self, span: Span, meaning: Callable[[str], int | None]) -> tuple[Ints, Bools, Bools]:
        """Numbers for values, each distinct one worked out once; where there is one; where something else stands."""
        there = span.length > 0
        if not there.any():
            return np.zeros(len(there), np.int64), there, there
        if span.length.max() <= 8:
            encoded = column(self.words(span).view(np.int64)).dictionary_encode()
            distinct = [
                shown(int(one).to_bytes(8, "little", signed=True).rstrip(b"\0"))
                for one in encoded.dictionary.to_pylist()
            ]
        else:
            encoded = self.strings(span).fill_null("").dictionary_encode()
            distinct = encoded.dictionary.to_pylist()
        meanings = [meaning(one) if one else None for one in distinct]
        values = np.array([0 if one is None else one for one in meanings], np.int64)
        good = np.array([one is not None for one in meanings], bool)
        at = encoded.indices.to_numpy(zero_copy_only=False)
        known = good[at]
        return values[at], known, there & ~known

    def dates(self, span: Span, rows: Ints, number: int) -> Amounts:
        """Days since 1970 of CCYYMMDD values."""
        days, known, odd = self.looked_up(span, day_of)
        for place in np.flatnonzero(odd):
            self.fault(rows[place], "not-a-date", number, value=self.quoted(span, place))
        return Amounts(days, known)

    def quantities(self, rows: Ints, number: int) -> Amounts:
        """Thousandths of an element that counts something."""
        span = self.element(rows, number)
        thousandths, known, odd = self.looked_up(span, thousandths_of)
        for place in np.flatnonzero(odd):
            self.fault(rows[place], "not-a-quantity", number, value=self.quoted(span, place))
        return Amounts(thousandths, known)

    def strings(self, span: Span) -> pa.Array:
        """Values as text; null where there is none. Spans must follow each other in the file."""
        begun, length = span
        there = length > 0
        every = there.all()
        if not every:
            begun, length = begun[there], length[there]
        if not len(begun):
            return pa.nulls(len(there), pa.string())
        bounds = np.empty(2 * len(begun), np.int32)
        bounds[0::2] = begun
        np.add(begun, length, out=bounds[1::2], casting="unsafe")
        kind = pa.string() if self.is_ascii else pa.binary()
        both = pa.Array.from_buffers(kind, len(bounds) - 1, [None, pa.py_buffer(bounds), self.buffer])
        if every:
            taken = both.take(column(np.arange(0, len(bounds), 2, dtype=np.int32)))
        else:
            at = np.cumsum(there, dtype=np.int32)
            taken = both.take(column((at - 1) * 2, pa.int32(), there))
        return taken if self.is_ascii else _decoded(taken)

    def codes(self, span: Span) -> pa.DictionaryArray:
        """Values of which few are different, as a dictionary and the place of each in it; null where there is none."""
        there = span.length > 0
        if not there.any():
            none = column(np.zeros(len(there), np.int32), pa.int32(), there)
            return pa.DictionaryArray.from_arrays(none, _NO_TEXTS)
        if span.length.max() > 8:
            return self.strings(span).dictionary_encode()
        words = self.words(span).view(np.int64)
        encoded = column(words, pa.int64(), there).dictionary_encode()
        texts = [shown(one.to_bytes(8, "little", signed=True).rstrip(b"\0")) for one in encoded.dictionary.to_pylist()]
        return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(texts, pa.string()))


def _decoded(raw: pa.Array) -> pa.Array:
    try:
        return raw.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([None if one is None else shown(one) for one in raw.to_pylist()], pa.string())


def remapped(encoded: pa.DictionaryArray, meaning: Callable[[str], str | None]) -> pa.DictionaryArray:
    """The same column with another value for each distinct one."""
    values = [meaning(one) for one in encoded.dictionary.to_pylist()]
    distinct = list(dict.fromkeys(one for one in values if one))
    places = {one: at for at, one in enumerate(distinct)}
    table = pa.array([places[one] if one else None for one in values], pa.int32())
    return pa.DictionaryArray.from_arrays(pc.take(table, encoded.indices), pa.array(distinct, pa.string()))


def component(value: str | None, mark: str, number: int) -> str | None:
    """Component `number`, from 0, of a composite."""
    parts = (value or "").split(mark)
    return parts[number] if len(parts) > number else None


def modifiers(value: str | None, mark: str) -> str | None:
    """The modifiers of a procedure, with a blank between them."""
    return " ".join(one for one in (value or "").split(mark)[2:6] if one) or None


def shown(value: bytes) -> str:
    """UTF-8 where the bytes are that, else Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def cents_of(text: str) -> int | None:
    """An amount: digits, at most one point and two digits after it, perhaps a minus before. Anything else: None."""
    if not text.isascii():
        return None
    whole, _, part = text.removeprefix("-").partition(".")
    if not (whole + part).isdecimal() or len(part) > 2:
        return None
    cents = int(whole or "0") * 100 + int((part + "00")[:2]) if len(whole) < 14 else LARGEST
    if cents >= LARGEST:
        return None
    return -cents if text.startswith("-") else cents


@lru_cache(maxsize=65_536)
def day_of(text: str) -> int | None:
    """CCYYMMDD as days since 1970."""
    if len(text) != 8 or not text.isascii() or not text.isdecimal():
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal() - _EPOCH
    except ValueError:
        return None


@lru_cache(maxsize=65_536)
def thousandths_of(text: str) -> int | None:
    """A quantity with at most three digits after the point, in thousandths."""
    whole, _, part = text.removeprefix("-").partition(".")
    if not text.isascii() or not (whole + part).isdecimal() or len(part) > 3 or len(whole) > 12:
        return None
    return int(Decimal(text).scaleb(3))


def quantity_column(amounts: Amounts) -> pa.Array:
    """Thousandths as a decimal column, exact and readable."""
    halves = np.empty((len(amounts.cents), 2), np.int64)
    halves[:, 0] = amounts.cents
    np.right_shift(amounts.cents, 63, out=halves[:, 1])
    valid = None if amounts.known.all() else pa.py_buffer(np.packbits(amounts.known, bitorder="little"))
    return pa.Array.from_buffers(pa.decimal128(15, 3), len(halves), [valid, pa.py_buffer(halves)])


def repeated(times: Ints) -> tuple[Ints, Ints]:
    """For each i, `times[i]` rows: which i, and its how-manieth row, from 0."""
    which = np.repeat(np.arange(len(times)), times)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(times) - times, times)


def summed(values: Ints, groups: Ints, count: int) -> Ints:
    """Σ of values by group, exact."""
    if not len(values):
        return np.zeros(count, np.int64)
    if np.abs(values).sum(dtype=np.float64) < 2**52:
        return np.bincount(groups, values, count).astype(np.int64)
    sums = np.zeros(count, np.int64)
    np.add.at(sums, groups, values)
    return sums


def flagged(groups: Ints, count: int) -> Bools:
    """Which groups occur."""
    marked = np.zeros(count, bool)
    marked[groups] = True
    return marked


def scattered(span: Span, groups: Ints, count: int) -> Span:
    """One value for each group: the first in the file. Groups without one get an empty span."""
    begun, length = np.zeros(count, np.int64), np.zeros(count, np.int64)
    begun[groups[::-1]] = span.start[::-1]
    length[groups[::-1]] = span.length[::-1]
    return Span(begun, length)


def scattered_amounts(amounts: Amounts, groups: Ints, count: int) -> Amounts:
    """The same for amounts and days."""
    cents, known = np.zeros(count, np.int64), np.zeros(count, bool)
    cents[groups[::-1]] = amounts.cents[::-1]
    known[groups[::-1]] = amounts.known[::-1]
    return Amounts(cents, known)
