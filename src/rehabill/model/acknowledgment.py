"""What a receiver says of a file of ours before it looks at the claims: could it be read?

Three answers come, each about another layer: TA1 on the interchange, 999 (earlier 997) on the syntax of each
transaction set, 277CA on each claim (`ClaimBatch`). `Tied` brings them to the claims of the file that was sent.
"""

from typing import Literal

import msgspec

from rehabill.base.finding import Finding, Position
from rehabill.model.claim_status import ClaimBatch, ClaimStatus, ClaimVerdict

Acceptance = Literal["accepted", "accepted_with_errors", "partly_accepted", "rejected", "unknown"]
"""accepted_with_errors: taken; do not send again. partly_accepted: some sets of the group were taken, others not."""


class InterchangeAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """TA1: the receiver's word on one of our interchanges."""

    control: str
    """ISA13 of the interchange that was sent."""
    sent_on: str = ""
    """ISA09 and ISA10 of it, as they stand (YYMMDD HHMM)."""
    verdict: Acceptance
    note: str
    sentence: str
    answer_control: str = ""
    sender: str = ""
    """Who answers (ISA06)."""
    at: Position


class SyntaxFault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One fault in a set of ours, as a 999 or 997 locates it."""

    segment: str
    number: int | None
    """The segment's number in the set sent; ST is 1."""
    loop: str = ""
    code: str
    """Of the segment (IK304) or, where an element is named, of the element (IK403)."""
    element: str = ""
    """`NM109`, `SV101-2`; empty when the segment as a whole is meant."""
    name: str = ""
    """Our name for the element or segment, by the spec of the set that was sent."""
    value: str = ""
    """The bad value, where the receiver repeats it. It may be a patient's."""
    claim: str = ""
    """Our number of the claim, where the receiver names it (CTX)."""
    trigger: str = ""
    """What in our file made it required or forbidden, where the receiver says so (CTX)."""
    words: str
    """What is wrong, in our words."""
    sentence: str
    at: Position


class SetAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The word on one transaction set (AK2 to IK5)."""

    set: str
    control: str
    version: str = ""
    verdict: Acceptance
    codes: tuple[str, ...] = ()
    faults: tuple[SyntaxFault, ...] = ()
    sentence: str
    at: Position


class GroupAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The word on one group of ours: one 999 or 997."""

    kind: Literal["999", "997"]
    functional_id: str
    control: str
    """GS06 of the group that was sent."""
    version: str = ""
    verdict: Acceptance
    codes: tuple[str, ...] = ()
    declared: int | None = None
    received: int | None = None
    accepted: int | None = None
    sets: tuple[SetAnswer, ...] = ()
    """Those the receiver lists; one that takes the whole group may list none."""
    sentence: str
    answer_control: str = ""
    at: Position
    other: tuple[str, ...] = ()


class Acknowledgments(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything of these kinds in one file."""

    interchanges: tuple[InterchangeAnswer, ...] = ()
    groups: tuple[GroupAnswer, ...] = ()
    batches: tuple[ClaimBatch, ...] = ()


class TiedFault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A fault brought to the file that was sent. Indices count from 0, as in paths."""

    fault: SyntaxFault
    set_control: str
    claim_number: str = ""
    claim: int | None = None
    """Which claim of the file; None when the fault is above the claims (a billing provider, the header)."""
    line: int | None = None
    path: str = ""
    """The business field: `lines[0].charge_cents`, `subscriber.member_id`, `practice.npi`."""
    sent: Position | None = None
    """The segment, in the file sent."""
    sentence: str


class SentClaim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One claim of the file sent, and all that was said of it so far."""

    claim_number: str
    index: int
    set_control: str
    verdict: ClaimVerdict | Literal["waiting"]
    """`waiting`: nothing was said of it."""
    sentence: str
    proves_receipt: bool = False
    faults: tuple[TiedFault, ...] = ()
    status: ClaimStatus | None = None
    lines: dict[int, int] = {}
    """For statuses of lines: place in `status.lines` → line of the claim sent, from 0."""


class Tied(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Answers brought to the claims of one file: one entry for every claim that was sent."""

    claims: tuple[SentClaim, ...]
    faults: tuple[TiedFault, ...] = ()
    """Those above the claims: they concern all claims below."""
    unknown: tuple[str, ...] = ()
    """Claim numbers that were answered and are not in the file."""
    findings: tuple[Finding, ...] = ()
