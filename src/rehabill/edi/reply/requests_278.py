"""278, request, as somebody made it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from rehabill.edi.reply.loops import Loop, Received
from rehabill.edi.reply.pieces import Reader, value
from rehabill.edi.reply.requests import Member, member, relationship_of
from rehabill.model.authorization import AuthorizationRequest, RequestedService
from rehabill.model.claim import Attachment
from rehabill.model.submitted import Party

_KINDS = frozenset("IRSN1234")
_TENTH = frozenset({"ABK", "ABF", "BK", "BF"})


def authorization_requests(whole: Received) -> Iterator[AuthorizationRequest]:
    """Every event, with the people above it."""
    reader = Reader(whole)
    for reviewer in whole.root.under("2000A"):
        payer = reader.party(reviewer.first("2010A"))
        for asker in reviewer.under("2000B"):
            for level in asker.under("2000C"):
                holder = reader.party(level.first("2010C"))
                for event in level.under("2000E"):
                    yield from _request(reader, event, payer, member(holder))
                for below in level.under("2000D"):
                    relation = relationship_of(reader, below, "2010D")
                    dependent = reader.party(below.first("2010D"))
                    for event in below.under("2000E"):
                        yield from _request(reader, event, payer, member(holder, dependent, relation))


def _request(reader: Reader, loop: Loop, payer: Party | None, who: Member) -> Iterator[AuthorizationRequest]:
    trace, asked, quantity = loop.take("TRN"), loop.take("UM"), loop.take("HSD")
    services = tuple(_services(reader, loop))
    first, last = _days(reader, loop, services)
    if first is None:
        reader.whole.tell("A113", loop.opening, "DTP03", why="the request has no day")
        return
    onset = loop.take("DTP", "431")
    began = reader.period(onset) if onset else None
    count = int(value(quantity) or "0") if (value(quantity) or "").isdecimal() else None
    weekly = quantity is not None and quantity.get(3) == "WK"
    weeks = quantity.get(6) if quantity is not None and quantity.get(5) == "35" else ""
    npis = _npis(reader, loop)
    kinds: dict[str, Any] = {"request": "I", "category": "HS"}
    if asked is not None:
        kinds["request"] = asked.get(2) if asked.get(2) in _KINDS else "I"
        kinds["category"] = "SC" if asked.get(1) == "SC" else "HS"
    yield AuthorizationRequest(
        trace=value(trace) or reader.whole.submission.reference or "",
        payer_name=payer.name if payer else "",
        payer_id=(payer.id or "") if payer else "",
        subscriber=who.subscriber,
        patient=who.patient,
        relationship=who.relationship,
        service_type=asked.get(3) if asked else "",
        place_of_service=asked.parts(4, 1)[0] if asked else "",
        urgent=bool(asked and asked.get(6) in ("U", "03")),
        first_day=first,
        last_day=last,
        diagnoses=tuple(_diagnoses(loop)),
        onset_date=began.first if began else None,
        visits=None if weekly else count,
        visits_per_week=count if weekly else None,
        weeks=int(weeks) if weeks.isdecimal() else None,
        services=services,
        rendering_npi=npis.get("SJ") or npis.get("72"),
        referring_npi=npis.get("DN"),
        previous_authorization=value(loop.take("REF", "BB")),
        attachments=tuple(
            Attachment(kind=one.get(1), way=one.get(2), control_number=one.get(6) or None)
            for one in loop.take_all("PWK")
        ),
        message=value(loop.take("MSG"), 1),
        **kinds,
    )


def _days(reader: Reader, loop: Loop, services: tuple[RequestedService, ...]) -> tuple[dt.date | None, dt.date | None]:
    """Of the event, else of its services, else the day of the request."""
    for kind in ("AAH", "472", "435"):
        segment = loop.take("DTP", kind)
        found = reader.period(segment) if segment else None
        if found:
            return found.first, found.last
    firsts = [one.first_day for one in services if one.first_day]
    if firsts:
        return min(firsts), max((one.last_day for one in services if one.last_day), default=None)
    return reader.whole.submission.created, None


def _npis(reader: Reader, loop: Loop) -> dict[str, str]:
    parties = (reader.party(below) for below in loop.under("2010EA"))
    return {one.role: one.npi for one in parties if one and one.npi}


def _diagnoses(loop: Loop) -> Iterator[str]:
    for segment in loop.take_all("HI"):
        for number in range(1, len(segment.elements)):
            kind, code = segment.parts(number, 2)[:2]
            if kind in _TENTH and code:
                yield f"{code[:3]}.{code[3:]}" if len(code) > 3 and "." not in code else code


def _services(reader: Reader, loop: Loop) -> Iterator[RequestedService]:
    """Those in loops of their own, and those a sender put into the event."""
    for place in (*loop.under("2000F"), loop):
        days = place.take("DTP", "472") if place is not loop else None
        period = reader.period(days) if days else None
        for line in place.take_all("SV1"):
            procedure = reader.procedure(line, 1)
            units = reader.number(line, 4) or ""
            yield RequestedService(
                code=procedure.code, modifiers=procedure.modifiers, units=int(units) if units.isdecimal() else None,
                first_day=period.first if period else None, last_day=period.last if period else None,
            )  # fmt: skip
