"""A claim too large for one 837P becomes several: at most 50 lines and 12 diagnoses each."""

import msgspec
from msgspec import UnsetType

from rehabill.base.errors import InputError
from rehabill.edi.p837.profile import MAX_DIAGNOSES, MAX_LINES
from rehabill.model.claim import Claim, ClaimLine, OtherInsurance


def split_claim(claim: Claim) -> tuple[Claim, ...]:
    """The claim itself when it fits, else its parts: lines in their order, each in exactly one part.

    A part keeps the diagnoses its lines point to, in the claim's order, then as many of those that no line points to
    as fit; pointers are renumbered. Parts are numbered `-1`, `-2` … behind the claim number. What the patient paid
    stays with the first part; what an earlier payer paid is shared out by its decisions on the lines. Raises
    `InputError` where no honest split exists: a replacement, a payer that decided the claim as a whole, or one line
    pointing to more than 12 diagnoses.
    """
    count = len(claim.diagnoses or ())
    if len(claim.lines) <= MAX_LINES and count <= MAX_DIAGNOSES:
        return (claim,)
    groups = _groups(claim)
    parts = [_part(claim, group) for group in groups]
    if len(parts) == 1:
        return (msgspec.structs.replace(parts[0], claim_number=claim.claim_number),)
    if claim.frequency != "1":
        message = "a replacement or void of this size cannot be split: the payer has one claim under that number"
        raise InputError("frequency", message)
    shared = _share_payments(claim, parts)
    return tuple(
        msgspec.structs.replace(
            part,
            claim_number=f"{claim.claim_number}-{number}" if claim.claim_number else None,
            other_insurance=others,
            patient_paid_cents=claim.patient_paid_cents if number == 1 else None,
        )
        for number, (part, others) in enumerate(zip(parts, shared, strict=True), start=1)
    )


def _pointed(line: ClaimLine, count: int) -> tuple[int, ...]:
    """Numbers (from 1) of the diagnoses the line points to; those out of range are left for the writer to refuse."""
    numbers = line.diagnosis_pointers
    if numbers is None or isinstance(numbers, UnsetType):
        return (1,) if count == 1 else ()
    return tuple(number for number in numbers if 1 <= number <= count)


def _groups(claim: Claim) -> list[list[int]]:
    """Positions of the lines of each part: a part is closed when the next line no longer fits."""
    count = len(claim.diagnoses or ())
    groups: list[list[int]] = [[]]
    used: set[int] = set()
    for index, line in enumerate(claim.lines):
        wanted = set(_pointed(line, count))
        if len(wanted) > MAX_DIAGNOSES:
            message = f"line {index + 1} points to {len(wanted)} diagnoses; a claim holds {MAX_DIAGNOSES}"
            raise InputError(f"lines[{index}].diagnosis_pointers", message)
        if len(groups[-1]) == MAX_LINES or len(used | wanted) > MAX_DIAGNOSES:
            groups.append([])
            used = set()
        groups[-1].append(index)
        used |= wanted
    return groups


def _part(claim: Claim, positions: list[int]) -> Claim:
    codes = claim.diagnoses or ()
    count = len(codes)
    kept = sorted({number for index in positions for number in _pointed(claim.lines[index], count)})
    anywhere = {number for line in claim.lines for number in _pointed(line, count)}
    spare = [number for number in range(1, count + 1) if number not in anywhere]
    kept += spare[: MAX_DIAGNOSES - len(kept)]
    new_number = {old: new for new, old in enumerate(kept, start=1)}
    new_line = {index + 1: new for new, index in enumerate(positions, start=1)}
    for index in positions:
        _check_bundle(claim.lines[index], index, new_line)
    lines = tuple(_moved(claim.lines[index], new_number, new_line, count) for index in positions)
    diagnoses = tuple(codes[number - 1] for number in kept) if codes else claim.diagnoses
    return msgspec.structs.replace(claim, lines=lines, diagnoses=diagnoses)


def _moved(line: ClaimLine, diagnoses: dict[int, int], lines: dict[int, int], count: int) -> ClaimLine:
    pointers = line.diagnosis_pointers
    if pointers is not None and not isinstance(pointers, UnsetType):
        # A pointer to nothing stays one (beyond any part's diagnoses), so that the writer still refuses it.
        pointers = tuple(diagnoses.get(number, max(number, count + 1)) for number in pointers)
    distinct = tuple(lines[number] for number in line.distinct_from if number in lines)
    decided = tuple(
        one if one.bundled_into is None else msgspec.structs.replace(one, bundled_into=lines[one.bundled_into])
        for one in line.adjudications
    )
    return msgspec.structs.replace(line, diagnosis_pointers=pointers, distinct_from=distinct, adjudications=decided)


def _check_bundle(line: ClaimLine, index: int, lines: dict[int, int]) -> None:
    for number, decided in enumerate(line.adjudications):
        into = decided.bundled_into
        if into is not None and into not in lines:
            message = f"line {index + 1} was bundled into line {into}, which would come into another claim: use paper"
            raise InputError(f"lines[{index}].adjudications[{number}].bundled_into", message)


def _share_payments(claim: Claim, parts: list[Claim]) -> list[tuple[OtherInsurance, ...]]:
    """Each part's other payers with what they paid on its lines; claim-level adjustments stay with the first part."""
    shared: list[list[OtherInsurance]] = [[] for _ in parts]
    for index, other in enumerate(claim.other_insurance):
        if other.paid_cents is None:
            for others in shared:
                others.append(other)
            continue
        if not all(_decided(line, other) for line in claim.lines if line.units):
            message = f"{other.payer_name} decided the claim as a whole, so it cannot be split: send it on paper"
            raise InputError(f"other_insurance[{index}]", message)
        for number, (part, others) in enumerate(zip(parts, shared, strict=True)):
            others.append(_share(part, other, first=number == 0))
    _check_liability(claim, shared)
    return [tuple(others) for others in shared]


def _decided(line: ClaimLine, other: OtherInsurance) -> bool:
    return any(decided.payer_id == other.payer_id for decided in line.adjudications)


def _share(part: Claim, other: OtherInsurance, *, first: bool) -> OtherInsurance:
    adjustments = other.adjustments if first else ()
    decisions = [decided for line in part.lines for decided in line.adjudications if decided.payer_id == other.payer_id]
    paid = sum(decided.paid_cents for decided in decisions) - sum(reason.cents for reason in adjustments)
    owed = None
    if other.remaining_liability_cents is not None:
        reasons = [*adjustments, *(reason for decided in decisions for reason in decided.adjustments)]
        owed = sum(reason.cents for reason in reasons if reason.group == "PR")
    return msgspec.structs.replace(other, paid_cents=paid, adjustments=adjustments, remaining_liability_cents=owed)


def _check_liability(claim: Claim, shared: list[list[OtherInsurance]]) -> None:
    """Nothing may be lost: the parts' payments and debts must add up to the claim's."""
    for index, other in enumerate(claim.other_insurance):
        if other.paid_cents is None:
            continue
        parts = [others[index] for others in shared]
        if sum(part.paid_cents or 0 for part in parts) != other.paid_cents:
            message = f"what {other.payer_name} paid is not the sum of what it paid on the lines: mend that first"
            raise InputError(f"other_insurance[{index}].paid_cents", message)
        owed = other.remaining_liability_cents
        if owed is not None and sum(part.remaining_liability_cents or 0 for part in parts) != owed:
            message = f"what the patient owes after {other.payer_name} is not the sum of its decisions on the lines"
            raise InputError(f"other_insurance[{index}].remaining_liability_cents", message)
