"""What a payer decided against what it should have: underpayments, by amount.

A line is short when payer and patient together owe less than expected: a deductible that moves cents from one to the
other is no underpayment. Each unit's price is rounded by itself, so a cent for each unit is let pass.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rehabill.base.money import dollars
from rehabill.engine.post.effects import Effect, effect_of
from rehabill.model.books import BookedLine, Decided

Cause = Callable[[BookedLine, int], str]
"""(line, cents that payer and patient owe as decided) → why that is short, in words; empty: not to be told."""


class Short(NamedTuple):
    """A line paid short."""

    line_id: str
    cents: int
    why: str


def compare(lines: Sequence[BookedLine], decided: Sequence[Decided], cause: Cause) -> list[Short]:
    """The lines that the first payer paid short. Lines refused in part or whole are no underpayment."""
    found = []
    for line in lines:
        told = [one for one in decided if one.line_id == line.line_id]
        expected = line.expected
        if not told or expected is None or expected.allowed_cents is None or _is_refused(told):
            continue
        given = sum(one.paid_cents for one in told) + _passed_on(told)
        short = (expected.payer_cents or 0) + (expected.patient_cents or 0) - given
        if short > line.units:
            because = _sequestered(line, told, short) or cause(line, given)
            why = f"{dollars(short)} less than expected{f': {because}' if because else ''}."
            found.append(Short(line.line_id, short, why))
    return found


def _sequestered(line: BookedLine, told: Sequence[Decided], short: int) -> str:
    """Sequestration as the payer tells it (CARC 253), where more than was due makes all of the difference."""
    assert line.expected is not None
    due = sum(one.cents for one in line.expected.reductions if one.kind == "sequestration")
    adjustments = [one for decision in told for one in decision.adjustments]
    taken = sum(one.cents for one in adjustments if effect_of(one) is Effect.SEQUESTRATION)
    if taken <= due or abs(taken - due - short) > line.units:
        return ""
    if not due:
        return "sequestration was taken, which this payer may not take"
    more = "twice" if abs(taken - 2 * due) <= line.units else "in excess"
    return f"sequestration was taken {more}: {dollars(taken)} where {dollars(due)} is due"


def _is_refused(told: Sequence[Decided]) -> bool:
    return any(effect_of(one) is Effect.OPEN and one.cents for line in told for one in line.adjustments)


def _passed_on(told: Sequence[Decided]) -> int:
    return sum(one.cents for line in told for one in line.adjustments if effect_of(one) is Effect.NEXT)
