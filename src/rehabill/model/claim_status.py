"""What became of a claim, as a payer or clearinghouse says it: acknowledged (277CA), or asked for (276, 277)."""

import datetime as dt
from typing import Literal

import msgspec

from rehabill.base.finding import Position
from rehabill.model.party import Person, Relationship, Subscriber
from rehabill.model.submitted import DatePeriod, OtherSegment, Party, Reference, Submission

ClaimVerdict = Literal[
    "accepted", "received", "split", "rejected", "not_found", "pending", "information_wanted", "finalised", "paid",
    "denied", "revised", "no_payment", "error", "unknown",
]  # fmt: skip
"""accepted: taken into the payer's own system. received: somebody has it, nobody accepted it yet. rejected: it never
entered the payer's system: correct it and send it as a new claim. denied: decided against, an appeal is possible.
information_wanted: the payer waits for us. error: the question failed, nothing is said of the claim."""


class Reason(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One status: category (`A7`), code (`562`), whom it concerns (`82`); code and person in our words."""

    category: str
    code: str
    entity: str = ""
    words: str = ""


class ClaimState(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One STC: up to three reasons, with its day, amounts and text."""

    reasons: tuple[Reason, ...]
    day: dt.date | None = None
    action: str = ""
    """WQ accepted, U rejected: in acknowledgments only (STC03)."""
    charge_cents: int | None = None
    paid_cents: int | None = None
    decided_on: dt.date | None = None
    paid_on: dt.date | None = None
    payment_number: str | None = None
    """Number of the check or transfer."""
    text: str = ""


class LineStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One service line. `line_id` is our own number for it (our REF*6R, returned as REF*FJ)."""

    line_id: str | None = None
    code: str
    modifiers: tuple[str, ...] = ()
    charge_cents: int | None = None
    paid_cents: int | None = None
    units: str | None = None
    revenue: str | None = None
    service: DatePeriod | None = None
    states: tuple[ClaimState, ...] = ()
    verdict: ClaimVerdict = "unknown"
    sentence: str = ""


class ClaimStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The status of one claim, in an acknowledgment or in the answer to a question."""

    claim_number: str | None
    """Our own number (CLM01)."""
    verdict: ClaimVerdict
    sentence: str
    """The verdict as a biller understands it, with the reasons."""
    proves_receipt: bool = False
    """The payer itself says that it has the claim: what counts for timely filing."""
    trace: str | None = None
    """Our number for the question, where one was asked."""
    payer_claim_number: str | None = None
    clearinghouse_number: str | None = None
    states: tuple[ClaimState, ...] = ()
    charge_cents: int | None = None
    paid_cents: int | None = None
    service: DatePeriod | None = None
    patient: Party | None = None
    subscriber: Party | None = None
    provider: Party | None = None
    lines: tuple[LineStatus, ...] = ()
    references: tuple[Reference, ...] = ()
    at: Position
    other: tuple[OtherSegment, ...] = ()


class ProviderStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is said of all claims of one billing provider."""

    provider: Party | None = None
    reference: str | None = None
    states: tuple[ClaimState, ...] = ()
    verdict: ClaimVerdict = "unknown"
    sentence: str = ""
    accepted: int | None = None
    rejected: int | None = None
    accepted_cents: int | None = None
    rejected_cents: int | None = None


class ClaimBatch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A 277CA's word on one of our files: on the whole (a file may be rejected at once), and claim by claim."""

    answer: Submission
    """The transaction set the answer came in."""
    source: Party | None = None
    from_payer: bool = False
    """The payer speaks; otherwise a clearinghouse, whose word proves no receipt by the payer."""
    file_reference: str | None = None
    received: dt.date | None = None
    processed: dt.date | None = None
    submitter: Party | None = None
    batch_reference: str | None = None
    """Our own number of the transaction set (BHT03 of the 837)."""
    states: tuple[ClaimState, ...] = ()
    verdict: ClaimVerdict = "unknown"
    sentence: str = ""
    accepted: int | None = None
    rejected: int | None = None
    accepted_cents: int | None = None
    rejected_cents: int | None = None
    providers: tuple[ProviderStatus, ...] = ()
    claims: tuple[ClaimStatus, ...] = ()
    at: Position
    other: tuple[OtherSegment, ...] = ()


class StatusAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A 277: one payer's answer to our questions. Trouble with the question itself stands in `states`."""

    answer: Submission
    payer: Party | None = None
    asker: Party | None = None
    states: tuple[ClaimState, ...] = ()
    verdict: ClaimVerdict = "unknown"
    sentence: str = ""
    claims: tuple[ClaimStatus, ...] = ()
    at: Position
    other: tuple[OtherSegment, ...] = ()


class StatusRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where is this claim? `trace` comes back with the answer; it must be unlike any other of ours."""

    trace: str
    payer_name: str
    payer_id: str
    claim_number: str | None = None
    payer_claim_number: str | None = None
    clearinghouse_number: str | None = None
    subscriber: Subscriber
    patient: Person
    relationship: Relationship = "self"
    first_day: dt.date
    last_day: dt.date | None = None
    charge_cents: int | None = None
