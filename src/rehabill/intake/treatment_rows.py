"""A CSV export with one row for each treatment, as most EMRs write it, to visits.

Rows of one `visit_id` make one visit, in the order of the rows. What a visit says once (payer, patient, diagnoses …)
may stand on its first row only or be repeated; a row that contradicts an earlier one is an error that names both.
"""

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Any

from rehabill.base.errors import InputError
from rehabill.model.decode import convert
from rehabill.model.visit import Visit

_LIST = re.compile(r"[;|]\s*")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MONEY = re.compile(r"\$?(\d{1,3}(?:,\d{3})*|\d+)(?:\.(\d{2}))?")

# column → where it stands in the visit, and how its text is read
_VISIT = {
    "date": ("date", "day"), "payer": ("payer", "text"), "secondary_payer": ("secondary_payer", "text"),
    "discipline": ("discipline", "text"), "place_of_service": ("place_of_service", "text"),
    "diagnoses": ("diagnoses", "list"), "telehealth": ("telehealth", "text"), "locality": ("locality", "text"),
    "rendering_npi": ("rendering_npi", "text"), "referring_npi": ("referring_npi", "text"),
    "patient_id": ("patient.id", "text"), "first_name": ("patient.first", "text"), "last_name": ("patient.last", "text"),
    "birth_date": ("patient.birth_date", "day"), "sex": ("patient.sex", "text"), "phone": ("patient.phone", "text"),
    "address": ("patient.address.line1", "text"), "address2": ("patient.address.line2", "text"),
    "city": ("patient.address.city", "text"), "state": ("patient.address.state", "text"),
    "zip": ("patient.address.zip", "text"), "member_id": ("subscriber.member_id", "text"),
    "group_number": ("subscriber.group_number", "text"), "relationship": ("subscriber.relationship", "text"),
    "subscriber_first": ("subscriber.person.first", "text"), "subscriber_last": ("subscriber.person.last", "text"),
    "subscriber_birth_date": ("subscriber.person.birth_date", "day"), "subscriber_sex": ("subscriber.person.sex", "text"),
    "therapy_ytd": ("context.therapy_ytd_cents", "money"), "deductible_met": ("context.deductible_met_cents", "money"),
    "visits_since_progress_report": ("context.visits_since_progress_report", "count"),
    "plan_starts": ("context.plan_of_care.starts", "day"), "plan_ends": ("context.plan_of_care.ends", "day"),
    "plan_certified_on": ("context.plan_of_care.certified_on", "day"),
    "plan_sent_on": ("context.plan_of_care.sent_on", "day"),
    "order_on_file": ("context.plan_of_care.order_on_file", "flag"), "abn_on_file": ("context.abn_on_file", "flag"),
}  # fmt: skip
_TREATMENT = {
    "code": "text", "text": "text", "minutes": "count", "by": "text", "with": "list", "mode": "text",
    "patients": "count", "start": "text", "end": "text", "region": "text", "purpose": "text", "encounter": "text",
    "distinct_from": "counts",
}  # fmt: skip
_FLAGS = {"y": True, "yes": True, "true": True, "1": True, "n": False, "no": False, "false": False, "0": False}


def read(lines: Iterable[str]) -> Iterator[tuple[int, Visit | InputError]]:
    """(row of the visit's first line, the visit or what is wrong with it), in the order of the file.

    Raises `InputError` when the header itself cannot be used.
    """
    reader = csv.DictReader(lines)
    columns = [column.strip().lower() for column in reader.fieldnames or ()]
    _check_header(columns)
    reader.fieldnames = columns
    visits: dict[str, tuple[int, dict[str, Any], InputError | None]] = {}
    for row in reader:
        number = reader.line_num
        name = (row.get("visit_id") or "").strip()
        first, visit, error = visits.get(name, (number, {"id": name, "treatments": []}, None))
        if error is None:
            try:
                _add(row, number, visit)
            except InputError as wrong:
                error = wrong
        visits[name or f"row {number}"] = first, visit, error
    for first, visit, error in visits.values():
        yield first, error or _visit(visit, first)


def _check_header(columns: list[str]) -> None:
    if missing := {"visit_id", "date", "payer"} - set(columns):
        raise InputError("header", f"the file lacks the columns {', '.join(sorted(missing))}")
    unknown = set(columns) - _VISIT.keys() - _TREATMENT.keys() - {"visit_id"}
    if unknown:
        raise InputError("header", f"columns {', '.join(sorted(unknown))} are not known; rename or remove them")


def _visit(raw: dict[str, Any], row: int) -> Visit | InputError:
    try:
        return convert(raw, Visit)
    except InputError as wrong:
        return InputError(f"row {row}: {wrong.path}", wrong.message)


def _add(row: dict[str, str], number: int, visit: dict[str, Any]) -> None:
    if not visit["id"]:
        raise InputError(f"row {number}: visit_id", "the visit's number is missing")
    for column, text in row.items():
        if column not in _VISIT or not (text or "").strip():
            continue
        path, kind = _VISIT[column]
        value = _read(text.strip(), kind, f"row {number}: {column}")
        _put(visit, path, value, f"row {number}: {column}")
    treatment = {
        column: _read(text.strip(), _TREATMENT[column], f"row {number}: {column}")
        for column, text in row.items()
        if column in _TREATMENT and (text or "").strip()
    }
    visit["treatments"].append(treatment)


def _put(visit: dict[str, Any], path: str, value: Any, where: str) -> None:
    *parents, name = path.split(".")
    place = visit
    for parent in parents:
        place = place.setdefault(parent, {})
    if place.setdefault(name, value) != value:
        raise InputError(where, "says something else than an earlier row of the same visit")


def _read(text: str, kind: str, where: str) -> Any:
    if kind == "day":
        return _day(text, where)
    if kind == "list":
        return [part for part in _LIST.split(text) if part]
    if kind == "money":
        match = _MONEY.fullmatch(text)
        if match is None:
            raise InputError(where, f"'{text}' is no amount of dollars")
        return int(match.group(1).replace(",", "")) * 100 + int(match.group(2) or 0)
    if kind == "flag":
        if text.lower() not in _FLAGS:
            raise InputError(where, f"'{text}' is neither yes nor no")
        return _FLAGS[text.lower()]
    if kind in ("count", "counts"):
        parts = _LIST.split(text) if kind == "counts" else [text]
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise InputError(where, f"'{text}' is not a whole number")
        return [int(part) for part in parts] if kind == "counts" else int(parts[0])
    return text


def _day(text: str, where: str) -> dt.date:
    match = _US_DATE.fullmatch(text)
    try:
        if match:
            return dt.date(int(match.group(3)), int(match.group(1)), int(match.group(2)))
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(where, f"'{text}' is no date; write YYYY-MM-DD or MM/DD/YYYY") from None
