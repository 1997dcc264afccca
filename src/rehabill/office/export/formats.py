"""A table into a file: CSV, JSON Lines, Parquet. Days and moments as ISO 8601 writes them, money in whole cents."""

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import msgspec

from rehabill.office.export.columns import ROWS_AT_ONCE, Column, Table

Format = Literal["csv", "json", "parquet"]
Rows = list[Sequence[Any]]


def write_table(table: Table, folder: Path, form: Format) -> int:
    """Into `<table>.csv`, `.jsonl` or `.parquet`; returns how many rows. A few thousand rows are in memory."""
    write, ending = _FORMATS[form]
    return write(table.columns, _batches(table.rows()), folder / f"{table.name}.{ending}")


def _batches(rows: Iterator[Sequence[Any]]) -> Iterator[Rows]:
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        yield batch


def _csv(columns: Sequence[Column], batches: Iterator[Rows], path: Path) -> int:
    """Nothing stands where there is no value; structs and lists as JSON."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        for batch in batches:
            writer.writerows([[_cell(value) for value in row] for row in batch])
            count += len(batch)
    return count


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else value


def _jsonl(columns: Sequence[Column], batches: Iterator[Rows], path: Path) -> int:
    """One object a row; structs and lists as they are."""
    encoder, count = msgspec.json.Encoder(), 0
    names = [column.name for column in columns]
    nested = [at for at, column in enumerate(columns) if column.kind == "json"]
    with path.open("wb") as file:
        for batch in batches:
            rows = [list(row) for row in batch]
            for row in rows:
                for at in nested:
                    row[at] = None if row[at] is None else msgspec.Raw(row[at].encode())
            file.write(encoder.encode_lines([dict(zip(names, row, strict=True)) for row in rows]))
            count += len(rows)
    return count


def _parquet(columns: Sequence[Column], batches: Iterator[Rows], path: Path) -> int:
    """Structs and lists as JSON text. Needs pyarrow."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {
        "text": pa.string(), "json": pa.string(), "int": pa.int64(), "bool": pa.bool_(), "day": pa.date32(),
        "moment": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    schema, count = pa.schema([(column.name, kinds[column.kind]) for column in columns]), 0
    with pq.ParquetWriter(path, schema) as writer:
        for batch in batches:
            values = zip(*batch, strict=True)
            arrays = [pa.array(list(some), field.type) for some, field in zip(values, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(batch)
    return count


_FORMATS: dict[Format, tuple[Callable[[Sequence[Column], Iterator[Rows], Path], int], str]] = {
    "csv": (_csv, "csv"), "json": (_jsonl, "jsonl"), "parquet": (_parquet, "parquet")
}  # fmt: skip
