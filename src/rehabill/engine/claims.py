"""A coded visit as the claim that would be sent for it."""

import msgspec
from msgspec import UNSET, UnsetType

from rehabill.model.claim import Claim, ClaimLine, Context, UnbilledMinutes
from rehabill.model.coded import CodedLine, CodedVisit, NotBilled, VisitToPrice
from rehabill.model.practice import Practice
from rehabill.model.terms import Discipline
from rehabill.model.visit import Visit

_TOTAL_TIME_RULE = "medicare.therapy.total_time_rule"
_MOST_POINTERS = 4
_POINTERS = tuple(tuple(range(1, count + 1)) for count in range(_MOST_POINTERS + 1))


def claim_of(visit: Visit, coded: CodedVisit, practice: Practice | None = None) -> Claim:
    """The claim as far as the visit tells it; what the visit does not say stays unsaid.

    With a practice it is the claim as sent: its charges, place and number, and what nobody said is known missing.
    """
    unsaid: UnsetType | None = UNSET if practice is None else None
    diagnoses = unsaid if visit.diagnoses is UNSET else visit.diagnoses
    pointers = _pointers(diagnoses)
    place = coded.place_of_service or (practice.place_of_service if practice else UNSET)
    charges = practice.charges_cents if practice else {}
    lines = []
    for line in coded.lines:
        charge = charges.get(line.code)
        lines.append(_line(line, visit, pointers, unsaid if charge is None else charge * line.units))
    return Claim(
        id=visit.id,
        payer=visit.payer,
        date=visit.date,
        discipline=_discipline(coded),
        diagnoses=diagnoses,
        referring_npi=unsaid if visit.referring_npi is UNSET else visit.referring_npi,
        rendering_npi=unsaid if visit.rendering_npi is UNSET else visit.rendering_npi,
        place_of_service=place,
        lines=tuple(lines),
        context=visit.context,
        locality=visit.locality or (practice.locality if practice else None),
        qp=visit.qp,
        participating=visit.participating and (practice is None or practice.participating),
        telehealth=visit.telehealth,
        secondary_payer=visit.secondary_payer,
        patient=visit.patient,
        subscriber=visit.subscriber,
        sequence=visit.sequence,
        other_insurance=visit.other_insurance,
        claim_number=None if visit.id is None else str(visit.id),
        unbilled=_unbilled(coded),
    )


def _discipline(coded: CodedVisit) -> Discipline | None:
    """The claim's discipline; None when lines of several stand on it, each with its own modifier."""
    for line in coded.lines:
        if line.discipline != coded.discipline:
            return None
    return coded.discipline


def _unbilled(coded: CodedVisit) -> tuple[UnbilledMinutes, ...]:
    """Minutes of the pool that won no unit; those the payer does not count at all stay out."""
    return () if not coded.not_billed else tuple([
        UnbilledMinutes(code=left.code, minutes=left.minutes)
        for left in coded.not_billed
        if left.law == _TOTAL_TIME_RULE and left.code and left.minutes
    ])  # fmt: skip


def _pointers(diagnoses: tuple[str, ...] | UnsetType | None) -> tuple[int, ...] | UnsetType | None:
    """Every line points to the first diagnoses, up to four; unsaid where the diagnoses are."""
    if diagnoses is UNSET or diagnoses is None:
        return diagnoses
    return _POINTERS[min(len(diagnoses), _MOST_POINTERS)]


def _line(
    line: CodedLine,
    visit: Visit,
    pointers: tuple[int, ...] | UnsetType | None,
    charge: int | UnsetType | None,
) -> ClaimLine:
    only = visit.treatments[line.treatments[0]] if len(line.treatments) == 1 else None
    return ClaimLine(
        date=visit.date,
        code=line.code,
        units=line.units,
        modifiers=line.modifiers,
        diagnosis_pointers=pointers,
        charge_cents=charge,
        minutes=line.minutes,
        assistant_minutes=UNSET if line.assistant_minutes is None else line.assistant_minutes,
        patients=line.patients,
        start=only.start if only else None,
        end=only.end if only else None,
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


def claim_to_price(visit: VisitToPrice) -> Claim:
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
