"""The look over the guards when the books are opened: whatever of them is gone or changed is told, and put back."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from tests.office.conftest import ON_POSTGRESQL, WEEK

from rehabill.office.guards import postgresql, sqlite
from rehabill.office.guards.install import GuardsMissing, check, install
from rehabill.office.guards.role import as_owner
from rehabill.office.guards.spec import APPEND_ONLY
from rehabill.office.money import migrations as money
from rehabill.office.practices.owned import owned_models

of_sqlite = pytest.mark.skipif(ON_POSTGRESQL, reason="of SQLite")
of_postgresql = pytest.mark.skipif(not ON_POSTGRESQL, reason="of PostgreSQL")
ROLE, POLICY = postgresql.ROLE, postgresql.POLICY


def look_after(*statements: str) -> str:
    """What the look over the guards tells after these; then all is as it was."""
    with transaction.atomic():
        with as_owner(), connection.cursor() as cursor:
            for one in statements:
                cursor.execute(one)
        with pytest.raises(GuardsMissing) as told:
            check()
        transaction.set_rollback(True)
    return str(told.value)


@pytest.fixture(autouse=True)
def whole(db: None) -> Iterator[None]:
    check()
    yield
    check()


def test_what_is_gone_is_put_back() -> None:
    drop = "DROP TRIGGER guard_insert ON money_posting" if ON_POSTGRESQL else "DROP TRIGGER guard_money_posting_insert"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(drop)
        with pytest.raises(GuardsMissing):
            check()
        install()


@of_sqlite
def test_every_trigger_is_missed_and_an_empty_one_is_none() -> None:
    made = sqlite.triggers()
    assert len(made) > len(owned_models())
    for name, statement in made.items():
        assert name in look_after(f"DROP TRIGGER {name}")
        emptied = statement[: statement.index(" BEGIN ")] + " BEGIN SELECT 1; END"
        assert name in look_after(f"DROP TRIGGER {name}", emptied)


NEWER = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("money", "0001_initial")]
    operations = [migrations.AlterField("posting", "cents", models.IntegerField())]
"""
MIGRATED = """
import sys
from rehabill.office.start import start
start()
from django.conf import settings
from django.db import connection
from rehabill.office import books
from rehabill.office.guards.install import GuardsMissing, check, install, take_off

def told():
    try:
        check()
    except GuardsMissing as missing:
        return str(missing)
    return "whole"

def postings():
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'money_posting'")
        (sql,) = cursor.fetchone()
        cursor.execute("SELECT count(*), sum(cents), sum(abs(cents)) FROM money_posting")
        return '"cents" integer' in sql, *cursor.fetchone()

print(told(), *postings())
take_off()
print(told())
settings.MIGRATION_MODULES = {"money": "newer"}
books.make()
print(told(), *postings())
"""


@of_sqlite
def test_a_migration_makes_a_table_anew_and_the_guards_are_put_back(tmp_path: Path) -> None:
    """On SQLite Django alters a table by making another: its triggers go in silence, and it cannot be done while
    triggers of other tables name it.
    """
    environment = {**os.environ, "REHABILL_HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    environment.pop("REHABILL_DATABASE_URL", None)

    def python(*arguments: object) -> list[str]:
        command = [sys.executable, *map(str, arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout.splitlines()

    python("-m", "rehabill", "init", WEEK / "practice.yaml")
    python("-m", "rehabill", "import", "visits", WEEK / "visits.jsonl")
    python("-m", "rehabill", "bill", "--out", tmp_path / "out")
    shutil.copytree(Path(money.__file__).parent, tmp_path / "newer")
    (tmp_path / "newer" / "0002_newer.py").write_text(NEWER)
    before, off, after = python("-c", MIGRATED)
    assert "guard_money_posting_insert" in off or "lacks" in off
    assert before.startswith("whole False") and not before.startswith("whole False 0")
    assert after == before.replace("False", "True")


@of_postgresql
def test_every_trigger_is_missed_and_one_that_is_off() -> None:
    for table, name in postgresql.triggers():
        said = f"{name} of {table}"
        assert said in look_after(f"DROP TRIGGER {name} ON {table}")
        assert said in look_after(f"ALTER TABLE {table} DISABLE TRIGGER {name}")


@of_postgresql
def test_every_function_is_missed_when_it_is_emptied() -> None:
    for name in postgresql.functions():
        empty = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        assert f"function {name}" in look_after(empty)


@of_postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY {policy} ON {table}",
        "CREATE POLICY all_of_it ON {table} USING (true)",
        "ALTER POLICY {policy} ON {table} USING (true)",
    ],
)
def test_row_level_security_is_missed(statement: str) -> None:
    for model in owned_models():
        table = model._meta.db_table
        assert f"row-level security of {table}" in look_after(statement.format(table=table, policy=POLICY))


@of_postgresql
def test_rights_to_change_what_is_written_are_told() -> None:
    for model in APPEND_ONLY:
        table = model._meta.db_table
        for right in ("UPDATE", "DELETE", "TRUNCATE", 'UPDATE ("practice_id")'):
            said = look_after(f"GRANT {right} ON {table} TO {ROLE}")
            assert f"rights of {ROLE} in {table}" in said
