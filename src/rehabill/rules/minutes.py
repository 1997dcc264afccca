"""What the minutes of a day earn, set beside what the claim bills: timed codes by discipline and day."""

import datetime as dt

import msgspec

from rehabill.almanac.schema import Code
from rehabill.base.finding import Fix
from rehabill.coding import services as counting
from rehabill.coding import units
from rehabill.coding.services import MIDPOINT_LAW, POOL, POOL_LAW, SPAN_LAW, Service
from rehabill.rules.case import Case, Line
from rehabill.rules.code_sets import kept
from rehabill.rules.rule import drop, put, review
from rehabill.rules.traits import POOLED, TIMED, traits_of

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


class Pool(msgspec.Struct, frozen=True):
    """What the shape of a usual claim says of its units: each line's timed code, and the units billed of each code."""

    codes: tuple[str | None, ...]
    billed: dict[str, int]
    by_midpoint: bool


Day = dict[str, Timed]


def timed_days(case: Case) -> tuple[Day, ...]:
    """Each discipline's day with its timed codes, where something is not as the minutes say or cannot be told."""
    return kept(case, "timed_days", _timed_days)


def _timed_days(case: Case) -> tuple[Day, ...]:
    return tuple(day for day in _gather(case) if not _in_order(case, day))


def plainly_earned(case: Case) -> bool:
    """The usual claim, told at a glance: one day and discipline, pooled codes only, and the units are a division the
    payer's rule makes. Any other is for `timed_days` to look at closely, and may still be in order.
    """
    pool = case.of_shape("pool", _pool)
    if pool is None:
        return False
    spent: dict[str, int] = {}
    for code, line in zip(pool.codes, case.claim.lines, strict=True):
        if code is not None:
            minutes = line.minutes
            if not isinstance(minutes, int):
                return False
            spent[code] = spent.get(code, 0) + minutes
    if not spent:
        return True
    if case.claim.unbilled and not pool.by_midpoint:
        for code, minutes in _unbilled(case, case.first_day).items():
            spent[code] = spent.get(code, 0) + minutes
    return _each_earned(spent, pool.billed) if pool.by_midpoint else _divides(spent, pool.billed)


def _pool(case: Case) -> Pool | None:
    """None: not the usual claim."""
    codes: list[str | None] = []
    billed: dict[str, int] = {}
    disciplines = set()
    for line in case.lines:
        own = traits_of(line)
        codes.append(line.code if own & TIMED else None)
        if own & TIMED:
            if not own & POOLED:
                return None
            billed[line.code] = billed.get(line.code, 0) + line.line.units
            disciplines.add(case.discipline(line))
    if len(disciplines) > 1 or len(case.days) > 1:
        return None
    return Pool(tuple(codes), billed, case.lines[0].edition.profile.units_rule == "ama_midpoint")


def _each_earned(spent: dict[str, int], billed: dict[str, int]) -> bool:
    return all(units.midpoint(minutes) == billed[code] for code, minutes in spent.items())


def _divides(spent: dict[str, int], billed: dict[str, int]) -> bool:
    """Whether the total-time rule may give these units: each code its whole 15 minutes, the largest remainders one
    more, and as many in all as the total earns.
    """
    unit = units.UNIT_MINUTES
    least_winner, largest_loser = unit, 0
    for code, minutes in spent.items():
        more, remainder = billed.get(code, 0) - minutes // unit, minutes % unit
        if more == 0:
            if remainder > largest_loser:
                largest_loser = remainder
        elif more == 1 and remainder:
            if remainder < least_winner:
                least_winner = remainder
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
