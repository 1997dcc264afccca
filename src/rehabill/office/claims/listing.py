"""Claims to choose from, a page at a time."""

import datetime as dt
from typing import Literal

import msgspec
from django.db.models import Q, QuerySet

from rehabill.base.errors import InputError
from rehabill.office.claims.models import Claim
from rehabill.office.claims.words import label
from rehabill.office.paging import page as page_of
from rehabill.office.people.models import Patient

Sort = Literal["newest", "oldest", "open", "number"]
"""By day of service, by what is open (the most first), by the claim's number."""
_BY: dict[Sort, str] = {"newest": "-service_day", "oldest": "service_day", "open": "-open_cents", "number": "number"}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which claims; everything absent means all. `over`: something open and older than so many days on `today`."""

    state: str = ""
    owes: str = ""
    payer: str = ""
    patient: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    over: int | None = None
    today: dt.date | None = None
    sort: Sort = "newest"
    limit: int = 50
    after: str = ""
    """The mark where the page before ended."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A claim in a list. `state`, `owes` and `paid` are its three axes, `label` one word for them."""

    number: str
    patient: str
    patient_name: str
    payer: str
    service_day: dt.date
    sent_on: dt.date | None
    acted_on: dt.date
    state: str
    owes: str
    paid: str
    label: str
    charge_cents: int
    paid_cents: int
    adjusted_cents: int
    open_cents: int


class Page(msgspec.Struct, frozen=True):
    rows: tuple[Listed, ...]
    after: str
    """Mark of the next page; empty: this is the last."""


def page(wanted: Wanted) -> Page:
    """Raises `InputError` for a patient we do not have, or a mark that is none."""
    rows: QuerySet[Claim] = Claim.objects.filter(_condition(wanted)).select_related("patient")
    found, after = page_of(rows, _BY[wanted.sort], wanted.after, wanted.limit)
    return Page(tuple(listed(one) for one in found), after)


def _condition(wanted: Wanted) -> Q:
    exact = {"insurance": wanted.state, "owes": wanted.owes, "payer": wanted.payer}
    condition = Q(**{name: value for name, value in exact.items() if value})
    if wanted.patient:
        condition &= Q(patient=patient_id(wanted.patient))
    if wanted.first:
        condition &= Q(service_day__gte=wanted.first)
    if wanted.last:
        condition &= Q(service_day__lte=wanted.last)
    if wanted.over is not None and wanted.today is not None:
        condition &= Q(service_day__lt=wanted.today - dt.timedelta(days=wanted.over))
    if wanted.over is not None or wanted.sort == "open":
        condition &= ~Q(open_cents=0)
    return condition


def patient_id(number: str) -> int:
    """Raises `InputError` for a number that no patient has."""
    found: int | None = Patient.objects.filter(number=number).values_list("id", flat=True).first()
    if found is None:
        raise InputError("patient", f"the books have no patient {number}; `rehabill patient list` shows who there is")
    return found


def listed(one: Claim) -> Listed:
    """A claim's row, with its patient at hand."""
    return Listed(
        number=one.number, patient=one.patient.number,
        patient_name=f"{one.patient.last}, {one.patient.first}".strip(", "), payer=one.payer,
        service_day=one.service_day, sent_on=one.sent_on, acted_on=one.acted_on, state=one.insurance, owes=one.owes,
        paid=one.paid, label=label(one.insurance, one.paid, bool(one.standings)),
        charge_cents=one.charge_cents, paid_cents=one.paid_cents, adjusted_cents=one.adjusted_cents,
        open_cents=one.open_cents,
    )  # fmt: skip
