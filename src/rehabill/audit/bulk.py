"""Whole files, piece by piece: in this process or in several, in flat memory or as one result."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rehabill.audit.arrays import Ints
from rehabill.audit.columns import Amounts
from rehabill.audit.context import Kind
from rehabill.audit.envelopes import Envelopes
from rehabill.audit.faults import Fault, fault
from rehabill.audit.faults import table as fault_table
from rehabill.audit.pieces import Piece, pieces
from rehabill.audit.sources import Source
from rehabill.x12.delimiters import STANDARD

PIECE = 1 << 21
"""Bytes of a piece: large enough that numpy's calls do not matter, small enough to stay near the cache."""

Tables = dict[str, pa.Table]


class Balance(NamedTuple):
    """What a set's claims sum to in one piece: `cents` paid (835) or charged (837); `taken` by provider adjustments."""

    claims: int
    cents: int
    taken: int
    is_known: bool
    segments: int


class Part(NamedTuple):
    """What one piece gives. Row numbers count from 0 in it; set -1 is the one that an earlier piece opened."""

    tables: Tables
    balances: list[Balance]
    """Of the carried set, when there is one, and then of each that begins here."""
    envelopes: Envelopes
    faults: list[Fault]


def balances(found: Envelopes, set_of_claim: Ints, cents: Amounts, taken: Amounts | None = None) -> list[Balance]:
    """Of each set of a piece; `set_of_claim` is -1 outside of sets, `taken` stands by set."""
    count = len(found.sets)
    sums = cents.summed(set_of_claim, count)
    claims = np.bincount(set_of_claim[set_of_claim >= 0], minlength=count)
    taken = taken or Amounts(np.zeros(count, np.int64), np.ones(count, bool))
    known = sums.known & taken.known
    return [
        Balance(int(claims[at]), int(sums.cents[at]), int(taken.cents[at]), bool(known[at]), found.segments[at])
        for at in range(count)
    ]


class Reader(NamedTuple):
    """How one kind of file is read."""

    kind: Kind
    read: Callable[[Piece], Part]
    sets: str
    """The table with a row for each set."""
    ties: dict[str, dict[str, str]]
    """Of each other table, the columns with row numbers and the tables they point into."""
    finish: Callable[[pa.Table, list[Balance]], pa.Table]
    """Adds the sums of whole sets to their rows."""


def iter_tables(reader: Reader, source: Source, workers: int, piece_bytes: int) -> Iterator[Tables]:
    """The tables of a file in parts, with row numbers that count through the file, and `faults` among them."""
    merger = _Merger(reader)
    faults: list[Fault] = []
    for part in _each_piece(pieces(source, reader.kind, piece_bytes, faults), reader.read, workers):
        yield merger.add(part, faults)
        faults.clear()
    yield merger.end(faults)


def read_tables(reader: Reader, source: Source, workers: int, piece_bytes: int) -> Tables:
    """The tables of a whole file, each coded column with one dictionary."""
    parts = list(iter_tables(reader, source, workers, piece_bytes))
    tables = {name: _joined([part[name] for part in parts]) for name in parts[0]}
    tables["faults"] = tables["faults"].sort_by("byte")
    return tables


def keep_memory() -> None:
    """Lets glibc keep what a piece freed for the next one: it learns from the size of what is given back, up to 32 MB.

    Without this, the pages of each piece go back to the system and are fetched again, a tenth of the time. Elsewhere it
    does nothing.
    """
    np.empty((1 << 25) - (1 << 16), np.uint8)


def _each_piece(found: Iterator[Piece], read: Callable[[Piece], Part], workers: int) -> Iterator[Part]:
    """What `read` makes of each piece, in order. Several workers have a few pieces under way, never the file."""
    keep_memory()
    if workers <= 1:
        yield from map(read, found)
        return
    waiting: deque[Future[Part]] = deque()
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), keep_memory) as pool:
        for piece in found:
            waiting.append(pool.submit(read, piece))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class _Merger:
    """Puts parts after one another: row numbers that count on, and sets that one part began and another ended."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.empty = reader.read(Piece(0, 0, STANDARD, b"", b"")).tables
        self.rows = dict.fromkeys(self.empty, 0)
        self.pending: pa.Table | None = None
        """The row of the set that is open."""
        self.balance = Balance(0, 0, 0, True, 0)
        self.is_open = False
        self.read_any = False

    def add(self, part: Part, faults: list[Fault]) -> Tables:
        faults = [*faults, *part.faults]
        balances = list(part.balances)
        found = part.envelopes
        if self.is_open and not found.first_is_carried:
            faults.append(self._not_closed())
        if found.first_is_carried:
            self.balance = _sum(self.balance, balances.pop(0))
            for byte, said in found.closed_at:
                if said != str(self.balance.segments):
                    faults.append(fault(byte, "set-count", "SE", "SE01", said=said, found=self.balance.segments))
        result: Tables = {self.reader.sets: self._sets(part, balances)}
        for name, table in part.tables.items():
            if name != self.reader.sets:
                bases = {column: self.rows[target] for column, target in self.reader.ties[name].items()}
                result[name] = _shifted(table, bases)
        for name, table in part.tables.items():
            self.rows[name] += len(table)
        self.read_any = self.read_any or bool(part.balances) or len(part.tables["claims"]) > 0
        result["faults"] = fault_table(faults)
        return result

    def _sets(self, part: Part, balances: list[Balance]) -> pa.Table:
        """The rows of the sets that are whole now."""
        sets, is_open = part.tables[self.reader.sets], part.envelopes.is_open
        whole: list[pa.Table] = []
        if self.pending is not None and (len(sets) or not is_open):
            whole.append(self.reader.finish(self.pending, [self.balance]))
            self.pending = None
        if len(sets):
            closed = len(sets) - is_open
            whole.append(self.reader.finish(sets.slice(0, closed), balances[:closed]))
            if is_open:
                self.pending, self.balance = sets.slice(closed), balances[closed]
        self.is_open = is_open
        return _joined(whole) if whole else self._no_sets()

    def end(self, faults: list[Fault]) -> Tables:
        """What is left when the file ends."""
        faults = list(faults)
        if self.is_open:
            faults.append(self._not_closed())
        if not self.read_any and not any(one.kind == "not-x12" for one in faults):
            faults.append(fault(0, "no-set", value=self.reader.kind))
        last = self._no_sets() if self.pending is None else self.reader.finish(self.pending, [self.balance])
        return {**self.empty, self.reader.sets: last, "faults": fault_table(faults)}

    def _not_closed(self) -> Fault:
        byte = self.pending.column("byte")[0].as_py() if self.pending is not None else 0
        return fault(byte, "set-not-closed", "ST")

    def _no_sets(self) -> pa.Table:
        return self.reader.finish(self.empty[self.reader.sets], [])


def _sum(one: Balance, other: Balance) -> Balance:
    return Balance(
        one.claims + other.claims, one.cents + other.cents, one.taken + other.taken, one.is_known and other.is_known,
        one.segments + other.segments,
    )  # fmt: skip


def _shifted(table: pa.Table, bases: dict[str, int]) -> pa.Table:
    """Row numbers of a piece to row numbers of the file."""
    for name, base in bases.items():
        if base:
            at = table.schema.get_field_index(name)
            table = table.set_column(at, name, pc.add(table.column(at), base))
    return table


def _joined(parts: list[pa.Table]) -> pa.Table:
    """One table, with one dictionary for each coded column."""
    parts = [one for one in parts if len(one)] or parts[:1]
    return parts[0] if len(parts) == 1 else pa.concat_tables(parts).unify_dictionaries()
