"""People and organisations on a claim."""

from datetime import date
from typing import Literal

import msgspec

Relationship = Literal["self", "spouse", "child", "employee", "other"]
Sex = Literal["F", "M", "U"]


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A postal address; in the United States `zip` has five or nine digits."""

    line1: str
    line2: str | None = None
    city: str
    state: str
    zip: str
    country: str | None = None
    """Two letters, when it is not the United States."""


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A patient: `id` is the practice's own account number."""

    id: str | None = None
    first: str | None = None
    last: str | None = None
    middle: str | None = None
    suffix: str | None = None
    birth_date: date | None = None
    sex: Sex | None = None
    address: Address | None = None
    phone: str | None = None


class Subscriber(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who holds the policy. With `relationship` self, the patient's own particulars serve."""

    member_id: str | None = None
    relationship: Relationship = "self"
    group_number: str | None = None
    group_name: str | None = None
    person: Person | None = None
    organization: str | None = None
    """The policy holder when it is no person: the employer in workers' compensation."""
    property_casualty_claim: str | None = None
    """The insurer's claim number of an accident or injury (837P REF*Y4)."""
    medicare_secondary_reason: str | None = None
    """SBR05, only where Medicare is not the first payer (12 working aged … 47 liability)."""
    assigns_benefits: bool = True
    """The payer may pay the practice (CLM08, OI03); False sends the payment to the insured."""
    release_signed: bool = True
    """A signed statement permits release of information (CLM09, OI06); False means informed consent."""
