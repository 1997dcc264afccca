"""278 (005010X217), answer: what the reviewer decided. Unverified, like the request."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from rehabill.edi.reply.loops import Found, Loop, Received
from rehabill.edi.reply.pieces import Reader, value
from rehabill.edi.reply.refusals import refusals, why
from rehabill.model.authorization import AuthorizationAnswer, Decision, ServiceDecision
from rehabill.model.eligibility import Delivery, Refusal
from rehabill.model.submitted import DatePeriod, Party

_DECISIONS: dict[str, Decision] = {
    "A1": "approved", "A2": "approved_in_part", "A3": "denied", "A4": "pending", "A6": "approved_with_changes",
    "C": "cancelled", "CT": "contact_payer", "NA": "not_required",
}  # fmt: skip
_SENTENCES: dict[Decision, str] = {
    "approved": "Approved in full",
    "approved_in_part": "Approved in part: see each service",
    "approved_with_changes": "Approved with changes: look at what was changed",
    "denied": "Not approved",
    "pending": "Pending: the payer has not decided",
    "cancelled": "Cancelled",
    "contact_payer": "The payer asks to be called",
    "not_required": "The payer says that nothing is to be decided: no authorisation is required",
    "refused": "The request could not be looked at",
    "unknown": "The answer does not say what was decided",
}
_HOLDS, _EVENT, _SERVICE, _ENDS, _ISSUED = "007", "AAH", "472", "036", "102"
_LEVELS = {"2000B": ("2010B", "provider"), "2000C": ("2010C", "subscriber"), "2000D": ("2010D", "dependent")}
_GOOD = frozenset({"approved", "approved_in_part", "approved_with_changes"})


class _Above(NamedTuple):
    """Who decides, who asked, for whom."""

    payer: Party | None = None
    provider: Party | None = None
    subscriber: Party | None = None
    dependent: Party | None = None
    refusals: tuple[Refusal, ...] = ()


def authorization_answers(whole: Received) -> Iterator[AuthorizationAnswer]:
    """One for each request; one without an event where the request failed above it."""
    reader = Reader(whole)
    for loop in whole.root.under("2000A"):
        told = refusals(loop, "request") + refusals(loop.first("2010A"), "payer")
        above = _Above(reader.party(loop.first("2010A")), refusals=told)
        yield from _below(reader, loop, above)


def _below(reader: Reader, loop: Loop, above: _Above) -> Iterator[AuthorizationAnswer]:
    """The events of a level, and those of the levels below it; a level with neither is where the request failed."""
    events, deeper = list(loop.under("2000E")), list(loop.under("2000B", "2000C", "2000D"))
    for event in events:
        yield _answer(reader, event, above)
    for level in deeper:
        yield from _below(reader, level, _named(reader, level, above))
    if not events and not deeper:
        yield _answer(reader, loop, above)


def _named(reader: Reader, level: Loop, above: _Above) -> _Above:
    name, about = _LEVELS[level.id]
    place = level.first(name)
    told = above.refusals + refusals(place, about)
    if place is not None:
        place.take("INS")
    party = reader.party(place)
    if about == "provider":
        return above._replace(provider=party, refusals=told)
    if about == "subscriber":
        return above._replace(subscriber=party, refusals=told)
    return above._replace(dependent=party, refusals=told)


def _answer(reader: Reader, loop: Loop, above: _Above) -> AuthorizationAnswer:
    """Loop 2000E, or the level at which the request failed."""
    refused = above.refusals + (refusals(loop, "event") if loop.id == "2000E" else ())
    traces = {one.get(1): one.get(2) for one in reversed(list(loop.take_all("TRN")))}
    asked, decided = loop.take("UM"), loop.take("HCR")
    dates = reader.periods(loop)
    deliveries = reader.deliveries(loop)
    own = _decision(decided, (), ())
    services = tuple(_service(reader, below, own) for below in loop.under("2000F"))
    decision = _decision(decided, refused, services)
    number = value(decided) or next((one.authorization_number for one in services if one.authorization_number), None)
    first, last = _span(dates)
    visits = _visits(deliveries)
    reasons = _reasons(decided)
    return AuthorizationAnswer(
        answer=reader.whole.submission,
        trace=traces.get("2") or None,
        payer_trace=traces.get("1") or None,
        decision=decision,
        sentence=_sentence(decision, number, visits, (first, last), reasons, refused),
        authorization_number=number if decision in _GOOD else None,
        reasons=reasons,
        visits=visits,
        first_day=first,
        last_day=last,
        decided_on=next((one.first for one in dates if one.kind == _ISSUED), None),
        administrative_number=value(loop.take("REF", "NT")) or (number if decision not in _GOOD else None),
        payer=above.payer,
        provider=above.provider,
        subscriber=above.subscriber,
        dependent=above.dependent,
        service_type=asked.get(3) if asked else "",
        deliveries=deliveries,
        services=services,
        dates=dates,
        references=reader.references(loop) if loop.id == "2000E" else (),
        messages=tuple(one.get(1) for one in loop.take_all("MSG")),
        refusals=refused + tuple(one for service in services for one in service.refusals),
        providers=tuple(filter(None, (reader.party(below) for below in loop.under("2010EA")))),
        at=reader.whole.at(loop.opening),
        other=loop.other(),
    )


def _service(reader: Reader, loop: Loop, of_event: Decision) -> ServiceDecision:
    """One service; where nothing is said of it, the event's decision is its own."""
    loop.take("UM")
    list(loop.take_all("TRN"))  # repeats the event's
    refused = refusals(loop, "service")
    decided, line = loop.take("HCR"), loop.take("SV1")
    procedure = reader.procedure(line, 1) if line else None
    return ServiceDecision(
        decision=_decision(decided, refused, ()) if decided or refused else of_event,
        authorization_number=value(decided),
        reasons=_reasons(decided),
        code=procedure.code if procedure else "",
        modifiers=procedure.modifiers if procedure else (),
        units=reader.number(line, 4) if line else None,
        deliveries=reader.deliveries(loop),
        dates=reader.periods(loop),
        messages=tuple(one.get(1) for one in loop.take_all("MSG")),
        refusals=refused,
    )


def _decision(decided: Found | None, refused: tuple[Refusal, ...], services: tuple[ServiceDecision, ...]) -> Decision:
    """The event's own, else what all its services share, else in part."""
    if decided is not None and decided.get(1) in _DECISIONS:
        return _DECISIONS[decided.get(1)]
    kinds = {service.decision for service in services} - {"unknown"}
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds & _GOOD:
        return "approved_in_part"
    if kinds:
        return "pending" if "pending" in kinds else "denied"
    return "refused" if refused else "unknown"


def _reasons(decided: Found | None) -> tuple[str, ...]:
    return tuple(decided.values(3)) if decided else ()


def _span(dates: tuple[DatePeriod, ...]) -> tuple[dt.date | None, dt.date | None]:
    """From when to when it holds: as the payer says, else the days of the event or service."""
    for kind in (_HOLDS, _EVENT, _SERVICE):
        found = next((one for one in dates if one.kind == kind), None)
        if found:
            break
    ends = next((one.first for one in dates if one.kind == _ENDS), None)
    return (found.first if found else None), ends or (found.last if found else None)


def _visits(deliveries: tuple[Delivery, ...]) -> int | None:
    """Visits in all: a number alone, or so many a week for so many weeks."""
    for one in deliveries:
        if one.unit != "VS" or not (one.quantity or "").isdecimal():
            continue
        count = int(one.quantity or 0)
        if not one.per:
            return count
        if one.per == "WK" and one.period == "35" and (one.periods or "").isdecimal():
            return count * int(one.periods or 0)
    return None


def _sentence(
    decision: Decision, number: str | None, visits: int | None, days: tuple[dt.date | None, dt.date | None],
    reasons: tuple[str, ...], refused: tuple[Refusal, ...],
) -> str:  # fmt: skip
    told = _SENTENCES[decision]
    if decision in _GOOD:
        told += f", authorisation {number}" if number else ", but no authorisation number is given: ask for it"
        told += f", {visits} visit{'s' if visits > 1 else ''}" if visits else ""
        first, last = days
        told += f", from {first}" if first else ""
        told += f" to {last}" if last else ""
    elif number:
        told += f", reference {number}"
    if reasons:
        told += f" (reason {', '.join(reasons)})"
    return f"{told}: {why(refused)}." if refused else f"{told}."
