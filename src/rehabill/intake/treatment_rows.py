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
_TREATMENT_PATH = re.compile(r"treatments\[(\d+)\]\.?")
_BEYOND = "more cells than columns"
_MOST_DIGITS = 9
_MONEY = re.compile(r"\$?(\d{1,3}(?:,\d{3})*|\d+)(?:\.(\d{2}))?")

# column → where it stands in the visit, and how its text is read
_VISIT = {
    "date": ("date", "day"), "payer": ("payer", "text"), "secondary_payer": ("secondary_payer", "text"),
    "discipline": ("discipline", "text"), "place_of_service": ("place_of_service", "text"),
    "diagnoses": ("diagnoses", "list"), "telehealth": ("telehealth", "text"), "locality": ("locality", "text"),
    "rendering_npi": ("rendering_npi", "text"), "referring_npi": ("referring_npi", "text"),
    "patient_id": ("patient.id", "text"),
    "first_name": ("patient.first", "text"), "last_name": ("patient.last", "text"),
    "birth_date": ("patient.birth_date", "day"), "sex": ("patient.sex", "text"), "phone": ("patient.phone", "text"),
    "address": ("patient.address.line1", "text"), "address2": ("patient.address.line2", "text"),
    "city": ("patient.address.city", "text"), "state": ("patient.address.state", "text"),
    "zip": ("patient.address.zip", "text"), "member_id": ("subscriber.member_id", "text"),
    "group_number": ("subscriber.group_number", "text"), "relationship": ("subscriber.relationship", "text"),
    "subscriber_first": ("subscriber.person.first", "text"), "subscriber_last": ("subscriber.person.last", "text"),
    "subscriber_birth_date": ("subscriber.person.birth_date", "day"),
    "subscriber_sex": ("subscriber.person.sex", "text"),
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


def read(lines: Iterable[str]) -> Iterator[tuple[int, str | None, Visit | InputError]]:
    """(row of the visit's first line, its id, the visit or what is wrong with it), in the order of the file.

    Raises `InputError` when the header cannot be used, or when the file stops being a CSV: what stands behind that
    place could belong to any visit before it.
    """
    reader = csv.DictReader(lines, restkey=_BEYOND)
    try:
        columns = [column.strip().lower() for column in reader.fieldnames or ()]
    except csv.Error as error:
        raise InputError("header", f"this cannot be read as CSV ({error})") from None
    _check_header(columns)
    reader.fieldnames = columns
    visits: dict[str, _Gathered] = {}
    for number, row in _rows(reader):
        name = _shown((row.get("visit_id") or "").strip())
        visit = visits.setdefault(name or f"row {number}", _Gathered({"id": name, "treatments": []}))
        visit.rows.append(number)
        if visit.error is None:
            try:
                _add(row, number, visit.raw)
            except InputError as wrong:
                visit.error = wrong
    for visit in visits.values():
        yield visit.rows[0], visit.raw["id"] or None, visit.error or _visit(visit)


class _Gathered:
    """One visit in the making: its plain data, the rows it came from, the first thing wrong with it."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.rows: list[int] = []
        self.error: InputError | None = None


def _rows(reader: "csv.DictReader[str]") -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows that are not empty, each with the line it begins on (a text in quotes may run over several lines)."""
    while True:
        try:
            row: dict[str, Any] = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            where = f"row {reader.line_num + 1}"
            raise InputError(where, f"from here on this cannot be read as CSV ({error})") from None
        cells = [cell for cell in row.values() if isinstance(cell, str)]
        if any(cell.strip() for cell in cells):
            yield reader.line_num - sum(cell.count("\n") for cell in cells), row


def _check_header(columns: list[str]) -> None:
    if missing := {"visit_id", "date", "payer"} - set(columns):
        raise InputError("header", f"the file lacks the columns {', '.join(sorted(missing))}")
    unknown = set(columns) - _VISIT.keys() - _TREATMENT.keys() - {"visit_id"}
    if unknown:
        names = _shown(", ".join(sorted(unknown)))
        raise InputError("header", f"columns {names} are not known; rename or remove them")
    twice = {column for column in columns if columns.count(column) > 1}
    if twice:
        raise InputError("header", f"columns {', '.join(sorted(twice))} stand there more than once")


def _visit(visit: _Gathered) -> Visit | InputError:
    try:
        return convert(visit.raw, Visit)
    except InputError as wrong:
        match = _TREATMENT_PATH.match(wrong.path)
        row = visit.rows[int(match.group(1))] if match else visit.rows[0]
        path = wrong.path[match.end() :] if match else wrong.path
        return InputError(f"row {row}: {path}", wrong.message)


def _add(row: dict[str, Any], number: int, visit: dict[str, Any]) -> None:
    if not visit["id"]:
        raise InputError(f"row {number}: visit_id", "the visit's number is missing")
    if any(cell.strip() for cell in row.pop(_BEYOND, ())):
        message = "has more cells than the header has columns; a text with a comma must stand in quotes"
        raise InputError(f"row {number}", message)
    treatment = {}
    for column, cell in row.items():
        text, where = (cell or "").strip(), f"row {number}: {column}"
        if not text:
            continue
        if text != _shown(text):
            raise InputError(where, "holds a byte that is not UTF-8 text; save the file as CSV UTF-8")
        if column in _TREATMENT:
            treatment[column] = _read(text, _TREATMENT[column], where)
        elif column in _VISIT:
            path, kind = _VISIT[column]
            _put(visit, path, _read(text, kind, where), where)
    visit["treatments"].append(treatment)


def _shown(text: str) -> str:
    """The text with bytes that were no UTF-8 replaced, so that a message can show it."""
    return text.encode("utf-8", "replace").decode()


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
        whole = match.group(1).replace(",", "")
        if len(whole) > _MOST_DIGITS:
            raise InputError(where, "is more money than there is")
        return int(whole) * 100 + int(match.group(2) or 0)
    if kind == "flag":
        if text.lower() not in _FLAGS:
            raise InputError(where, f"'{text}' is neither yes nor no")
        return _FLAGS[text.lower()]
    if kind in ("count", "counts"):
        parts = _LIST.split(text) if kind == "counts" else [text]
        if not all(part.isascii() and part.isdigit() and len(part) <= _MOST_DIGITS for part in parts):
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
