"""A remittance's claim laid on the lines of ours."""

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
    matches = match_lines(told.lines, claim.lines)
    own = _own_adjustments(told, matches)
    decided = tuple(
        Decided(
            order=order,
            line_id=ours.line_id,
            charge_cents=line.charge_cents,
            paid_cents=line.paid_cents,
            adjustments=(*line.adjustments, *more),
            remarks=line.remarks or told.remarks,
        )
        for line, ours, more in zip(told.lines, matches, own, strict=True)
        if ours is not None
    )
    strangers = tuple(line for line, ours in zip(told.lines, matches, strict=True) if ours is None)
    return Laid(decided, strangers)


def _own_adjustments(told: RemittanceClaim, matches: list[BookedLine | None]) -> list[list[Adjustment]]:
    """The claim's own adjustments for each line, where they are what the lines leave unexplained."""
    nothing: list[list[Adjustment]] = [[] for _ in told.lines]
    if not told.adjustments or None in matches:
        return nothing
    rests = [line.charge_cents - line.paid_cents - sum(one.cents for one in line.adjustments) for line in told.lines]
    return fill(told.adjustments, rests) or nothing


def _without_lines(told: RemittanceClaim, claim: BookedClaim, order: Order) -> tuple[Decided, ...]:
    """A claim decided as a whole: everything is shared among our lines by their charges."""
    weights = [line.charge_cents for line in claim.lines]
    charges, paid = spread(told.charge_cents, weights), spread(told.paid_cents, weights)
    parts = [(one, spread(one.cents, weights)) for one in told.adjustments]
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
