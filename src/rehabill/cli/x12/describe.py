"""`rehabill x12 describe`: a file in words."""

import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import click

from rehabill.cli.records import FINDINGS, json_option
from rehabill.cli.x12.files import Reader, file_argument, name_of, personal_option, plain, width, write_json
from rehabill.cli.x12.meanings import meaning
from rehabill.x12.describe import Field, Line
from rehabill.x12.describe import describe as in_words
from rehabill.x12.outline import Placed
from rehabill.x12.units import Unit, units

_BETWEEN = " · "
_NARROWEST = 60
_DEEPEST = 12
_AT_ONCE = 64
_REMEMBERED = 8192
_STYLES: dict[str, dict[str, Any]] = {"name": {"dim": True}, "value": {"bold": True}, "meaning": {}}


@click.command()
@file_argument
@click.option("--claim", "number", metavar="NUMBER", help="Only the claim of this number, with the patient it is for.")
@personal_option
@json_option
def describe(file: Path, number: str | None, show_personal: bool, as_json: bool) -> None:
    """FILE in words: every segment in its loop, every element with its name, its value and what it means.

    Names, birthdays, addresses, member numbers and days of patients are masked, and so is whatever does not fit its
    place; numbers of claims are not. --json writes one object a segment.
    """
    reader = Reader(as_json)
    segments = reader.segments(file, is_printing=True)
    if number is None:
        _write(in_words(segments, not show_personal, meaning), as_json)
        reader.finish()
    found = False
    for unit in units(segments):
        if isinstance(unit, Unit) and unit.number == number:
            found = True
            _write(in_words(_page(unit), not show_personal, meaning), as_json)
    if not found and not reader.exit_code:
        click.echo(f"{name_of(file)}: no claim has the number you gave", err=True)
    reader.finish(0 if found else FINDINGS)


def _page(unit: Unit) -> Iterable[Placed]:
    return (placed for placed in unit.segments if placed.id != "HL")


def _write(lines: Iterable[Line], as_json: bool) -> None:
    if as_json:
        for line in lines:
            write_json(line)
        return
    columns = max(width(), _NARROWEST)
    for some in _some(lines, _AT_ONCE):
        click.echo("\n".join(text for line in some for text in told(line, columns)))


def _some(lines: Iterable[Line], size: int) -> Iterator[list[Line]]:
    """Lines by the dozen: writing each alone takes longer than making it."""
    left = iter(lines)
    while some := list(islice(left, size)):
        yield some


def told(line: Line, columns: int) -> Iterator[str]:
    """One segment as printed: the loop it opens, its name, its elements."""
    indent = "  " * min(line.depth, _DEEPEST)
    if line.begins_unit or line.segment in ("ST", "GS") or (line.segment == "ISA" and line.byte):
        yield ""
    segment = click.style(f"{plain(line.segment):3} ", fg="cyan")
    misplaced = click.style(" (has no place here)", fg="yellow") if line.is_misplaced else ""
    if line.opens == f"{line.loop} {line.name}":
        yield indent[2:] + click.style(f"{line.loop} ", bold=True) + segment + click.style(line.name, bold=True)
    else:
        if line.opens:
            yield indent[2:] + click.style(line.opens, bold=True)
        yield indent + segment + line.name + misplaced
    yield from _rows(line.fields, line.segment, indent + "    ", columns, sys.stdout.isatty())


_Word = tuple[str, str]
"""A word and its style."""


@lru_cache(maxsize=_REMEMBERED)
def _rows(fields: tuple[Field, ...], segment: str, indent: str, columns: int, is_screen: bool) -> tuple[str, ...]:
    """The elements of a segment, wrapped; dates, adjustments and parties come again and again."""
    return tuple(_wrapped([_said(field, segment) for field in fields], indent, columns, is_screen))


def _said(field: Field, segment: str) -> list[_Word]:
    """`09 id: •••2114`, `05-1 place of service: 11 office`, word by word."""
    name = f"{field.element.removeprefix(segment)} {field.name}".strip() + ":"
    return [
        *((word, "name") for word in name.split()),
        *((word, "value") for word in plain(field.text).split(" ")),
        *((word, "meaning") for word in field.meaning.split()),
    ]


def _wrapped(fields: list[list[_Word]], indent: str, columns: int, is_screen: bool) -> Iterator[str]:
    """Fields with a dot between them; one that does not fit on the line begins a new one."""
    row: list[str] = []
    room = available = columns - len(indent)
    for words in fields:
        length = sum(len(word) + 1 for word, _ in words) - 1
        if row and room < len(_BETWEEN) + min(length, available):
            yield indent + " ".join(row)
            row, room = [], available
        elif row:
            row, room = [*row, _BETWEEN.strip()], room - 2
        for word, style in words:
            if row and room < len(word) + 1:
                yield indent + " ".join(row)
                row, room = [], available
            room -= len(word) + (1 if row else 0)
            row.append(click.style(word, **_STYLES[style]) if is_screen else word)
    if row:
        yield indent + " ".join(row)
