"""The carrier block and boxes 1 to 13: who is insured, by whom, and who was treated.

Each function is one item of the manuals; Medicare's departures stand beside NUCC's rule.
"""

from typing import NamedTuple

import msgspec

from rehabill.base.errors import InputError
from rehabill.edi.cms1500 import words
from rehabill.edi.cms1500.layout import width
from rehabill.edi.cms1500.page import Sheet
from rehabill.edi.p837.header import Payer
from rehabill.edi.p837.profile import MEDICARE_FILING, STATES
from rehabill.model.claim import Claim, OtherInsurance
from rehabill.model.party import Person, Subscriber
from rehabill.model.practice import Practice

SIGNED = "SIGNATURE ON FILE"
_ORDER = "PST"
_PROGRAMS = {
    "MA": "MEDICARE", "MB": "MEDICARE", "MC": "MEDICAID", "CH": "TRICARE", "VA": "CHAMPVA",
}  # fmt: skip
_HEALTH_PLANS = frozenset({"12", "13", "14", "15", "17", "BL", "CI", "FI", "HM"})
_RELATIONS = {"self": "SELF", "spouse": "SPOUSE", "child": "CHILD", "employee": "OTHER", "other": "OTHER"}


class Who(NamedTuple):
    """The people of one claim, as far as the claim names them."""

    claim: Claim
    payer: Payer
    patient: Person
    subscriber: Subscriber
    medicare: bool
    """Original Medicare is the payer this claim goes to."""
    first: OtherInsurance | None
    """The earliest payer before this one, when this one is not the first."""
    others: tuple[tuple[int, OtherInsurance], ...]
    """All other payers, the earliest first, with their places on the claim."""


def who(claim: Claim, payer: Payer, sheet: Sheet) -> Who:
    patient, subscriber = claim.patient, claim.subscriber
    if not isinstance(patient, Person):
        message = "the patient's name, birth date, sex and address are missing"
        sheet.faults.append(InputError("patient", message))
        patient = Person(first="X", last="X")  # so that the rest is looked at too
    if subscriber is None:
        message = "who is insured is missing (member id, relation to the patient)"
        sheet.faults.append(InputError("subscriber", message))
        subscriber = Subscriber(member_id="00")
    if payer.subscriber_is_patient and subscriber.relationship != "self":
        subscriber = msgspec.structs.replace(subscriber, relationship="self")
    place = _ORDER.index(claim.sequence)
    others = tuple(sorted(enumerate(claim.other_insurance), key=lambda other: _ORDER.index(other[1].sequence)))
    earlier = [other for _, other in others if _ORDER.index(other.sequence) < place]
    if place and not earlier:
        message = "a claim to a second payer must say what the first payer decided"
        sheet.faults.append(InputError("other_insurance", message))
    return Who(
        claim, payer, patient, subscriber, payer.filing in MEDICARE_FILING, earlier[0] if earlier else None, others
    )


def carrier(sheet: Sheet, claim: Claim, practice: Practice) -> None:
    """The payer's name and address in the upper right corner: name, one or two lines, city state ZIP (NUCC item 0)."""
    account = practice.payers[claim.payer]
    path = f"practice.payers.{claim.payer}"
    words.cut(sheet, "carrier.1", words.plain(account.name), f"{path}.name", "the payer's name")
    where = account.address
    if where is None:
        message = f"the address of {account.name} is not known: the form says only the name, at its upper right"
        sheet.note("carrier", f"{path}.address", message)
        return
    lines = [words.fitting_street(where, width("carrier.2"))]
    if len(lines[0]) > width("carrier.2") and where.line2:
        lines = [words.plain(where.line1), words.plain(where.line2)]
    place = f"{words.plain(where.city)} {words.state(sheet, where, f'{path}.address', 'the payer')}"
    lines.append(f"{place} {words.zip_code(sheet, where, f'{path}.address', 'the payer')}")
    for row, line in enumerate(lines, start=2):
        words.cut(sheet, f"carrier.{row}", line, f"{path}.address", "a line of the payer's address")


def box_1(sheet: Sheet, they: Who) -> None:
    """One square: the programme this claim goes to. OTHER is for car insurers, liability, workers' compensation,
    and plans that are not a group's (NUCC item 1)."""
    filing = they.payer.filing
    group = filing in _HEALTH_PLANS and (they.subscriber.group_number or they.subscriber.group_name)
    sheet.put("1", _PROGRAMS.get(filing, "GROUP" if group else "OTHER"))


def box_1a(sheet: Sheet, they: Who) -> None:
    """The number on the card of the payer this goes to; Medicare's without its dashes, first or second payer alike."""
    number = (they.subscriber.member_id or "").upper()
    if they.medicare:
        number = words.squeezed(number)
    if not number:
        sheet.faults.append(InputError("subscriber.member_id", "the member id is missing"))
    words.whole(sheet, "1a", number, "subscriber.member_id", "the member id")


def boxes_2_3_5(sheet: Sheet, they: Who) -> None:
    """The patient. NUCC wants no telephone number in box 5, Medicare does (MCPM item 5)."""
    if not isinstance(they.claim.patient, Person):
        return  # has been said
    patient = they.patient
    words.person_name(sheet, "2", patient, "patient", "the patient")
    if patient.birth_date is None:
        sheet.faults.append(InputError("patient.birth_date", "the birth date of the patient is missing"))
    else:
        sheet.put("3", words.birth_date(patient.birth_date))
    _sex(sheet, "3.sex", patient)
    if patient.address is None:
        sheet.faults.append(InputError("patient.address", "the address of the patient is missing"))
    else:
        words.address(sheet, "5", patient.address, "patient.address", "the patient")
    if they.medicare and patient.phone:
        words.telephone(sheet, "5", patient.phone, "patient.phone", "the patient")


def _sex(sheet: Sheet, box: str, person: Person) -> None:
    """F or M; an unknown sex leaves both squares empty."""
    if person.sex in ("F", "M"):
        sheet.put(box, person.sex)


def boxes_4_6_7_11(sheet: Sheet, they: Who) -> None:
    """The insured: of this claim's payer (NUCC); for Medicare, of the payer before it, or nobody (MCPM)."""
    if not they.medicare:
        _insured(sheet, they)
    elif they.first is None:
        sheet.put("11", "NONE")
    else:
        _insured_before_medicare(sheet, they, they.first)


def _insured(sheet: Sheet, they: Who) -> None:
    """NUCC items 4, 6, 7, 11 to 11d. In workers' compensation the insured is the employer."""
    subscriber = they.subscriber
    holder = they.patient if subscriber.relationship == "self" else subscriber.person
    path = "patient" if subscriber.relationship == "self" else "subscriber.person"
    sheet.put("6", _RELATIONS[subscriber.relationship])
    if subscriber.organization is not None:
        what = "the name of the organisation that is insured"
        words.cut(sheet, "4", words.plain(subscriber.organization), "subscriber.organization", what)
        sheet.note("7", "subscriber", "the address of the organisation that is insured is not known: box 7 is empty")
        holder = None
    else:
        words.person_name(sheet, "4", holder, path, "the policy holder")
        _address_of(sheet, holder, path)
    group = words.squeezed(subscriber.group_number or "")
    words.whole(sheet, "11", group, "subscriber.group_number", "the group number")
    if holder is not None:
        _birth_and_sex(sheet, holder, path)
    number = subscriber.property_casualty_claim
    if number:
        sheet.put("11b.qualifier", "Y4")
        words.whole(sheet, "11b", number.upper(), "subscriber.property_casualty_claim", "the insurer's claim number")
    plan = words.plain(subscriber.group_name) or words.plain(they.payer.name)
    words.cut(sheet, "11c", plan, "subscriber.group_name", "the name of the plan")
    sheet.put("11d", "YES" if they.others else "NO")


def _address_of(sheet: Sheet, holder: Person | None, path: str) -> None:
    if holder is None or (holder.address is None and path == "patient"):
        return  # has been said where the patient stands
    if holder.address is None:
        sheet.note("7", f"{path}.address", "the policy holder's address is not known: box 7 is empty")
    else:
        words.address(sheet, "7", holder.address, f"{path}.address", "the policy holder")


def _birth_and_sex(sheet: Sheet, holder: Person, path: str) -> None:
    if holder.birth_date is not None:
        sheet.put("11a", words.birth_date(holder.birth_date))
    elif path != "patient":  # whose is asked for in box 3
        sheet.note("11a", f"{path}.birth_date", "the policy holder's birth date is not known: box 11a does not say it")
    _sex(sheet, "11a.sex", holder)


def _insured_before_medicare(sheet: Sheet, they: Who, before: OtherInsurance) -> None:
    """MCPM items 4, 6, 7, 11 to 11c: the insurance that pays before Medicare, SAME where patient and insured agree."""
    subscriber = before.subscriber
    place = f"other_insurance[{they.claim.other_insurance.index(before)}]"
    path = f"{place}.subscriber"
    same = subscriber.relationship == "self"
    sheet.put("6", _RELATIONS[subscriber.relationship])
    holder = None
    if subscriber.organization is not None:
        what = "the name of the organisation that is insured"
        words.cut(sheet, "4", words.plain(subscriber.organization), f"{path}.organization", what)
    elif same:
        sheet.put("4", "SAME")
    else:
        holder = subscriber.person
        words.person_name(sheet, "4", holder, f"{path}.person", "the policy holder")
    if same or (holder is not None and holder.address is not None and holder.address == they.patient.address):
        sheet.put("7.street", "SAME")
    else:
        _address_of(sheet, holder, f"{path}.person")
    number = words.squeezed(subscriber.group_number or subscriber.member_id or "")
    if not number:
        message = f"the policy or group number of {before.payer_name} is missing; Medicare asks for it in box 11"
        sheet.faults.append(InputError(f"{path}.group_number", message))
    words.whole(sheet, "11", number, f"{path}.group_number", "the policy or group number")
    if holder is not None:
        _birth_and_sex(sheet, holder, f"{path}.person")
    words.cut(sheet, "11c", words.plain(before.payer_name), f"{place}.payer_name", "the name of the other payer")


def boxes_9(sheet: Sheet, they: Who) -> None:
    """Another insurance beside the one in 11: filled only with YES in 11d (NUCC items 9, 9a, 9d)."""
    if they.medicare:
        _medigap(sheet, they)
        return
    if not they.others:
        return
    index, other = they.others[0]
    path = f"other_insurance[{index}]"
    subscriber = other.subscriber
    if subscriber.organization is not None:
        what = "the name of the other organisation that is insured"
        words.cut(sheet, "9", words.plain(subscriber.organization), f"{path}.subscriber.organization", what)
    elif subscriber.relationship == "self":
        words.cut(sheet, "9", words.name(they.patient), "patient", "the name of the patient")
    else:
        words.person_name(sheet, "9", subscriber.person, f"{path}.subscriber.person", "the other policy holder")
    number = words.squeezed(subscriber.member_id or subscriber.group_number or "")
    words.whole(sheet, "9a", number, f"{path}.subscriber.member_id", f"the member id at {other.payer_name}")
    words.cut(sheet, "9d", words.plain(other.payer_name), f"{path}.payer_name", "the name of the other payer")
    for later, more in they.others[1:]:
        message = f"box 9 holds one other insurance: {more.payer_name} is not on the form"
        sheet.note("9", f"other_insurance[{later}]", message)


def _medigap(sheet: Sheet, they: Who) -> None:
    """MCPM items 9, 9a, 9d: a Medigap policy only, known by its insurer's five-digit number beginning with 5
    (MCPM chapter 28 §70.6); any other supplement crosses over by itself or is billed after Medicare."""
    for index, other in they.others:
        if other is they.first:
            continue
        path = f"other_insurance[{index}]"
        number = other.payer_id
        if not (len(number) == 5 and number.isascii() and number.isdigit() and number[0] == "5"):
            message = f"box 9 is for Medigap only, so {other.payer_name} is not on the form to Medicare"
            sheet.note("9", path, message)
            continue
        holder = other.subscriber.person
        if other.subscriber.relationship == "self" or holder is None:
            sheet.put("9", "SAME")
        else:
            words.person_name(sheet, "9", holder, f"{path}.subscriber.person", "the Medigap policy holder")
        policy = words.squeezed(other.subscriber.member_id or "")
        if not policy:
            message = "the Medigap policy number is missing"
            sheet.faults.append(InputError(f"{path}.subscriber.member_id", message))
        words.whole(sheet, "9a", f"MEDIGAP {policy}", f"{path}.subscriber.member_id", "the Medigap policy number")
        sheet.put("9d", number)
        return


def boxes_10(sheet: Sheet, they: Who) -> None:
    """What caused it: work, a car (with the state), something else. Every question is answered (NUCC items 10a-c)."""
    accident = they.claim.accident
    kind = accident.kind if accident is not None else None
    for box, cause in (("10a", "employment"), ("10b", "auto"), ("10c", "other")):
        sheet.put(box, "YES" if kind == cause else "NO")
    if accident is None or kind != "auto":
        return
    state = (accident.state or "").upper()
    if state not in STATES:
        message = f"'{state}' is no two-letter state" if state else "the state of the car accident is missing"
        sheet.faults.append(InputError("accident.state", message))
    sheet.put("10b.state", state)


def boxes_12_13(sheet: Sheet, they: Who) -> None:
    """Release of information; payment to the practice. Medicare passes what 13 says on to the payers after it."""
    if they.subscriber.release_signed:
        sheet.put("12", SIGNED)
    if they.subscriber.assigns_benefits:
        sheet.put("13", SIGNED)
