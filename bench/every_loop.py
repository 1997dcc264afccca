"""Claims with every situational loop of the 837P, for the bench of writing.

Ten kinds of claims with other patients, days, charges and numbers: plain, dependent, replaced, late, abroad, with
attachments and notes, with lines of other providers, to a second payer (by line and as a whole, bundled, what is owed
by line), with a Medigap plan. Every text is cleaned; in every third claim names and streets hold accents and
separators, so that cleaning has something to do.
"""

import datetime as dt
import json
from pathlib import Path

import msgspec

from rehabill.edi.claim_837p import PayerX12
from rehabill.model.claim import (
    Accident,
    Adjustment,
    Attachment,
    Claim,
    ClaimLine,
    LineAdjudication,
    OtherInsurance,
)
from rehabill.model.party import Address, Person, Subscriber
from rehabill.model.practice import Practice, Provider

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden" / "837p" / "practice.json"
THERAPIST, COLLEAGUE = "1333333338", "1666666668"
REFERRER, PHYSICIAN = "1444444446", "1777777776"
FIRST_DAY = dt.date(2026, 1, 5)
changed = msgspec.structs.replace


def practice() -> tuple[Practice, dict[str, PayerX12]]:
    """The tests' practice, with a colleague and a physician more."""
    setup = json.loads(GOLDEN.read_text())
    given = msgspec.convert(setup["practice"], Practice)
    colleague = Provider(npi=COLLEAGUE, first="Cole", last="Colleague", taxonomy="225100000X", discipline="PT")
    physician = Provider(npi=PHYSICIAN, first="Phil", last="Physician")
    whole = changed(given, providers=(*given.providers, colleague), referring=(*given.referring, physician))
    return whole, msgspec.convert(setup["profiles"], dict[str, PayerX12])


def plain(number: int, foreign: int = 3) -> Claim:
    """A claim of three lines; every number has another patient, day and charge."""
    day = FIRST_DAY + dt.timedelta(days=number % 60)
    lines = tuple(
        ClaimLine(
            code=code, units=1 + (number + place) % 3, charge_cents=4000 + (number * 7 + place * 1300) % 9000,
            modifiers=("GP",), diagnosis_pointers=(1, 2) if place else (1,),
        )
        for place, code in enumerate(("97110", "97140", "97530"))
    )  # fmt: skip
    odd = number % foreign == 0
    patient = Person(
        first=("José" if odd else "Joseph", "Mary Ann", "Kim", "O'Neal")[number % 4],
        last=f"Núñez-Groß {number}" if odd else f"Smith-Miller {number}",
        birth_date=dt.date(1950, 1, 1) + dt.timedelta(days=number * 37 % 20000), sex="F" if number % 2 else "M",
        address=Address(
            line1=f"{number} Straße: 4*" if odd else f"{number} North Main St. #4", city="Springfield", state="OH",
            zip=f"{43000 + number % 900}",
        ),
    )  # fmt: skip
    return Claim(
        payer="commercial", claim_number=f"N{number:07d}", date=day, diagnoses=("M54.50", "M25.561"), lines=lines,
        rendering_npi=THERAPIST, referring_npi=REFERRER, place_of_service="11", patient=patient,
        subscriber=Subscriber(member_id=f"M{number:09d}", group_number=f"G{number % 50}"),
    )  # fmt: skip


def second(claim: Claim, *, by_line: bool) -> Claim:
    """The claim to a second payer; the first decided by line (one bundled into another) or as a whole."""
    day = (claim.date or FIRST_DAY) + dt.timedelta(days=9)
    paid, lines = 0, []
    for place, line in enumerate(claim.lines):
        charge = line.charge_cents if isinstance(line.charge_cents, int) else 0
        share = 0 if place == 2 else charge // 2
        paid += share
        reasons = (
            Adjustment(group="CO", carc="97" if place == 2 else "45", cents=charge - share - 700),
            Adjustment(group="PR", carc="1", cents=300), Adjustment(group="PR", carc="2", cents=400, quantity=1),
        )  # fmt: skip
        decision = LineAdjudication(
            payer_id="FIRST1", paid_cents=share, paid_units=line.units, paid_on=day, adjustments=reasons,
            bundled_into=1 if place == 2 else None, remaining_liability_cents=700,
        )  # fmt: skip
        lines.append(changed(line, adjudications=(decision,)))
    total = sum(line.charge_cents for line in claim.lines if isinstance(line.charge_cents, int))
    whole = (Adjustment(group="CO", carc="45", cents=total - paid),)
    other = OtherInsurance(
        payer_name="Première Assurance", payer_id="FIRST1", sequence="P", filing_indicator="CI", paid_cents=paid,
        payer_claim_number=f"PCN{claim.claim_number}", remarks=("MA01", "N130"),
        adjudicated_on=None if by_line else day, adjustments=() if by_line else whole,
        remaining_liability_cents=None if by_line else 2100,
        subscriber=Subscriber(
            member_id="F" + (claim.claim_number or ""), relationship="spouse",
            person=Person(first="Spôuse", last="Holder", address=_home(claim)),
        ),
    )  # fmt: skip
    return changed(claim, sequence="S", other_insurance=(other,), lines=tuple(lines) if by_line else claim.lines)


def _home(claim: Claim) -> Address | None:
    return claim.patient.address if isinstance(claim.patient, Person) else None


def varied(number: int, foreign: int = 3) -> Claim:
    """One of ten kinds of claims."""
    claim = plain(number, foreign)
    day = claim.date or FIRST_DAY
    papers = (Attachment(kind="PN", way="EL", control_number=f"A{number}"), Attachment(kind="OZ", way="AA"))
    match number % 10:
        case 1:
            holder = Subscriber(member_id="H1", relationship="child", person=Person(first="Pa", last="Rent"))
            return changed(claim, subscriber=holder, patient_paid_cents=2500)
        case 2:
            return changed(claim, frequency="7", payer_claim_number=f"ICN{number}", delay_reason="7", note="now: right")
        case 3:
            cause = Accident(kind="auto", on=day - dt.timedelta(days=20), state="OH")
            insured = changed(claim.subscriber, property_casualty_claim=f"CLAIM{number}")
            return changed(claim, accident=cause, onset_date=cause.on, subscriber=insured, special_program="09")
        case 4:
            home = Address(line1="1 Rue", city="Montréal", state="QC", zip="H2Y 1C6", country="CA")
            return changed(claim, patient=changed(claim.patient, address=home), location="East Branch")
        case 5:
            first = changed(
                claim.lines[0], note="two sités", attachments=papers, end_date=day + dt.timedelta(days=2),
                prior_authorization=f"AU{number}", referral_number=f"RF{number}", emergency=True,
            )  # fmt: skip
            return changed(claim, attachments=papers, lines=(first, *claim.lines[1:]))
        case 6:
            other = changed(
                claim.lines[0], rendering_npi=COLLEAGUE, supervising_npi=PHYSICIAN, ordering_npi=REFERRER,
                referring_npi=PHYSICIAN, description="by hand",
            )  # fmt: skip
            unlisted = changed(claim.lines[1], code="97799", description="Spécial: work")
            return changed(claim, lines=(other, unlisted, claim.lines[2]), supervising_npi=PHYSICIAN)
        case 7:
            return second(claim, by_line=True)
        case 8:
            return second(claim, by_line=False)
        case 9:
            gap = OtherInsurance(
                payer_name="Gap Plan", payer_id="55123", sequence="S", filing_indicator="CI",
                subscriber=Subscriber(member_id=f"GAP{number}"),
            )  # fmt: skip
            return changed(claim, payer="medicare-b", other_insurance=(gap,))
    return changed(claim, initial_treatment_date=day, prior_authorization="AU1", referral_number="RF1")
