"""The guards in SQLite's triggers, which hold in any session: also in one that looks at no foreign key and fires no
trigger for what REPLACE deletes, as sessions of SQLite are unless told otherwise.

SQLite has no deferred triggers, so an entry is closed by its seal: postings go in first, and the seal's trigger adds
them up. That no entry stays without a seal is a deferred foreign key's work, so without foreign keys no entry goes in.
"""

from typing import Any

from rehabill.office.guards.spec import APPEND_ONLY, Why, belongs_to, keys
from rehabill.office.money.models import Close, Entry, Posting, Seal
from rehabill.office.practices.owned import Owned, owned_models

Case = tuple[str, str]
"""When to refuse, and what to say."""
ENTRY, POSTING, SEAL, CLOSE = (model._meta.db_table for model in (Entry, Posting, Seal, Close))

_INSERTS: dict[str, list[Case]] = {
    ENTRY: [
        ("(SELECT foreign_keys FROM pragma_foreign_keys) = 0", "entries need a session with foreign_keys on"),
        ("NEW.day IS NOT date(NEW.day)", "a day is written as 2026-03-02"),
        (f"EXISTS (SELECT 1 FROM {CLOSE} WHERE practice_id = NEW.practice_id AND last_day >= NEW.day)", Why.CLOSED),
    ],
    POSTING: [
        (f"EXISTS (SELECT 1 FROM {SEAL} WHERE id = NEW.entry_id)", Why.SEALED),
        ("typeof(NEW.cents) <> 'integer'", "cents are whole numbers"),
        # REPLACE would write over the posting at that row; until the database gives it one, a row's number is negative.
        ("NEW.rowid >= 0", "the database numbers the rows of postings"),
    ],
    SEAL: [
        (
            f"NOT EXISTS (SELECT 1 FROM {ENTRY} WHERE id = NEW.id AND seal_id = NEW.id "
            "AND practice_id = NEW.practice_id)",
            Why.WRONG_SEAL,
        ),
        (
            f"(SELECT sum(cents) = 0 AND min(rowid) >= 0 FROM {POSTING} WHERE entry_id = NEW.id) IS NOT 1",
            Why.UNBALANCED,
        ),
    ],
    CLOSE: [
        ("NEW.last_day IS NOT date(NEW.last_day)", "a day is written as 2026-03-31"),
        (
            f"EXISTS (SELECT 1 FROM {CLOSE} WHERE practice_id = NEW.practice_id AND last_day >= NEW.last_day)",
            Why.CLOSED_ALREADY,
        ),
    ],
}


def triggers() -> dict[str, str]:
    """Name → statement of every trigger: at most one for a table and what is done to it, for each costs time."""
    found: dict[str, str] = {}
    for model in owned_models():
        table = model._meta.db_table
        foreign = [_foreign(column, parent) for column, parent in belongs_to(model)]
        inserts = [*foreign, *_written_over(model), *_INSERTS.get(table, ())]
        found |= _trigger(table, "insert", "INSERT", inserts)
        if model in APPEND_ONLY:
            found |= _trigger(table, "update", "UPDATE", [("1", Why.NEVER_CHANGED)])
            found |= _trigger(table, "delete", "DELETE", [("1", Why.NEVER_CHANGED)])
            continue
        moved = "NEW.id <> OLD.id OR NEW.practice_id <> OLD.practice_id"
        found |= _trigger(table, "move", "UPDATE OF id, practice_id", [(moved, Why.STAYS)])
        if foreign:
            columns = ", ".join(column for column, _ in belongs_to(model))
            found |= _trigger(table, "relate", f"UPDATE OF {columns}", foreign)
    return found


def _trigger(table: str, name: str, event: str, cases: list[Case]) -> dict[str, str]:
    name = f"guard_{table}_{name}"
    tests = " ".join(f"WHEN {when} THEN RAISE(ABORT, 'rehabill: {why}')" for when, why in cases)
    return {name: f"CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT CASE {tests} END; END"}


def _foreign(column: str, parent: str) -> Case:
    of = f"(SELECT practice_id FROM {parent} WHERE id = NEW.{column})"
    return f"NEW.{column} IS NOT NULL AND {of} IS NOT NEW.practice_id", Why.FOREIGN


def _written_over(model: type[Owned]) -> list[Case]:
    """A row by one of whose keys REPLACE would delete another: one that is written once, or another practice's."""
    table = model._meta.db_table
    if model is Posting:
        return []  # the entry of the other would be sealed
    if model not in APPEND_ONLY:
        return [(f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id AND practice_id <> NEW.practice_id)", Why.STAYS)]
    met = (" AND ".join(f"{column} = NEW.{column}" for column in key) for key in keys(model))
    return [(f"EXISTS (SELECT 1 FROM {table} WHERE {one})", Why.NEVER_CHANGED) for one in met]


def install(cursor: Any) -> None:
    """All of them, in place of those there are."""
    for name, statement in triggers().items():
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(statement)


def take_off(cursor: Any) -> None:
    """Every guard there is, also one that an older version made."""
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard!_%' ESCAPE '!'")
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP TRIGGER {name}")


def missing(cursor: Any) -> list[str]:
    """The triggers that are not there, or not as made here."""
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    there = dict(cursor.fetchall())
    return [name for name, statement in triggers().items() if there.get(name) != statement]
