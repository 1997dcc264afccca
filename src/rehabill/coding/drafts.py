"""Services to drafts of lines: units counted, divided between therapist and assistant, each with its reasons."""

from itertools import combinations

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.almanac.schema import Code
from rehabill.base.finding import Step
from rehabill.coding import services as counting
from rehabill.coding.assistants import REASONS, UNMARKED, Part, Policy, is_supply, split, whole_service
from rehabill.coding.services import POOL, Service, many
from rehabill.model.coded import NotBilled
from rehabill.pricing.allowed import Item, allowed
from rehabill.pricing.fee import Where


class Draft:
    """A line in the making."""

    __slots__ = ("code", "modifiers", "part", "separate_from", "service", "steps")

    def __init__(self, service: Service, part: Part, steps: list[Step]) -> None:
        self.service = service
        self.part = part
        self.code = service.code.code
        self.modifiers: set[str] = set()
        self.steps = steps
        self.separate_from: tuple[Draft, ...] = ()


class Terms(msgspec.Struct, frozen=True, gc=False):
    """What besides the services decides units and their division."""

    edition: Edition
    rule: str
    policy: Policy
    where: Where


class Drafts(msgspec.Struct):
    """The drafts of a day, what earned no unit, and what was said of the day as a whole."""

    lines: list[Draft]
    not_billed: list[NotBilled]
    steps: list[Step]


def draft(services: list[Service], terms: Terms) -> Drafts:
    """Drafts of all services: first what stands outside the 15-minute pool, then each discipline's pool."""
    day = Drafts([], [], [])
    pools: dict[str, list[Service]] = {}
    others: dict[tuple[str, str], Service] = {}
    for service in services:
        if service.code.basis == POOL:
            pools.setdefault(service.discipline, []).append(service)
        else:
            others[service.discipline, service.code.code] = service
    for (discipline, _), service in others.items():
        _outside_pool(service, discipline, others, terms, day)
    for pool in pools.values():
        _pool(pool, terms, day)
    return day


def _pool(pool: list[Service], terms: Terms, day: Drafts) -> None:
    beside = [Item(line.code, line.part.units) for line in day.lines]

    def prefer(so_far: dict[str, int], tied: tuple[str, ...], places: int) -> tuple[str, ...]:
        """Of the allocations the rule leaves free, the one that pays most; the lower codes where they pay the same."""
        return max(combinations(tied, places), key=lambda extra: _worth(pool, so_far, extra, terms, beside))

    counted = counting.pool_units(pool, terms.rule, prefer)
    day.steps += counted.steps
    for service in pool:
        units = counted.units[service.code.code]
        if not units:
            day.not_billed.append(_no_unit(service, terms.rule, pool, sum(counted.units.values())))
            continue
        reasons = [counted.reasons[service.code.code]]
        for part in split(units, service.therapist or 0, service.assistant or 0, terms.policy):
            day.lines.append(Draft(service, part, reasons + _division(service.code, part, terms.policy)))
            reasons = []


def _worth(
    pool: list[Service], so_far: dict[str, int], extra: tuple[str, ...], terms: Terms, beside: list[Item]
) -> int:
    """What an allocation nets, in ten-thousandths of a cent: an assistant's line loses a part of the payer's share."""
    items, shares = [], []
    edition = terms.edition
    cut = 100 - edition.number("medicare.therapy.assistant_payment_percent")
    payers_share = 100 - edition.number("medicare.part_b.coinsurance_percent")
    marked = 10_000 - payers_share * cut if edition.profile.assistant_reduction else 10_000
    for service in pool:
        name = service.code.code
        for part in split(so_far[name] + (name in extra), service.therapist or 0, service.assistant or 0, terms.policy):
            items.append(Item(name, part.units))
            shares.append(marked if part.assistant else 10_000)
    amounts = allowed(edition, items, terms.where, beside)
    return sum([amount.allowed_cents * share for amount, share in zip(amounts, shares, strict=True)])


def _outside_pool(
    service: Service, discipline: str, others: dict[tuple[str, str], Service], terms: Terms, day: Drafts
) -> None:
    """Untimed codes, groups, hours, bases with their add-ons."""
    code = service.code
    if code.add_on_to and (discipline, code.add_on_to) in others:
        if _is_time(code):
            return  # counted with its base
    elif code.add_on_to and code.basis != "whole":
        day.not_billed.append(_without_base(service, code.add_on_to))
        return
    add_on = terms.edition.law.add_ons.get(code.code)
    if add_on is not None and _is_time(add_on):
        _chain(service, others.get((discipline, add_on.code)), add_on, terms.policy, day)
        return
    units, reason = counting.other_units(service, terms.edition)
    if not units:
        day.not_billed.append(_too_short(service))
        return
    policy = terms.policy
    if service.assistant != 0 and is_supply(code.code, terms.edition):
        policy = UNMARKED
    part = whole_service(units, service.therapist, service.assistant, policy)
    day.lines.append(Draft(service, part, [reason, *_division(code, part, policy)]))


def _is_time(code: Code) -> bool:
    return code.basis in ("span", "whole")


def _chain(base: Service, further: Service | None, add_on: Code, policy: Policy, day: Drafts) -> None:
    """A base code and its add-on: one span of time, one test of the assistant's share, two lines."""
    members = [base, further] if further else [base]
    therapist = sum(service.therapist or 0 for service in members)
    assistant = sum(service.assistant or 0 for service in members)
    first, more, reason = counting.chain_units(base.code, therapist + assistant, add_on)
    if not first:
        day.not_billed += [_too_short(service) for service in members]
        return
    treatments = tuple(sorted(index for service in members for index in service.treatments))
    entries = tuple(entry for service in members for entry in service.entries)
    whole = whole_service(first, therapist, assistant, policy)
    own = min(therapist, base.code.unit_minutes) if more else therapist
    helped = min(assistant, base.code.unit_minutes - own) if more else assistant
    rest = (add_on, more, therapist - own, assistant - helped)
    for code, units, by_therapist, by_assistant in ((base.code, first, own, helped), rest):
        if units:
            part = Part(units, whole.assistant, by_therapist, by_assistant, whole.why)
            service = Service(code, base.discipline, therapist, assistant, treatments, entries)
            day.lines.append(Draft(service, part, [reason, *_division(code, part, policy)]))


def _division(code: Code, part: Part, policy: Policy) -> list[Step]:
    """Whose minutes stand on a line, where an assistant had a part."""
    if not part.assistant_minutes:
        return []
    text = "{}: {} minutes by the therapist and {} by the assistant, {} on this line; "
    facts = (code.code, part.therapist_minutes, part.assistant_minutes, many(part.units))
    reason = REASONS[part.why].format(percent=policy.percent)
    law = ("medicare.therapy.de_minimis_percent",) if policy.marked else ("payer.assistant_modifier",)
    return [Step("assistants", text + reason, facts, law)]


def _no_unit(service: Service, rule: str, pool: list[Service], units: int) -> NotBilled:
    if rule == "ama_midpoint":
        law = "cpt.midpoint_rule"
        facts = (service.minutes, service.code.code)
        reason = Step("units", "{} minutes of {} are less than the 8 that earn a unit by themselves", facts, (law,))
    else:
        law = "medicare.therapy.total_time_rule"
        total = sum(other.minutes or 0 for other in pool)
        reason = Step("units", "no unit left: {} timed minutes are {}", (total, many(units)), (law,))
        if not units:
            reason = Step("units", "{} timed minutes in all earn no unit", (total,), (law,))
    return NotBilled(service.treatments, service.code.code, service.minutes, reason, law)


def _without_base(service: Service, base: str) -> NotBilled:
    """Remote monitoring (counted by whole steps of a month) may have its base on another day; all others may not."""
    facts = (service.code.code, base)
    reason = Step("codes", "{} is an add-on and stands only beside {} of the same day", facts, ("table.codes",))
    return NotBilled(service.treatments, service.code.code, service.minutes, reason, "table.codes")


def _too_short(service: Service) -> NotBilled:
    law = "cpt.time_band" if service.code.basis in ("band", "whole") else "cpt.more_than_half"
    facts = (service.minutes, service.code.code, service.code.unit_minutes)
    reason = Step("units", "{} minutes are too few for {}, whose time is {} minutes", facts, (law,))
    return NotBilled(service.treatments, service.code.code, service.minutes, reason, law)
