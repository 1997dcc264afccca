"""Patients, coverages and authorisations with the columns that `rehabill import` reads, so that they can go back in."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count, Sum

from rehabill.intake.cells import count, day, flag, texts
from rehabill.intake.coverages import APPROVAL, POLICY
from rehabill.intake.patients import PLACED as REGISTERED
from rehabill.intake.people import Placed
from rehabill.model.roster import Approval, Registered
from rehabill.model.roster import Policy as PolicyRecord
from rehabill.office.coverage.models import Authorization, Policy
from rehabill.office.export.columns import ROWS_AT_ONCE, Column, Kind, Table
from rehabill.office.people.models import Patient
from rehabill.office.people.person import guarantor_of, person_of

_KINDS: dict[object, Kind] = {day: "day", count: "int", flag: "bool"}
"""How a cell is read → what it is; else text."""


def _columns(placed: Placed, *more: Column) -> tuple[Column, ...]:
    return (*(Column(name, _KINDS.get(reader, "text")) for name, (_, reader) in placed.items()), *more)


def _values(placed: Placed, record: object) -> list[Any]:
    return [_listed(_at(record, path)) if reader is texts else _at(record, path) for path, reader in placed.values()]


def _at(record: object, path: str) -> Any:
    for name in path.split("."):
        record = getattr(record, name, None)
    return record


def _listed(values: Sequence[str] | None) -> str:
    return ";".join(values or ())


def _patients() -> Iterator[Sequence[Any]]:
    rows = Patient.objects.select_related("guarantor").order_by("id")
    for one in rows.iterator(chunk_size=ROWS_AT_ONCE):
        record = Registered(
            patient=person_of(one),
            guarantor=guarantor_of(one),
            guarantor_relationship=one.guarantor.relationship or None if one.guarantor else None,
        )  # fmt: skip
        yield [*_values(REGISTERED, record), one.id, one.guarantor_id]


def _coverages() -> Iterator[Sequence[Any]]:
    rows = Policy.objects.select_related("patient").order_by("id")
    for one in rows.iterator(chunk_size=ROWS_AT_ONCE):
        record = PolicyRecord(
            patient_id=one.patient.number, payer=one.payer, order=one.order, subscriber=one.subscriber,
            starts=one.starts, ends=one.ends,
        )  # fmt: skip
        yield [*_values(POLICY, record), one.id]


def _authorizations() -> Iterator[Sequence[Any]]:
    """`visits_used` counts those before these books too: so it goes on elsewhere."""
    rows = Authorization.objects.select_related("policy__patient").order_by("id")
    counted = rows.annotate(visits_here=Count("uses"), units_here=Sum("uses__units", default=0))
    for one in counted.iterator(chunk_size=ROWS_AT_ONCE):
        record = Approval(
            patient_id=one.policy.patient.number, payer=one.policy.payer, number=one.number, starts=one.starts,
            ends=one.ends, codes=tuple(one.codes), visits=one.visits, units=one.units,
            visits_used=one.visits_before + one.visits_here, units_used=one.units_before + one.units_here,
        )  # fmt: skip
        yield [*_values(APPROVAL, record), one.id, one.policy_id, one.visits_before, one.units_before]


PATIENTS = Table("patients", _columns(REGISTERED, Column("id", "int"), Column("guarantor_id", "int")), _patients)
COVERAGES = Table("coverages", _columns(POLICY, Column("id", "int")), _coverages)
AUTHORIZATIONS = Table(
    "authorizations",
    _columns(APPROVAL, *(Column(name, "int") for name in ("id", "policy_id", "visits_before", "units_before"))),
    _authorizations,
)
