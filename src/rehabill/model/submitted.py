"""A claim as somebody submitted it: the claim itself, and all that stood around it in the file.

`claim` is what our rules, prices and checks work on. The rest is who sent it, for whom and through whom, and what the
claim has no field for. Nothing of a file is dropped: segments without a field stand in `other`.
"""

import datetime as dt
from typing import Literal

import msgspec

from rehabill.base.finding import Finding, Position
from rehabill.model.claim import Claim
from rehabill.model.party import Address


class OtherSegment(msgspec.Struct, frozen=True, gc=False):
    """A segment as it stood, with the loop it was found in and its number in the transaction set (ST is 1)."""

    loop: str
    text: str
    number: int


class Reference(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A number by which somebody knows something (REF); `payer`: whose it is, when another payer's (REF04)."""

    kind: str
    value: str
    description: str | None = None
    payer: str | None = None


class DatePeriod(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A day, or the days from first to last, and what happened then (DTP01)."""

    kind: str
    first: dt.date
    last: dt.date | None = None


class Sum(msgspec.Struct, frozen=True, gc=False):
    """An amount and what it is (AMT01)."""

    kind: str
    cents: int


class Note(msgspec.Struct, frozen=True, gc=False):
    kind: str
    text: str


class Reachable(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Whom to ask, and how (PER)."""

    name: str | None = None
    phone: str | None = None
    extension: str | None = None
    fax: str | None = None
    email: str | None = None


class Party(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Somebody named in the file (NM1 and what follows it). `role` is NM101, `id_kind` NM108."""

    role: str
    is_person: bool
    name: str
    """The organisation's, or the person's last name."""
    first: str | None = None
    middle: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    id_kind: str | None = None
    id: str | None = None
    npi: str | None = None
    tax_id: str | None = None
    address: Address | None = None
    birth_date: dt.date | None = None
    sex: Literal["F", "M", "U"] | None = None
    taxonomy: str | None = None
    references: tuple[Reference, ...] = ()
    contacts: tuple[Reachable, ...] = ()


class Submission(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The transaction set a claim came in; one for all its claims."""

    interchange_control: str
    group_control: str
    set_control: str
    version: str
    usage: str
    """P production, T test (ISA15)."""
    sender: str
    receiver: str
    reference: str | None = None
    purpose: str | None = None
    """00 original, 18 sent again (BHT02)."""
    kind: str | None = None
    """CH charges, RP encounters reported, 31 subrogation (BHT06)."""
    created: dt.date | None = None
    submitter: Party | None = None
    destination: Party | None = None
    other: tuple[OtherSegment, ...] = ()


class Billing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The billing level: one for all claims below it."""

    provider: Party | None = None
    taxonomy: str | None = None
    pay_to: Party | None = None
    pay_to_plan: Party | None = None
    other: tuple[OtherSegment, ...] = ()


class Repricing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a network or repricer made of the charge (HCP)."""

    method: str
    allowed_cents: int
    savings_cents: int | None = None
    organization_id: str | None = None
    rate: str | None = None
    group: str | None = None
    group_cents: int | None = None
    code: str | None = None
    unit: str | None = None
    units: str | None = None
    reject_reason: str | None = None
    compliance: str | None = None
    exception: str | None = None


class Drug(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The drug given with a line (LIN, CTP)."""

    ndc: str
    quantity: str | None = None
    unit: str | None = None
    prescription: str | None = None


class LineDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a line says beyond the fields of `ClaimLine`."""

    code_kind: str = "HC"
    quantity: str | None = None
    """The units as sent, where they are no whole number."""
    family_planning: bool = False
    epsdt: bool = False
    copay_exempt: bool = False
    dates: tuple[DatePeriod, ...] = ()
    references: tuple[Reference, ...] = ()
    sums: tuple[Sum, ...] = ()
    notes: tuple[Note, ...] = ()
    providers: tuple[Party, ...] = ()
    repricing: Repricing | None = None
    drug: Drug | None = None
    other: tuple[OtherSegment, ...] = ()


class OtherPayer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What another payer's loops say beyond `OtherInsurance`, in the same order as the claim's `other_insurance`."""

    sequence: str
    """SBR01 as sent; the claim knows first, second and third only."""
    payer: Party | None = None
    holder: Party | None = None
    insurance_type: str | None = None
    sums: tuple[Sum, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[DatePeriod, ...] = ()
    providers: tuple[Party, ...] = ()
    other: tuple[OtherSegment, ...] = ()


class SubmittedClaim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One claim of a file, with everything it inherits from the levels above it."""

    claim: Claim
    at: Position
    """Where its CLM stands."""
    index: int
    """Its place among the claims of the file, from 0."""
    total_cents: int | None
    """CLM02 as sent; the lines may add up to another sum."""
    submission: Submission
    billing: Billing
    payer: Party | None = None
    filing_indicator: str = ""
    payer_is_assumed: bool = False
    """The filing indicator does not say which of our payer profiles fits: `claim.payer` is the general one."""
    sequence: str = "P"
    insurance_type: str | None = None
    subscriber: Party | None = None
    patient: Party | None = None
    """Only when the patient is another person than the subscriber."""
    relationship: str = "18"
    assignment: str | None = None
    signature_on_file: bool | None = None
    signature_source: str | None = None
    causes: tuple[str, ...] = ()
    """CLM11: what caused the illness, all of it."""
    dates: tuple[DatePeriod, ...] = ()
    references: tuple[Reference, ...] = ()
    sums: tuple[Sum, ...] = ()
    notes: tuple[Note, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    """HI codes that are no diagnosis: (kind, code)."""
    providers: tuple[Party, ...] = ()
    repricing: Repricing | None = None
    other_payers: tuple[OtherPayer, ...] = ()
    lines: dict[int, LineDetail] = {}
    """By the line's place, from 0; only lines that say more than `claim.lines` holds."""
    other: tuple[OtherSegment, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What could not be read of this claim; the file's list of faults holds it too."""
