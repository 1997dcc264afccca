"""The shipped almanac against what the law says: values written out here by hand, the day before and the day of."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from rehabill.almanac import compile as compiler
from rehabill.almanac.edition import Edition
from rehabill.almanac.load import load
from rehabill.base.errors import InputError, NotInForce

ALMANAC = load()
DATA = ALMANAC.data
TABLES = Path(compiler.__file__).parent / "tables"
SHARED = Path(__file__).parents[3] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the facts are not beside the checkout ({SHARED})")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def medicare(on: str) -> Edition:
    return ALMANAC.edition("medicare-b", day(on))


# --- parameters -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(DATA.parameters))
def test_every_value_has_a_source_and_comes_after_the_one_before(name: str) -> None:
    parameter = DATA.parameters[name]
    assert parameter.label and parameter.values
    for value in parameter.values:
        assert value.source in DATA.sources and DATA.sources[value.source].cite
        assert value.value is not None
        assert value.last is None or value.last >= value.first
        if DATA.sources[value.source].tier == "memory":
            assert not value.verified, "from memory may not call itself verified"
    for earlier, later in zip(parameter.values, parameter.values[1:], strict=False):
        if earlier.known == later.known:
            assert earlier.last == later.first - dt.timedelta(days=1)


VALUES = [
    ("medicare.therapy.kx_threshold_pt_slp", "2018-01-01", 201000),
    ("medicare.therapy.kx_threshold_pt_slp", "2019-12-31", 204000),
    ("medicare.therapy.kx_threshold_pt_slp", "2020-01-01", 208000),
    ("medicare.therapy.kx_threshold_pt_slp", "2021-07-01", 211000),
    ("medicare.therapy.kx_threshold_pt_slp", "2022-07-01", 215000),
    ("medicare.therapy.kx_threshold_pt_slp", "2023-07-01", 223000),
    ("medicare.therapy.kx_threshold_pt_slp", "2024-12-31", 233000),
    ("medicare.therapy.kx_threshold_pt_slp", "2025-12-31", 241000),
    ("medicare.therapy.kx_threshold_pt_slp", "2026-01-01", 248000),
    ("medicare.therapy.kx_threshold_ot", "2026-12-31", 248000),
    ("medicare.therapy.kx_threshold_ot", "2025-12-31", 241000),
    ("medicare.therapy.review_threshold", "2018-01-01", 300000),
    ("medicare.therapy.review_threshold", "2027-12-31", 300000),
    ("medicare.therapy.assistant_modifier", "2019-12-31", False),
    ("medicare.therapy.assistant_modifier", "2020-01-01", True),
    ("medicare.therapy.last_unit_minutes", "2022-01-01", 8),
    ("medicare.therapy.two_units_total", "2022-01-01", 23),
    ("medicare.therapy.assistant_payment_percent", "2021-12-31", 100),
    ("medicare.therapy.assistant_payment_percent", "2022-01-01", 85),
    ("medicare.therapy.de_minimis_percent", "2020-01-01", 10),
    ("medicare.therapy.mppr_percent", "2016-01-01", 50),
    ("medicare.pfs.conversion_factor", "2018-06-01", 359996),
    ("medicare.pfs.conversion_factor", "2019-06-01", 360391),
    ("medicare.pfs.conversion_factor", "2020-06-01", 360896),
    ("medicare.pfs.conversion_factor", "2021-06-01", 348931),
    ("medicare.pfs.conversion_factor", "2022-06-01", 346062),
    ("medicare.pfs.conversion_factor", "2023-06-01", 338872),
    ("medicare.pfs.conversion_factor", "2024-03-08", 327442),
    ("medicare.pfs.conversion_factor", "2024-03-09", 332875),
    ("medicare.pfs.conversion_factor", "2025-06-01", 323465),
    ("medicare.pfs.conversion_factor", "2026-06-01", 334009),
    ("medicare.pfs.conversion_factor_qp", "2026-06-01", 335675),
    ("medicare.pfs.conversion_factor_qp", "2025-12-31", 323465),
    ("medicare.part_b.deductible", "2020-12-31", 19800),
    ("medicare.part_b.deductible", "2021-06-01", 20300),
    ("medicare.part_b.deductible", "2022-06-01", 23300),
    ("medicare.part_b.deductible", "2023-06-01", 22600),
    ("medicare.part_b.deductible", "2024-06-01", 24000),
    ("medicare.part_b.deductible", "2025-12-31", 25700),
    ("medicare.part_b.deductible", "2026-01-01", 28300),
    ("medicare.sequestration_percent", "2020-04-30", 2),
    ("medicare.sequestration_percent", "2020-05-01", 0),
    ("medicare.sequestration_percent", "2022-03-31", 0),
    ("medicare.sequestration_percent", "2022-04-01", 1),
    ("medicare.sequestration_percent", "2022-06-30", 1),
    ("medicare.sequestration_percent", "2022-07-01", 2),
    ("medicare.sequestration_percent", "2029-12-31", 2),
    ("medicare.telehealth.therapists", "2020-02-29", False),
    ("medicare.telehealth.therapists", "2020-03-01", True),
    ("medicare.telehealth.therapists", "2025-10-15", True),
    ("medicare.telehealth.therapists", "2026-02-01", True),
    ("medicare.telehealth.therapists", "2027-12-31", True),
    ("medicare.telehealth.therapists", "2028-01-01", False),
    ("medicare.telehealth.place_of_service", "2023-12-31", "in-person"),
    ("medicare.telehealth.place_of_service", "2024-01-01", "02 or 10"),
    ("medicare.poc.certification_days", "2026-01-01", 30),
    ("medicare.poc.recertification_days", "2026-01-01", 90),
    ("medicare.poc.progress_report_days", "2026-01-01", 10),
    ("medicare.poc.order_exception", "2024-12-31", False),
    ("medicare.poc.order_exception", "2025-01-01", True),
    ("medicare.pfs.nonparticipating_percent", "2026-01-01", 95),
]


@pytest.mark.parametrize(("name", "on", "value"), VALUES)
def test_value_on_its_day(name: str, on: str, value: object) -> None:
    assert medicare(on).value(name) == value
    assert medicare(on).cite(name).source


@pytest.mark.parametrize(
    ("name", "on"),
    [
        ("medicare.therapy.kx_threshold_pt_slp", "2027-01-01"),
        ("medicare.therapy.kx_threshold_pt_slp", "2017-12-31"),
        ("medicare.therapy.kx_threshold_ot", "2027-01-01"),
        ("medicare.therapy.review_threshold", "2028-01-01"),
        ("medicare.pfs.conversion_factor", "2027-01-01"),
        ("medicare.pfs.conversion_factor_qp", "2027-01-01"),
        ("medicare.part_b.deductible", "2027-01-01"),
        ("medicare.part_b.deductible", "2019-12-31"),
        ("medicare.sequestration_percent", "2030-01-01"),
        ("medicare.therapy.de_minimis_percent", "2019-12-31"),
        ("medicare.no.such.law", "2026-01-01"),
    ],
)
def test_what_is_not_known_is_said_and_never_guessed(name: str, on: str) -> None:
    edition = medicare(on)
    assert not edition.known(name)
    for ask in (edition.value, edition.number, edition.cite):
        with pytest.raises(NotInForce, match=name.replace(".", r"\.")):
            ask(name)


def test_a_missing_value_tells_which_days_the_almanac_holds() -> None:
    with pytest.raises(NotInForce, match="2026-01-01 to 2026-12-31"):
        medicare("2027-01-01").value("medicare.therapy.kx_threshold_pt_slp")


@pytest.mark.parametrize("name", sorted(DATA.parameters))
def test_no_parameter_is_ever_none(name: str) -> None:
    for on in ("2016-01-01", "2019-12-31", "2022-04-01", "2026-11-23", "2031-01-01"):
        edition = medicare(on)
        if edition.known(name):
            assert edition.value(name) is not None
        else:
            with pytest.raises(NotInForce):
                edition.value(name)


# --- editions -------------------------------------------------------------------------------------------


def test_an_edition_is_stamped_with_payer_day_and_release() -> None:
    assert medicare("2026-03-04").stamp(day("2026-03-04")) == "medicare-b@2026-03-04+2026.11"


def test_an_edition_is_compiled_once_for_its_interval() -> None:
    assert medicare("2024-03-09") is medicare("2024-03-20")
    assert medicare("2024-03-08") is not medicare("2024-03-09")


def test_no_edition_changes_inside_its_interval() -> None:
    for first, following in zip(ALMANAC.cuts, ALMANAC.cuts[1:], strict=False):
        law = ALMANAC.law(first)
        assert (law.first, law.last) == (first, following - dt.timedelta(days=1))


def test_before_the_almanac_and_unknown_payers_are_input_errors() -> None:
    with pytest.raises(InputError, match="begins on 2016-01-01"):
        medicare("2015-12-31")
    with pytest.raises(InputError, match=r"no payer profile called 'aetna-of-nowhere'.*medicare-b"):
        ALMANAC.edition("aetna-of-nowhere", day("2026-01-01"))


def test_the_compiled_file_is_current() -> None:
    assert compiler.main(["--check"]) == 0


# --- profiles -------------------------------------------------------------------------------------------


def test_a_profile_inherits_what_it_does_not_state() -> None:
    original, plan = (ALMANAC.edition(name, day("2026-03-04")).profile for name in ("medicare-b", "medicare-advantage"))
    assert plan.assistant_modifier == original.assistant_modifier is True
    assert plan.unattended_stimulation == original.unattended_stimulation == "G0283"
    assert plan.units_rule == "cms_8_minute"
    assert (original.kx, plan.kx) == ("error", "warning")
    assert (original.abn, plan.abn) == (True, False)
    assert (original.replaces_claims, plan.replaces_claims) == (False, True)


def test_commercial_and_self_pay_profiles() -> None:
    plan, own = (ALMANAC.edition(name, day("2026-03-04")) for name in ("commercial", "self-pay"))
    assert (plan.profile.units_rule, plan.profile.mppr, plan.profile.sequestration) == ("ama_midpoint", "none", False)
    assert own.profile.units_rule == "ama_midpoint"
    assert own.profile.fee_basis == "charge"
    assert not own.pairs and not own.mue
    assert plan.pairs and plan.mue


@pytest.mark.parametrize("name", sorted(DATA.payers))
def test_every_setting_of_every_payer_names_its_source(name: str) -> None:
    edition = ALMANAC.edition(name, day("2026-03-04"))
    for setting in edition.settings:
        assert edition.cite(f"payer.{setting}").source


# --- NCCI pairs (C8) ------------------------------------------------------------------------------------

ACTIVE = [
    ("97530", "97750"), ("97012", "97164"), ("G0283", "97032"), ("97113", "97110"), ("97150", "97110"),
    ("97140", "97018"),
]  # fmt: skip
NEVER = [
    ("97140", "97124"), ("97161", "97164"), ("97161", "97750"), ("97750", "97150"), ("97164", "97750"),
    ("20561", "20560"), ("97113", "97036"),
]  # fmt: skip
GONE = [
    ("97140", "97530"), ("97530", "97140"), ("97530", "97116"), ("97140", "97161"), ("97161", "97140"),
    ("97164", "97110"), ("97164", "97140"), ("97140", "97164"), ("97164", "97150"), ("97150", "97164"),
    ("97530", "97161"), ("97150", "97161"), ("97530", "97535"), ("97110", "97140"),
]  # fmt: skip


@pytest.mark.parametrize("on", ["2024-07-01", "2026-11-23"])
def test_pairs_in_force(on: str) -> None:
    pairs = medicare(on).pairs
    for key in ACTIVE:
        assert pairs[key].indicator == 1, key
    for key in NEVER:
        assert pairs[key].indicator == 0, key
    for key in GONE:
        assert key not in pairs, key


@pytest.mark.parametrize(
    ("key", "last"),
    [
        (("97140", "97530"), "2019-12-31"),
        (("97530", "97116"), "2019-12-31"),
        (("97140", "97164"), "2019-12-31"),
        (("97530", "97535"), "2021-12-31"),
    ],
)
def test_a_pair_ends_on_its_deletion_day(key: tuple[str, str], last: str) -> None:
    assert key in medicare(last).pairs
    assert key not in ALMANAC.edition("medicare-b", day(last) + dt.timedelta(days=1)).pairs


def test_void_rows_are_never_in_force() -> None:
    assert all(pair.indicator in (0, 1) for pair in DATA.pairs)
    assert ("97110", "97140") not in medicare("2016-01-01").pairs  # void since 1999


def test_of_the_active_pairs_those_with_an_earlier_row_are_uncertain_before_the_table() -> None:
    """C8: 301 of 655; counted again from the file, and never uncertain from 2024-07-01 on."""
    with (TABLES / "ptp_pairs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    active = {(row["column1"], row["column2"]) for row in rows if not row["last_day"]}
    ended = {(row["column1"], row["column2"]) for row in rows if row["last_day"]}
    assert (len(active), len(active & ended)) == (655, 301)
    before, table = medicare("2024-06-30").pairs, medicare("2024-07-01").pairs
    uncertain = {key for key in active if not medicare("2024-06-30").pair_is_certain(before[key])}
    assert uncertain == active & ended
    assert all(medicare("2024-07-01").pair_is_certain(table[key]) for key in active)
    assert all(medicare("2016-01-01").pair_is_certain(before[key]) for key in active - ended)


def test_an_ended_row_is_certain_while_it_lasted_and_its_successor_is_not() -> None:
    key = ("97150", "97110")
    assert medicare("2019-12-31").pair_is_certain(medicare("2019-12-31").pairs[key])
    assert not medicare("2020-01-01").pair_is_certain(medicare("2020-01-01").pairs[key])


def test_a_late_answer_says_the_age_of_the_table() -> None:
    assert medicare("2024-08-01").cite("table.ptp_pairs").table_age is None
    assert "2024-09-30" in str(medicare("2026-03-04").cite("table.ptp_pairs").table_age)


# --- MUE, relative values, indices ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "units", "mai"),
    [("97110", 6, 3), ("97140", 6, 3), ("97112", 4, 3), ("97116", 4, 3), ("97036", 3, 3), ("97035", 2, 3),
     ("97535", 8, 3), ("97750", 8, 3), ("97150", 1, 3), ("97161", 1, 2), ("97010", 0, 3), ("97014", 0, 3)],
)  # fmt: skip
def test_unit_limits(code: str, units: int, mai: int) -> None:
    for on in ("2020-01-01", "2024-07-01", "2026-11-23"):
        row = medicare(on).mue[code]
        assert (row.value, row.mai) == (units, mai)


def test_the_2024_limits_hold_until_the_2026_table() -> None:
    assert medicare("2024-07-01").mue["97110"].release == day("2024-07-01")
    assert medicare("2026-03-31").mue["97110"].release == day("2024-07-01")
    assert medicare("2026-04-01").mue["97110"].release == day("2026-04-01")
    assert medicare("2023-01-01").cite("table.mue").table_age
    assert medicare("2026-11-23").cite("table.mue").table_age


@pytest.mark.parametrize(
    ("on", "release", "carried"),
    [
        ("2024-02-01", "rvu24a_jan", False),
        ("2025-01-01", "rvu25d_oct", True),
        ("2025-09-30", "rvu25d_oct", True),
        ("2025-10-01", "rvu25d_oct", False),
        ("2026-01-01", "rvu26c_jul_nonqpp", True),
        ("2026-06-30", "rvu26c_jul_nonqpp", True),
        ("2026-07-01", "rvu26c_jul_nonqpp", False),
    ],
)
def test_relative_values_are_carried_back_within_the_year(on: str, release: str, carried: bool) -> None:
    row = medicare(on).rvus["97110"]
    assert (row.rvu.release, row.carried_back) == (release, carried)


def test_relative_values_never_cross_a_year() -> None:
    for on in ("2019-12-31", "2027-01-01"):
        assert not medicare(on).rvus
        assert not medicare(on).gpcis
    assert "95992" in medicare("2025-12-31").rvus
    assert "95992" not in medicare("2026-01-01").rvus


def test_dry_needling_changed_its_status_in_april_2020() -> None:
    assert medicare("2020-03-31").rvus["20560"].rvu.status == "N"
    assert medicare("2020-04-01").rvus["20560"].rvu.status == "A"


def test_a_bundled_code_stays_bundled_in_a_year_without_a_file() -> None:
    for on in ("2018-01-01", "2026-01-01", "2027-06-01"):
        assert medicare(on).law.statuses["97010"] == "B"


def test_efficiency_adjustment_of_2026_cut_the_untimed_and_spared_the_evaluations() -> None:
    before, after = medicare("2025-12-31").rvus, medicare("2026-01-01").rvus
    cut = {"97012": (25, 24), "97597": (77, 75), "97598": (50, 49), "97605": (55, 54), "97610": (40, 39)}
    for code, works in cut.items():
        assert (before[code].rvu.work, after[code].rvu.work) == works
    for code in ("97161", "97162", "97163", "97164", "97110", "97112", "97140", "97530", "97032", "97035", "G0283"):
        assert before[code].rvu.work == after[code].rvu.work


# --- codes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "last", "successor"),
    [("97762", "2017-12-31", "97763"), ("97001", "2016-12-31", "97161"), ("97002", "2016-12-31", "97164"),
     ("97532", "2017-12-31", "97129"), ("G0515", "2019-12-31", "97129"), ("64550", "2018-12-31", "G0283"),
     ("90911", "2019-12-31", "90912"), ("95831", "2019-12-31", "97750")],
)  # fmt: skip
def test_a_code_ends_and_names_its_successor(code: str, last: str, successor: str) -> None:
    assert code in medicare(last).codes
    after = ALMANAC.edition("medicare-b", day(last) + dt.timedelta(days=1))
    assert code not in after.codes
    assert successor in after.law.all_codes[code].successors


@pytest.mark.parametrize(
    ("code", "first"),
    [("97763", "2018-01-01"), ("97161", "2017-01-01"), ("97129", "2020-01-01"), ("97550", "2024-01-01"),
     ("98975", "2022-01-01"), ("98979", "2026-01-01"), ("98985", "2026-01-01"), ("20560", "2020-01-01"),
     ("G0541", "2025-01-01"), ("90912", "2020-01-01")],
)  # fmt: skip
def test_a_code_begins(code: str, first: str) -> None:
    assert code in medicare(first).codes
    assert code not in ALMANAC.edition("medicare-b", day(first) - dt.timedelta(days=1)).codes


# --- against the facts as they were collected -----------------------------------------------------------


@needs_shared
def test_every_relative_value_of_every_release_is_the_collected_one() -> None:
    with (SHARED / "facts" / "rvu_all_releases_2020_2026.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 3000
    for row in rows:
        held = medicare(row["release_effective"]).rvus[row["code"]].rvu
        wanted = [int(Decimal(row[name]) * 100) for name in ("work_rvu", "nonfac_pe_rvu", "fac_pe_rvu", "mp_rvu")]
        assert [held.work, held.nonfacility_pe, held.facility_pe, held.mp] == wanted, row
        flags = (row["mppr_indicator"], row["status_code"], row["pctc_indicator"])
        assert (held.mppr_indicator, held.status, held.pctc) == flags, row


@needs_shared
def test_every_index_of_2026_is_the_publishers() -> None:
    with (SHARED / "data" / "GPCI2026.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) >= 7 and row[0].strip().isdigit()]
    assert len(rows) == len(medicare("2026-03-01").gpcis) == 109
    for contractor, _, number, _, *indices in rows:
        held = medicare("2026-03-01").gpcis[f"{contractor}-{number}"]
        assert [held.work, held.pe, held.mp] == [int(Decimal(index) * 1000) for index in indices[:3]]


@needs_shared
def test_every_index_of_earlier_years_is_the_collected_one() -> None:
    effective = {"a": "01-01", "ar": "03-09", "b": "04-01", "c": "07-01", "d": "10-01"}
    with (SHARED / "facts" / "gpci_2020_2025.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["mac"] != "NA"]
    for row in rows:
        on = f"20{row['release'][3:5]}-{effective[row['release'][5:]]}"
        held = medicare(on).gpcis[f"{row['mac']}-{row['locality']}"]
        wanted = [int(Decimal(row[name]) * 1000) for name in ("gpci_work", "gpci_pe", "gpci_mp")]
        assert [held.work, held.pe, held.mp] == wanted, row


@needs_shared
def test_every_pair_is_the_collected_one() -> None:
    with (SHARED / "facts" / "ncci.csv").open(encoding="utf-8") as file:
        facts = {
            (row["column1"], row["column2"], row["modifier_indicator"], row["deleted"]) for row in csv.DictReader(file)
        }
    with (TABLES / "ptp_pairs.csv").open(encoding="utf-8") as file:
        held = {(row["column1"], row["column2"], row["indicator"], row["last_day"]) for row in csv.DictReader(file)}
    assert held == facts


@needs_shared
def test_every_limit_of_2026_is_the_publishers() -> None:
    with (SHARED / "facts" / "mue_2026q2_therapy.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["HCPCS/CPT Code"] in medicare("2026-04-01").law.all_codes]
    assert len(rows) > 100
    for row in rows:
        held = medicare("2026-04-01").mue[row["HCPCS/CPT Code"]]
        assert held.value == int(row["Practitioner Services MUE Values"])
        assert held.mai == int(row["MUE Adjudication Indicator"][0])
