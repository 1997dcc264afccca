"""Patients from CSV: one row for each. Columns are named as in the CSV of visits, or as other systems name them."""

from typing import Any

from rehabill.base.errors import InputError
from rehabill.intake.cells import text
from rehabill.intake.people import ALIASES, PATIENT, Placed, record, sex
from rehabill.intake.table import Columns, Sheet
from rehabill.intake.table import read as read_table
from rehabill.model.roster import Registered

PLACED: Placed = {
    **PATIENT, "sex": ("patient.sex", sex), "middle_name": ("patient.middle", text), "suffix": ("patient.suffix", text),
    "guarantor_first": ("guarantor.first", text), "guarantor_last": ("guarantor.last", text),
    "guarantor_phone": ("guarantor.phone", text),
    "guarantor_address": ("guarantor.address.line1", text), "guarantor_address2": ("guarantor.address.line2", text),
    "guarantor_city": ("guarantor.address.city", text), "guarantor_state": ("guarantor.address.state", text),
    "guarantor_zip": ("guarantor.address.zip", text), "guarantor_country": ("guarantor.address.country", text),
    "guarantor_relationship": ("guarantor_relationship", text),
}  # fmt: skip
COLUMNS = Columns(
    readers={column: reader for column, (_, reader) in PLACED.items()},
    aliases=ALIASES,
    required=("patient_id", "first_name", "last_name"),
)


def read(data: bytes) -> Sheet[Registered]:
    """Raises `InputError` when the header cannot be used."""
    seen: dict[str, int] = {}

    def patient(values: dict[str, Any], number: int) -> Registered:
        name = values["patient_id"]
        if name in seen:
            raise InputError(f"row {number}: patient_id", f"row {seen[name]} has a patient of this number already")
        found = record(values, number, PLACED, Registered)
        seen[name] = number
        return found

    return read_table(data, COLUMNS, patient)
