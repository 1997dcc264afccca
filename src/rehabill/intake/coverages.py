"""Policies, authorisations and plans of care from CSV: one row for each. Columns are named as in the CSV of visits."""

from typing import Any

from rehabill.base.errors import InputError
from rehabill.intake.cells import count, day, days, flag, text, texts
from rehabill.intake.people import ALIASES, SUBSCRIBER, Placed, order, record, sex
from rehabill.intake.table import Columns, Sheet
from rehabill.intake.table import read as read_table
from rehabill.model.roster import Approval, Plan, Policy

_OF: Placed = {
    "patient_id": ("patient_id", text), "payer": ("payer", text), "starts": ("starts", day), "ends": ("ends", day),
}  # fmt: skip
POLICY: Placed = {
    **_OF, **SUBSCRIBER, "subscriber_sex": ("subscriber.person.sex", sex), "order": ("order", order),
    "group_name": ("subscriber.group_name", text), "organization": ("subscriber.organization", text),
    "property_casualty_claim": ("subscriber.property_casualty_claim", text),
    "medicare_secondary_reason": ("subscriber.medicare_secondary_reason", text),
    "assigns_benefits": ("subscriber.assigns_benefits", flag), "release_signed": ("subscriber.release_signed", flag),
    "subscriber_number": ("subscriber.person.id", text), "subscriber_middle": ("subscriber.person.middle", text),
    "subscriber_suffix": ("subscriber.person.suffix", text), "subscriber_phone": ("subscriber.person.phone", text),
    "subscriber_address": ("subscriber.person.address.line1", text),
    "subscriber_address2": ("subscriber.person.address.line2", text),
    "subscriber_city": ("subscriber.person.address.city", text),
    "subscriber_state": ("subscriber.person.address.state", text),
    "subscriber_zip": ("subscriber.person.address.zip", text),
    "subscriber_country": ("subscriber.person.address.country", text),
}  # fmt: skip
APPROVAL: Placed = {
    **_OF, "number": ("number", text), "codes": ("codes", texts), "visits": ("visits", count),
    "visits_used": ("visits_used", count), "units": ("units", count), "units_used": ("units_used", count),
}  # fmt: skip
PLAN: Placed = {
    "patient_id": ("patient_id", text), "discipline": ("discipline", text), "starts": ("starts", day),
    "ends": ("ends", day), "certified_on": ("certified_on", day), "certified_by": ("certified_by", text),
    "sent_on": ("sent_on", day), "order_on_file": ("order_on_file", flag), "progress_reports": ("reports", days),
}  # fmt: skip


def _columns(placed: Placed, *required: str) -> Columns:
    readers = {column: reader for column, (_, reader) in placed.items()}
    return Columns(readers, ALIASES, ("patient_id", *required))


POLICY_COLUMNS = _columns(POLICY, "payer", "member_id")
APPROVAL_COLUMNS = _columns(APPROVAL, "payer", "number")
PLAN_COLUMNS = _columns(PLAN, "starts")


def read_policies(data: bytes) -> Sheet[Policy]:
    """Without `order` a policy is the primary one. Raises `InputError` when the header cannot be used."""

    def policy(values: dict[str, Any], number: int) -> Policy:
        found = record(values, number, POLICY, Policy)
        _in_time(found, number)
        return found

    return read_table(data, POLICY_COLUMNS, policy)


def read_authorizations(data: bytes) -> Sheet[Approval]:
    """Raises `InputError` when the header cannot be used."""

    def approval(values: dict[str, Any], number: int) -> Approval:
        found = record(values, number, APPROVAL, Approval)
        _in_time(found, number)
        return found

    return read_table(data, APPROVAL_COLUMNS, approval)


def read_plans(data: bytes) -> Sheet[Plan]:
    """Raises `InputError` when the header cannot be used."""

    def plan(values: dict[str, Any], number: int) -> Plan:
        found = record(values, number, PLAN, Plan)
        _in_time(found, number)
        if any(one < found.starts for one in found.reports):
            raise InputError(f"row {number}: progress_reports", "is before the first day")
        return found

    return read_table(data, PLAN_COLUMNS, plan)


def _in_time(found: Policy | Approval | Plan, number: int) -> None:
    if found.starts and found.ends and found.ends < found.starts:
        raise InputError(f"row {number}: ends", "is before the first day")
