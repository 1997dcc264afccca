"""A visit as the therapist recorded it: what was done, for how long, by whom."""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rehabill.model.claim import Context, OtherInsurance
from rehabill.model.party import Person, Subscriber
from rehabill.model.terms import Count, Discipline, Minutes, Mode, RecordId, Role, Telehealth, UnitsRule


class Treatment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One thing done, with its minutes. `by` absent means the therapist of the visit's discipline."""

    code: str | None = None
    text: str | None = None
    minutes: Minutes | None = None
    by: Role | None = None
    with_: tuple[Role, ...] | None = msgspec.field(default=None, name="with")
    mode: Mode = "one_on_one"
    patients: Count | None = None
    start: str | None = None
    end: str | None = None
    region: str | None = None
    purpose: str | None = None
    encounter: Literal["initial", "subsequent"] | None = None
    distinct_from: tuple[Annotated[int, Meta(ge=0)], ...] = ()
    """Treatments (counted from 0) from which the note shows this one separate in time, site or encounter."""


class Visit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One patient, one day, one discipline. Only `date`, `payer` and `treatments` must be there."""

    id: RecordId = None
    date: dt.date
    payer: str
    treatments: tuple[Treatment, ...]
    discipline: Discipline | None = None
    place_of_service: str | None = None
    diagnoses: tuple[str, ...] | None | UnsetType = UNSET
    secondary_payer: str | None = None
    telehealth: Telehealth | None = None
    locality: str | None = None
    qp: bool = False
    participating: bool = True
    rendering_npi: str | None | UnsetType = UNSET
    referring_npi: str | None | UnsetType = UNSET
    patient: Person | str | None = None
    subscriber: Subscriber | None = None
    other_insurance: tuple[OtherInsurance, ...] = ()
    """The patient's other payers; with what an earlier one decided, this claim is a secondary one."""
    sequence: Literal["P", "S", "T"] = "P"
    units_rule: UnitsRule | None = None
    context: Context = Context()
