"""300 edits of what is written once, through raw SQL: the database itself refuses each of them.

In SQLite they come from sessions as anybody opens them (no foreign keys, no recursive triggers) and from one that looks
at foreign keys; in PostgreSQL from the office's role and from the owner of the tables.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import chain, cycle, islice
from random import Random
from typing import Any, NamedTuple

import pytest
from tests.office.conftest import ON_POSTGRESQL
from tests.office.guarded_books import LAST_CLOSED, make_books

from rehabill.office.guards.spec import APPEND_ONLY
from rehabill.office.practices.owned import owned_models

COUNT = 300
ENTRY, POSTING, SEAL, CLOSE = "money_entry", "money_posting", "money_seal", "money_close"
KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    ENTRY: (("id",), ("seal_id",)),
    POSTING: (("entry_id", "number"),),
    SEAL: (("id",),),
    CLOSE: (("id",), ("practice_id", "last_day")),
    "claims_claimversion": (("id",), ("claim_id", "number")),
    "claims_claimline": (("id",), ("version_id", "line_id")),
    "claims_claimevent": (("id",),),
    "exchange_file": (("id",), ("practice_id", "sha256")),
    "exchange_submission": (("id",), ("version_id", "file_id")),
    "exchange_acknowledgment": (("id",),),
    "exchange_egress": (("id",),),
}
"""Every key of every table that is written once."""
OPEN_DAY = LAST_CLOSED + dt.timedelta(days=20)
FRESH = 5_000_000
"""Numbers that no row has."""

Row = dict[str, Any]
Statement = tuple[str, list[Any]]


class Edit(NamedTuple):
    """What somebody does in one transaction."""

    what: str
    statements: list[Statement]


class Editor:
    """Thinks up edits of these rows."""

    def __init__(self, seed: int, rows: dict[str, list[Row]]) -> None:
        self.random = Random(seed)
        self.rows = rows
        self._fresh = FRESH

    def edits(self) -> Iterator[Edit]:
        """Of each kind in turn, each time of something else."""
        of_one = [self.changes, self.removes, self.writes_over, self.meets_and_updates, self.changes_many, *self.here]
        turns: list[Iterator[Edit]] = [
            (make(table) for table in cycle(self.random.sample(list(KEYS), len(KEYS)))) for make in of_one
        ]
        of_journal = [
            self.unbalanced, self.sealed_empty, self.sealed_as_another, self.never_sealed, self.of_another_practice,
            self.sealed_by_another, self.into_closed_month, self.into_sealed, self.after_its_seal, self.of_no_entry,
            self.moved_between, self.closes_backward, self.moves_nothing, *self.here_of_journal,
        ]  # fmt: skip
        turns += [iter(make, None) for make in of_journal]
        return chain.from_iterable(zip(*turns, strict=False))

    # What anybody may try on any of the tables.

    def changes(self, table: str) -> Edit:
        row, column = self.row(table), self.column(table)
        sql = f"{self.update_verb()} {table} SET {_q(column)} = %s WHERE {_all(KEYS[table][0])}"
        return Edit(f"change {column} of {table}", [(sql, [self.other(table, column, row), *_key(table, row)])])

    def changes_many(self, table: str) -> Edit:
        column = self.column(table)
        sql = f"UPDATE {table} SET {_q(column)} = {_q(column)} WHERE practice_id = %s"
        return Edit(f"write {table} again as it is", [(sql, [self.row(table)["practice_id"]])])

    def removes(self, table: str) -> Edit:
        where = self.random.choice([f"WHERE {_all(KEYS[table][0])}", ""])
        return Edit(
            f"delete from {table} {where}",
            [(f"DELETE FROM {table} {where}", _key(table, self.row(table)) if where else [])],
        )

    def writes_over(self, table: str) -> Edit:
        """As another row, where the database can only choose: this one or that."""
        new = self.like(table)
        return Edit(f"write over a row of {table}", [self.insert(table, new, self.over_verb())])

    def meets_and_updates(self, table: str) -> Edit:
        key, column = self.random.choice(KEYS[table]), self.column(table)
        sql, values = self.insert(table, self.like(table, key))
        more = f" ON CONFLICT ({', '.join(map(_q, key))}) DO UPDATE SET {_q(column)} = excluded.{_q(column)}"
        return Edit(f"upsert {column} of {table}", [(sql + more, values)])

    # What somebody may try with the journal.

    def unbalanced(self) -> Edit:
        cents = self.random.choice([[1], [-5, 4], [700, -300, -300], [10**12, -(10**12) + 1]])
        return Edit(f"entry of {cents}", self.entry(cents))

    def sealed_empty(self) -> Edit:
        return Edit("entry of nothing", self.entry([]))

    def sealed_as_another(self) -> Edit:
        number, seal = self.fresh(), self.fresh()
        return Edit("seal under another number", self.entry(number=number, seal=seal))

    def never_sealed(self) -> Edit:
        return Edit("no seal", self.entry()[: self.random.choice([1, 2, 3])])

    def of_another_practice(self) -> Edit:
        ours, theirs = self.practices()
        postings = self.random.choice([[ours, theirs], [theirs, theirs], [theirs, ours]])
        return Edit("postings of another practice", self.entry(practice=ours, postings_of=postings))

    def sealed_by_another(self) -> Edit:
        ours, theirs = self.practices()
        return Edit("seal of another practice", self.entry(practice=ours, seal_of=theirs))

    def into_closed_month(self) -> Edit:
        day = LAST_CLOSED - dt.timedelta(days=self.random.randrange(400))
        return Edit(f"entry on {day}", self.entry(day=day))

    def into_sealed(self) -> Edit:
        entry = self.row(ENTRY)
        cents = self.random.choice([[500], [500, -500]])
        new = [
            self.insert(POSTING, self.posting(entry["id"], 900 + number, entry["practice_id"], each))
            for number, each in enumerate(cents)
        ]
        return Edit(f"postings of {cents} put into an entry", new)

    def after_its_seal(self) -> Edit:
        number = self.fresh()
        late = [self.insert(POSTING, self.posting(number, at, 1, cents)) for at, cents in ((8, 4), (9, -4))]
        return Edit("postings after the seal", [*self.entry(number=number), *late])

    def of_no_entry(self) -> Edit:
        new = self.posting(self.fresh(), 1, self.row(ENTRY)["practice_id"], 100)
        return Edit("posting of no entry", [self.insert(POSTING, new)])

    def moved_between(self) -> Edit:
        one, other = self.random.sample(self.rows[POSTING], 2)
        sql = f"{self.update_verb()} {POSTING} SET entry_id = %s, number = %s WHERE entry_id = %s AND number = %s"
        values = [other["entry_id"], self.random.choice([other["number"], 77]), one["entry_id"], one["number"]]
        return Edit("posting moved to another entry", [(sql, values)])

    def closes_backward(self) -> Edit:
        new = self.row(CLOSE) | {"id": self.fresh(), "last_day": LAST_CLOSED - dt.timedelta(self.random.randrange(90))}
        return Edit(f"close {new['last_day']} again", [self.insert(CLOSE, new)])

    def moves_nothing(self) -> Edit:
        return Edit("posting of no cents", self.entry([3, 0, -3]))

    # What rows are made of.

    def entry(
        self, cents: list[Any] | None = None, *, number: int = 0, seal: int = 0, practice: int = 1, seal_of: int = 0,
        postings_of: list[int] | None = None, day: dt.date = OPEN_DAY,
    ) -> list[Statement]:  # fmt: skip
        """A whole one, in the order in which the office writes."""
        number = number or self.fresh()
        values = cents if cents is not None else [250, -250]
        of = postings_of or [practice] * len(values)
        like = next(row for row in self.rows[ENTRY] if row["practice_id"] == practice)
        return [
            self.insert(ENTRY, like | {"id": number, "seal_id": seal or number, "day": day}),
            *(
                self.insert(POSTING, self.posting(number, at, one, each))
                for at, (one, each) in enumerate(zip(of, values, strict=True), 1)
            ),
            self.insert(SEAL, {"id": seal or number, "practice_id": seal_of or practice}),
        ]

    def posting(self, entry: int, number: int, practice: int, cents: Any) -> Row:
        return self.row(POSTING) | {"entry_id": entry, "number": number, "practice_id": practice, "cents": cents}

    def like(self, table: str, key: tuple[str, ...] | None = None) -> Row:
        """Another row that meets one by this key alone."""
        row = self.row(table)
        kept = key or self.random.choice(KEYS[table])
        new = row | {name: self.fresh() for other in KEYS[table] for name in other if name in ("id", "seal_id")}
        new |= {name: row[name] for name in kept}
        column = self.random.choice([name for name in row if name not in kept and name != "id"] or [kept[0]])
        return new | ({} if column in ("seal_id", *kept) else {column: self.other(table, column, row)})

    def row(self, table: str) -> Row:
        return self.random.choice(self.rows[table])

    def column(self, table: str) -> str:
        return self.random.choice(list(self.rows[table][0]))

    def other(self, table: str, column: str, row: Row) -> Any:
        """A value that another row has there, else one thought up."""
        values = {str(one[column]): one[column] for one in self.rows[table] if one[column] != row[column]}
        return self.random.choice([*values.values(), _changed(row[column])])

    def practices(self) -> tuple[int, int]:
        one, other = self.random.sample(sorted({row["practice_id"] for row in self.rows[ENTRY]}), 2)
        return one, other

    def fresh(self) -> int:
        self._fresh += 10
        return self._fresh

    def insert(self, table: str, row: Row, verb: str = "INSERT") -> Statement:
        names, places = ", ".join(map(_q, row)), ", ".join(["%s"] * len(row))
        return f"{verb} INTO {table} ({names}) VALUES ({places})", list(row.values())

    # What only one of the databases knows.

    @property
    def here(self) -> list[Callable[[str], Edit]]:
        return [self.truncates, self.merges] if ON_POSTGRESQL else [self.numbers_anew, self.replaces_by_row]

    @property
    def here_of_journal(self) -> list[Callable[[], Edit]]:
        return [] if ON_POSTGRESQL else [self.of_no_number, self.on_no_day]

    def update_verb(self) -> str:
        verbs = ["UPDATE"] if ON_POSTGRESQL else ["UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE", "UPDATE OR FAIL"]
        return self.random.choice(verbs)

    def over_verb(self) -> str:
        return "INSERT" if ON_POSTGRESQL else self.random.choice(["INSERT OR REPLACE", "REPLACE"])

    def truncates(self, table: str) -> Edit:
        more = self.random.choice(["", " CASCADE", " RESTART IDENTITY CASCADE"])
        return Edit(f"truncate {table}", [(f"TRUNCATE {table}{more}", [])])

    def merges(self, table: str) -> Edit:
        key = KEYS[table][0]
        on = " AND ".join(f"t.{_q(name)} = s.{_q(name)}" for name in key)
        what = self.random.choice(["DELETE", "UPDATE SET practice_id = t.practice_id"])
        return Edit(
            f"merge into {table}", [(f"MERGE INTO {table} t USING {table} s ON {on} WHEN MATCHED THEN {what}", [])]
        )

    def numbers_anew(self, table: str) -> Edit:
        sql = f"UPDATE {table} SET rowid = rowid + %s WHERE {_all(KEYS[table][0])}"
        return Edit(f"another rowid in {table}", [(sql, [self.fresh(), *_key(table, self.row(table))])])

    def replaces_by_row(self, table: str) -> Edit:
        """A new and proper row at the place of one that is there."""
        if table == POSTING:
            first, second, third, last = self.entry()
            there = f"(SELECT rowid FROM {POSTING} WHERE {_all(KEYS[POSTING][0])})"
            sql = second[0].replace("INSERT", "INSERT OR REPLACE").replace("(", "(rowid, ", 1)
            over = (sql.replace("VALUES (", f"VALUES ({there}, "), [*_key(POSTING, self.row(POSTING)), *second[1]])
            return Edit("new posting at the place of another", [first, over, third, last])
        new = self.like(table, ("id",) if ("id",) in KEYS[table] else None)
        return Edit(f"new row at the place of another in {table}", [self.insert(table, new, "REPLACE")])

    def of_no_number(self) -> Edit:
        cents = self.random.choice([["much"], [0.5, -0.5], [1e300, 5, -1e300], [b"\x01"]])
        return Edit(f"cents {cents}", self.entry(cents))

    def on_no_day(self) -> Edit:
        day: Any = self.random.choice(["later", "2026-3-1", "2026-02-31x", 99999999, "~"])
        return Edit(f"entry on day {day}", self.entry(day=day))


def _q(name: str) -> str:
    return f'"{name}"'


def _all(key: tuple[str, ...]) -> str:
    return " AND ".join(f"{_q(name)} = %s" for name in key)


def _key(table: str, row: Row) -> list[Any]:
    return [row[name] for name in KEYS[table][0]]


def _changed(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case dt.datetime() | dt.date():
            return value + dt.timedelta(days=1)
        case bytes():
            return value + b"~"
        case str():
            return f"~{value[1:]}" if value else "~"
        case _:
            return "1"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_books(tmp_path_factory.mktemp("raw"), "rehabill_raw")


WAYS = ("the office's role", "the owner") if ON_POSTGRESQL else ("foreign keys off", "foreign keys on")
FOREIGN_KEYS_OFF = "foreign keys off"


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def opened(books: str, way: str) -> Any:
    """A session of that kind, as the driver opens it."""
    if not ON_POSTGRESQL:
        session = sqlite3.connect(books, isolation_level=None)
        assert session.execute("PRAGMA recursive_triggers").fetchone() == (0,)
        session.execute(f"PRAGMA foreign_keys = {'OFF' if way == FOREIGN_KEYS_OFF else 'ON'}")
        return session
    import psycopg

    connection = psycopg.connect(books, autocommit=True)
    if way == "the office's role":
        connection.execute("SET ROLE rehabill_office")
        connection.execute("SELECT set_config('rehabill.practice', '1', false)")
    return connection


def do(session: Any, edit: Edit) -> str | None:
    """Do it and commit; gives what refused it, None where nothing did."""
    refusals = _refusals()
    try:
        session.execute("BEGIN")
        for sql, values in edit.statements:
            session.execute(sql if ON_POSTGRESQL else sql.replace("%s", "?"), [_said(value) for value in values])
        session.execute("COMMIT")
    except refusals as refused:
        if not ON_POSTGRESQL and not session.in_transaction:
            return str(refused)
        session.execute("ROLLBACK")
        return str(refused)
    return None


def _refusals() -> Any:
    """What a refusal is: no syntax, no type, no missing table."""
    if not ON_POSTGRESQL:
        return sqlite3.IntegrityError
    from psycopg import errors

    return (errors.IntegrityError, errors.InsufficientPrivilege)


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value) if isinstance(value, dt.date) else value


def told(books: str) -> dict[str, list[Row]]:
    """Every row of every practice's tables."""
    order = "id" if ON_POSTGRESQL else "rowid"
    with closing(opened(books, WAYS[1])) as session:
        return {
            table: _rows(session.execute(f"SELECT * FROM {table} ORDER BY {order if table != POSTING else '2, 3'}"))
            for table in (model._meta.db_table for model in owned_models())
        }


def _rows(cursor: Any) -> list[Row]:
    names = [name for name, *_ in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_the_tables_written_once_are_these() -> None:
    assert {model._meta.db_table for model in APPEND_ONLY} == set(KEYS)


def test_300_edits_are_refused_and_nothing_has_changed(books: str, way: str) -> None:
    before = told(books)
    edits = list(islice(Editor(WAYS.index(way), before).edits(), COUNT))
    with closing(opened(books, way)) as session:
        done = [edit.what for edit in edits if do(session, edit) is None]
    assert len(edits) == COUNT and done == []
    assert told(books) == before


def test_a_whole_entry_goes_in(books: str, way: str) -> None:
    """What the edits above are made of is refused for what is wrong with it, and for nothing else."""
    editor = Editor(9, told(books))
    with closing(opened(books, way)) as session:
        refused = do(session, Edit("a proper entry", editor.entry(number=FRESH - 1 - WAYS.index(way))))
    if way == FOREIGN_KEYS_OFF:
        assert refused is not None and "foreign_keys" in refused
    else:
        assert refused is None
