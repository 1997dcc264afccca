"""Services to drafts of lines: units counted, divided between therapist and assistant, each with its reasons."""

from itertools import combinations

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.almanac.schema import Code
from rehabill.base.finding import Fact, Step
from rehabill.coding import services as counting
from rehabill.coding.assistants import REASONS, UNMARKED, Part, Policy, is_supply, split, whole_service
from rehabill.coding.services import POOL, Counted, Service, many
from rehabill.model.coded import NotBilled
from rehabill.pricing.allowed import Item, allowed
from rehabill.pricing.fee import Where


class Draft(msgspec.Struct, gc=False):
    """A line in the making. `separate_from` are numbers of lines from which the record shows it separate."""

    code: str
    service: Service
    part: Part
    steps: list[Step]
    modifiers: tuple[str, ...] = ()
    separate_from: tuple[int, ...] = ()


class Terms(msgspec.Struct, frozen=True, gc=False):
    """What besides the services decides units and their division."""

    edition: Edition
    rule: str
    policy: Policy
    where: Where


class Drafts(msgspec.Struct, gc=False):
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
    for service, units, reason in zip(pool, counted.units, counted.reasons, strict=True):
        if not units:
            day.not_billed.append(_no_unit(service, terms.rule, counted))
            continue
        code, because = service.code.code, [reason]
        for part in split(units, service.therapist or 0, service.assistant or 0, terms.policy):
            if part.assistant_minutes:
                because.append(_division(code, part, terms.policy))
            day.lines.append(Draft(code, service, part, because))
            because = []


def _worth(
    pool: list[Service], so_far: dict[str, int], extra: tuple[str, ...], terms: Terms, beside: list[Item]
) -> int:
    """What an allocation nets, in ten-thousandths of a cent: an assistant's line loses a part of the payer's share."""
    items, shares = [], []
    edition = terms.edition
    marked = _net_of_assistant(edition)
    for service in pool:
        name = service.code.code
        for part in split(so_far[name] + (name in extra), service.therapist or 0, service.assistant or 0, terms.policy):
            items.append(Item(name, part.units))
            shares.append(marked if part.assistant else 10_000)
    amounts = allowed(edition, items, terms.where, beside)
    return sum([amount.allowed_cents * share for amount, share in zip(amounts, shares, strict=True)])


def _net_of_assistant(edition: Edition) -> int:
    """What is left of an assistant's line, in ten-thousandths of its allowed amount."""
    found: int | None = edition.memo.get("net of assistant")
    if found is None:
        cut = 100 - edition.number("medicare.therapy.assistant_payment_percent")
        payers_share = 100 - edition.number("medicare.part_b.coinsurance_percent")
        net = 10_000 - payers_share * cut if edition.profile.assistant_reduction else 10_000
        found = edition.remember("net of assistant", net)
    return found


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
    day.lines.append(_whole(service, part, reason, policy))


def _whole(service: Service, part: Part, reason: Step, policy: Policy) -> Draft:
    """A service that stands on one line."""
    code = service.code.code
    because = [reason, _division(code, part, policy)] if part.assistant_minutes else [reason]
    return Draft(code, service, part, because)


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
    given = tuple(treatment for service in members for treatment in service.given)
    whole = whole_service(first, therapist, assistant, policy)
    own = min(therapist, base.code.unit_minutes) if more else therapist
    helped = min(assistant, base.code.unit_minutes - own) if more else assistant
    rest = (add_on, more, therapist - own, assistant - helped)
    for code, units, by_therapist, by_assistant in ((base.code, first, own, helped), rest):
        if units:
            part = Part(units, whole.assistant, by_therapist, by_assistant, whole.why)
            service = Service(code, base.discipline, therapist, assistant, treatments, given)
            day.lines.append(_whole(service, part, reason, policy))


def _division(code: str, part: Part, policy: Policy) -> Step:
    """Whose minutes stand on a line in which an assistant had a part."""
    text = "{}: {} minutes by the therapist and {} by the assistant, {} on this line; "
    facts = (code, part.therapist_minutes, part.assistant_minutes, many(part.units))
    reason = REASONS[part.why].format(percent=policy.percent)
    law = ("medicare.therapy.de_minimis_percent",) if policy.marked else ("payer.assistant_modifier",)
    return Step("assistants", text + reason, facts, law)


def _no_unit(service: Service, rule: str, counted: Counted) -> NotBilled:
    units = sum(counted.units)
    facts: tuple[Fact, ...] = (counted.minutes,)
    law = "medicare.therapy.total_time_rule"
    if rule == "ama_midpoint":
        law = "cpt.midpoint_rule"
        text = "{} minutes of {} are less than the 8 that earn a unit by themselves"
        facts = (service.minutes, service.code.code)
    elif units:
        text = "no unit left: {} timed minutes are {}"
        facts = (counted.minutes, many(units))
    else:
        text = "{} timed minutes in all earn no unit"
    reason = Step("units", text, facts, (law,))
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
