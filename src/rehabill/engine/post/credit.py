"""Money that is somebody else's: a receivable that a posting brought below zero."""

from rehabill.base.money import dollars
from rehabill.engine.post.owed import Change, charged, effects, receivable
from rehabill.engine.post.repeated import is_repeated
from rehabill.model.books import BookedClaim, BookedPayer, Decided, PostingTask


def credit_tasks(
    claim: BookedClaim, payer: BookedPayer, new: tuple[Decided, ...], change: Change, payment: str
) -> list[PostingTask]:
    """What the payer, or the patient, has paid too much after these decisions. `payment`: the check or transfer.

    A later payer that answers before an earlier one has only come early, and a patient's payment on what an insurer
    still owes is paid ahead: neither is a credit yet.
    """
    found = []
    over = _overpaid(claim, payer, change) if any(one.paid_cents > 0 for one in new) else 0
    given_up = min(over, -sum(one.cents for one in claim.beside if one.order == payer.order))
    if given_up > 0:
        why = (
            f"{dollars(given_up)} of what {payer.payer} owed was written off or handed on, and now it has answered:"
            " `ledger --claim` shows the entry, `ledger reverse` takes it back."
        )
        found.append(PostingTask(action="credit", cents=given_up, why=why, claim=claim.claim_number, payer=payer.payer))
    told = sum(one.paid_cents for one in (*claim.decided, *new) if one.order == payer.order)
    over = min(over - max(given_up, 0), told)
    if over > 0:
        again = any(is_repeated(one, claim.decided) for one in new if one.paid_cents)
        because = ": it had said and paid the same before" if again else ""
        why = (
            f"{payer.payer} has paid {dollars(over)} too much with payment {payment}{because}. Refund it, or wait until"
            " the payer takes it back."
        )
        found.append(
            PostingTask(
                action="credit", cents=over, why=why, claim=claim.claim_number, payer=payer.payer, owed_to=payer.payer
            )
        )
    over = _beyond_the_share(claim, new)
    paid = max(min(over, -sum(one.cents for one in claim.beside if one.is_payment)), 0)
    if paid:
        why = (
            f"No insurer owes more, and the patient has paid {dollars(paid)} too much: refund it or keep it as credit."
        )
        found.append(PostingTask(action="credit", cents=paid, why=why, claim=claim.claim_number, owed_to=claim.patient))
    if over > paid:
        why = (
            f"{dollars(over - paid)} more is written off than the patient owes now: take the write-off back, and write"
            " off what is left."
        )
        found.append(PostingTask(action="credit", cents=over - paid, why=why, claim=claim.claim_number))
    return found


def _overpaid(claim: BookedClaim, payer: BookedPayer, change: Change) -> int:
    """How far the new decisions bring the payer's receivables below zero, line by line: one line pays for no other."""
    turn = claim.payers.index(payer)
    over = 0
    for line in claim.lines:
        place = receivable(claim, turn, line.line_id)
        moved = change.moved.get(place, 0)
        if moved >= 0:
            continue
        left = (0 if turn else line.charge_cents) + change.before.get(place, 0) + moved
        left += sum(one.cents for one in claim.beside if one.order == payer.order and one.line_id == line.line_id)
        if left < 0 and _is_its_turn(claim, turn, line.line_id):
            over += min(-left, -moved)
    return over


def _is_its_turn(claim: BookedClaim, turn: int, line_id: str) -> bool:
    """Whether every earlier payer has decided the line."""
    spoken = {one.order for one in claim.decided if one.line_id == line_id}
    return all(payer.order in spoken for payer in claim.payers[:turn])


def _beyond_the_share(claim: BookedClaim, new: tuple[Decided, ...]) -> int:
    """What the patient has paid, or was let off, beyond its share, once no insurer owes anything."""
    if all(one.order for one in claim.beside):
        return 0
    owed = charged(claim)
    for place, cents in effects(claim, (*claim.decided, *new)).items():
        owed[place] = owed.get(place, 0) + cents
    turns = {payer.order: turn for turn, payer in enumerate(claim.payers)}
    for one in claim.beside:
        place = receivable(claim, turns[one.order] if one.order else len(turns), one.line_id)
        owed[place] = owed.get(place, 0) + one.cents
    if any(cents > 0 and place.account == "insurance_receivable" for place, cents in owed.items()):
        return 0
    return max(-sum(cents for place, cents in owed.items() if place.account == "patient_receivable"), 0)
