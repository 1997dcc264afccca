"""Many rows at once, where one object a row is too slow: the numbers are taken first, then whole columns written."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models

from rehabill.office.fields import StructField

Row = Sequence[Any]
JSON = "json text"
"""The type of a column of structs."""
_BETWEEN = "\x1e"
"""Stands in no JSON text. The driver takes ten times as long to quote an array of them as one long text."""


def take_ids(model: type[models.Model], count: int) -> range | list[int]:
    """Numbers for `count` rows to be inserted next, inside a transaction, before any are taken again."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    first = (found[0] if found else 0) + 1
    return range(first, first + count)


def insert(model: type[models.Model], names: Sequence[str], rows: Sequence[Row], more: str = "") -> None:
    """Insert rows of the named fields, values as the database takes them (struct fields as their JSON text); dates and
    times as such. `more` is what follows the values, such as `ON CONFLICT …`.
    """
    if not rows:
        return
    of_model = {field.name: field for field in model._meta.local_fields}
    fields = [of_model[name] for name in names]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    types = [JSON if isinstance(field, StructField) else _db_type(field) for field in fields]
    with connection.cursor() as cursor:
        into = f"INSERT INTO {model._meta.db_table} ({columns})"
        if connection.vendor == "postgresql":
            cursor.execute(f"{into} SELECT * FROM unnest({_arrays(types)}) {more}", _array_values(rows, types))
            return
        values = ", ".join(["%s"] * len(types))
        cursor.executemany(f"{into} VALUES ({values}) {more}", _plain(rows, types))


def update(table: str, sets: str, types: Sequence[str], rows: Sequence[Row]) -> None:
    """Update by number: each row is `id` and the values of `sets`, written with columns `c1`, `c2` … as in
    `"paid = c1, open = open + c2"`. `types` are the database's, or `JSON`.
    """
    if not rows:
        return
    names = ", ".join(f"c{number}" for number in range(1, len(types) + 1))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            every = ("bigint", *types)
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM unnest({_arrays(every)}) AS new(the_id, {names}) "
                f"WHERE {table}.id = new.the_id",
                _array_values(rows, every),
            )
            return
        parameters = ", ".join(f"%s AS c{number}" for number in range(1, len(types) + 1))
        cursor.executemany(
            f"UPDATE {table} SET {sets} FROM (SELECT %s AS the_id, {parameters}) AS new WHERE {table}.id = new.the_id",
            _plain(rows, ("bigint", *types)),
        )


def _arrays(types: Sequence[str]) -> str:
    return ", ".join(f"string_to_array(%s, '{_BETWEEN}', '')" if kind == JSON else f"%s::{kind}[]" for kind in types)


def _array_values(rows: Sequence[Row], types: Sequence[str]) -> list[Any]:
    return [
        _BETWEEN.join(one or "" for one in column) if kind == JSON else column
        for column, kind in zip(_columns(rows), types, strict=True)
    ]


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


_WORDS: dict[str, Callable[[Any], str]] = {
    "date": dt.date.isoformat,
    "datetime": lambda moment: moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" "),
}
"""Column types of SQLite whose values are written as words."""


def _plain(rows: Sequence[Row], types: Sequence[str]) -> Sequence[Row]:
    """Days and moments in the words SQLite keeps them in; a batch has few different ones."""
    worded = [(at, _WORDS[kind]) for at, kind in enumerate(types) if kind in _WORDS]
    if not worded:
        return rows
    columns = _columns(rows)
    for at, words in worded:
        said = {value: None if value is None else words(value) for value in set(columns[at])}
        columns[at] = [said[value] for value in columns[at]]
    return list(zip(*columns, strict=True))


def _db_type(field: Any) -> str:
    found = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
    return str(found).split("(")[0]
