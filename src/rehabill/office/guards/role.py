"""Under which role the office works in PostgreSQL.

Migrations run as whoever the address names (the owner); all other work as `ROLE`, which may neither change what is
written nor see another practice. Where the address names a role that is a member of it and nothing more, that holds
even against the program itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection

from rehabill.office.guards.postgresql import POLICY, ROLE

_is_owner: ContextVar[bool] = ContextVar("is_owner", default=False)


def take_role(session: Any) -> None:
    """A new connection works as the office, once this database has its guards: after the first migration."""
    if session.vendor != "postgresql" or _is_owner.get():
        return
    with session.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_policies WHERE policyname = %s LIMIT 1", [POLICY])
        if cursor.fetchone() is not None:
            cursor.execute(f"SET ROLE {ROLE}")


@contextmanager
def as_owner() -> Iterator[None]:
    """Work as the owner of the tables: for migrations alone."""
    token = _is_owner.set(True)
    try:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")
        yield
    finally:
        _is_owner.reset(token)
        if connection.connection is not None:
            take_role(connection)
