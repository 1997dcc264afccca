"""The strict loader: one mistake in a small almanac at a time, and the words a person gets for it.

The small almanac is built in a temporary folder: one parameter, one payer, one row in each table.
"""

import datetime as dt
import importlib.resources
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehabill.almanac import compile as compiler
from rehabill.almanac.edition import Almanac
from rehabill.almanac.profile import SETTINGS
from rehabill.base.errors import AlmanacError, NotInForce

REAL = Path(str(importlib.resources.files("rehabill.almanac")))
FIRST_ROWS = {
    "codes.csv": {
        "code": "97110", "name": "Exercise", "disciplines": "PT|OT", "therapy": "always", "basis": "quarter_hour",
        "unit_minutes": "15", "direct_contact": "y", "evaluation": "n", "unlisted": "n", "source": "law",
        "verified": "n",
    },
    "mue.csv": {"code": "97110", "release": "2024-07-01", "value": "6", "mai": "3", "source": "law"},
    "ptp_pairs.csv": {"column1": "97150", "column2": "97110", "indicator": "1", "last_day": ""},
    "rvu.csv": {
        "code": "97110", "release": "r1", "work": "0.45", "nonfacility_pe": "0.41", "facility_pe": "0.41", "mp": "0.01",
        "mppr_indicator": "5", "status": "A", "pctc_indicator": "7",
    },
    "rvu_releases.csv": {"release": "r1", "effective": "2026-07-01", "source": "law"},
    "gpci.csv": {
        "locality": "10112-00", "state": "AL", "name": "ALABAMA", "effective": "2026-01-01", "work": "1", "pe": "0.875",
        "mp": "0.566", "source": "law",
    },
    "places_of_service.csv": {"code": "11", "facility": "n", "source": "law"},
}  # fmt: skip
VALUE = {"from": dt.date(2025, 1, 1), "value": 50, "source": "law"}


class Folder:
    """A small almanac that loads, to be spoilt in one place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name in ("params", "payers", "tables"):
            (path / name).mkdir()
        self.yaml("sources.yaml", {"law": {"cite": "A law", "tier": "official"}})
        self.values([VALUE])
        real = yaml.safe_load((REAL / "payers" / "commercial.yaml").read_text(encoding="utf-8"))
        for row in real["settings"].values():
            row["source"] = "law"
        self.payer = real
        self.yaml("payers/plan.yaml", real)
        table = {"covers": [dt.date(2025, 1, 1), dt.date(2026, 12, 31)], "source": "law", "next": "the next file"}
        self.yaml("tables/manifest.yaml", {"rvu": table})
        self.yaml("tables/code_lists.yaml", {})
        for name, row in FIRST_ROWS.items():
            columns = (REAL / "tables" / name).read_text(encoding="utf-8").split("\n", 1)[0].strip()
            self.text(f"tables/{name}", columns + "\n" + self.row(columns, row))

    @staticmethod
    def row(columns: str, row: dict[str, str]) -> str:
        return ",".join(f'"{row.get(name, "")}"' for name in columns.split(",")) + "\n"

    def text(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")

    def append(self, name: str, text: str) -> None:
        self.text(name, self.read(name) + text)

    def yaml(self, name: str, data: Any) -> None:
        self.text(name, yaml.safe_dump(data, sort_keys=False))

    def values(self, rows: list[dict[str, Any]], unit: str = "percent", **more: Any) -> None:
        self.yaml("params/p.yaml", {"a.percent": {"label": "A percentage", "unit": unit, "values": rows, **more}})

    def setting(self, name: str, row: Any) -> None:
        self.yaml("payers/plan.yaml", {**self.payer, "settings": {**self.payer["settings"], name: row}})

    def cell(self, table: str, column: str, value: str) -> None:
        columns = self.read(f"tables/{table}").split("\n", 1)[0]
        assert column in columns.split(",")
        self.text(f"tables/{table}", columns + "\n" + self.row(columns, {**FIRST_ROWS[table], column: value}))

    def load(self, release: str = compiler.FIRST_RELEASE) -> Almanac:
        return Almanac(compiler.load_folder(self.path, release))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_the_small_almanac_loads(folder: Folder) -> None:
    edition = folder.load().edition("plan", dt.date(2026, 3, 4))
    assert edition.value("a.percent") == 50
    assert edition.profile.units_rule == "ama_midpoint"
    assert edition.rvus["97110"].carried_back


def test_before_its_first_day_a_value_is_not_in_force(folder: Folder) -> None:
    with pytest.raises(NotInForce, match="holds 2025-01-01 to today"):
        folder.load().edition("plan", dt.date(2024, 12, 31)).value("a.percent")


def _twice(folder: Folder) -> None:
    folder.append("params/p.yaml", folder.read("params/p.yaml"))


def _first(row: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    return [{**row, **changes}, {"from": dt.date(2026, 1, 1), "value": 40, "source": "law"}]


def _without(row: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key}


MISTAKES: list[tuple[str, Callable[[Folder], object], str]] = [
    ("a key stated twice", _twice, "'a.percent' is stated twice"),
    ("text that is no YAML", lambda f: f.text("params/p.yaml", "a: [1, 2"), r"p\.yaml"),
    ("a file that holds a list", lambda f: f.yaml("params/p.yaml", ["a"]), "must hold a mapping"),
    ("an unknown key of a value", lambda f: f.values([{**VALUE, "until": dt.date(2026, 1, 1)}]), "has unknown until"),
    ("an unknown key of a parameter", lambda f: f.values([VALUE], note="x"), "has unknown note"),
    ("a value without a source", lambda f: f.values([_without(VALUE, "source")]), "lacks source"),
    ("a value without a first day", lambda f: f.values([_without(VALUE, "from")]), "lacks from"),
    ("a source nobody cites", lambda f: f.values([{**VALUE, "source": "rumour"}]), "'rumour' is not in sources.yaml"),
    ("an overlap", lambda f: f.values(_first(VALUE, to=dt.date(2026, 1, 1))), "overlaps the one from 2026-01-01"),
    ("a gap", lambda f: f.values(_first(VALUE, to=dt.date(2025, 12, 30))),
     "leaves a gap before the one from 2026-01-01"),
    ("two values from one day", lambda f: f.values([VALUE, VALUE]), "2025-01-01 does not come after 2025-01-01"),
    ("a value that ends first", lambda f: f.values([{**VALUE, "to": dt.date(2024, 1, 1)}]),
     "before it begins on 2025-01-01"),
    ("text for a percentage", lambda f: f.values([{**VALUE, "value": "50"}]), "'50' is not a percent"),
    ("a flag for a percentage", lambda f: f.values([{**VALUE, "value": True}]), "True is not a percent"),
    ("a number for a flag", lambda f: f.values([{**VALUE, "value": 1}], unit="flag"), "1 is not a flag"),
    ("a fraction for cents", lambda f: f.values([{**VALUE, "value": 1.5}], unit="cents"), "1.5 is not a cents"),
    ("an unknown unit", lambda f: f.values([VALUE], unit="furlongs"), "unit 'furlongs' is none of"),
    ("a parameter without values", lambda f: f.values([]), "has no value"),
    ("a date that is text", lambda f: f.values([{**VALUE, "from": "1/1/2025"}]), "is not a date written YYYY-MM-DD"),
    ("a release that sorts wrongly", lambda f: f.values([{**VALUE, "known": 2026.1}]),
     "a release is written like 2026.11"),
    ("a source of no tier", lambda f: f.yaml("sources.yaml", {"law": {"cite": "A law", "tier": "hearsay"}}),
     "hearsay"),
    ("an unknown setting", lambda f: f.setting("lunch_break", {"value": True, "source": "law"}),
     "'lunch_break' is no setting of a payer profile"),
    ("a setting of no known value", lambda f: f.setting("mppr", {"value": "half", "source": "law"}), "half"),
    ("a setting without a source", lambda f: f.setting("mppr", {"value": "none"}), "lacks source"),
    ("a setting's day that is none", lambda f: f.setting("mppr", {"value": "none", "source": "law", "from": "spring"}),
     "is not a date written YYYY-MM-DD"),
    ("a setting that is missing for a year", lambda f: f.setting("mppr", [
        {"value": "none", "source": "law", "to": dt.date(2023, 12, 31)},
        {"value": "none", "source": "law", "from": dt.date(2025, 1, 1)}]), "mppr"),
    ("a payer that extends nothing", lambda f: f.yaml("payers/plan.yaml", {**f.payer, "extends": "nobody"}),
     "cannot extend 'nobody'"),
    ("a payer that extends itself", lambda f: f.yaml("payers/plan.yaml", {**f.payer, "extends": "plan"}),
     "cannot extend 'plan'"),
    ("a payer without a label", lambda f: f.yaml("payers/plan.yaml", _without(f.payer, "label")), "lacks label"),
    ("a payer of no known family", lambda f: f.yaml("payers/plan.yaml", {**f.payer, "family": "club"}), "club"),
    ("wrong columns", lambda f: f.text("tables/mue.csv", "code,value\n97110,6\n"), "columns must be: code release"),
    ("a short row", lambda f: f.append("tables/mue.csv", "97112,2024-07-01\n"), r"mue\.csv row 3: must have 5 cells"),
    ("a long row", lambda f: f.append("tables/mue.csv", "97112,2024-07-01,4,3,law,x\n"), "row 3: must have 5 cells"),
    ("a value that is no decimal", lambda f: f.cell("rvu.csv", "work", "n/a"), "'n/a' is not a decimal"),
    ("a value with too many places", lambda f: f.cell("rvu.csv", "work", "0.455"), "at most 2 places"),
    ("an index that is no decimal", lambda f: f.cell("gpci.csv", "pe", "0,875"), "is not a decimal"),
    ("a limit that is no number", lambda f: f.cell("mue.csv", "value", "six"),
     r"mue\.csv.*'six' is not a whole number"),
    ("an indicator that is no number", lambda f: f.cell("ptp_pairs.csv", "indicator", "yes"),
     r"ptp_pairs\.csv.*'yes' is not a whole number"),
    ("a table's day that is none", lambda f: f.cell("mue.csv", "release", "07/01/2024"),
     r"mue\.csv.*is not a date written YYYY-MM-DD"),
    ("a code's last day that is none", lambda f: f.cell("codes.csv", "last_day", "2017"),
     r"codes\.csv.*is not a date written YYYY-MM-DD"),
    ("a flag that is neither y nor n", lambda f: f.cell("codes.csv", "direct_contact", "yes"), "must be y or n"),
    ("a code twice", lambda f: f.append("tables/codes.csv", f.read("tables/codes.csv").split("\n")[1] + "\n"),
     "says again what row 2 says"),
    ("a basis that is none", lambda f: f.cell("codes.csv", "basis", "half_hour"), "half_hour"),
    ("an add-on without its base", lambda f: f.cell("codes.csv", "add_on_to", "97999"),
     "97999 is not in the table"),
    ("a release that is not listed", lambda f: f.cell("rvu.csv", "release", "r9"), "releases r9 are not in"),
    ("a row's source nobody cites", lambda f: f.cell("gpci.csv", "source", "rumour"), "sources rumour are not in"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "words"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_one_mistake_is_one_error_with_words(folder: Folder, spoil: Callable[[Folder], object], words: str) -> None:
    spoil(folder)
    with pytest.raises(AlmanacError, match=words):
        folder.load()


def test_two_files_may_not_state_one_parameter(folder: Folder) -> None:
    folder.text("params/q.yaml", folder.read("params/p.yaml"))
    with pytest.raises(AlmanacError, match="already stated in another file"):
        folder.load()


def test_two_payers_may_not_extend_each_other(folder: Folder) -> None:
    folder.yaml("payers/plan.yaml", {**folder.payer, "extends": "other"})
    folder.yaml("payers/other.yaml", {**folder.payer, "extends": "plan"})
    with pytest.raises(AlmanacError, match="cannot extend"):
        folder.load()


@pytest.mark.parametrize("name", SETTINGS)
def test_a_payer_states_every_setting(folder: Folder, name: str) -> None:
    settings = _without(folder.payer["settings"], name)
    folder.yaml("payers/plan.yaml", {**folder.payer, "settings": settings})
    with pytest.raises(AlmanacError, match=name):
        folder.load()


def test_a_child_takes_what_it_does_not_state(folder: Folder) -> None:
    child = {"label": "A child", "family": "commercial", "extends": "plan", "settings": {}}
    child["settings"] = {"units_rule": {"value": "cms_8_minute", "source": "law"}}
    folder.yaml("payers/child.yaml", child)
    profile = folder.load().edition("child", dt.date(2026, 3, 4)).profile
    assert (profile.units_rule, profile.unattended_stimulation, profile.name) == ("cms_8_minute", "97014", "child")


def test_a_setting_changes_on_its_day(folder: Folder) -> None:
    folder.setting("assistant_modifier", [
        {"value": False, "source": "law", "to": dt.date(2024, 2, 29)},
        {"value": True, "source": "law", "from": dt.date(2024, 3, 1)},
    ])  # fmt: skip
    almanac = folder.load()
    assert almanac.edition("plan", dt.date(2024, 2, 29)).profile.assistant_modifier is False
    assert almanac.edition("plan", dt.date(2024, 3, 1)).profile.assistant_modifier is True


# --- two time axes --------------------------------------------------------------------------------------


def test_a_correction_answers_anew_and_the_old_release_still_answers_as_it_did(folder: Folder) -> None:
    folder.values(
        [
            VALUE,
            {"from": dt.date(2026, 1, 1), "value": 40, "source": "law"},
            {**VALUE, "to": dt.date(2025, 12, 31), "value": 55, "known": "2026.12"},
        ]
    )
    almanac = folder.load("2026.12")
    then, now = dt.date(2025, 6, 1), dt.date(2026, 6, 1)
    assert almanac.edition("plan", then).value("a.percent") == 55
    assert almanac.edition("plan", then, "2026.11").value("a.percent") == 50
    assert almanac.edition("plan", now).value("a.percent") == 40
    assert almanac.edition("plan", now, "2026.11").value("a.percent") == 40
    assert almanac.edition("plan", then).stamp(then) == "plan@2025-06-01+2026.12"
    assert almanac.edition("plan", then, "2026.11").stamp(then) == "plan@2025-06-01+2026.11"


def test_an_old_release_does_not_know_a_later_value(folder: Folder) -> None:
    later = {"from": dt.date(2027, 1, 1), "value": 60, "source": "law", "known": "2026.12"}
    folder.values([{**VALUE, "to": dt.date(2026, 12, 31)}, later])
    almanac = folder.load("2026.12")
    assert almanac.edition("plan", dt.date(2027, 1, 1)).value("a.percent") == 60
    with pytest.raises(NotInForce):
        almanac.edition("plan", dt.date(2027, 1, 1), "2026.11").value("a.percent")


def test_a_corrected_setting_has_two_answers_too(folder: Folder) -> None:
    folder.setting("units_rule", [
        {"value": "ama_midpoint", "source": "law"},
        {"value": "cms_8_minute", "source": "law", "known": "2026.12"},
    ])  # fmt: skip
    almanac = folder.load("2026.12")
    on = dt.date(2026, 3, 4)
    assert almanac.edition("plan", on).profile.units_rule == "cms_8_minute"
    assert almanac.edition("plan", on, "2026.11").profile.units_rule == "ama_midpoint"


def test_the_same_files_compile_to_the_same_bytes(folder: Folder) -> None:
    once, again = (compiler.encode(compiler.load_folder(folder.path)) for _ in range(2))
    assert once == again
