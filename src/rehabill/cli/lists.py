"""How lists of the books are asked for and shown: filters of days, pages, tables, JSON Lines."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.cli.books import books
from rehabill.cli.x12.files import plain, width, write_json

if TYPE_CHECKING:
    from rehabill.office.practices.models import Practice

F = TypeVar("F", bound=Callable[..., Any])
Cell = object
"""Text, a number, a day, `Cents`, or None for an empty one."""

console = Console(highlight=False, soft_wrap=False, width=width())


class Cents(int):
    """Shown as dollars; nothing is shown for none."""


class _Day(click.ParamType[dt.date]):
    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        try:
            return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is no day; write it as 2026-03-31", param, ctx)


DAY = _Day()
limit_option = click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True,
                            help="How many rows at most.")  # fmt: skip
after_option = click.option("--after", default="", metavar="MARK", help="Go on after this mark, from the page before.")


def from_to_options(what: str) -> Callable[[F], F]:
    """`--from` and `--to`, both days included."""

    def added(command: F) -> F:
        last = click.option("--to", "last", type=DAY, metavar="DAY", help=f"{what} on that day or before.")
        first = click.option("--from", "first", type=DAY, metavar="DAY", help=f"{what} on that day or later.")
        return first(last(command))

    return added


@contextmanager
def asked(slug: str | None) -> Iterator["Practice"]:
    """The practice's books; what they have no answer to was asked wrongly (exit code 2)."""
    with books(slug) as practice:
        try:
            yield practice
        except InputError as error:
            raise click.UsageError(error.message) from None


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], totals: Sequence[Sequence[Cell]] = ()) -> None:
    """Amounts and numbers stand on the right; columns without anything are left out. What is one word (a number, a day,
    an amount) is never broken: sentences give way.
    """
    every, last = [list(row) for row in rows], [list(row) for row in totals]
    used = [at for at in range(len(columns)) if any(_is_told(row[at]) for row in [*every, *last])]
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for at in used:
        is_number = any(isinstance(row[at], int) for row in every)
        is_one_word = not any(" " in str(row[at]) for row in every)
        justify: JustifyMethod = "right" if is_number else "left"
        shown.add_column(columns[at], justify=justify, overflow="fold", no_wrap=is_one_word)
    for row in every:
        shown.add_row(*(_text(row[at]) for at in used))
    for row in last:
        shown.add_row(*(_text(row[at]) for at in used), style="bold")
    console.print(shown)


def _is_told(cell: Cell) -> bool:
    return cell not in ("", None) and not (isinstance(cell, Cents) and not cell)


def _text(cell: Cell) -> Text:
    if cell is None:
        return Text("")
    if isinstance(cell, Cents):
        return Text(dollars(cell) if cell else "")
    return Text(f"{cell:,}" if isinstance(cell, int) else plain(str(cell)))


def say(text: str, style: str = "") -> None:
    """A line that may hold anybody's text."""
    console.print(Text(plain(text), style=style))


def heading(text: str) -> None:
    """Begins a part of a page."""
    console.print()
    say(text, "bold")


def fields(pairs: Iterable[tuple[str, Cell]]) -> None:
    """What is known of one thing, a line each; what is not known is left out."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    shown.add_column(style="dim")
    shown.add_column(overflow="fold")
    for name, cell in pairs:
        if _is_told(cell):
            shown.add_row(name, _text(cell))
    console.print(shown)


def write_rows(rows: Iterable[msgspec.Struct]) -> None:
    """One JSON object a row."""
    for row in rows:
        write_json(row)


def more(mark: str, count: int) -> None:
    """Where the next page begins, if there is one."""
    if mark:
        say(f"The first {count}; the next: --after {mark}", "dim")
