"""276 (005010X212): where are these claims?"""

from collections.abc import Iterable

from rehabill.edi.ask.frame import Levels, named, payer_name, provider_name, service_days
from rehabill.edi.p837 import fields
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.parties import holder_name
from rehabill.model.claim_status import StatusRequest
from rehabill.model.party import Person
from rehabill.model.practice import Practice
from rehabill.x12.envelope import Interchange
from rehabill.x12.segment import amount, d8


def status_body(requests: Iterable[StatusRequest], practice: Practice, header: Interchange, faults: Faults) -> str:
    """The set from BHT on: payers, below them the practice, below it each question."""
    by_payer: dict[tuple[str, str], list[tuple[int, StatusRequest]]] = {}
    for index, request in enumerate(requests):
        by_payer.setdefault((request.payer_id, request.payer_name), []).append((index, request))
    text = f"BHT*0010*13*{header.control_number:09d}*{header.created:%Y%m%d*%H%M}~"
    levels, upper = Levels(), practice.upper_case
    asker = _asker(practice, faults)
    provider = provider_name(practice, "1P", faults)
    for (number, name), group in by_payer.items():
        payer, first = levels.open("20", None, True)
        text += payer + payer_name(name, number, "PR", "PI", faults, upper)
        who, second = levels.open("21", first, True)
        whose, third = levels.open("19", second, True)
        text += who + asker + whose + provider
        for index, request in group:
            text += _question(request, f"requests[{index}]", levels, third, upper, faults)
    return text


def _asker(practice: Practice, faults: Faults) -> str:
    sender = practice.submitter
    name = fields.name(
        sender.name, 60, "practice.submitter.name", "the submitter's name", faults, practice.upper_case
    )  # fmt: skip
    number = fields.identifier(
        sender.etin or sender.id, "practice.submitter.id", "the submitter's number", faults, 2, 80
    )
    return f"NM1*41*2*{name}*****46*{number}~"


def _question(request: StatusRequest, path: str, levels: Levels, above: int, upper: bool, faults: Faults) -> str:
    """A subscriber with the claim below, or with the patient between."""
    is_self = request.relationship == "self"
    member = fields.identifier(
        request.subscriber.member_id, f"{path}.subscriber.member_id", "the member id", faults, 2, 80
    )
    level, number = levels.open("22", above, not is_self)
    if is_self:
        who = fields.person_name(request.patient, f"{path}.patient", "the patient", faults, upper)
        text = f"{level}{_birth(request.patient, path, faults)}NM1*IL*1*{who}*MI*{member}~"
        return text + _claim(request, path, faults)
    holder = holder_name(request.subscriber, f"{path}.subscriber", faults, upper)
    below, _ = levels.open("23", number, None)
    who = named(request.patient, f"{path}.patient", "the patient", faults, upper)
    text = f"{level}NM1*IL*{holder}*MI*{member}~{below}{_birth(request.patient, path, faults)}NM1*QC*{who}~"
    return text + _claim(request, path, faults)


def _birth(person: Person, path: str, faults: Faults) -> str:
    if person.birth_date is None:
        fields.demographics(person, f"{path}.patient", "the patient", faults)
        return ""
    sex = person.sex if person.sex in ("F", "M") else ""
    return f"DMG*D8*{d8(person.birth_date)}" + (f"*{sex}~" if sex else "~")


def _claim(request: StatusRequest, path: str, faults: Faults) -> str:
    trace = fields.identifier(request.trace, f"{path}.trace", "our number for the question", faults)
    text = f"TRN*1*{trace}~"
    for kind, name, what in (
        ("1K", "payer_claim_number", "the payer's number of the claim"),
        ("EJ", "claim_number", "our own number of the claim"),
        ("D9", "clearinghouse_number", "the clearinghouse's number of the claim"),
    ):
        value = getattr(request, name)
        if value:
            text += f"REF*{kind}*{fields.identifier(value, f'{path}.{name}', what, faults)}~"
    if request.charge_cents is not None:
        text += f"AMT*T3*{amount(request.charge_cents)}~"
    return f"{text}DTP*472*{service_days(request.first_day, request.last_day)}~"
