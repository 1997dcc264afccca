"""What a payer decided against what it should have: underpayments, by amount.

A line is short when payer and patient together owe less than expected: a deductible that moves cents from one to the
other is no underpayment. Each unit's price is rounded by itself, so a cent for each unit is let pass.
"""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from rehabill.base.money import dollars
from rehabill.engine.post.effects import Effect, effect_of, refused
from rehabill.engine.post.repeated import told_once
from rehabill.model.books import BookedClaim, BookedLine, Decided

Cause = Callable[[BookedLine, int], str]
"""(line, cents that payer and patient owe as decided) → why that is short, in words; empty: not to be told."""


class Short(NamedTuple):
    """What was paid short: a line, or without a line's number the claim."""

    line_id: str
    cents: int
    why: str


def underpayments(claim: BookedClaim, new: Sequence[Decided], cause: Cause, *, as_a_whole: bool) -> list[Short]:
    """What the first payer paid short with its `new` decisions, after all it decided of those lines before.

    `as_a_whole`: it told the claim's sums (or some of them), so what stands at a line is our share of them, and only
    the claim's sum means something. No underpayment is what it refused in part or whole, what another insurer paid
    before it, and what it took back or has told of in part.
    """
    spoken = {one.line_id for one in new}
    lines = [line for line in claim.lines if line.line_id in spoken]
    found = []
    for some in [lines] if as_a_whole else [[line] for line in lines]:
        short = _short(some, claim.decided, new, cause)
        if short:
            found.append(short)
    return found


def _short(
    lines: Sequence[BookedLine], before: Sequence[Decided], new: Sequence[Decided], cause: Cause
) -> Short | None:
    """The underpayment of these lines together."""
    ids = {line.line_id for line in lines}
    if any(own.cents for one in new if one.line_id in ids for own in refused(one)):
        return None
    due = 0
    for line in lines:
        if line.expected is None or line.expected.allowed_cents is None:
            return None
        due += (line.expected.payer_cents or 0) + (line.expected.patient_cents or 0)
    told = [one for line in lines for one in _net(line, before, new)]
    if sum(one.charge_cents for one in told) < sum(line.charge_cents for line in lines):
        return None
    given = sum(one.paid_cents for one in told) + _taken(told, Effect.NEXT)
    short = due - given
    if short <= sum(line.units for line in lines):
        return None
    because = _sequestered(lines, told, short) or (cause(lines[0], given) if len(lines) == 1 else "")
    why = f"{dollars(short)} less than expected{f': {because}' if because else ''}."
    return Short(lines[0].line_id if len(lines) == 1 else "", short, why)


def _net(line: BookedLine, before: Sequence[Decided], new: Sequence[Decided]) -> Sequence[Decided]:
    """All that the first payer has decided of the line; what was told twice counts once."""
    told = [one for one in (*before, *new) if one.line_id == line.line_id and one.order == "P"]
    return told_once(told, line.charge_cents)[0]


def _sequestered(lines: Sequence[BookedLine], told: Sequence[Decided], short: int) -> str:
    """Sequestration as the payer tells it (CARC 253), where more than was due makes all of the difference."""
    reductions = [one for line in lines if line.expected for one in line.expected.reductions]
    due = sum(one.cents for one in reductions if one.kind == "sequestration")
    taken = _taken(told, Effect.SEQUESTRATION)
    units = sum(line.units for line in lines)
    if taken <= due or abs(taken - due - short) > units:
        return ""
    if not due:
        return "sequestration was taken, which this payer may not take"
    more = "twice" if abs(taken - 2 * due) <= units else "in excess"
    return f"sequestration was taken {more}: {dollars(taken)} where {dollars(due)} is due"


def _taken(told: Collection[Decided], effect: Effect) -> int:
    return sum(one.cents for line in told for one in line.adjustments if effect_of(one) is effect)
