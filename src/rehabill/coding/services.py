"""All treatments of one code as one service, and its units by the way the code is counted."""

from collections.abc import Callable

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.almanac.schema import Code
from rehabill.base.finding import Step
from rehabill.coding import units
from rehabill.model.terms import Discipline
from rehabill.model.visit import Treatment

POOL = "quarter_hour"
POOL_LAW = ("medicare.therapy.total_time_rule", "payer.units_rule")
MIDPOINT_LAW = ("cpt.midpoint_rule", "payer.units_rule")
SPAN_LAW: tuple[str, ...] = ("cpt.more_than_half", "medicare.therapy.outside_the_pool")
ONCE_LAW = ("cpt.untimed_once",)
WHOLE_LAW: tuple[str, ...] = ("cpt.time_band",)


class Service(msgspec.Struct, gc=False):
    """All of one code by one discipline on the day. Minutes that were not recorded leave the total None.

    `given` are the treatments themselves, `treatments` their places in the visit, counted from 0.
    """

    code: Code
    discipline: Discipline
    therapist: int | None = 0
    assistant: int | None = 0
    treatments: tuple[int, ...] = ()
    given: tuple[Treatment, ...] = ()

    @property
    def minutes(self) -> int | None:
        return None if self.therapist is None or self.assistant is None else self.therapist + self.assistant

    def add(self, therapist: int | None, assistant: int | None, index: int, treatment: Treatment) -> None:
        """One more treatment of the same code."""
        self.therapist = _plus(self.therapist, therapist)
        self.assistant = _plus(self.assistant, assistant)
        self.treatments += (index,)
        self.given += (treatment,)


def _plus(sum_so_far: int | None, minutes: int | None) -> int | None:
    return None if sum_so_far is None or minutes is None else sum_so_far + minutes


Prefer = Callable[[dict[str, int], tuple[str, ...], int], tuple[str, ...]]
"""Given the units so far, the tied codes and how many of them may have one more: which ones."""


class Counted(msgspec.Struct, frozen=True, gc=False):
    """All minutes together; of each service in turn its units and why; what was said of the day as a whole."""

    minutes: int
    units: list[int]
    reasons: list[Step]
    steps: tuple[Step, ...] = ()


def pool_units(services: list[Service], rule: str, prefer: Prefer) -> Counted:
    """Units of one discipline's 15-minute services, all with minutes."""
    minutes = {service.code.code: (service.therapist or 0) + (service.assistant or 0) for service in services}
    return _by_midpoint(minutes) if rule == "ama_midpoint" else _by_total_time(minutes, prefer)


def _by_midpoint(minutes: dict[str, int]) -> Counted:
    counted = [units.midpoint(spent) for spent in minutes.values()]
    text = "{}: {} minutes by themselves earn {}"
    reasons = [
        Step("units", text, (code, spent, many(earned)), MIDPOINT_LAW)
        for (code, spent), earned in zip(minutes.items(), counted, strict=True)
    ]
    return Counted(sum(minutes.values()), counted, reasons)


def _by_total_time(minutes: dict[str, int], prefer: Prefer) -> Counted:
    divided = units.total_time(minutes)
    steps = [Step("units", "{} timed minutes in all are {}", (divided.minutes, many(divided.units)), POOL_LAW)]
    winners = divided.extra
    if divided.tied:
        so_far = {code: whole + (code in winners) for code, whole in divided.whole.items()}
        chosen = prefer(so_far, divided.tied, divided.places)
        winners += chosen
        steps.append(_tie(divided, minutes, chosen))
    counted, reasons = [], []
    for code, whole in divided.whole.items():
        wins = code in winners
        counted.append(whole + wins)
        reasons.append(_reason(code, minutes[code], whole, wins))
    return Counted(divided.minutes, counted, reasons, tuple(steps))


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
        regions = len({treatment.region for treatment in service.given})
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
