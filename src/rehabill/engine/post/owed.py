"""What payers' decisions about a claim do to the books: a function of all of them, in whatever order they came.

Each new decision posts the difference it makes. So a reversal takes back exactly what was posted, a secondary payer's
remittance may come before the primary's, and the books end the same whatever came first.
"""

from collections.abc import Iterable

from rehabill.engine.post.effects import Effect, effect_of
from rehabill.ledger.entry import Place
from rehabill.model.books import BookedClaim, BookedPayer, Decided

Moved = dict[Place, int]


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


def effects(claim: BookedClaim, decided: Iterable[Decided]) -> Moved:
    """All that these decisions move, but for the cash itself: the paid cents stand open as the entry's other side."""
    by_line: dict[tuple[str, str], list[Decided]] = {}
    for one in decided:
        by_line.setdefault((one.line_id, one.order), []).append(one)
    moved: Moved = {}
    for line_id in dict.fromkeys(line for line, _ in by_line):
        had = 0
        """What the payers before moved on to this one."""
        for turn, payer in enumerate(claim.payers):
            told = by_line.get((line_id, payer.order), [])
            had = _decide(moved, claim, turn, payer, line_id, told, had) if told else 0
    return {place: cents for place, cents in moved.items() if cents}


def _decide(
    moved: Moved, claim: BookedClaim, turn: int, payer: BookedPayer, line_id: str, told: list[Decided], had: int
) -> int:
    """One payer's decisions about one line; returns what it moves on to the next in turn."""
    paid = sum(one.paid_cents for one in told)
    passed_on = sequestered = 0
    unexplained = sum(one.charge_cents - one.paid_cents for one in told)
    contractual: dict[str, int] = {}
    for adjustment in (adjustment for one in told for adjustment in one.adjustments):
        unexplained -= adjustment.cents
        match effect_of(adjustment):
            case Effect.NEXT:
                passed_on += adjustment.cents
            case Effect.SEQUESTRATION:
                sequestered += adjustment.cents
            case Effect.CONTRACTUAL:
                contractual[adjustment.carc] = contractual.get(adjustment.carc, 0) + adjustment.cents
            case Effect.PRIOR | Effect.OPEN:
                pass
    if turn:
        contractual = _at_most(contractual, had - paid - passed_on - sequestered - unexplained)
    number = claim.claim_number
    cleared = paid + passed_on + sequestered + unexplained + sum(contractual.values())
    _add(moved, receivable(claim, turn, line_id), -cleared)
    _add(moved, receivable(claim, turn + 1, line_id), passed_on)
    _add(moved, Place("sequestration", payer.payer, payer.order, number, line_id, "253"), sequestered)
    for carc, cents in contractual.items():
        _add(moved, Place("contractual", payer.payer, payer.order, number, line_id, carc), cents)
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
