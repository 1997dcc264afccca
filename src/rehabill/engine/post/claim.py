"""One claim of a remittance into the books."""

import msgspec

from rehabill.base.money import dollars
from rehabill.engine.post.credit import credit_tasks
from rehabill.engine.post.expect import Cause
from rehabill.engine.post.lay import lay
from rehabill.engine.post.owed import Moved, change
from rehabill.engine.post.payers import payer_in_turn
from rehabill.engine.post.payment import Payment
from rehabill.engine.post.tasks import PREDETERMINATION, REVERSAL, tasks
from rehabill.ledger.entry import Entry, Place, entry
from rehabill.model.books import Action, BookedClaim, Decided, PostingTask
from rehabill.model.remittance import RemittanceClaim


class PostedClaim(msgspec.Struct, frozen=True):
    """The entry, what was decided of each line, and what a person must look at. Nothing moved: no entry."""

    entry: Entry | None
    decided: tuple[Decided, ...]
    tasks: tuple[PostingTask, ...]


def post_claim(told: RemittanceClaim, claim: BookedClaim, payment: Payment, cause: Cause | None = None) -> PostedClaim:
    """What a remittance says of one of our claims, as one entry that sums to zero. `cause` explains underpayments.

    Whatever cannot be laid on a line of ours goes to suspense to the cent, with a task; nothing holds up the rest.
    """
    if told.status == PREDETERMINATION:
        return _post_forecast(told, payment)
    payer = payer_in_turn(told, payment, claim)
    if payer is None:
        return _post_for_nobody(told, claim, payment)
    laid = lay(told, claim, payer.order)
    changed = change(claim, laid.decided)
    found = tasks(told, claim, payer, laid, cause or _unexplained)
    if told.status != REVERSAL:
        found += credit_tasks(claim, payer, laid.decided, changed, payment.key)
    moved = changed.moved
    _cash(moved, told, claim.claim_number, payment, "unmatched")
    return PostedClaim(_entry(moved, told, payment), laid.decided, tuple(found))


def post_unknown(told: RemittanceClaim, payment: Payment) -> PostedClaim:
    """A claim we do not know: its money waits in suspense until somebody says whose it is."""
    which = f"The books have no claim {told.claim_number}" if told.claim_number else "The payer named no claim of ours"
    why = f"{which}; {dollars(told.paid_cents)} is in suspense."
    return _wait(told, payment, "claim_unknown", why, told.claim_number)


def _post_forecast(told: RemittanceClaim, payment: Payment) -> PostedClaim:
    """What a payer would decide, asked before the service: it decides no claim, whichever is like it."""
    which = told.claim_number or "without a number"
    why = f"Claim {which} is a predetermination: the payer says what it would pay. Nothing of it is posted on a claim."
    return _wait(told, payment, "claim_unknown", why, told.claim_number)


def _post_for_nobody(told: RemittanceClaim, claim: BookedClaim, payment: Payment) -> PostedClaim:
    """A claim of ours, decided by none of its payers as far as can be told."""
    who = payment.name or payment.payer
    why = (
        f"{who} is none of the claim's payers, nor has the patient a policy with it; {dollars(told.paid_cents)} is in"
        " suspense. Import the policy (`import coverages`), then `post --waiting`."
    )
    return _wait(told, payment, "payer_unknown", why, claim.claim_number)


def _wait(told: RemittanceClaim, payment: Payment, action: Action, why: str, number: str) -> PostedClaim:
    moved: Moved = {}
    _cash(moved, told, number, payment, "unknown")
    task = PostingTask(action=action, cents=told.paid_cents, why=why, claim=number, payer=payment.payer)
    return PostedClaim(_entry(moved, told, payment), (), (task,))


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
