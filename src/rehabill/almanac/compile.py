"""The almanac's YAML and CSV files, read strictly and compiled to one msgpack (`make gen`).

Unknown keys, missing sources, gaps, overlaps and values of the wrong kind are errors that name file and entry:
a law file that is almost right must not load.
"""

import re
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import yaml

from rehabill.almanac import schema
from rehabill.almanac.code_lists import COMPILED as CODE_LISTS
from rehabill.almanac.code_lists import CodeList
from rehabill.almanac.profile import SETTINGS
from rehabill.almanac.read_code_lists import read_code_lists
from rehabill.almanac.read_tables import (
    load_codes,
    load_gpcis,
    load_mue,
    load_pairs,
    load_releases,
    load_rvus,
    read_rows,
    yes,
)
from rehabill.almanac.resolve import profile_of
from rehabill.almanac.schema import FIRST_DAY, FIRST_RELEASE
from rehabill.base.errors import AlmanacError

HERE = Path(__file__).parent
COMPILED = HERE / "almanac.msgpack"
ONE_DAY = timedelta(days=1)


class _UniqueKeys(yaml.SafeLoader):
    """YAML in which a key stated twice is an error instead of a silent overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if key in seen:
                raise AlmanacError(str(key_node.start_mark.name), f"'{key}' is stated twice")
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        try:
            data = yaml.load(file, Loader=_UniqueKeys)
        except yaml.YAMLError as error:
            raise AlmanacError(path.name, f"is not valid YAML ({error})") from None
    if not isinstance(data, dict):
        raise AlmanacError(path.name, "must hold a mapping")
    return data


def _only(where: str, entry: dict[str, Any], required: set[str], optional: set[str]) -> None:
    if not isinstance(entry, dict):
        raise AlmanacError(where, "must be a mapping")
    if missing := required - entry.keys():
        raise AlmanacError(where, f"lacks {', '.join(sorted(missing))}")
    if unknown := entry.keys() - required - optional:
        raise AlmanacError(where, f"has unknown {', '.join(sorted(map(str, unknown)))}")


def _day(where: str, value: Any) -> date:
    if type(value) is not date:
        raise AlmanacError(where, f"{value!r} is not a date written YYYY-MM-DD")
    return value


def _day_or_none(where: str, value: Any) -> date | None:
    return None if value is None else _day(where, value)


_RELEASE = re.compile(r"20\d\d\.(0[1-9]|1[0-2])")


def _known(where: str, entry: dict[str, Any]) -> str:
    """The release that first held it; two digits for the month, so that releases sort as text."""
    known = entry.get("known", FIRST_RELEASE)
    if not isinstance(known, str) or not _RELEASE.fullmatch(known):
        raise AlmanacError(where, f"{known!r}: a release is written like 2026.11, in quotes")
    return known


_KINDS: dict[str, type] = {
    "cents": int, "percent": int, "days": int, "months": int, "count": int, "ten_thousandths": int,
    "flag": bool, "text": str, "codes": str,
}  # fmt: skip


_START = "start"
"""Instead of a first day: in force when the almanac begins, and the real first day is not known to us."""


def _value(where: str, unit: str, entry: dict[str, Any], sources: dict[str, schema.Source]) -> schema.Value:
    _only(where, entry, {"from", "value", "source"}, {"to", "verified", "known"})
    value: Any = entry["value"]
    is_of_unit = type(value) is _KINDS[unit]
    if not is_of_unit:
        raise AlmanacError(where, f"{value!r} is not a {unit}")
    if entry["source"] not in sources:
        raise AlmanacError(where, f"source '{entry['source']}' is not in sources.yaml")
    last = entry.get("to")
    return schema.Value(
        first=FIRST_DAY if entry["from"] == _START else _day(where, entry["from"]),
        last=None if last is None else _day(where, last),
        value=value,
        source=entry["source"],
        verified=entry.get("verified", sources[entry["source"]].tier != "memory"),
        known=_known(where, entry),
        dated=entry["from"] != _START,
    )


def _without_gaps(where: str, values: list[schema.Value]) -> tuple[schema.Value, ...]:
    """Each value lasts until the day before the next of its release; a stated end must meet it exactly."""
    closed: list[schema.Value] = []
    for known in sorted({value.known for value in values}):
        rows = [value for value in values if value.known == known]
        for row, following in zip(rows, [*rows[1:], None], strict=True):
            end = following.first - ONE_DAY if following else row.last
            if following and following.first <= row.first:
                raise AlmanacError(where, f"{following.first} does not come after {row.first}")
            if following and row.last is not None and row.last != end:
                kind = "overlaps" if row.last > following.first - ONE_DAY else "leaves a gap before"
                raise AlmanacError(where, f"the value up to {row.last} {kind} the one from {following.first}")
            if end is not None and end < row.first:
                raise AlmanacError(where, f"ends on {end}, before it begins on {row.first}")
            closed.append(msgspec.structs.replace(row, last=end))
    return tuple(closed)


def load_parameters(folder: Path, sources: dict[str, schema.Source]) -> dict[str, schema.Parameter]:
    parameters: dict[str, schema.Parameter] = {}
    for path in sorted(folder.glob("*.yaml")):
        for name, entry in read_yaml(path).items():
            where = f"{path.name}: {name}"
            _only(where, entry, {"label", "unit", "values"}, set())
            if name in parameters:
                raise AlmanacError(where, "is already stated in another file")
            if entry["unit"] not in _KINDS:
                raise AlmanacError(where, f"unit {entry['unit']!r} is none of {', '.join(_KINDS)}")
            values = [_value(where, entry["unit"], value, sources) for value in entry["values"]]
            if not values:
                raise AlmanacError(where, "has no value")
            parameters[name] = schema.Parameter(entry["label"], entry["unit"], _without_gaps(where, values))
    return parameters


def load_sources(path: Path) -> dict[str, schema.Source]:
    try:
        return {key: msgspec.convert(entry, schema.Source) for key, entry in read_yaml(path).items()}
    except msgspec.ValidationError as error:
        raise AlmanacError(path.name, str(error)) from None


def load_tables(path: Path, sources: dict[str, schema.Source]) -> dict[str, schema.TableAge]:
    tables = {}
    for name, entry in read_yaml(path).items():
        where = f"{path.name}: {name}"
        _only(where, entry, {"covers", "source", "next"}, {"note", "as_of"})
        if entry["source"] not in sources:
            raise AlmanacError(where, f"source '{entry['source']}' is not in sources.yaml")
        first, last = (_day(where, day) for day in entry["covers"])
        as_of = _day(where, entry.get("as_of", first))
        tables[name] = schema.TableAge(first, last, as_of, entry["source"], entry["next"], entry.get("note"))
    return tables


def _settings(
    where: str, entry: dict[str, Any], sources: dict[str, schema.Source]
) -> dict[str, tuple[schema.Setting, ...]]:
    settings = {}
    for name, stated in entry.items():
        if name not in SETTINGS:
            raise AlmanacError(where, f"'{name}' is no setting of a payer profile")
        rows = []
        for row in stated if isinstance(stated, list) else [stated]:
            _only(f"{where}.{name}", row, {"value", "source"}, {"from", "to", "confirm_with_payer", "known"})
            if row["source"] not in sources:
                raise AlmanacError(f"{where}.{name}", f"source '{row['source']}' is not in sources.yaml")
            rows.append(
                schema.Setting(
                    first=_day_or_none(f"{where}.{name}", row.get("from")),
                    last=_day_or_none(f"{where}.{name}", row.get("to")),
                    value=row["value"],
                    source=row["source"],
                    confirm=row.get("confirm_with_payer", False),
                    known=_known(f"{where}.{name}", row),
                )
            )
        settings[name] = tuple(rows)
    return settings


def load_payers(folder: Path, sources: dict[str, schema.Source]) -> dict[str, schema.Payer]:
    """Every profile with what it inherits; a child's setting replaces the parent's whole history of it."""
    raw = {path.stem: read_yaml(path) for path in sorted(folder.glob("*.yaml"))}
    payers: dict[str, schema.Payer] = {}

    def build(name: str, chain: tuple[str, ...]) -> schema.Payer:
        if name in payers:
            return payers[name]
        if name in chain or name not in raw:
            raise AlmanacError(f"payers/{(chain or (name,))[-1]}.yaml", f"cannot extend '{name}'")
        entry, where = raw[name], f"payers/{name}.yaml"
        _only(where, entry, {"label", "family", "settings"}, {"extends"})
        inherited = build(entry["extends"], (*chain, name)).settings if entry.get("extends") else {}
        settings = {**inherited, **_settings(where, entry["settings"], sources)}
        payers[name] = schema.Payer(name, entry["label"], entry["family"], settings)
        return payers[name]

    for name in raw:
        build(name, ())
    return payers


def load_folder(folder: Path = HERE, release: str = FIRST_RELEASE) -> schema.Almanac:
    """The whole almanac from its source files. Raises `AlmanacError`."""
    sources, tables = load_sources(folder / "sources.yaml"), folder / "tables"
    places = read_rows(tables / "places_of_service.csv", "code facility source", "code")
    payers = load_payers(folder / "payers", sources)
    almanac = schema.Almanac(
        release=release,
        sources=sources,
        parameters=load_parameters(folder / "params", sources),
        tables=load_tables(tables / "manifest.yaml", sources),
        codes=load_codes(tables / "codes.csv"),
        mue=load_mue(tables / "mue.csv"),
        pairs=load_pairs(tables / "ptp_pairs.csv"),
        rvus=load_rvus(tables / "rvu.csv"),
        releases=load_releases(tables / "rvu_releases.csv"),
        gpcis=load_gpcis(tables / "gpci.csv"),
        facility_places=frozenset(row["code"] for row in places if yes(f"place {row['code']}", row["facility"])),
        places=frozenset(row["code"] for row in places),
        payers=payers,
    )
    _check_references(almanac, cited=code_list_ages(folder, sources))
    return almanac


def code_list_ages(folder: Path, sources: dict[str, schema.Source]) -> dict[str, schema.TableAge]:
    """Which days each code list speaks for."""
    return load_tables(folder / "tables" / "code_lists.yaml", sources)


def _check_references(almanac: schema.Almanac, cited: dict[str, schema.TableAge]) -> None:
    used = {row.source for row in almanac.codes} | {row.source for row in almanac.mue}
    used |= {row.source for row in almanac.gpcis} | {row.source for row in almanac.releases}
    if unknown := used - almanac.sources.keys():
        raise AlmanacError("tables", f"sources {', '.join(sorted(unknown))} are not in sources.yaml")
    used |= {value.source for parameter in almanac.parameters.values() for value in parameter.values}
    used |= {table.source for table in (*almanac.tables.values(), *cited.values())}
    used |= {row.source for payer in almanac.payers.values() for rows in payer.settings.values() for row in rows}
    if idle := almanac.sources.keys() - used:
        raise AlmanacError("sources.yaml", f"{', '.join(sorted(idle))} is cited by nothing")
    names = {code.code for code in almanac.codes}
    for code in almanac.codes:
        others = {*code.successors, *([code.add_on_to] if code.add_on_to else [])}
        if strays := others - names:
            raise AlmanacError(f"codes.csv {code.code}", f"{', '.join(sorted(strays))} is not in the table")
    releases = {row.release for row in almanac.releases}
    if stray := {row.release for row in almanac.rvus} - releases:
        raise AlmanacError("rvu.csv", f"releases {', '.join(sorted(stray))} are not in rvu_releases.csv")
    for payer in almanac.payers.values():
        for on in _days_of(payer):
            profile_of(payer, on, almanac.release)


def _days_of(payer: schema.Payer) -> list[date]:
    """The days on which something of a profile may change: on each of them every setting must have a value."""
    rows = [row for settings in payer.settings.values() for row in settings]
    days = {FIRST_DAY} | {row.first for row in rows if row.first}
    days |= {row.last + ONE_DAY for row in rows if row.last}
    return sorted(day for day in days if day >= FIRST_DAY)


def encode(law: object) -> bytes:
    """Deterministic bytes: sets and keys in order."""
    return msgspec.msgpack.encode(law, order="deterministic")


def load_code_lists(folder: Path = HERE) -> dict[str, CodeList]:
    """The code lists from their source files. Raises `AlmanacError`."""
    sources = load_sources(folder / "sources.yaml")
    return read_code_lists(folder / "tables", code_list_ages(folder, sources), sources)


def write_or_check(path: Path, data: bytes, check: bool) -> int:
    """Write a compiled file; or say, as an exit code, whether it is what its sources say."""
    if not check:
        path.write_bytes(data)
    elif not path.exists() or path.read_bytes() != data:
        print(f"{path.name} is not what its source files say: run `make gen`", file=sys.stderr)
        return 1
    return 0


def main(arguments: list[str]) -> int:
    """`python -m rehabill.almanac.compile [--check]`: write the compiled file, or say whether it is current."""
    check = "--check" in arguments
    compiled = ((COMPILED, load_folder()), (HERE / CODE_LISTS, load_code_lists()))
    return max(write_or_check(path, encode(law), check) for path, law in compiled)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
