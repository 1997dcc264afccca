"""The guards in PostgreSQL: triggers, what the office's role may do, and row-level security.

Postings and seals come in thousands, so their triggers look at all rows of a statement together.
"""

from typing import Any

from rehabill.office.guards.spec import APPEND_ONLY
from rehabill.office.money.models import Close, Entry, Posting, Seal
from rehabill.office.practices.owned import owned_models
from rehabill.office.practices.scope import SETTING

ROLE = "rehabill_office"
"""Whoever works in the office works as this role: not the owner, no superuser, never past row-level security."""
POLICY = "own_practice"
ENTRY, POSTING, SEAL, CLOSE = (model._meta.db_table for model in (Entry, Posting, Seal, Close))
_TEXT = "practice_id::text"
_MINE = f"{_TEXT} = (SELECT current_setting('{SETTING}', true))"
"""Compared as text on purpose: a filter and never a reason to choose an index. Every query of the office names the
practice by itself; what a trigger looks up goes by number. Statistics of the text tell the planner how many rows a
practice has: without them it takes one in two hundred, and joins a million claims from the wrong side.
"""
_BY_INDEX = "SET enable_seqscan = off"
"""A function's plans are made once in a session, often while the tables are small; therefore also each look-up below is
a sub-query of its own, which takes an index, and no join.
"""


def _refusal(why: str) -> str:
    return f"RAISE EXCEPTION USING MESSAGE = 'rehabill: {why}', ERRCODE = 'integrity_constraint_violation'"


def _refuse(*cases: tuple[str, str]) -> str:
    """A function's body: for each (query, why), refuse when the query finds a row."""
    tests = " ".join(f"IF EXISTS ({query}) THEN {_refusal(why)}; END IF;" for query, why in cases)
    return f"BEGIN {tests} RETURN NULL; END"


FUNCTIONS = {
    "rehabill_never_changed": f"BEGIN {_refusal('this is never changed')}; END",
    "rehabill_postings": _refuse(
        (
            f"SELECT 1 FROM written w WHERE (SELECT s.id FROM {SEAL} s WHERE s.id = w.entry_id) IS NOT NULL",
            "the entry is sealed",
        ),
    ),
    "rehabill_seals": _refuse(
        (
            "SELECT 1 FROM written w "
            f"WHERE (SELECT coalesce(sum(p.cents), 1) FROM {POSTING} p WHERE p.entry_id = w.id) <> 0",
            "the entry does not sum to zero",
        ),
        (
            f"SELECT 1 FROM written w WHERE (SELECT count(*) FROM {POSTING} p WHERE p.entry_id = w.id "
            "AND p.practice_id <> w.practice_id) > 0",
            "a posting is of another practice",
        ),
        (
            f"SELECT 1 FROM written w WHERE (SELECT e.id FROM {ENTRY} e WHERE e.id = w.id AND e.seal_id = w.id "
            "AND e.practice_id = w.practice_id) IS NULL",
            "a seal carries the number of its entry",
        ),
    ),
    "rehabill_entries": _refuse(
        (
            f"SELECT 1 FROM written w JOIN {CLOSE} c ON c.practice_id = w.practice_id AND c.last_day >= w.day",
            "the month is closed",
        ),
    ),
    "rehabill_closes": _refuse(
        (
            f"SELECT 1 FROM written w JOIN {CLOSE} c ON c.practice_id = w.practice_id AND c.last_day >= w.last_day "
            "AND c.id <> w.id",
            "that month is closed already",
        ),
    ),
}
"""Name → body. Those of inserts see the statement's rows as `written`."""
_ON_INSERT = {POSTING: "rehabill_postings", SEAL: "rehabill_seals", ENTRY: "rehabill_entries", CLOSE: "rehabill_closes"}


def triggers() -> dict[str, str]:
    """Name → statement of every trigger."""
    found = {}
    never = "EXECUTE FUNCTION rehabill_never_changed()"
    for model in APPEND_ONLY:
        table = model._meta.db_table
        found[f"{table}_never_changed"] = f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {never}"
        found[f"{table}_never_emptied"] = f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {never}"
    for table, function in _ON_INSERT.items():
        found[f"{table}_checked"] = (
            f"AFTER INSERT ON {table} REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
    return {name: f"CREATE TRIGGER {name} {what}" for name, what in found.items()}


def install(cursor: Any) -> None:
    """Functions, triggers, the role with its rights, row-level security. May be repeated."""
    for name, body in FUNCTIONS.items():
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path FROM CURRENT {_BY_INDEX} AS $body$ {body} $body$"
        )
    for statement in triggers().values():
        cursor.execute(statement.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1))
    _grant(cursor)
    for model in owned_models():
        table = model._meta.db_table
        cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        cursor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {table}")
        cursor.execute(f"CREATE POLICY {POLICY} ON {table} USING ({_MINE}) WITH CHECK ({_MINE})")
        cursor.execute(f"CREATE STATISTICS IF NOT EXISTS {table}_of_practice ON ({_TEXT}) FROM {table}")


def _grant(cursor: Any) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
    if cursor.fetchone() is None:
        cursor.execute(f"CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS")
    cursor.execute(f"GRANT {ROLE} TO CURRENT_USER")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
    for model in APPEND_ONLY:
        cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {model._meta.db_table} FROM {ROLE}")


def missing(cursor: Any) -> list[str]:
    """What of the guards is not there: triggers, and tables without forced row-level security."""
    cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
    there = {name for (name,) in cursor.fetchall()}
    cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    secured = {name for (name,) in cursor.fetchall()}
    return [name for name in triggers() if name not in there] + [
        f"row-level security of {model._meta.db_table}"
        for model in owned_models()
        if model._meta.db_table not in secured
    ]
