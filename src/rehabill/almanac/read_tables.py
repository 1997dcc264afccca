"""The almanac's CSV tables, read strictly: columns, cells and numbers are exactly as expected or an error."""

import csv
from datetime import date
from pathlib import Path

import msgspec

from rehabill.almanac import schema
from rehabill.base.errors import AlmanacError


def read_rows(path: Path, columns: str, unique: str) -> list[dict[str, str]]:
    """Rows by column. `unique` names the columns that no two rows may share."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != columns.split():
            raise AlmanacError(path.name, f"columns must be: {columns}")
        rows = list(reader)
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise AlmanacError(f"{path.name} row {number}", f"must have {len(columns.split())} cells")
    seen: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows, start=2):
        first = seen.setdefault(tuple(row[column] for column in unique.split()), number)
        if first != number:
            raise AlmanacError(f"{path.name} row {number}", f"says again what row {first} says")
    return rows


def _scaled(where: str, text: str, decimals: int) -> int:
    """A decimal as an integer of its smallest place (`0.45` → 45 hundredths), exact or an error."""
    whole, _, fraction = text.partition(".")
    if len(fraction.rstrip("0")) > decimals or not (whole + fraction).isdigit():
        raise AlmanacError(where, f"{text!r} is not a decimal with at most {decimals} places")
    scale: int = 10**decimals
    return int(whole or "0") * scale + int(fraction[:decimals].ljust(decimals, "0") or "0")


def _cell_day(where: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise AlmanacError(where, f"{text!r} is not a date written YYYY-MM-DD") from None


def maybe_day(where: str, text: str) -> date | None:
    return _cell_day(where, text) if text else None


def _whole(where: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise AlmanacError(where, f"{text!r} is not a whole number")
    return int(text)


def yes(where: str, text: str) -> bool:
    if text not in ("y", "n"):
        raise AlmanacError(where, f"{text!r} must be y or n")
    return text == "y"


def load_codes(path: Path) -> tuple[schema.Code, ...]:
    columns = (
        "code name disciplines first_day last_day successors therapy basis unit_minutes max_minutes "
        "add_on_to direct_contact evaluation unlisted source verified"
    )
    codes = []
    for row in read_rows(path, columns, "code"):
        where = f"{path.name} {row['code']}"
        raw = {
            **row,
            "disciplines": row["disciplines"].split("|"),
            "first": maybe_day(where, row["first_day"]),
            "last": maybe_day(where, row["last_day"]),
            "successors": [code for code in row["successors"].split("|") if code],
            "unit_minutes": _whole(where, row["unit_minutes"] or "0"),
            "max_minutes": _whole(where, row["max_minutes"] or "0"),
            "add_on_to": row["add_on_to"] or None,
            **{flag: yes(where, row[flag]) for flag in ("direct_contact", "evaluation", "unlisted", "verified")},
        }
        try:
            codes.append(msgspec.convert([raw[name] for name in schema.Code.__struct_fields__], schema.Code))
        except msgspec.ValidationError as error:
            raise AlmanacError(where, str(error)) from None
    return tuple(codes)


def load_mue(path: Path) -> tuple[schema.Mue, ...]:
    limits = []
    for row in read_rows(path, "code release value mai source", "code release"):
        where = f"{path.name} {row['code']}"
        value, mai = _whole(where, row["value"]), _whole(where, row["mai"])
        limits.append(schema.Mue(row["code"], _cell_day(where, row["release"]), value, mai, row["source"]))
    return tuple(limits)


def load_pairs(path: Path) -> tuple[schema.Pair, ...]:
    """Pairs with the last day of the row before them. Indicator 9 rows are void from the start and stay out."""
    by_pair: dict[tuple[str, str], list[tuple[date, int, date | None]]] = {}
    voids: dict[tuple[str, str], date] = {}
    for row in read_rows(path, "column1 column2 indicator last_day", "column1 column2 indicator last_day"):
        where = f"{path.name} {row['column1']} {row['column2']}"
        key, last = (row["column1"], row["column2"]), maybe_day(where, row["last_day"])
        if row["indicator"] == "9":
            voids[key] = max(voids.get(key, date.min), last or date.max)
        else:
            by_pair.setdefault(key, []).append((last or date.max, _whole(where, row["indicator"]), last))
    pairs = []
    for key, rows in sorted(by_pair.items()):
        after: date | None = voids.get(key)
        for end, indicator, last in sorted(rows):
            pairs.append(schema.Pair(*key, indicator, last, after if after is None or after < end else None))
            after = last if after is None or last is None else max(after, last)
    return tuple(pairs)


def load_rvus(path: Path) -> tuple[schema.Rvu, ...]:
    columns = "code release work nonfacility_pe facility_pe mp mppr_indicator status pctc_indicator"
    rvus = []
    for row in read_rows(path, columns, "code release"):
        work, nonfacility, facility, mp = (
            _scaled(f"{path.name} {row['code']}", row[name], 2) for name in columns.split()[2:6]
        )
        flags = (row["mppr_indicator"], row["status"], row["pctc_indicator"])
        rvus.append(schema.Rvu(row["code"], row["release"], work, nonfacility, facility, mp, *flags))
    return tuple(rvus)


def load_releases(path: Path) -> tuple[schema.Release, ...]:
    rows = read_rows(path, "release effective source", "release")
    return tuple(
        schema.Release(row["release"], _cell_day(f"{path.name} {row['release']}", row["effective"]), row["source"])
        for row in rows
    )


def load_gpcis(path: Path) -> tuple[schema.Gpci, ...]:
    gpcis = []
    for row in read_rows(path, "locality state name effective work pe mp source", "locality effective"):
        where = f"{path.name} {row['locality']}"
        work, pe, mp = (_scaled(where, row[name], 3) for name in ("work", "pe", "mp"))
        effective = _cell_day(where, row["effective"])
        gpcis.append(schema.Gpci(row["locality"], row["state"], row["name"], effective, work, pe, mp, row["source"]))
    return tuple(gpcis)
