"""Patients to choose from, and one patient with coverage, authorisations, plans of care and what is owed."""

import datetime as dt

import msgspec
from django.db.models import Count, F, Q, QuerySet, Sum

from rehabill.base.errors import InputError
from rehabill.office.coverage.intake import authorizations_of
from rehabill.office.coverage.models import ORDERS, PlanOfCare, Policy
from rehabill.office.money.models import Owed, Posting
from rehabill.office.money.summary import RECEIVABLE
from rehabill.office.paging import page
from rehabill.office.people.models import Patient


class ListedPatient(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    first: str
    last: str
    birth_date: dt.date | None
    insurers_owe_cents: int
    patient_owes_cents: int


class PatientPage(msgspec.Struct, frozen=True):
    rows: tuple[ListedPatient, ...]
    after: str
    """Mark of the next page; empty: this is the last."""


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """A policy in its turn."""

    payer: str
    turn: str
    member_id: str
    starts: dt.date | None
    ends: dt.date | None


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """An authorisation, what is used of it, here or elsewhere before, and what is left; absent numbers are not limited.
    Less than nothing is left where more was used.
    """

    number: str
    payer: str
    starts: dt.date | None
    ends: dt.date | None
    visits: int | None
    visits_used: int
    visits_left: int | None
    units: int | None
    units_used: int
    units_left: int | None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    discipline: str
    starts: dt.date
    ends: dt.date | None
    certified_on: dt.date | None


class ShownPatient(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    first: str
    last: str
    birth_date: dt.date | None
    sex: str
    phone: str
    guarantor: str
    policies: tuple[Cover, ...]
    authorizations: tuple[Approval, ...]
    plans: tuple[Plan, ...]
    visits: int
    claims: int
    open_claims: int
    insurers_owe_cents: int
    patient_owes_cents: int
    paid_ahead_cents: int


def patients(*, name: str = "", payer: str = "", after: str = "", limit: int = 50) -> PatientPage:
    """By number. `name`: how the last name begins. `payer`: insured there, on whatever day. Raises `InputError`."""
    rows: QuerySet[Patient] = Patient.objects.all()
    if name:
        rows = rows.filter(last__istartswith=name)
    if payer:
        rows = rows.filter(id__in=Policy.objects.filter(payer=payer).values("patient"))
    found, mark = page(rows, "number", after, limit)
    owed = _owed([one.pk for one in found])
    return PatientPage(
        tuple(
            ListedPatient(
                number=one.number, first=one.first, last=one.last, birth_date=one.birth_date,
                insurers_owe_cents=owed.get((one.pk, "insurance_receivable"), 0),
                patient_owes_cents=owed.get((one.pk, "patient_receivable"), 0),
            )
            for one in found
        ),
        mark,
    )  # fmt: skip


def patient(number: str) -> ShownPatient:
    """Raises `InputError` for a number that no patient has."""
    counts = {
        "visit_count": Count("visits", distinct=True), "claim_count": Count("claims", distinct=True),
        "open_count": Count("claims", filter=~Q(claims__open_cents=0), distinct=True),
    }  # fmt: skip
    one = Patient.objects.select_related("guarantor").annotate(**counts).filter(number=number).first()
    if one is None:
        raise InputError("patient", f"the books have no patient {number}; `rehabill patient list` shows who there is")
    owed = _owed([one.pk])
    ahead = Posting.objects.filter(account="patient_credit", party=number).aggregate(of=Sum("cents"))["of"] or 0
    guarantor = f"{one.guarantor.first} {one.guarantor.last}".strip() if one.guarantor else ""
    return ShownPatient(
        number=one.number, first=one.first, last=one.last, birth_date=one.birth_date, sex=one.sex, phone=one.phone,
        guarantor=guarantor, policies=_policies(one), authorizations=_approvals(one), plans=_plans(one),
        visits=one.visit_count, claims=one.claim_count, open_claims=one.open_count,
        insurers_owe_cents=owed.get((one.pk, "insurance_receivable"), 0),
        patient_owes_cents=owed.get((one.pk, "patient_receivable"), 0), paid_ahead_cents=-ahead,
    )  # fmt: skip


def _owed(patients: list[int]) -> dict[tuple[int, str], int]:
    rows = Owed.objects.filter(account__in=RECEIVABLE, patient__in=patients)
    sums = rows.values_list("patient_id", "account").annotate(of=Sum("cents"))
    return {(who, account): cents for who, account, cents in sums}


def _policies(one: Patient) -> tuple[Cover, ...]:
    rows = Policy.objects.filter(patient=one).order_by(F("ends").desc(nulls_first=True), "order")
    return tuple(
        Cover(payer=row.payer, turn=ORDERS[row.order], member_id=row.member_id, starts=row.starts, ends=row.ends)
        for row in rows
    )


def _approvals(one: Patient) -> tuple[Approval, ...]:
    policies = dict(Policy.objects.filter(patient=one).values_list("id", "payer"))
    found = [
        Approval(
            number=left.authorization.number, payer=policies[policy], starts=left.authorization.starts,
            ends=left.authorization.ends, visits=left.authorization.visits, visits_used=left.visits_used,
            visits_left=left.visits_left, units=left.authorization.units, units_used=left.units_used,
            units_left=left.units_left,
        )
        for policy, some in authorizations_of(policies).items()
        for left in some
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.starts or dt.date.min, each.number)))


def _plans(one: Patient) -> tuple[Plan, ...]:
    rows = PlanOfCare.objects.filter(patient=one).order_by("-starts")
    return tuple(
        Plan(discipline=row.discipline, starts=row.starts, ends=row.ends, certified_on=row.certified_on) for row in rows
    )
