"""A visit to coded lines: read, gather, count, split, modify, explain."""

from itertools import combinations

from rehabill.almanac.edition import Edition
from rehabill.almanac.schema import Code
from rehabill.base.errors import InputError
from rehabill.base.finding import Step
from rehabill.coding import services as counting
from rehabill.coding.assistants import REASONS, Part, Policy, split, whole_service
from rehabill.coding.modifiers import Draft, add_modifiers, in_order
from rehabill.coding.record import discipline_of, read
from rehabill.coding.services import POOL, Service
from rehabill.model.coded import CodedLine, CodedVisit, NotBilled
from rehabill.model.visit import Visit
from rehabill.pricing.allowed import Item, allowed
from rehabill.pricing.fee import Where, check_locality

_TELEHEALTH_HOME = "10"
_OFFICE = "11"


def code(visit: Visit, edition: Edition) -> CodedVisit:
    """Code one visit under one edition. Raises `InputError` for what cannot be read (times, locality)."""
    check_locality(edition, visit.locality)
    reading = read(visit, edition)
    steps, not_billed = reading.steps, reading.not_billed
    place = _place_of_service(visit, edition, steps)
    where = Where(visit.locality, place in edition.law.almanac.facility_places, visit.qp, visit.participating)
    policy = _policy(edition)
    services = counting.gather(reading.entries)
    _check_indexes(visit)
    drafts = _others(services, edition, policy, steps, not_billed)
    rule = visit.units_rule or edition.profile.units_rule
    for discipline in sorted({service.discipline for service in services}):
        pool = [s for s in services if s.code.basis == POOL and s.discipline == discipline]
        drafts += _pool(pool, rule, edition, policy, where, drafts, steps, not_billed)
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


def _policy(edition: Edition) -> Policy:
    found: Policy | None = edition.memo.get("assistant policy")
    if found is None:
        found = edition.remember("assistant policy", _assistant_policy(edition))
    return found


def _assistant_policy(edition: Edition) -> Policy:
    if not (edition.profile.assistant_modifier and edition.flag("medicare.therapy.assistant_modifier")):
        return Policy(False)
    percent = edition.number("medicare.therapy.de_minimis_percent")
    return Policy(True, percent, edition.flag("medicare.therapy.last_unit_policy"))


def _place_of_service(visit: Visit, edition: Edition, steps: list[Step]) -> str | None:
    """The place stated; a telehealth visit without one is taken as at home (10 from 2024, the office before)."""
    if visit.place_of_service or not visit.telehealth or not edition.known("medicare.telehealth.place_of_service"):
        return visit.place_of_service
    law = ("medicare.telehealth.place_of_service",)
    place = _TELEHEALTH_HOME if edition.value(law[0]) != "in-person" else _OFFICE
    steps.append(Step("modifiers", "no place of service is given for telehealth: {} is taken", (place,), law))
    return place


def _pool(
    pool: list[Service],
    rule: str,
    edition: Edition,
    policy: Policy,
    where: Where,
    others: list[Draft],
    steps: list[Step],
    not_billed: list[NotBilled],
) -> list[Draft]:
    """Drafts of one discipline's 15-minute codes."""
    if not pool:
        return []
    by_code = {service.code.code: service for service in pool}

    def prefer(so_far: dict[str, int], tied: tuple[str, ...], places: int) -> tuple[str, ...]:
        """Of the allocations the rule leaves free, the one that pays most; the lower codes where they pay the same."""
        beside = [Item(draft.code, draft.part.units) for draft in others]
        return max(
            combinations(tied, places), key=lambda extra: _worth(by_code, so_far, extra, edition, policy, where, beside)
        )

    counted = counting.pool_units(pool, rule, prefer, steps)
    total = sum(service.minutes or 0 for service in pool)
    drafts = []
    for service in pool:
        units = counted[service.code.code]
        if not units:
            not_billed.append(_no_unit(service, rule, total, sum(counted.values())))
            continue
        parts = split(units, service.therapist or 0, service.assistant or 0, policy)
        drafts += [Draft(service, part, _why(service.code, part, policy)) for part in parts]
    return drafts


def _worth(
    by_code: dict[str, Service],
    so_far: dict[str, int],
    extra: tuple[str, ...],
    edition: Edition,
    policy: Policy,
    where: Where,
    beside: list[Item],
) -> int:
    """What an allocation nets, in hundredths of cents; an assistant's line nets the reduced share of 80%."""
    items, shares = [], []
    percent = edition.number("medicare.therapy.assistant_payment_percent")
    cut = 100 - percent if edition.profile.assistant_reduction else 0
    for name, service in by_code.items():
        units = so_far[name] + (name in extra)
        for part in split(units, service.therapist or 0, service.assistant or 0, policy):
            items.append(Item(name, part.units))
            shares.append(1000 - 8 * cut if part.assistant else 1000)
    amounts = allowed(edition, items, where, beside)
    return sum(amount.allowed_cents * share for amount, share in zip(amounts, shares, strict=True))


def _others(
    services: list[Service], edition: Edition, policy: Policy, steps: list[Step], not_billed: list[NotBilled]
) -> list[Draft]:
    """Drafts of everything outside the 15-minute pool: untimed codes, groups, hours, bases with their add-ons."""
    found = {(s.discipline, s.code.code): s for s in services if s.code.basis != POOL}
    drafts: list[Draft] = []
    for key, service in found.items():
        base = service.code.add_on_to
        if base and (key[0], base) in found and _is_time(service.code):
            continue  # counted with its base
        if base and (key[0], base) not in found and service.code.basis != "whole":
            not_billed.append(_without_base(service, base))
            continue
        add_on = edition.law.add_ons.get(service.code.code)
        if add_on is not None and _is_time(add_on):
            drafts += _chain(service, found.get((key[0], add_on.code)), add_on, policy, steps, not_billed)
            continue
        units = counting.other_units(service, edition, steps)
        if not units:
            not_billed.append(_too_short(service))
            continue
        part = whole_service(units, service.therapist, service.assistant, policy)
        drafts.append(Draft(service, part, _why(service.code, part, policy)))
    return drafts


def _is_time(code: Code) -> bool:
    return code.basis in ("span", "whole")


def _chain(
    base: Service, further: Service | None, add_on: Code, policy: Policy, steps: list[Step], not_billed: list[NotBilled]
) -> list[Draft]:
    members = [base, further] if further else [base]
    therapist = sum(service.therapist or 0 for service in members)
    assistant = sum(service.assistant or 0 for service in members)
    first, more = counting.chain_units(base, therapist + assistant, add_on, steps)
    if not first:
        not_billed += [_too_short(service) for service in members]
        return []
    treatments = tuple(sorted(index for service in members for index in service.treatments))
    entries = tuple(entry for service in members for entry in service.entries)
    drafts = []
    marked = whole_service(first, therapist, assistant, policy).assistant
    of_base = min(therapist, base.code.unit_minutes), min(assistant, max(0, base.code.unit_minutes - therapist))
    if not more:
        of_base = therapist, assistant
    for code, units, (own, helped) in (
        (base.code, first, of_base),
        (add_on, more, (therapist - of_base[0], assistant - of_base[1])),
    ):
        if units:
            part = Part(
                units, marked, own, helped, "over_share" if marked else "within_share" if assistant else "alone"
            )
            service = Service(code, base.discipline, therapist, assistant, treatments, entries)
            drafts.append(Draft(service, part, _why(code, part, policy)))
    return drafts


def _why(code: Code, part: Part, policy: Policy) -> Step:
    reason = REASONS[part.why].format(percent=policy.percent)
    text = "{}: {} minutes by the therapist and {} by the assistant, {} on this line; " + reason
    laws = ("medicare.therapy.de_minimis_percent",) if policy.marked and part.assistant_minutes else ()
    if not part.assistant_minutes:
        text = "{}: {} minutes by the therapist, {} on this line"
        return Step("units", text, (code.code, part.therapist_minutes, _units(part.units)))
    facts = (code.code, part.therapist_minutes, part.assistant_minutes, _units(part.units))
    return Step("assistants", text, facts, laws)


def _units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count} units"


def _no_unit(service: Service, rule: str, total: int, units: int) -> NotBilled:
    if rule == "ama_midpoint":
        law = "cpt.midpoint_rule"
        reason = Step("units", "{} minutes of {} are less than the 8 that earn a unit by themselves",
                      (service.minutes, service.code.code), (law,))  # fmt: skip
    else:
        law = "medicare.therapy.total_time_rule"
        said = Step("units", "no unit left: {} timed minutes are {}", (total, _units(units)), (law,))
        reason = said if units else Step("units", "{} timed minutes in all earn no unit", (total,), (law,))
    return NotBilled(service.treatments, service.code.code, service.minutes, reason, law)


def _without_base(service: Service, base: str) -> NotBilled:
    """Remote monitoring (counted by whole steps of a month) may have its base on another day; all others may not."""
    reason = Step("codes", "{} is an add-on and stands only beside {} of the same day", (service.code.code, base),
                  ("table.codes",))  # fmt: skip
    return NotBilled(service.treatments, service.code.code, service.minutes, reason, "table.codes")


def _too_short(service: Service) -> NotBilled:
    law = "cpt.time_band" if service.code.basis in ("band", "whole") else "cpt.more_than_half"
    reason = Step("units", "{} minutes are too few for {}, whose time is {} minutes",
                  (service.minutes, service.code.code, service.code.unit_minutes), (law,))  # fmt: skip
    return NotBilled(service.treatments, service.code.code, service.minutes, reason, law)


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
