"""What is owed of a claim given up, or made owed by another: decisions of the practice, beside those of payers."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
from django.db import transaction

from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.engine.life_cycle.move import possible
from rehabill.engine.post.patient import Owed, WriteOff, transfer, write_off
from rehabill.ledger.entry import Entry as Made
from rehabill.model.books import BookedPayer, Order
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.models import Claim
from rehabill.office.money.balances import owed_of_claim
from rehabill.office.money.journal import write
from rehabill.office.money.patient_money import check_day
from rehabill.office.visits.turn import take_turn
from rehabill.office.worklists.models import Task

PATIENT = "patient"
_ANSWERED = ("denied", "underpaid")
"""Tasks about what an insurer did not pay: there is nothing left to do when it owes nothing any more."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be moved. `cents` None: all of it. `owed_by`: a payer's profile or `patient`; empty: the only one who
    owes anything.
    """

    claim: str
    cents: int | None
    day: dt.date
    owed_by: str = ""
    why: str = ""


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What was done. `owes`: who owes what of the claim after it."""

    claim: str
    entry: int
    cents: int
    owed_by: str
    to: str
    owes: dict[str, int]


class _Debtor(NamedTuple):
    """Who owes a claim: a payer in its turn, or the patient, in none."""

    order: Order | None
    party: str

    @property
    def name(self) -> str:
        return self.party if self.order else PATIENT


def give_up(wanted: Wanted, reason: WriteOff, by: str, at: dt.datetime) -> Moved:
    """A write-off. Raises `InputError`: nothing or less is owed, several owe and none is named, the day is closed."""
    with transaction.atomic():
        claim = _begin(wanted, at)
        debtor, owed = _debtor(wanted)
        made = write_off(owed, reason, wanted.day, f"claim {claim.number}", wanted.cents)
        cents = _moved(made, debtor)
        why = f"{dollars(cents)} of {debtor.name}: {reason.replace('_', ' ')}"
        return _enter(claim, made, debtor, None, cents, wanted, why, by, at)


def hand_on(wanted: Wanted, to: str, by: str, at: dt.datetime) -> Moved:
    """A transfer to a payer of the claim (its profile) or to the `patient`. Raises `InputError` as `give_up` does, and
    for a payer that is none of the claim's.
    """
    with transaction.atomic():
        claim = _begin(wanted, at)
        target = _target(claim, to)
        debtor, owed = _debtor(wanted, besides=target)
        if debtor == target:
            raise InputError("to", f"{debtor.name} owes this already; name who is to owe it instead")
        made = transfer(owed, target.party, target.order or "", wanted.day, f"claim {claim.number}", wanted.cents)
        cents = _moved(made, debtor)
        why = f"{dollars(cents)} from {debtor.name} to {target.name}"
        return _enter(claim, made, debtor, target, cents, wanted, why, by, at)


def _begin(wanted: Wanted, at: dt.datetime) -> Claim:
    take_turn()
    check_day(wanted.day, at)
    found: Claim | None = Claim.objects.select_related("patient").filter(number=wanted.claim).first()
    if found is None:
        raise InputError("claim", f"the books have no claim {wanted.claim}")
    return found


def _debtor(wanted: Wanted, besides: _Debtor | None = None) -> tuple[_Debtor, list[Owed]]:
    """Whose debt is meant, and what it consists of."""
    by: dict[_Debtor, list[Owed]] = {}
    for one in owed_of_claim(wanted.claim):
        order: Order | None = one.place.order or None  # type: ignore[assignment]
        by.setdefault(_Debtor(order, one.place.party), []).append(one)
    owing = {debtor: some for debtor, some in by.items() if any(one.cents > 0 for one in some)}
    if wanted.owed_by:
        found = [debtor for debtor in owing if debtor.name == wanted.owed_by and debtor != besides]
        if not found:
            raise InputError("owed_by", f"{wanted.owed_by} owes nothing of claim {wanted.claim}{_who(owing)}")
        return found[0], owing[found[0]]
    found = [debtor for debtor in owing if debtor != besides] or list(owing)
    if not found:
        raise InputError("claim", f"nothing is owed of claim {wanted.claim}")
    if len(found) > 1:
        raise InputError("owed_by", f"say whose debt is meant{_who(owing)}")
    return found[0], owing[found[0]]


def _who(owing: dict[_Debtor, list[Owed]]) -> str:
    said = ", ".join(f"{who.name} {dollars(sum(one.cents for one in some))}" for who, some in owing.items())
    return f"; owed by {said}" if said else ""


def _target(claim: Claim, to: str) -> _Debtor:
    if to == PATIENT:
        return _Debtor(None, claim.patient.number)
    payers: Sequence[BookedPayer] = claim.versions.get(number=claim.version).booked.payers
    for one in payers:
        if one.payer == to:
            return _Debtor(one.order, one.payer)
    names = ", ".join((*(one.payer for one in payers), PATIENT))
    raise InputError("to", f"{to} is none of the payers of claim {claim.number}; it can be {names}")


def _moved(made: Made, debtor: _Debtor) -> int:
    return -sum(
        one.cents for one in made.postings
        if (one.place.order or None, one.place.party) == debtor and one.place.account.endswith("_receivable")
    )  # fmt: skip


def _enter(
    claim: Claim, made: Made, debtor: _Debtor, target: _Debtor | None, cents: int, wanted: Wanted, why: str, by: str,
    at: dt.datetime,
) -> Moved:  # fmt: skip
    said = "; ".join(part for part in (why, wanted.why) if part)
    made = msgspec.structs.replace(made, text=said)
    (entry,) = write([made], by, at)
    owes: dict[str, int] = {}
    open_by: dict[Order | None, int] = {}
    for one in owed_of_claim(claim.number):
        order: Order | None = one.place.order or None  # type: ignore[assignment]
        who = _Debtor(order, one.place.party).name
        owes[who] = owes.get(who, 0) + one.cents
        open_by[order] = open_by.get(order, 0) + one.cents
    events = [Happened(claim.pk, None, made.kind, said, f"entry {entry}")]
    events += _of_insurers(claim, debtor, target, open_by, f"entry {entry}")
    record(events, by, at)
    if debtor.order and not open_by.get(debtor.order):
        waiting = Task.objects.filter(claim=claim, payer=debtor.party, state="open", action__in=_ANSWERED)
        waiting.update(state="done", closed_at=at, closed_by=by, closed_why=said)
    return Moved(
        claim=claim.number, entry=entry, cents=cents, owed_by=debtor.name, to=target.name if target else "", owes=owes
    )


def _of_insurers(
    claim: Claim, debtor: _Debtor, target: _Debtor | None, open_by: dict[Order | None, int], source: str
) -> Iterator[Happened]:
    """An insurer that owes nothing more is done with, where the table lets it; one that owes it now has its turn."""
    standing = next((one for one in claim.standings if one.order == debtor.order), None)
    if standing is not None and "closed" in possible(standing, open_by.get(debtor.order, 0)):
        yield Happened(claim.pk, debtor.order, "closed", "nothing more is owed", source)
    if target is not None and target.order and any(one.order == target.order for one in claim.standings):
        yield Happened(claim.pk, target.order, "due", source=source)
