"""A visit to coded lines: read, gather, count, split, modify, explain."""

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.base.errors import InputError
from rehabill.base.finding import Step
from rehabill.coding import drafts as drafting
from rehabill.coding.assistants import policy_of
from rehabill.coding.drafts import Draft, Terms
from rehabill.coding.modifiers import add_modifiers, in_order
from rehabill.coding.record import discipline_of, read
from rehabill.coding.services import Service, gather
from rehabill.model.coded import CodedLine, CodedVisit
from rehabill.model.visit import Visit
from rehabill.pricing.allowed import Item, allowed
from rehabill.pricing.fee import Where, check_locality

_TELEHEALTH_HOME = "10"
_OFFICE = "11"


def code(visit: Visit, edition: Edition) -> CodedVisit:
    """Code one visit under one edition. Raises `InputError` for what cannot be read (times, locality)."""
    check_locality(edition, visit.locality)
    if visit.telehealth is None and isinstance(visit.context.telehealth, str):
        visit = msgspec.structs.replace(visit, telehealth=visit.context.telehealth)
    _check_indexes(visit)
    reading = read(visit, edition)
    steps, not_billed = reading.steps, reading.not_billed
    place = _place_of_service(visit, edition, steps)
    where = Where(visit.locality, place in edition.law.almanac.facility_places, visit.qp, visit.participating)
    terms = Terms(edition, visit.units_rule or edition.profile.units_rule, policy_of(edition), where)
    day = drafting.draft(gather(reading.entries), terms)
    not_billed += day.not_billed
    steps += day.steps
    drafts = day.lines
    _order(drafts, edition, where)
    add_modifiers(drafts, visit, edition, where, steps)
    return CodedVisit(
        id=visit.id,
        date=visit.date,
        payer=visit.payer,
        edition=edition.stamp(visit.date),
        discipline=discipline_of(visit),
        place_of_service=place,
        lines=_lines(drafts, edition, steps),
        not_billed=tuple(sorted(not_billed, key=lambda left: left.treatments)),
        suggestions=tuple(reading.suggestions),
        steps=tuple(steps),
    )


def _check_indexes(visit: Visit) -> None:
    for index, treatment in enumerate(visit.treatments):
        for other in treatment.distinct_from:
            if other >= len(visit.treatments) or other == index:
                raise InputError(
                    f"treatments[{index}].distinct_from",
                    f"there is no other treatment {other}: treatments are counted from 0",
                )


def _place_of_service(visit: Visit, edition: Edition, steps: list[Step]) -> str | None:
    """The place stated; a telehealth visit without one is taken as at home (10 from 2024, the office before)."""
    if (
        edition.profile.telehealth != "medicare"
        or visit.place_of_service
        or not visit.telehealth
        or not edition.known("medicare.telehealth.place_of_service")
    ):
        return visit.place_of_service
    law = ("medicare.telehealth.place_of_service",)
    place = _TELEHEALTH_HOME if edition.value(law[0]) != "in-person" else _OFFICE
    steps.append(Step("modifiers", "no place of service is given for telehealth: {} is taken", (place,), law))
    return place


def _order(drafts: list[Draft], edition: Edition, where: Where) -> None:
    """By code, the therapist's line first; by falling price for a payer that denies the excess in claim order."""
    drafts.sort(key=lambda draft: (draft.code, draft.service.discipline, draft.part.assistant))
    if edition.profile.line_order == "price":
        amounts = allowed(edition, [Item(draft.code, 1) for draft in drafts], where)
        price_of = {draft: amount.full_cents for draft, amount in zip(drafts, amounts, strict=True)}
        drafts.sort(key=lambda draft: -price_of[draft])


def _lines(drafts: list[Draft], edition: Edition, steps: list[Step]) -> tuple[CodedLine, ...]:
    number_of = {draft: number for number, draft in enumerate(drafts, start=1)}
    lines = []
    for draft in drafts:
        modifiers = in_order(draft, edition, draft.steps)
        steps.extend(draft.steps)
        part, service = draft.part, draft.service
        lines.append(
            CodedLine(
                line=number_of[draft],
                code=draft.code,
                modifiers=modifiers,
                units=part.units,
                minutes=None if service.minutes is None else part.therapist_minutes + part.assistant_minutes,
                treatments=service.treatments,
                because=tuple(draft.steps),
                discipline=service.discipline,
                assistant_minutes=None if service.assistant is None else part.assistant_minutes,
                distinct_from=tuple(sorted({number_of[other] for other in draft.separate_from})),
                patients=_patients(service),
                description=_description(service),
            )
        )
    return tuple(lines)


def _patients(service: Service) -> int | None:
    """How many were treated at once; only a group's line tells it."""
    if service.code.basis != "group":
        return None
    counts = [entry.treatment.patients for entry in service.entries if entry.treatment.patients is not None]
    return max(counts, default=None)


def _description(service: Service) -> str | None:
    """An unlisted code must say what was done."""
    if not service.code.unlisted:
        return None
    texts = [entry.treatment.text for entry in service.entries if entry.treatment.text]
    return "; ".join(texts) or None
