"""A CSV export with one row for each treatment, as most EMRs write it, to visits.

Rows of one `visit_id` make one visit, in the order of the rows. What a visit says once (payer, patient, diagnoses …)
may stand on its first row only or be repeated; a row that contradicts an earlier one is an error that names both.

A table with a column `record` is one of our own exports: a visit stands in it whole, as JSON, in one row.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from rehabill.base.errors import InputError
from rehabill.intake import table
from rehabill.intake.cells import Reader, count, counts, day, flag, money, shown, text, texts
from rehabill.intake.people import PATIENT, SUBSCRIBER, put
from rehabill.model.decode import convert, decode
from rehabill.model.visit import Visit

_WHOLE = "record"
_BILLED = ("billed", "self_pay")
_TREATMENT_PATH = re.compile(r"treatments\[(\d+)\]\.?")

# column → where it stands in the visit, and how its text is read
_VISIT: dict[str, tuple[str, Reader]] = {
    "date": ("date", day), "payer": ("payer", text), "secondary_payer": ("secondary_payer", text),
    "discipline": ("discipline", text), "place_of_service": ("place_of_service", text),
    "diagnoses": ("diagnoses", texts), "telehealth": ("telehealth", text), "locality": ("locality", text),
    "rendering_npi": ("rendering_npi", text), "referring_npi": ("referring_npi", text), **PATIENT, **SUBSCRIBER,
    "therapy_ytd": ("context.therapy_ytd_cents", money), "deductible_met": ("context.deductible_met_cents", money),
    "visits_since_progress_report": ("context.visits_since_progress_report", count),
    "plan_starts": ("context.plan_of_care.starts", day), "plan_ends": ("context.plan_of_care.ends", day),
    "plan_certified_on": ("context.plan_of_care.certified_on", day),
    "plan_sent_on": ("context.plan_of_care.sent_on", day),
    "order_on_file": ("context.plan_of_care.order_on_file", flag), "abn_on_file": ("context.abn_on_file", flag),
}  # fmt: skip
_TREATMENT: dict[str, Reader] = {
    "code": text, "text": text, "minutes": count, "by": text, "with": texts, "mode": text, "patients": count,
    "start": text, "end": text, "region": text, "purpose": text, "encounter": text, "distinct_from": counts,
}  # fmt: skip
_ID = "visit_id"
COLUMNS = table.Columns(
    readers={_ID: text, **{column: reader for column, (_, reader) in _VISIT.items()}, **_TREATMENT},
    aliases={},
    required=(_ID, "date", "payer"),
    key=_ID,
)


def read(lines: Iterable[str]) -> Iterator[tuple[int, str | None, Visit | InputError]]:
    """(row of the visit's first line, its id, the visit or what is wrong with it), in the order of the file.

    Raises `InputError` when the header cannot be used, or when the file stops being a CSV: what stands behind that
    place could belong to any visit before it.
    """
    rows = table.rows(lines)
    columns = [column.strip().lower() for column in next(rows, (1, []))[1]]
    if _WHOLE in columns:
        yield from _whole(columns.index(_WHOLE), rows)
        return
    _check_header(columns)
    visits: dict[str, _Gathered] = {}
    for number, cells in rows:
        name = shown(dict(zip(columns, cells, strict=False)).get(_ID, "").strip())
        visit = visits.setdefault(name or f"row {number}", _Gathered({"id": name, "treatments": []}))
        visit.rows.append(number)
        if visit.error is None:
            try:
                _add(columns, cells, number, visit.raw)
            except InputError as wrong:
                visit.error = wrong
    for visit in visits.values():
        yield visit.rows[0], visit.raw["id"] or None, visit.error or _visit(visit)


def _whole(at: int, rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, str | None, Visit | InputError]]:
    for number, cells in rows:
        text = "".join(cells[at : at + 1])
        try:
            visit = decode(text.encode("utf-8", "surrogateescape"), Visit)
            yield number, None if visit.id is None else str(visit.id), visit
        except InputError as wrong:
            path = ".".join(part for part in (_WHOLE, wrong.path) if part)
            yield number, None, InputError(f"row {number}: {path}", wrong.message)


def billed(lines: Iterable[str]) -> frozenset[str]:
    """Numbers of the visits that one of our own exports calls billed: they come for what is counted of them, and are
    not billed again. In any other table none. Raises `InputError` as `read`.
    """
    rows = table.rows(lines)
    columns = [column.strip().lower() for column in next(rows, (1, []))[1]]
    if not {_WHOLE, _ID, "state"} <= set(columns):
        return frozenset()
    told = (dict(zip(columns, cells, strict=False)) for _, cells in rows)
    return frozenset(one[_ID] for one in told if one.get("state") in _BILLED)


class _Gathered:
    """One visit in the making: its plain data, the rows it came from, the first thing wrong with it."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.rows: list[int] = []
        self.error: InputError | None = None


def _check_header(columns: list[str]) -> None:
    if missing := set(COLUMNS.required) - set(columns):
        raise InputError("header", f"the file lacks the columns {', '.join(sorted(missing))}")
    unknown = set(columns) - COLUMNS.readers.keys()
    if unknown:
        names = shown(", ".join(sorted(unknown)))
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


def _add(columns: list[str], cells: list[str], number: int, visit: dict[str, Any]) -> None:
    if not visit["id"]:
        raise InputError(f"row {number}: visit_id", "the visit's number is missing")
    treatment = {}
    for column, cell, where in table.texts(columns, cells, number):
        if column in _TREATMENT:
            treatment[column] = _TREATMENT[column](cell, where)
        elif column in _VISIT:
            path, reader = _VISIT[column]
            put(visit, path, reader(cell, where), where)
    visit["treatments"].append(treatment)
