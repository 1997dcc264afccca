"""Other payers of a claim: loops 2320/2330 and, on the line, 2430. Their money must balance to the cent.

For each payer that has decided: a line's charge is what it paid plus its adjustments, and the payer's total is the
sum of the lines less its claim-level adjustments. Receivers reject a secondary claim that does not balance.
"""

from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.edi.p837 import fields
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.parties import group, holder_name, member_number, secondary_reason
from rehabill.edi.p837.profile import FILING_INDICATORS, MEDICARE_FILING, RELATIONSHIP_CODES
from rehabill.model.claim import Adjustment, Claim, ClaimLine, OtherInsurance
from rehabill.model.party import Person
from rehabill.x12.write import amount, d8, segment

MAX_OTHER_PAYERS = 10
MAX_ADJUDICATIONS = 15
_ORDER = "PST"


def other_payers(claim: Claim, total: int, faults: Faults, upper: bool) -> str:
    """Loops 2320 and 2330 of every other payer; `total` is the claim's charge in cents."""
    others = claim.other_insurance
    sequences = [claim.sequence, *(other.sequence for other in others)]
    if len(set(sequences)) != len(sequences):
        message = "two payers of this claim have the same place (P first, S second, T third)"
        faults.append(InputError("other_insurance", message))
    earlier = {other.sequence for other in others if _ORDER.index(other.sequence) < _ORDER.index(claim.sequence)}
    if claim.sequence != "P" and not earlier:
        message = "a claim to a second payer must say what the first payer decided"
        faults.append(InputError("other_insurance", message))
    if len({other.payer_id for other in others}) != len(others):
        faults.append(InputError("other_insurance", "two other payers have the same payer_id"))
    if len(others) > MAX_OTHER_PAYERS:
        faults.append(InputError("other_insurance", f"at most {MAX_OTHER_PAYERS} other payers can be sent"))
    return "".join(
        _other_payer(claim, index, other, other.sequence in earlier, total, faults, upper)
        for index, other in enumerate(others)
    )


def _other_payer(
    claim: Claim, index: int, other: OtherInsurance, earlier: bool, total: int, faults: Faults, upper: bool
) -> str:
    path = f"other_insurance[{index}]"
    if earlier and other.paid_cents is None:
        message = f"what {other.payer_name} paid is missing (0 if it paid nothing); it comes before this payer"
        faults.append(InputError(f"{path}.paid_cents", message))
    on_lines = any(
        decided.payer_id == other.payer_id for line in claim.lines if line.units for decided in line.adjudications
    )
    if other.paid_cents is not None:
        _balance(claim, other, path, on_lines, total, faults)
    return (
        _coverage(other, path, faults, upper)
        + _money(other, path, faults)
        + _holder(claim, other, path, faults, upper)
        + _payer(other, path, on_lines, faults, upper)
    )


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
    text = adjustments(other.adjustments, f"{path}.adjustments", faults)
    if other.paid_cents is not None:
        text += f"AMT*D*{amount(other.paid_cents)}~"
        if other.remaining_liability_cents is not None:
            text += f"AMT*EAF*{amount(other.remaining_liability_cents)}~"
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


def _holder(claim: Claim, other: OtherInsurance, path: str, faults: Faults, upper: bool) -> str:
    """2330A. With relationship self the holder is the patient."""
    subscriber = other.subscriber
    place = f"{path}.subscriber"
    person = subscriber.person
    if subscriber.relationship == "self" and isinstance(claim.patient, Person):
        # The patient's own faults are noted once, where the patient stands on the claim.
        person = claim.patient
        holder = "1*" + fields.person_name(person, place, "the patient", [], upper)
    else:
        holder = holder_name(subscriber, place, faults, upper)
    member = member_number(subscriber, other.filing_indicator, place, faults)
    text = f"NM1*IL*{holder}*MI*{member}~"
    if person is not None and person.address is not None and subscriber.organization is None:
        text += fields.address(person.address, f"{place}.person.address", "the policy holder", faults, upper)
    return text


def _payer(other: OtherInsurance, path: str, on_lines: bool, faults: Faults, upper: bool) -> str:
    """2330B. The date of decision goes here only when no line carries it."""
    title = fields.name(other.payer_name, 60, f"{path}.payer_name", "the other payer's name", faults, upper)
    number = fields.identifier(other.payer_id, f"{path}.payer_id", "the other payer's number", faults, 2, 80)
    text = f"NM1*PR*2*{title}*****PI*{number}~"
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


def adjustments(reasons: tuple[Adjustment, ...], path: str, faults: Faults) -> str:
    """CAS, one per group with up to six reasons. A reason of no money changes nothing and is left out."""
    groups: dict[str, list[str]] = {}
    for index, reason in enumerate(reasons):
        if reason.cents:
            code = fields.identifier(reason.carc, f"{path}[{index}].carc", "the adjustment reason", faults, 1, 5)
            quantity = "" if reason.quantity is None else str(reason.quantity)
            groups.setdefault(reason.group, []).extend((code, amount(reason.cents), quantity))
    for name, trios in groups.items():
        if len(trios) > 18:
            faults.append(InputError(path, f"group {name} has more than six adjustment reasons; six can be sent"))
    return "".join(segment("CAS", name, *trios) for name, trios in groups.items())


def line_adjudications(claim: Claim, index: int, faults: Faults) -> str:
    """Loop 2430 of one line: what each earlier payer paid for it, under which code, with its adjustments."""
    line = claim.lines[index]
    payer_ids = {other.payer_id for other in claim.other_insurance}
    path = f"lines[{index}].adjudications"
    text = ""
    if len(line.adjudications) > MAX_ADJUDICATIONS:
        faults.append(InputError(path, f"at most {MAX_ADJUDICATIONS} decisions on a line can be sent"))
    for number, decided in enumerate(line.adjudications):
        if decided.payer_id not in payer_ids:
            message = f"line {index + 1} was decided by payer '{decided.payer_id}', which is not in 'other_insurance'"
            faults.append(InputError(f"{path}[{number}].payer_id", message))
        same = decided.code is None and not decided.modifiers
        code = fields.procedure(decided.code or line.code, line.modifiers if same else decided.modifiers)
        if not code:
            message = f"the code or a modifier under which line {index + 1} was decided cannot be sent"
            faults.append(InputError(f"{path}[{number}].code", message))
        text += f"SVD*{decided.payer_id}*{amount(decided.paid_cents)}*{code}**{decided.paid_units}~"
        text += adjustments(decided.adjustments, f"{path}[{number}].adjustments", faults)
        text += f"DTP*573*D8*{d8(decided.paid_on)}~"
    return text


def _balance(claim: Claim, other: OtherInsurance, path: str, on_lines: bool, total: int, faults: Faults) -> None:
    """The two equations above, for one payer that has decided."""
    paid_on_lines = total
    if on_lines:
        paid_on_lines = sum(
            _line_balance(line, index, other, faults) for index, line in enumerate(claim.lines) if line.units
        )
    expected = paid_on_lines - sum(reason.cents for reason in other.adjustments)
    if other.paid_cents != expected:
        source = "the lines it paid" if on_lines else "the charges"
        message = (
            f"{other.payer_name} paid {dollars(other.paid_cents or 0)}, but {source} less its adjustments on the"
            f" claim make {dollars(expected)}: the claim does not balance"
        )
        faults.append(InputError(f"{path}.paid_cents", message))


def _line_balance(line: ClaimLine, index: int, other: OtherInsurance, faults: Faults) -> int:
    decisions = [decided for decided in line.adjudications if decided.payer_id == other.payer_id]
    path = f"lines[{index}].adjudications"
    if not decisions:
        faults.append(InputError(path, f"what {other.payer_name} decided on line {index + 1} is missing"))
        return 0
    paid = sum(decided.paid_cents for decided in decisions)
    adjusted = sum(reason.cents for decided in decisions for reason in decided.adjustments)
    charge = line.charge_cents if isinstance(line.charge_cents, int) else 0
    if paid + adjusted != charge:
        message = (
            f"line {index + 1} does not balance: charge {dollars(charge)}, {other.payer_name} paid {dollars(paid)}"
            f" and adjusted {dollars(adjusted)}"
        )
        faults.append(InputError(path, message))
    return paid
