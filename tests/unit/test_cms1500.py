"""The CMS-1500: each box by its rule, the sheets of a long claim, and the PDF as another program reads it."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pypdfium2
import pytest
import yaml
from click.testing import CliRunner

from rehabill.base.errors import InputError
from rehabill.cli.main import cli
from rehabill.edi.claim_1500 import Page, PayerX12, fields_of, notes, problems, render
from rehabill.edi.cms1500 import form as drawing
from rehabill.edi.cms1500.layout import COLUMN, FIELDS, LINE, PAGE_HEIGHT, Choice, Date, Money, Text, marks, x_of, y_of
from rehabill.model.claim import Accident, Claim, ClaimLine, OtherInsurance
from rehabill.model.party import Address, Person, Subscriber
from rehabill.model.practice import Location, PayerAccount, Practice, Provider

GOLDEN = Path(__file__).parents[1] / "golden" / "837p"
_SETUP = json.loads((GOLDEN / "practice.json").read_text())
PRACTICE = msgspec.convert(_SETUP["practice"], Practice)
PROFILES = msgspec.convert(_SETUP["profiles"], dict[str, PayerX12])
HOME = Address(line1="12 Fictional St., #4", city="Sampleton", state="OH", zip="43000-1111")
PAULA = Person(
    id="P-1", first="Paula", last="O'Patient-Smith", middle="Mary", suffix="Jr.", sex="F", phone="614-555-0199",
    birth_date=date(1950, 2, 3), address=HOME,
)  # fmt: skip
LINE_1 = ClaimLine(code="97110", units=2, modifiers=("GP",), charge_cents=12050, diagnosis_pointers=(1, 2))
CLAIM = Claim(
    payer="commercial", claim_number="C1001", date=date(2026, 3, 2), diagnoses=("M54.50", "M25.561"),
    referring_npi="1444444446", rendering_npi="1333333338", place_of_service="11", patient=PAULA, lines=(LINE_1,),
    subscriber=Subscriber(member_id="COM123", group_number="GRP-9 A"),
)  # fmt: skip
MEDICARE = msgspec.structs.replace(CLAIM, payer="medicare-b", subscriber=Subscriber(member_id="1EG4-TE5-MK73"))
SPOUSE = Person(first="Sam", last="Spouse", sex="M", birth_date=date(1948, 12, 1), address=HOME)
PLAN = OtherInsurance(
    payer_name="Other Plan, Inc.", payer_id="OTHER", sequence="P", filing_indicator="CI", paid_cents=9000,
    subscriber=Subscriber(member_id="OP-77", group_number="G 5", relationship="spouse", person=SPOUSE),
)  # fmt: skip


def changed(value: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(value, **fields)


def pages(claim: Claim, practice: Practice = PRACTICE) -> tuple[Page, ...]:
    return fields_of(claim, practice, PROFILES[claim.payer])


def boxes(claim: Claim, practice: Practice = PRACTICE) -> dict[str, str]:
    (page,) = pages(claim, practice)
    return page.boxes


def faults(claim: Claim, practice: Practice = PRACTICE) -> dict[str, str]:
    return {fault.path: fault.message for fault in problems(claim, practice, PROFILES.get(claim.payer))}


def noted(claim: Claim, practice: Practice = PRACTICE) -> dict[str, str]:
    return {note.box: note.message for note in notes(claim, practice, PROFILES[claim.payer])}


def with_lines(count: int, claim: Claim = CLAIM) -> Claim:
    return changed(claim, lines=(LINE_1,) * count)


# Boxes 1 to 13


def test_a_commercial_claim_names_the_insured_in_4_7_and_11() -> None:
    found = boxes(CLAIM)
    assert found["1"] == "GROUP"
    assert found["1a"] == "COM123"
    assert found["2"] == found["4"] == "O'PATIENT-SMITH JR, PAULA, M"
    assert (found["3"], found["3.sex"]) == ("02 03 1950", "F")
    assert found["5.street"] == found["7.street"] == "12 FICTIONAL ST 4"
    assert (found["5.city"], found["5.state"], found["5.zip"]) == ("SAMPLETON", "OH", "430001111")
    assert "5.phone" not in found, "NUCC asks not to report the patient's telephone"
    assert found["6"] == "SELF"
    assert found["11"] == "GRP9A"
    assert (found["11a"], found["11a.sex"]) == ("02 03 1950", "F")
    assert found["11c"] == "EXAMPLE COMMERCIAL INSURANCE"
    assert found["11d"] == "NO"
    assert "9" not in found
    assert [found[box] for box in ("10a", "10b", "10c")] == ["NO", "NO", "NO"]
    assert found["12"] == found["13"] == "SIGNATURE ON FILE"


def test_the_carrier_block_holds_the_payers_address() -> None:
    found = boxes(CLAIM)
    assert [found[f"carrier.{row}"] for row in (1, 2, 3)] == [
        "EXAMPLE COMMERCIAL INSURANCE", "PO BOX 1", "CLAIMSBURG PA 19000",
    ]  # fmt: skip
    assert boxes(MEDICARE)["carrier.1"] == "EXAMPLE MEDICARE CONTRACTOR"
    assert "address" in noted(MEDICARE)["carrier"]


def test_medicare_first_has_none_in_11_and_nothing_of_an_insured() -> None:
    found = boxes(MEDICARE)
    assert found["1"] == "MEDICARE"
    assert found["1a"] == "1EG4TE5MK73"
    assert found["11"] == "NONE"
    assert not {"4", "6", "7.street", "9", "11a", "11c", "11d"} & found.keys()
    assert (found["5.area"], found["5.phone"]) == ("614", "5550199")


def test_medicare_second_names_the_insurance_before_it() -> None:
    claim = changed(MEDICARE, sequence="S", other_insurance=(PLAN,))
    found = boxes(claim)
    assert found["4"] == "SPOUSE, SAM"
    assert found["6"] == "SPOUSE"
    assert found["7.street"] == "SAME", "the insured lives where the patient lives"
    assert found["11"] == "G5"
    assert (found["11a"], found["11a.sex"]) == ("12 01 1948", "M")
    assert found["11c"] == "OTHER PLAN INC"
    assert "11d" not in found and "29" not in found, "Medicare's box 29 is what the patient paid"
    assert "remittance" in noted(claim)["29"]
    own = changed(PLAN, subscriber=Subscriber(member_id="OP-77"))
    found = boxes(changed(claim, other_insurance=(own,)))
    assert (found["4"], found["6"], found["7.street"], found["11"]) == ("SAME", "SELF", "SAME", "OP77")
    nameless = changed(PLAN, subscriber=Subscriber())
    assert "box 11" in faults(changed(claim, other_insurance=(nameless,)))["other_insurance[0].subscriber.group_number"]


def test_a_secondary_claim_to_a_plan_names_the_first_payer_in_9() -> None:
    found = boxes(changed(CLAIM, sequence="S", other_insurance=(PLAN,), patient_paid_cents=1000))
    assert found["9"] == "SPOUSE, SAM"
    assert found["9a"] == "OP77"
    assert found["9d"] == "OTHER PLAN INC"
    assert found["11d"] == "YES"
    assert found["29"] == "100 00", "patient and other payers together"
    assert "first payer" in faults(changed(CLAIM, sequence="S"))["other_insurance"]


def test_a_second_other_insurance_is_noted_not_dropped_in_silence() -> None:
    third = changed(PLAN, sequence="T", payer_id="THIRD", payer_name="Third Plan", paid_cents=None)
    assert "Third Plan" in noted(changed(CLAIM, sequence="S", other_insurance=(third, PLAN)))["9"]


@pytest.mark.parametrize("payer_id", ["55001", "COMM1"])
def test_medicare_takes_only_medigap_in_9(payer_id: str) -> None:
    medigap = changed(PLAN, sequence="S", payer_id=payer_id, paid_cents=None,
                      subscriber=Subscriber(member_id="MG 1"))  # fmt: skip
    claim = changed(MEDICARE, other_insurance=(medigap,))
    found = boxes(claim)
    if payer_id == "55001":
        assert (found["9"], found["9a"], found["9d"]) == ("SAME", "MEDIGAP MG1", "55001")
    else:
        assert not {"9", "9a", "9d"} & found.keys()
        assert "Medigap only" in noted(claim)["9"]


@pytest.mark.parametrize(
    ("payer", "filing", "group", "square"),
    [
        ("medicare-b", "MB", None, "MEDICARE"), ("medicare-advantage", "16", None, "OTHER"),
        ("commercial", "MC", None, "MEDICAID"), ("commercial", "CH", None, "TRICARE"),
        ("commercial", "VA", None, "CHAMPVA"), ("commercial", "BL", "1", "GROUP"), ("commercial", "BL", None, "OTHER"),
        ("auto", "AM", None, "OTHER"), ("workers-comp", "WC", None, "OTHER"),
    ],
)  # fmt: skip
def test_one_square_of_box_1(payer: str, filing: str, group: str | None, square: str) -> None:
    practice = changed(PRACTICE, payers=PRACTICE.payers | {
        payer: PayerAccount(name="Payer", payer_id="P1", filing_indicator=filing),
    })  # fmt: skip
    claim = changed(CLAIM, payer=payer, subscriber=Subscriber(member_id="M1", group_number=group))
    assert boxes(claim, practice)["1"] == square


def test_a_dependent_is_not_the_insured() -> None:
    parent = Person(first="Parent", last="Patient", middle="Z", suffix="Jr.")
    claim = changed(CLAIM, subscriber=Subscriber(member_id="M", relationship="child", person=parent))
    found = boxes(claim)
    assert found["4"] == "PATIENT JR, PARENT, Z"
    assert found["6"] == "CHILD"
    assert not {"7.street", "11a", "11a.sex"} & found.keys()
    assert "box 7" in noted(claim)["7"] and "birth date" in noted(claim)["11a"]


def test_workers_compensation() -> None:
    claim = changed(
        CLAIM, payer="workers-comp", accident=Accident(kind="employment", on=date(2026, 2, 10)),
        subscriber=Subscriber(member_id="E-5", relationship="employee", organization="Pretend Widgets Ltd.",
                              property_casualty_claim="inj-0002"),
    )  # fmt: skip
    found = boxes(claim)
    assert found["4"] == "PRETEND WIDGETS LTD"
    assert found["6"] == "OTHER"
    assert [found[box] for box in ("10a", "10b", "10c")] == ["YES", "NO", "NO"]
    assert (found["11b.qualifier"], found["11b"]) == ("Y4", "INJ-0002")
    assert (found["14"], found["14.qualifier"]) == ("02 10 26", "431")
    assert "box 7" in noted(claim)["7"]


def test_a_car_accident_says_its_state() -> None:
    claim = changed(CLAIM, payer="auto", accident=Accident(kind="auto", on=date(2026, 2, 14), state="oh"))
    assert (boxes(claim)["10b"], boxes(claim)["10b.state"]) == ("YES", "OH")
    assert "missing" in faults(changed(claim, accident=Accident(kind="auto", on=date(2026, 2, 14))))["accident.state"]
    assert "day" in faults(changed(claim, accident=Accident(kind="other")))["accident.on"]


def test_without_signatures_12_and_13_are_empty() -> None:
    unsigned = Subscriber(member_id="M", release_signed=False, assigns_benefits=False)
    assert not {"12", "13"} & boxes(changed(CLAIM, subscriber=unsigned)).keys()


# Boxes 14 to 24


def test_14_and_15_dates_and_their_qualifiers() -> None:
    dates = {"onset_date": date(2026, 1, 5), "initial_treatment_date": date(2026, 1, 12)}
    found = boxes(changed(CLAIM, **dates))
    assert (found["14"], found["14.qualifier"]) == ("01 05 26", "431")
    assert (found["15"], found["15.qualifier"]) == ("01 12 26", "454")
    hurt = changed(CLAIM, accident=Accident(kind="other", on=date(2026, 1, 1)), **dates)
    assert (boxes(hurt)["15"], boxes(hurt)["15.qualifier"]) == ("01 01 26", "439")
    assert "2026-01-12 (454)" in noted(hurt)["15"]
    found = boxes(changed(MEDICARE, **dates))
    assert found["14"] == "01 05 26"
    assert not {"14.qualifier", "15", "15.qualifier"} & found.keys(), "Medicare wants neither"


def test_17_names_one_provider_first_name_first() -> None:
    found = boxes(CLAIM)
    assert (found["17.qualifier"], found["17"], found["17b"]) == ("DN", "DOC Q REFERRER", "1444444446")
    assert boxes(MEDICARE)["17"] == "DOC REFERRER", "as Medicare's ordering file has it"
    supervised = changed(CLAIM, referring_npi=None, supervising_npi="1444444446")
    assert boxes(supervised)["17.qualifier"] == "DQ"
    both = changed(CLAIM, supervising_npi="1444444446")
    assert (boxes(both)["17.qualifier"], "DQ" in noted(both)["17"]) == ("DN", True)
    assert "17" not in boxes(changed(CLAIM, referring_npi=None, supervising_npi="1333333338")), (
        "a therapist's is not told"
    )
    assert "practice.referring" in faults(changed(CLAIM, referring_npi="1234567893"))["referring_npi"]


def test_17_a_long_name_gives_up_the_middle_then_the_first_name() -> None:
    long = Provider(npi="1444444446", first="Bartholomew", middle="Q", last="Featherstonehaugh")
    assert boxes(CLAIM, changed(PRACTICE, referring=(long,)))["17"] == "B FEATHERSTONEHAUGH"


def test_19_the_note_over_two_lines() -> None:
    assert boxes(changed(CLAIM, note="See the report."))["19"] == "NTEADDSEE THE REPORT."
    assert boxes(changed(MEDICARE, note="See the report."))["19"] == "SEE THE REPORT."
    note = "word " * 12 + "end"
    found = boxes(changed(CLAIM, note=note))
    assert f"{found['19.above']} {found['19']}" == f"NTEADD{note.upper()}"
    assert "71" in faults(changed(CLAIM, note="x" * 66))["note"]


def test_21_twelve_diagnoses_without_dots() -> None:
    codes = tuple(f"M25.5{number}" for number in range(10, 22))
    found = boxes(changed(CLAIM, diagnoses=codes, lines=(changed(LINE_1, diagnosis_pointers=(12, 1)),)))
    assert found["21.indicator"] == "0"
    assert [found[f"21{letter}"] for letter in "ABCDEFGHIJKL"] == [code.replace(".", "") for code in codes]
    assert found["24.1.E"] == "LA"
    assert "split it" in faults(changed(CLAIM, diagnoses=(*codes, "M25.522")))["diagnoses"]
    assert "ICD-10-CM" in faults(changed(CLAIM, diagnoses=("M54.50", "back")))["diagnoses[1]"]
    assert "no diagnosis" in faults(changed(CLAIM, diagnoses=()))["diagnoses"]


def test_22_replacement_and_void() -> None:
    found = boxes(changed(CLAIM, frequency="7", payer_claim_number="icn-123"))
    assert (found["22"], found["22.reference"]) == ("7", "ICN-123")
    assert "missing" in faults(changed(CLAIM, frequency="8"))["payer_claim_number"]
    assert "reopening" in faults(changed(MEDICARE, frequency="7", payer_claim_number="1"))["frequency"]
    assert "22" not in boxes(CLAIM)
    assert "18" in faults(changed(CLAIM, frequency="7", payer_claim_number="1" * 19))["payer_claim_number"]


def test_23_one_number_without_hyphens() -> None:
    assert boxes(changed(CLAIM, prior_authorization="AU-12 3"))["23"] == "AU123"
    assert boxes(changed(CLAIM, referral_number="R-9"))["23"] == "R9"
    both = changed(CLAIM, prior_authorization="A1", referral_number="R9")
    assert (boxes(both)["23"], "referral" in noted(both)["23"]) == ("A1", True)


def test_24_a_line() -> None:
    line = changed(LINE_1, modifiers=("GP", "KX", "59", "CQ"), charge_cents=7, date=date(2026, 3, 9))
    found = boxes(changed(CLAIM, lines=(line,)))
    assert found["24.1.A.from"] == found["24.1.A.to"] == "03 09 26"
    assert found["24.1.B"] == "11"
    assert [found[f"24.1.D{part}"] for part in ("", ".1", ".2", ".3", ".4")] == ["97110", "GP", "KX", "59", "CQ"]
    assert (found["24.1.E"], found["24.1.F"], found["24.1.G"]) == ("AB", "0 07", "2")
    assert (found["24.1.I"], found["24.1.J.other"], found["24.1.J"]) == ("ZZ", "225100000X", "1333333338")
    assert found["28"] == "0 07"


def test_24_medicare_takes_one_pointer_and_no_shaded_numbers() -> None:
    found = boxes(MEDICARE)
    assert found["24.1.E"] == "A"
    assert noted(MEDICARE)["24E"].endswith("line 1 points to its first diagnosis only")
    several = [note for note in notes(with_lines(3, MEDICARE), PRACTICE, PROFILES["medicare-b"]) if note.box == "24E"]
    assert [note.message for note in several] == [
        "Medicare takes one letter in box 24E: lines 1, 2 and 3 point to their first diagnosis only"
    ]
    assert not {"24.1.I", "24.1.J.other", "33b"} & found.keys()


def test_24j_repeats_the_billing_npi_only_for_medicare() -> None:
    own = changed(CLAIM, rendering_npi=PRACTICE.npi)
    assert "24.1.J" not in boxes(own)
    assert boxes(changed(MEDICARE, rendering_npi=PRACTICE.npi))["24.1.J"] == PRACTICE.npi
    assert "who treated" in faults(changed(CLAIM, rendering_npi=None))["rendering_npi"]


def test_24_an_unlisted_code_is_described() -> None:
    unlisted = changed(LINE_1, code="97799", description="Aquatic gait, new device")
    assert boxes(changed(CLAIM, lines=(unlisted,)))["24.1.supplemental"] == "ZZAQUATIC GAIT, NEW DEVICE"
    found = boxes(changed(MEDICARE, lines=(unlisted,)))
    assert found["19"] == "AQUATIC GAIT, NEW DEVICE" and "24.1.supplemental" not in found
    assert "describe" in faults(changed(CLAIM, lines=(changed(unlisted, description=None),)))["lines[0].description"]
    long = changed(unlisted, description="x" * 60)
    assert "61" in faults(changed(CLAIM, lines=(long,)))["lines[0].description"]


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        ({"code": "9711"}, "lines[0].code", "not a procedure code"),
        ({"modifiers": ("GP", "KX", "59", "CQ", "XU")}, "lines[0].modifiers", "at most 4"),
        ({"modifiers": ("G",)}, "lines[0].modifiers", "not a modifier"),
        ({"diagnosis_pointers": ()}, "lines[0].diagnosis_pointers", "for which diagnosis"),
        ({"diagnosis_pointers": (3,)}, "lines[0].diagnosis_pointers", "does not have"),
        ({"diagnosis_pointers": (1, 1)}, "lines[0].diagnosis_pointers", "twice"),
        ({"charge_cents": None}, "lines[0].charge_cents", "missing"),
        ({"charge_cents": -1}, "lines[0].charge_cents", "below zero"),
        ({"charge_cents": 100_000_000}, "lines[0].charge_cents", "24F"),
        ({"units": 1000}, "lines[0].units", "three digits"),
        ({"units": 0}, "lines", "nothing to bill"),
        ({"place_of_service": "1"}, "lines[0].place_of_service", "two digits"),
    ],
)
def test_24_what_cannot_be_printed_is_said(fields: dict[str, Any], path: str, words: str) -> None:
    assert words in faults(changed(CLAIM, lines=(changed(LINE_1, **fields),)))[path]


# Boxes 25 to 33


def test_25_to_33() -> None:
    claim = changed(CLAIM, submitted=date(2026, 3, 20), patient_paid_cents=2500)
    found = boxes(claim)
    assert (found["25"], found["25.kind"]) == ("001234567", "EIN")
    assert found["26"] == "C1001"
    assert found["27"] == "YES"
    assert (found["28"], found["29"]) == ("120 50", "25 00")
    assert (found["31"], found["31.date"]) == ("SIGNATURE ON FILE", "03 20 26")
    assert [found[f"33.{row}"] for row in (1, 2, 3)] == [
        "MADE-UP PHYSICAL THERAPY PC", "100 INVENTED AVENUE SUITE 2", "SAMPLETON OH 430001234",
    ]  # fmt: skip
    assert (found["33.area"], found["33.phone"]) == ("614", "5550101")
    assert (found["33a"], found["33b"]) == ("1222222220", "ZZ261QP2000X")
    assert "pay-to" in noted(claim)["33"]


def test_25_a_person_bills_under_a_social_security_number() -> None:
    practice = changed(PRACTICE, is_person=True, first="Solo", name="Therapist", tax_id_kind="SY")
    found = boxes(changed(CLAIM, rendering_npi=None), practice)
    assert (found["25.kind"], found["33.1"]) == ("SSN", "SOLO THERAPIST")
    assert "24.1.J" not in found


def test_26_hyphens_go_and_are_noted_and_the_rest_is_whole_or_refused() -> None:
    claim = changed(CLAIM, claim_number="EX0302-15")
    assert boxes(claim)["26"] == "EX030215"
    assert "'EX030215'" in noted(claim)["26"]
    assert "14" in faults(changed(CLAIM, claim_number="X" * 15))["claim_number"]
    assert "missing" in faults(changed(CLAIM, claim_number=None))["claim_number"]


def test_27_the_claims_own_answer_wins() -> None:
    assert boxes(changed(CLAIM, accepts_assignment=False))["27"] == "NO"
    assert boxes(CLAIM, changed(PRACTICE, accepts_assignment=False))["27"] == "NO"


def test_32_the_place() -> None:
    found = boxes(CLAIM)
    assert found["32.2"] == "100 INVENTED AVE STE 2", "short words where the long ones do not fit"
    assert "32a" not in found
    guest = boxes(changed(CLAIM, location="Guest Gym"))
    assert (guest["32.1"], guest["32.3"], guest["32a"]) == ("GUEST GYM", "OTHERVILLE OH 430019998", "1555555550")
    assert "32a" not in boxes(changed(CLAIM, location="East Branch"))
    assert "32.1" not in boxes(changed(MEDICARE, place_of_service="12")), "at home: empty"
    assert "no location" in faults(changed(CLAIM, location="Nowhere"))["location"]


def test_long_names_are_cut_with_a_note_and_long_numbers_are_refused() -> None:
    long = changed(PAULA, last="Featherstonehaugh-Cholmondeley", address=changed(HOME, city="X" * 30))
    claim = changed(CLAIM, patient=long)
    assert len(boxes(claim)["2"]) == 28
    assert "cut to" in noted(claim)["2"] and "cut to" in noted(claim)["5.city"]
    assert "29" in faults(changed(CLAIM, subscriber=Subscriber(member_id="1" * 30)))["subscriber.member_id"]
    assert "printed" in faults(changed(CLAIM, subscriber=Subscriber(member_id="12é")))["subscriber.member_id"]


def test_cities_give_way_to_state_and_zip() -> None:
    far = Location(name="Far", address=changed(HOME, city="Truth or Consequences City"))
    claim = changed(CLAIM, location="Far")
    practice = changed(PRACTICE, locations=(far,))
    assert boxes(claim, practice)["32.3"] == "TRUTH OR CONS OH 430001111"
    assert "city" in noted(claim, practice)["32"]


def test_what_is_missing_is_said_all_at_once() -> None:
    bare = Claim(payer="commercial", lines=(LINE_1,))
    assert {"patient", "subscriber", "diagnoses", "rendering_npi", "lines[0].date", "claim_number"} <= faults(
        bare
    ).keys()
    with pytest.raises(InputError, match=r"and \d+ more"):
        fields_of(bare, PRACTICE, PROFILES["commercial"])
    unknown = problems(changed(CLAIM, payer="auto"), PRACTICE, None)
    assert "filing_indicator" in unknown[0].message


# Several sheets


def test_seven_lines_are_two_sheets_with_the_total_on_the_last() -> None:
    first, second = pages(changed(with_lines(7), patient_paid_cents=500))
    assert (first.boxes["28"], second.boxes["28"]) == ("CONTINUED", "843 50")
    assert "29" not in first.boxes and second.boxes["29"] == "5 00"
    assert (first.boxes["page"], second.boxes["page"]) == ("PAGE 1 OF 2", "PAGE 2 OF 2")
    assert "24.6.D" in first.boxes and "24.1.D" in second.boxes and "24.2.D" not in second.boxes
    same = {box for box in first.boxes if not box.startswith("24.") and box not in ("28", "29", "page")}
    assert all(first.boxes[box] == second.boxes[box] for box in same)
    assert second.boxes["21B"] == "M25561"


def test_six_lines_are_one_sheet_and_lines_without_units_take_no_room() -> None:
    silent = changed(LINE_1, units=0, charge_cents=None)
    (page,) = pages(changed(CLAIM, lines=(silent, *(LINE_1,) * 6, silent)))
    assert "page" not in page.boxes
    assert page.boxes["28"] == "723 00"
    assert len(pages(with_lines(13))) == 3
    assert "split it" in faults(with_lines(51))["lines"]


# The grid and the PDF


def test_no_two_fields_share_a_place_and_all_lie_on_the_sheet_and_in_their_box() -> None:
    taken: dict[tuple[int, int], str] = {}
    for name, field in FIELDS.items():
        spans = _spans(field)
        box = rectangle_of(name)
        for line, column, width in spans:
            assert 1 <= line <= 64 and column >= 1 and column + width <= 81, name
            assert box.top <= line <= box.bottom and box.first <= column, name
            assert column + width < box.end or name == "17a", name
            for place in range(column, column + width):
                assert taken.setdefault((line, place), name) == name, f"{name} over {taken[line, place]}"


def rectangle_of(box: str) -> drawing.Box:
    """Where a key of `layout.FIELDS` must lie."""
    if box.startswith("24."):
        _, number, column = box.split(".")[:3]
        shaded = 41 + 2 * int(number)
        if column == "supplemental":
            return drawing.Box(shaded, shaded, 1, 63)
        top = shaded if box.endswith((".I", ".other")) else shaded + 1
        return drawing.COLUMNS[column]._replace(top=top, bottom=top, caption="")
    if box in drawing.BOXES:
        return drawing.BOXES[box]
    head, _, part = box.partition(".")
    if head == "page":
        return drawing.Box(1, 1, 69, drawing.RIGHT)
    if head == "carrier":
        return drawing.Box(2, 5, 41, drawing.RIGHT)
    if part == "area" and head in ("5", "7"):
        return drawing.BOXES[f"{head}.phone"]
    if head.startswith("21"):
        return drawing.BOXES["21"]
    return drawing.BOXES[head]


def _spans(field: Text | Date | Choice | Money) -> list[tuple[int, int, int]]:
    match field:
        case Text(line, column, width):
            return [(line, column, width)]
        case Date(line, columns):
            return [(line, column, 2) for column in columns]
        case Choice(line, squares):
            return [(line, column, 1) for column in squares.values()]
        case Money(line, last, digits):
            return [(line, last - digits + 2, digits + 2)]


def full() -> tuple[Page, ...]:
    """Sheets on which nearly every box is used, at its full width where text may be long."""
    claim = changed(
        with_lines(8), sequence="S", other_insurance=(PLAN,), onset_date=date(2026, 1, 5), frequency="7",
        payer_claim_number="1" * 18, prior_authorization="A" * 29, claim_number="C" * 14, submitted=date(2026, 3, 20),
        initial_treatment_date=date(2026, 1, 12), note="word " * 12 + "end", location="Guest Gym",
        accident=Accident(kind="auto", on=date(2026, 1, 5), state="OH"), patient_paid_cents=99,
        diagnoses=tuple(f"M25.5{number}1" for number in range(10, 22)),
        patient=changed(PAULA, last="X" * 40, address=changed(HOME, line1="S" * 40, city="C" * 40)),
        subscriber=Subscriber(member_id="M" * 29, group_number="G" * 29, property_casualty_claim="Y" * 27),
    )  # fmt: skip
    return pages(claim)


@pytest.fixture(scope="module")
def sheets() -> tuple[Page, ...]:
    return full()


@pytest.mark.parametrize("form", ["data", "drawn"])
def test_another_program_reads_each_text_inside_its_box(sheets: tuple[Page, ...], form: Any) -> None:
    document = pypdfium2.PdfDocument(render(sheets, form))
    assert len(document) == len(sheets) == 2
    for sheet, printed in zip(sheets, document, strict=True):
        text = printed.get_textpage()
        assert printed.get_size() == (612, 792)
        for mark in marks(sheet.boxes):
            x, y = x_of(mark.column), PAGE_HEIGHT - y_of(mark.line)
            width = COLUMN * len(mark.text)
            assert text.get_text_bounded(x - 0.8, y - LINE, x + width + 0.8, y).strip() == mark.text, mark


def test_data_holds_nothing_but_the_data_and_drawn_says_what_it_is_not_for(sheets: tuple[Page, ...]) -> None:
    texts = {}
    for form in ("data", "drawn"):
        page = pypdfium2.PdfDocument(render(sheets, form))[0]  # type: ignore[arg-type]
        texts[form] = page.get_textpage().get_text_range()
    words = sorted(word for mark in marks(sheets[0].boxes) for word in mark.text.split())
    assert sorted(texts["data"].split()) == words
    assert "Not for submission" in texts["drawn"]


def test_characters_keep_the_pitch(sheets: tuple[Page, ...]) -> None:
    text = pypdfium2.PdfDocument(render(sheets))[0].get_textpage()
    found = text.search("M" * 29)
    index, count = found.get_next() or (0, 0)
    first, last = text.get_charbox(index), text.get_charbox(index + count - 1)
    assert count == 29
    assert last[0] - first[0] == pytest.approx(28 * COLUMN, abs=0.05)
    assert x_of(50) <= first[0] and last[2] <= x_of(79)


def test_the_offset_moves_the_data_and_not_the_drawing(sheets: tuple[Page, ...]) -> None:
    moved = pypdfium2.PdfDocument(render(sheets, "data", (0.1, 0.25)))[0].get_textpage()
    x, y = x_of(50) + 7.2, PAGE_HEIGHT - y_of(8) - 18
    assert moved.get_text_bounded(x - 1, y - LINE, x + 29.5 * COLUMN, y) == "M" * 29
    assert render(sheets, "drawn", (0.1, 0.25)) == render(sheets, "drawn")


def test_the_same_sheets_give_the_same_bytes(sheets: tuple[Page, ...]) -> None:
    code = (
        "import sys, msgspec, hashlib; from rehabill.edi.claim_1500 import Page, render;"
        "pages = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[Page, ...]);"
        "print(hashlib.sha256(render(pages, 'drawn')).hexdigest())"
    )
    elsewhere = [
        subprocess.run([sys.executable, "-c", code], input=msgspec.json.encode(sheets), capture_output=True, check=True)
        for _ in range(2)
    ]
    assert elsewhere[0].stdout == elsewhere[1].stdout
    assert render(sheets) == render(sheets)


# The command line


@pytest.fixture
def practice_file(tmp_path: Path) -> Path:
    file = tmp_path / "practice.yaml"
    described = json.loads(json.dumps(_SETUP["practice"]))
    described["payers"]["workers-comp"]["filing_indicator"] = "WC"
    file.write_text(yaml.safe_dump(described))
    return file


def run(practice_file: Path, *options: str, given: str) -> Any:
    out = practice_file.with_name("forms.pdf")
    command = ["claim", "1500", "-", "--practice", str(practice_file), "--out", str(out), *options]
    return CliRunner().invoke(cli, command, input=given)


def jsonl(*claims: Claim) -> str:
    return "".join(msgspec.json.encode(claim).decode() + "\n" for claim in claims)


def test_many_claims_make_one_pdf(practice_file: Path) -> None:
    compensation = changed(CLAIM, payer="workers-comp", claim_number="WC1")
    result = run(practice_file, given=jsonl(with_lines(7), MEDICARE, compensation))
    assert result.exit_code == 0, result.output
    assert "C1001  sheets 1 to 2" in result.output and "3 claims on 4 sheets" in result.output
    assert result.output.count("pay-to") == 1, "what concerns the practice is said once"
    assert len(pypdfium2.PdfDocument(practice_file.with_name("forms.pdf"))) == 4


def test_a_claim_that_cannot_be_printed_is_left_out_and_located(practice_file: Path) -> None:
    result = run(practice_file, "--json", given=jsonl(CLAIM, changed(CLAIM, claim_number=None), MEDICARE))
    assert result.exit_code == 1
    rows = [json.loads(line) for line in result.output.splitlines()]
    assert [row["sheets"] for row in rows] == [[1], [], [2]]
    assert rows[1]["line"] == 2 and rows[1]["cannot_be_printed"][0]["path"] == "claim_number"
    result = run(practice_file, given=jsonl(changed(CLAIM, claim_number=None)))
    assert "not printed" in result.output and "no PDF" in result.output and result.exit_code == 1


def test_unreadable_lines_outrank_findings(practice_file: Path) -> None:
    given = (
        '{"payer": 3}\n{"id": "V1", "state": "ready", "edition": "e", "lines": []}\n{"claim": ' + jsonl(CLAIM).strip()
    )
    result = run(practice_file, "--json", given=given + "}\n")
    rows = [json.loads(line) for line in result.output.splitlines()]
    assert result.exit_code == 3
    assert (rows[0]["error"]["line"], rows[0]["error"]["path"]) == (1, "payer")
    assert "names no patient" in rows[1]["error"]["message"]
    assert rows[2]["sheets"] == [1], "a record that holds its claim is printed"


@pytest.mark.parametrize("offset", ["1", "a,b", "2,0", "nan,0"])
def test_an_offset_that_is_none_is_wrong_usage(practice_file: Path, offset: str) -> None:
    assert run(practice_file, "--offset", offset, given=jsonl(CLAIM)).exit_code == 2


def test_an_offset_may_be_negative(practice_file: Path) -> None:
    assert run(practice_file, "--offset", "-0.05,0.1", given=jsonl(CLAIM)).exit_code == 0


def test_without_reportlab_it_says_what_to_install(practice_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reportlab.pdfgen.canvas", None)
    result = run(practice_file, given=jsonl(CLAIM))
    assert result.exit_code == 2
    assert "rehabill[pdf]" in result.output
