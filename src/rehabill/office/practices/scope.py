"""Whose rows are seen: every query of an owned table is narrowed to the practice one works in.

PostgreSQL is told the practice as well: its row-level security holds even where a query forgets.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

from rehabill.base.errors import RehabillError

_practice: ContextVar[int | None] = ContextVar("practice", default=None)
SETTING = "rehabill.practice"


class NoPractice(RehabillError):
    """Rows of a practice were asked for without saying of which: an error of the program."""


def practice_id() -> int:
    """The practice one works in. Raises `NoPractice` outside of `working_in`."""
    found = _practice.get()
    if found is None:
        raise NoPractice("these rows belong to a practice; say which one with working_in(practice)")
    return found


@contextmanager
def working_in(practice: int) -> Iterator[None]:
    """Everything inside reads and writes rows of this practice alone."""
    token = _practice.set(practice)
    tell_database()
    try:
        yield
    finally:
        _practice.reset(token)
        tell_database()


def tell_database() -> None:
    """Give PostgreSQL the practice one works in; called again when a connection is opened in the middle of work."""
    session = connection.connection
    if connection.vendor != "postgresql" or session is None:
        return
    if connection.needs_rollback or session.info.transaction_status.name == "INERROR":
        return  # the rollback takes the setting back by itself
    found = _practice.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, "" if found is None else str(found)])
