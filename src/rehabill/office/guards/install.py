"""Guards put in place after every migration, and looked for at every start."""

from django.db import connection

from rehabill.base.errors import RehabillError
from rehabill.office.guards import postgresql, sqlite


class GuardsMissing(RehabillError):
    """The database does not refuse what it must: nothing may be written to it."""


def install() -> None:
    """Put every guard in place; those there already are made anew."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            postgresql.install(cursor)
            return
        for name, statement in sqlite.triggers().items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(statement)


def check() -> None:
    """Raises `GuardsMissing` unless the database has every guard, unchanged."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            missing = postgresql.missing(cursor)
        else:
            there = sqlite.existing(cursor)
            missing = [name for name, statement in sqlite.triggers().items() if there.get(name) != statement]
    if missing:
        raise GuardsMissing(
            f"the database lacks {len(missing)} of its guards ({', '.join(missing[:3])} …); run `rehabill init` to put "
            "them back, and find out who removed them"
        )
