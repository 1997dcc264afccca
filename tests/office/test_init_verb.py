"""`rehabill init`: books where the environment says, the practice in them, and no harm in doing it twice."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.office.conftest import ON_POSTGRESQL, WEEK
from tests.office.office_cli import run

from rehabill.office import books
from rehabill.office.practices.models import Charge, Practice

SLUG = "example-rehab-clinic-llc"


def call(home: Path, *arguments: object, database: str = "rehabill_init") -> subprocess.CompletedProcess[str]:
    """In a process of its own: the books of this one are the tests'."""
    environment = {name: value for name, value in os.environ.items() if name != "REHABILL_DATABASE_URL"}
    environment["REHABILL_HOME"] = str(home)
    if ON_POSTGRESQL:
        environment["REHABILL_DATABASE_URL"] = _database(database)
    command = [sys.executable, "-m", "rehabill", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _database(name: str) -> str:
    """Beside the tests' own, on the same server; made once."""
    import psycopg

    address = os.environ["REHABILL_DATABASE_URL"]
    with psycopg.connect(address, autocommit=True) as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            server.execute(f"CREATE DATABASE {name}")
    return address.replace("/postgres?", f"/{name}?")


@pytest.fixture
def made(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' books are made already."""
    monkeypatch.setattr(books, "make", lambda: None)


def test_books_are_made_and_made_again(tmp_path: Path) -> None:
    home = tmp_path / "a" / "home"
    for _ in range(2):
        answer = call(home, "init", WEEK / "practice.yaml")
        assert answer.returncode == 0, answer.stderr
        where = "PostgreSQL database rehabill_init on" if ON_POSTGRESQL else str(home / "books.sqlite3")
        assert f"Books: {where}" in answer.stdout and f"Practice: {SLUG} (Example Rehab Clinic, LLC)" in answer.stdout
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    answer = call(home, "import", "visits", WEEK / "visits.jsonl")
    assert (answer.returncode, answer.stderr) == (0, "") and "13 new" in answer.stdout


def test_without_books_the_other_verbs_say_how_to_make_them(tmp_path: Path) -> None:
    answer = call(tmp_path, "import", "visits", WEEK / "visits.jsonl", database="rehabill_none")
    assert answer.returncode == 3 and "rehabill init" in answer.stderr and "Traceback" not in answer.stderr


def test_a_practice_is_updated_and_a_second_one_gets_its_own_name(made: None, tmp_path: Path) -> None:
    text = (WEEK / "practice.yaml").read_text()
    (tmp_path / "same.yaml").write_text(text.replace('"97110": 6000', '"97110": 6500'))
    (tmp_path / "other.yaml").write_text(text.replace("1999999992", "1888888868"))
    assert run("init", WEEK / "practice.yaml").code == run("init", tmp_path / "same.yaml").code == 0
    other = run("init", tmp_path / "other.yaml")
    assert other.code == 2 and "another practice of that name" in other.err
    assert run("init", tmp_path / "other.yaml", "--practice", "branch").code == 0
    assert sorted(Practice.objects.values_list("slug", flat=True)) == ["branch", SLUG]


def test_charges_follow_the_file(made: None, practice: Practice, tmp_path: Path) -> None:
    text = (WEEK / "practice.yaml").read_text().replace('"97110": 6000', '"97110": 6500')
    (tmp_path / "practice.yaml").write_text(text)
    assert run("init", tmp_path / "practice.yaml", "--practice", "example").code == 0
    assert Charge.objects.get(code="97110").cents == 6500


@pytest.mark.parametrize("slug", ["", "two words", "é"])
def test_a_name_that_is_none_is_refused(made: None, slug: str) -> None:
    assert run("init", WEEK / "practice.yaml", "--practice", slug).code == 2


def test_without_a_practice_the_books_alone_are_brought_up(made: None) -> None:
    answer = run("init")
    assert answer.code == 0 and answer.out.startswith("Books: ") and answer.out.count("\n") == 1
