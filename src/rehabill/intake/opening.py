"""Opening balances from CSV: one row for each amount that is owed of a claim (or line) of the old system."""

from typing import Any

from rehabill.base.errors import InputError
from rehabill.intake.cells import amount, count, day, text, texts
from rehabill.intake.people import ALIASES, Placed, order, record
from rehabill.intake.table import Columns, Sheet
from rehabill.intake.table import read as read_table
from rehabill.model.opening import OpenBalance

_OWED_BY = {"payer": False, "insurance": False, "insurer": False, "patient": True, "self": True}


def is_patient(text: str, where: str) -> bool:
    """`payer` or `patient`; the payer if there is one."""
    if text.lower() not in _OWED_BY:
        raise InputError(where, "must be payer or patient")
    return _OWED_BY[text.lower()]


_PLACED: Placed = {
    "claim": ("claim", text), "patient_id": ("patient_id", text), "date": ("date", day), "open": ("cents", amount),
    "payer": ("payer", text), "order": ("order", order), "owed_by": ("is_patient", is_patient), "code": ("code", text),
    "modifiers": ("modifiers", texts), "line": ("line", text), "units": ("units", count),
    "charge": ("charge_cents", amount),
}  # fmt: skip
_ALIASES = {
    **ALIASES, "claim_number": "claim", "claim_id": "claim", "date_of_service": "date", "dos": "date",
    "service_date": "date", "balance": "open", "open_balance": "open", "amount_open": "open", "responsible": "owed_by",
    "responsibility": "owed_by", "cpt": "code", "cpt_code": "code", "line_id": "line", "line_number": "line",
    "charges": "charge", "charge_amount": "charge", "billed": "charge",
}  # fmt: skip
COLUMNS = Columns(
    readers={column: reader for column, (_, reader) in _PLACED.items()},
    aliases=_ALIASES,
    required=("claim", "patient_id", "date", "open"),
    key="claim",
)


def read(data: bytes) -> Sheet[OpenBalance]:
    """Rows that contradict an earlier one, or say it again, are wrong. Raises `InputError` for an unusable header."""
    earlier = _Earlier()

    def balance(values: dict[str, Any], number: int) -> OpenBalance:
        found = record(values, number, _PLACED, OpenBalance)
        if not found.payer and values.get("owed_by") is False:
            raise InputError(f"row {number}: payer", "is missing, and the payer is to owe it")
        earlier.check(found, number)
        return found

    return read_table(data, COLUMNS, balance)


class _Earlier:
    """What the rows before have said of claims, payers and lines: (what of) → (row, what it said)."""

    def __init__(self) -> None:
        self.said: dict[tuple[object, ...], tuple[int, object]] = {}

    def check(self, new: OpenBalance, number: int) -> None:
        claim, line = new.claim, (new.claim, new.line or (new.date, new.code, new.modifiers))
        owes = "patient" if new.is_patient or not new.payer else new.order
        facts: list[tuple[tuple[object, ...], object, str, str]] = [
            (("patient", claim), new.patient_id, "patient_id", "names another patient of this claim"),
        ]
        if new.payer:
            facts.append((("payer", claim, new.order), new.payer, "payer", "names another payer in this turn"))
        if new.charge_cents is not None:
            facts.append((("charge", line), new.charge_cents, "charge", "tells another charge of this line"))
        for key, value, column, message in facts:
            row, said = self.said.get(key, (number, value))
            if said != value:
                raise InputError(f"row {number}: {column}", f"{message} than row {row}")
        if ("owes", line, owes) in self.said:
            row, _ = self.said["owes", line, owes]
            message = f"the same is owed of this line in row {row}; if they are two lines, number them (line)"
            raise InputError(f"row {number}: open", message)
        for key, value, _, _ in facts:
            self.said.setdefault(key, (number, value))
        self.said["owes", line, owes] = number, new.cents
