"""The guards in SQLite's triggers.

SQLite has no deferred triggers, so an entry is closed by its seal: postings go in first, and the seal's trigger adds
them up. That no entry stays without a seal is a deferred foreign key's work.
"""

from rehabill.office.guards.spec import APPEND_ONLY, keys
from rehabill.office.money.models import Close, Entry, Posting, Seal

ENTRY, POSTING, SEAL, CLOSE = (model._meta.db_table for model in (Entry, Posting, Seal, Close))


def triggers() -> dict[str, str]:
    """Name → statement of every trigger."""
    found = {}
    for model in APPEND_ONLY:
        table = model._meta.db_table
        for verb in ("UPDATE", "DELETE"):
            found[f"{table}_no_{verb.lower()}"] = _refuse(table, verb, "", f"{table} is never changed")
        met = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(f'{column} = NEW.{column}' for column in key)})"
            for key in keys(model)
        )
        found[f"{table}_no_replace"] = _refuse(table, "INSERT", met, f"{table} has that row and is never changed")
    # Postings are many: one look at the seal keeps them from being written over as well, and the seal asks the rest.
    del found[f"{POSTING}_no_replace"]
    sealed = f"EXISTS (SELECT 1 FROM {SEAL} WHERE id = NEW.entry_id)"
    found["posting_after_seal"] = _refuse(POSTING, "INSERT", sealed, "the entry is sealed")
    elsewhere = f"EXISTS (SELECT 1 FROM {POSTING} WHERE entry_id = NEW.id AND practice_id <> NEW.practice_id)"
    found["seal_of_postings"] = _refuse(SEAL, "INSERT", elsewhere, "a posting is of another practice")
    unbalanced = f"(SELECT coalesce(sum(cents), 1) FROM {POSTING} WHERE entry_id = NEW.id) <> 0"
    found["seal_balances"] = _refuse(SEAL, "INSERT", unbalanced, "the entry does not sum to zero")
    found["seal_of_entry"] = _refuse(
        SEAL,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {ENTRY} WHERE id = NEW.id AND seal_id = NEW.id AND practice_id = NEW.practice_id)",
        "a seal carries the number of its entry",
    )
    closed = f"EXISTS (SELECT 1 FROM {CLOSE} WHERE practice_id = NEW.practice_id AND last_day >= NEW.day)"
    found["entry_in_closed_month"] = _refuse(ENTRY, "INSERT", closed, "the month is closed")
    later = f"EXISTS (SELECT 1 FROM {CLOSE} WHERE practice_id = NEW.practice_id AND last_day >= NEW.last_day)"
    found["close_goes_on"] = _refuse(CLOSE, "INSERT", later, "that month is closed already")
    return {name: statement.replace("TRIGGER", f"TRIGGER {name}", 1) for name, statement in found.items()}


def _refuse(table: str, verb: str, condition: str, why: str) -> str:
    when = f" WHEN {condition}" if condition else ""
    return f"CREATE TRIGGER BEFORE {verb} ON {table}{when} BEGIN SELECT RAISE(ABORT, 'rehabill: {why}'); END"


def existing(cursor: object) -> dict[str, str]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")  # type: ignore[attr-defined]
    return dict(cursor.fetchall())  # type: ignore[attr-defined]
