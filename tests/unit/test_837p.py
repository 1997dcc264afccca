"""The 837P: golden files, an independent validator, a naive count, and what a biller is told."""

import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pyx12.params import ParamsBase
from pyx12.x12n_document import x12n_document

from rehabill.base.errors import InputError
from rehabill.edi.claim_837p import Envelope, PayerX12, iter_837p, problems, split_claim, write_837p
from rehabill.model.claim import (
    Accident,
    Adjustment,
    Authorization,
    Claim,
    ClaimLine,
    Context,
    LineAdjudication,
)
from rehabill.model.party import Address, Subscriber
from rehabill.model.practice import Practice

GOLDEN = Path(__file__).parents[1] / "golden" / "837p"
NAMES = ["accident", "dependent", "medicare", "replacement", "secondary"]
_SETUP = json.loads((GOLDEN / "practice.json").read_text())
PRACTICE = msgspec.convert(_SETUP["practice"], Practice)
PROFILES = msgspec.convert(_SETUP["profiles"], dict[str, PayerX12])
ENVELOPE = Envelope(control_number=42, created=datetime(2026, 3, 31, 17, 5))


def scenario(name: str) -> tuple[Claim, ...]:
    return msgspec.convert(json.loads((GOLDEN / f"{name}.json").read_text())["claims"], tuple[Claim, ...])


MEDICARE = scenario("medicare")[0]
DEPENDENT = scenario("dependent")[0]
SECONDARY = scenario("secondary")[0]
STRANGER = LineAdjudication(payer_id="?", paid_cents=0, paid_units=0, paid_on=date(2026, 1, 1))


def changed(value: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(value, **fields)


def written(*claims: Claim, practice: Practice = PRACTICE) -> str:
    return write_837p(claims, practice, PROFILES, ENVELOPE).decode("ascii")


def segments(text: str, tag: str) -> list[list[str]]:
    return [part.split("*") for part in text.split("~") if part.split("*")[0] == tag]


def faults(claim: Claim, practice: Practice = PRACTICE) -> dict[str, str]:
    found: dict[str, str] = {}
    for fault in problems(claim, practice, PROFILES):
        found[fault.path] = f"{found.get(fault.path, '')} {fault.message}".strip()
    return found


def validated(text: str) -> tuple[bool, str]:
    """The independent validator's verdict, and its report."""
    report = io.StringIO()
    answer = x12n_document(ParamsBase(), io.StringIO(text), io.StringIO(), None, fd_json=report)
    return answer, report.getvalue()


def count(text: str) -> None:
    """An oracle that splits naively and counts: envelopes, levels, lines, money."""
    assert text.endswith("~") and "\n" not in text
    rows = [part.split("*") for part in text[:-1].split("~")]
    tags = [row[0] for row in rows]
    assert tags[:3] == ["ISA", "GS", "ST"] and tags[-3:] == ["SE", "GE", "IEA"]
    assert rows[0][13] == rows[-1][2] and rows[-1][1] == "1"
    assert rows[1][6] == rows[-2][2] and int(rows[-2][1]) == tags.count("ST")
    starts = [index for index, tag in enumerate(tags) if tag == "ST"]
    for start in starts:
        end = tags.index("SE", start)
        assert rows[end][1:] == [str(end - start + 1), rows[start][2]]
        count_set(rows[start : end + 1])
    assert len({rows[start][2] for start in starts}) == len(starts)
    numbers = [row[1] for row in rows if row[0] == "CLM"]
    assert len(set(numbers)) == len(numbers)


def count_set(rows: list[list[str]]) -> None:
    levels: dict[str, list[str]] = {}
    for row in rows:
        if row[0] == "HL":
            assert row[1] == str(len(levels) + 1)
            assert levels[row[2]][3] == {"22": "20", "23": "22"}[row[3]] if row[2] else row[3] == "20"
            levels[row[1]] = row
    parents = {row[2] for row in levels.values()}
    for number, row in levels.items():
        assert row[4] == ("1" if number in parents else "0")
    level: list[str] = []
    claims: list[list[list[str]]] = []
    for row in rows:
        if row[0] == "HL":
            level = row
        if row[0] == "CLM":
            assert level[4] == "0"
            claims.append([])
        if claims and level[4:] == ["0"]:
            claims[-1].append(row)
    for claim in claims:
        count_claim([row for row in claim if row[0] not in {"HL", "PAT", "SE"}])
    assert len(claims) <= 5000


def count_claim(rows: list[list[str]]) -> None:
    lines = [row for row in rows if row[0] == "SV1"]
    assert Decimal(rows[0][2]) == sum(Decimal(row[2]) for row in lines)
    assert [row[1] for row in rows if row[0] == "LX"] == [str(n) for n in range(1, len(lines) + 1)]
    diagnoses = next(len(row) - 1 for row in rows if row[0] == "HI")
    assert all(1 <= int(pointer) <= diagnoses for row in lines for pointer in row[7].split(":"))
    references = [row[2] for row in rows if row[:2] == ["REF", "6R"]]
    assert len(references) == len(set(references)) == len(lines)


@pytest.mark.parametrize("name", NAMES)
class TestGolden:
    def test_bytes_are_as_reviewed(self, name: str) -> None:
        assert written(*scenario(name)).replace("~", "~\n") == (GOLDEN / f"{name}.837").read_text()

    def test_the_independent_validator_accepts(self, name: str) -> None:
        accepted, report = validated(written(*scenario(name)))
        assert accepted, report

    def test_counts_and_balances(self, name: str) -> None:
        count(written(*scenario(name)))

    def test_nothing_is_wrong(self, name: str) -> None:
        assert [problems(claim, PRACTICE, PROFILES) for claim in scenario(name)] == [()] * len(scenario(name))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("*UN*2*", "*XX*2*"),
        ("SE*55*", "SE*54*"),
        ("HL*2*1*22*0", "HL*2*9*22*0"),
        ("DMG*D8*19500203*F~", ""),
        ("LX*2~", "LX*7~"),
        ("DTP*472*D8*20260302~", "DTP*472*D8*20261302~"),
        ("OH*430001234", "OH*4"),
    ],
)
def test_the_independent_validator_can_say_no(right: str, wrong: str) -> None:
    text = written(*scenario("medicare"))
    assert right in text
    assert not validated(text.replace(right, wrong, 1))[0]


def test_the_naive_count_can_say_no() -> None:
    text = written(*scenario("medicare"))
    for right, wrong in (("SE*55", "SE*56"), ("HL*2*1*22*0", "HL*2*1*22*1"), ("*120.5*UN", "*120.6*UN")):
        with pytest.raises(AssertionError):
            count(text.replace(right, wrong, 1))


class TestLevels:
    def test_same_subscriber_shares_the_level_and_another_opens_one(self) -> None:
        other = changed(MEDICARE, claim_number="B", subscriber=Subscriber(member_id="2EG4TE5MK73"))
        text = written(MEDICARE, changed(MEDICARE, claim_number="A"), other, changed(MEDICARE, claim_number="C"))
        assert [row[1:] for row in segments(text, "HL")] == [
            ["1", "", "20", "1"], ["2", "1", "22", "0"], ["3", "1", "22", "0"], ["4", "1", "22", "0"],
        ]  # fmt: skip
        count(text)

    def test_two_children_of_one_policy_holder(self) -> None:
        sibling = changed(DEPENDENT, claim_number="S", patient=changed(DEPENDENT.patient, first="Sib"))
        text = written(DEPENDENT, sibling)
        assert [row[1:] for row in segments(text, "HL")] == [
            ["1", "", "20", "1"], ["2", "1", "22", "1"], ["3", "2", "23", "0"], ["4", "2", "23", "0"],
        ]  # fmt: skip
        assert len(segments(text, "SBR")) == 1
        assert validated(text)[0]

    def test_a_level_holds_a_hundred_claims(self) -> None:
        for first in (MEDICARE, DEPENDENT):
            text = written(*(changed(first, claim_number=f"N{n}") for n in range(201)))
            count(text)
            assert len([row for row in segments(text, "HL") if row[4] == "0"]) == 3
            assert validated(text)[0]

    def test_a_payer_that_knows_each_person_has_no_patient_level(self) -> None:
        member = changed(DEPENDENT.subscriber, member_id="ADV9")
        text = written(changed(DEPENDENT, payer="medicare-advantage", subscriber=member))
        assert [row[3] for row in segments(text, "HL")] == ["20", "22"]
        assert segments(text, "SBR")[0][2] == "18"
        assert segments(text, "NM1")[4][3:5] == ["PATIENT", "KID"]

    def test_sets_hold_five_thousand_claims(self) -> None:
        small = changed(MEDICARE, lines=MEDICARE.lines[:1])
        numbered = (changed(small, claim_number=f"N{n}") for n in range(5001))
        text = "".join(iter_837p(numbered, PRACTICE, PROFILES, changed(ENVELOPE, transaction_number=17)))
        count(text)
        assert [row[2] for row in segments(text, "ST")] == ["0017", "0018"]
        assert len({row[3] for row in segments(text, "BHT")}) == 2
        assert text.split("~SE*")[0].count("~CLM*") == 5000
        assert segments(text, "GE")[0][1] == "2"


class TestEnvelope:
    def test_usage_is_test_unless_the_practice_says_otherwise(self) -> None:
        assert segments(written(MEDICARE), "ISA")[0][15] == "T"
        live = changed(PRACTICE, usage="P")
        assert segments(written(MEDICARE, practice=live), "ISA")[0][15] == "P"

    def test_the_same_input_gives_the_same_bytes(self) -> None:
        assert written(*scenario("secondary")) == written(*scenario("secondary"))

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"control_number": 0}, "envelope.control_number"),
            ({"control_number": 10**9}, "envelope.control_number"),
            ({"group_number": 10**9}, "envelope.group_number"),
            ({"transaction_number": 0}, "envelope.transaction_number"),
        ],
    )
    def test_control_numbers_have_nine_digits(self, change: dict[str, int], path: str) -> None:
        with pytest.raises(InputError) as caught:
            write_837p([MEDICARE], PRACTICE, PROFILES, changed(ENVELOPE, **change))
        assert caught.value.path == path

    def test_sets_do_not_run_over_nine_digits(self) -> None:
        claims = (changed(MEDICARE, claim_number=f"N{n}", lines=MEDICARE.lines[:1]) for n in range(5001))
        with pytest.raises(InputError, match="run out"):
            write_837p(claims, PRACTICE, PROFILES, changed(ENVELOPE, transaction_number=999_999_999))

    def test_nine_digits_are_enough(self) -> None:
        text = write_837p([MEDICARE], PRACTICE, PROFILES, changed(ENVELOPE, control_number=999_999_999)).decode()
        count(text)
        assert validated(text)[0]

    def test_long_numbers_of_the_sender_are_refused(self) -> None:
        practice = changed(PRACTICE, submitter=changed(PRACTICE.submitter, id="X" * 16))
        with pytest.raises(InputError) as caught:
            write_837p([MEDICARE], practice, PROFILES, ENVELOPE)
        assert caught.value.path == "practice.submitter.id"

    def test_other_numbers_for_group_and_submitter(self) -> None:
        submitter = changed(PRACTICE.submitter, group_id="GS2", etin="E41")
        receiver = changed(PRACTICE.receiver, etin="E40")
        text = written(MEDICARE, practice=changed(PRACTICE, submitter=submitter, receiver=receiver))
        assert segments(text, "GS")[0][2:4] == ["GS2", "GROUP9"]
        assert [row[9] for row in segments(text, "NM1")[:2]] == ["E41", "E40"]


class TestBatch:
    def test_no_claim_is_an_error(self) -> None:
        with pytest.raises(InputError, match="no claim"):
            write_837p([], PRACTICE, PROFILES, ENVELOPE)

    def test_a_bad_claim_raises_at_its_path(self) -> None:
        bad = changed(MEDICARE, claim_number="B", subscriber=Subscriber())
        with pytest.raises(InputError) as caught:
            write_837p([MEDICARE, bad], PRACTICE, PROFILES, ENVELOPE)
        assert caught.value.path == "claims[1].subscriber.member_id"

    def test_held_claims_are_told_and_the_others_sent(self) -> None:
        bad = changed(MEDICARE, claim_number=None, diagnoses=())
        told: list[tuple[int, list[str]]] = []
        data = write_837p(
            [bad, MEDICARE], PRACTICE, PROFILES, ENVELOPE,
            held=lambda index, claim, all_faults: told.append((index, [fault.path for fault in all_faults])),
        )  # fmt: skip
        assert told == [(0, ["claim_number", *(f"lines[{n}].diagnosis_pointers" for n in range(3)), "diagnoses"])]
        assert data == written(MEDICARE).encode()

    def test_a_batch_all_held_is_empty(self) -> None:
        bad = changed(MEDICARE, claim_number=None)
        assert write_837p([bad], PRACTICE, PROFILES, ENVELOPE, held=lambda *_: None) == b""

    def test_the_same_claim_twice(self) -> None:
        with pytest.raises(InputError, match="twice in this batch"):
            written(MEDICARE, MEDICARE)


class TestPractice:
    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"address": {"line1": "P.O. Box 12"}}, "practice.address.line1"),
            ({"address": {"line1": "PO BOX 12"}}, "practice.address.line1"),
            ({"address": {"line2": "Post Office Box 1"}}, "practice.address.line1"),
            ({"address": {"zip": "43000"}}, "practice.address.zip"),
            ({"address": {"state": "XX"}}, "practice.address.state"),
            ({"npi": "1222222221"}, "practice.npi"),
            ({"tax_id": "123"}, "practice.tax_id"),
            ({"taxonomy": "PT"}, "practice.taxonomy"),
            ({"name": "*"}, "practice.name"),
            ({"is_person": True}, "practice.first"),
        ],
    )
    def test_what_cannot_be_sent_names_the_field(self, change: dict[str, Any], path: str) -> None:
        if isinstance(change.get("address"), dict):
            change = {"address": changed(PRACTICE.address, **change["address"])}
        practice = changed(PRACTICE, **change)
        assert list(faults(MEDICARE, practice)) == [path]
        with pytest.raises(InputError) as caught:
            write_837p([MEDICARE], practice, PROFILES, ENVELOPE)
        assert caught.value.path == path

    def test_box_is_a_street_name_too(self) -> None:
        street = changed(PRACTICE, address=changed(PRACTICE.address, line1="7 Boxwood Street"))
        assert faults(MEDICARE, street) == {}

    def test_a_person_billing_in_their_own_name(self) -> None:
        alone = changed(PRACTICE, is_person=True, name="Solo", first="Sam", tax_id_kind="SY", tax_id="000-12-3456")
        text = written(changed(MEDICARE, rendering_npi=None), practice=alone)
        assert segments(text, "NM1")[2] == ["NM1", "85", "1", "SOLO", "SAM", "", "", "", "XX", "1222222220"]
        assert ["REF", "SY", "000123456"] in segments(text, "REF")
        assert "NM1*82" not in text
        assert validated(text)[0]

    def test_names_may_keep_their_case(self) -> None:
        assert "NM1*IL*1*Patient*Paula*M" in written(MEDICARE, practice=changed(PRACTICE, upper_case=False))


class TestClaim:
    def test_all_faults_at_once(self) -> None:
        bare = Claim(payer="medicare-b", lines=(ClaimLine(code="9711", units=1, modifiers=("G", "")),))
        assert list(faults(bare)) == [
            "claim_number", "subscriber", "patient", "lines[0].charge_cents", "lines[0].code", "lines[0].modifiers",
            "lines[0].diagnosis_pointers", "lines[0].date", "diagnoses", "rendering_npi",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"payer": "nobody"}, "payer"),
            ({"claim_number": "X" * 21}, "claim_number"),
            ({"claim_number": "A*B"}, "claim_number"),
            ({"place_of_service": "1"}, "place_of_service"),
            ({"diagnoses": ("M54.50", "54")}, "diagnoses[1]"),
            ({"diagnoses": tuple(f"M25.{n}" for n in range(500, 513))}, "diagnoses"),
            ({"referring_npi": "1999999992"}, "referring_npi"),
            ({"rendering_npi": "1999999992"}, "rendering_npi"),
            ({"rendering_npi": None}, "rendering_npi"),
            ({"location": "Nowhere"}, "location"),
            ({"note": "x" * 81}, "note"),
            ({"frequency": "5"}, "frequency"),
            ({"patient_paid_cents": -1}, "patient_paid_cents"),
            ({"prior_authorization": "A" * 51}, "prior_authorization"),
            ({"accident": Accident(kind="other")}, "accident.on"),
            ({"accident": Accident(kind="auto", on=date(2026, 1, 1))}, "accident.state"),
            ({"sequence": "S", "other_insurance": SECONDARY.other_insurance}, "subscriber.medicare_secondary_reason"),
            ({"sequence": "S"}, "other_insurance"),
            ({"patient": "P-1"}, "patient"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_sent_names_the_field(self, change: dict[str, Any], path: str) -> None:
        assert path in faults(changed(MEDICARE, **change))

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"last": None}, "patient.last"),
            ({"first": "Иван"}, "patient.first"),
            ({"birth_date": None}, "patient.birth_date"),
            ({"sex": None}, "patient.sex"),
            ({"address": None}, "patient.address"),
            ({"address": Address(line1="1 A", city="B", state="OH", zip="4300")}, "patient.address.zip"),
        ],
    )
    def test_what_the_patient_must_have(self, change: dict[str, Any], path: str) -> None:
        for claim in (MEDICARE, DEPENDENT):
            assert path in faults(changed(claim, patient=changed(claim.patient, **change)))

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"charge_cents": None}, "lines[0].charge_cents"),
            ({"charge_cents": -1}, "lines[0].charge_cents"),
            ({"units": 0}, "lines[0].units"),
            ({"modifiers": ("GP", "KX", "59", "CQ", "76")}, "lines[0].modifiers"),
            ({"diagnosis_pointers": (1, 1)}, "lines[0].diagnosis_pointers"),
            ({"diagnosis_pointers": (3,)}, "lines[0].diagnosis_pointers"),
            ({"diagnosis_pointers": (0,)}, "lines[0].diagnosis_pointers"),
            ({"diagnosis_pointers": (1, 2, 3, 4, 5)}, "lines[0].diagnosis_pointers"),
            ({"place_of_service": "home"}, "lines[0].place_of_service"),
            ({"code": "97799"}, "lines[0].description"),
            ({"code": "97799", "description": "x" * 81}, "lines[0].description"),
            ({"line_id": "MB-1001-2"}, "lines[1].line_id"),
            ({"line_id": "A:B"}, "lines[0].line_id"),
            ({"adjudications": (STRANGER,)}, "lines[0].adjudications[0].payer_id"),
        ],
    )  # fmt: skip
    def test_what_a_line_must_have(self, change: dict[str, Any], path: str) -> None:
        lines = (changed(MEDICARE.lines[0], **change), *MEDICARE.lines[1:])
        assert list(faults(changed(MEDICARE, lines=lines))) == [path]

    def test_lines_of_no_units_only(self) -> None:
        idle = ClaimLine(code="97110", units=0)
        assert "nothing to bill" in faults(changed(MEDICARE, lines=(idle,)))["lines"]

    def test_fifty_lines_and_no_more(self) -> None:
        lines = MEDICARE.lines * 17
        assert faults(changed(MEDICARE, lines=lines[:50])) == {}
        assert "split it" in faults(changed(MEDICARE, lines=lines))["lines"]

    def test_an_authorization_known_around_the_claim_is_sent(self) -> None:
        context = Context(authorization=Authorization(number="AROUND1"))
        assert segments(written(changed(MEDICARE, context=context)), "REF")[1] == ["REF", "G1", "AROUND1"]
        both = changed(MEDICARE, context=context, prior_authorization="OWN1")
        assert segments(written(both), "REF")[1] == ["REF", "G1", "OWN1"]

    def test_long_names_are_cut_to_what_their_elements_hold(self) -> None:
        long = "Ab" * 150
        where = Address(line1=long, line2=long, city=long, state="OH", zip="430001234")
        person = changed(MEDICARE.patient, last=long, first=long, middle=long, suffix=long, address=where)
        therapist = changed(PRACTICE.providers[0], last=long, first=long, middle=long)
        practice = changed(
            PRACTICE, name=long, address=where, providers=(therapist,),
            payers={"medicare-b": changed(PRACTICE.payers["medicare-b"], name=long, payer_id="9" * 80)},
            submitter=changed(PRACTICE.submitter, name=long),
            receiver=changed(PRACTICE.receiver, name=long),
            locations=(changed(PRACTICE.locations[0], name=long, address=changed(where, line1="1 Short")),),
        )  # fmt: skip
        text = written(changed(MEDICARE, patient=person, location=long), practice=practice)
        assert validated(text)[0]
        lengths = [[len(element) for element in row[3:8]] for row in segments(text, "NM1")]
        assert lengths[4] == [60, 35, 25, 0, 10] and all(row[0] == 60 for row in [*lengths[:3], *lengths[5:6]])
        assert {(len(row[1]), len(row[2])) for row in segments(text, "N3")[::2]} == {(55, 55)}
        assert lengths[-1][0] == 60 and len(segments(text, "N4")[0][1]) == 30
        longer = changed(practice.payers["medicare-b"], payer_id="9" * 81)
        found = faults(MEDICARE, changed(practice, payers={"medicare-b": longer}))
        assert "practice.payers.medicare-b.payer_id" in found

    def test_one_diagnosis_needs_no_pointer(self) -> None:
        lines = (changed(MEDICARE.lines[0], diagnosis_pointers=None),)
        assert segments(written(changed(MEDICARE, diagnoses=("M54.50",), lines=lines)), "SV1")[0][7] == "1"

    def test_original_medicare_takes_no_replacement(self) -> None:
        found = faults(changed(MEDICARE, frequency="7"))
        assert "reopening" in found["frequency"]
        assert "payer_claim_number" in found

    def test_a_payers_number_goes_with_a_replacement_only(self) -> None:
        assert "REF*F8" not in written(changed(MEDICARE, payer_claim_number="X1"))

    def test_the_place_is_told_only_when_it_differs(self) -> None:
        assert "NM1*77" not in written(changed(MEDICARE, location="Main"))

    def test_the_practice_itself_is_no_rendering_provider(self) -> None:
        assert "NM1*82" not in written(changed(MEDICARE, rendering_npi=PRACTICE.npi))

    def test_a_therapist_is_no_supervising_physician(self) -> None:
        assert "NM1*DQ" not in written(changed(MEDICARE, supervising_npi="1333333338"))

    def test_assignment_and_signatures(self) -> None:
        insured = changed(MEDICARE.subscriber, assigns_benefits=False, release_signed=False)
        text = written(changed(MEDICARE, accepts_assignment=False, subscriber=insured))
        assert segments(text, "CLM")[0][6:10] == ["Y", "C", "N", "I"]

    def test_onset_on_the_day_of_service_says_nothing_new(self) -> None:
        assert "DTP*431" not in written(changed(MEDICARE, onset_date=MEDICARE.date))

    def test_a_long_name_is_cut_and_a_long_member_id_refused(self) -> None:
        long = changed(MEDICARE, patient=changed(MEDICARE.patient, last="Ab" * 40))
        assert segments(written(long), "NM1")[4][3] == "AB" * 30
        assert "subscriber.member_id" in faults(changed(MEDICARE, subscriber=Subscriber(member_id="1" * 81)))


class TestSecondPayer:
    def test_medicare_number_has_no_dashes_anywhere(self) -> None:
        assert "1EG4-" not in written(*scenario("secondary"))

    def test_a_line_that_does_not_balance(self) -> None:
        line = SECONDARY.lines[0]
        decided = changed(line.adjudications[0], paid_cents=6400)
        lines = (changed(line, adjudications=(decided,)), SECONDARY.lines[1])
        found = faults(changed(SECONDARY, lines=lines))
        assert "does not balance" in found["lines[0].adjudications"]
        assert "does not balance" in found["other_insurance[0].paid_cents"]

    def test_a_payer_total_that_does_not_balance(self) -> None:
        other = changed(SECONDARY.other_insurance[0], paid_cents=9001)
        assert list(faults(changed(SECONDARY, other_insurance=(other,)))) == ["other_insurance[0].paid_cents"]

    def test_a_line_the_first_payer_did_not_decide(self) -> None:
        lines = (SECONDARY.lines[0], changed(SECONDARY.lines[1], adjudications=()))
        assert "missing" in faults(changed(SECONDARY, lines=lines))["lines[1].adjudications"]

    def test_an_undecided_first_payer(self) -> None:
        other = changed(SECONDARY.other_insurance[0], paid_cents=None)
        assert "paid_cents" in next(iter(faults(changed(SECONDARY, other_insurance=(other,)))))

    def test_a_payer_of_the_whole_claim_needs_its_date(self) -> None:
        claim = scenario("secondary")[1]
        other = changed(claim.other_insurance[0], adjudicated_on=None)
        assert list(faults(changed(claim, other_insurance=(other,)))) == ["other_insurance[0].adjudicated_on"]

    def test_a_second_payer_known_while_billing_the_first(self) -> None:
        other = changed(
            SECONDARY.other_insurance[0], sequence="S", paid_cents=None, remaining_liability_cents=None,
            adjustments=(), payer_claim_number=None, remarks=(),
        )  # fmt: skip
        text = written(changed(MEDICARE, other_insurance=(other,)))
        assert len(segments(text, "SBR")) == 2 and not segments(text, "AMT") and not segments(text, "DTP")[3:]
        assert validated(text)[0]

    def test_two_payers_in_one_place(self) -> None:
        other = changed(SECONDARY.other_insurance[0], sequence="S")
        assert "same place" in faults(changed(SECONDARY, other_insurance=(other,)))["other_insurance"]

    def test_ten_other_payers_and_no_more(self) -> None:
        (first,) = SECONDARY.other_insurance
        others = tuple(changed(first, payer_id=f"OP{n}") for n in range(11))
        assert "at most 10" in faults(changed(SECONDARY, other_insurance=others))["other_insurance"]
        assert "at most" not in faults(changed(SECONDARY, other_insurance=others[:10]))["other_insurance"]

    def test_an_employer_has_no_home_address(self) -> None:
        (first,) = SECONDARY.other_insurance
        employer = changed(first.subscriber, organization="Widgets", relationship="employee")
        text = written(changed(SECONDARY, other_insurance=(changed(first, subscriber=employer),)))
        assert "NM1*IL*2*WIDGETS*****MI*COM999~NM1*PR" in text
        assert validated(text)[0]

    def test_seven_reasons_in_a_group(self) -> None:
        reasons = tuple(Adjustment(group="PR", carc=str(n), cents=1) for n in range(1, 8))
        other = changed(SECONDARY.other_insurance[0], adjustments=reasons)
        assert "six" in faults(changed(SECONDARY, other_insurance=(other,)))["other_insurance[0].adjustments"]

    def test_a_reason_of_no_money_is_left_out(self) -> None:
        line = SECONDARY.lines[0]
        decided = line.adjudications[0]
        more = (*decided.adjustments, Adjustment(group="OA", carc="23", cents=0))
        lines = (changed(line, adjudications=(changed(decided, adjustments=more),)), SECONDARY.lines[1])
        assert written(changed(SECONDARY, lines=lines)) == written(SECONDARY)


class TestSplit:
    def test_a_claim_that_fits_is_left_alone(self) -> None:
        assert split_claim(MEDICARE) == (MEDICARE,)

    def test_over_fifty_lines(self) -> None:
        big = changed(MEDICARE, claim_number="BIG", lines=MEDICARE.lines * 34, patient_paid_cents=500)
        parts = split_claim(big)
        assert [part.claim_number for part in parts] == ["BIG-1", "BIG-2", "BIG-3"]
        assert [len(part.lines) for part in parts] == [50, 50, 2]
        assert [part.patient_paid_cents for part in parts] == [500, None, None]
        text = written(*parts)
        count(text)
        assert validated(text)[0]

    def test_over_twelve_diagnoses(self) -> None:
        codes = tuple(f"M25.{n}" for n in range(500, 514))
        lines = tuple(changed(MEDICARE.lines[0], diagnosis_pointers=(n,)) for n in (14, 1, *range(2, 14)))
        parts = split_claim(changed(MEDICARE, diagnoses=codes, lines=lines))
        assert parts[0].diagnoses == (*codes[:11], codes[13])
        assert parts[0].lines[0].diagnosis_pointers == (12,)
        assert parts[0].lines[1].diagnosis_pointers == (1,)
        assert parts[1].diagnoses == codes[11:13]
        assert [line.diagnosis_pointers for line in parts[1].lines] == [(1,), (2,)]
        assert all(problems(part, PRACTICE, PROFILES) == () for part in parts)

    def test_diagnoses_nobody_points_to_fill_what_is_left(self) -> None:
        codes = tuple(f"M25.{n}" for n in range(500, 514))
        (only,) = split_claim(changed(MEDICARE, diagnoses=codes, lines=(MEDICARE.lines[1],)))
        assert only.claim_number == MEDICARE.claim_number
        assert only.diagnoses == (codes[1], codes[0], *codes[2:12])

    def test_what_an_earlier_payer_paid_is_shared_out(self) -> None:
        lines = (SECONDARY.lines * 30)[:60]
        paid = 30 * 9500 - 500
        other = changed(SECONDARY.other_insurance[0], paid_cents=paid, remaining_liability_cents=30 * 4550)
        parts = split_claim(changed(SECONDARY, claim_number="S", lines=lines, other_insurance=(other,)))
        assert sum(part.other_insurance[0].paid_cents or 0 for part in parts) == paid
        assert all(problems(part, PRACTICE, PROFILES) == () for part in parts)
        assert validated(written(*parts))[0]

    @pytest.mark.parametrize("change", [{"paid_cents": 1}, {"remaining_liability_cents": 1}])
    def test_money_that_does_not_add_up_is_not_split(self, change: dict[str, int]) -> None:
        whole = {"paid_cents": 30 * 9500 - 500, "remaining_liability_cents": 30 * 4550}
        other = changed(SECONDARY.other_insurance[0], **(whole | change))
        with pytest.raises(InputError):
            split_claim(changed(SECONDARY, lines=SECONDARY.lines * 30, other_insurance=(other,)))

    def test_a_payer_that_decided_the_whole_claim(self) -> None:
        claim = scenario("secondary")[1]
        with pytest.raises(InputError, match="as a whole"):
            split_claim(changed(claim, lines=claim.lines * 51))

    def test_a_replacement_is_not_split(self) -> None:
        claim = scenario("replacement")[0]
        with pytest.raises(InputError, match="cannot be split"):
            split_claim(changed(claim, lines=claim.lines * 51))

    def test_lines_stay_apart_from_their_neighbours(self) -> None:
        apart = changed(MEDICARE.lines[0], distinct_from=(1, 51))
        parts = split_claim(changed(MEDICARE, lines=(*MEDICARE.lines[:1] * 50, MEDICARE.lines[1], apart)))
        assert parts[1].lines[1].distinct_from == (1,)
