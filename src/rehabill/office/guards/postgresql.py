"""The guards in PostgreSQL: triggers, what the office's role may do, and row-level security.

Rows come in thousands, so a trigger of inserts looks at all rows of a statement together. Foreign keys are looked at
past row-level security; that a row belongs to its own practice's things is therefore the triggers' work as well.
"""

from collections.abc import Iterator
from typing import Any

from rehabill.office.guards.spec import APPEND_ONLY, Why, belongs_to
from rehabill.office.money.models import Close, Entry, Posting, Seal
from rehabill.office.practices.owned import owned_models
from rehabill.office.practices.scope import SETTING

ROLE = "rehabill_office"
"""Whoever works in the office works as this role: not the owner, no superuser, never past row-level security."""
POLICY = "own_practice"
Case = tuple[str, str]
"""A query that finds a row where to refuse, and what to say."""
ENTRY, POSTING, SEAL, CLOSE = (model._meta.db_table for model in (Entry, Posting, Seal, Close))
_MINE = f"((practice_id)::text = ( SELECT current_setting('{SETTING}'::text, true) AS current_setting))"
"""Compared as text on purpose: a filter and never a reason to choose an index. Every query of the office names the
practice by itself; what a trigger looks up goes by number. In PostgreSQL's own words, to be compared with what it has.
"""
_SETTINGS = {"search_path": "public, pg_temp", "enable_seqscan": "off"}
"""Of each function. Tables of a session's own never stand in for the real ones. Plans are made once in a session, often
while the tables are small; therefore also each look-up below is a sub-query of its own, which takes an index, no join.
"""


def _refusal(why: str) -> str:
    return f"RAISE EXCEPTION USING MESSAGE = 'rehabill: {why}', ERRCODE = 'integrity_constraint_violation'"


def _refuse(cases: list[Case], rows: str) -> str:
    """A function's body: for each case, refuse when its query of those rows finds one."""
    tests = " ".join(f"IF EXISTS ({query.format(rows=rows)}) THEN {_refusal(why)}; END IF;" for query, why in cases)
    return f"BEGIN {tests} RETURN NULL; END"


_INSERTS: dict[str, list[Case]] = {
    POSTING: [
        (
            "SELECT 1 FROM (SELECT DISTINCT entry_id FROM {rows}) w "
            f"WHERE (SELECT s.id FROM {SEAL} s WHERE s.id = w.entry_id) IS NOT NULL",
            Why.SEALED,
        ),
    ],
    SEAL: [
        (
            f"SELECT 1 FROM {{rows}} w WHERE (SELECT e.id FROM {ENTRY} e WHERE e.id = w.id AND e.seal_id = w.id "
            "AND e.practice_id = w.practice_id) IS NULL",
            Why.WRONG_SEAL,
        ),
        (
            "SELECT 1 FROM {rows} w "
            f"WHERE (SELECT coalesce(sum(p.cents), 1) FROM {POSTING} p WHERE p.entry_id = w.id) <> 0",
            Why.UNBALANCED,
        ),
    ],
    ENTRY: [
        (
            f"SELECT 1 FROM {{rows}} w JOIN {CLOSE} c ON c.practice_id = w.practice_id AND c.last_day >= w.day",
            Why.CLOSED,
        ),
    ],
    CLOSE: [
        (
            f"SELECT 1 FROM {{rows}} w JOIN {CLOSE} c ON c.practice_id = w.practice_id AND c.last_day >= w.last_day "
            "AND c.id <> w.id",
            Why.CLOSED_ALREADY,
        ),
    ],
}


def _foreign(column: str, parent: str) -> Case:
    return (
        f"SELECT 1 FROM (SELECT DISTINCT {column}, practice_id FROM {{rows}} r WHERE {column} IS NOT NULL) w "
        f"WHERE (SELECT p.practice_id FROM {parent} p WHERE p.id = w.{column}) IS DISTINCT FROM w.practice_id",
        Why.FOREIGN,
    )


def functions() -> dict[str, str]:
    """Name → body. Those of inserts see the statement's rows as `written`."""
    found = {
        "guard_never_changed": f"BEGIN {_refusal(Why.NEVER_CHANGED)}; END",
        "guard_stays": f"BEGIN {_refusal(Why.STAYS)}; END",
    }
    for model in owned_models():
        table = model._meta.db_table
        foreign = [_foreign(column, parent) for column, parent in belongs_to(model)]
        # What it belongs to comes first: an entry that is seen there is this session's own, or has its seal.
        inserts = [*foreign, *_INSERTS.get(table, ())]
        if inserts:
            found[f"guard_{table}_insert"] = _refuse(inserts, "written")
        if foreign and model not in APPEND_ONLY:
            found[f"guard_{table}_relate"] = _refuse(foreign, "(SELECT NEW.*)")
    return found


def triggers() -> dict[tuple[str, str], str]:
    """(table, name) → statement of every trigger, in PostgreSQL's own words, to be compared with what it has."""
    made = functions()
    found = {}
    for model in owned_models():
        table = model._meta.db_table
        for name, what in _triggers(table, model in APPEND_ONLY, [column for column, _ in belongs_to(model)], made):
            found[table, f"guard_{name}"] = f"CREATE TRIGGER guard_{name} {what}()"
    return found


def _triggers(table: str, is_append_only: bool, columns: list[str], made: dict[str, str]) -> Iterator[tuple[str, str]]:
    insert = f"guard_{table}_insert"
    if insert in made:
        written = "REFERENCING NEW TABLE AS written FOR EACH STATEMENT"
        yield "insert", f"AFTER INSERT ON {table} {written} EXECUTE FUNCTION {insert}"
    if is_append_only:
        yield "change", f"BEFORE DELETE OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION guard_never_changed"
        yield "empty", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION guard_never_changed"
        return
    moved = _differ(["id", "practice_id"])
    yield "move", f"BEFORE UPDATE OF id, practice_id ON {table} FOR EACH ROW {moved} EXECUTE FUNCTION guard_stays"
    if columns:
        event = f"AFTER UPDATE OF {', '.join(columns)} ON {table} FOR EACH ROW {_differ(columns)}"
        yield "relate", f"{event} EXECUTE FUNCTION guard_{table}_relate"


def _differ(columns: list[str]) -> str:
    return f"WHEN ({' OR '.join(f'new.{one} IS DISTINCT FROM old.{one}' for one in columns)})"


def install(cursor: Any) -> None:
    """Functions, triggers, the role with its rights, row-level security. May be repeated."""
    settings = " ".join(f"SET {name} = {value}" for name, value in _SETTINGS.items())
    for name, body in functions().items():
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {settings} AS $body$ {body} $body$"
        )
    for (table, name), statement in triggers().items():
        cursor.execute(statement.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1))
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
    _grant(cursor)
    for model in owned_models():
        table = model._meta.db_table
        cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        cursor.execute("SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = %s", [table])
        for (policy,) in cursor.fetchall():
            cursor.execute(f'DROP POLICY "{policy}" ON {table}')
        cursor.execute(f"CREATE POLICY {POLICY} ON {table} USING {_MINE} WITH CHECK {_MINE}")
        # How many rows a practice has. Without it the planner takes one in two hundred and joins from the wrong side.
        cursor.execute(f"CREATE STATISTICS IF NOT EXISTS {table}_of_practice ON (practice_id::text) FROM {table}")


def _grant(cursor: Any) -> None:
    # A role belongs to the whole server: the books of another database may be made in the same moment.
    cursor.execute(
        f"DO $$ BEGIN CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    cursor.execute(
        f"DO $$ BEGIN GRANT {ROLE} TO CURRENT_USER; EXCEPTION WHEN unique_violation OR internal_error THEN NULL; END $$"
    )
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
    for model in APPEND_ONLY:
        cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {model._meta.db_table} FROM {ROLE}")


def missing(cursor: Any) -> list[str]:
    """What of the guards is not there, or not as made here."""
    return [*_lost_triggers(cursor), *_lost_functions(cursor), *_lost_policies(cursor), *_excess_rights(cursor)]


def _lost_triggers(cursor: Any) -> Iterator[str]:
    cursor.execute(
        "SELECT relname, tgname, tgisinternal OR tgenabled NOT IN ('O', 'A'), "
        "CASE WHEN tgisinternal THEN '' ELSE pg_get_triggerdef(t.oid, true) END FROM pg_trigger t "
        "JOIN pg_class c ON c.oid = tgrelid WHERE relnamespace = 'public'::regnamespace "
        "AND (NOT tgisinternal OR tgenabled NOT IN ('O', 'A'))"
    )
    rows = cursor.fetchall()
    there = {(table, name): statement for table, name, is_off, statement in rows if not is_off}
    owned = {model._meta.db_table for model in owned_models()}
    yield from (f"{name} of {table}" for (table, name), made in triggers().items() if there.get((table, name)) != made)
    yield from (
        f"{name} of {table}" for table, name, is_off, statement in rows if is_off and not statement and table in owned
    )


def _lost_functions(cursor: Any) -> Iterator[str]:
    made = functions()
    cursor.execute(
        "SELECT proname, prosrc, proconfig FROM pg_proc JOIN pg_language l ON l.oid = prolang "
        "WHERE pronamespace = 'public'::regnamespace AND lanname = 'plpgsql' AND NOT prosecdef AND pronargs = 0 "
        "AND proname = ANY(%s)",
        [list(made)],
    )
    there = {name: (body.strip(), config) for name, body, config in cursor.fetchall()}
    settings = [f"{name}={value}" for name, value in _SETTINGS.items()]
    yield from (f"function {name}" for name, body in made.items() if there.get(name) != (body, settings))


def _lost_policies(cursor: Any) -> Iterator[str]:
    """One policy a table: a second one would let pass what the first does not."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relrowsecurity AND relforcerowsecurity"
    )
    secured = {table for (table,) in cursor.fetchall()}
    cursor.execute(
        "SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies "
        "WHERE schemaname = 'public'"
    )
    there: dict[str, list[tuple[str, ...]]] = {}
    for table, *policy in cursor.fetchall():
        there.setdefault(table, []).append(tuple(policy))
    wanted = [(POLICY, "PERMISSIVE", "{public}", "ALL", _MINE, _MINE)]
    for model in owned_models():
        table = model._meta.db_table
        if table not in secured or there.get(table) != wanted:
            yield f"row-level security of {table}"


def _excess_rights(cursor: Any) -> Iterator[str]:
    """The role may do more than it should, or the session does not work as it."""
    cursor.execute("SELECT current_user")
    if cursor.fetchone() != (ROLE,):
        yield f"working as {ROLE}"
        return
    cursor.execute("SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = %s", [ROLE])
    if cursor.fetchone() != (False,):
        yield f"limits of {ROLE}"
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND ("
        "relname = ANY(%s) AND pg_has_role(%s, relowner, 'MEMBER') OR relname = ANY(%s) AND ("
        "has_any_column_privilege(%s, oid, 'UPDATE') OR has_table_privilege(%s, oid, 'DELETE') "
        "OR has_table_privilege(%s, oid, 'TRUNCATE')))",
        [[model._meta.db_table for model in owned_models()], ROLE, [one._meta.db_table for one in APPEND_ONLY],
         ROLE, ROLE, ROLE],
    )  # fmt: skip
    yield from (f"rights of {ROLE} in {table}" for (table,) in cursor.fetchall())
