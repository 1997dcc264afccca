"""276 (005010X212): where are these claims?"""

from collections.abc import Sequence

from rehabill.edi.ask.frame import Levels, payer_name, provider_name, service_days, submitter_name
from rehabill.edi.ask.question import birth, by_payer, dependent, insured
from rehabill.edi.p837 import fields
from rehabill.edi.p837.fields import Faults
from rehabill.model.claim_status import StatusRequest
from rehabill.model.practice import Practice
from rehabill.x12.envelope import Interchange
from rehabill.x12.segment import amount


def status_body(requests: Sequence[StatusRequest], practice: Practice, header: Interchange, faults: Faults) -> str:
    """The set from BHT on: payers, below them the practice, below it each question."""
    text = f"BHT*0010*13*{header.control_number:09d}*{header.created:%Y%m%d*%H%M}~"
    levels, upper = Levels(), practice.upper_case
    asker = submitter_name(practice, faults)
    provider = provider_name(practice, "1P", faults)
    for group in by_payer(requests):
        payer, first = levels.open("20", None, True)
        text += payer + payer_name(group[0][1], "PR", faults, upper)
        who, second = levels.open("21", first, True)
        whose, third = levels.open("19", second, True)
        text += who + asker + whose + provider
        for index, request in group:
            text += _question(request, f"requests[{index}]", levels, third, upper, faults)
    return text


def _question(request: StatusRequest, path: str, levels: Levels, above: int, upper: bool, faults: Faults) -> str:
    """A subscriber with the claim below, or with the patient between."""
    is_self = request.relationship == "self"
    level, number = levels.open("22", above, not is_self)
    who = insured(request, path, faults, upper)
    born = birth(request.patient, path, faults)
    if is_self:
        return level + born + who + _claim(request, path, faults)
    below, _ = levels.open("23", number, None)
    return level + who + below + born + dependent(request, "QC", path, faults, upper) + _claim(request, path, faults)


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
