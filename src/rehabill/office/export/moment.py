"""Books that do not move while they are read."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def one_moment() -> Iterator[None]:
    """Whatever is read inside is of one moment, and nobody who writes meanwhile has to wait.

    Not `transaction.atomic`: on SQLite that takes the lock of writers.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        on_postgresql = connection.vendor == "postgresql"
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if on_postgresql else "BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
