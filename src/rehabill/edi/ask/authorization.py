"""278 (005010X217), request: may we treat? Unverified: the guide was not at hand, the spec says what it follows."""

from collections.abc import Sequence

from rehabill.base.errors import InputError
from rehabill.edi.ask.eligibility import originated_trace
from rehabill.edi.ask.frame import Levels, payer_name, provider_name, service_days
from rehabill.edi.ask.question import dependent, insured
from rehabill.edi.p837 import fields
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.profile import RELATIONSHIP_CODES
from rehabill.model.authorization import AuthorizationRequest, RequestedService
from rehabill.model.claim import Attachment
from rehabill.model.practice import Practice, Provider
from rehabill.x12.clean import clean
from rehabill.x12.envelope import Interchange
from rehabill.x12.segment import d8, segment

_MESSAGE = 264
_CHANGES = frozenset({"R", "S", "3", "4"})
"""Kinds of request that are about an authorisation already given."""


def authorization_body(
    request: AuthorizationRequest, path: str, practice: Practice, header: Interchange, reference: str, faults: Faults
) -> str:
    """The set from BHT on: one request a set."""
    levels, upper = Levels(), practice.upper_case
    reviewer, first = levels.open("20", None, True)
    asker, second = levels.open("21", first, True)
    subscriber, third = levels.open("22", second, True)
    text = f"BHT*0007*{'01' if request.request == '3' else '13'}*{reference}*{header.created:%Y%m%d*%H%M}~{reviewer}"
    text += payer_name(request, "X3", faults, upper)
    text += asker + provider_name(practice, "1P", faults)
    text += fields.address(practice.address, "practice.address", "the practice", faults, upper)
    text += _contact(practice, faults) + subscriber
    text += insured(request, path, faults, upper)
    born, above = fields.demographics(request.patient, f"{path}.patient", "the patient", faults), third
    if request.relationship == "self":
        text += born
    else:
        below, above = levels.open("23", third, True)
        text += below + dependent(request, "QC", path, faults, upper) + born
        text += f"INS*N*{RELATIONSHIP_CODES[request.relationship]}~"
    return text + _event(request, path, practice, levels, above, faults)


def _contact(practice: Practice, faults: Faults) -> str:
    contact = practice.contact or practice.submitter.contact
    name = fields.optional(contact.name, 60, practice.upper_case)
    return f"PER*IC*{name}*{fields.telephone(contact.phone, 'practice.contact.phone', 'the contact', faults)}~"


def _event(
    request: AuthorizationRequest, path: str, practice: Practice, levels: Levels, above: int, faults: Faults
) -> str:
    """Loop 2000E: what is asked, for when, why; and each service below it."""
    level, number = levels.open("EV", above, bool(request.services))
    urgency = "U" if request.urgent else "E"
    place = f"{request.place_of_service}:B"
    text = level + originated_trace(request.trace, f"{path}.trace", practice, faults)
    text += segment("UM", request.category, request.request, request.service_type, place, "", urgency)
    text += _previous(request, path, faults)
    if request.onset_date:
        text += f"DTP*431*D8*{d8(request.onset_date)}~"
    text += f"DTP*AAH*{service_days(request.first_day, request.last_day)}~"
    text += _diagnoses(request, path, faults) + _visits(request)
    text += "".join(_attachment(one, f"{path}.attachments[{index}]", faults)
                    for index, one in enumerate(request.attachments))  # fmt: skip
    if request.message:
        text += _message(request.message, path, practice, faults)
    text += _providers(request, path, practice, faults)
    for index, service in enumerate(request.services):
        text += _service(service, f"{path}.services[{index}]", levels, number, faults)
    return text


def _previous(request: AuthorizationRequest, path: str, faults: Faults) -> str:
    if not request.previous_authorization:
        if request.request in _CHANGES:
            message = "the number of the authorisation that is to be changed is missing"
            faults.append(InputError(f"{path}.previous_authorization", message))
        return ""
    what = "the earlier authorisation's number"
    given = fields.identifier(request.previous_authorization, f"{path}.previous_authorization", what, faults)
    return f"REF*BB*{given}~"


def _diagnoses(request: AuthorizationRequest, path: str, faults: Faults) -> str:
    codes = request.diagnoses
    if not codes:
        return ""
    text = fields.diagnosis_codes(codes)
    if not text or len(codes) > 12:
        wrong = "more than twelve diagnoses" if text else "a diagnosis is not an ICD-10-CM code"
        faults.append(InputError(f"{path}.diagnoses", f"the request cannot be sent: {wrong}"))
    return text


def _visits(request: AuthorizationRequest) -> str:
    """HSD: visits in all, or so many a week for so many weeks."""
    if request.visits_per_week and request.weeks:
        return f"HSD*VS*{request.visits_per_week}*WK*1*35*{request.weeks}~"
    return f"HSD*VS*{request.visits}~" if request.visits else ""


def _attachment(attachment: Attachment, path: str, faults: Faults) -> str:
    if not attachment.control_number:
        return f"PWK*{attachment.kind}*{attachment.way}~"
    what = "the attachment's control number"
    number = fields.identifier(attachment.control_number, f"{path}.control_number", what, faults)
    return f"PWK*{attachment.kind}*{attachment.way}***AC*{number}~"


def _message(message: str, path: str, practice: Practice, faults: Faults) -> str:
    text = clean(message, practice.upper_case)
    if len(text) > _MESSAGE:
        said = f"the message has {len(text)} characters; at most {_MESSAGE} can be sent"
        faults.append(InputError(f"{path}.message", said))
    return f"MSG*{text}~" if text else ""


def _providers(request: AuthorizationRequest, path: str, practice: Practice, faults: Faults) -> str:
    """2010EA: who refers, and who will treat."""
    text = ""
    if request.referring_npi:
        known = (*practice.referring, *practice.providers)
        text += _person("DN", request.referring_npi, known, f"{path}.referring_npi", practice, faults)
    if request.rendering_npi and request.rendering_npi != practice.npi:
        return text + _person(
            "SJ", request.rendering_npi, practice.providers, f"{path}.rendering_npi", practice, faults
        )
    return text + provider_name(practice, "SJ", faults)


def _person(role: str, npi: str, known: Sequence[Provider], path: str, practice: Practice, faults: Faults) -> str:
    who = next((one for one in known if one.npi == npi), None)
    if who is None:
        where = "practice.providers" if role == "SJ" else "practice.referring"
        message = f"the provider with the NPI '{npi}' is not known: add the name to {where}"
        faults.append(InputError(path, message))
        return ""
    upper = practice.upper_case
    last = fields.name(who.last, 60, path, f"the last name of the provider {npi}", faults, upper)
    first = fields.name(who.first, 35, path, f"the first name of the provider {npi}", faults, upper)
    return f"NM1*{role}*1*{last}*{first}****XX*{fields.npi(npi, path, f'{last}, {first}', faults)}~"


def _service(service: RequestedService, path: str, levels: Levels, above: int, faults: Faults) -> str:
    """Loop 2000F: one procedure."""
    level, _ = levels.open("SS", above, False)
    code = fields.procedure(service.code, service.modifiers)
    if not code:
        faults.append(InputError(f"{path}.code", f"'{service.code}' or a modifier of it cannot be sent"))
    days = ""
    if service.first_day:
        days = f"DTP*472*{service_days(service.first_day, service.last_day)}~"
    units = f"**UN*{service.units}" if service.units else ""
    return f"{level}{days}SV1*{code}{units}~"
