"""What few service lines have: several days, a note, attachments, numbers and providers of their own."""

from rehabill.base.errors import InputError
from rehabill.edi.p837 import fields, supplements
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.header import Payer
from rehabill.edi.p837.people import People
from rehabill.model.claim import Claim, ClaimLine
from rehabill.x12.segment import d8


def unusual(
    service: str, when: str, reference: str, claim: Claim, index: int, payer: Payer, people: People, faults: Faults,
    upper: bool,
) -> str:  # fmt: skip
    """The line from LX to its providers; `service` is its beginning up to the pointers of SV1."""
    line, path = claim.lines[index], f"lines[{index}]"
    text = f"{service}**Y~" if line.emergency else f"{service}~"
    if line.attachments:
        text += supplements.attachments(line.attachments, f"{path}.attachments", faults)
    text += _days(line, when, claim, index, payer, faults)
    text += _number("G1", line.prior_authorization, _approved(claim), f"{path}.prior_authorization", faults)
    text += f"REF*6R*{reference}~"
    text += _number("9F", line.referral_number, claim.referral_number, f"{path}.referral_number", faults)
    if line.note:
        text += supplements.note(line.note, f"{path}.note", f"line {index + 1}", faults, upper)
    return text + people.of_line(claim, index, payer, faults)


def _days(line: ClaimLine, when: str, claim: Claim, index: int, payer: Payer, faults: Faults) -> str:
    """472 the day or days of service, 454 the first treatment where it is unlike the claim's (and the payer asks)."""
    text = f"DTP*472*D8*{when}~"
    first, last = line.date or claim.date, line.end_date
    if last is not None and first is not None and last != first:
        if last < first:
            message = f"the last day of line {index + 1} ({last}) is before its first ({first})"
            faults.append(InputError(f"lines[{index}].end_date", message))
        text = f"DTP*472*RD8*{when}-{d8(last)}~"
    begun = line.initial_treatment_date
    if payer.initial_treatment_date and begun is not None and begun != claim.initial_treatment_date:
        text += f"DTP*454*D8*{d8(begun)}~"
    return text


def _approved(claim: Claim) -> str | None:
    """The authorisation the claim itself is sent with."""
    around = claim.context.authorization
    return claim.prior_authorization or (around.number if around else None)


def _number(kind: str, own: str | None, of_claim: str | None, path: str, faults: Faults) -> str:
    """REF of a number the line does not share with its claim."""
    if not own or own == of_claim:
        return ""
    what = "the authorisation number" if kind == "G1" else "the referral number"
    return f"REF*{kind}*{fields.identifier(own, path, what, faults)}~"
