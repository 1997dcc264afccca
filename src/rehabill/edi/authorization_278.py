"""May we treat? Requests written and decisions read (278, 005010X217).

    data = write_278([AuthorizationRequest(...)], practice, Envelope(control_number=9, created=now))
    answers, findings = read_278(data)
    answers[0].decision, answers[0].authorization_number, answers[0].visits

Unverified: no map of the guide was at hand. What is written follows public schemas and examples; agree with the payer
before the first real request, and look at every answer.
"""

from collections.abc import Sequence

from rehabill.base.finding import Finding
from rehabill.edi.ask.authorization import authorization_body
from rehabill.edi.ask.frame import header_of, raise_first, wrapped
from rehabill.edi.ask.question import check_traces
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.profile import Envelope
from rehabill.edi.reply.decisions_278 import authorization_answers
from rehabill.edi.reply.loops import each
from rehabill.edi.reply.requests_278 import authorization_requests
from rehabill.model.authorization import AuthorizationAnswer, AuthorizationRequest
from rehabill.model.practice import Practice
from rehabill.x12.document import Document

__all__ = ["Envelope", "read_278", "read_278_requests", "write_278"]

_KIND = ("HI", "005010X217", "278")


def write_278(requests: Sequence[AuthorizationRequest], practice: Practice, envelope: Envelope) -> bytes:
    """One interchange, one set for each request. Raises `InputError`."""
    check_traces(requests, "there is nothing to ask for")
    header = header_of(practice, envelope, _KIND)
    faults: Faults = []
    bodies = [
        authorization_body(
            request, f"requests[{index}]", practice, header,
            f"{header.control_number:09d}{envelope.transaction_number + index:04d}", faults,
        )
        for index, request in enumerate(requests)
    ]  # fmt: skip
    raise_first(faults)
    return wrapped(header, bodies, envelope.transaction_number)


def read_278(data: bytes | Document) -> tuple[list[AuthorizationAnswer], list[Finding]]:
    """Every decision in a file, and everything wrong with it. Never raises."""
    return each(data, "278r", "authorisation answer (278)", authorization_answers)


def read_278_requests(data: bytes | Document) -> tuple[list[AuthorizationRequest], list[Finding]]:
    """Requests as somebody made them; one without a day is told and left out. Never raises."""
    return each(data, "278", "authorisation request (278)", authorization_requests)
