"""Payments that were told, found at the bank: each match an entry from cash clearing to the bank (`engine.deposits`).

What is not sure is left to a person, as a task. A person's word stands: a line that was set aside, or whose match was
undone, is not matched by the program again.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from django.db import transaction
from django.db.models import QuerySet, Sum

from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.engine.deposits import CARD, CHECK, deposit_entry, match_deposits
from rehabill.ledger.entry import Entry as Made
from rehabill.ledger.entry import Place, entry
from rehabill.model.bank import BankLine as Line
from rehabill.model.bank import ToldPayment
from rehabill.office.money.journal import write
from rehabill.office.money.ledger import first_open_day, reverse
from rehabill.office.money.models import BankLine, Deposit, PatientPayment, Payment, Posting
from rehabill.office.practices.models import PayerEnrolment, PayerIdentity
from rehabill.office.visits.turn import take_turn
from rehabill.office.worklists.models import Task

UNCLEAR = "deposit_unclear"
"""The kind of task for a payment that could be one of several lines, or whose line has another amount."""
_AT_ONCE = 500
_BEFORE = 60
"""Days, ours: lines so much older than every open payment are not looked at; no transfer comes so long before its
remittance is dated."""
_NAMED = "name "
"""How names begin among the identities of payers (`engine.post.payers`)."""


class SeenLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the bank, by its number in the books."""

    line: int
    day: dt.date
    cents: int
    description: str
    reference: str
    account: str
    state: str
    why: str


class OpenPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment, and the cents of it that the bank has not told yet. `lines`: those that it could be, and `why` none of
    them was taken.
    """

    payment: str
    who: str
    day: dt.date
    method: str
    number: str
    cents: int
    lines: tuple[int, ...] = ()
    why: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A line matched to payments by an entry."""

    line: SeenLine
    payments: tuple[OpenPayment, ...]
    why: str
    entry: int


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """What was matched now, and what is left on both sides."""

    found: tuple[Found, ...]
    payments: tuple[OpenPayment, ...]
    lines: tuple[SeenLine, ...]


class _Told(NamedTuple):
    """A payment that stands in cash clearing: for the search, and as a person knows it. One of the ids is there."""

    payment: ToldPayment
    who: str
    method: str
    of_payer: int | None = None
    of_patient: int | None = None


class _Matched(NamedTuple):
    row: BankLine
    told: Sequence[_Told]
    why: str
    made: Made


def match(by: str, at: dt.datetime) -> Reconciled:
    """Match whatever is sure now. Doing it again does nothing, until a payment or statement is added."""
    with transaction.atomic():
        take_turn()
        told = _told()
        first = min((one.payment.day.toordinal() for one in told.values()), default=at.date().toordinal())
        since = dt.date.fromordinal(max(first - _BEFORE, 1))
        rows = {_source(row): row for row in _unmatched().filter(state="open", day__gte=since)} if told else {}
        lines = {id_: _line(row, id_) for id_, row in rows.items()}
        done = match_deposits([one.payment for one in told.values()], list(lines.values()))
        matched = []
        for one in done.matches:
            some = [told[key] for key in one.payments]
            made = deposit_entry(one, [each.payment for each in some], lines[one.line])
            matched.append(_Matched(rows[one.line], some, one.reason, made))
        found = _enter(matched, by, at)
        left = [
            _open(told[one.payment], tuple(rows[each].pk for each in one.candidates), one.why) for one in done.payments
        ]
        _keep_tasks(left, at)
        lines_left = tuple(_seen(row) for row in _unmatched().exclude(state="aside"))
    return Reconciled(found=tuple(found), payments=tuple(left), lines=lines_left)


def match_by_hand(line: int, payments: Sequence[str], by: str, at: dt.datetime, *, anyway: bool = False) -> Found:
    """A person says which payments a line is. Raises `InputError` for a line or payment that is not open, and where the
    amounts differ, unless it is to be done `anyway`: the difference stays open with the last of the payments.
    """
    with transaction.atomic():
        take_turn()
        row = _find(line)
        if row.deposits.exists():
            raise InputError("line", f"line {line} is matched already; undo that first")
        told = _told()
        missing = [key for key in payments if key not in told]
        if missing:
            raise InputError("payment", f"{', '.join(missing)} does not wait for the bank")
        some = [told[key] for key in dict.fromkeys(payments)]
        some[-1] = _rest(row.cents, some, anyway)
        moved = {Place("bank"): row.cents}
        moved |= {Place("cash_clearing", one.payment.key): -one.payment.cents for one in some}
        made = entry(row.day, "deposit", _source(row), moved, "by hand")
        (found,) = _enter([_Matched(row, some, "by hand", made)], by, at)
        Task.objects.filter(action=UNCLEAR, state="open", source__in=payments).update(
            state="done", closed_at=at, closed_by=by, closed_why=f"line {line} of the bank"
        )
        BankLine.objects.filter(pk=line).update(state="open", why="")
    return found


def _rest(cents: int, some: Sequence[_Told], anyway: bool) -> _Told:
    """The last of the payments, with what the others leave it of the line."""
    last = some[-1].payment
    come = sum(one.payment.cents for one in some)
    rest = last.cents + cents - come
    if cents != come and not anyway:
        message = f"the line is {dollars(cents)}, what is open of the payments {dollars(come)}"
        raise InputError("payment", f"{message}; to match them all the same: --anyway")
    if rest * last.cents <= 0:
        raise InputError("payment", f"nothing of the line is left for {last.key}: leave it out")
    return some[-1]._replace(payment=msgspec.structs.replace(last, cents=rest))


def undo(line: int, why: str, by: str, at: dt.datetime) -> SeenLine:
    """Take a line's match back by a reversal, or bring it back where it was set aside. Raises `InputError`."""
    with transaction.atomic():
        take_turn()
        row = _find(line)
        entries = sorted(set(row.deposits.values_list("entry", flat=True)))
        if not entries and row.state != "aside":
            raise InputError("line", f"line {line} is matched to nothing")
        for number in entries:
            reverse(number, why, by, at)
        if not entries:
            row.state, row.why = "open", ""
            row.save(update_fields=["state", "why"])
        row.refresh_from_db()
    return _seen(row)


def set_aside(line: int, why: str) -> SeenLine:
    """Say that a line is no payment of claims, so that it is neither matched nor listed. Raises `InputError`."""
    with transaction.atomic():
        take_turn()
        row = _find(line)
        if row.deposits.exists():
            raise InputError("line", f"line {line} is matched to a payment; undo that first")
        row.state, row.why = "aside", why
        row.save(update_fields=["state", "why"])
    return _seen(row)


def _find(line: int) -> BankLine:
    found: BankLine | None = BankLine.objects.filter(pk=line).first()
    if found is None:
        raise InputError("line", f"there is no line {line}; `rehabill bank` lists those that are not matched")
    return found


def _unmatched() -> QuerySet[BankLine]:
    return BankLine.objects.filter(deposits=None).exclude(cents=0).order_by("day", "id")


def _source(row: BankLine) -> str:
    return f"bank line {row.pk}"


def _line(row: BankLine, id_: str) -> Line:
    return Line(row.day, row.cents, row.description, row.reference, row.account, id_)


def _seen(row: BankLine) -> SeenLine:
    return SeenLine(
        line=row.pk, day=row.day, cents=row.cents, description=row.description, reference=row.reference,
        account=row.account, state=row.state, why=row.why,
    )  # fmt: skip


def _told() -> dict[str, _Told]:
    """Every payment that stands in cash clearing, with what is left of it, by its key."""
    standing = Posting.objects.filter(account="cash_clearing").values_list("party").annotate(of=Sum("cents"))
    left: dict[str, int] = dict(standing.exclude(of=0))
    keys = sorted(left)
    names = _names()
    found: dict[str, _Told] = {}
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        for one in Payment.objects.filter(key__in=some):
            told = ToldPayment(
                key=one.key, cents=left[one.key], day=one.paid_on or one.at.date(), method=one.method, trace=one.trace,
                originator=one.originator, payer_name=" ".join((one.payer, *names.get(one.payer, ()))),
            )  # fmt: skip
            found[one.key] = _Told(told, one.payer, one.method, of_payer=one.pk)
        ids = {PatientPayment.number_in(key) for key in some} - {None}
        for paid in PatientPayment.objects.filter(pk__in=ids).select_related("patient"):
            told = ToldPayment(
                key=paid.key, cents=left[paid.key], day=paid.day, method=_METHODS[paid.method], trace=paid.reference
            )
            found[paid.key] = _Told(told, paid.patient.number, paid.method, of_patient=paid.pk)
    return found


_METHODS = {"check": CHECK, "cash": CHECK, "card": CARD}
"""Checks and cash are carried to the bank, and come to one deposit there; cards are settled apart from them."""


def _names() -> dict[str, list[str]]:
    """What payers call themselves, by our names for them."""
    found: dict[str, list[str]] = {}
    for payer, name in PayerEnrolment.objects.values_list("payer", "name"):
        found.setdefault(payer, []).append(name)
    for payer, identity in PayerIdentity.objects.filter(identity__startswith=_NAMED).values_list("payer", "identity"):
        found.setdefault(payer, []).append(identity.removeprefix(_NAMED))
    return found


def _enter(matched: Sequence[_Matched], by: str, at: dt.datetime) -> list[Found]:
    """Entries are dated as the bank does, or on the first open day where its month is closed."""
    opened = first_open_day()
    made = [msgspec.structs.replace(one.made, day=max(one.made.day, opened or one.made.day)) for one in matched]
    entries = write(made, by, at)
    Deposit.objects.bulk_create(
        Deposit(
            line=one.row, payment_id=told.of_payer, patient_payment_id=told.of_patient, cents=told.payment.cents,
            why=one.why, entry_id=number,
        )
        for one, number in zip(matched, entries, strict=True)
        for told in one.told
    )  # fmt: skip
    return [
        Found(line=_seen(one.row), payments=tuple(_open(told) for told in one.told), why=one.why, entry=number)
        for one, number in zip(matched, entries, strict=True)
    ]


def _open(told: _Told, lines: tuple[int, ...] = (), why: str = "") -> OpenPayment:
    one = told.payment
    return OpenPayment(
        payment=one.key, who=told.who, day=one.day, method=told.method, number=one.trace, cents=one.cents,
        lines=lines, why=why,
    )  # fmt: skip


def _keep_tasks(left: Sequence[OpenPayment], at: dt.datetime) -> None:
    """One for each payment that a person must look at, until it is matched. What a person called done is not
    asked again in the same words.
    """
    wanted = {one.payment: one for one in left if one.lines}
    said: dict[str, str] = {}
    for task in Task.objects.filter(action=UNCLEAR).order_by("id"):
        one = wanted.get(task.source)
        if task.state == "open":
            if one is None:
                Task.objects.filter(pk=task.pk).update(state="done", closed_at=at)
                continue
            if task.why != _why(one):
                Task.objects.filter(pk=task.pk).update(why=_why(one), cents=one.cents)
            said[task.source] = _why(one)
        elif task.closed_why:
            said[task.source] = task.why
    Task.objects.bulk_create(
        Task(action=UNCLEAR, payer=one.who, cents=one.cents, why=_why(one), source=key, opened_at=at)
        for key, one in wanted.items()
        if said.get(key) != _why(one)
    )


def _why(one: OpenPayment) -> str:
    lines = ", ".join(str(line) for line in one.lines)
    return f"Payment {one.payment} of {dollars(one.cents)} could be line {lines} of the bank. {one.why}"
