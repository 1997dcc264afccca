"""The books to read: the trial balance, and the entries of an account, a patient or a claim with a running balance; an
entry taken back.
"""

import datetime as dt
from collections.abc import Collection

import msgspec
from django.db import transaction
from django.db.models import Max, Q, Sum

from rehabill.base.errors import InputError
from rehabill.ledger.chart import CHART, Kind
from rehabill.ledger.entry import Entry as Made
from rehabill.ledger.entry import Place, reversal
from rehabill.ledger.entry import Posting as MadePosting
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.models import Claim
from rehabill.office.money.journal import write
from rehabill.office.money.models import BankLine, Close, Deposit, Entry, Posting
from rehabill.office.money.summary import RECEIVABLE
from rehabill.office.people.models import Patient
from rehabill.office.worklists.credits import close_paid_back

_OF_PATIENT = ("patient_credit", "patient_receivable")
"""Accounts whose party is a patient."""


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """One account: positive cents are debits, negative ones credits."""

    account: str
    title: str
    kind: Kind
    cents: int


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One posting with its entry. `balance_cents` stands after it."""

    entry: int
    day: dt.date
    kind: str
    source: str
    text: str
    by: str
    account: str
    party: str
    order: str
    claim: str
    line: str
    reason: str
    cents: int
    balance_cents: int


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """The last lines of a ledger: `brought_cents` is what stood before the first of them, `balance_cents` what stands
    after the last. `counts`: the accounts that move the balance; none: all.
    """

    brought_cents: int
    lines: tuple[Line, ...]
    balance_cents: int
    counts: tuple[str, ...] = ()


class Period(msgspec.Struct, frozen=True):
    """Days of entries, both included; open where absent."""

    first: dt.date | None = None
    last: dt.date | None = None

    def of_entry(self) -> Q:
        condition = Q()
        if self.first:
            condition &= Q(entry__day__gte=self.first)
        if self.last:
            condition &= Q(entry__day__lte=self.last)
        return condition


ALWAYS = Period()


def trial_balance(period: Period = ALWAYS) -> list[Balance]:
    """What stands on each account, or moved on it in a period, in the order of the chart. All together is zero."""
    rows = Posting.objects.filter(period.of_entry()).values("account").annotate(of=Sum("cents"))
    sums = {row["account"]: row["of"] for row in rows}
    return [
        Balance(account=one.name, title=one.title, kind=one.kind, cents=sums[one.name])
        for one in CHART.values()
        if sums.get(one.name)
    ]


def account_ledger(account: str, party: str = "", period: Period = ALWAYS, limit: int = 200) -> Ledger:
    """Raises `InputError` for an account that is not in the chart."""
    if account not in CHART:
        raise InputError("account", f"there is no account {account!r}; there are {', '.join(CHART)}")
    condition = Q(account=account, party=party) if party else Q(account=account)
    return _ledger(condition, (), period, limit)


def patient_ledger(number: str, period: Period = ALWAYS, limit: int = 200) -> Ledger:
    """All that touches the patient's claims and money; the balance is what is owed for the patient, by insurers and by
    the patient, less what the patient has paid ahead. Raises `InputError`.
    """
    patient = Patient.objects.filter(number=number).first()
    if patient is None:
        raise InputError("patient", f"the books have no patient {number}")
    claims = list(Claim.objects.filter(patient=patient).values_list("number", flat=True))
    condition = Q(account__in=_OF_PATIENT, party=number) | _of_claims(claims)
    return _ledger(condition, (*sorted(RECEIVABLE), "patient_credit"), period, limit)


def claim_ledger(number: str, period: Period = ALWAYS, limit: int = 200) -> Ledger:
    """All that touches the claim; the balance is what is open of it. Raises `InputError` for a claim nobody knows."""
    found = _ledger(_of_claims([number]), tuple(sorted(RECEIVABLE)), period, limit)
    if not found.lines and not Claim.objects.filter(number=number).exists():
        raise InputError("claim", f"the books have no claim {number}")
    return found


def _of_claims(numbers: Collection[str]) -> Q:
    """`<> ''` is said although it follows: SQLite uses its index of postings with a claim only where it is."""
    return Q(claim__in=numbers) & ~Q(claim="")


def _ledger(condition: Q, counts: tuple[str, ...], period: Period, limit: int) -> Ledger:
    """The last `limit` postings, so that the balance at the end is today's; those before are summed up."""
    upto = Period(last=period.last).of_entry()
    moving = Posting.objects.filter(condition & upto)
    if counts:
        moving = moving.filter(account__in=counts)
    balance = moving.aggregate(of=Sum("cents"))["of"] or 0
    rows = Posting.objects.filter(condition & period.of_entry()).select_related("entry")
    found = list(rows.order_by("-entry__day", "-entry_id", "-number")[:limit])[::-1]
    at = balance - sum(one.cents for one in found if not counts or one.account in counts)
    brought, lines = at, []
    for one in found:
        at += one.cents if not counts or one.account in counts else 0
        lines.append(_line(one, at))
    return Ledger(brought_cents=brought, lines=tuple(lines), balance_cents=at, counts=counts)


def _line(one: Posting, balance: int) -> Line:
    return Line(
        entry=one.entry_id, day=one.entry.day, kind=one.entry.kind, source=one.entry.source, text=one.entry.text,
        by=one.entry.by, account=one.account, party=one.party, order=one.order, claim=one.claim, line=one.line,
        reason=one.reason, cents=one.cents, balance_cents=balance,
    )  # fmt: skip


def first_open_day() -> dt.date | None:
    """The day after the last closed month; None while nothing is closed."""
    closed: dt.date | None = Close.objects.aggregate(of=Max("last_day"))["of"]
    return closed + dt.timedelta(days=1) if closed else None


def check_open(day: dt.date) -> None:
    """Raises `InputError` when nothing may be entered that day any more."""
    opened = first_open_day()
    if opened is not None and day < opened:
        raise InputError("on", f"{day:%Y-%m} is closed: the first day that can be entered is {opened}")


def reverse(entry: int, why: str, by: str, at: dt.datetime) -> tuple[int, dt.date]:
    """Take an entry back by its opposite: dated today, or on the first open day where today's month is closed. Returns
    the new entry's number and day. Raises `InputError` for one that is not there, or was taken back before.
    """
    with transaction.atomic():
        found = Entry.objects.filter(id=entry).first()
        if found is None:
            raise InputError("entry", f"the books have no entry {entry}")
        source = f"entry {entry}"
        before = Entry.objects.filter(kind="reversal", source=source).first()
        if before is not None:
            raise InputError("entry", f"entry {entry} was taken back by entry {before.pk} on {before.day}")
        made = _made(found)
        day = max(at.date(), first_open_day() or at.date())
        back = msgspec.structs.replace(reversal(made, day, why), source=source)
        (number,) = write([back], by, at)
        lines = list(Deposit.objects.filter(entry=found).values_list("line", flat=True))
        if lines:  # a person took the match back: only a person makes it again
            Deposit.objects.filter(entry=found).delete()
            BankLine.objects.filter(pk__in=lines).update(state="by_hand", why=why)
        names = {posting.place.claim for posting in made.postings} - {""}
        claims = Claim.objects.filter(number__in=names).values_list("id", flat=True)
        record([Happened(claim, None, "reversal", why, source) for claim in claims], by, at)
        patients = {one.place.party for one in made.postings if one.place.account == "patient_credit"}
        close_paid_back(Q(claim__in=claims) | Q(claim__patient__number__in=patients), at)
    return number, day


def _made(entry: Entry) -> Made:
    postings = Posting.objects.filter(entry=entry).order_by("number")
    return Made(
        day=entry.day, kind=entry.kind, source=entry.source, text=entry.text,
        postings=tuple(
            MadePosting(Place(one.account, one.party, one.order, one.claim, one.line, one.reason), one.cents)
            for one in postings
        ),
    )  # fmt: skip
