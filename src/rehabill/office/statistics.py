"""What the planners know of the tables, so that they find rows by what tells them apart.

A planner that knows nothing supposes that a value of an index's first column is rare. Nearly every index here begins
with the practice, and often one practice owns every row: a claim would be looked for among all of them.

SQLite believes what its table of statistics says, and that may be written (https://sqlite.org/optoverview.html, "Manual
control of query plans"): the same plans on the first day as with a million claims. PostgreSQL counts by itself, but not
until a minute after the first rows came.
"""

import math
from typing import Any

from rehabill.office.guards.role import as_owner

ROWS = 1_000_000
_ONE_IN = 8
"""Of what a partial index is about."""
_FEW_ROWS = 4
"""With the same value of a column of which nothing is said here."""
_SOME_ROWS = 200
_DISTINCT = {
    "practice_id": 1, "state": 3, "kind": 4, "owes": 5, "account": 10, "insurance": 10, "action": 20, "payer": 20,
    "party": 20, "therapist_npi": 40, "service_day": 1_000, "date": 1_000, "day": 1_000, "last": 10_000,
    "cents": 20_000, "open_cents": 20_000, "patient_id": 50_000,
}  # fmt: skip
"""How many different values a column has in large books; about."""


def tell(cursor: Any) -> None:
    """Tell SQLite, for every index. `ANALYZE sqlite_schema` makes the table where there is none, and reads it again."""
    cursor.execute("ANALYZE sqlite_schema")
    cursor.execute("DELETE FROM sqlite_stat1")
    cursor.execute(
        'SELECT t.name, i.name, i."unique", i.partial FROM sqlite_master t, pragma_index_list(t.name) i '
        "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'"
    )
    for table, index, is_unique, is_partial in cursor.fetchall():
        cursor.execute("SELECT name FROM pragma_index_info(%s)", [index])
        columns = [name for (name,) in cursor.fetchall()]
        told = " ".join(str(one) for one in rows_per_key(columns, bool(is_unique), bool(is_partial)))
        cursor.execute("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (%s, %s, %s)", [table, index, told])
    cursor.execute("ANALYZE sqlite_schema")


def count(cursor: Any) -> None:
    """Have PostgreSQL count those tables with rows of which it knows nothing yet."""
    cursor.execute(
        "SELECT relname FROM pg_stat_user_tables WHERE n_live_tup > %s AND last_analyze IS NULL "
        "AND last_autoanalyze IS NULL",
        [_SOME_ROWS],
    )
    tables = [name for (name,) in cursor.fetchall()]
    if tables:
        with as_owner():
            cursor.execute(f"ANALYZE {', '.join(tables)}")


def rows_per_key(columns: list[str], is_unique: bool, is_partial: bool) -> list[int]:
    """Rows of an index, and how many of them have the same values in its first column, first two, and so on."""
    rows = ROWS // _ONE_IN if is_partial else ROWS
    found, same = [rows], float(rows)
    for name in columns:
        same = max(1.0, same / _DISTINCT.get(name, rows / _FEW_ROWS))
        found.append(math.ceil(same))
    if is_unique:
        found[-1] = 1
    return found
