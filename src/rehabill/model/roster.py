"""Patients, their policies, authorisations and plans of care, as a practice brings them from another system."""

import datetime as dt

import msgspec

from rehabill.model.books import Order
from rehabill.model.party import Person, Relationship, Subscriber
from rehabill.model.terms import Count, Discipline


class Registered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A patient of the practice, and who pays for one who does not (a parent)."""

    patient: Person
    guarantor: Person | None = None
    guarantor_relationship: Relationship | None = None
    """What the patient is to the guarantor, as with a subscriber."""


class Policy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Insurance of a patient, from a first to a last day; without them, always. `order`: its turn to pay."""

    patient_id: str
    payer: str
    order: Order = "P"
    subscriber: Subscriber
    starts: dt.date | None = None
    ends: dt.date | None = None


class Approval(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An authorisation of a payer for a patient: how many visits or units, and how many were used elsewhere before."""

    patient_id: str
    payer: str
    number: str
    starts: dt.date | None = None
    ends: dt.date | None = None
    codes: tuple[str, ...] = ()
    """The codes it is for; none: all."""
    visits: Count | None = None
    visits_used: Count = 0
    units: Count | None = None
    units_used: Count = 0


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A plan of care, and the days of its progress reports. `order_on_file`: a physician's signed order beside it."""

    patient_id: str
    discipline: Discipline = "PT"
    starts: dt.date
    ends: dt.date | None = None
    certified_on: dt.date | None = None
    certified_by: str | None = None
    sent_on: dt.date | None = None
    order_on_file: bool | None = None
    reports: tuple[dt.date, ...] = ()
