"""Many rows at once, where one object a row is too slow: the numbers are taken first, then whole columns written."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, Literal

import msgspec
from django.db import connection, models
from django.db.models.expressions import RawSQL

Row = Sequence[Any]
_COLUMN = re.compile(r"\bc(\d+)\b")
_BETWEEN, _NULL = "\x1e", "\x1d"
"""Between texts, and for none at all."""
_UNQUOTED = frozenset({"bigint", "integer", "smallint", "boolean", "date", "timestamp with time zone"})


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


def among(kind: Literal["bigint", "text"], values: Collection[int] | Collection[str]) -> RawSQL:
    """For `field__in=among("bigint", ids)`: one parameter for all, where Django writes, checks and passes one each."""
    if connection.vendor == "postgresql":
        array, passed = _array(kind, list(values))
        return RawSQL(f"SELECT unnest({array})", (passed,))
    return RawSQL("SELECT value FROM json_each(%s)", (msgspec.json.encode(values).decode(),))


def insert(model: type[models.Model], names: Sequence[str], rows: Sequence[Row], more: str = "") -> None:
    """Insert rows of the named fields, values as the database takes them (struct fields as their JSON text); dates and
    times as such. `more` is what follows the values, such as `ON CONFLICT …`.
    """
    if not rows:
        return
    of_model = {field.name: field for field in model._meta.local_fields}
    fields = [of_model[name] for name in names]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    types = [_db_type(field) for field in fields]
    with connection.cursor() as cursor:
        into = f"INSERT INTO {model._meta.db_table} ({columns})"
        if connection.vendor == "postgresql":
            new, values = _unnested(rows, types)
            cursor.execute(f"{into} SELECT * FROM {new} {more}", values)
            return
        places = ", ".join(["%s"] * len(types))
        cursor.executemany(f"{into} VALUES ({places}) {more}", _plain(rows, types))


def update(table: str, sets: str, types: Sequence[str], rows: Sequence[Row]) -> None:
    """Update by number: each row is `id` and the values of `sets`, written with columns `c1`, `c2` … as in
    `"paid = c1, open = open + c2"`.
    """
    if not rows:
        return
    names = ", ".join(f"c{number}" for number in range(1, len(types) + 1))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            new, values = _unnested(rows, ("bigint", *types))
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM {new} AS new(the_id, {names}) WHERE {table}.id = new.the_id", values
            )
            return
        numbered = _COLUMN.sub(lambda found: f"?{int(found[1]) + 1}", sets)
        cursor.executemany(f"UPDATE {table} SET {numbered} WHERE id = ?1", _plain(rows, ("bigint", *types)))


def delete(model: type[models.Model], ids: Sequence[int]) -> None:
    """Delete rows by number."""
    table = model._meta.db_table
    if not ids:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [list(ids)])
        else:
            cursor.executemany(f"DELETE FROM {table} WHERE id = %s", [(one,) for one in ids])


def _unnested(rows: Sequence[Row], types: Sequence[str]) -> tuple[str, list[Any]]:
    """`unnest(…)` of one array a column and its values, each column as one text wherever that is possible: the driver
    quotes a list item by item, and that took a fifth of posting.
    """
    arrays = [_array(kind, column) for kind, column in zip(types, _columns(rows), strict=True)]
    return f"unnest({', '.join(one for one, _ in arrays)})", [text for _, text in arrays]


def _array(kind: str, column: list[Any]) -> tuple[str, Any]:
    if kind in _UNQUOTED:
        words = ("NULL" if one is None else f'"{one}"' for one in column)
        return f"%s::{kind}[]", f"{{{','.join(words)}}}"
    if kind == "bytea":
        return "%s::bytea[]", column
    cast = "::jsonb[]" if kind == "jsonb" else ""
    text = _BETWEEN.join(_NULL if one is None else one for one in column)
    if text.count(_BETWEEN) == len(column) - 1 and text:
        return f"string_to_array(%s, '{_BETWEEN}', '{_NULL}'){cast}", text
    return f"%s::text[]{cast}", column


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
