"""A remittance's claim laid on the lines of ours."""

from collections import Counter
from typing import NamedTuple

from rehabill.engine.post.match import match_lines
from rehabill.engine.post.spread import fill, spread
from rehabill.model.books import BookedClaim, BookedLine, Decided, Order
from rehabill.model.remittance import Adjustment, RemittanceClaim, RemittanceLine


class Laid(NamedTuple):
    """What was decided of our lines, and the remittance's lines that are none of ours."""

    decided: tuple[Decided, ...]
    strangers: tuple[RemittanceLine, ...]


def lay(told: RemittanceClaim, claim: BookedClaim, order: Order) -> Laid:
    """Each of the remittance's lines on one of ours; what was told of the claim as a whole is shared out."""
    if not told.lines:
        return Laid(_without_lines(told, claim, order), ())
    matched: list[tuple[RemittanceLine, BookedLine]] = []
    strangers: list[RemittanceLine] = []
    for line, ours in zip(told.lines, match_lines(told.lines, claim.lines), strict=True):
        if ours is None:
            strangers.append(line)
        else:
            matched.append((line, ours))
    own = _own_shares(told, [line for line, _ in matched])
    decided = tuple(
        Decided(
            order=order,
            line_id=ours.line_id,
            charge_cents=line.charge_cents,
            paid_cents=line.paid_cents - share.less_paid,
            adjustments=(*line.adjustments, *share.adjustments),
            remarks=line.remarks or told.remarks,
        )
        for (line, ours), share in zip(matched, own, strict=True)
    )
    return Laid(decided, tuple(strangers))


class _Share(NamedTuple):
    """A line's part of what was adjusted on the claim as a whole, and of its money what that takes away."""

    adjustments: tuple[Adjustment, ...] = ()
    less_paid: int = 0


def _own_shares(told: RemittanceClaim, lines: list[RemittanceLine]) -> list[_Share]:
    """The claim's own adjustments for each line.

    By the standard they lower what the lines, each balanced by itself, say was paid. Some payers leave them out of the
    lines' own balance instead: then they are what the lines lack. Others tell there once more what they told at the
    lines.
    """
    if not told.adjustments or not lines or _repeats_lines(told):
        return [_Share()] * len(lines)
    rests = [line.charge_cents - line.paid_cents - sum(one.cents for one in line.adjustments) for line in lines]
    filled = fill(told.adjustments, rests)
    if filled is not None and any(rests):
        return [_Share(tuple(part)) for part in filled]
    weights = [abs(line.paid_cents) for line in lines]
    if not any(weights):
        weights = [abs(line.charge_cents) for line in lines]
    parts = [(one, spread(one.cents, weights)) for one in told.adjustments]
    return [
        _Share(
            tuple(Adjustment(one.group, one.carc, part[at]) for one, part in parts if part[at]),
            sum(part[at] for _, part in parts),
        )
        for at in range(len(lines))
    ]


def _repeats_lines(told: RemittanceClaim) -> bool:
    """Whether the claim's adjustments are the sums of its lines', and its payment is the sum of theirs."""
    at_lines = Counter[tuple[str, str]]()
    for line in told.lines:
        for one in line.adjustments:
            at_lines[one.group, one.carc] += one.cents
    at_claim = Counter[tuple[str, str]]()
    for one in told.adjustments:
        at_claim[one.group, one.carc] += one.cents
    return at_lines == at_claim and told.paid_cents == sum(line.paid_cents for line in told.lines)


def _without_lines(told: RemittanceClaim, claim: BookedClaim, order: Order) -> tuple[Decided, ...]:
    """A claim decided as a whole: everything is shared among our lines by their charges."""
    weights = [line.charge_cents for line in claim.lines]
    parts = [(one, spread(one.cents, weights)) for one in told.adjustments]
    rest = told.charge_cents - told.paid_cents - sum(one.cents for one in told.adjustments)
    charges, rests = spread(told.charge_cents, weights), spread(rest, weights)
    # What is left of a line's share is paid: so a claim that balances has lines that do, to the cent.
    paid = [charge - rests[at] - sum(part[at] for _, part in parts) for at, charge in enumerate(charges)]
    return tuple(
        Decided(
            order=order,
            line_id=line.line_id,
            charge_cents=charges[at],
            paid_cents=paid[at],
            adjustments=tuple(Adjustment(one.group, one.carc, part[at]) for one, part in parts if part[at]),
            remarks=told.remarks,
        )
        for at, line in enumerate(claim.lines)
    )
