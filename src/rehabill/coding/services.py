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


def pool_units(services: list[Service], rule: str, prefer: Prefer, steps: list[Step]) -> dict[str, int]:
    """Units by code of one discipline's 15-minute services, all with minutes, with the steps that justify them."""
    minutes = {service.code.code: service.minutes or 0 for service in services}
    if rule == "ama_midpoint":
        return _by_midpoint(minutes, steps)
    return _by_total_time(minutes, prefer, steps)


def _by_midpoint(minutes: dict[str, int], steps: list[Step]) -> dict[str, int]:
    law = ("cpt.midpoint_rule", "payer.units_rule")
    counted = {code: units.midpoint(spent) for code, spent in minutes.items()}
    for code, spent in minutes.items():
        steps.append(Step("units", "{}: {} minutes by themselves are {} units", (code, spent, counted[code]), law))
    return counted


def _by_total_time(minutes: dict[str, int], prefer: Prefer, steps: list[Step]) -> dict[str, int]:
    law = ("medicare.therapy.total_time_rule", "payer.units_rule")
    divided = units.total_time(minutes)
    steps.append(Step("units", "{} timed minutes in all are {} units", (divided.minutes, divided.units), law))
    counted = dict(divided.whole)
    for code, whole in divided.whole.items():
        if whole:
            steps.append(Step("units", "{}: {} minutes hold {} whole units", (code, minutes[code], whole), law))
    for code in divided.extra:
        counted[code] += 1
        steps.append(
            Step("units", "{} gets a further unit for the {} minutes left over", (code, minutes[code] % 15), law)
        )
    if divided.tied:
        chosen = prefer(counted, divided.tied, divided.places)
        for code in chosen:
            counted[code] += 1
        steps.append(
            Step("units", "a tie: {} have {} minutes left over each, and {} of them may have a unit; {} pays at least "
                 "as much, and the rule leaves the choice free",
                 (", ".join(divided.tied), minutes[divided.tied[0]] % 15, divided.places, ", ".join(chosen)), law)
        )  # fmt: skip
    return counted


class Chain(msgspec.Struct, frozen=True):
    """A base code and its add-on: the minutes of both are one span of time."""

    base: Service
    add_on: Service | None
    add_on_code: Code | None


def other_units(service: Service, edition: Edition, steps: list[Step]) -> int:
    """Units of a code that stands outside the 15-minute pool and has no add-on."""
    code, minutes = service.code, service.minutes
    match code.basis:
        case "span" | "whole" if minutes is None:
            return 0
        case "span":
            counted = units.more_than_half(minutes or 0, code.unit_minutes)
            steps.append(
                Step("units", "{}: {} minutes in steps of {}, each earned past its half, are {} units, outside the "
                     "15-minute pool", (code.code, minutes, code.unit_minutes, counted),
                     ("cpt.more_than_half", "medicare.therapy.outside_the_pool"))
            )  # fmt: skip
            return counted
        case "whole":
            counted = units.whole_steps(minutes or 0, code.unit_minutes)
            steps.append(
                Step("units", "{}: {} minutes hold {} full steps of {}", (code.code, minutes, counted, code.unit_minutes),
                     ("cpt.time_band",))
            )  # fmt: skip
            return counted
        case "band" if minutes is not None and minutes < code.unit_minutes:
            return 0
        case "region":
            regions = {entry.treatment.region for entry in service.entries}
            steps.append(Step("units", "{}: one unit for each of {} regions", (code.code, len(regions)),
                              ("cpt.untimed_once",)))  # fmt: skip
            return len(regions)
    law = "medicare.therapy.group" if code.basis == "group" else "cpt.untimed_once"
    steps.append(Step("units", "{} is one unit, whatever the minutes", (code.code,), (law,)))
    return 1


def chain_units(base: Service, total: int, add_on: Code, steps: list[Step]) -> tuple[int, int]:
    """Units of a base code (at most one) and its add-on for the minutes of both together."""
    count = units.whole_steps if base.code.basis == "whole" else units.more_than_half
    first = min(1, count(total, base.code.unit_minutes))
    further = count(total - base.code.unit_minutes, add_on.unit_minutes) if first else 0
    steps.append(
        Step("units", "{} with {}: of {} minutes the first {} are {} unit, the rest {} more in steps of {}, outside the "
             "15-minute pool", (base.code.code, add_on.code, total, base.code.unit_minutes, first, further,
             add_on.unit_minutes), ("cpt.more_than_half", "medicare.therapy.outside_the_pool"))
    )  # fmt: skip
    return first, further
