"""What the minutes of a day earn, set beside what the claim bills: timed codes by discipline and day."""

import datetime as dt

import msgspec

from rehabill.almanac.schema import Code
from rehabill.base.finding import Fix
from rehabill.coding import services as counting
from rehabill.coding import units
from rehabill.coding.services import MIDPOINT_LAW, POOL, POOL_LAW, SPAN_LAW, Service
from rehabill.rules.case import DISCIPLINE_BY_MODIFIER, Case, Line
from rehabill.rules.code_sets import kept
from rehabill.rules.rule import drop, put, review
from rehabill.rules.traits import POOLED, TIMED, UNKNOWN, any_traits, traits, traits_of

BAND_LAW = ("cpt.time_band",)


class Timed(msgspec.Struct):
    """All lines of one timed code by one discipline on one day.

    `due` are the units its minutes earn (None: not recorded), in the allocation nearest to what is billed where the
    rule leaves a choice. `at_most`: other codes' minutes are missing, so `due` is only a ceiling. `total` are the
    timed minutes of the pool the code shares, or of a base code with its add-on.
    """

    code: Code
    lines: list[Line]
    billed: int = 0
    minutes: int | None = 0
    due: int | None = None
    at_most: bool = False
    total: int = 0
    law: tuple[str, ...] = POOL_LAW

    @property
    def over(self) -> bool:
        return self.due is not None and self.billed > self.due


Day = dict[str, Timed]


def timed_days(case: Case) -> tuple[Day, ...]:
    """Each discipline's day with its timed codes, where something is not as the minutes say or cannot be told."""
    return kept(case, "timed_days", _timed_days)


def _timed_days(case: Case) -> tuple[Day, ...]:
    if not any_traits(case) & TIMED or _everyday(case):
        return ()
    return tuple(day for day in _gather(case) if not _in_order(case, day))


def _everyday(case: Case) -> bool:
    """The usual claim, told at a glance: one day and discipline, pooled codes only, and the units are a division the
    payer's rule makes. Anything else is looked at closely, and may still be in order.
    """
    first = case.lines[0]
    leading = first.line.modifiers[:1]
    if leading and leading[0] not in DISCIPLINE_BY_MODIFIER:
        return False
    spent: dict[str, int] = {}
    billed: dict[str, int] = {}
    known = traits(first.edition)
    for line in case.lines:
        said = line.line
        own = known.get(said.code, UNKNOWN)
        if not own & TIMED:
            continue
        minutes = said.minutes
        if not own & POOLED or not isinstance(minutes, int):
            return False
        if line.day != first.day or said.modifiers[:1] != leading:
            return False
        spent[said.code] = spent.get(said.code, 0) + minutes
        billed[said.code] = billed.get(said.code, 0) + said.units
    if first.edition.profile.units_rule == "ama_midpoint":
        return all(units.midpoint(minutes) == billed[code] for code, minutes in spent.items())
    for code, minutes in _unbilled(case, first.day).items():
        spent[code] = spent.get(code, 0) + minutes
    return _divides(spent, billed)


def _divides(spent: dict[str, int], billed: dict[str, int]) -> bool:
    """Whether the total-time rule may give these units: each code its whole 15 minutes, the largest remainders one
    more, and as many in all as the total earns.
    """
    least_winner, largest_loser = units.UNIT_MINUTES, 0
    for code, minutes in spent.items():
        whole, remainder = divmod(minutes, units.UNIT_MINUTES)
        more = billed.get(code, 0) - whole
        if more == 1 and remainder:
            least_winner = min(least_winner, remainder)
        elif more == 0:
            largest_loser = max(largest_loser, remainder)
        else:
            return False
    return least_winner >= largest_loser and sum(billed.values()) == units.midpoint(sum(spent.values()))


def _gather(case: Case) -> list[Day]:
    found: dict[tuple[dt.date, str | None], Day] = {}
    for line in case.lines:
        if not traits_of(line) & TIMED:
            continue
        code = line.edition.codes[line.line.code]
        day = found.setdefault((line.day, case.discipline(line)), {})
        timed = day.get(code.code)
        if timed is None:
            timed = day[code.code] = Timed(code, [])
        timed.lines.append(line)
        timed.billed += line.line.units
        spent = line.line.minutes
        if isinstance(spent, int) and timed.minutes is not None:
            timed.minutes += spent
        else:
            timed.minutes = None
    return list(found.values())


def _in_order(case: Case, day: Day) -> bool:
    """Fill in what is due; whether it is what is billed."""
    edition = next(iter(day.values())).lines[0].edition
    pool = {name: timed for name, timed in day.items() if timed.code.basis == POOL}
    if pool:
        if edition.profile.units_rule == "ama_midpoint":
            _by_midpoint(pool)
        else:
            _by_total_time(pool, _unbilled(case, next(iter(pool.values())).lines[0].day))
    for name, timed in day.items():
        if name not in pool and timed.due is None:
            _outside_pool(case, timed, day)
    return all(timed.billed == timed.due and not timed.at_most for timed in day.values())


def _by_midpoint(pool: Day) -> None:
    for timed in pool.values():
        timed.law = MIDPOINT_LAW
        timed.due = None if timed.minutes is None else units.midpoint(timed.minutes)
        timed.total = timed.minutes or 0


def _unbilled(case: Case, day: dt.date) -> dict[str, int]:
    """The day's minutes on record that earned no unit: the total counts them (Claims Processing Manual ch. 5 §20.2)."""
    found: dict[str, int] = {}
    for left in case.claim.unbilled:
        if (left.date or case.claim.date or day) == day:
            found[left.code] = found.get(left.code, 0) + left.minutes
    return found


def _by_total_time(pool: Day, unbilled: dict[str, int]) -> None:
    minutes = {name: timed.minutes for name, timed in pool.items() if timed.minutes is not None}
    if len(minutes) < len(pool):
        for name, timed in pool.items():
            spent = minutes.get(name)
            timed.due = None if spent is None else spent // units.UNIT_MINUTES + (spent % units.UNIT_MINUTES > 0)
            timed.at_most = spent is not None
        return
    recorded = {name: minutes.get(name, 0) + unbilled.get(name, 0) for name in minutes.keys() | unbilled.keys()}
    divided = units.total_time(recorded)
    wanted = sorted(divided.tied, key=lambda name: name not in pool or pool[name].billed <= divided.whole[name])
    winners = {*divided.extra, *wanted[: divided.places]}
    for name, timed in pool.items():
        timed.due = divided.whole[name] + (name in winners)
        timed.total = divided.minutes


def _outside_pool(case: Case, timed: Timed, day: Day) -> None:
    """A code by itself, or a base code with its add-on as one span of time."""
    code, edition = timed.code, timed.lines[0].edition
    timed.law = SPAN_LAW if code.basis == "span" else BAND_LAW
    add_on = edition.law.add_ons.get(code.code)
    if add_on is not None and add_on.basis != "untimed":
        _chain(case, timed, day.get(add_on.code), add_on)
    elif code.add_on_to in day:
        return  # counted with its base
    elif timed.minutes is not None:
        service = Service(code, "PT", therapist=timed.minutes)
        timed.due, timed.total = counting.other_units(service, edition)[0], timed.minutes


def _chain(case: Case, base: Timed, further: Timed | None, add_on: Code) -> None:
    members = [base, further] if further else [base]
    spent = [member.minutes for member in members]
    total = sum(known for known in spent if known is not None)
    if None in spent:
        of_month = _remote_minutes(case) if base.code.basis == "whole" else None
        if of_month is None:
            return
        total = of_month
    base.due, more, _ = counting.chain_units(base.code, total, add_on)
    base.total = total
    if further:
        further.due, further.total, further.law = more, total, base.law


def _remote_minutes(case: Case) -> int | None:
    """Remote monitoring counts a month's minutes, which stand in the context when they are on no line."""
    month = case.context.rtm
    return getattr(month, "minutes", None)


def with_units(timed: Timed, count: int) -> Fix | None:
    """Bill `count` units in all of a code, taken off its last line; None where that line alone is not enough."""
    last = timed.lines[-1]
    left = last.line.units + count - timed.billed
    if left > 0:
        return review(put(last.path("units"), left))
    return review(drop(last.path())) if left == 0 else None
