"""Who is insured and who was treated: loops 2000B/2010BA/2010BB and 2000C/2010CA, without their HL segments."""

from rehabill.base.errors import InputError
from rehabill.edi.p837 import fields
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.header import Payer
from rehabill.edi.p837.profile import MEDICARE_FILING, MEDICARE_SECONDARY_REASONS, RELATIONSHIP_CODES
from rehabill.model.claim import Claim
from rehabill.model.party import Person, Subscriber


def levels(claim: Claim, payer: Payer, faults: Faults, upper: bool) -> tuple[str, str, str]:
    """(subscriber level, patient level, patient's name); the second is empty when the patient is the subscriber.

    A payer that gives each person an identifier sees every patient as a subscriber. Address, birth date and sex go
    with the patient only, in whichever loop the patient stands (X12 says so in its answer 2281).
    """
    subscriber = claim.subscriber
    if subscriber is None:
        faults.append(InputError("subscriber", "who is insured is missing (member id, relation to the patient)"))
        subscriber = Subscriber(member_id="00")  # so that the rest is looked at too
    patient = claim.patient
    if not isinstance(patient, Person):
        faults.append(InputError("patient", "the patient's name, birth date, sex and address are missing"))
        return "", "", ""
    dependent = subscriber.relationship != "self" and not payer.subscriber_is_patient
    sbr = _sbr(claim, subscriber, payer, faults, upper, "" if dependent else "18")
    member = member_number(subscriber, payer.filing, "subscriber", faults)
    if not dependent:
        who = fields.person_name(patient, "patient", "the patient", faults, upper)
        personal = _particulars(patient, subscriber, faults, upper)
        return f"{sbr}NM1*IL*1*{who}*MI*{member}~{personal}{payer.loop_2010bb}", "", who
    holder = holder_name(subscriber, "subscriber", faults, upper)
    above = f"{sbr}NM1*IL*{holder}*MI*{member}~{payer.loop_2010bb}"
    who = fields.person_name(patient, "patient", "the patient", faults, upper)
    personal = _particulars(patient, subscriber, faults, upper)
    return above, f"PAT*{RELATIONSHIP_CODES[subscriber.relationship]}~NM1*QC*1*{who.rstrip('*')}~{personal}", who


def _sbr(claim: Claim, subscriber: Subscriber, payer: Payer, faults: Faults, upper: bool, relation: str) -> str:
    number, title = group(subscriber, "subscriber", faults, upper)
    reason = ""
    if claim.sequence != "P" and payer.filing in MEDICARE_FILING:
        reason = secondary_reason(subscriber, "subscriber", faults)
    return f"SBR*{claim.sequence}*{relation}*{number}*{title}*{reason}****{payer.filing}~"


def _particulars(patient: Person, subscriber: Subscriber, faults: Faults, upper: bool) -> str:
    where = fields.address(patient.address, "patient.address", "the patient", faults, upper)
    personal = fields.demographics(patient, "patient", "the patient", faults)
    insurers = subscriber.property_casualty_claim
    if insurers:
        path = "subscriber.property_casualty_claim"
        insurers = fields.identifier(insurers, path, "the insurer's claim number", faults)
        return f"{where}{personal}REF*Y4*{insurers}~"
    return where + personal


def group(subscriber: Subscriber, path: str, faults: Faults, upper: bool) -> tuple[str, str]:
    """SBR03 and SBR04: the group's number, or its name where there is no number."""
    if subscriber.group_number:
        return fields.identifier(subscriber.group_number, f"{path}.group_number", "the group number", faults), ""
    return "", fields.optional(subscriber.group_name, 60, upper)


def secondary_reason(subscriber: Subscriber, path: str, faults: Faults) -> str:
    """SBR05: why Medicare is not the first payer. Only a Medicare that is not the first is asked."""
    reason = subscriber.medicare_secondary_reason
    if reason is None or reason not in MEDICARE_SECONDARY_REASONS:
        said = "is missing" if reason is None else f"('{reason}') is not known"
        message = (
            f"why Medicare is not the first payer {said}: 12 working aged, 13 kidney disease, 14 no-fault,"
            " 15 workers' compensation, 16 federal, 41 black lung, 42 veterans, 43 disabled, 47 liability"
        )
        faults.append(InputError(f"{path}.medicare_secondary_reason", message))
        return ""
    return reason


def member_number(subscriber: Subscriber, filing: str, path: str, faults: Faults) -> str:
    """NM109. Medicare's number goes without the dashes its card shows."""
    number = subscriber.member_id
    if number and filing == "MB":
        number = number.replace("-", "").replace(" ", "").upper()
    return fields.identifier(number, f"{path}.member_id", "the member id", faults, 2, 80)


def holder_name(subscriber: Subscriber, path: str, faults: Faults, upper: bool) -> str:
    """NM102 to NM107 of a policy holder who is not the patient: a person, or an organisation (an employer)."""
    if subscriber.organization is not None:
        what = "the name of the organisation that is insured"
        return f"2*{fields.name(subscriber.organization, 60, f'{path}.organization', what, faults, upper)}****"
    if subscriber.person is None:
        faults.append(InputError(f"{path}.person", "the name of the person who holds the policy is missing"))
        return ""
    return "1*" + fields.person_name(subscriber.person, f"{path}.person", "the policy holder", faults, upper)
