"""Closing a month: what a careful biller would look at first, then the lock."""

import calendar
import datetime as dt
from collections.abc import Iterator

import msgspec
from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q, Sum

from rehabill.base.errors import InputError
from rehabill.office.claims.models import Claim
from rehabill.office.money.ledger import Period, trial_balance
from rehabill.office.money.models import Close, Entry, Posting, Seal
from rehabill.office.visits.models import Visit
from rehabill.office.visits.turn import take_turn
from rehabill.office.worklists.models import Task


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it should be when a month is closed. `forbids`: it cannot be closed like that at all."""

    what: str
    count: int
    cents: int = 0
    forbids: bool = False


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """A month, and what stands against closing it."""

    last_day: dt.date
    matters: tuple[Matter, ...]
    balances: dict[str, int]
    """Trial balance at its end, by account."""


def month(text: str) -> dt.date:
    """The last day of `2026-03`. Raises `InputError`."""
    try:
        first = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise InputError("month", f"'{text}' is no month; write it as 2026-03") from None
    return last_day_of(first)


def last_day_of(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def prepare(last_day: dt.date, today: dt.date) -> Closing:
    """What closing it would do. Raises `InputError` for a month that is not next."""
    _check_order(last_day, today)
    balances = {one.account: one.cents for one in trial_balance(Period(last=last_day))}
    return Closing(last_day=last_day, matters=tuple(_matters(last_day, balances)), balances=balances)


def close(last_day: dt.date, by: str, at: dt.datetime, *, anyway: bool = False) -> Closing:
    """Lock the month. Raises `InputError` where something stands against it, unless it is to be closed `anyway`."""
    with transaction.atomic():
        take_turn()
        closing = prepare(last_day, at.astimezone().date())
        if any(one.forbids for one in closing.matters) or (closing.matters and not anyway):
            matters = "; ".join(one.what for one in closing.matters)
            raise InputError("month", f"{closing.last_day:%Y-%m} is not closed: {matters}")
        Close.objects.create(last_day=last_day, at=at, by=by, balances=closing.balances)
    return closing


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """A closed month, with the trial balance at its end."""

    last_day: dt.date
    at: dt.datetime
    by: str
    balances_cents: dict[str, int]


def closed() -> list[Closed]:
    """The closed months, the last first."""
    return [
        Closed(last_day=one.last_day, at=one.at, by=one.by, balances_cents=one.balances)
        for one in Close.objects.order_by("-last_day")
    ]


def _check_order(last_day: dt.date, today: dt.date) -> None:
    if last_day >= today:
        raise InputError("month", f"{last_day:%Y-%m} is not over yet")
    last = Close.objects.order_by("-last_day").values_list("last_day", flat=True).first()
    if last is not None:
        if last >= last_day:
            raise InputError("month", f"{last_day:%Y-%m} is closed already; the last closed month is {last:%Y-%m}")
        due = last_day_of(last + dt.timedelta(days=1))
        if last_day != due:
            raise InputError("month", f"close {due:%Y-%m} first: months are closed one after the other")
        return
    begun = Entry.objects.aggregate(of=Min("day"))["of"]
    if begun is None or begun > last_day:
        since = f"the books begin on {begun}" if begun else "nothing is in the books yet"
        raise InputError("month", f"there is nothing to close in {last_day:%Y-%m}: {since}")


def _matters(last_day: dt.date, balances: dict[str, int]) -> Iterator[Matter]:
    rest = sum(balances.values())
    if rest:
        yield Matter(what="the trial balance is not zero", count=1, cents=rest, forbids=True)
    unsealed = Entry.objects.filter(~Exists(Seal.objects.filter(id=OuterRef("id")))).count()
    if unsealed:
        yield Matter(what="entries without a seal", count=unsealed, forbids=True)
    suspense = _unsettled("suspense", last_day, "party", "claim", "reason")
    if suspense:
        yield Matter(what="amounts in suspense, not explained", count=len(suspense), cents=sum(suspense))
    told = _unsettled("cash_clearing", last_day, "party")
    if told:
        yield Matter(what="payments told and not seen at the bank", count=len(told), cents=sum(told))
    held = Task.objects.filter(action="file_held", state="open").aggregate(n=Count("id"), of=Sum("cents"))
    if held["n"]:
        yield Matter(what="files held and not posted", count=held["n"], cents=held["of"])
    yield from _unbilled(last_day)


def _unbilled(last_day: dt.date) -> Iterator[Matter]:
    visits = Visit.objects.filter(state__in=("recorded", "held"), date__lte=last_day).count()
    if visits:
        yield Matter(what="visits recorded and not billed", count=visits)
    claims = Claim.objects.filter(insurance__in=("draft", "held", "ready"), service_day__lte=last_day, sent_on=None)
    found = claims.aggregate(n=Count("id"), of=Sum("open_cents"))
    if found["n"]:
        yield Matter(what="claims made and not sent", count=found["n"], cents=found["of"] or 0)


def _unsettled(account: str, last_day: dt.date, *by: str) -> list[int]:
    """What stood at each place at the end of that day, and has not been settled since: a transfer told on the last day
    is at the bank in the next month, and nothing is wrong with that.
    """
    then = Sum("cents", filter=Q(entry__day__lte=last_day))
    places = Posting.objects.filter(account=account).values(*by).annotate(then=then, now=Sum("cents"))
    return [one["then"] for one in places if one["then"] and one["now"]]
