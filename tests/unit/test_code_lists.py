"""The code lists: what they say of a code on a day, held against the files they were made from.

The days of the examples are written out by hand from the publishers' lists. Files beside the checkout (`../shared`)
are compared with where they are there; where not, the test is skipped and says so.
"""

import csv
import datetime as dt
import gzip
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from rehabill.almanac import code_lists
from rehabill.almanac import compile as compiler
from rehabill.almanac.code_lists import SHAPES, CodeStatus
from rehabill.base.errors import AlmanacError

LISTS = code_lists.load()
FOLDER = Path(compiler.__file__).parent
DATA = Path(__file__).parents[3] / "shared" / "data"
PUBLISHED = DATA / "northstar__CARC_RARC_GROUP_2024-06.csv"
TAXONOMY = DATA / "nucc_taxonomy_251.csv.gz"
needs_published = pytest.mark.skipif(not PUBLISHED.is_file(), reason=f"the published list is not there ({PUBLISHED})")
needs_taxonomy = pytest.mark.skipif(not TAXONOMY.is_file(), reason=f"the published list is not there ({TAXONOMY})")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# --- answers --------------------------------------------------------------------------------------------

ANSWERS = [
    ("carc", "45", "2024-01-01", "valid"),
    ("carc", "45", "1995-01-01", "valid"),
    ("carc", "45", "1994-12-31", "no_data"),
    # 253, sequestration
    ("carc", "253", "2013-06-02", "valid"),
    ("carc", "253", "2013-06-01", "unknown"),
    # the newest of the list
    ("carc", "306", "2023-11-01", "valid"),
    ("carc", "306", "2023-10-31", "unknown"),
    # 15 may be used through its stop date
    ("carc", "15", "2018-05-01", "valid"),
    ("carc", "15", "2018-05-02", "ended"),
    ("carc", "15", "2026-11-23", "ended"),
    ("carc", "999", "2024-06-30", "unknown"),
    ("carc", "999", "2024-07-01", "no_data"),
    ("carc", "45", "2026-11-23", "valid"),
    ("carc", "045", "2024-01-01", "unknown"),
    ("carc", "co45", "2024-01-01", "malformed"),
    ("carc", "ZZZ", "2026-01-01", "malformed"),
    ("carc", "", "2026-01-01", "malformed"),
    ("rarc", "N851", "2024-01-01", "valid"),
    ("rarc", "N895", "2024-03-01", "valid"),
    ("rarc", "N895", "2024-02-29", "unknown"),
    ("rarc", "N999", "2024-06-30", "unknown"),
    ("rarc", "N999", "2024-07-01", "no_data"),
    ("rarc", "X12", "2024-01-01", "malformed"),
    ("group", "PR", "2026-01-01", "valid"),
    ("group", "XX", "2026-01-01", "unknown"),
    ("claim_status_category", "A7", "2002-10-31", "valid"),
    ("claim_status_category", "A7", "2002-10-30", "unknown"),
    ("claim_status_category", "F3N", "2024-01-01", "valid"),
    ("claim_status_category", "RQ", "2008-01-01", "valid"),
    ("claim_status_category", "RQ", "2008-01-02", "ended"),
    ("claim_status_category", "A9", "2024-11-01", "unknown"),
    ("claim_status_category", "A9", "2024-11-02", "no_data"),
    ("claim_status", "562", "2026-01-01", "valid"),
    ("claim_status", "4", "2008-07-01", "valid"),
    ("claim_status", "4", "2008-07-02", "ended"),
    ("claim_status", "899", "2017-11-01", "unknown"),
    ("claim_status", "899", "2017-11-02", "no_data"),
    ("claim_status", "A7", "2017-11-01", "malformed"),
    ("claim_filing", "MB", "2026-01-01", "valid"),
    ("claim_filing", "09", "2026-01-01", "unknown"),
    ("taxonomy", "225100000X", "2026-01-01", "valid"),
    ("taxonomy", "225100000Y", "2026-01-01", "malformed"),
    ("taxonomy", "225199999X", "2026-03-31", "unknown"),
    ("taxonomy", "225199999X", "2026-04-01", "no_data"),
    # new in the release of 2019-01-01, in effect three months later
    ("taxonomy", "2083A0300X", "2019-04-01", "valid"),
    ("taxonomy", "2083A0300X", "2019-03-31", "unknown"),
    # marked inactive on 2023-01-01; the list itself names the last day
    ("taxonomy", "246YC3301X", "2023-03-31", "valid"),
    ("taxonomy", "246YC3301X", "2023-04-01", "ended"),
    ("state", "OH", "2026-01-01", "valid"),
    ("state", "PR", "2026-01-01", "valid"),
    ("state", "AE", "2026-01-01", "valid"),
    ("state", "QC", "2026-01-01", "valid"),
    ("state", "ZZ", "2026-01-01", "unknown"),
    ("state", "oh", "2026-01-01", "malformed"),
    ("country", "US", "2026-01-01", "valid"),
    ("country", "UK", "2026-01-01", "unknown"),
    ("currency", "USD", "2026-01-01", "valid"),
    ("currency", "USX", "2026-01-01", "unknown"),
    ("pos", "11", "2026-01-01", "valid"),
    ("pos", "98", "2026-01-01", "unknown"),
    ("pos", "98", "2027-01-01", "no_data"),
    ("pos", "1", "2026-01-01", "malformed"),
]


@pytest.mark.parametrize(("name", "code", "on", "status"), ANSWERS)
def test_a_code_on_a_day(name: str, code: str, on: str, status: str) -> None:
    assert LISTS.status(name, code, day(on)) == status


@pytest.mark.parametrize("name", LISTS.names)
def test_every_list_answers_around_its_days(name: str) -> None:
    first, last = LISTS.covers(name)
    free = {"carc": "998", "rarc": "N998", "group": "QQ", "claim_status_category": "Z99", "claim_status": "998",
            "claim_filing": "Q9", "taxonomy": "999999999X", "state": "QQ", "country": "QQ", "currency": "QQQ",
            "pos": "00"}[name]  # fmt: skip
    answers = [LISTS.status(name, free, on) for on in (first - dt.timedelta(1), first, last, last + dt.timedelta(1))]
    assert answers == ["no_data", "unknown", "unknown", "no_data"]
    assert LISTS.status(name, free.lower() + "!", last) is CodeStatus.MALFORMED


@pytest.mark.parametrize("name", LISTS.names)
def test_the_day_before_and_the_day_of(name: str) -> None:
    """Of every code with days: not before its first, through its last, ended the day after."""
    first, _ = LISTS.covers(name)
    for code in LISTS.codes(name):
        entry = LISTS.entry(name, code)
        assert entry is not None
        if entry.first is not None:
            assert LISTS.status(name, code, entry.first) is CodeStatus.VALID, code
            before = LISTS.status(name, code, entry.first - dt.timedelta(1))
            assert before is (CodeStatus.UNKNOWN if entry.first > first else CodeStatus.NO_DATA), code
        if entry.last is not None:
            if entry.last >= first:
                assert LISTS.status(name, code, entry.last) is CodeStatus.VALID, code
            assert LISTS.status(name, code, entry.last + dt.timedelta(1)) is CodeStatus.ENDED, code


def test_a_name_that_is_no_list_is_an_error_that_names_the_lists() -> None:
    with pytest.raises(AlmanacError, match=r"is no code list; there are .*carc"):
        LISTS.status("carcs", "45", day("2026-01-01"))


def test_meanings_are_words_or_nothing() -> None:
    assert LISTS.meaning("carc", "119") == "benefit limit for the period is used up"
    assert LISTS.meaning("claim_status_category", "A2") == "accepted into the payer's system"
    assert LISTS.meaning("state", "OH") == "Ohio"
    assert LISTS.meaning("carc", "74") == ""
    assert LISTS.meaning("carc", "ZZZ") == ""
    assert LISTS.entry("carc", "ZZZ") is None


def test_an_alert_explains_no_adjustment() -> None:
    alerts = {code for code in LISTS.codes("rarc") if (entry := LISTS.entry("rarc", code)) and entry.alert}
    assert {"MA01", "MA13", "N781"} <= alerts
    assert not {"M141", "N851", "MA130"} & alerts


def test_a_list_tells_its_source_and_its_age() -> None:
    within, after = LISTS.cite("carc", day("2024-06-30")), LISTS.cite("carc", day("2024-07-01"))
    assert within.name == "table.carc" and "June 2024" in within.source and within.table_age is None
    assert after.table_age is not None and "covers 1995-01-01 to 2024-06-30" in after.table_age
    assert not LISTS.cite("state", day("2026-01-01")).verified


# --- the files ------------------------------------------------------------------------------------------


def test_the_compiled_lists_are_what_the_files_say() -> None:
    assert compiler.encode(compiler.load_code_lists()) == (FOLDER / code_lists.COMPILED).read_bytes()
    assert set(LISTS.names) == set(SHAPES)


def test_coding_does_not_load_the_lists() -> None:
    asks = "import sys, rehabill.almanac.load as law; law.load(); print('rehabill.almanac.code_lists' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


class Folder:
    """A copy of the shipped tables, to be spoilt in one place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        shutil.copytree(FOLDER / "tables" / "code_lists", path / "tables" / "code_lists")
        for name in ("tables/code_lists.yaml", "tables/places_of_service.csv", "sources.yaml"):
            shutil.copy(FOLDER / name, path / name)

    def change(self, name: str, old: str, new: str) -> None:
        file = self.path / "tables" / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def add(self, name: str, row: str) -> None:
        file = self.path / "tables" / "code_lists" / name
        file.write_text(file.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")

    def file(self, name: str) -> Path:
        return self.path / "tables" / "code_lists" / name


MISTAKES: list[tuple[str, Callable[[Folder], object], str]] = [
    ("a code of another form", lambda f: f.add("carc.csv", "co45,,,"), "carc.csv co45: has not the form"),
    ("a code twice", lambda f: f.add("group.csv", "CO,,,"), "says again what row"),
    ("an end before the start", lambda f: f.add("carc.csv", "998,2020-01-02,2020-01-01,"), "before it begins"),
    ("a day that is none", lambda f: f.add("carc.csv", "998,2020-13-01,,"), "is not a date"),
    ("a copied description", lambda f: f.add("carc.csv", "998,,," + "word " * 30), "longer than 90 characters"),
    ("a remark that is neither alert nor not", lambda f: f.add("rarc.csv", "N998,,,,"), "must be y or n"),
    ("a row that is too short", lambda f: f.add("rarc.csv", "N998,,,"), "must have 5 cells"),
    ("other columns", lambda f: f.change("code_lists/state.csv", "meaning", "name"), "columns must be"),
    ("a file that is no list", lambda f: f.file("zips.csv").write_text("code\n"), "zips: a list needs"),
    ("a list without a file", lambda f: f.file("carc.csv").unlink(), "carc: a list needs a file"),
    (
        "a list without days",
        lambda f: f.change("code_lists.yaml", "pos:", "place:"),
        "place, pos: a list needs the days",
    ),
    ("a source nobody states", lambda f: f.change("code_lists.yaml", "source: x222a1", "source: x"), "'x' is not in"),
]


@pytest.mark.parametrize(("spoil", "words"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_one_mistake_is_one_error_with_words(tmp_path: Path, spoil: Callable[[Folder], object], words: str) -> None:
    (tmp_path / "tables").mkdir()
    folder = Folder(tmp_path)
    compiler.load_code_lists(tmp_path)
    spoil(folder)
    with pytest.raises(AlmanacError, match=re.escape(words)):
        compiler.load_code_lists(tmp_path)


# --- held against what others publish --------------------------------------------------------------------


def published(kind: str) -> dict[str, dict[str, str]]:
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        return {row["adj_code"]: row for row in csv.DictReader(file) if row["adj_type"] == kind}


@needs_published
@pytest.mark.parametrize(("name", "kind"), [("carc", "CARC"), ("rarc", "RARC"), ("group", "Group")])
def test_codes_and_days_are_the_published_ones(name: str, kind: str) -> None:
    theirs = published(kind)
    assert set(LISTS.codes(name)) == theirs.keys()
    for code, row in theirs.items():
        entry = LISTS.entry(name, code)
        assert entry is not None
        assert (entry.first or "", entry.last or "") == (
            day(row["adj_start_date"]) if row["adj_start_date"] else "",
            day(row["adj_end_date"]) if row["adj_end_date"] else "",
        ), code
        assert entry.alert == row["adj_description"].startswith("Alert"), code


@needs_published
@pytest.mark.parametrize(("name", "kind"), [("carc", "CARC"), ("rarc", "RARC")])
def test_no_meaning_is_copied(name: str, kind: str) -> None:
    """No run of six words, and no whole meaning of three, stands in the publisher's text."""
    for code, row in published(kind).items():
        ours, theirs = words_of(LISTS.meaning(name, code)), f" {' '.join(words_of(row['adj_description']))} "
        size = min(6, max(len(ours), 3))
        runs = [" ".join(ours[at : at + size]) for at in range(len(ours) - size + 1)]
        assert not [run for run in runs if f" {run} " in theirs], code


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


@needs_taxonomy
def test_taxonomy_codes_are_the_published_ones() -> None:
    with gzip.open(TAXONOMY, "rt", encoding="latin-1", newline="") as file:
        rows = {row["Code"]: row["Notes"] for row in csv.DictReader(file)}
    assert set(LISTS.codes("taxonomy")) == rows.keys()
    for code, notes in rows.items():
        entry = LISTS.entry("taxonomy", code)
        assert entry is not None and (entry.last is not None) == ("marked inactive" in notes), code
        stated = re.search(r"Deactivation Date: (\d+)/(\d+)/(\d+)", notes)
        if stated:
            month, last, year = map(int, stated.groups())
            assert entry.last == dt.date(year, month, last), code


def oracle(name: str) -> set[str]:
    """A list of pyx12, which the tests install."""
    root = ET.fromstring(files("pyx12").joinpath("map", "codes.xml").read_text(encoding="utf-8"))
    (found,) = (item for item in root.iter("codeset") if item.findtext("id") == name)
    return {code.text or "" for code in found.iter("code")}


def test_another_librarys_lists_agree() -> None:
    """What differs is old (Newfoundland and Quebec by their former letters, countries that are gone) or newer here."""
    assert set(LISTS.codes("claim_status_category")) == oracle("claim_status_cat")
    assert set(LISTS.codes("claim_status")) - oracle("claim_status") == {str(n) for n in range(772, 800) if n != 797}
    assert oracle("claim_status") <= set(LISTS.codes("claim_status"))
    assert oracle("remark_code") <= set(LISTS.codes("rarc"))
    assert oracle("states") - set(LISTS.codes("state")) == {"NF", "PQ"}
    assert set(LISTS.codes("state")) - oracle("states") == {"NL", "NU", "PW", "QC"}
    assert oracle("country") - set(LISTS.codes("country")) == {"AN", "TP", "YU"}
    assert oracle("pos") <= set(LISTS.codes("pos"))
