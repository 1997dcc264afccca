"""A CSV, row by row: what every reader of one needs, and errors that say where.

One bad row never stops the rest, unless the file stops being a CSV: what stands behind that place could belong to any
row.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Generic, NamedTuple, TypeVar

from rehabill.base.errors import InputError
from rehabill.intake.cells import Reader, shown

T = TypeVar("T")

_NO_CSV = {b"PK\x03\x04": "a workbook (xlsx)", b"\xd0\xcf\x11\xe0": "a workbook (xls)", b"\xff\xfe": "UTF-16 text",
           b"\xfe\xff": "UTF-16 text"}  # fmt: skip
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Row(NamedTuple, Generic[T]):
    """What a row says, or what is wrong with it. `number`: the line of the file it begins on, from 1. `key`: its text
    in the column `Columns.key`, also where something in the row is wrong.
    """

    number: int
    found: T | InputError
    key: str = ""


class Sheet(NamedTuple, Generic[T]):
    """A whole table. `ignored`: columns that nothing was read from, as the file names them: to be told."""

    rows: tuple[Row[T], ...]
    ignored: tuple[str, ...] = ()


class Columns(NamedTuple):
    """What a table may hold: how each column is read, by its name; other names for them; those no row does without.
    `key`: the column that says which rows belong together.
    """

    readers: Mapping[str, Reader]
    aliases: Mapping[str, str]
    required: tuple[str, ...]
    key: str = ""


def decoded(data: bytes) -> list[str]:
    """The lines of a file, with their ends. Bytes that are not UTF-8 pass, to spoil one row and not the file. Raises
    `InputError` for what is no text at all.
    """
    for signature, what in _NO_CSV.items():
        if data.startswith(signature):
            raise InputError("header", f"this is {what}; save it as CSV UTF-8")
    return _LINE.findall(data.decode("utf-8-sig", "surrogateescape"))


def rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """(line it begins on, cells) of each row that is not empty; a text in quotes may run over several lines. Cells are
    separated as the first line has it: by commas, or where it has none by semicolons or tabs.
    """
    lines = iter(lines)
    first = next(lines, "")
    separator = next((one for one in ",;\t" if one in first), ",")
    reader = csv.reader(chain((first,), lines), delimiter=separator)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(f"row {begins}", f"from here on this cannot be read as CSV ({error})") from None
        if any(cell.strip() for cell in cells):
            yield begins, cells


def texts(columns: Sequence[str], cells: Sequence[str], number: int) -> Iterator[tuple[str, str, str]]:
    """(column, its text, where it stands) of the cells of a row that are not empty."""
    if any(cell.strip() for cell in cells[len(columns) :]):
        message = "has more cells than the header has columns; a text with a comma must stand in quotes"
        raise InputError(f"row {number}", message)
    for column, cell in zip(columns, cells, strict=False):
        text, where = cell.strip(), f"row {number}: {column}"
        if text != shown(text) or "\0" in text:
            raise InputError(where, "holds a byte that is not UTF-8 text; save the file as CSV UTF-8")
        if text:
            yield column, text, where


def plain_name(column: str) -> str:
    """`Date of Birth ` → `date_of_birth`: a column's name whatever its capitals, spaces and signs."""
    return re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")


def read(data: bytes, columns: Columns, make: Callable[[dict[str, Any], int], T]) -> Sheet[T]:
    """A table whose first row names its columns. `make` gets a row's values by column, and its number.

    Raises `InputError` when the header cannot be used or the file stops being a CSV.
    """
    table = rows(decoded(data))
    _, header = next(table, (1, []))
    names = _names(header, columns)
    if missing := [name for name in columns.required if name not in names]:
        raise InputError("header", f"the file lacks the columns {', '.join(missing)}")
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise InputError("header", f"columns {', '.join(twice)} stand there more than once")
    ignored = [shown(given.strip()) for given, name in zip(header, names, strict=True) if given.strip() and not name]

    def found(cells: list[str], number: int) -> T | InputError:
        try:
            values = {
                column: columns.readers[column](text, where)
                for column, text, where in texts(names, cells, number)
                if column
            }
            for column in columns.required:
                if column not in values:
                    raise InputError(f"row {number}: {column}", "is missing")
            return make(values, number)
        except InputError as wrong:
            return wrong

    at = names.index(columns.key) if columns.key else len(names)
    return Sheet(
        tuple(Row(number, found(cells, number), shown("".join(cells[at : at + 1]).strip())) for number, cells in table),
        tuple(ignored),
    )


def _names(header: Sequence[str], columns: Columns) -> list[str]:
    """What each column of the file is, or nothing. Another name counts only where the column's own does not stand."""
    plain = [plain_name(name) for name in header]
    names = [name if name in columns.readers else "" for name in plain]
    for index, name in enumerate(plain):
        meant = columns.aliases.get(name, "")
        if not names[index] and meant in columns.readers and meant not in names:
            names[index] = meant
    return names
