"""Where is my claim? Questions written (276) and answers read (277), both 005010X212.

    request = status_request(claim, practice, trace="Q-000017", payer_claim_number=known)
    data = write_276([request], practice, Envelope(control_number=9, created=now))
    answers, findings = read_277(data)
    for claim in (claim for answer in answers for claim in answer.claims):
        claim.trace, claim.verdict, claim.sentence        # paid | denied | pending | information_wanted …

An acknowledgment of claims (277CA) is another transaction: `rehabill.edi.acknowledgments`.
"""

from collections.abc import Iterator, Sequence

from rehabill.base.finding import Finding
from rehabill.edi.ask.claims import asked_about, charge_of, days_of
from rehabill.edi.ask.frame import header_of, raise_first, wrapped
from rehabill.edi.ask.question import check_traces
from rehabill.edi.ask.status import status_body
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.profile import Envelope, PayerX12
from rehabill.edi.reply.claims_277 import status_answers
from rehabill.edi.reply.loops import Loop, Received, each
from rehabill.edi.reply.pieces import Reader, value
from rehabill.edi.reply.requests import Member, member, person_loop
from rehabill.model.claim import Claim
from rehabill.model.claim_status import StatusAnswer, StatusRequest
from rehabill.model.practice import Practice
from rehabill.model.submitted import DatePeriod, Party
from rehabill.x12.document import Document

__all__ = ["Envelope", "read_276", "read_277", "status_request", "write_276"]

_KIND = ("HR", "005010X212", "276")


def status_request(
    claim: Claim,
    practice: Practice,
    trace: str,
    *,
    profile: PayerX12 | None = None,
    payer_claim_number: str | None = None,
    clearinghouse_number: str | None = None,
) -> StatusRequest:
    """The question about a claim that was sent. `payer_claim_number`: what an acknowledgment told, if one did.

    Raises `InputError` naming the claim's field.
    """
    asked = asked_about(claim, practice, profile)
    first, last = days_of(claim)
    return StatusRequest(
        trace=trace,
        payer_name=asked.account.name,
        payer_id=asked.account.payer_id,
        claim_number=claim.claim_number,
        payer_claim_number=payer_claim_number,
        clearinghouse_number=clearinghouse_number,
        subscriber=asked.subscriber,
        patient=asked.patient,
        relationship=asked.relationship,
        first_day=first,
        last_day=last if last != first else None,
        charge_cents=charge_of(claim),
    )


def write_276(requests: Sequence[StatusRequest], practice: Practice, envelope: Envelope) -> bytes:
    """One interchange with one set, the questions in order within each payer. Raises `InputError`."""
    check_traces(requests, "there is no claim to ask for")
    header = header_of(practice, envelope, _KIND)
    faults: Faults = []
    body = status_body(requests, practice, header, faults)
    raise_first(faults)
    return wrapped(header, [body], envelope.transaction_number)


def read_277(data: bytes | Document) -> tuple[list[StatusAnswer], list[Finding]]:
    """Every answer of a file to questions of ours, and everything wrong with it. Never raises."""
    return each(data, "277", "claim status answer (277)", status_answers)


def read_276(data: bytes | Document) -> tuple[list[StatusRequest], list[Finding]]:
    """Questions as somebody asked them. One without a day of service is told and left out. Never raises."""
    return each(data, "276", "claim status request (276)", _requests)


def _requests(whole: Received) -> Iterator[StatusRequest]:
    reader = Reader(whole)
    for payer_loop in whole.root.under("2000A"):
        payer = reader.party(payer_loop.first("2100A"))
        for asker in payer_loop.under("2000B"):
            for provider in asker.under("2000C"):
                for level in provider.under("2000D"):
                    yield from _of_subscriber(reader, payer, level)


def _of_subscriber(reader: Reader, payer: Party | None, level: Loop) -> Iterator[StatusRequest]:
    holder = person_loop(reader, level, "2100D")
    for loop in level.under("2200D"):
        yield from _request(reader, payer, loop, member(holder))
    for below in level.under("2000E"):
        dependent = person_loop(reader, below, "2100E")
        for loop in below.under("2200E"):
            yield from _request(reader, payer, loop, member(holder, dependent))


def _request(reader: Reader, payer: Party | None, loop: Loop, who: Member) -> Iterator[StatusRequest]:
    trace, charge = loop.take("TRN"), loop.take("AMT", "T3")
    numbers = {kind: value(loop.take("REF", kind)) for kind in ("EJ", "1K", "D9")}
    days = _days(reader, loop)
    if days is None:
        reader.whole.tell("A113", loop.opening, "DTP03", why="the question has no day of service")
        return
    yield StatusRequest(
        trace=value(trace) or "",
        payer_name=payer.name if payer else "",
        payer_id=(payer.id or "") if payer else "",
        claim_number=numbers["EJ"],
        payer_claim_number=numbers["1K"],
        clearinghouse_number=numbers["D9"],
        subscriber=who.subscriber,
        patient=who.patient,
        relationship=who.relationship,
        first_day=days.first,
        last_day=days.last,
        charge_cents=reader.cents(charge, 2) if charge else None,
    )


def _days(reader: Reader, loop: Loop) -> DatePeriod | None:
    """Of the claim or, where it tells none, of its lines."""
    for place in (loop, *loop.under("2210D", "2210E")):
        segment = place.take("DTP", "472")
        if segment is not None:
            return reader.period(segment)
    return None
