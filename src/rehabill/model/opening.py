"""What was owed when a practice moved from another system."""

import datetime as dt

import msgspec

from rehabill.model.books import Order
from rehabill.model.terms import Cents


class OpenBalance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Cents still owed of a claim of the old system, or of one of its lines, by one payer or by the patient.

    `payer` is the claim's payer in the turn `order`, also where the patient owes: its remittances may still come.
    Negative cents are money paid too much.
    """

    claim: str
    """The old system's number: as payers will tell it."""
    patient_id: str
    date: dt.date
    cents: Cents
    payer: str = ""
    order: Order = "P"
    is_patient: bool = False
    """The patient owes it. Always so without a payer."""
    code: str = ""
    modifiers: tuple[str, ...] = ()
    line: str = ""
    """The old system's number of the line (REF*6R), where it sent one."""
    units: int = 1
    charge_cents: Cents | None = None
    """As billed, which is what a payer tells again; without it, what is open."""
