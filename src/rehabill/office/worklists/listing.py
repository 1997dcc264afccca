"""What waits for a person: open tasks, and how many of each kind; a task done."""

import datetime as dt
from typing import Literal

import msgspec
from django.db.models import Count, F, OrderBy, QuerySet, Sum

from rehabill.base.errors import InputError
from rehabill.office.visits.models import Visit
from rehabill.office.worklists.models import Task

Sort = Literal["due", "amount", "action"]
_BY: dict[Sort, tuple[str | OrderBy, ...]] = {
    "due": (F("due_on").asc(nulls_last=True), "-cents", "id"),
    "amount": ("-cents", "id"),
    "action": ("action", "-cents", "id"),
}


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One open task."""

    id: int
    action: str
    cents: int
    why: str
    claim: str
    patient: str
    line: str
    payer: str
    carcs: str
    remarks: str
    due_on: dt.date | None
    opened_at: dt.datetime


class Kind(msgspec.Struct, frozen=True):
    """Open tasks of one action."""

    action: str
    count: int
    cents: int


def open_tasks(
    *, action: str = "", payer: str = "", claim: str = "", due_by: dt.date | None = None, sort: Sort = "due",
    limit: int = 50,
) -> list[Waiting]:  # fmt: skip
    """The first tasks of the list. `due_by`: due on that day or before."""
    rows: QuerySet[Task] = Task.objects.filter(state="open").select_related("claim__patient")
    if action:
        rows = rows.filter(action=action)
    if payer:
        rows = rows.filter(payer=payer)
    if claim:
        rows = rows.filter(claim__number=claim)
    if due_by:
        rows = rows.filter(due_on__lte=due_by)
    return [_waiting(one) for one in rows.defer("claim__standings").order_by(*_BY[sort])[:limit]]


def kinds() -> list[Kind]:
    """Open tasks by action, the most first."""
    rows = Task.objects.filter(state="open").values("action").annotate(n=Count("id"), of=Sum("cents"))
    return [Kind(row["action"], row["n"], row["of"] or 0) for row in rows.order_by("-n", "action")]


def visits_held() -> int:
    """How many visits billing has held: each tells why itself."""
    return Visit.objects.filter(state="held").count()


def done(task: int, why: str, by: str, at: dt.datetime) -> Waiting:
    """Close a task. Raises `InputError` for one that is not open."""
    found = Task.objects.select_related("claim__patient").filter(id=task).first()
    if found is None:
        raise InputError("id", f"there is no task {task}; `rehabill work` lists those that are open")
    closed = Task.objects.filter(id=task, state="open").update(state="done", closed_at=at, closed_by=by, closed_why=why)
    if not closed:
        raise InputError("id", f"task {task} is done already")
    return _waiting(found)


def _waiting(one: Task) -> Waiting:
    return Waiting(
        id=one.id, action=one.action, cents=one.cents, why=one.why, claim=one.claim.number if one.claim else "",
        patient=one.claim.patient.number if one.claim else "", line=one.line, payer=one.payer, carcs=one.carcs,
        remarks=one.remarks, due_on=one.due_on, opened_at=one.opened_at,
    )  # fmt: skip
