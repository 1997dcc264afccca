"""A payer's profile as it stands on one day: what the payer asks for and how it pays."""

from typing import Literal

import msgspec

Force = Literal["error", "warning", "off"]


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting a payer file may hold, with its meaning. A payer file that lacks one does not load."""

    name: str
    label: str
    family: Literal["medicare", "commercial", "self-pay"]
    units_rule: Literal["cms_8_minute", "ama_midpoint"]
    therapy_modifier: bool
    """GP, GO or GN is wanted on every line."""
    assistant_modifier: bool
    """CQ or CO is wanted where the law's test says so."""
    assistant_reduction: bool
    kx: Force
    ncci: bool
    mue: bool
    pfs_status: bool
    """The fee schedule's status codes (bundled, invalid, not covered) decide what may be billed."""
    mppr: Literal["practice_expense", "none"]
    fee_basis: Literal["medicare", "medicare_reference", "charge"]
    """`medicare_reference`: the plan's rates are not loaded, Medicare's fee stands in and says so."""
    patient_share: Literal["part_b", "unknown", "all"]
    sequestration: bool
    modifier_order: tuple[str, ...]
    separate_service_modifier: str
    line_order: Literal["code", "price"]
    unattended_stimulation: Literal["G0283", "97014"]
    student_minutes: Literal["therapist_directs", "warn"]
    aide_minutes: Literal["never", "warn"]
    referring_provider: Force
    plan_of_care: Force
    telehealth: Literal["medicare", "plan"]
    abn: bool
    timely_filing: str
    """`12 months`, `90 days` or `none`, counted from the date of service."""
    replaces_claims: bool
    """Takes corrected claims with frequency 7 and 8."""
    filing_indicator: str
    patient_is_subscriber: bool
    """Every person has a member number of their own, so the patient is always the subscriber."""
    send_initial_treatment_date: bool


SETTINGS = tuple(
    field.name for field in msgspec.structs.fields(Profile) if field.name not in ("name", "label", "family")
)
