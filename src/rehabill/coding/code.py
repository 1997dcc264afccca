"""A visit to coded lines: read, gather, count, split, modify, explain."""

from operator import attrgetter

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.base.errors import InputError
from rehabill.base.finding import Step
from rehabill.coding import drafts as drafting
from rehabill.coding.assistants import policy_of
from rehabill.coding.drafts import Draft, Terms
from rehabill.coding.modifiers import add_modifiers, in_order
from rehabill.coding.record import discipline_of, read, says_separate
from rehabill.coding.services import Service
from rehabill.model.coded import CodedLine, CodedVisit
from rehabill.model.visit import Visit
from rehabill.pricing.allowed import Item, allowed
from rehabill.pricing.fee import Where, check_locality

_TELEHEALTH_HOME = "10"
_OFFICE = "11"
_CODE = attrgetter("code")


def code(visit: Visit, edition: Edition) -> CodedVisit:
    """Code one visit under one edition. Raises `InputError` for what cannot be read (times, locality)."""
    check_locality(edition, visit.locality)
    if visit.telehealth is None and isinstance(visit.context.telehealth, str):
        visit = msgspec.structs.replace(visit, telehealth=visit.context.telehealth)
    if says_separate(visit):
        _check_indexes(visit)
    reading = read(visit, edition)
    steps = reading.steps
    place = _place_of_service(visit, edition, steps)
    where = Where(visit.locality, place in edition.law.almanac.facility_places, visit.qp, visit.participating)
    terms = Terms(edition, visit.units_rule or edition.profile.units_rule, policy_of(edition), where)
    day = drafting.draft(reading.services(), terms)
    steps += day.steps
    not_billed = reading.not_billed + day.not_billed
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
        not_billed=tuple(sorted(not_billed, key=lambda left: left.treatments)) if not_billed else (),
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
    drafts.sort(key=_CODE)  # and as they came: by discipline, the therapist's part before the assistant's
    if edition.profile.line_order == "price":
        amounts = allowed(edition, [Item(draft.code, 1) for draft in drafts], where)
        prices = {draft.code: amount.full_cents for draft, amount in zip(drafts, amounts, strict=True)}
        drafts.sort(key=lambda draft: -prices[draft.code])


def _lines(drafts: list[Draft], edition: Edition, steps: list[Step]) -> tuple[CodedLine, ...]:
    lines = []
    for number, draft in enumerate(drafts, start=1):
        modifiers = draft.modifiers if len(draft.modifiers) < 2 else in_order(draft, edition)
        because = tuple(draft.steps)
        steps += because
        part, service = draft.part, draft.service
        lines.append(
            CodedLine(
                number,
                draft.code,
                modifiers,
                part.units,
                None if service.minutes is None else part.therapist_minutes + part.assistant_minutes,
                service.treatments,
                because,
                service.discipline,
                None if service.assistant is None else part.assistant_minutes,
                tuple(sorted(draft.separate_from)),
                _patients(service) if service.code.basis == "group" else None,
                _description(service) if service.code.unlisted else None,
            )
        )
    return tuple(lines)


def _patients(service: Service) -> int | None:
    """How many were treated at once, as a group's line tells."""
    counts = [treatment.patients for treatment in service.given if treatment.patients is not None]
    return max(counts, default=None)


def _description(service: Service) -> str | None:
    """What was done, as an unlisted code must say."""
    texts = [treatment.text for treatment in service.given if treatment.text]
    return "; ".join(texts) or None
