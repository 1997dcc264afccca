"""Other payers of a claim: loops 2320/2330 and, on the line, 2430. Their money must balance to the cent.

For each payer that has decided: a line's charge is what it paid plus its adjustments, and the payer's total is the
sum of the lines less its claim-level adjustments. Receivers reject a secondary claim that does not balance.
"""

from functools import lru_cache

from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.edi.p837 import fields
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.parties import group, holder_name, member_number, secondary_reason
from rehabill.edi.p837.profile import FILING_INDICATORS, MEDICARE_FILING, RELATIONSHIP_CODES
from rehabill.model.claim import Adjustment, Claim, ClaimLine, LineAdjudication, OtherInsurance
from rehabill.model.party import Person
from rehabill.x12.segment import amount, d8, segment

MAX_OTHER_PAYERS = 10
MAX_ADJUDICATIONS = 15
_ORDER = {"P": 0, "S": 1, "T": 2}
_REASONS = 6
"""In one CAS."""


def other_payers(claim: Claim, patient: str, total: int, faults: Faults, upper: bool) -> str:
    """Loops 2320 and 2330 of every other payer; `patient`: her name as sent, `total`: the claim's charge in cents."""
    others = claim.other_insurance
    place, places = _ORDER[claim.sequence], [_ORDER[other.sequence] for other in others]
    if len({place, *places}) <= len(others):
        message = "two payers of this claim have the same place (P first, S second, T third)"
        faults.append(InputError("other_insurance", message))
    if place and not any(other < place for other in places):
        message = "a claim to a second payer must say what the first payer decided"
        faults.append(InputError("other_insurance", message))
    if len(others) > 1 and len({other.payer_id for other in others}) != len(others):
        faults.append(InputError("other_insurance", "two other payers have the same payer_id"))
    if len(others) > MAX_OTHER_PAYERS:
        faults.append(InputError("other_insurance", f"at most {MAX_OTHER_PAYERS} other payers can be sent"))
    return "".join([
        _other_payer(claim, patient, index, other, places[index] < place, total, faults, upper)
        for index, other in enumerate(others)
    ])  # fmt: skip


def _other_payer(
    claim: Claim,
    patient: str,
    index: int,
    other: OtherInsurance,
    earlier: bool,
    total: int,
    faults: Faults,
    upper: bool,
) -> str:
    path = f"other_insurance[{index}]"
    if earlier and other.paid_cents is None:
        message = f"what {other.payer_name} paid is missing (0 if it paid nothing); it comes before this payer"
        faults.append(InputError(f"{path}.paid_cents", message))
    decisions = _decisions(claim, other)
    on_lines = any(decisions)
    if other.paid_cents is not None:
        _balance(claim, other, path, decisions if on_lines else [], total, faults)
    if other.remaining_liability_cents is not None:
        _owed(other, path, decisions, faults)
    return (
        _coverage(other, path, faults, upper)
        + _money(other, path, faults)
        + _holder(claim, patient, other, path, faults, upper)
        + _payer(other, path, on_lines, faults, upper)
    )


def _decisions(claim: Claim, other: OtherInsurance) -> list[list[LineAdjudication]]:
    """What that payer decided on each line; on a line that is not sent nothing."""
    number = other.payer_id
    return [
        [decided for decided in line.adjudications if decided.payer_id == number] if line.units else []
        for line in claim.lines
    ]


def _coverage(other: OtherInsurance, path: str, faults: Faults, upper: bool) -> str:
    subscriber = other.subscriber
    if other.filing_indicator not in FILING_INDICATORS:
        message = f"'{other.filing_indicator}' is not a kind of insurance (SBR09)"
        faults.append(InputError(f"{path}.filing_indicator", message))
    number, title = group(subscriber, f"{path}.subscriber", faults, upper)
    reason = ""
    if other.sequence != "P" and other.filing_indicator in MEDICARE_FILING:
        reason = secondary_reason(subscriber, f"{path}.subscriber", faults)
    relation = RELATIONSHIP_CODES[subscriber.relationship]
    return f"SBR*{other.sequence}*{relation}*{number}*{title}*{reason}****{other.filing_indicator}~"


def _money(other: OtherInsurance, path: str, faults: Faults) -> str:
    text = adjustments(other.adjustments, f"{path}.adjustments", faults) if other.adjustments else ""
    if other.paid_cents is not None:
        text += f"AMT*D*{amount(other.paid_cents)}~"
        if other.remaining_liability_cents is not None:
            text += f"AMT*EAF*{amount(other.remaining_liability_cents)}~"
    elif other.remaining_liability_cents is not None:
        message = f"what is still owed after {other.payer_name} is told, but not what it paid (0 if nothing)"
        faults.append(InputError(f"{path}.paid_cents", message))
    benefits = "Y" if other.subscriber.assigns_benefits else "N"
    text += f"OI***{benefits}***{'Y' if other.subscriber.release_signed else 'I'}~"
    if not other.remarks:
        return text
    if len(other.remarks) > 5:
        faults.append(InputError(f"{path}.remarks", "at most five remark codes can be sent"))
    codes = [
        fields.identifier(code.upper(), f"{path}.remarks[{index}]", "the remark code", faults, 2, 5)
        for index, code in enumerate(other.remarks)
    ]
    return text + segment("MOA", "", "", *codes)


def _holder(claim: Claim, patient: str, other: OtherInsurance, path: str, faults: Faults, upper: bool) -> str:
    """2330A. With relationship self the holder is the patient."""
    subscriber = other.subscriber
    place = f"{path}.subscriber"
    person = subscriber.person
    if subscriber.relationship == "self" and isinstance(claim.patient, Person):
        person, holder = claim.patient, f"1*{patient}"
    else:
        holder = holder_name(subscriber, place, faults, upper)
    member = member_number(subscriber, other.filing_indicator, place, faults)
    text = f"NM1*IL*{holder}*MI*{member}~"
    if person is not None and person.address is not None and subscriber.organization is None:
        text += fields.address(person.address, f"{place}.person.address", "the policy holder", faults, upper)
    return text


def _payer(other: OtherInsurance, path: str, on_lines: bool, faults: Faults, upper: bool) -> str:
    """2330B. The date of decision goes here only when no line carries it."""
    text, wrong = _named(other.payer_name, other.payer_id, upper)
    for field, message in wrong:
        faults.append(InputError(f"{path}.{field}", message))
    if other.paid_cents is not None and not on_lines:
        if other.adjudicated_on is None:
            message = f"the day on which {other.payer_name} decided is missing"
            faults.append(InputError(f"{path}.adjudicated_on", message))
        else:
            text += f"DTP*573*D8*{d8(other.adjudicated_on)}~"
    if other.payer_claim_number:
        what = f"the claim number of {other.payer_name}"
        theirs = fields.identifier(other.payer_claim_number, f"{path}.payer_claim_number", what, faults)
        text += f"REF*F8*{theirs}~"
    return text


def _owed(other: OtherInsurance, path: str, decisions: list[list[LineAdjudication]], faults: Faults) -> None:
    """AMT*EAF stands on the claim or on its lines, never on both."""
    if any(decided.remaining_liability_cents is not None for line in decisions for decided in line):
        message = f"what is still owed after {other.payer_name} is told for the claim and for its lines: keep one"
        faults.append(InputError(f"{path}.remaining_liability_cents", message))
    if other.remaining_liability_cents is not None and other.remaining_liability_cents < 0:
        faults.append(InputError(f"{path}.remaining_liability_cents", "what is still owed is below zero"))


@lru_cache(maxsize=1_024)
def _named(name: str, number: str, upper: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
    """NM1 of another payer, and what is wrong with it, by field: claims name few payers, and name them often."""
    found: Faults = []
    title = fields.name(name, 60, "payer_name", "the other payer's name", found, upper)
    fields.identifier(number, "payer_id", "the other payer's number", found, 2, 80)
    return f"NM1*PR*2*{title}*****PI*{number}~", tuple((fault.path, fault.message) for fault in found)


def adjustments(reasons: tuple[Adjustment, ...], path: str | tuple[int, int], faults: Faults) -> str:
    """CAS, one per group with up to six reasons. A reason of no money changes nothing and is left out.

    `path` may be a line's place and its decision's: it is put into words only for a fault.
    """
    groups: dict[str, str] = {}
    for index, reason in enumerate(reasons):
        if reason.cents:
            code = reason.carc
            if not (code.isalnum() and code.isascii() and len(code) <= 5):
                where = f"{_adjustments_at(path)}[{index}].carc"
                code = fields.identifier(code, where, "the adjustment reason", faults, 1, 5)
            quantity = "" if reason.quantity is None else reason.quantity
            group = reason.group
            groups[group] = f"{groups.get(group, '')}*{code}*{amount(reason.cents)}*{quantity}"
    if len(reasons) > _REASONS:
        for name, trios in groups.items():
            if trios.count("*") > 3 * _REASONS:
                message = f"group {name} has more than six adjustment reasons; six can be sent"
                faults.append(InputError(_adjustments_at(path), message))
    return "".join([f"CAS*{name}{trios.rstrip('*')}~" for name, trios in groups.items()])


def _adjustments_at(path: str | tuple[int, int]) -> str:
    return path if isinstance(path, str) else _at(*path, "adjustments")


def _at(index: int, number: int, field: str) -> str:
    return f"lines[{index}].adjudications[{number}].{field}"


def line_adjudications(claim: Claim, index: int, faults: Faults) -> str:
    """Loop 2430 of one line: what each earlier payer paid for it, under which code, with its adjustments."""
    line = claim.lines[index]
    others = claim.other_insurance
    text = ""
    if len(line.adjudications) > MAX_ADJUDICATIONS:
        message = f"at most {MAX_ADJUDICATIONS} decisions on a line can be sent"
        faults.append(InputError(f"lines[{index}].adjudications", message))
    for number, decided in enumerate(line.adjudications):
        if not others or (
            others[0].payer_id != decided.payer_id and all(one.payer_id != decided.payer_id for one in others)
        ):
            message = f"line {index + 1} was decided by payer '{decided.payer_id}', which is not in 'other_insurance'"
            faults.append(InputError(_at(index, number, "payer_id"), message))
        same = decided.code is None and not decided.modifiers
        code = fields.procedure(decided.code or line.code, line.modifiers if same else decided.modifiers)
        if not code:
            message = f"the code or a modifier under which line {index + 1} was decided cannot be sent"
            faults.append(InputError(_at(index, number, "code"), message))
        into = "" if decided.bundled_into is None else _bundled(claim, index, number, decided.bundled_into, faults)
        reasons = adjustments(decided.adjustments, (index, number), faults)
        text += (
            f"SVD*{decided.payer_id}*{amount(decided.paid_cents)}*{code}**{decided.paid_units}{into}~{reasons}"
            f"DTP*573*D8*{d8(decided.paid_on)}~"
        )
        owed = decided.remaining_liability_cents
        if owed is not None:
            if owed < 0:
                message = "what is still owed is below zero"
                faults.append(InputError(_at(index, number, "remaining_liability_cents"), message))
            text += f"AMT*EAF*{amount(owed)}~"
    return text


def _bundled(claim: Claim, index: int, number: int, into: int, faults: Faults) -> str:
    """SVD06: the line into which that payer bundled this one, by its number among the lines that are sent."""
    if into == index + 1:
        message = f"line {into} cannot be bundled into itself"
        faults.append(InputError(_at(index, number, "bundled_into"), message))
    elif not 1 <= into <= len(claim.lines) or not claim.lines[into - 1].units:
        message = f"line {index + 1} is said to be bundled into line {into}, which is not sent with this claim"
        faults.append(InputError(_at(index, number, "bundled_into"), message))
    return f"*{len([line for line in claim.lines[:into] if line.units])}"


def _balance(
    claim: Claim,
    other: OtherInsurance,
    path: str,
    decisions: list[list[LineAdjudication]],
    total: int,
    faults: Faults,
) -> None:
    """The two equations above, for one payer that has decided: on the lines, or (without `decisions`) as a whole."""
    paid_on_lines = total
    if decisions:
        paid_on_lines = 0
        for index, line in enumerate(claim.lines):
            if line.units:
                paid_on_lines += _line_balance(line, index, other, decisions[index], faults)
    expected = paid_on_lines - sum([reason.cents for reason in other.adjustments])
    if other.paid_cents != expected:
        source = "the lines it paid" if decisions else "the charges"
        message = (
            f"{other.payer_name} paid {dollars(other.paid_cents or 0)}, but {source} less its adjustments on the"
            f" claim make {dollars(expected)}: the claim does not balance"
        )
        faults.append(InputError(f"{path}.paid_cents", message))


def _line_balance(
    line: ClaimLine, index: int, other: OtherInsurance, decisions: list[LineAdjudication], faults: Faults
) -> int:
    if not decisions:
        path = f"lines[{index}].adjudications"
        faults.append(InputError(path, f"what {other.payer_name} decided on line {index + 1} is missing"))
        return 0
    paid = adjusted = 0
    for decided in decisions:
        paid += decided.paid_cents
        for reason in decided.adjustments:
            adjusted += reason.cents
    charge = line.charge_cents if isinstance(line.charge_cents, int) else 0
    if paid + adjusted != charge:
        message = (
            f"line {index + 1} does not balance: charge {dollars(charge)}, {other.payer_name} paid {dollars(paid)}"
            f" and adjusted {dollars(adjusted)}"
        )
        faults.append(InputError(f"lines[{index}].adjudications", message))
    return paid
