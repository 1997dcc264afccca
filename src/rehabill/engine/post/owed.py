"""What payers' decisions about a claim do to the books: a function of all of them, in whatever order they came.

Each new decision posts the difference it makes. So a reversal takes back exactly what was posted, a secondary payer's
remittance may come before the primary's, and the books end the same whatever came first.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rehabill.engine.post.early import counted
from rehabill.engine.post.effects import Effect, effect_of_reason, refuses_all
from rehabill.engine.post.repeated import told_once
from rehabill.ledger.entry import Place
from rehabill.model.books import BookedClaim, BookedPayer, Decided

Moved = dict[Place, int]


class Change(NamedTuple):
    """What the earlier decisions of some lines moved, and what new ones move besides."""

    before: Moved
    moved: Moved


def charged(claim: BookedClaim) -> Moved:
    """What making the claim does: its charges are income, owed by the first payer, or by the patient without one."""
    moved: Moved = {}
    for line in claim.lines:
        _add(moved, receivable(claim, 0, line.line_id), line.charge_cents)
        _add(moved, Place("charges", claim=claim.claim_number, line=line.line_id), -line.charge_cents)
    return moved


def receivable(claim: BookedClaim, turn: int, line_id: str) -> Place:
    """Who owes a line in turn 0, 1, 2 …: each payer in its order, then the patient."""
    if turn < len(claim.payers):
        payer = claim.payers[turn]
        return Place("insurance_receivable", payer.payer, payer.order, claim.claim_number, line_id)
    return Place("patient_receivable", claim.patient, "", claim.claim_number, line_id)


def change(claim: BookedClaim, new: Sequence[Decided]) -> Change:
    """What new decisions move. Lines have nothing to do with each other: only those spoken of are looked at."""
    lines = {one.line_id for one in new}
    old = [one for one in claim.decided if one.line_id in lines]
    if not old:
        return Change({}, effects(claim, new))
    before, after = effects(claim, old), effects(claim, [*old, *new])
    return Change(before, {place: after.get(place, 0) - before.get(place, 0) for place in {**after, **before}})


def effects(claim: BookedClaim, decided: Iterable[Decided]) -> Moved:
    """All that these decisions move, but for the cash itself: the paid cents stand open as the entry's other side."""
    by_line: dict[str, dict[str, list[Decided]]] = {}
    for one in decided:
        by_line.setdefault(one.line_id, {}).setdefault(one.order, []).append(one)
    moved: Moved = {}
    for line_id, by_order in by_line.items():
        had = 0
        """What the payers before moved on to this one."""
        for turn, payer in enumerate(claim.payers):
            told: Sequence[Decided] = by_order.get(payer.order, ())
            if not claim.is_opened and any(one.charge_cents < 0 for one in told):
                told, waiting = counted(told)
                cents = sum(one.paid_cents for one in waiting)
                _add(
                    moved, Place("suspense", payer.payer, payer.order, claim.claim_number, line_id, "reversal"), -cents
                )
            if not told:
                had = 0
                continue
            if len(told) > 1:
                charge = next((line.charge_cents for line in claim.lines if line.line_id == line_id), 0)
                told, again = told_once(told, charge)
                _add(moved, receivable(claim, turn, line_id), -again)
            had = _decide(moved, claim, turn, payer, line_id, told, had)
    return {place: cents for place, cents in moved.items() if cents}


def _decide(
    moved: Moved, claim: BookedClaim, turn: int, payer: BookedPayer, line_id: str, told: Sequence[Decided], had: int
) -> int:
    """One payer's decisions about one line; returns what it moves on to the next in turn."""
    paid = charge = adjusted = passed_on = sequestered = lowered = 0
    contractual: dict[str, int] = {}
    for one in told:
        paid += one.paid_cents
        charge += one.charge_cents
        if not one.paid_cents and refuses_all(one):
            adjusted += one.charge_cents
            continue
        for adjustment in one.adjustments:
            cents, carc = adjustment.cents, adjustment.carc
            adjusted += cents
            effect = effect_of_reason(adjustment.group, carc)
            if effect is Effect.CONTRACTUAL:
                contractual[carc] = contractual.get(carc, 0) + cents
                lowered += cents
            elif effect is Effect.NEXT:
                passed_on += cents
            elif effect is Effect.SEQUESTRATION:
                sequestered += cents
    unexplained = charge - paid - adjusted
    number = claim.claim_number
    cleared = paid + passed_on + sequestered + unexplained
    if turn and contractual:
        contractual = _at_most(contractual, had - cleared)
        lowered = sum(contractual.values())
    _add(moved, receivable(claim, turn, line_id), -cleared - lowered)
    _add(moved, receivable(claim, turn + 1, line_id), passed_on)
    if sequestered:
        _add(moved, Place("sequestration", payer.payer, payer.order, number, line_id, "253"), sequestered)
    for carc, cents in contractual.items():
        _add(moved, Place("contractual", payer.payer, payer.order, number, line_id, carc), cents)
    if unexplained:
        _add(moved, Place("suspense", payer.payer, payer.order, number, line_id, "unbalanced"), unexplained)
    return passed_on


def _at_most(contractual: dict[str, int], room: int) -> dict[str, int]:
    """A later payer tells the whole charge's contractual part again: only what is still owed can be taken off."""
    found = {}
    for carc, cents in sorted(contractual.items()):
        part = min(cents, max(room, 0))
        room -= part
        found[carc] = part
    return found


def _add(moved: Moved, place: Place, cents: int) -> None:
    if cents:
        moved[place] = moved.get(place, 0) + cents
