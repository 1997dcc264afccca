"""The practice that bills: who it is, where, who treats, whom it sends to, what it charges."""

from typing import Literal

import msgspec

from rehabill.model.party import Address
from rehabill.model.terms import Discipline


class Contact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom the receiver calls about a file or a claim (PER)."""

    name: str
    phone: str
    email: str | None = None


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person with an NPI: a therapist of the practice, or a referring physician."""

    npi: str
    first: str
    last: str
    middle: str | None = None
    taxonomy: str | None = None
    discipline: Discipline | None = None


class Location(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place of service other than the billing address. `npi` only if of an organisation outside the practice."""

    name: str
    address: Address
    npi: str | None = None


class Submitter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who sends the file, by the number the receiver gave (ISA06; 837P loop 1000A)."""

    name: str
    id: str
    contact: Contact
    qualifier: str = "ZZ"
    group_id: str | None = None
    """The number in GS02, where the receiver gave another one than `id`."""
    etin: str | None = None
    """The number in NM1*41, where the receiver gave another one than `id`."""


class Receiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who takes the file: the clearinghouse or payer (ISA08; 837P loop 1000B)."""

    name: str
    id: str
    qualifier: str = "ZZ"
    group_id: str | None = None
    """The number in GS03, where it is another one than `id`."""
    etin: str | None = None
    """The number in NM1*40, where it is another one than `id`."""


class PayerAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How this practice reaches a payer: the name and number its clearinghouse knows it by."""

    name: str
    payer_id: str
    filing_indicator: str | None = None
    address: Address | None = None
    send_taxonomy: bool = True


class Practice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Read from `practice.yaml`. `usage` T (test) unless the practice says P."""

    name: str
    npi: str
    tax_id: str
    tax_id_kind: Literal["EI", "SY"] = "EI"
    taxonomy: str | None = None
    is_person: bool = False
    first: str | None = None
    address: Address
    pay_to: Address | None = None
    contact: Contact | None = None
    submitter: Submitter
    receiver: Receiver
    usage: Literal["T", "P"] = "T"
    locality: str | None = None
    place_of_service: str = "11"
    participating: bool = True
    accepts_assignment: bool = True
    providers: tuple[Provider, ...] = ()
    referring: tuple[Provider, ...] = ()
    locations: tuple[Location, ...] = ()
    payers: dict[str, PayerAccount] = {}
    upper_case: bool = True
    """Names and notes go out in capitals; False keeps them as written."""
    charges_cents: dict[str, int] = {}
    """Charge per unit in cents, by code."""
