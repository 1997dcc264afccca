"""What insurers' answers and the books tell of a claim: an event, who owes, what is paid, one word for a list."""

from collections.abc import Iterable, Mapping, Sequence

from rehabill.engine.life_cycle.table import AT_REST, PREPARING
from rehabill.engine.post.effects import Effect, effect_of, refused
from rehabill.model.books import Decided, Order
from rehabill.model.claim_status import ClaimVerdict
from rehabill.model.standing import Debtor, Event, InsuranceStatus, Label, PaidState, Standing, WhoOwes

_SAID: dict[ClaimVerdict, Event] = {
    "received": "received", "split": "received", "accepted": "accepted", "rejected": "rejected",
    "pending": "pended", "information_wanted": "pended",
    # decided: so it has the claim; what it decided comes with the remittance
    "finalised": "accepted", "paid": "accepted", "denied": "accepted", "revised": "accepted", "no_payment": "accepted",
}  # fmt: skip
_DEBTORS: dict[Debtor, WhoOwes] = {"P": "first", "S": "second", "T": "third", "patient": "patient"}

LABELS: dict[InsuranceStatus, Label | dict[PaidState, Label]] = {
    "waiting": "Waiting for the insurer before",
    "draft": "Coded",
    "held": "Held",
    "ready": "Ready to submit",
    "sent": "Submitted to payer",
    "received": "Submitted to payer",
    "accepted": "Submitted to payer",
    "rejected": "Rejected",
    "pended": "Submitted to payer",
    "decided": {
        "unpaid": "Remittance received",
        "partly_paid": "Remittance received",
        "paid": "Paid",
        "overpaid": "Paid incorrectly",
    },
    "denied": "Denied",
    "reversed": "Remittance needs review",
    "closed": {
        "unpaid": "Finalised, denied",
        "partly_paid": "Finalised, paid",
        "paid": "Finalised, paid",
        "overpaid": "Paid incorrectly",
    },
    "voided": "Not billable",
}


def said(verdict: ClaimVerdict) -> Event | None:
    """The event that a payer's or clearinghouse's word on a claim is; None: it is a task for a person, and no event."""
    return _SAID.get(verdict)


def answered(decided: Iterable[Decided], order: Order) -> Event | None:
    """What all decisions of one insurer come to: decided, denied or reversed; None without any.

    As the books do, it looks at all of them together, so it does not matter in which order they came (decision 0011).
    """
    own = [one for one in decided if one.order == order]
    if not own:
        return None
    if sum(one.charge_cents for one in own) <= 0 and any(one.charge_cents < 0 for one in own):
        return "reversed"
    given = sum(one.paid_cents for one in own)
    given += sum(each.cents for one in own for each in one.adjustments if effect_of(each) is Effect.NEXT)
    return "denied" if given <= 0 < sum(each.cents for one in own for each in refused(one)) else "decided"


def is_billed(standings: Sequence[Standing]) -> bool:
    """Was anybody asked to pay? A claim without insurers is the patient's from the start."""
    return not standings or any(one.sent or one.status not in ("waiting", *PREPARING) for one in standings)


def who_owes(open_cents: Mapping[Debtor, int], billed: bool) -> WhoOwes:
    """Whose move it is: the first in turn with an open balance. A credit counts once nobody owes."""
    if not billed:
        return "nobody_yet"
    for debtor, who in _DEBTORS.items():
        if open_cents.get(debtor, 0) > 0:
            return who
    return "practice" if any(cents < 0 for cents in open_cents.values()) else "nobody"


def paid_state(paid_cents: int, open_cents: int) -> PaidState:
    """By the money that came for the claim from anybody, and the sum of what is still open.

    A claim of which all was adjusted or written off is unpaid, and nobody owes.
    """
    if open_cents < 0:
        return "overpaid"
    if paid_cents <= 0:
        return "unpaid"
    return "partly_paid" if open_cents else "paid"


def leading(standings: Sequence[Standing]) -> Standing:
    """The standing that a list of claims shows: the first insurer with whom something is going on, else the last.

    There is at least one.
    """
    return next((one for one in standings if one.status not in ("waiting", *AT_REST)), standings[-1])


def label(standing: Standing, paid: PaidState) -> Label:
    """One word for a list of claims, as clearinghouses and billing services use them."""
    found = LABELS[standing.status]
    return found if isinstance(found, str) else found[paid]
