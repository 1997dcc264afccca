"""The columns that tell of patients and those who insure them: named alike in every table, and where they stand."""

from collections.abc import Mapping
from typing import Any, TypeVar

from rehabill.base.errors import InputError
from rehabill.intake.cells import Reader, day, text
from rehabill.model.decode import convert

T = TypeVar("T")
Placed = Mapping[str, tuple[str, Reader]]
"""Column → where it stands in the record, and how its text is read."""

PATIENT: Placed = {
    "patient_id": ("patient.id", text), "first_name": ("patient.first", text), "last_name": ("patient.last", text),
    "birth_date": ("patient.birth_date", day), "sex": ("patient.sex", text), "phone": ("patient.phone", text),
    "address": ("patient.address.line1", text), "address2": ("patient.address.line2", text),
    "city": ("patient.address.city", text), "state": ("patient.address.state", text),
    "zip": ("patient.address.zip", text), "country": ("patient.address.country", text),
}  # fmt: skip
SUBSCRIBER: Placed = {
    "member_id": ("subscriber.member_id", text), "group_number": ("subscriber.group_number", text),
    "relationship": ("subscriber.relationship", text), "subscriber_first": ("subscriber.person.first", text),
    "subscriber_last": ("subscriber.person.last", text), "subscriber_birth_date": ("subscriber.person.birth_date", day),
    "subscriber_sex": ("subscriber.person.sex", text),
}  # fmt: skip

ALIASES = {
    "patient": "patient_id", "patient_number": "patient_id", "patient_no": "patient_id", "account": "patient_id",
    "account_number": "patient_id", "mrn": "patient_id", "chart_number": "patient_id",
    "first": "first_name", "patient_first_name": "first_name", "last": "last_name", "patient_last_name": "last_name",
    "dob": "birth_date", "date_of_birth": "birth_date", "birthdate": "birth_date", "gender": "sex",
    "phone_number": "phone", "mobile_phone": "phone", "home_phone": "phone",
    "address1": "address", "address_1": "address", "street": "address", "address_line_1": "address",
    "address_2": "address2", "address_line_2": "address2", "zip_code": "zip", "postal_code": "zip",
    "insurance": "payer", "payer_name": "payer", "insurance_name": "payer",
    "policy_number": "member_id", "subscriber_id": "member_id", "insurance_id": "member_id",
    "group": "group_number", "group_no": "group_number", "relationship_to_subscriber": "relationship",
    "subscriber_dob": "subscriber_birth_date", "priority": "order", "rank": "order",
    "start_date": "starts", "effective_date": "starts", "from": "starts", "effective": "starts",
    "end_date": "ends", "termination_date": "ends", "to": "ends", "expires": "ends", "expiration_date": "ends",
    "authorization": "number", "authorization_number": "number", "auth": "number", "auth_number": "number",
    "visits_authorized": "visits", "authorized_visits": "visits", "units_authorized": "units",
    "authorized_units": "units", "cpt": "codes", "cpt_codes": "codes", "code": "codes",
}  # fmt: skip
"""Other systems' names of columns, as `plain_name` writes them."""

_ORDERS = {
    "p": "P", "1": "P", "primary": "P", "s": "S", "2": "S", "secondary": "S", "t": "T", "3": "T", "tertiary": "T",
}  # fmt: skip
_SEXES = {"f": "F", "female": "F", "m": "M", "male": "M", "u": "U", "unknown": "U"}


def order(text: str, where: str) -> str:
    """In whose turn a payer pays: `primary`, `1`, `P` …"""
    if text.lower() not in _ORDERS:
        raise InputError(where, "must be primary, secondary or tertiary")
    return _ORDERS[text.lower()]


def sex(text: str, where: str) -> str:
    """`F`, `female` …"""
    if text.lower() not in _SEXES:
        raise InputError(where, "must be F, M or U")
    return _SEXES[text.lower()]


def put(record: dict[str, Any], path: str, value: Any, where: str) -> None:
    """Lay a value at its path (`patient.address.city`). Raises `InputError` where another stands already."""
    *parents, name = path.split(".")
    place = record
    for parent in parents:
        place = place.setdefault(parent, {})
    if place.setdefault(name, value) != value:
        raise InputError(where, "says something else than an earlier row of the same visit")


def record(values: Mapping[str, Any], number: int, columns: Placed, kind: type[T]) -> T:
    """A row's values as a struct. What it cannot be is told at the column it comes from."""
    raw: dict[str, Any] = {}
    for column, value in values.items():
        put(raw, columns[column][0], value, f"row {number}: {column}")
    try:
        return convert(raw, kind)
    except InputError as wrong:
        column = next((name for name, (path, _) in columns.items() if path == wrong.path), wrong.path)
        raise InputError(f"row {number}: {column}", wrong.message) from None
