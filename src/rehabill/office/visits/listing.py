"""Visits to choose from, and one visit as it was recorded."""

import datetime as dt

import msgspec
from django.db.models import QuerySet

from rehabill.base.errors import InputError
from rehabill.model.visit import Visit as VisitRecord
from rehabill.office.paging import page
from rehabill.office.visits.models import Visit


class ListedVisit(msgspec.Struct, frozen=True, kw_only=True):
    """`claim`: the number of what was made of it; empty where nothing was."""

    number: str
    date: dt.date
    patient: str
    patient_name: str
    payer: str
    therapist_npi: str
    state: str
    why: str
    claim: str


class VisitPage(msgspec.Struct, frozen=True):
    rows: tuple[ListedVisit, ...]
    after: str
    """Mark of the next page; empty: this is the last."""


class ShownVisit(msgspec.Struct, frozen=True):
    visit: ListedVisit
    record: VisitRecord


def visits(
    *, state: str = "", patient: str = "", payer: str = "", provider: str = "", first: dt.date | None = None,
    last: dt.date | None = None, after: str = "", limit: int = 50,
) -> VisitPage:  # fmt: skip
    """The newest first. `patient` is a number, `provider` an NPI. Raises `InputError` for a mark that is none."""
    exact = {"state": state, "patient__number": patient, "payer": payer, "therapist_npi": provider}
    rows: QuerySet[Visit] = _with_claim().filter(**{name: value for name, value in exact.items() if value})
    if first:
        rows = rows.filter(date__gte=first)
    if last:
        rows = rows.filter(date__lte=last)
    found, mark = page(rows.defer("record", "claim__standings"), "-date", after, limit)
    return VisitPage(tuple(_listed(one) for one in found), mark)


def visit(number: str) -> ShownVisit:
    """Raises `InputError` for a number that no visit has."""
    found = _with_claim().filter(number=number).first()
    if found is None:
        raise InputError("visit", f"the books have no visit {number}; `rehabill visit list` shows what there is")
    return ShownVisit(_listed(found), found.record)


def _with_claim() -> QuerySet[Visit]:
    found: QuerySet[Visit] = Visit.objects.select_related("patient", "claim")
    return found


def _listed(one: Visit) -> ListedVisit:
    claim = getattr(one, "claim", None)
    return ListedVisit(
        number=one.number, date=one.date, patient=one.patient.number,
        patient_name=f"{one.patient.last}, {one.patient.first}".strip(", "), payer=one.payer,
        therapist_npi=one.therapist_npi, state=one.state, why=one.why, claim=claim.number if claim else "",
    )  # fmt: skip
