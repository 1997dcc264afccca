"""Verbs that work on the books: which practice, who works, and what is said when the books cannot be opened."""

import datetime as dt
import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from rehabill.base.errors import RehabillError
from rehabill.cli.records import UNREADABLE

if TYPE_CHECKING:
    from rehabill.office.practices.models import Practice

practice_option = click.option(
    "--practice", "slug", envvar="REHABILL_PRACTICE", help="Which practice, where the books have more than one."
)


@contextmanager
def books(slug: str | None) -> Iterator["Practice"]:
    """The practice's books, opened. What the books refuse is said in a line, and the exit code is 3."""
    try:
        from rehabill.office.start import start
    except ModuleNotFoundError as missing:
        raise click.UsageError(f"the books need `pip install rehabill[office]` ({missing.name} is missing)") from None
    start()
    from rehabill.office.books import entered

    try:
        with entered(slug) as practice:
            yield practice
    except RehabillError as error:
        click.echo(str(error), err=True)
        raise SystemExit(UNREADABLE) from None


def who() -> str:
    """Who works at the command line."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        return "command line"


def now() -> dt.datetime:
    """This moment, to the second, by the clock of the office: its days are the days of the books."""
    return dt.datetime.now().astimezone().replace(microsecond=0)
