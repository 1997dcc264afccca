"""The claim itself: loop 2300 from CLM to NTE and HI."""

from msgspec import UnsetType

from rehabill.base.errors import InputError
from rehabill.edi.p837 import fields, supplements
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.header import Payer
from rehabill.edi.p837.line import is_place
from rehabill.edi.p837.profile import (
    ACCIDENT_CODES,
    DELAY_REASONS,
    FREQUENCIES,
    MAX_CLAIM_NUMBER,
    MAX_DIAGNOSES,
    SPECIAL_PROGRAMS,
    STATES,
)
from rehabill.model.claim import Claim
from rehabill.model.practice import Practice
from rehabill.x12.segment import amount, d8


def claim_number(claim: Claim, faults: Faults) -> str:
    return fields.identifier(
        claim.claim_number, "claim_number", "our own number of the claim", faults, 1, MAX_CLAIM_NUMBER
    )


def place_of_service(claim: Claim, practice: Practice, faults: Faults) -> str:
    place = claim.place_of_service
    if place is None or isinstance(place, UnsetType):
        place = practice.place_of_service
    if not is_place(place):
        faults.append(InputError("place_of_service", f"'{place}' is not a place of service: two digits"))
    return place


def loop_2300(
    claim: Claim, number: str, place: str, total: int, payer: Payer, practice: Practice, faults: Faults
) -> str:
    """CLM, dates, patient's payment, references, note and diagnoses."""
    frequency = claim.frequency
    subscriber = claim.subscriber
    assigned = claim.accepts_assignment
    if assigned is None:
        assigned = practice.accepts_assignment
    benefits = "Y" if subscriber is None or subscriber.assigns_benefits else "N"
    release = "Y" if subscriber is None or subscriber.release_signed else "I"
    text = (
        f"CLM*{number}*{amount(total)}***{place}:B:{frequency}*Y*{'A' if assigned else 'C'}*{benefits}*{release}"
        f"{_end(claim, faults) if claim.accident or claim.delay_reason or claim.special_program else ''}~"
    )
    text += _dates(claim, payer)
    if claim.attachments:
        text += supplements.attachments(claim.attachments, "attachments", faults)
    if claim.patient_paid_cents:
        if claim.patient_paid_cents < 0:
            faults.append(InputError("patient_paid_cents", "what the patient paid is below zero"))
        text += f"AMT*F5*{amount(claim.patient_paid_cents)}~"
    text += _references(claim, payer, faults)
    if claim.note:
        text += supplements.note(claim.note, "note", "the claim", faults, practice.upper_case)
    return text + diagnoses(claim, faults)


def _end(claim: Claim, faults: Faults) -> str:
    """CLM from its tenth element on, which few claims have."""
    program, delay = claim.special_program or "", claim.delay_reason or ""
    if program and program not in SPECIAL_PROGRAMS:
        message = f"'{program}' is not a special program (CLM12): 02, 03, 05 or 09"
        faults.append(InputError("special_program", message))
    if delay and delay not in DELAY_REASONS:
        message = f"'{delay}' is not a reason for a late claim (CLM20): 1 to 11, or 15"
        faults.append(InputError("delay_reason", message))
    return f"**{_cause(claim, faults)}*{program}{'*' * 8}{delay}".rstrip("*")


def _cause(claim: Claim, faults: Faults) -> str:
    """CLM11: what caused the illness, with the state for a car accident."""
    accident = claim.accident
    if accident is None:
        return ""
    if accident.on is None and accident.kind != "employment":
        faults.append(InputError("accident.on", "the day of the accident is missing"))
    if accident.kind != "auto":
        return ACCIDENT_CODES[accident.kind]
    state = (accident.state or "").upper()
    if state not in STATES:
        message = f"'{state}' is no two-letter state" if state else "the state of the car accident is missing"
        faults.append(InputError("accident.state", message))
    return f"AA:::{state}"


def _dates(claim: Claim, payer: Payer) -> str:
    """431 onset (when it is another day than the service), 454 first treatment (for payers that ask), 439 accident.

    All three exist on the claim; on a line only 454 would.
    """
    text = ""
    if claim.onset_date is not None:
        days = [line.date or claim.date for line in claim.lines if line.units]
        if claim.onset_date not in days:
            text = f"DTP*431*D8*{d8(claim.onset_date)}~"
    if payer.initial_treatment_date and claim.initial_treatment_date is not None:
        text += f"DTP*454*D8*{d8(claim.initial_treatment_date)}~"
    if claim.accident is not None and claim.accident.on is not None:
        text += f"DTP*439*D8*{d8(claim.accident.on)}~"
    return text


def _references(claim: Claim, payer: Payer, faults: Faults) -> str:
    """9F referral, G1 authorisation, F8 the payer's number of the claim replaced or voided: only then, and always."""
    text = ""
    if claim.referral_number:
        given = fields.identifier(claim.referral_number, "referral_number", "the referral number", faults)
        text = f"REF*9F*{given}~"
    approved = claim.prior_authorization
    if not approved and claim.context.authorization:
        approved = claim.context.authorization.number
    if approved:
        given = fields.identifier(approved, "prior_authorization", "the authorisation number", faults)
        text += f"REF*G1*{given}~"
    if claim.frequency == "1":
        return text
    if claim.frequency not in FREQUENCIES:
        message = f"'{claim.frequency}' is not a kind of claim: 1 original, 7 replacement, 8 void"
        faults.append(InputError("frequency", message))
        return text
    if not payer.frequency_7_8:
        message = (
            f"{payer.name} takes no replacement (7) or void (8) claims: ask for a reopening or an appeal,"
            " or send a new claim if the first was never accepted"
        )
        faults.append(InputError("frequency", message))
    theirs = fields.identifier(
        claim.payer_claim_number, "payer_claim_number", "the payer's number of the claim to be replaced", faults
    )
    return f"{text}REF*F8*{theirs}~"


def diagnoses(claim: Claim, faults: Faults) -> str:
    """HI: the principal diagnosis and up to eleven more."""
    codes = claim.diagnoses
    if not codes:
        faults.append(InputError("diagnoses", "the claim has no diagnosis"))
        return ""
    if len(codes) > MAX_DIAGNOSES:
        message = f"the claim has {len(codes)} diagnoses; at most {MAX_DIAGNOSES} can be sent: split it"
        faults.append(InputError("diagnoses", message))
    text = fields.diagnosis_codes(codes)
    if not text:
        for index, code in enumerate(codes):
            if not fields.diagnosis_is_shaped(code):
                faults.append(InputError(f"diagnoses[{index}]", f"'{code}' is not an ICD-10-CM code"))
    return text
