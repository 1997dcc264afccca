"""277 (005010X212): a payer's answer to our question about claims."""

from collections.abc import Iterator

from rehabill.edi.reply.loops import Loop, Received
from rehabill.edi.reply.pieces import Reader
from rehabill.edi.reply.statuses import claim_status, states
from rehabill.edi.reply.verdict import sentence, verdict
from rehabill.model.claim_status import ClaimState, ClaimStatus, StatusAnswer
from rehabill.model.submitted import Party


def status_answers(whole: Received) -> Iterator[StatusAnswer]:
    """One answer for each payer that speaks and each of us that asked."""
    reader = Reader(whole)
    for payer_loop in whole.root.under("2000A"):
        payer = reader.party(payer_loop.first("2100A"))
        askers = list(payer_loop.under("2000B"))
        for asker_loop in askers or [Loop("2000B", payer_loop.segments[:1], [])]:
            yield _answer(reader, payer, payer_loop, asker_loop)


def _answer(reader: Reader, payer: Party | None, above: Loop, loop: Loop) -> StatusAnswer:
    asker = reader.party(loop.first("2100B"))
    told = _question_states(reader, loop, "2200B")
    claims: list[ClaimStatus] = []
    for provider_loop in loop.under("2000C"):
        provider = reader.party(provider_loop.first("2100C"))
        told += _question_states(reader, provider_loop, "2200C")
        for level in provider_loop.under("2000D"):
            claims.extend(_claims(reader, level, payer, provider))
    found = verdict(told)
    return StatusAnswer(
        answer=reader.whole.submission,
        payer=payer,
        asker=asker,
        states=told,
        verdict=found,
        sentence=sentence(found, told, payer.name if payer else "") if told else "",
        claims=tuple(claims),
        at=reader.whole.at(loop.opening),
        other=(*above.other("2000B"), *loop.other("2200D", "2200E")),
    )


def _question_states(reader: Reader, loop: Loop, name: str) -> tuple[ClaimState, ...]:
    """What is said of the question as a whole; its TRN repeats our reference."""
    found: tuple[ClaimState, ...] = ()
    for below in loop.under(name):
        below.take("TRN")
        found += states(reader, below)
    return found


def _claims(reader: Reader, level: Loop, payer: Party | None, provider: Party | None) -> Iterator[ClaimStatus]:
    subscriber = reader.party(level.first("2100D"))
    for loop in level.under("2200D"):
        yield claim_status(
            reader, loop, is_acknowledgment=False, source=payer, subscriber=subscriber, provider=provider
        )
    for below in level.under("2000E"):
        patient = reader.party(below.first("2100E"))
        for loop in below.under("2200E"):
            yield claim_status(
                reader, loop, is_acknowledgment=False, source=payer, patient=patient, subscriber=subscriber,
                provider=provider,
            )  # fmt: skip
