"""May we treat? What was asked of a payer (278), what it decided, and documents that go with a claim (275).

The guides of these were not at hand: what is written follows public schemas and examples, and a partner must confirm
it.
"""

import datetime as dt
from typing import Literal

import msgspec

from rehabill.base.finding import Position
from rehabill.model.claim import Attachment
from rehabill.model.eligibility import Delivery, Refusal
from rehabill.model.party import Person, Relationship, Subscriber
from rehabill.model.submitted import DatePeriod, OtherSegment, Party, Reference, Submission

Decision = Literal["approved", "approved_in_part", "approved_with_changes", "denied", "pending", "cancelled",
                   "contact_payer", "not_required", "refused", "unknown"]  # fmt: skip
"""refused: the request could not be looked at, and why stands in `refusals`."""


class RequestedService(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One procedure that is asked for. `units` of the whole period."""

    code: str
    modifiers: tuple[str, ...] = ()
    units: int | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None


class AuthorizationRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request for visits or services. `request`: I first, R renew, S revise, 4 extend, 3 cancel, N look again."""

    trace: str
    payer_name: str
    payer_id: str
    subscriber: Subscriber
    patient: Person
    relationship: Relationship = "self"
    request: Literal["I", "R", "S", "N", "1", "2", "3", "4"] = "I"
    category: Literal["HS", "SC"] = "HS"
    """HS services of ours; SC a referral to a specialist."""
    service_type: str = "PT"
    place_of_service: str = "11"
    urgent: bool = False
    first_day: dt.date
    last_day: dt.date | None = None
    diagnoses: tuple[str, ...] = ()
    onset_date: dt.date | None = None
    visits: int | None = None
    visits_per_week: int | None = None
    weeks: int | None = None
    services: tuple[RequestedService, ...] = ()
    rendering_npi: str | None = None
    """Of a therapist of the practice; absent: the practice itself treats."""
    referring_npi: str | None = None
    previous_authorization: str | None = None
    """The number that is to be renewed, extended, revised or cancelled."""
    attachments: tuple[Attachment, ...] = ()
    message: str | None = None


class ServiceDecision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The word on one service."""

    decision: Decision
    authorization_number: str | None = None
    reasons: tuple[str, ...] = ()
    code: str = ""
    modifiers: tuple[str, ...] = ()
    units: str | None = None
    deliveries: tuple[Delivery, ...] = ()
    dates: tuple[DatePeriod, ...] = ()
    messages: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class AuthorizationAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The word on one request."""

    answer: Submission
    trace: str | None = None
    """Our number of the request."""
    payer_trace: str | None = None
    decision: Decision
    sentence: str
    authorization_number: str | None = None
    """What the claim must carry (REF*G1)."""
    reasons: tuple[str, ...] = ()
    """Codes of the decision (HCR03); their list is the payer's or X12's, and not here."""
    visits: int | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    decided_on: dt.date | None = None
    administrative_number: str | None = None
    """By which the reviewer knows a request that is pending."""
    payer: Party | None = None
    provider: Party | None = None
    subscriber: Party | None = None
    dependent: Party | None = None
    service_type: str = ""
    deliveries: tuple[Delivery, ...] = ()
    services: tuple[ServiceDecision, ...] = ()
    dates: tuple[DatePeriod, ...] = ()
    references: tuple[Reference, ...] = ()
    messages: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    providers: tuple[Party, ...] = ()
    at: Position
    other: tuple[OtherSegment, ...] = ()


class ClaimDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document for a claim. `control_number` is the one its claim named (PWK06), or the payer when it asked."""

    control_number: str
    kind: str
    """X12's code, such as `M1` medical record, `PN` therapy notes, `08` plan of treatment."""
    payer_name: str
    payer_id: str
    patient: Person
    member_id: str | None = None
    claim_number: str | None = None
    payer_number: str | None = None
    """The payer's or clearinghouse's number of its request, where it asked."""
    solicited: bool = False
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    sent_on: dt.date
    format: str = "TX"
    """CAT02: TX text, IA image, HL HL7 document."""
    content: bytes


class ReceivedDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A document as it came."""

    answer: Submission
    control_number: str | None = None
    solicited: bool = False
    kind: str = ""
    format: str = ""
    claim_number: str | None = None
    payer: Party | None = None
    submitter: Party | None = None
    provider: Party | None = None
    patient: Party | None = None
    service: DatePeriod | None = None
    sent_on: dt.date | None = None
    contents: tuple[bytes, ...] = ()
    at: Position
    other: tuple[OtherSegment, ...] = ()
