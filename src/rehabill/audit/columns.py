"""Arrow columns: over numpy's memory, of amounts and days that may be missing, and of codes that repeat."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rehabill.audit.arrays import Bools, Ints, flagged, summed

_TYPES = {"l": pa.int64(), "q": pa.int64(), "i": pa.int32(), "?": pa.bool_()}


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


def rows_of(numbers: Ints) -> pa.Array:
    """Row numbers of another table; null where the number is -1."""
    return column(numbers, pa.int64(), numbers >= 0)


class Amounts(NamedTuple):
    """Cents, days since 1970 or thousandths; `known` is False where there is none or what stands there is none (then
    the number is 0).
    """

    cents: Ints
    known: Bools

    def column(self) -> pa.Array:
        return column(self.cents, pa.int64(), self.known)

    def days(self) -> pa.Array:
        return column(self.cents.astype(np.int32), pa.date32(), self.known)

    def quantities(self) -> pa.Array:
        """Thousandths as a decimal column, exact and readable."""
        halves = np.empty((len(self.cents), 2), np.int64)
        halves[:, 0] = self.cents
        np.right_shift(self.cents, 63, out=halves[:, 1])
        valid = None if self.known.all() else pa.py_buffer(np.packbits(self.known, bitorder="little"))
        return pa.Array.from_buffers(pa.decimal128(15, 3), len(halves), [valid, pa.py_buffer(halves)])

    def pick(self, rows: Ints) -> "Amounts":
        return Amounts(self.cents[rows], self.known[rows])

    def otherwise(self, other: "Amounts") -> "Amounts":
        """These, and of the other where there is none."""
        return Amounts(np.where(self.known, self.cents, other.cents), self.known | other.known)

    def less(self, *others: "Amounts") -> "Amounts":
        """The difference; known where all of it is."""
        cents, known = self.cents, self.known
        for other in others:
            cents, known = cents - other.cents, known & other.known
        return Amounts(cents, known)

    def balance(self) -> dict[str, pa.Array]:
        """The columns that say whether a difference is none."""
        return {
            "difference_cents": self.column(),
            "is_balanced": column(self.cents == 0, pa.bool_(), self.known),
        }

    def scattered(self, groups: Ints, count: int) -> "Amounts":
        """One for each group: the first in the file."""
        cents, known = np.zeros(count, np.int64), np.zeros(count, bool)
        cents[groups[::-1]] = self.cents[::-1]
        known[groups[::-1]] = self.known[::-1]
        return Amounts(cents, known)

    def summed(self, groups: Ints, count: int) -> "Amounts":
        """Σ by group, of those in one (-1: in none); known where each is."""
        cents, known, inside = self.cents, self.known, groups >= 0
        if not inside.all():
            cents, known, groups = cents[inside], known[inside], groups[inside]
        sums = summed(cents, groups, count)
        if known.all():
            return Amounts(sums, np.ones(count, bool))
        return Amounts(sums, ~flagged(groups[~known], count))


class Composites(NamedTuple):
    """A column of composite values of which few are different, to be taken apart."""

    whole: pa.DictionaryArray
    mark: str

    def part(self, number: int) -> pa.DictionaryArray:
        """Component `number`, from 0."""
        return remapped(self.whole, lambda value: part(value, self.mark, number))

    def modifiers(self) -> pa.DictionaryArray:
        """The modifiers of a procedure, with a blank between them."""
        return remapped(self.whole, lambda value: " ".join(one for one in value.split(self.mark)[2:6] if one))

    def words(self) -> pa.DictionaryArray:
        """All components, with a blank between them."""
        return remapped(self.whole, lambda value: " ".join(one for one in value.split(self.mark) if one))


def part(value: str, mark: str, number: int) -> str | None:
    """Component `number`, from 0, of one composite value."""
    parts = value.split(mark)
    return parts[number] if len(parts) > number else None


def remapped(encoded: pa.DictionaryArray, meaning: Callable[[str], str | None]) -> pa.DictionaryArray:
    """The same column with another value for each distinct one; null for none."""
    values = [meaning(one) for one in encoded.dictionary.to_pylist()]
    distinct = list(dict.fromkeys(one for one in values if one))
    places = {one: at for at, one in enumerate(distinct)}
    table = pa.array([places[one] if one else None for one in values], pa.int32())
    return pa.DictionaryArray.from_arrays(pc.take(table, encoded.indices), pa.array(distinct, pa.string()))


def taken(encoded: pa.DictionaryArray, places: Ints) -> pa.DictionaryArray:
    """Coded values of the rows at these places, without a copy of the dictionary."""
    return pa.DictionaryArray.from_arrays(encoded.indices.take(column(places)), encoded.dictionary)


def either(one: pa.DictionaryArray, other: pa.DictionaryArray, is_first: Bools) -> pa.DictionaryArray:
    """Coded values from one of two columns."""
    size = len(one.dictionary)
    codes = np.where(is_first, _numbers(one.indices, 0), _numbers(other.indices, size))
    texts = pa.chunked_array([one.dictionary, other.dictionary], pa.string()).combine_chunks()
    indices = column(codes.astype(np.int32), pa.int32(), codes >= 0)
    return pa.DictionaryArray.from_arrays(indices, texts).dictionary_decode().dictionary_encode()


def _numbers(indices: pa.Array, more: int) -> Ints:
    found = indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return np.where(found >= 0, found + more, -1)
