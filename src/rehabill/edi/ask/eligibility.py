"""270 (005010X279A1): is this person covered, and for what?"""

from collections.abc import Sequence

from rehabill.base.errors import InputError
from rehabill.edi.ask.frame import Levels, payer_name, provider_name, service_days
from rehabill.edi.ask.question import birth, dependent, insured
from rehabill.edi.p837 import fields
from rehabill.edi.p837.fields import Faults
from rehabill.model.eligibility import EligibilityRequest
from rehabill.model.practice import Practice
from rehabill.x12.envelope import Interchange
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
    payer, top = levels.open("20", None, True)
    asker, second = levels.open("21", top, True)
    text = f"BHT*0022*13*{reference}*{header.created:%Y%m%d*%H%M}~{payer}"
    text += payer_name(requests[0][1], "PR", faults, upper)
    text += asker + provider_name(practice, "1P", faults)
    for index, request in requests:
        text += _person(request, f"requests[{index}]", levels, second, practice, faults)
    return text


def _person(
    request: EligibilityRequest, path: str, levels: Levels, above: int, practice: Practice, faults: Faults
) -> str:
    """A subscriber with the question below, or with the dependent between."""
    upper, is_self = practice.upper_case, request.relationship == "self"
    level, number = levels.open("22", above, not is_self)
    who = insured(request, path, faults, upper) + _group(request, path, faults)
    trace = originated_trace(request.trace, f"{path}.trace", practice, faults)
    if is_self:
        return f"{level}{trace}{who}{birth(request.patient, path, faults)}{_asked(request, path, faults)}"
    below, _ = levels.open("23", number, False)
    patient = dependent(request, "03", path, faults, upper) + birth(request.patient, path, faults)
    relation = _RELATIONSHIPS.get(request.relationship, _OTHER_ADULT)
    return f"{level}{who}{below}{trace}{patient}INS*N*{relation}~{_asked(request, path, faults)}"


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
