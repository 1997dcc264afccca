"""Every situational loop of the 837P we write: right bytes, two validators content, our reader gives the same back."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from tests.edi.professional import (
    COLLEAGUE,
    ORDERER,
    PHYSICIAN,
    PRACTICE,
    REFERRER,
    THERAPIST,
    accepted,
    changed,
    faults,
    golden,
    read_back,
    with_lines,
)

from rehabill.base.errors import InputError
from rehabill.edi.claim_837p import split_claim
from rehabill.edi.p837.profile import ATTACHMENT_KINDS, ATTACHMENT_WAYS, DELAY_REASONS, SPECIAL_PROGRAMS
from rehabill.model.claim import Accident, Adjustment, Attachment, Authorization, Claim, Context
from rehabill.model.party import Address, Subscriber
from rehabill.x12.spec.load import load
from rehabill.x12.spec.schema import ElementSpec, LoopSpec, SegmentSpec

MEDICARE, ADVANTAGE = golden("medicare"), changed(golden("medicare"), payer="medicare-advantage")
COMMERCIAL = changed(golden("medicare"), payer="commercial")
SECONDARY, DEPENDENT = golden("secondary"), golden("dependent")
DAY = MEDICARE.date or dt.date(2026, 3, 2)
LATER = DAY + dt.timedelta(days=3)
PAPER = Attachment(kind="PN", way="EL", control_number="ATT-1")
ON_REQUEST = Attachment(kind="OZ", way="AA")


def line_segments(segments: list[str], number: int = 1) -> list[str]:
    """One line's segments, from LX on."""
    begins = segments.index(f"LX*{number}")
    ends = next(
        index
        for index, text in enumerate(segments)
        if index > begins and text.startswith(("LX*", "SE*", "HL*", "CLM*"))
    )
    return segments[begins:ends]


class TestLine:
    @pytest.mark.parametrize(
        ("change", "wanted"),
        [
            ({"end_date": LATER}, f"DTP*472*RD8*{DAY:%Y%m%d}-{LATER:%Y%m%d}"),
            ({"note": "two*sites"}, "NTE*ADD*TWO SITES"),
            ({"attachments": (PAPER,)}, "PWK*PN*EL***AC*ATT-1"),
            ({"attachments": (ON_REQUEST,)}, "PWK*OZ*AA"),
            ({"prior_authorization": "AUTH-9"}, "REF*G1*AUTH-9"),
            ({"referral_number": "REFER-9"}, "REF*9F*REFER-9"),
            ({"emergency": True}, "SV1*HC:97110:GP:KX*120.5*UN*2***1:2**Y"),
            ({"unit": "MJ", "units": 30}, "SV1*HC:97110:GP:KX*120.5*MJ*30***1:2"),
            ({"description": "leg: left"}, "SV1*HC:97110:GP:KX:::LEG LEFT*120.5*UN*2***1:2"),
            ({"rendering_npi": COLLEAGUE}, f"NM1*82*1*COLLEAGUE*COLE****XX*{COLLEAGUE}"),
            ({"rendering_npi": COLLEAGUE}, "PRV*PE*PXC*225100000X"),
            ({"rendering_npi": PRACTICE.npi}, "NM1*82*2*MADE-UP PHYSICAL THERAPY, PC*****XX*1222222220"),
            ({"supervising_npi": PHYSICIAN}, f"NM1*DQ*1*PHYSICIAN*PHIL****XX*{PHYSICIAN}"),
            ({"ordering_npi": ORDERER}, f"NM1*DK*1*ORDERS*ADA*B***XX*{ORDERER}"),
            ({"referring_npi": PHYSICIAN}, f"NM1*DN*1*PHYSICIAN*PHIL****XX*{PHYSICIAN}"),
            ({"initial_treatment_date": dt.date(2026, 2, 1)}, "DTP*454*D8*20260201"),
        ],
    )  # fmt: skip
    def test_what_a_line_says_of_its_own(self, change: dict[str, Any], wanted: str) -> None:
        claim = with_lines(changed(ADVANTAGE, referring_npi=REFERRER), change)
        assert wanted in line_segments(accepted(claim))
        (name,) = [name for name in change if name != "units"]
        if name not in ("note", "description"):
            assert getattr(read_back(claim)[0].lines[0], name) == change[name]

    @pytest.mark.parametrize(
        "change",
        [
            {"end_date": DAY}, {"note": " "}, {"prior_authorization": "A1"}, {"referral_number": "R1"},
            {"emergency": False}, {"description": ""}, {"rendering_npi": THERAPIST}, {"referring_npi": REFERRER},
            {"supervising_npi": COLLEAGUE}, {"supervising_npi": PHYSICIAN}, {"ordering_npi": THERAPIST},
            {"initial_treatment_date": dt.date(2026, 1, 5)},
        ],
    )  # fmt: skip
    def test_what_says_nothing_new_is_left_out(self, change: dict[str, Any]) -> None:
        claim = changed(
            ADVANTAGE, referring_npi=REFERRER, supervising_npi=PHYSICIAN, prior_authorization="A1",
            referral_number="R1", initial_treatment_date=dt.date(2026, 1, 5),
        )  # fmt: skip
        assert accepted(with_lines(claim, change)) == accepted(claim)

    def test_a_payer_that_does_not_ask_is_not_told_the_first_treatment(self) -> None:
        claim = with_lines(COMMERCIAL, {"initial_treatment_date": dt.date(2026, 2, 1)})
        assert accepted(claim) == accepted(COMMERCIAL)

    def test_an_authorization_around_the_claim_is_the_claims(self) -> None:
        claim = changed(COMMERCIAL, context=Context(authorization=Authorization(number="A1")))
        assert accepted(with_lines(claim, {"prior_authorization": "A1"})) == accepted(claim)

    def test_all_of_it_in_the_guides_order(self) -> None:
        everything = {
            "end_date": LATER, "note": "N", "attachments": (PAPER, ON_REQUEST), "rendering_npi": COLLEAGUE,
            "referring_npi": PHYSICIAN, "supervising_npi": PHYSICIAN, "ordering_npi": ORDERER,
            "prior_authorization": "A9", "referral_number": "R9", "initial_treatment_date": DAY, "emergency": True,
        }  # fmt: skip
        claim = with_lines(changed(ADVANTAGE, referring_npi=REFERRER), everything)
        names = [text.split("*")[0] + "*" + text.split("*")[1] for text in line_segments(accepted(claim))[2:]]
        assert names == [
            "PWK*PN", "PWK*OZ", "DTP*472", "DTP*454", "REF*G1", "REF*6R", "REF*9F", "NTE*ADD", "NM1*82", "PRV*PE",
            "NM1*DQ", "NM1*DK", "NM1*DN",
        ]  # fmt: skip

    def test_every_line_may_say_who_treated_when_the_claim_does_not(self) -> None:
        claim = with_lines(changed(COMMERCIAL, rendering_npi=None), *[{"rendering_npi": THERAPIST}] * 3)
        segments = accepted(claim)
        assert sum(text.startswith("NM1*82") for text in segments) == 3
        assert "rendering_npi" in faults(with_lines(claim, {"rendering_npi": None}))

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"end_date": dt.date(2025, 1, 1)}, "end_date"),
            ({"note": "x" * 81}, "note"),
            ({"note": "Иван"}, "note"),
            ({"description": "Иван"}, "description"),
            ({"description": "x" * 81}, "description"),
            ({"attachments": (Attachment(kind="??", way="AA"),)}, "attachments[0].kind"),
            ({"attachments": (Attachment(kind="OZ", way="ZZ", control_number="12"),)}, "attachments[0].way"),
            ({"attachments": (Attachment(kind="OZ", way="BM"),)}, "attachments[0].control_number"),
            ({"attachments": (ON_REQUEST, changed(PAPER, control_number="A*"))}, "attachments[1].control_number"),
            ({"attachments": (ON_REQUEST,) * 11}, "attachments"),
            ({"prior_authorization": "A~"}, "prior_authorization"),
            ({"referral_number": "R" * 51}, "referral_number"),
            ({"rendering_npi": REFERRER}, "rendering_npi"),
            ({"supervising_npi": "1999999992"}, "supervising_npi"),
            ({"ordering_npi": "1999999992"}, "ordering_npi"),
            ({"referring_npi": "1999999992"}, "referring_npi"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_sent_names_the_field(self, change: dict[str, Any], path: str) -> None:
        claim = with_lines(changed(COMMERCIAL, referring_npi=REFERRER), {}, change)
        assert list(faults(claim)) == [f"lines[1].{path}"]

    def test_the_same_unknown_person_is_told_wherever_named(self) -> None:
        other = {"referring_npi": "1999999992"}
        found = faults(with_lines(changed(COMMERCIAL, referring_npi=REFERRER), other, {}, other))
        assert list(found) == ["lines[0].referring_npi", "lines[2].referring_npi"]

    def test_a_line_alone_cannot_name_who_referred(self) -> None:
        found = faults(with_lines(changed(COMMERCIAL, referring_npi=None), {"referring_npi": REFERRER}))
        assert "for the claim too" in found["lines[0].referring_npi"]


class TestClaim:
    @pytest.mark.parametrize(
        ("change", "wanted"),
        [
            ({"attachments": (PAPER,)}, "PWK*PN*EL***AC*ATT-1"),
            ({"note": "a note"}, "NTE*ADD*A NOTE"),
            ({"delay_reason": "11"}, "CLM*MB-1001*{}***11:B:1*Y*A*Y*Y" + "*" * 11 + "11"),
            ({"special_program": "09"}, "CLM*MB-1001*{}***11:B:1*Y*A*Y*Y***09"),
            (
                {"special_program": "02", "delay_reason": "1", "accident": Accident(kind="employment")},
                "CLM*MB-1001*{}***11:B:1*Y*A*Y*Y**EM*02********1",
            ),
            ({"frequency": "7", "payer_claim_number": "ICN7"}, "REF*F8*ICN7"),
            ({"frequency": "8", "payer_claim_number": "ICN8"}, "REF*F8*ICN8"),
            ({"supervising_npi": PHYSICIAN}, f"NM1*DQ*1*PHYSICIAN*PHIL****XX*{PHYSICIAN}"),
        ],
    )  # fmt: skip
    def test_what_few_claims_say(self, change: dict[str, Any], wanted: str) -> None:
        claim = changed(COMMERCIAL, **change)
        segments = accepted(claim)
        charge = next(text for text in segments if text.startswith("CLM*")).split("*")[2]
        assert wanted.format(charge) in segments
        got = read_back(claim)[0]
        assert all(getattr(got, name) == value for name, value in change.items() if name != "note")

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"attachments": (Attachment(kind="OZ", way="EL"),)}, "attachments[0].control_number"),
            ({"delay_reason": "12"}, "delay_reason"),
            ({"special_program": "01"}, "special_program"),
            ({"note": "Иван"}, "note"),
            ({"frequency": "7"}, "payer_claim_number"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_sent_names_the_field(self, change: dict[str, Any], path: str) -> None:
        assert list(faults(changed(COMMERCIAL, **change))) == [path]

    def test_medigap_is_crossed_over_by_its_number(self) -> None:
        """Medicare forwards a claim to the Medigap plan whose number (55000 to 59999) stands with the second payer."""
        (first,) = SECONDARY.other_insurance
        medigap = changed(
            first, payer_name="GAP PLAN", payer_id="55123", sequence="S", paid_cents=None, payer_claim_number=None,
            remaining_liability_cents=None, adjustments=(), remarks=(),
            subscriber=Subscriber(member_id="GAP1"),
        )  # fmt: skip
        claim = changed(MEDICARE, other_insurance=(medigap,))
        assert "NM1*PR*2*GAP PLAN*****PI*55123" in accepted(claim)
        assert read_back(claim)[0].other_insurance == (medigap,)

    def test_our_lists_are_the_guides(self) -> None:
        assert codes("CLM", 12) == SPECIAL_PROGRAMS
        assert codes("CLM", 20) == DELAY_REASONS
        assert codes("PWK", 1) == ATTACHMENT_KINDS
        assert codes("PWK", 2) == ATTACHMENT_WAYS


def codes(segment: str, number: int) -> frozenset[str]:
    """The guide's codes of an element of loop 2300."""
    for part in _parts(load("837p").body):
        if isinstance(part, SegmentSpec) and part.id == segment:
            element = part.elements[number - 1]
            assert isinstance(element, ElementSpec)
            return frozenset(element.codes)
    raise KeyError(segment)


def _parts(body: Iterable[SegmentSpec | LoopSpec]) -> Iterator[SegmentSpec | LoopSpec]:
    for part in body:
        yield part
        if isinstance(part, LoopSpec):
            yield from _parts(part.body)


class TestAbroad:
    @pytest.mark.parametrize(
        ("address", "wanted"),
        [
            ({"city": "Toronto", "state": "on", "zip": "M5V 2T6", "country": "CA"}, "N4*TORONTO*ON*M5V2T6*CA"),
            ({"city": "Berlin", "state": "", "zip": "10115", "country": "de"}, "N4*BERLIN**10115*DE"),
            ({"city": "Tijuana", "state": "BCN", "zip": "22000", "country": "MX"}, "N4*TIJUANA**22000*MX***BCN"),
            ({"city": "Hamilton", "state": "", "zip": "HM 12", "country": "BM"}, "N4*HAMILTON**HM12*BM"),
            ({"city": "Doha", "state": "", "zip": "", "country": "QA"}, "N4*DOHA***QA"),
            ({"city": "Akron", "state": "OH", "zip": "44301", "country": "US"}, "N4*AKRON*OH*44301"),
        ],
    )  # fmt: skip
    def test_a_patient_abroad(self, address: dict[str, str], wanted: str) -> None:
        for claim in (COMMERCIAL, DEPENDENT):
            claim = changed(claim, patient=changed(claim.patient, address=Address(line1="1 Way", **address)))
            assert wanted in accepted(claim)
            got = read_back(claim)[0].patient
            assert got is not None and not isinstance(got, str) and got.address is not None
            assert (got.address.country or "US", got.address.state) == (
                address["country"].upper(), address["state"].upper(),
            )  # fmt: skip

    def test_a_practice_and_a_payer_abroad(self) -> None:
        where = Address(line1="1 Way", city="Windsor", state="ON", zip="N9A 1A1", country="CA")
        payers = PRACTICE.payers | {"commercial": changed(PRACTICE.payers["commercial"], address=where)}
        segments = accepted(COMMERCIAL, practice=changed(PRACTICE, address=where, payers=payers))
        assert segments.count("N4*WINDSOR*ON*N9A1A1*CA") == 2

    @pytest.mark.parametrize(
        ("address", "paths"),
        [
            ({"state": "OH", "zip": "M5V 2T6", "country": "CA"}, ["state"]),
            ({"state": "ON", "zip": "43000", "country": "CA"}, ["zip"]),
            ({"state": "", "zip": "1", "country": "CHE"}, ["country", "zip"]),
            ({"state": "Bayern", "zip": "80331", "country": "DE"}, ["state"]),
            ({"state": "ON", "zip": "43000", "country": "US"}, ["state"]),
        ],
    )  # fmt: skip
    def test_what_cannot_be_sent_names_the_field(self, address: dict[str, str], paths: list[str]) -> None:
        where = Address(line1="1 Way", city="Town", **address)
        found = faults(changed(COMMERCIAL, patient=changed(COMMERCIAL.patient, address=where)))
        assert list(found) == [f"patient.address.{path}" for path in paths]


def decided(**changes: Any) -> Claim:
    """The claim to a second payer with its second line decided otherwise."""
    line = SECONDARY.lines[1]
    return with_lines(SECONDARY, {}, {"adjudications": (changed(line.adjudications[0], **changes),)})


NOTHING_PAID: dict[str, Any] = {
    "paid_cents": 0, "adjustments": (Adjustment(group="CO", carc="97", cents=6000),), "bundled_into": 1,
}  # fmt: skip


class TestOtherPayers:
    def test_a_line_bundled_into_another(self) -> None:
        (first,) = SECONDARY.other_insurance
        claim = changed(decided(**NOTHING_PAID), other_insurance=(changed(first, paid_cents=6000),))
        assert "SVD*COMM1*0*HC:97530:GP**1*1" in accepted(claim)
        assert read_back(claim)[0].lines[1].adjudications[0].bundled_into == 1

    def test_a_line_is_named_by_its_number_among_those_sent(self) -> None:
        (first,) = SECONDARY.other_insurance
        claim = changed(decided(**NOTHING_PAID), other_insurance=(changed(first, paid_cents=6000),))
        idle = changed(claim.lines[0], units=0, charge_cents=None, adjudications=())
        bundled = changed(claim.lines[1].adjudications[0], bundled_into=2)
        lines = (idle, claim.lines[0], changed(claim.lines[1], adjudications=(bundled,)))
        assert "SVD*COMM1*0*HC:97530:GP**1*1" in accepted(changed(claim, lines=lines))
        lost = changed(lines[2], adjudications=(changed(bundled, bundled_into=1),))
        found = faults(changed(claim, lines=(*lines[:2], lost)))
        assert "not sent" in found["lines[2].adjudications[0].bundled_into"]

    @pytest.mark.parametrize("into", [0, 2, 3, -1])
    def test_a_line_is_bundled_into_another_of_the_claim(self, into: int) -> None:
        assert "lines[1].adjudications[0].bundled_into" in faults(decided(bundled_into=into))

    def test_what_is_owed_by_line(self) -> None:
        (first,) = SECONDARY.other_insurance
        by_line = decided(remaining_liability_cents=2000)
        claim = changed(by_line, other_insurance=(changed(first, remaining_liability_cents=None),))
        assert line_segments(accepted(claim), 2)[-1] == "AMT*EAF*20"
        assert read_back(claim)[0].lines[1].adjudications[0].remaining_liability_cents == 2000
        assert "keep one" in faults(by_line)["other_insurance[0].remaining_liability_cents"]

    def test_what_is_owed_is_not_below_zero(self) -> None:
        (first,) = SECONDARY.other_insurance
        claim = changed(SECONDARY, other_insurance=(changed(first, remaining_liability_cents=-1),))
        assert list(faults(claim)) == ["other_insurance[0].remaining_liability_cents"]
        by_line = decided(remaining_liability_cents=-1)
        claim = changed(by_line, other_insurance=(changed(first, remaining_liability_cents=None),))
        assert list(faults(claim)) == ["lines[1].adjudications[0].remaining_liability_cents"]

    def test_what_is_owed_goes_with_what_was_paid(self) -> None:
        (first,) = SECONDARY.other_insurance
        later = changed(first, sequence="S", paid_cents=None, adjustments=(), remarks=(), payer_claim_number=None)
        assert list(faults(changed(MEDICARE, other_insurance=(later,)))) == ["other_insurance[0].paid_cents"]

    def test_a_policy_holder_abroad(self) -> None:
        (first,) = SECONDARY.other_insurance
        home = Address(line1="1 Rue", city="Paris", state="", zip="75001", country="FR")
        holder = changed(first.subscriber, person=changed(first.subscriber.person, address=home))
        claim = changed(SECONDARY, other_insurance=(changed(first, subscriber=holder),))
        assert "N4*PARIS**75001*FR" in accepted(claim)
        as_written = changed(PRACTICE, upper_case=False)
        assert read_back(claim, practice=as_written)[0].other_insurance[0].subscriber.person == holder.person

    def test_a_claim_is_not_split_between_bundled_lines(self) -> None:
        big = changed(SECONDARY, lines=(*SECONDARY.lines * 25, *decided(bundled_into=1).lines[1:]))
        with pytest.raises(InputError, match="another claim"):
            split_claim(big)
        codes = tuple(f"M25.{100 + number}" for number in range(13))
        last = with_lines(decided(bundled_into=1), {"diagnosis_pointers": (13,)}, {"diagnosis_pointers": (12,)})
        (only,) = split_claim(changed(last, diagnoses=codes))
        assert only.lines[1].adjudications[0].bundled_into == 1
