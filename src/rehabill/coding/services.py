"""Entries of one code gathered into services, and services into units by the way their code is counted."""

from collections.abc import Callable, Iterable

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.almanac.schema import Code
from rehabill.base.finding import Step
from rehabill.coding import units
from rehabill.coding.record import Entry
from rehabill.model.terms import Discipline

POOL = "quarter_hour"
POOL_LAW = ("medicare.therapy.total_time_rule", "payer.units_rule")
MIDPOINT_LAW = ("cpt.midpoint_rule", "payer.units_rule")
SPAN_LAW: tuple[str, ...] = ("cpt.more_than_half", "medicare.therapy.outside_the_pool")
ONCE_LAW = ("cpt.untimed_once",)
WHOLE_LAW: tuple[str, ...] = ("cpt.time_band",)


class Service(msgspec.Struct):
    """All of one code by one discipline on the day. Minutes that were not recorded leave the total None."""

    code: Code
    discipline: Discipline
    therapist: int | None = 0
    assistant: int | None = 0
    treatments: tuple[int, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def minutes(self) -> int | None:
        return None if self.therapist is None or self.assistant is None else self.therapist + self.assistant


def gather(entries: Iterable[Entry]) -> list[Service]:
    """Services in the order of discipline and code, whatever the order of the treatments."""
    found: dict[tuple[Discipline, str], Service] = {}
    for entry in entries:
        key = (entry.discipline, entry.code.code)
        service = found.get(key)
        if service is None:
            service = found[key] = Service(entry.code, entry.discipline)
        if entry.by_assistant:
            service.assistant = _plus(service.assistant, entry.minutes)
        else:
            service.therapist = _plus(service.therapist, entry.minutes)
        service.treatments += (entry.index,)
        service.entries += (entry,)
    return [found[key] for key in sorted(found)]


def _plus(sum_so_far: int | None, minutes: int | None) -> int | None:
    return None if sum_so_far is None or minutes is None else sum_so_far + minutes


Prefer = Callable[[dict[str, int], tuple[str, ...], int], tuple[str, ...]]
"""Given the units so far, the tied codes and how many of them may have one more: which ones."""


class Counted(msgspec.Struct, frozen=True):
    """Units by code, the step that justifies each code's units, and what was said of the day as a whole."""

    units: dict[str, int]
    reasons: dict[str, Step]
    steps: tuple[Step, ...] = ()


def pool_units(services: list[Service], rule: str, prefer: Prefer) -> Counted:
    """Units of one discipline's 15-minute services, all with minutes."""
    minutes = {service.code.code: service.minutes or 0 for service in services}
    return _by_midpoint(minutes) if rule == "ama_midpoint" else _by_total_time(minutes, prefer)


def _by_midpoint(minutes: dict[str, int]) -> Counted:
    counted = {code: units.midpoint(spent) for code, spent in minutes.items()}
    reasons = {
        code: Step("units", "{}: {} minutes by themselves earn {}", (code, spent, many(counted[code])), MIDPOINT_LAW)
        for code, spent in minutes.items()
    }
    return Counted(counted, reasons)


def _by_total_time(minutes: dict[str, int], prefer: Prefer) -> Counted:
    divided = units.total_time(minutes)
    steps = [Step("units", "{} timed minutes in all are {}", (divided.minutes, many(divided.units)), POOL_LAW)]
    winners = divided.extra
    if divided.tied:
        so_far = {code: whole + (code in winners) for code, whole in divided.whole.items()}
        chosen = prefer(so_far, divided.tied, divided.places)
        winners += chosen
        steps.append(_tie(divided, minutes, chosen))
    reasons = {code: _reason(code, spent, divided.whole[code], code in winners) for code, spent in minutes.items()}
    return Counted({code: divided.whole[code] + (code in winners) for code in minutes}, reasons, tuple(steps))


def _reason(code: str, spent: int, whole: int, wins: bool) -> Step:
    """Why a code has its units under the total-time rule."""
    left = spent % units.UNIT_MINUTES
    if wins and whole:
        text = "{}: {} minutes hold {}, and the {} left over earn one more"
    elif wins:
        return Step("units", "{}: its {} minutes earn one of the units the total leaves over", (code, spent), POOL_LAW)
    elif left:
        text = "{}: {} minutes hold {}; the {} left over earn none"
    else:
        return Step("units", "{}: {} minutes are {}", (code, spent, many(whole)), POOL_LAW)
    return Step("units", text, (code, spent, many(whole), left), POOL_LAW)


def _tie(divided: units.TotalTime, minutes: dict[str, int], chosen: tuple[str, ...]) -> Step:
    left = minutes[divided.tied[0]] % units.UNIT_MINUTES
    text = (
        "a tie: {} have {} minutes left over each and {} may earn one; {} pays at least as much, "
        "and the rule leaves the choice free"
    )
    facts = (", ".join(divided.tied), left, many(divided.places), ", ".join(chosen))
    return Step("units", text, facts, POOL_LAW)


def other_units(service: Service, edition: Edition) -> tuple[int, Step]:
    """Units of a code that stands outside the 15-minute pool and has no add-on, and why."""
    code, minutes = service.code, service.minutes
    if code.basis in ("span", "whole"):
        return _by_steps(code, minutes or 0)
    if code.basis == "band" and minutes is not None and minutes < code.unit_minutes:
        return 0, Step("units", "{}: {} minutes are too few", (code.code, minutes), ("cpt.time_band",))
    if code.basis == "band" and minutes is not None and 0 < code.max_minutes < minutes:
        text = "{}: {} minutes are past its {} to {}; look whether a longer code reports it"
        facts = (code.code, minutes, code.unit_minutes, code.max_minutes)
        return 1, Step("units", text, facts, ("cpt.time_band",))
    if code.basis == "region":
        regions = len({entry.treatment.region for entry in service.entries})
        return regions, Step("units", "{}: one unit for each region, {} in all", (code.code, regions), ONCE_LAW)
    law = ("medicare.therapy.group",) if code.basis == "group" else ONCE_LAW
    return 1, Step("units", "{} is one unit, whatever the minutes", (code.code,), law)


def _by_steps(code: Code, minutes: int) -> tuple[int, Step]:
    if code.basis == "whole":
        counted = units.whole_steps(minutes, code.unit_minutes)
        text = "{}: {} minutes hold {}, each of {} full minutes"
    else:
        counted = units.more_than_half(minutes, code.unit_minutes)
        text = "{}: {} minutes earn {}, each of {} minutes and past its half; outside the 15-minute pool"
    law = WHOLE_LAW if code.basis == "whole" else SPAN_LAW
    return counted, Step("units", text, (code.code, minutes, many(counted), code.unit_minutes), law)


def chain_units(base: Code, total: int, add_on: Code) -> tuple[int, int, Step]:
    """Units of a base code (at most one) and its add-on for the minutes of both together, and why."""
    count = units.whole_steps if base.basis == "whole" else units.more_than_half
    first = min(1, count(total, base.unit_minutes))
    further = count(total - base.unit_minutes, add_on.unit_minutes) if first else 0
    text = "{} with {}: of {} minutes the first {} are {}, the rest earns {} more; outside the 15-minute pool"
    facts = (base.code, add_on.code, total, base.unit_minutes, many(first), further)
    return first, further, Step("units", text, facts, SPAN_LAW)


def many(count: int) -> str:
    """`1 unit`, `2 units`."""
    return "1 unit" if count == 1 else f"{count} units"
