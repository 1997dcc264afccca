"""What the books know of a claim when money for it arrives, and what is to be done when it does not go well."""

import datetime as dt
from typing import Literal

import msgspec

from rehabill.model.priced import PricedLine
from rehabill.model.remittance import Adjustment

Order = Literal["P", "S", "T"]


class BookedLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A service line as charged. `expected`: what its payer should pay, where it could be priced."""

    line_id: str
    date: dt.date
    code: str
    modifiers: tuple[str, ...] = ()
    units: int = 1
    charge_cents: int
    expected: PricedLine | None = None


class BookedPayer(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A payer of the claim, in its turn. `payer` is our own name for it, `name` the one on its cards."""

    payer: str
    order: Order
    name: str = ""
    filing_indicator: str = ""


class Decided(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What one payer decided about one line, once: a remittance's line (SVC) as posted, its claim's share included."""

    order: Order
    line_id: str
    charge_cents: int
    paid_cents: int
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()


class Beside(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What moved a receivable of the claim beside payers' decisions: a patient's payment, a write-off, a transfer.

    `order` says whose receivable, empty the patient's; `line_id` empty: of no line. Negative cents lower what is owed.
    `is_payment`: it is the patient's own money, which can be too much; a write-off cannot.
    """

    order: Literal["P", "S", "T", ""]
    line_id: str
    cents: int
    is_payment: bool = False


class BookedClaim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A claim as it stands in the books: its payers in their order, its lines, and all that was decided so far."""

    claim_number: str
    patient: str
    payers: tuple[BookedPayer, ...]
    lines: tuple[BookedLine, ...]
    decided: tuple[Decided, ...] = ()
    beside: tuple[Beside, ...] = ()
    member_ids: tuple[str, ...] = ()
    """The patient's with each payer; with the name and the payers' own claim numbers what a claim is found by."""
    is_opened: bool = False
    """Brought over from another system: what payers decided there is not in these books, and can be taken back."""
    last_name: str = ""
    payer_claim_numbers: tuple[str, ...] = ()


Action = Literal[
    "claim_unknown", "payer_unknown", "line_unknown", "claim_unbalanced", "line_unbalanced", "denied", "underpaid",
    "credit", "bill_secondary", "provider_adjustment", "recoupment", "reversed",
    "never_sent", "posted_beyond", "file_held", "deposit_unclear",
    "rejected", "information_wanted", "silent", "lost", "not_sent", "file_unreadable", "answer_unclear",
    "coverage_inactive", "other_insurer", "authorization_wanted", "visits_run_out",
]  # fmt: skip


class PostingTask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a person must look at after a posting: why, how much, where, what next."""

    action: Action
    cents: int = 0
    why: str
    claim: str = ""
    line: str = ""
    payer: str = ""
    carcs: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    owed_to: str = ""
    """Of a credit: the payer or the patient whose money it is."""
