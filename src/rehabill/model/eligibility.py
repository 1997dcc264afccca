"""Is she covered, and for what? What was asked of a payer (270) and what it answered (271), read for therapy."""

import datetime as dt
from typing import Literal

import msgspec

from rehabill.base.finding import Position
from rehabill.model.party import Person, Relationship, Subscriber
from rehabill.model.submitted import DatePeriod, OtherSegment, Party, Reference, Submission

Coverage = Literal["active", "inactive", "unknown", "refused"]
"""refused: the payer did not answer the question, and says why."""


class EligibilityRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Service types are X12's: `30` the plan as a whole, `PT` physical therapy, `AE` physical medicine, `AD`
    occupational, `AF` speech therapy. Not every payer knows each: `30` first, and one of the others.
    """

    trace: str
    """Comes back with the answer; unlike any other of ours."""
    payer_name: str
    payer_id: str
    subscriber: Subscriber
    patient: Person
    relationship: Relationship = "self"
    service_types: tuple[str, ...] = ("30",)
    first_day: dt.date
    last_day: dt.date | None = None


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """AAA: why something was not answered. `about`: the payer, the provider, the subscriber …"""

    code: str
    words: str
    next_step: str = ""
    about: str = ""


class Delivery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """HSD: how much, and how often."""

    unit: str = ""
    """VS visits, HS hours, DY days, FL units, MN months."""
    quantity: str | None = None
    per: str = ""
    per_count: str | None = None
    period: str = ""
    periods: str | None = None
    pattern: str = ""
    time: str = ""


class Benefit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One EB as the payer sent it, with what stands below it."""

    kind: str
    """1 active, 6 inactive, A coinsurance, B copay, C deductible, F limit, G out-of-pocket, R other payer …"""
    words: str
    """The benefit in a sentence of ours."""
    level: str = ""
    """IND individual, FAM family …"""
    service_types: tuple[str, ...] = ()
    insurance: str = ""
    plan: str = ""
    period: str = ""
    """23 calendar year, 27 visit, 29 remaining …"""
    cents: int | None = None
    fraction: str | None = None
    """0.2 is twenty in a hundred: exact, as written."""
    unit: str = ""
    quantity: str | None = None
    authorization: bool | None = None
    """An authorisation is needed; None when the payer does not say (or says that it does not know)."""
    in_network: bool | None = None
    """None when it does not say; it may say that the network makes no difference: `any_network`."""
    any_network: bool = False
    code: str = ""
    modifiers: tuple[str, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    dates: tuple[DatePeriod, ...] = ()
    references: tuple[Reference, ...] = ()
    messages: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    parties: tuple[Party, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    at: Position


class VisitLimit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A number of visits: allowed in all, or left. `benefit`: which one says so."""

    allowed: int | None = None
    left: int | None = None
    used: int | None = None
    period: str = ""
    service_types: tuple[str, ...] = ()
    in_network: bool | None = None
    from_text: bool = False
    """Read out of a message: look at the message before you rely on it."""
    benefit: int


class Share(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What the patient bears: an amount or a fraction. `left`: what remains of it, not the whole."""

    kind: Literal["deductible", "copay", "coinsurance", "out_of_pocket"]
    cents: int | None = None
    fraction: str | None = None
    left: bool = False
    period: str = ""
    level: str = ""
    service_types: tuple[str, ...] = ()
    in_network: bool | None = None
    benefit: int


class OtherInsurer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Somebody else who covers the patient, and may have to be billed first."""

    name: str
    role: str = ""
    id: str | None = None
    insurance: str = ""
    service_types: tuple[str, ...] = ()
    dates: tuple[DatePeriod, ...] = ()
    benefit: int


class TherapyAmount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An amount that may be this year's therapy dollars at Medicare. Unverified: show it, apply it to nothing."""

    cents: int
    service_types: tuple[str, ...]
    period: str
    benefit: int


class TherapyBenefits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What of an answer concerns therapy: benefits of the therapies asked for, and of the plan as a whole."""

    visits: tuple[VisitLimit, ...] = ()
    shares: tuple[Share, ...] = ()
    authorization: bool | None = None
    """Some benefit for therapy needs an authorisation; False when one says that none is needed and none says it is."""
    not_covered: bool = False
    """A benefit for therapy itself (not of the plan) is said not to be covered."""
    other_insurers: tuple[OtherInsurer, ...] = ()
    messages: tuple[str, ...] = ()
    medicare_amounts: tuple[TherapyAmount, ...] = ()
    medicaid_pays_share: bool = False
    """The payer says qualified Medicare beneficiary: the patient must not be billed for cost sharing. Unverified."""


class Eligibility(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The answer about one person, or (without one) about the request as a whole."""

    answer: Submission
    trace: str | None = None
    """Our number for the question."""
    payer_trace: str | None = None
    """The payer's own number for its answer; some payers wrongly give ours here."""
    coverage: Coverage
    sentence: str
    payer: Party | None = None
    provider: Party | None = None
    subscriber: Party | None = None
    dependent: Party | None = None
    """Only when the patient is another person than the subscriber."""
    relationship: str = ""
    plan: str = ""
    plan_begins: dt.date | None = None
    plan_ends: dt.date | None = None
    dates: tuple[DatePeriod, ...] = ()
    references: tuple[Reference, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    therapy: TherapyBenefits = TherapyBenefits()
    at: Position
    other: tuple[OtherSegment, ...] = ()
