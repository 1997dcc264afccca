"""271 (005010X279A1): what the payer covers, person by person."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from rehabill.edi.reply.benefits import benefits
from rehabill.edi.reply.loops import Loop, Received
from rehabill.edi.reply.pieces import Reader
from rehabill.edi.reply.refusals import refusals, why
from rehabill.edi.reply.requests import relationship_of
from rehabill.edi.reply.therapy import coverage_kinds, therapy_benefits
from rehabill.model.eligibility import Benefit, Coverage, Eligibility, Refusal
from rehabill.model.submitted import DatePeriod, Party

_BEGINS = ("346", "356", "348")
_ENDS = ("347", "357", "349")
_WHOLE = ("291", "307", "292")


class _Above(NamedTuple):
    """What stands above a person: who answers, who asked, and what was wrong there."""

    payer: Party | None
    provider: Party | None
    refusals: tuple[Refusal, ...]


class _Person(NamedTuple):
    """Whom an answer is about, and the numbers of question and answer."""

    traces: dict[str, str]
    subscriber: Party | None
    dependent: Party | None = None
    relationship: str = ""


def eligibilities(whole: Received) -> Iterator[Eligibility]:
    """One for each person asked about; one without a person where the request failed as a whole."""
    reader = Reader(whole)
    for payer_loop in whole.root.under("2000A"):
        told = refusals(payer_loop, "request") + refusals(payer_loop.first("2100A"), "payer")
        payer = reader.party(payer_loop.first("2100A"))
        askers = list(payer_loop.under("2000B"))
        if not askers:
            yield _failed(reader, payer_loop, _Above(payer, None, told))
        for asker in askers:
            refused = told + refusals(asker.first("2100B"), "provider")
            above = _Above(payer, reader.party(asker.first("2100B")), refused)
            members = list(asker.under("2000C"))
            if not members:
                yield _failed(reader, asker, above)
            for level in members:
                yield from _member(reader, level, above)


def _failed(reader: Reader, loop: Loop, above: _Above) -> Eligibility:
    return Eligibility(
        answer=reader.whole.submission,
        coverage="refused" if above.refusals else "unknown",
        sentence=_sentence("refused" if above.refusals else "unknown", above.refusals, ""),
        payer=above.payer,
        provider=above.provider,
        refusals=above.refusals,
        at=reader.whole.at(loop.opening),
        other=loop.other("2000B"),
    )


def _member(reader: Reader, level: Loop, above: _Above) -> Iterator[Eligibility]:
    """The subscriber, when something is said of her own coverage; and each dependent."""
    about = level.first("2100C")
    told = above.refusals + refusals(about, "subscriber")
    dependents = list(level.under("2000D"))
    dates = reader.periods(about) if about else ()
    subscriber = reader.party(about)
    own = tuple(benefits(reader, about or level, "2110C"))
    traces = _traces(level)
    if own or told or not dependents:
        yield _eligibility(reader, level, above, told, own, dates, _Person(traces, subscriber))
    for below in dependents:
        place = below.first("2100D")
        refused = told + refusals(place, "dependent")
        days = (reader.periods(place) if place else ()) or dates
        relation = relationship_of(reader, below, "2100D")
        person = _Person(_traces(below) or traces, subscriber, reader.party(place), relation)
        found = tuple(benefits(reader, place or below, "2110D"))
        yield _eligibility(reader, below, above, refused, found, days, person)


def _traces(level: Loop) -> dict[str, str]:
    """Numbers by TRN01: ours comes back as 2; a 1 is the payer's own for its answer."""
    found: dict[str, str] = {}
    for trace in level.take_all("TRN"):
        found.setdefault(trace.get(1), trace.get(2))
    return found


def _eligibility(
    reader: Reader, level: Loop, above: _Above, refused: tuple[Refusal, ...], found: tuple[Benefit, ...],
    dates: tuple[DatePeriod, ...], person: _Person,
) -> Eligibility:  # fmt: skip
    coverage = _coverage(found, refused)
    plan = next((one.plan for one in found if one.plan and one.kind in "12345678"), "")
    begins, ends = _plan_days((*dates, *(day for one in found if one.kind in "12345678" for day in one.dates)))
    told = person.dependent or person.subscriber
    return Eligibility(
        answer=reader.whole.submission,
        trace=person.traces.get("2") or None,
        payer_trace=person.traces.get("1") or None,
        coverage=coverage,
        sentence=_sentence(coverage, refused, plan),
        payer=above.payer,
        provider=above.provider,
        subscriber=person.subscriber,
        dependent=person.dependent,
        relationship=person.relationship,
        plan=plan,
        plan_begins=begins,
        plan_ends=ends,
        dates=dates,
        references=told.references if told else (),
        refusals=refused,
        benefits=found,
        therapy=therapy_benefits(found),
        at=reader.whole.at(level.opening),
        other=level.other("2000D"),
    )


def _coverage(found: tuple[Benefit, ...], refused: tuple[Refusal, ...]) -> Coverage:
    active, inactive = coverage_kinds(found)
    if active:
        return "active"
    if inactive:
        return "inactive"
    return "refused" if refused else "unknown"


def _plan_days(dates: tuple[DatePeriod, ...]) -> tuple[dt.date | None, dt.date | None]:
    """The first day of the plan, and the last where one is told; a single day of a plan (291) is the day asked for."""
    by_kind: dict[str, DatePeriod] = {}
    for day in dates:
        by_kind.setdefault(day.kind, day)
    begins = next((by_kind[kind].first for kind in _BEGINS if kind in by_kind), None)
    ends = next((by_kind[kind].first for kind in _ENDS if kind in by_kind), None)
    span = next((by_kind[kind] for kind in _WHOLE if kind in by_kind and by_kind[kind].last), None)
    return begins or (span.first if span else None), ends or (span.last if span else None)


def _sentence(coverage: Coverage, refused: tuple[Refusal, ...], plan: str) -> str:
    told = {
        "active": "The patient is covered" + (f": {plan}" if plan else ""),
        "inactive": "The patient is not covered: the plan is inactive",
        "refused": "The payer did not answer",
        "unknown": "The answer does not say whether the patient is covered",
    }[coverage]
    return f"{told}: {why(refused)}." if refused else f"{told}."
