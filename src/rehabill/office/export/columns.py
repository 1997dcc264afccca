"""A table on its way out: its columns, and rows that are read as they are written."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

Kind = Literal["text", "int", "bool", "day", "moment", "json"]
"""`json`: its text, as the books keep it."""
ROWS_AT_ONCE = 2_000
"""How many rows are in memory."""


class Column(NamedTuple):
    name: str
    kind: Kind


class Table(NamedTuple):
    """`rows` begins to read when it is called; values stand in the order of the columns, None where there is none."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[Sequence[Any]]]
