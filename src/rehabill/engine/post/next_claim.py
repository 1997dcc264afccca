"""The claim as it goes to the insurer next in turn: with what those before it have decided, line by line."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.engine.post.early import counted
from rehabill.engine.post.repeated import told_once
from rehabill.model.books import BookedClaim, Decided, Order
from rehabill.model.claim import Adjustment, Claim, ClaimLine, LineAdjudication, OtherInsurance
from rehabill.model.party import Subscriber

_TURNS = "PST"


def next_claim(
    sent: Claim,
    books: BookedClaim,
    order: Order,
    subscriber: Subscriber | None,
    others: Sequence[OtherInsurance],
    decided_on: Mapping[Order, dt.date],
) -> Claim:
    """`sent`: as the insurers before have it; `books`: with all that was decided; `others`: the claim's other insurers,
    without money. Raises `InputError` where one before has not decided all of a line's charge.
    """
    payer = next(one for one in books.payers if one.order == order)
    before = [one for one in others if _TURNS.index(one.sequence) < _TURNS.index(order)]
    ids = [one.line_id or f"{books.claim_number}-{at}" for at, one in enumerate(sent.lines, 1)]
    paid = dict.fromkeys((one.sequence for one in before), 0)
    lines = []
    for at, (line, line_id) in enumerate(zip(sent.lines, ids, strict=True)):
        adjudications = []
        for one in before:
            made = _decision(line, f"lines[{at}]", _standing(books, one.sequence, line_id), one, decided_on)
            paid[one.sequence] += made.paid_cents
            adjudications.append(made)
        lines.append(msgspec.structs.replace(line, line_id=line_id, adjudications=tuple(adjudications)))
    told = tuple(
        msgspec.structs.replace(one, paid_cents=paid[one.sequence]) if one in before else one for one in others
    )
    return msgspec.structs.replace(
        sent, payer=payer.payer, sequence=order, subscriber=subscriber, other_insurance=told, lines=tuple(lines),
        frequency="1", payer_claim_number=None, secondary_payer=None,
    )  # fmt: skip


def _standing(books: BookedClaim, order: Order, line_id: str) -> Sequence[Decided]:
    """All that an insurer has decided of a line and not taken back; what it told twice counts once."""
    told, _ = counted([one for one in books.decided if one.order == order and one.line_id == line_id])
    charge = next((line.charge_cents for line in books.lines if line.line_id == line_id), 0)
    return told_once(told, charge)[0]


def _decision(
    line: ClaimLine, path: str, told: Sequence[Decided], by: OtherInsurance, decided_on: Mapping[Order, dt.date]
) -> LineAdjudication:
    adjusted: dict[tuple[str, str], int] = {}
    for one in told:
        for own in one.adjustments:
            adjusted[own.group, own.carc] = adjusted.get((own.group, own.carc), 0) + own.cents
    paid = sum(one.paid_cents for one in told)
    charge = line.charge_cents if isinstance(line.charge_cents, int) else 0
    if paid + sum(adjusted.values()) != charge:
        message = (
            f"{by.payer_name} has told of {dollars(paid + sum(adjusted.values()))} of the {dollars(charge)} charged:"
            " the next insurer wants to know of all of it"
        )
        raise InputError(path, message)
    return LineAdjudication(
        payer_id=by.payer_id, paid_cents=paid, paid_units=line.units, paid_on=decided_on[by.sequence], code=line.code,
        modifiers=line.modifiers,
        adjustments=tuple(Adjustment(group=group, carc=carc, cents=cents)  # type: ignore[arg-type]
                          for (group, carc), cents in adjusted.items() if cents),
    )  # fmt: skip
