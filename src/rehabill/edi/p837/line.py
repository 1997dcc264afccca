"""Service lines: loop 2400 with its dates and references."""

from msgspec import UnsetType

from rehabill.base.errors import InputError
from rehabill.edi.p837 import fields
from rehabill.edi.p837.cob import line_adjudications
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.header import Payer
from rehabill.edi.p837.line_more import unusual
from rehabill.edi.p837.people import People
from rehabill.edi.p837.profile import MAX_LINES, MAX_MODIFIERS, MAX_POINTERS
from rehabill.model.claim import Claim, ClaimLine
from rehabill.x12.clean import clean
from rehabill.x12.segment import amount, d8, is_sendable, misfit

_FREE_TEXT = 80
_REFERENCE = 30
"""Characters of a line's reference (REF*6R)."""


def service_lines(
    claim: Claim, number: str, place: str, payer: Payer, people: People, faults: Faults, upper: bool
) -> tuple[str, int]:
    """(loops 2400, charge of the claim in cents). A line of no units is kept in the record and never sent."""
    diagnoses = len(claim.diagnoses) if claim.diagnoses else 0
    last = claim.date
    when = same_day = d8(last) if last is not None else ""
    parts: list[str] = []
    unlisted, procedure, pointers = payer.unlisted_codes, fields.procedure, fields.pointers
    sent, total, references, is_ours = 0, 0, [], True
    for index, line in enumerate(claim.lines):
        units, charge = line.units, line.charge_cents
        if not units or not isinstance(charge, int) or charge < 0:
            charge = _uncharged(line, index, faults)
            if not units:
                continue
        sent, total = sent + 1, total + charge
        code = procedure(line.code, line.modifiers)
        if not code or line.code in unlisted or line.description is not None:
            code = _described(line, index, code, line.code in unlisted, faults, upper)
        pointed = pointers(line.diagnosis_pointers, diagnoses) or _pointers(line, index, diagnoses, faults)
        if line.date is not last:  # nearly always the same day as the line before
            last = line.date
            when = d8(last) if last is not None else same_day
        if not when:
            _no_date(index, faults)
        elsewhere = _elsewhere(line.place_of_service, place, index, faults) if line.place_of_service else ""
        reference = line.line_id
        if reference:
            is_ours = False
        else:
            reference = f"{number}-{index + 1}"  # fits, and is like no other of ours
        references.append(reference)
        if (
            line.note is not None or line.end_date is not None or line.attachments or line.emergency is not None
            or line.rendering_npi is not None or line.referring_npi is not None or line.supervising_npi is not None
            or line.ordering_npi is not None or line.prior_authorization is not None
            or line.referral_number is not None or line.initial_treatment_date is not None
        ):  # fmt: skip
            service = f"LX*{sent}~SV1*{code}*{amount(charge)}*{line.unit}*{units}*{elsewhere}**{pointed}"
            parts.append(unusual(service, when, reference, claim, index, payer, people, faults, upper))
        else:
            parts.append(
                f"LX*{sent}~SV1*{code}*{amount(charge)}*{line.unit}*{units}*{elsewhere}**{pointed}~DTP*472*D8*{when}"
                f"~REF*6R*{reference}~"
            )
        if line.adjudications:
            parts.append(line_adjudications(claim, index, faults))
    if sent == 0:
        faults.append(InputError("lines", "the claim has no line with units: there is nothing to bill"))
    elif sent > MAX_LINES:
        faults.append(InputError("lines", f"the claim has {sent} lines; at most {MAX_LINES} can be sent: split it"))
    if not is_ours and not _are_fit(references):
        _unfit(claim, number, faults)
    return "".join(parts), total


def _uncharged(line: ClaimLine, index: int, faults: Faults) -> int:
    """A line of no units must have no charge, any other must have one."""
    charge = line.charge_cents
    if not line.units:
        if charge:
            faults.append(InputError(f"lines[{index}].units", f"line {index + 1} has a charge but no units"))
    else:
        message = f"the charge of line {index + 1} is {'below zero' if charge else 'missing'}"
        faults.append(InputError(f"lines[{index}].charge_cents", message))
    return 0


def _elsewhere(code: str, place: str, index: int, faults: Faults) -> str:
    """SV105: only a place unlike the claim's."""
    if code == place:
        return ""
    if not is_place(code):
        message = f"'{code}' is not a place of service (two digits), on line {index + 1}"
        faults.append(InputError(f"lines[{index}].place_of_service", message))
    return code


def is_place(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isdigit()


def _pointers(line: ClaimLine, index: int, diagnoses: int, faults: Faults) -> str:
    """SV107 where it could not simply be taken over. With a single diagnosis nothing needs to be said."""
    numbers = line.diagnosis_pointers
    if numbers is None or isinstance(numbers, UnsetType):
        numbers = (1,) if diagnoses == 1 else ()
    text = fields.pointers(numbers, diagnoses)
    if text:
        return text
    path = f"lines[{index}].diagnosis_pointers"
    if not numbers:
        message = f"line {index + 1} does not say for which diagnosis it was given"
    elif len(numbers) > MAX_POINTERS:
        message = f"line {index + 1} points to {len(numbers)} diagnoses; at most {MAX_POINTERS} can be sent"
    elif len(set(numbers)) != len(numbers):
        message = f"line {index + 1} points to the same diagnosis twice"
    else:
        message = f"line {index + 1} points to a diagnosis the claim does not have (it has {diagnoses})"
    faults.append(InputError(path, message))
    return ""


def _described(line: ClaimLine, index: int, code: str, unlisted: bool, faults: Faults, upper: bool) -> str:
    """SV101 in the cases apart: what cannot be sent is explained; a description goes along, as with unlisted codes."""
    path = f"lines[{index}]"
    if not code:
        if len(line.modifiers) > MAX_MODIFIERS:
            message = f"line {index + 1} has {len(line.modifiers)} modifiers; at most {MAX_MODIFIERS} can be sent"
            faults.append(InputError(f"{path}.modifiers", message))
        if not fields.procedure(line.code, ()):
            message = f"'{line.code}' on line {index + 1} is not a procedure code: five letters and digits"
            faults.append(InputError(f"{path}.code", message))
        for modifier in line.modifiers:
            if not fields.procedure("97110", (modifier,)):
                message = f"'{modifier}' on line {index + 1} is not a modifier: two letters or digits"
                faults.append(InputError(f"{path}.modifiers", message))
        return ""
    text = clean(line.description or "", upper)
    if not text and not unlisted:
        if line.description and line.description.strip():
            message = f"the description of line {index + 1} has no letter that an 837 can carry"
            faults.append(InputError(f"{path}.description", message))
        return code
    if not text:
        message = f"{line.code} on line {index + 1} names no particular service: describe what was done"
        faults.append(InputError(f"{path}.description", message))
    elif len(text) > _FREE_TEXT:
        message = f"the description of line {index + 1} has {len(text)} characters; at most {_FREE_TEXT} can be sent"
        faults.append(InputError(f"{path}.description", message))
    empty = ":" * (MAX_MODIFIERS - len(line.modifiers))
    return f"{code}{empty}:{text}"


def _no_date(index: int, faults: Faults) -> None:
    faults.append(InputError(f"lines[{index}].date", f"the date of service of line {index + 1} is missing"))


def _are_fit(references: list[str]) -> bool:
    """Whether each can be sent, and no two are the same."""
    return (
        len(set(references)) == len(references)
        and max(map(len, references)) <= _REFERENCE
        and all(map(is_sendable, references))
    )


def _unfit(claim: Claim, number: str, faults: Faults) -> None:
    """What is wrong with the lines' references."""
    seen: set[str] = set()
    for index, line in enumerate(claim.lines):
        if not line.units:
            continue
        reference = line.line_id or f"{number}-{index + 1}"
        if line.line_id and (message := misfit(reference, 1, _REFERENCE, f"the reference of line {index + 1}")):
            faults.append(InputError(f"lines[{index}].line_id", message))
        if reference in seen:
            message = f"the reference '{reference}' of line {index + 1} stands on another line too"
            faults.append(InputError(f"lines[{index}].line_id", message))
        seen.add(reference)
