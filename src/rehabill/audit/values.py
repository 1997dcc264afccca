"""Values of a piece's elements as arrays and Arrow columns: amounts, days, quantities, texts, codes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache

import numpy as np
import pyarrow as pa

from rehabill.audit.arrays import Ints, Span, Words
from rehabill.audit.columns import Amounts, Composites, column
from rehabill.audit.digits import cents_at
from rehabill.audit.pieces import Piece
from rehabill.audit.segments import Segments, decoded
from rehabill.x12.values import cents, day

_EPOCH = date(1970, 1, 1).toordinal()
_NO_TEXTS = pa.array([], pa.string())


class Text(Segments):
    """A piece whose values can be read."""

    def __init__(self, piece: Piece, names: tuple[str, ...]) -> None:
        super().__init__(piece, names)
        self.is_ascii = self.bytes.isascii()
        self.buffer = pa.py_buffer(self.bytes)
        self._elements: dict[tuple[str, int], Span] = {}
        self._qualifiers: dict[str, Words] = {}

    # ------------------------------------------------------------------------------- elements of all of one name

    def of(self, name: str, number: int) -> Span:
        """An element of all segments of that name; the next to ask is given the same."""
        key = name, number
        if key not in self._elements:
            self._elements[key] = self.element(self.rows(name), number)
        return self._elements[key]

    def qualifiers(self, name: str) -> Words:
        """The first element of all segments of that name, as `arrays.word` makes numbers of words."""
        if name not in self._qualifiers:
            self._qualifiers[name] = self.words(self.of(name, 1))
        return self._qualifiers[name]

    # ------------------------------------------------------------------------------------------------- numbers

    def amounts(self, rows: Ints, number: int, required: bool = False) -> Amounts:
        """Money of element `number`."""
        return self.amounts_of(self.element(rows, number), rows, number, required)

    def amounts_of(self, span: Span, rows: Ints, number: int | Ints, required: bool) -> Amounts:
        """Money of values that stand in element `number` of `rows`."""
        if not required and not span.length.any():
            return Amounts(np.zeros(len(rows), np.int64), np.zeros(len(rows), bool))
        found, odd = cents_at(self.u1, self.u8, span)
        known = ~odd
        if odd.any():
            found[odd] = 0
            for place in np.flatnonzero(odd if required else odd & (span.length > 0)):
                where = number if isinstance(number, int) else int(number[place])
                read = self._odd_amount(self.quoted(span, place), rows[place], where)
                if read is not None:
                    found[place], known[place] = read, True
        return Amounts(found, known)

    def _odd_amount(self, text: str, row: np.intp, number: int) -> int | None:
        """One that is none, or is written in another way than most."""
        if not text:
            self.fault(row, "missing-amount", number)
            return None
        read = cents(text)
        if read is None:
            self.fault(row, "not-an-amount", number, value=text)
        elif read == 0 and text.startswith("-"):
            self.fault(row, "negative-zero", number, value=text)
        return read

    def dates(self, span: Span, rows: Ints, number: int) -> Amounts:
        """Days since 1970 of CCYYMMDD values."""
        return self._looked_up(span, rows, number, _day_of, "not-a-date")

    def quantities(self, rows: Ints, number: int) -> Amounts:
        """Thousandths of an element that counts something."""
        return self.quantities_of(self.element(rows, number), rows, number)

    def quantities_of(self, span: Span, rows: Ints, number: int | Ints) -> Amounts:
        return self._looked_up(span, rows, number, _thousandths_of, "not-a-quantity")

    def _looked_up(
        self, span: Span, rows: Ints, number: int | Ints, meaning: Callable[[str], int | None], otherwise: str
    ) -> Amounts:
        """Numbers for values, each distinct one worked out once; a fault of kind `otherwise` for what is none."""
        there = span.length > 0
        if not there.any():
            return Amounts(np.zeros(len(there), np.int64), there)
        distinct, at = self._distinct(span)
        meanings = [meaning(one) if one else None for one in distinct]
        found = np.array([0 if one is None else one for one in meanings], np.int64)
        good = np.array([one is not None for one in meanings], bool)
        known = good[at]
        for place in np.flatnonzero(there & ~known):
            where = number if isinstance(number, int) else int(number[place])
            self.fault(rows[place], otherwise, where, value=self.quoted(span, place))
        return Amounts(found[at], known)

    # --------------------------------------------------------------------------------------------------- texts

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
        encoded = column(self.words(span).view(np.int64), pa.int64(), there).dictionary_encode()
        return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(_spelled(encoded.dictionary), pa.string()))

    def _distinct(self, span: Span) -> tuple[list[str], Ints]:
        """The different values, the empty one among them, and which of them each is."""
        if span.length.max() > 8:
            encoded = self.strings(span).fill_null("").dictionary_encode()
            return encoded.dictionary.to_pylist(), encoded.indices.to_numpy()
        encoded = column(self.words(span).view(np.int64)).dictionary_encode()
        return _spelled(encoded.dictionary), encoded.indices.to_numpy()

    def composites(self, span: Span) -> Composites:
        return Composites(self.strings(span).dictionary_encode(), chr(self.component))

    def required(self, values: pa.Array, rows: Ints, number: int) -> None:
        """A fault for each of those segments that has no such value."""
        if values.null_count:
            for row in rows[values.is_null().to_numpy(zero_copy_only=False)]:
                self.fault(row, "missing-value", number)


def _spelled(words: pa.Array) -> list[str]:
    """What `Segments.words` made numbers of."""
    return [decoded(one.to_bytes(8, "little", signed=True).rstrip(b"\0")) for one in words.to_pylist()]


def _decoded(raw: pa.Array) -> pa.Array:
    try:
        return raw.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([None if one is None else decoded(one) for one in raw.to_pylist()], pa.string())


def _day_of(text: str) -> int | None:
    """CCYYMMDD as days since 1970."""
    found = day(text)
    return None if found is None else found.toordinal() - _EPOCH


@lru_cache(maxsize=65_536)
def _thousandths_of(text: str) -> int | None:
    """A quantity with at most three digits after the point, in thousandths."""
    whole, _, part = text.removeprefix("-").partition(".")
    if not text.isascii() or not (whole + part).isdecimal() or len(part) > 3 or len(whole) > 12:
        return None
    return int(Decimal(text).scaleb(3))
