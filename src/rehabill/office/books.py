"""Opening the books: made once, looked over at every start, entered for one practice."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from rehabill.base.errors import RehabillError
from rehabill.office import statistics
from rehabill.office.guards.install import check, install
from rehabill.office.guards.role import as_owner
from rehabill.office.home import make_home
from rehabill.office.practices.models import Practice
from rehabill.office.practices.scope import working_in


class NoBooks(RehabillError):
    """There are no books there, or not these."""


def make() -> None:
    """Make the tables and their guards, or bring them up to this version. May be repeated."""
    make_home()
    with as_owner():
        call_command("migrate", verbosity=0, interactive=False)
        install()
    connection.close()


@contextmanager
def entered(slug: str | None = None) -> Iterator[Practice]:
    """Work in the practice of that name; without one, in the only one there is. Raises `NoBooks`, `GuardsMissing`."""
    _look_over()
    practice = _find(slug)
    with working_in(practice.id):
        yield practice


def practices(slug: str | None = None) -> list[Practice]:
    """The practice of that name, or all that there are. Raises `NoBooks`, `GuardsMissing`."""
    _look_over()
    return [_find(slug)] if slug else list(Practice.objects.order_by("id"))


def _look_over() -> None:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise NoBooks(f"the books cannot be opened ({error}); make them with `rehabill init`") from None
    if waiting:
        raise NoBooks("the books are not made, or of an older version; run `rehabill init`")
    check()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            statistics.count(cursor)


def _find(slug: str | None) -> Practice:
    if slug is not None:
        found = Practice.objects.filter(slug=slug).first()
        if found is None:
            raise NoBooks(f"the books have no practice {slug!r}; they have {_names()}")
        return found
    every = list(Practice.objects.all()[:2])
    if len(every) != 1:
        raise NoBooks(f"say which practice with --practice: {_names()}" if every else "make a practice: rehabill init")
    return every[0]


def _names() -> str:
    return ", ".join(Practice.objects.order_by("slug").values_list("slug", flat=True)) or "none"
