"""What the books know of a claim when money for it arrives, and what is to be done when it does not go well."""

import datetime as dt
from typing import Literal

import msgspec

from rehabill.model.priced import PricedLine
from rehabill.model.remittance import Adjustment

Order = Literal["P", "S", "T"]


class BookedLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A service line as charged. `expected`: what its payer should pay, where it could be priced."""

    line_id: str
    date: dt.date
    code: str
    modifiers: tuple[str, ...] = ()
    units: int = 1
    charge_cents: int
    expected: PricedLine | None = None


class BookedPayer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A payer of the claim, in its turn."""

    payer: str
    order: Order


class Decided(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one payer decided about one line, once: a remittance's line (SVC) as posted, its claim's share included."""

    order: Order
    line_id: str
    charge_cents: int
    paid_cents: int
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()


class BookedClaim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A claim as it stands in the books: its payers in their order, its lines, and all that was decided so far."""

    claim_number: str
    patient: str
    payers: tuple[BookedPayer, ...]
    lines: tuple[BookedLine, ...]
    decided: tuple[Decided, ...] = ()


Action = Literal[
    "claim_unknown", "line_unknown", "claim_unbalanced", "line_unbalanced", "denied", "underpaid",
    "bill_secondary", "provider_adjustment", "recoupment", "reversed",
]  # fmt: skip


class PostingTask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person must look at after a posting: why, how much, where, what next."""

    action: Action
    cents: int = 0
    why: str
    claim: str = ""
    line: str = ""
    payer: str = ""
    carcs: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
