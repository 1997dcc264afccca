"""To the claim: what went out is accepted, rejected or waiting, and nothing is missing."""

import datetime as dt
from typing import Literal

import msgspec
from django.db.models import F, Max, Min, Q

from rehabill.engine.life_cycle.table import ANSWERED
from rehabill.office.exchange.models import Submission

Fate = Literal["accepted", "rejected", "waiting"]
_REJECTED = ("rejected", "not_found")
_TOLD = ("received", "split", "unknown", "error")
"""Somebody has it, or nothing was said: that is no acceptance."""


class Reconciled(msgspec.Struct):
    """One file: sent = accepted + rejected + waiting."""

    file: str
    day: dt.date
    partner: str
    state: str
    sent: int = 0
    accepted: int = 0
    rejected: int = 0
    waiting: int = 0
    waiting_claims: list[str] = []


def reconciled(first: dt.date | None = None, last: dt.date | None = None) -> list[Reconciled]:
    """Every file of claims written on those days, the newest last."""
    rows = Submission.objects.all()
    if first:
        rows = rows.filter(file__at__date__gte=first)
    if last:
        rows = rows.filter(file__at__date__lte=last)
    named = rows.order_by("file", "id").annotate(
        worst=Max("acknowledgments__id", filter=Q(acknowledgments__verdict__in=_REJECTED)),
        best=Min("acknowledgments__id", filter=~Q(acknowledgments__verdict__in=(*_REJECTED, *_TOLD))),
        partner=F("file__transmission__partner__name"),
        state=F("file__transmission__state"),
    )
    found: dict[int, Reconciled] = {}
    fields = ("file", "file__name", "file__at", "partner", "state", "worst", "best", "version__claim__number",
              "version__claim__standings", "version__record")  # fmt: skip
    for file, name, at, partner, state, worst, best, number, standings, record in named.values_list(*fields):
        one = found.setdefault(file, Reconciled(name, at.date(), partner or "by hand", state or "sent"))
        fate: Fate = "accepted" if best else "rejected" if worst else "waiting"
        if fate == "waiting" and any(
            each.order == record.sequence and each.status in (*ANSWERED, "closed", "accepted", "pended", "voided")
            for each in standings
        ):
            fate = "accepted"  # a remittance or an answer to a question says so
        one.sent += 1
        setattr(one, fate, getattr(one, fate) + 1)
        if fate == "waiting":
            one.waiting_claims.append(number)
    return list(found.values())
