"""Arrays over a whole piece: where values stand, and what belongs together counted and summed at once."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]


class Span(NamedTuple):
    """Where values begin and how long they are; length 0 is an element that is empty or not there."""

    start: Ints
    length: Ints

    def pick(self, rows: Ints | Bools) -> "Span":
        return Span(self.start[rows], self.length[rows])

    def scattered(self, groups: Ints, count: int) -> "Span":
        """One value for each group: the first in the file. Groups without one get an empty span."""
        begun, length = np.zeros(count, np.int64), np.zeros(count, np.int64)
        begun[groups[::-1]] = self.start[::-1]
        length[groups[::-1]] = self.length[::-1]
        return Span(begun, length)


def no_values(count: int) -> Span:
    return Span(np.zeros(count, np.int64), np.zeros(count, np.int64))


def word(text: str) -> np.uint64:
    """Up to eight characters as one number, as `Segments.words` reads them."""
    return np.uint64(int.from_bytes(text.encode("latin-1"), "little"))


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


def last_of(is_one: Bools) -> Ints:
    """At each place, the last place up to it where `is_one`; -1 when there is none."""
    return np.maximum.accumulate(np.where(is_one, np.arange(len(is_one)), -1)) if len(is_one) else np.zeros(0, np.int64)
