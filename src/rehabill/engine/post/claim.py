"""One claim of a remittance into the books."""

import datetime as dt

import msgspec

from rehabill.base.money import dollars
from rehabill.engine.post.expect import Cause
from rehabill.engine.post.lay import lay
from rehabill.engine.post.owed import Moved, effects
from rehabill.engine.post.tasks import tasks
from rehabill.ledger.entry import Entry, Place, entry
from rehabill.model.books import BookedClaim, BookedPayer, Decided, PostingTask
from rehabill.model.remittance import RemittanceClaim

_ORDER = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T"}
"""CLP02 → in whose turn the payer says it decided."""


class Payment(msgspec.Struct, frozen=True):
    """The payment a claim came with: `key` is ours, one for a payer and its trace number; `day` that of the posting."""

    key: str
    payer: str
    day: dt.date


class PostedClaim(msgspec.Struct, frozen=True):
    """The entry, what was decided of each line, and what a person must look at. Nothing moved: no entry."""

    entry: Entry | None
    decided: tuple[Decided, ...]
    tasks: tuple[PostingTask, ...]


def post_claim(told: RemittanceClaim, claim: BookedClaim, payment: Payment, cause: Cause | None = None) -> PostedClaim:
    """What a remittance says of one of our claims, as one entry that sums to zero. `cause` explains underpayments.

    Whatever cannot be laid on a line of ours goes to suspense to the cent, with a task; nothing holds up the rest.
    """
    payer = payer_in_turn(told, payment.payer, claim)
    if payer is None:
        return post_unknown(told, payment)
    laid = lay(told, claim, payer.order)
    before, after = effects(claim, claim.decided), effects(claim, claim.decided + laid.decided)
    moved = {place: after.get(place, 0) - before.get(place, 0) for place in dict.fromkeys((*after, *before))}
    _cash(moved, told, claim.claim_number, payment, "unmatched")
    found = tasks(told, claim, payer, laid, cause or _unexplained)
    return PostedClaim(_entry(moved, told, payment), laid.decided, tuple(found))


def post_unknown(told: RemittanceClaim, payment: Payment) -> PostedClaim:
    """A claim we do not know, or that no payer owes: its money waits in suspense until somebody says whose it is."""
    moved: Moved = {}
    _cash(moved, told, told.claim_number, payment, "unknown")
    which = told.claim_number or "without a number"
    why = f"The books have no claim {which} for this payer; {dollars(told.paid_cents)} is in suspense."
    task = PostingTask(
        action="claim_unknown", cents=told.paid_cents, why=why, claim=told.claim_number, payer=payment.payer
    )
    return PostedClaim(_entry(moved, told, payment), (), (task,))


def payer_in_turn(told: RemittanceClaim, payer: str, claim: BookedClaim) -> BookedPayer | None:
    """Which of the claim's payers decided: by who it is, where that is plain, else by what it says (CLP02)."""
    same = [one for one in claim.payers if one.payer == payer]
    if len(same) == 1:
        return same[0]
    said = [one for one in same or claim.payers if one.order == _ORDER.get(told.status)]
    return said[0] if said else next(iter(same or claim.payers), None)


def _cash(moved: Moved, told: RemittanceClaim, number: str, payment: Payment, why: str) -> None:
    """The claim's money is told as paid; what no line of ours took of it waits in suspense."""
    place = Place("cash_clearing", payment.key, claim=number)
    moved[place] = told.paid_cents
    left = sum(moved.values())
    if left:
        moved[Place("suspense", payment.payer, claim=number, reason=why)] = -left


def _entry(moved: Moved, told: RemittanceClaim, payment: Payment) -> Entry | None:
    if not any(moved.values()):
        return None
    source = f"{payment.key}/{told.claim_number}/{told.payer_claim_number}/{told.status}"
    return entry(payment.day, "remittance", source, moved)


def _unexplained(line: object, given: int) -> str:
    return ""
