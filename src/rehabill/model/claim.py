"""A claim: what is sent to one payer for one patient, and what is known around it.

A field that may be absent is `UNSET` until given: a rule that needs it then answers `no_data`. `null` means
"known not to be there", which is a different answer.
"""

import datetime as dt
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from rehabill.model.party import Person, Subscriber
from rehabill.model.terms import Amount, Cents, Count, Discipline, Minutes, OtherCare, RecordId, Role, Telehealth


class PlanOfCare(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """The plan in force; `order_on_file`: a physician's signed order stands beside it."""

    starts: dt.date | None = None
    ends: dt.date | None = None
    certified_on: dt.date | None = None
    certified_by: str | None = None
    sent_on: dt.date | None = None
    order_on_file: bool | None = None


class Authorization(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the payer approved beforehand, and what of it is left."""

    number: str | None = None
    codes: tuple[str, ...] | None = None
    starts: dt.date | None = msgspec.field(default=None, name="from")
    ends: dt.date | None = msgspec.field(default=None, name="to")
    visits_left: int | None = None
    units_left: int | None = None


class RemoteMonitoring(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A month of remote therapeutic monitoring: days with data, minutes of management, live contact."""

    days: Count | None = None
    minutes: Count | None = None
    live_contact: bool | None = None


class Context(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """What is known around a visit or claim."""

    therapy_ytd_cents: Cents | None | UnsetType = UNSET
    """This calendar year's allowed PT+SLP (or OT) dollars before this claim."""
    deductible_met_cents: Amount | None | UnsetType = UNSET
    visits_since_progress_report: Count | None | UnsetType = UNSET
    plan_of_care: PlanOfCare | None | UnsetType = UNSET
    authorization: Authorization | None | UnsetType = UNSET
    telehealth: Telehealth | None | UnsetType = UNSET
    abn_on_file: bool | None | UnsetType = UNSET
    prior_claims: "tuple[PriorClaim, ...] | None | UnsetType" = UNSET
    other_care: OtherCare | None | UnsetType = UNSET
    rtm: RemoteMonitoring | None | UnsetType = UNSET


class Adjustment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an earlier payer did not pay, as its remittance said it (CAS)."""

    group: Literal["CO", "CR", "OA", "PI", "PR"]
    carc: str
    cents: Cents
    quantity: int | None = None


class LineAdjudication(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How an earlier payer decided one line (837P loop 2430)."""

    payer_id: str
    paid_cents: Cents
    paid_units: Count
    paid_on: dt.date
    code: str | None = None
    modifiers: tuple[str, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    bundled_into: int | None = None
    """The line, from 1, into which that payer bundled this one (SVD06)."""
    remaining_liability_cents: Cents | None = None
    """What the patient still owes for the line, where the payer told it by line and not by claim."""


class Attachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A document that goes with the claim or line (PWK): its kind, the way it goes, the number that ties them."""

    kind: str
    way: str
    control_number: str | None = None


class ClaimLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One service line. `date` absent means the claim's `date`."""

    date: dt.date | None = None
    code: str
    units: Count
    modifiers: tuple[str, ...] = ()
    diagnosis_pointers: tuple[int, ...] | None | UnsetType = UNSET
    charge_cents: Cents | None | UnsetType = UNSET
    minutes: Minutes | None | UnsetType = UNSET
    by: Role | None = None
    assistant_minutes: Minutes | None | UnsetType = UNSET
    patients: Count | None | UnsetType = UNSET
    start: str | None = None
    end: str | None = None
    distinct_from: tuple[int, ...] = ()
    """Line numbers (from 1) from which the record shows this service separate."""
    line_id: str | None = None
    place_of_service: str | None = None
    description: str | None = None
    adjudications: tuple[LineAdjudication, ...] = ()
    end_date: dt.date | None = None
    """Last day of service, when it is another than the first."""
    note: str | None = None
    attachments: tuple[Attachment, ...] = ()
    rendering_npi: str | None = None
    """Of this line only; absent means the claim's. So for the next ones."""
    referring_npi: str | None = None
    supervising_npi: str | None = None
    ordering_npi: str | None = None
    prior_authorization: str | None = None
    referral_number: str | None = None
    initial_treatment_date: dt.date | None = None
    emergency: bool | None = None
    unit: Literal["UN", "MJ"] = "UN"
    """What `units` counts: services, or minutes (of anaesthesia)."""


class UnbilledMinutes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Timed minutes of the day that stand in the note and earned no unit: they still count in the day's total."""

    code: str
    minutes: Minutes
    date: dt.date | None = None


class OtherInsurance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Another payer of the same claim (837P loops 2320 and 2330)."""

    payer_name: str
    payer_id: str
    sequence: Literal["P", "S", "T"]
    filing_indicator: str
    subscriber: Subscriber
    payer_claim_number: str | None = None
    paid_cents: Cents | None = None
    remaining_liability_cents: Cents | None = None
    remarks: tuple[str, ...] = ()
    """Remark codes of that payer's remittance, at most five (MOA)."""
    adjudicated_on: dt.date | None = None
    adjustments: tuple[Adjustment, ...] = ()


class Accident(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What caused the illness, where another insurer may owe (CLM11)."""

    kind: Literal["auto", "employment", "other"]
    on: dt.date | None = None
    state: str | None = None


class Claim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Only `payer` and the lines' date, code and units must be there."""

    id: RecordId = None
    payer: str
    lines: tuple[ClaimLine, ...]
    date: dt.date | None = None
    submitted: dt.date | None = None
    discipline: Discipline | None = None
    diagnoses: tuple[str, ...] | None | UnsetType = UNSET
    referring_npi: str | None | UnsetType = UNSET
    rendering_npi: str | None | UnsetType = UNSET
    supervising_npi: str | None = None
    place_of_service: str | None | UnsetType = UNSET
    frequency: str = "1"
    context: Context = Context()
    locality: str | None = None
    qp: bool = False
    participating: bool = True
    telehealth: Telehealth | None = None
    secondary_payer: str | None = None
    patient: Person | str | None = None
    subscriber: Subscriber | None = None
    sequence: Literal["P", "S", "T"] = "P"
    other_insurance: tuple[OtherInsurance, ...] = ()
    claim_number: str | None = None
    """Our own number for the claim (CLM01), unique for the practice."""
    payer_claim_number: str | None = None
    """The payer's number of the claim replaced or voided (REF*F8)."""
    prior_authorization: str | None = None
    referral_number: str | None = None
    accident: Accident | None = None
    onset_date: dt.date | None = None
    initial_treatment_date: dt.date | None = None
    location: str | None = None
    """Name of the practice's location where the service was given, when it is not the billing address."""
    note: str | None = None
    unbilled: tuple[UnbilledMinutes, ...] = ()
    patient_paid_cents: Cents | None = None
    accepts_assignment: bool | None = None
    """For this claim only; absent means what the practice does (CLM07)."""
    attachments: tuple[Attachment, ...] = ()
    delay_reason: str | None = None
    """Why the claim comes late (CLM20)."""
    special_program: str | None = None
    """CLM12."""


class PriorClaim(Claim, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An earlier claim in the same shape; its payer is the claim's own unless said."""

    payer: str = ""
