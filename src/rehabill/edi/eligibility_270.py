"""Is she covered, and for what? Questions written (270) and answers read (271), both 005010X279A1.

request = eligibility_request(claim, practice, trace="E-000042", service_types=("30", "PT"))
data = write_270([request], practice, Envelope(control_number=9, created=now))
answers, findings = read_271(data)
answers[0].coverage, answers[0].sentence           # active | inactive | refused …
answers[0].therapy                                 # visits, shares, authorisation, other insurers, messages
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from rehabill.base.finding import Finding
from rehabill.edi.ask.claims import asked_about, days_of
from rehabill.edi.ask.eligibility import eligibility_body
from rehabill.edi.ask.frame import header_of, raise_first, wrapped
from rehabill.edi.ask.question import by_payer, check_traces
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.profile import Envelope, PayerX12
from rehabill.edi.reply.answers_271 import eligibilities
from rehabill.edi.reply.loops import Loop, Received, each
from rehabill.edi.reply.pieces import Reader, value
from rehabill.edi.reply.requests import Member, member, relationship_of
from rehabill.model.claim import Claim
from rehabill.model.eligibility import Eligibility, EligibilityRequest
from rehabill.model.practice import Practice
from rehabill.model.submitted import DatePeriod, Party
from rehabill.x12.document import Document

__all__ = ["Envelope", "eligibility_request", "read_270", "read_271", "write_270"]

PEOPLE_PER_SET = 99
_KIND = ("HS", "005010X279A1", "270")


def eligibility_request(
    claim: Claim,
    practice: Practice,
    trace: str,
    *,
    service_types: tuple[str, ...] = ("30",),
    profile: PayerX12 | None = None,
    on: dt.date | None = None,
) -> EligibilityRequest:
    """The question about a claim's patient; `on` the claim's first day of service unless said. Raises `InputError`."""
    asked = asked_about(claim, practice, profile)
    return EligibilityRequest(
        trace=trace,
        payer_name=asked.account.name,
        payer_id=asked.account.payer_id,
        subscriber=asked.subscriber,
        patient=asked.patient,
        relationship=asked.relationship,
        service_types=service_types,
        first_day=on or days_of(claim)[0],
    )


def write_270(requests: Sequence[EligibilityRequest], practice: Practice, envelope: Envelope) -> bytes:
    """One interchange; a set for each payer and each 99 people. For an answer at once give one request.

    Raises `InputError`.
    """
    check_traces(requests, "there is nobody to ask about")
    header = header_of(practice, envelope, _KIND)
    sets = [
        group[begin : begin + PEOPLE_PER_SET]
        for group in by_payer(requests)
        for begin in range(0, len(group), PEOPLE_PER_SET)
    ]
    faults: Faults = []
    bodies = [
        eligibility_body(group, f"{header.control_number:09d}{number:04d}", practice, header, faults)
        for number, group in enumerate(sets, envelope.transaction_number)
    ]
    raise_first(faults)
    return wrapped(header, bodies, envelope.transaction_number)


def read_271(data: bytes | Document) -> tuple[list[Eligibility], list[Finding]]:
    """Every person's answer in a file, and everything wrong with it. Never raises."""
    return each(data, "271", "eligibility answer (271)", eligibilities)


def read_270(data: bytes | Document) -> tuple[list[EligibilityRequest], list[Finding]]:
    """Questions as somebody asked them; without a day, the day of the request is meant. Never raises."""
    return each(data, "270", "eligibility request (270)", _requests)


def _requests(whole: Received) -> Iterator[EligibilityRequest]:
    reader = Reader(whole)
    for payer_loop in whole.root.under("2000A"):
        payer = reader.party(payer_loop.first("2100A"))
        for asker in payer_loop.under("2000B"):
            for level in asker.under("2000C"):
                yield from _of_subscriber(reader, payer, level)


def _of_subscriber(reader: Reader, payer: Party | None, level: Loop) -> Iterator[EligibilityRequest]:
    about = level.first("2100C")
    days = _days(reader, about)
    holder = reader.party(about)
    dependents = list(level.under("2000D"))
    if not dependents or (about and about.first("2110C")):
        yield from _request(reader, payer, level, about, member(holder), days)
    for below in dependents:
        place = below.first("2100D")
        relation = relationship_of(reader, below, "2100D")
        own = _days(reader, place) or days
        yield from _request(reader, payer, below, place, member(holder, reader.party(place), relation), own)


def _days(reader: Reader, loop: Loop | None) -> DatePeriod | None:
    segment = loop.take("DTP", "291") if loop else None
    return reader.period(segment) if segment else None


def _request(
    reader: Reader, payer: Party | None, level: Loop, about: Loop | None, who: Member, days: DatePeriod | None
) -> Iterator[EligibilityRequest]:
    asked = about.under("2110C", "2110D") if about else ()
    types = [one for loop in asked for segment in loop.take_all("EQ") for one in segment.values(1)]
    first = days.first if days else reader.whole.submission.created
    if first is None:
        reader.whole.tell("A113", level.opening, "BHT04", why="the question has no day")
        return
    yield EligibilityRequest(
        trace=value(level.take("TRN")) or "",
        payer_name=payer.name if payer else "",
        payer_id=(payer.id or "") if payer else "",
        subscriber=who.subscriber,
        patient=who.patient,
        relationship=who.relationship,
        service_types=tuple(types),
        first_day=first,
        last_day=days.last if days else None,
    )
