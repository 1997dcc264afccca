"""The example clinic's week, billed as its README says: what is held and why, and money and units counted again."""

import csv
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from click.testing import CliRunner
from pyx12.params import ParamsBase
from pyx12.x12n_document import x12n_document

from rehabill.base.ids import npi_is_valid
from rehabill.cli.main import cli

WEEK = Path(__file__).parents[1] / "examples" / "week"
GOLDEN = Path(__file__).parent / "golden" / "week" / "summary.json"
MISTAKES = {
    "EX0302-15": "PT311", "EX0304-15": "PT141", "EX0305-13": "PT101", "EX0306-11": "PT371", "EX0306-12": "PT301",
}  # fmt: skip
MBI = re.compile(
    "[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][AC-HJKMNP-RT-Y]{2}[0-9]{2}"
)


class Week(NamedTuple):
    code: int
    told: str
    claims: dict[str, Any]
    held: dict[str, Any]
    summary: dict[str, Any]
    x12: str

    @property
    def segments(self) -> list[list[str]]:
        return [segment.split("*") for segment in self.x12.strip().removesuffix("~").split("~")]


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Week:
    out = tmp_path_factory.mktemp("week")
    arguments = ["bill", WEEK / "visits.csv", WEEK / "visits.jsonl", "--practice", WEEK / "practice.yaml", "--out", out,
                 "--created", "2026-03-09T08:00", "--control-number", "1"]  # fmt: skip
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    claims, held = ({row["id"]: row for row in map(json.loads, (out / name).read_text().splitlines())}
                    for name in ("claims.jsonl", "held.jsonl"))  # fmt: skip
    summary = json.loads((out / "summary.json").read_text())
    return Week(result.exit_code, result.stdout, claims, held, summary, (out / "claims.837").read_text())


def rows() -> dict[str, list[dict[str, str]]]:
    """The CSV as it stands, by visit."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (WEEK / "visits.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            found[row["visit_id"]].append(row)
    return found


def records() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (WEEK / "visits.jsonl").read_text().splitlines()]


def practice() -> dict[str, Any]:
    return yaml.safe_load((WEEK / "practice.yaml").read_text())


# ---- what comes out


def test_the_five_mistakes_are_held_and_nothing_else(week: Week) -> None:
    assert week.code == 1
    assert set(week.held) == set(MISTAKES)
    for name, rule in MISTAKES.items():
        failed = {finding["rule"] for finding in week.held[name]["findings"] if finding["status"] == "fail"}
        assert failed == {rule}, name


def test_every_other_visit_is_clean(week: Week) -> None:
    for name in week.claims.keys() - MISTAKES.keys():
        row = week.claims[name]
        assert row["state"] == ("self_pay" if row["payer"] == "self-pay" else "ready"), name
        assert [finding["message"] for finding in row["findings"] if finding["status"] == "fail"] == [], name
        assert row["cannot_be_sent"] == [], name


def test_the_week_is_big_and_mixed_enough(week: Week) -> None:
    assert len(week.claims) >= 60 and len(rows()) >= 45
    assert set(Counter(row["payer"] for row in week.claims.values())) == {
        "medicare-b", "medicare-advantage", "commercial", "self-pay",
    }  # fmt: skip
    in_words = [name for name, treatments in rows().items() if any(row["text"] for row in treatments)]
    in_words += [record["id"] for record in records() if any("text" in t for t in record["treatments"])]
    assert len(in_words) >= 12
    modifiers = {mark for row in week.claims.values() for line in row["lines"] for mark in line["modifiers"]}
    assert modifiers >= {"GP", "CQ", "KX", "GA", "59", "95"}
    codes = {line["code"] for row in week.claims.values() for line in row["lines"]}
    assert codes >= {"97150", "97161", "97164", "97550", "97551", "97014", "G0283", "97012"}


def test_a_biller_is_told_what_to_look_at(week: Week) -> None:
    assert "5 held" in week.told and "4 self-pay" in week.told
    for name, rule in MISTAKES.items():
        assert name in week.told and rule in week.told


def test_the_readme_names_the_mistakes_and_only_visits_there_are(week: Week) -> None:
    text = (WEEK / "README.md").read_text()
    for name, rule in MISTAKES.items():
        assert re.search(rf"\| {name} \|.*\| {rule} \|", text), name
    assert set(re.findall(r"EX\d{4}-\d\d", text)) <= week.claims.keys()
    assert f"{len(week.claims)} visits" in text


def test_summary_is_the_golden_one(week: Week) -> None:
    assert week.summary == json.loads(GOLDEN.read_text())


# ---- the file for the clearinghouse


def test_an_independent_validator_accepts_the_837(week: Week) -> None:
    report = io.StringIO()
    accepted = x12n_document(ParamsBase(), io.StringIO(week.x12), io.StringIO(), None, fd_json=report)
    assert accepted, report.getvalue()


def claims_sent(week: Week) -> Iterator[tuple[str, str, list[list[str]]]]:
    """(claim number, total charge, service lines) of the 837, by splitting it naively."""
    number, charge, lines = "", "", []
    for segment in [*week.segments, ["CLM", "", ""]]:
        if segment[0] == "CLM":
            if number:
                yield number, charge, lines
            number, charge, lines = segment[1], segment[2], []
        elif segment[0] == "SV1":
            lines.append(segment)


def test_the_837_holds_the_ready_claims_and_only_those(week: Week) -> None:
    ready = {name for name, row in week.claims.items() if row["state"] == "ready"}
    assert Counter(number for number, _, _ in claims_sent(week)) == Counter(ready)


def test_charges_add_up_to_the_cent(week: Week) -> None:
    """SV1 charges make the claim's, the claims' make the summary's, each line is units times the practice's charge."""
    charges = practice()["charges_cents"]
    total = 0
    for number, charge, lines in claims_sent(week):
        cents = [charges[line[1].split(":")[1]] * int(line[4]) for line in lines]
        assert [round(float(line[2]) * 100) for line in lines] == cents, number
        assert round(float(charge) * 100) == sum(cents), number
        total += sum(cents)
    assert total == week.summary["charged_cents"]


def test_the_summary_counts_what_is_on_record(week: Week) -> None:
    by_state = Counter(row["state"] for row in week.claims.values())
    assert week.summary["visits"] == dict(by_state)
    ready = [row["price"] for row in week.claims.values() if row["state"] == "ready"]
    assert week.summary["expected_payer_cents"] == sum(price["payer_cents"] for price in ready)
    assert week.summary["expected_patient_cents"] == sum(price["patient_cents"] for price in ready)
    cash = [row["price"]["patient_cents"] for row in week.claims.values() if row["state"] == "self_pay"]
    assert week.summary["self_pay_cents"] == sum(cash)


# ---- units counted again, by hand and by another way


def total_time(minutes: dict[str, int]) -> int:
    """Medicare's units of a day from the chart in the manual, looked up and not computed."""
    chart = [(8, 22), (23, 37), (38, 52), (53, 67), (68, 82), (83, 97)]
    total = sum(minutes.values())
    return next((units for units, (low, high) in enumerate(chart, 1) if low <= total <= high), 0)


def midpoint(minutes: dict[str, int]) -> int:
    return sum(total_time({code: spent}) for code, spent in minutes.items())


POOL = {"97110", "97112", "97116", "97140", "97530", "97535", "97035"}


def plain_visits() -> Iterator[tuple[str, str, dict[str, int]]]:
    """(visit, payer, minutes by code) of the CSV visits of 15-minute codes alone, by therapist and assistant."""
    for name, treatments in rows().items():
        if all(row["code"] in POOL and row["by"] in ("PT", "PTA") and not row["mode"] for row in treatments):
            minutes: Counter[str] = Counter()
            for row in treatments:
                minutes[row["code"]] += int(row["minutes"])
            yield name, treatments[0]["payer"], dict(minutes)


def test_units_of_every_plain_visit_counted_again(week: Week) -> None:
    counted = 0
    for name, payer, minutes in plain_visits():
        rule = total_time if payer.startswith("medicare") else midpoint
        units = Counter()
        for line in week.claims[name]["lines"]:
            units[line["code"]] += line["units"]
        assert sum(units.values()) == rule(minutes), name
        for code, spent in minutes.items():
            assert units[code] in (spent // 15, spent // 15 + 1), (name, code)
        counted += 1
    assert counted >= 20


BY_HAND = {
    # visit: (code, modifiers, units, charge in dollars) line by line
    "EX0302-01": [("97110", "GP", 2, 120), ("97140", "GP", 1, 56)],
    "EX0302-02": [("97110", "GP", 1, 60), ("97110", "GP CQ", 1, 60), ("97140", "GP", 2, 112)],
    "EX0302-03": [("97110", "GP", 2, 120), ("97112", "GP", 1, 66), ("97530", "GP KX", 1, 72)],
    "EX0302-04": [("97110", "GP 59", 2, 120), ("97150", "GP", 1, 38)],
    "EX0302-09": [("97110", "", 2, 120)],
    "EX0304-02": [("97110", "GP", 1, 60), ("97110", "GP CQ", 1, 60), ("97530", "GP", 1, 72)],
    "EX0304-04": [("97110", "GP 95", 2, 120), ("97530", "GP 95", 1, 72)],
    "EX0304-08": [("97110", "", 1, 60), ("97112", "", 1, 66), ("97530", "", 1, 72)],
    "EX0305-04": [("97110", "GP", 2, 120), ("97164", "GP", 1, 125)],
}


@pytest.mark.parametrize("name", BY_HAND)
def test_lines_and_charges_by_hand(week: Week, name: str) -> None:
    ready = {number: lines for number, _, lines in claims_sent(week)}
    sent = []
    for line in ready[name]:
        _, code, *modifiers = line[1].split(":")
        sent.append((code, " ".join(modifiers), int(line[4]), float(line[2])))
    assert sent == BY_HAND[name]


# ---- nobody real


def test_numbers_are_well_formed_and_people_are_not_real() -> None:
    known = practice()
    npis = [known["npi"], *(provider["npi"] for provider in [*known["providers"], *known["referring"]])]
    assert all(npi_is_valid(npi) and re.fullmatch(r"1([89])\1{6}\d\d", npi) for npi in npis)
    patients = [(row["payer"], row["member_id"], row["phone"], row["address"])
                for treatments in rows().values() for row in treatments[:1]]  # fmt: skip
    for record in records():
        patient = record["patient"]
        member = record.get("subscriber", {}).get("member_id", "")
        patients.append((record["payer"], member, patient["phone"], patient["address"]["line1"]))
    for payer, member, phone, street in patients:
        assert "555-01" in phone and street.endswith("Example Street")
        assert payer != "medicare-b" or MBI.fullmatch(member)
