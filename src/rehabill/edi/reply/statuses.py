"""STC and what surrounds it, alike in 277CA and 277: states, lines, and the claim they belong to."""

from collections.abc import Iterable

from rehabill.edi.reply.loops import Found, Loop
from rehabill.edi.reply.pieces import Reader, element, value
from rehabill.edi.reply.verdict import contradicts, proves_receipt, reason, sentence, verdict
from rehabill.model.claim_status import ClaimState, ClaimStatus, LineStatus, Reason
from rehabill.model.submitted import Party

_REASONS = (1, 10, 11)
_COMPONENTS = 3


def states(reader: Reader, loop: Loop, claim: str = "", is_acknowledgment: bool = False) -> tuple[ClaimState, ...]:
    """Every STC of a loop."""
    return tuple(_state(reader, segment, claim, is_acknowledgment) for segment in loop.take_all("STC"))


def _state(reader: Reader, segment: Found, claim: str, is_acknowledgment: bool) -> ClaimState:
    reasons = tuple(_reason(segment, number) for number in _REASONS if segment.get(number))
    if not reasons or not reasons[0].category:
        why = "nothing is said of what it concerns"
        reader.whole.tell("A113", segment, element(segment, 1), "", claim, why=why)
    told = ClaimState(
        reasons, reader.day(segment, 2, "", claim), segment.get(3) if is_acknowledgment else "",
        reader.cents(segment, 4, "", claim), reader.cents(segment, 5, "", claim), reader.day(segment, 6, "", claim),
        reader.day(segment, 8, "", claim), segment.get(9) or None, segment.get(12),
    )  # fmt: skip
    if contradicts(told):
        facts = {"action": told.action, "category": told.reasons[0].category}
        reader.whole.tell("A122", segment, element(segment, 3), "", claim, **facts)
    return told


def _reason(segment: Found, number: int) -> Reason:
    category, code, entity = segment.parts(number, _COMPONENTS)[:_COMPONENTS]
    return reason(category, code.lstrip("0") or code, entity)


def claim_status(
    reader: Reader,
    loop: Loop,
    *,
    is_acknowledgment: bool,
    source: Party | None = None,
    from_payer: bool = True,
    patient: Party | None = None,
    subscriber: Party | None = None,
    provider: Party | None = None,
) -> ClaimStatus:
    """Loop 2200D or 2200E: one claim."""
    trace = loop.take("TRN")
    first = trace or loop.opening
    traced = value(trace)
    ours = traced if is_acknowledgment else value(loop.take("REF", "EJ"))
    number = ours or ""
    if trace is None or not traced:
        why = "which claim it is about cannot be told"
        reader.whole.tell("A113", first, "TRN02", "", number, why=why)
    told = states(reader, loop, number, is_acknowledgment)
    found = verdict(told, is_acknowledgment)
    proof = proves_receipt(found, told, from_payer) if is_acknowledgment else found not in _UNPROVED
    days = loop.take("DTP", "472")
    who = source.name if source and source.name else ""
    return ClaimStatus(
        claim_number=ours,
        verdict=found,
        sentence=sentence(found, told, who, proof if is_acknowledgment else None),
        proves_receipt=proof,
        trace=None if is_acknowledgment else traced,
        payer_claim_number=value(loop.take("REF", "1K")),
        clearinghouse_number=value(loop.take("REF", "D9")),
        states=told,
        charge_cents=next((one.charge_cents for one in told if one.charge_cents is not None), None),
        paid_cents=None if is_acknowledgment else _paid(told),
        service=reader.period(days, number) if days else None,
        patient=patient,
        subscriber=subscriber,
        provider=provider,
        lines=tuple(_line(reader, below, number, is_acknowledgment) for below in loop.under("2220D", "2220E")),
        references=reader.references(loop),
        at=reader.whole.at(first, "", number),
        other=loop.other(),
    )


_UNPROVED = frozenset({"not_found", "error", "unknown", "received", "rejected"})


def _paid(told: Iterable[ClaimState]) -> int | None:
    return next((one.paid_cents for one in told if one.paid_cents is not None), None)


def _line(reader: Reader, loop: Loop, claim: str, is_acknowledgment: bool) -> LineStatus:
    service = loop.take("SVC")
    told = states(reader, loop, claim, is_acknowledgment)
    found = verdict(told, is_acknowledgment)
    days = loop.take("DTP", "472")
    procedure = reader.procedure(service, 1) if service else None
    return LineStatus(
        line_id=value(loop.take("REF", "FJ")),
        code=procedure.code if procedure else "",
        modifiers=procedure.modifiers if procedure else (),
        charge_cents=reader.cents(service, 2, "", claim) if service else None,
        paid_cents=reader.cents(service, 3, "", claim) if service else None,
        units=reader.number(service, 7, "", claim) if service else None,
        revenue=value(service, 4),
        service=reader.period(days, claim) if days else None,
        states=told,
        verdict=found,
        sentence=sentence(found, told),
    )
