"""A coded visit as the claim that would be sent for it."""

import msgspec
from msgspec import UNSET

from rehabill.model.claim import Claim, ClaimLine, Context
from rehabill.model.coded import CodedLine, CodedVisit, NotBilled, PricedVisit
from rehabill.model.practice import Practice
from rehabill.model.visit import Treatment, Visit

_MOST_POINTERS = 4


def claim_of(visit: Visit, coded: CodedVisit) -> Claim:
    """The claim as far as the visit tells it; what the visit does not say stays unsaid."""
    diagnoses = visit.diagnoses
    pointers: tuple[int, ...] | None | msgspec.UnsetType = UNSET
    if diagnoses is None:
        pointers = None
    elif diagnoses is not UNSET:
        pointers = tuple(range(1, min(len(diagnoses), _MOST_POINTERS) + 1))
    return Claim(
        id=visit.id,
        payer=visit.payer,
        date=visit.date,
        discipline=coded.discipline,
        diagnoses=diagnoses,
        referring_npi=visit.referring_npi,
        rendering_npi=visit.rendering_npi,
        place_of_service=coded.place_of_service or UNSET,
        lines=tuple(_line(line, visit, pointers) for line in coded.lines),
        context=visit.context,
        locality=visit.locality,
        qp=visit.qp,
        participating=visit.participating,
        telehealth=visit.telehealth,
        secondary_payer=visit.secondary_payer,
        patient=visit.patient,
        subscriber=visit.subscriber,
    )


def _line(line: CodedLine, visit: Visit, pointers: tuple[int, ...] | None | msgspec.UnsetType) -> ClaimLine:
    only = visit.treatments[line.treatments[0]] if len(line.treatments) == 1 else Treatment()
    return ClaimLine(
        date=visit.date,
        code=line.code,
        units=line.units,
        modifiers=line.modifiers,
        diagnosis_pointers=pointers,
        minutes=line.minutes,
        assistant_minutes=UNSET if line.assistant_minutes is None else line.assistant_minutes,
        patients=line.patients,
        start=only.start,
        end=only.end,
        distinct_from=line.distinct_from,
        line_id=f"{visit.id}-{line.line}" if visit.id is not None else None,
        description=line.description,
    )


def with_invalid_codes(claim: Claim, not_billed: tuple[NotBilled, ...]) -> Claim:
    """The claim with a line for every code that may not be billed, so that the rules speak of it too."""
    invalid = [
        ClaimLine(date=claim.date, code=left.code, units=1, modifiers=())
        for left in not_billed
        if left.invalid and left.code
    ]
    return msgspec.structs.replace(claim, lines=(*claim.lines, *invalid)) if invalid else claim


def for_practice(claim: Claim, practice: Practice) -> Claim:
    """The claim as the practice sends it: its charges, place and number; what nobody said is now known missing."""
    charges = practice.charges_cents
    return msgspec.structs.replace(
        claim,
        diagnoses=None if claim.diagnoses is UNSET else claim.diagnoses,
        referring_npi=None if claim.referring_npi is UNSET else claim.referring_npi,
        rendering_npi=None if claim.rendering_npi is UNSET else claim.rendering_npi,
        place_of_service=practice.place_of_service if claim.place_of_service is UNSET else claim.place_of_service,
        locality=claim.locality or practice.locality,
        participating=claim.participating and practice.participating,
        claim_number=claim.claim_number or (None if claim.id is None else str(claim.id)),
        lines=tuple(
            msgspec.structs.replace(
                line,
                charge_cents=charges[line.code] * line.units if line.code in charges else None,
                diagnosis_pointers=None if line.diagnosis_pointers is UNSET else line.diagnosis_pointers,
            )
            for line in claim.lines
        ),
    )


def claim_of_priced(visit: PricedVisit) -> Claim:
    """What `rehabill code` wrote, as a claim to price."""
    return Claim(
        id=visit.id,
        payer=visit.payer,
        date=visit.date,
        discipline=visit.discipline,
        place_of_service=visit.place_of_service or UNSET,
        locality=visit.locality,
        qp=visit.qp,
        participating=visit.participating,
        telehealth=visit.telehealth,
        context=visit.context or Context(),
        lines=tuple(
            ClaimLine(
                date=visit.date,
                code=line.code,
                units=line.units,
                modifiers=line.modifiers,
                charge_cents=UNSET if line.charge_cents is None else line.charge_cents,
            )
            for line in visit.lines
        ),
    )
