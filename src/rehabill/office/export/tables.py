"""The tables of a practice as the books keep them, each column by the field it comes from.

Rows keep their numbers (`id`, `entry_id` …), so that tables join as they did. Patients, visits and claims are told by
the numbers that people use; patients, coverages and authorisations as `rehabill import` reads them (`rosters`).
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db.models import Field, ForeignKey, Model, QuerySet, TextField
from django.db.models.functions import Cast

from rehabill.office.accounts.models import User
from rehabill.office.claims.models import Claim, ClaimEvent, ClaimLine, ClaimVersion
from rehabill.office.coverage.models import (
    Authorization,
    AuthorizationUse,
    Benefits,
    PlanOfCare,
    Policy,
    ProgressReport,
)
from rehabill.office.exchange.models import (
    Acknowledgment,
    Arrival,
    Egress,
    File,
    Inquiry,
    Lease,
    Partner,
    Submission,
    Transmission,
)
from rehabill.office.export import rosters
from rehabill.office.export.columns import ROWS_AT_ONCE, Column, Kind, Table
from rehabill.office.money.models import (
    BankLine,
    Close,
    Decision,
    Deposit,
    Entry,
    Owed,
    PatientPayment,
    Payment,
    PaymentFile,
    Posting,
    ProviderMove,
    Seal,
)
from rehabill.office.people.models import Credential, Guarantor, Patient, ReferringProvider, Therapist
from rehabill.office.practices.models import Charge, Location, PayerEnrolment, PayerIdentity, Practice
from rehabill.office.practices.scope import practice_id
from rehabill.office.visits.models import Visit
from rehabill.office.worklists.models import Task

PLAIN: dict[type[Model], str] = {
    Location: "locations", PayerEnrolment: "payers", PayerIdentity: "payer_identities", Charge: "charges",
    Therapist: "therapists", Credential: "credentials", ReferringProvider: "referring_providers",
    Guarantor: "guarantors", PlanOfCare: "plans_of_care", ProgressReport: "progress_reports", Visit: "visits",
    AuthorizationUse: "authorization_uses", Claim: "claims", ClaimVersion: "claim_versions", ClaimLine: "claim_lines",
    ClaimEvent: "claim_events", File: "files", Submission: "submissions", Acknowledgment: "acknowledgments",
    Partner: "partners", Transmission: "transmissions", Egress: "egress", Arrival: "arrivals", Inquiry: "inquiries",
    Entry: "entries", Posting: "postings", Close: "closes", Payment: "payments", PaymentFile: "payment_files",
    Decision: "decisions", ProviderMove: "provider_moves", BankLine: "bank_lines", Deposit: "deposits",
    PatientPayment: "patient_payments", Task: "tasks", Benefits: "benefits",
}  # fmt: skip
AS_IMPORTED: dict[type[Model], Table] = {
    Patient: rosters.PATIENTS, Policy: rosters.COVERAGES, Authorization: rosters.AUTHORIZATIONS
}  # fmt: skip
FOLLOWS: tuple[type[Model], ...] = (Owed, Seal, Lease)
"""Left out: what is owed follows from postings, a seal has nothing but its entry's number, a lease is of the hour."""

_NUMBERED: dict[type[Model], tuple[str, str]] = {
    Patient: ("patient_id", "number"), Visit: ("visit_id", "number"), Claim: ("claim", "number")
}  # fmt: skip
"""Tables whose rows people know by a number: the name of its column, wherever it stands, and the field."""
_NAMES = {"cents": "amount_cents"}
_LEFT_OUT = frozenset({"practice", "content"})
"""Fields: the practice is the same everywhere, and the bytes of files are files again."""
_KINDS: dict[str, Kind] = {
    "BigAutoField": "int", "BigIntegerField": "int", "PositiveIntegerField": "int", "BooleanField": "bool",
    "DateField": "day", "DateTimeField": "moment", "JSONField": "json", "StructField": "json",
}  # fmt: skip


def tables() -> list[Table]:
    """Every table, those first that others rest on. Inside `working_in`."""
    practice = _table("practice", Practice, partial(Practice.objects.filter, id=practice_id()))
    return [practice, *AS_IMPORTED.values(), *(_table(name, model, model.objects.all) for model, name in PLAIN.items())]  # type: ignore[attr-defined]


def _table(name: str, model: type[Model], every: Any) -> Table:
    fields = [field for field in model._meta.local_concrete_fields if field.column and field.name not in _LEFT_OUT]
    kinds = {field: _kind(field) for field in fields}
    texts = {f"text_of_{field.name}": Cast(field.name, TextField()) for field in fields if kinds[field] == "json"}
    paths = [f"text_of_{field.name}" if kinds[field] == "json" else _path(field) for field in fields]

    def rows() -> Iterator[Any]:
        found: QuerySet[Any] = every().annotate(**texts).order_by(*(field.attname for field in model._meta.pk_fields))
        return found.values_list(*paths).iterator(chunk_size=ROWS_AT_ONCE)

    return Table(name, tuple(Column(_name(field), kinds[field]) for field in fields), rows)


def _name(field: "Field[Any, Any]") -> str:
    if isinstance(field, ForeignKey):
        known = _NUMBERED.get(field.related_model)
        if field.related_model is User:
            return field.name
        return known[0] if known else field.attname
    own = _NUMBERED.get(field.model)
    if own and own[1] == field.name:
        return own[0]
    return _NAMES.get(field.name, field.name)


def _path(field: "Field[Any, Any]") -> str:
    if isinstance(field, ForeignKey):
        if field.related_model is User:
            return f"{field.name}__username"
        known = _NUMBERED.get(field.related_model)
        return f"{field.name}__{known[1]}" if known else field.attname
    return field.name


def _kind(field: "Field[Any, Any]") -> Kind:
    if isinstance(field, ForeignKey):
        return "text" if field.related_model in (*_NUMBERED, User) else "int"
    return _KINDS.get(type(field).__name__, "text")
