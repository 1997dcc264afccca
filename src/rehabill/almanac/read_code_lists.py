"""The code lists' CSV files, read as strictly as the other tables, for `rehabill.almanac.compile`."""

from collections.abc import Mapping
from pathlib import Path

from rehabill.almanac import schema
from rehabill.almanac.code_lists import SHAPES, CodeList, Entry
from rehabill.almanac.read_tables import maybe_day, read_rows, yes
from rehabill.base.errors import AlmanacError

_COLUMNS = "code first_day last_day meaning"
_MORE = {"rarc": " alert"}
_LENGTH = 90
"""A meaning is a few words; what is longer was copied or says too much."""


def read_code_lists(
    tables: Path, ages: Mapping[str, schema.TableAge], sources: Mapping[str, schema.Source]
) -> dict[str, CodeList]:
    """Every list by name, from the folder `tables`. Raises `AlmanacError`."""
    files = {path.stem: path for path in sorted((tables / "code_lists").glob("*.csv"))}
    if strays := (files.keys() | {"pos"}) ^ SHAPES.keys():
        raise AlmanacError("code_lists", f"{', '.join(sorted(strays))}: a list needs a file and the form of its codes")
    if strays := ages.keys() ^ SHAPES.keys():
        raise AlmanacError("code_lists.yaml", f"{', '.join(sorted(strays))}: a list needs the days it covers")
    entries = {name: _entries(name, path) for name, path in files.items()}
    places = read_rows(tables / "places_of_service.csv", "code facility source", "code")
    entries["pos"] = {row["code"]: Entry(None, None, "") for row in places}
    return {name: _list(ages[name], sources[ages[name].source], entries[name]) for name in SHAPES}


def _entries(name: str, path: Path) -> dict[str, Entry]:
    found = {}
    for row in read_rows(path, _COLUMNS + _MORE.get(name, ""), "code"):
        where = f"{path.name} {row['code']}"
        first, last = maybe_day(where, row["first_day"]), maybe_day(where, row["last_day"])
        if SHAPES[name].fullmatch(row["code"]) is None:
            raise AlmanacError(where, f"has not the form of a code of the list {name}")
        if first and last and last < first:
            raise AlmanacError(where, f"ends on {last}, before it begins on {first}")
        if len(row["meaning"]) > _LENGTH:
            raise AlmanacError(where, f"its meaning is longer than {_LENGTH} characters")
        alert = "alert" in row and yes(where, row["alert"])
        found[row["code"]] = Entry(first, last, row["meaning"], alert)
    return found


def _list(age: schema.TableAge, source: schema.Source, entries: dict[str, Entry]) -> CodeList:
    return CodeList(age.first, age.last, source.cite, source.tier != "memory", age.next, age.note or "", entries)
