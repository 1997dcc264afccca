"""Guards put in place after every migration, and looked for at every start."""

from types import ModuleType

from django.db import connection

from rehabill.base.errors import RehabillError
from rehabill.office import statistics
from rehabill.office.guards import postgresql, sqlite

_TOLD = 3


class GuardsMissing(RehabillError):
    """The database does not refuse what it must: nothing may be written to it."""


def install() -> None:
    """Put every guard in place, those there already anew; and what the planner is told of the tables."""
    with connection.cursor() as cursor:
        _guards().install(cursor)
        if connection.vendor == "sqlite":
            statistics.tell(cursor)


def take_off() -> None:
    """Let tables be altered. Only SQLite's guards are in the way of that."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            sqlite.take_off(cursor)


def check() -> None:
    """Raises `GuardsMissing` unless the database has every guard, unchanged."""
    with connection.cursor() as cursor:
        missing = _guards().missing(cursor)
    if missing:
        names = ", ".join(missing[:_TOLD]) + (" …" if len(missing) > _TOLD else "")
        raise GuardsMissing(
            f"the database lacks {len(missing)} of its guards, or has them changed: {names}; run `rehabill init` to "
            "put them back, and find out who changed them"
        )


def _guards() -> ModuleType:
    return postgresql if connection.vendor == "postgresql" else sqlite
