"""How lists of the books are asked for: filters of days, pages, JSON Lines."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from rehabill.base.errors import InputError
from rehabill.cli.books import books
from rehabill.cli.page import say
from rehabill.cli.x12.files import write_json

if TYPE_CHECKING:
    from rehabill.office.practices.models import Practice

F = TypeVar("F", bound=Callable[..., Any])


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


def write_rows(rows: Iterable[msgspec.Struct]) -> None:
    """One JSON object a row."""
    for row in rows:
        write_json(row)


def more(mark: str, count: int) -> None:
    """Where the next page begins, if there is one."""
    if mark:
        say(f"The first {count}; the next: --after {mark}", "dim")
