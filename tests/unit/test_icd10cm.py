"""The dated ICD-10-CM table: what the shipped file says, and how it is built and asked."""

import hashlib
import importlib.util
import lzma
import struct
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rehabill.almanac import icd10cm
from rehabill.almanac.icd10cm import DiagnosisStatus, Icd10cm, Table
from rehabill.base.errors import AlmanacError

ROOT = Path(__file__).parents[2]
TABLES = Path(icd10cm.__file__).parent / "tables"
BILLABLE, HEADER, NOT_VALID, NO_DATA, MALFORMED = DiagnosisStatus
DAY = timedelta(days=1)


def _tool() -> ModuleType:
    """The generator, which is a script and in no package."""
    if "build_icd10cm" not in sys.modules:
        spec = importlib.util.spec_from_file_location("build_icd10cm", ROOT / "tools" / "build_icd10cm.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["build_icd10cm"] = module
        spec.loader.exec_module(module)
    return sys.modules["build_icd10cm"]


build = _tool()
shipped = icd10cm.load()


def _shipped_table() -> Table:
    data = lzma.decompress((TABLES / "icd10cm.bin").read_bytes())
    return msgspec.msgpack.decode(data, type=Table)


# --- the shipped table against what is known of ICD-10-CM ----------------------------------------------

BY_HAND = [
    ("S83.511D", BILLABLE, "sprain of ACL of right knee, subsequent encounter: all seven characters"),
    ("S83.511", HEADER, "category S83 asks for a seventh character A, D or S"),
    ("S83.51", HEADER, "the knee is not named"),
    ("S83.511G", NOT_VALID, "G belongs to fractures; S83 takes A, D and S only"),
    ("M25.561", BILLABLE, "pain in right knee"),
    ("M25.56", HEADER, "pain in knee, the side is missing"),
    ("Z47.1", BILLABLE, "aftercare following joint replacement surgery"),
    ("Z96.651", BILLABLE, "presence of right artificial knee joint"),
    ("M62.81", BILLABLE, "muscle weakness (generalized)"),
    ("R26.89", BILLABLE, "other abnormalities of gait and mobility"),
    ("M75.101", BILLABLE, "rotator cuff tear of right shoulder, not traumatic"),
    ("M54", HEADER, "category of dorsalgia"),
    ("I10", BILLABLE, "three characters, and complete"),
    ("S72.001D", BILLABLE, "fracture of neck of right femur, subsequent, routine healing"),
    ("S72.001A", BILLABLE, "the same, initial encounter"),
    ("S72.001", HEADER, "a fracture without its seventh character"),
    ("W01.0XXD", BILLABLE, "fall on same level: two placeholders before the seventh character"),
    ("W01.0", HEADER, "what W01.0XXD stands under"),
    ("W01.0D", NOT_VALID, "the extension must be the seventh character, so the places are filled with X"),
    ("T36.0X", HEADER, "here X is printed: poisoning by penicillins, the intent follows"),
    ("T36.0X1A", BILLABLE, "the same, accidental, initial encounter"),
    ("M1A.00X0", BILLABLE, "third character a letter; chronic gout, without tophus"),
    ("M1A.00", HEADER, "chronic gout without its seventh character"),
    ("M25.569", BILLABLE, "knee of unspecified side is poor coding and still a valid code"),
    ("M25.564", NOT_VALID, "there is no such side"),
    ("Z99.99", NOT_VALID, "never was a code"),
    ("V57.1", HEADER, "ICD-9-CM's physical therapy; here a passenger's accident, A, D or S to follow"),
    ("719.46", MALFORMED, "ICD-9-CM's pain in knee: no letter"),
]


@pytest.mark.parametrize(("code", "expected", "reason"), BY_HAND, ids=[row[0] for row in BY_HAND])
def test_codes_known_by_hand(code: str, expected: DiagnosisStatus, reason: str) -> None:
    assert shipped.status(code, date(2025, 3, 3)) is expected, reason


CHANGES = [
    ("M54.5", date(2021, 10, 1), BILLABLE, HEADER, "low back pain split in three"),
    ("M54.50", date(2021, 10, 1), NOT_VALID, BILLABLE, "low back pain, unspecified"),
    ("M54.51", date(2021, 10, 1), NOT_VALID, BILLABLE, "vertebrogenic low back pain"),
    ("M54.59", date(2021, 10, 1), NOT_VALID, BILLABLE, "other low back pain"),
    ("M51.36", date(2024, 10, 1), BILLABLE, HEADER, "lumbar disc degeneration split by kind of pain"),
    ("M51.360", date(2024, 10, 1), NOT_VALID, BILLABLE, "with discogenic back pain only"),
    ("R51", date(2020, 10, 1), BILLABLE, HEADER, "headache split in R51.0 and R51.9"),
    ("U07.1", date(2020, 4, 1), NOT_VALID, BILLABLE, "COVID-19, out of season"),
    ("U07", date(2020, 4, 1), NOT_VALID, HEADER, "its category came with it"),
    ("M35.8", date(2021, 1, 1), BILLABLE, HEADER, "M35.81 and M35.89 came on 1 January"),
    ("Z28.3", date(2022, 4, 1), BILLABLE, HEADER, "underimmunization for COVID-19 on 1 April"),
    ("Z59.1", date(2023, 4, 1), BILLABLE, HEADER, "inadequate housing split on 1 April"),
    ("M62.84", date(2016, 10, 1), NOT_VALID, BILLABLE, "sarcopenia"),
    ("T84.040A", date(2016, 10, 1), BILLABLE, NOT_VALID, "periprosthetic fractures moved to M97"),
    ("M97.01XA", date(2016, 10, 1), NOT_VALID, BILLABLE, "where they moved"),
    ("T40.4X1A", date(2020, 10, 1), BILLABLE, NOT_VALID, "synthetic narcotics: fentanyl and tramadol apart"),
    ("T40.4X", date(2020, 10, 1), HEADER, NOT_VALID, "the heading went as well"),
    ("M72.2", date(2026, 10, 1), BILLABLE, HEADER, "plantar fascial fibromatosis split by side"),
    ("M72.21", date(2026, 10, 1), NOT_VALID, BILLABLE, "one of the sides"),
]


@pytest.mark.parametrize(
    ("code", "day", "before", "after", "reason"), CHANGES, ids=[f"{row[0]}@{row[1]}" for row in CHANGES]
)
def test_a_change_takes_effect_on_its_day(
    code: str, day: date, before: DiagnosisStatus, after: DiagnosisStatus, reason: str
) -> None:
    assert shipped.status(code, day - DAY) is before, reason
    assert shipped.status(code, day) is after, reason


def test_dates_keep_both_rows_of_a_code_that_became_a_heading() -> None:
    assert shipped.dates("m54.5") == (
        (date(2015, 10, 1), date(2021, 9, 30), True),
        (date(2021, 10, 1), None, False),
    )
    assert shipped.dates("M5450") == ((date(2021, 10, 1), None, True),)
    assert shipped.dates("T84.040A") == ((date(2015, 10, 1), date(2016, 9, 30), True),)
    assert shipped.dates("Z99.99") == ()
    assert shipped.dates("not a code") == ()


CMS_COUNTS = {
    "FY2016": 69_823,
    "FY2017": 71_486,
    "FY2018": 71_704,
    "FY2019": 71_932,
    "FY2020": 72_184,
    "FY2021": 72_616,
    "FY2023": 73_639,
    "FY2024": 74_044,
    "FY2025": 74_260,
}
"""Diagnosis codes in CMS's announcements of the releases."""


def test_counts_are_those_cms_announced_and_the_manifest_prints() -> None:
    table = _shipped_table()
    uses = Counter(struct.unpack(f"<{len(table.history_of) // 2}H", table.history_of))
    manifest = yaml.safe_load((TABLES / "icd10cm.manifest.yaml").read_text(encoding="utf-8"))
    for place, entry in enumerate(manifest["periods"]):
        count = Counter[str]()
        for number, history in enumerate(table.histories):
            count[history[place]] += uses[number]
        period = shipped.periods[place]
        assert (entry["first"], entry["last"], entry["release"]) == period
        assert (entry["billable"], entry["headers"]) == (count["b"], count["h"])
        assert count["b"] == CMS_COUNTS.get(period.release, count["b"])
    assert len(manifest["periods"]) == len(shipped.periods)


def test_the_manifest_names_the_bytes_shipped() -> None:
    data = (TABLES / "icd10cm.bin").read_bytes()
    manifest = yaml.safe_load((TABLES / "icd10cm.manifest.yaml").read_text(encoding="utf-8"))
    assert hashlib.sha256(data).hexdigest() == manifest["sha256"]
    assert len(data) < 400_000


def test_the_shipped_periods_leave_no_day_out() -> None:
    assert shipped.periods[0].first == date(2015, 10, 1)
    for earlier, later in zip(shipped.periods, shipped.periods[1:], strict=False):
        assert later.first == earlier.last + DAY


def test_every_heading_heads_a_billable_code() -> None:
    """A property of the classification: a heading without a code under it would be a dead end."""
    table = _shipped_table()
    codes = table.codes.split("\n")
    numbers = struct.unpack(f"<{len(codes)}H", table.history_of)
    for place, period in enumerate(shipped.periods):
        letters = {c: table.histories[n][place] for c, n in zip(codes, numbers, strict=True)}
        billable = {code for code, letter in letters.items() if letter == "b"}
        above = {code[:length] for code in billable for length in range(3, len(code))}
        headings = {code for code, letter in letters.items() if letter == "h"}
        assert headings <= above, period.release
        assert not billable & above, period.release


# --- outside the table ---------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["M25.561", "M25.56", "Z99.99"])
@pytest.mark.parametrize("after", [False, True])
def test_a_day_outside_the_table_is_no_data_whatever_the_code(code: str, after: bool) -> None:
    day = shipped.periods[-1].last + DAY if after else shipped.periods[0].first - DAY
    inside = shipped.periods[-1].last if after else shipped.periods[0].first
    assert shipped.status(code, day) is NO_DATA
    assert shipped.status(code, inside) is not NO_DATA
    nearest = shipped.periods[-1 if after else 0].release
    assert shipped.nearest(code, day) == (shipped.status(code, inside), nearest)


def test_malformed_needs_no_date() -> None:
    assert shipped.status("M25..561", date.max) is MALFORMED
    assert shipped.nearest("M25..561", date.max) == (MALFORMED, shipped.periods[-1].release)


# --- shapes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "",
        "M",
        "M5",
        "724.2",
        "1M5",
        "M5.45",
        "M254.1",
        "M25.",
        ".M25",
        "M25.561.",
        "M25.5.61",
        "M25-561",
        "M25 561",
        " M25561",
        "M25561\n",
        "S83511DA",
        "S83.511DA",
        "M25.56\u0661",  # an Arabic one
        "\u017f83.511D",  # a long s, whose capital is S
        "\u013010",
    ],
)
def test_malformed(code: str) -> None:
    assert shipped.status(code, date(2025, 1, 1)) is MALFORMED
    with pytest.raises(ValueError, match="shape of an ICD-10-CM code"):
        shipped.clean(code)


@pytest.mark.parametrize("code", ["S83.511D", "s83.511d", "S83511D", "s83511D"])
def test_dot_and_case_do_not_matter(code: str) -> None:
    assert shipped.status(code, date(2025, 1, 1)) is BILLABLE
    assert shipped.clean(code) == "S83511D"


def test_the_second_character_may_be_a_letter_since_fy2026() -> None:
    assert shipped.status("QA0.0101", date(2025, 9, 30)) is NOT_VALID
    assert shipped.status("QA0.0101", date(2025, 10, 1)) is BILLABLE


days = st.dates()
shapes = st.from_regex(r"[A-Za-z][0-9][0-9A-Za-z](\.?[0-9A-Za-z]{1,4})?", fullmatch=True)


@given(st.text() | shapes, days)
def test_any_string_gets_a_status(code: str, on: date) -> None:
    status = shipped.status(code, on)
    found, release = shipped.nearest(code, on)
    assert found is not NO_DATA
    assert release in {period.release for period in shipped.periods}
    assert status in (found, NO_DATA)
    assert (status is MALFORMED) == (found is MALFORMED)


@given(st.sampled_from(_shipped_table().codes.split("\n")), days)
def test_dates_and_status_say_the_same(code: str, on: date) -> None:
    covered = any(period.first <= on <= period.last for period in shipped.periods)
    runs = [run for run in shipped.dates(code) if run.first <= on <= (run.last or shipped.periods[-1].last)]
    expected = (BILLABLE if runs[0].billable else HEADER) if runs else NOT_VALID
    assert len(runs) <= 1
    assert shipped.status(code, on) is (expected if covered else NO_DATA)


# --- building ------------------------------------------------------------------------------------------


def _lists(billable: str, headings: str) -> object:
    return build.Lists(frozenset(billable.split()), frozenset(headings.split()))


OCT_2020, OCT_2021 = date(2020, 10, 1), date(2021, 10, 1)
END = date(2022, 3, 31)
VALIDITY = {
    "M545": [(OCT_2020, OCT_2021 - DAY)],
    "M5450": [(OCT_2021, END)],
    "M5459": [(OCT_2021, END)],
    "W010XXA": [(OCT_2020, END)],
    "I10": [(OCT_2020, END)],
}


def _tiny() -> bytes:
    return build.encode(build.table_of(build.spans(VALIDITY, END, [])))


def test_a_tiny_table_from_days_of_validity() -> None:
    tiny = Icd10cm.decode(_tiny())
    assert tiny.periods == ((OCT_2020, OCT_2021 - DAY, "FY2021"), (OCT_2021, END, "FY2022"))
    assert tiny.dates("M54.5") == ((OCT_2020, OCT_2021 - DAY, True), (OCT_2021, None, False))
    assert tiny.dates("M54.50") == ((OCT_2021, None, True),)
    assert tiny.dates("W01.0") == ((OCT_2020, None, False),)
    assert tiny.status("W01.0X", END) is NOT_VALID


def test_the_same_sources_give_the_same_bytes() -> None:
    again = dict(reversed(VALIDITY.items()))
    assert _tiny() == build.encode(build.table_of(build.spans(again, END, [])))


def test_a_release_that_contradicts_the_days_stops_the_build() -> None:
    wrong = build.Release(OCT_2021, "a release", _lists("M5450 W010XXA I10", "M54 M545 W01 W010"))
    with pytest.raises(build.BuildError, match="M5459"):
        build.spans(VALIDITY, END, [wrong])


def test_a_heading_left_out_by_the_release_read_is_left_out_beside_it() -> None:
    read = build.Release(OCT_2021, "a release", _lists("M5450 M5459 W010XXA I10", "M54 M545 W01"))
    before, after = build.spans(VALIDITY, END, [read])
    assert before.lists.headings == {"M54", "W01"}
    assert before.read_from == ()
    assert after.read_from == ("a release",)


def test_release_names() -> None:
    assert build.release_name(date(2021, 10, 1)) == "FY2022"
    assert build.release_name(date(2022, 4, 1)) == "FY2022 April update"
    with pytest.raises(build.BuildError):
        build.release_name(date(2022, 5, 1))


def test_readers() -> None:
    order = b"00001 A00     0 Cholera\n00002 A000    1 Cholera due to Vibrio cholerae\n"
    assert build.read_order_file(order) == _lists("A000", "A00")
    assert build.read_code_list(b"1\nA00-A09\nA00\nA000\nW01\nW010\nW010XXA\n") == _lists(
        "A000 W010XXA", "A00 W01 W010"
    )
    tree = b'{"tree": {"id": "root", "children": [{"id": "A00", "children": [{"id": "A00.0"}]}]}, "codes": ["A00.0"]}'
    assert build.read_hierarchy(tree) == _lists("A000", "A00")
    entries = b"".join(
        struct.pack("<8siiI4x", code, first, last, 0)
        for code, first, last in [
            (b"A000", 20151001, 20220331),
            (b"A000", 20220401, 20270331),
            (b"M545", 20151001, 20210930),
        ]
    )
    master = struct.pack("<4sIIIi12x", b"DECM", 3, 32, 0, 20270331) + entries
    assert build.read_code_master(master) == (
        {"A000": [(date(2015, 10, 1), date(2027, 3, 31))], "M545": [(date(2015, 10, 1), date(2021, 9, 30))]},
        date(2027, 3, 31),
    )


# --- a table with a gap, and tables that must be refused -----------------------------------------------

GAP = Table(
    format=icd10cm.FORMAT,
    periods=[
        (date(2020, 10, 1).toordinal(), date(2020, 10, 10).toordinal(), "early"),
        (date(2020, 10, 20).toordinal(), date(2020, 10, 31).toordinal(), "late"),
    ],
    histories=["b-", "bb"],
    codes="A00\nI10",
    history_of=struct.pack("<2H", 0, 1),
)


def test_a_gap_is_no_data_and_breaks_a_run_in_two() -> None:
    table = Icd10cm(GAP)
    assert table.status("I10", date(2020, 10, 11)) is NO_DATA
    assert table.status("A00", date(2020, 10, 19)) is NO_DATA
    assert table.status("A00", date(2020, 10, 20)) is NOT_VALID
    assert table.dates("I10") == (
        (date(2020, 10, 1), date(2020, 10, 10), True),
        (date(2020, 10, 20), None, True),
    )


@pytest.mark.parametrize(("day", "release"), [(11, "early"), (15, "early"), (16, "late"), (19, "late")])
def test_nearest_in_a_gap(day: int, release: str) -> None:
    assert Icd10cm(GAP).nearest("I10", date(2020, 10, day)) == (BILLABLE, release)


REPLACE = msgspec.structs.replace
BROKEN = {
    "layout": REPLACE(GAP, format=99),
    "no period": REPLACE(GAP, periods=[], histories=["", ""]),
    "overlap": REPLACE(GAP, periods=[GAP.periods[0], (GAP.periods[0][1], GAP.periods[1][1], "late")]),
    "backwards": REPLACE(GAP, periods=GAP.periods[::-1]),
    "short history": REPLACE(GAP, histories=["b", "bb"]),
    "strange letter": REPLACE(GAP, histories=["b?", "bb"]),
    "codes and numbers": REPLACE(GAP, codes="A00"),
    "twice": REPLACE(GAP, codes="A00\nA00"),
    "no such history": REPLACE(GAP, history_of=struct.pack("<2H", 0, 2)),
}


@pytest.mark.parametrize("table", BROKEN.values(), ids=BROKEN.keys())
def test_a_table_that_contradicts_itself_is_refused(table: Table) -> None:
    with pytest.raises(AlmanacError):
        Icd10cm(table)


@pytest.mark.parametrize("data", [b"", b"junk", lzma.compress(b"junk"), lzma.compress(b"\x91\x01")])
def test_bytes_that_are_no_table_are_refused(data: bytes) -> None:
    with pytest.raises(AlmanacError, match=r"icd10cm\.bin"):
        Icd10cm.decode(data)
