"""270 (005010X279A1): is this person covered, and for what?"""

from collections.abc import Sequence

from rehabill.base.errors import InputError
from rehabill.edi.ask.frame import Levels, named, payer_name, provider_name, service_days
from rehabill.edi.p837 import fields
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.parties import holder_name
from rehabill.model.eligibility import EligibilityRequest
from rehabill.model.party import Person
from rehabill.model.practice import Practice
from rehabill.x12.envelope import Interchange
from rehabill.x12.segment import d8
from rehabill.x12.spec.load import meanings

_RELATIONSHIPS = {"spouse": "01", "child": "19"}
_OTHER_ADULT = "34"

Numbered = tuple[int, EligibilityRequest]
"""A request with its place among all that were given."""


def eligibility_body(
    requests: Sequence[Numbered], reference: str, practice: Practice, header: Interchange, faults: Faults
) -> str:
    """The set from BHT on: one payer, the practice, each person."""
    levels, upper = Levels(), practice.upper_case
    first = requests[0][1]
    payer, top = levels.open("20", None, True)
    asker, second = levels.open("21", top, True)
    text = f"BHT*0022*13*{reference}*{header.created:%Y%m%d*%H%M}~{payer}"
    text += payer_name(first.payer_name, first.payer_id, "PR", "PI", faults, upper)
    text += asker + provider_name(practice, "1P", faults)
    for index, request in requests:
        text += _person(request, f"requests[{index}]", levels, second, practice, faults)
    return text


def _person(
    request: EligibilityRequest, path: str, levels: Levels, above: int, practice: Practice, faults: Faults
) -> str:
    """A subscriber with the question below, or with the dependent between."""
    upper = practice.upper_case
    is_self = request.relationship == "self"
    member = fields.identifier(
        request.subscriber.member_id, f"{path}.subscriber.member_id", "the member id", faults, 2, 80
    )
    trace = originated_trace(request.trace, f"{path}.trace", practice, faults)
    level, number = levels.open("22", above, not is_self)
    if is_self:
        who = fields.person_name(request.patient, f"{path}.patient", "the patient", faults, upper)
        text = f"{level}{trace}NM1*IL*1*{who}*MI*{member}~{_group(request, path, faults)}"
        return text + _birth(request.patient, path, faults) + _asked(request, path, faults)
    holder = holder_name(request.subscriber, f"{path}.subscriber", faults, upper)
    below, _ = levels.open("23", number, False)
    who = named(request.patient, f"{path}.patient", "the patient", faults, upper)
    relation = _RELATIONSHIPS.get(request.relationship, _OTHER_ADULT)
    text = f"{level}NM1*IL*{holder}*MI*{member}~{_group(request, path, faults)}"
    text += f"{below}{trace}NM1*03*{who}~{_birth(request.patient, path, faults)}INS*N*{relation}~"
    return text + _asked(request, path, faults)


def originated_trace(trace: str, path: str, practice: Practice, faults: Faults) -> str:
    """TRN with who gave the number: a 1 and the practice's tax number."""
    number = fields.identifier(trace, path, "our number for the question", faults)
    tax = practice.tax_id.replace("-", "")
    if not (len(tax) == 9 and tax.isascii() and tax.isdigit()):
        message = f"the practice's tax number ('{practice.tax_id}') must have nine digits"
        faults.append(InputError("practice.tax_id", message))
    return f"TRN*1*{number}*1{tax}~"


def _group(request: EligibilityRequest, path: str, faults: Faults) -> str:
    group = request.subscriber.group_number
    if not group:
        return ""
    return f"REF*6P*{fields.identifier(group, f'{path}.subscriber.group_number', 'the group number', faults)}~"


def _birth(person: Person, path: str, faults: Faults) -> str:
    """Birth date and, where known, sex; payers find people by them."""
    if person.birth_date is None:
        message = "the birth date of the patient is missing"
        faults.append(InputError(f"{path}.patient.birth_date", message))
        return ""
    sex = person.sex if person.sex in ("F", "M") else ""
    return f"DMG*D8*{d8(person.birth_date)}" + (f"*{sex}~" if sex else "~")


def _asked(request: EligibilityRequest, path: str, faults: Faults) -> str:
    """The days, and an EQ for each service type."""
    text = f"DTP*291*{service_days(request.first_day, request.last_day)}~"
    known = meanings()["1365"]
    if not request.service_types:
        message = "say what is asked: service types such as 30 (the plan) or PT (physical therapy)"
        faults.append(InputError(f"{path}.service_types", message))
    for number, service in enumerate(request.service_types):
        if service not in known:
            faults.append(InputError(f"{path}.service_types[{number}]", f"'{service}' is no service type"))
        text += f"EQ*{service}~"
    return text
