"""Where a claim stands: with each of its insurers, who owes, and what has been paid of it.

Three axes, none of which follows from another. The first is kept, and moves by the table in `engine.life_cycle`; the
other two are read off the books.
"""

from typing import Literal

import msgspec

from rehabill.model.books import Order

InsuranceStatus = Literal[
    "waiting", "draft", "held", "ready", "sent", "received", "accepted", "rejected", "pended", "decided", "denied",
    "reversed", "closed", "voided",
]  # fmt: skip
"""What is so between the practice and one insurer of the claim."""

Event = Literal[
    "due", "forwarded", "brought_over", "changed", "held", "released", "sent", "resent", "received", "accepted",
    "rejected", "pended", "decided", "denied", "reversed", "appealed", "corrected", "withdrawn", "dropped", "voided",
    "closed", "reopened",
]  # fmt: skip
"""What can happen to a claim at one insurer. Payments, write-offs and refunds are entries of the journal, not events:
they move the other two axes."""

Debtor = Literal["P", "S", "T", "patient"]
"""Whose receivable of a claim: its first, second or third insurer's, or the patient's."""

WhoOwes = Literal["nobody_yet", "first", "second", "third", "patient", "nobody", "practice"]
"""nobody_yet: not billed. practice: more came than was owed, and is to be paid back."""

PaidState = Literal["unpaid", "partly_paid", "paid", "overpaid"]

Label = Literal[
    "Waiting for the insurer before", "Coded", "Held", "Ready to submit", "Submitted to payer", "Rejected",
    "Remittance received", "Paid", "Paid incorrectly", "Denied", "Remittance needs review", "Finalised, paid",
    "Finalised, denied", "Not billable",
]  # fmt: skip
"""One word for a list of claims."""


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A claim at one of its insurers; a claim with two insurers has two."""

    order: Order
    status: InsuranceStatus
    sent: int = 0
    """How many versions went from the practice to this insurer. They never change; while the claim is being prepared
    (draft, held, ready) it is version `sent + 1` that can."""
    void: bool = False
    """The last version, prepared or sent, asks the insurer to withdraw the claim (frequency 8)."""
    before: InsuranceStatus | None = None
    """Where the version that the insurer has stands, while a later one is on its way; of a closed claim, where it was
    closed. What is dropped or reopened goes back there."""
