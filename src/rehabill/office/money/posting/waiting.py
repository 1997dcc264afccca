"""Payments whose claims were not known when they came: laid on their claims as soon as those are in the books.

What waits in suspense is taken back, and the claim is posted as if it had been known: what the books say of it follows
from all decisions about it, so it does not matter that this one came before it.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
from django.db import transaction
from django.db.models import QuerySet, Sum

from rehabill.almanac.edition import Almanac
from rehabill.edi.remittance_835 import remittances
from rehabill.engine.post.payers import payer_of
from rehabill.engine.post.payment import Payment as Key
from rehabill.ledger.entry import Entry as Made
from rehabill.ledger.entry import reversal
from rehabill.model.books import PostingTask
from rehabill.model.remittance import Remittance, RemittanceClaim
from rehabill.office.bulk import update
from rehabill.office.exchange.models import File
from rehabill.office.money import journal
from rehabill.office.money.entries import read_entries
from rehabill.office.money.ledger import first_open_day
from rehabill.office.money.models import Decision, Payment, Posting
from rehabill.office.money.posting.claim import Posted, post, tasks_after, write_claims
from rehabill.office.money.posting.claims import find
from rehabill.office.money.posting.desk import Desk, Place
from rehabill.office.money.posting.joining import find_and_join
from rehabill.office.money.posting.payers import Identities
from rehabill.office.money.posting.payment import AT_ONCE, payment_key
from rehabill.office.visits.turn import take_turn
from rehabill.office.worklists.models import Task
from rehabill.office.worklists.tasks import open_tasks

_UNKNOWN = ("claim_unknown", "payer_unknown")
"""Tasks that ask whose the money is."""


class Laid(msgspec.Struct, frozen=True, kw_only=True):
    """A payment for a claim that is known by now: laid on it, or why it cannot be. Cents as the payer tells them."""

    claim: str
    told_claim: str
    """The number that the payer told."""
    payer: str
    trace: str
    paid_cents: int
    is_laid: bool = True
    why: str = ""
    tasks: tuple[PostingTask, ...] = ()
    """What a person must look at now."""


class _Waiting(NamedTuple):
    """A decision without a claim. `entry`: what put its money in suspense; None: there was none."""

    id: int
    identity: str
    told: RemittanceClaim
    entry: int | None


def lay_waiting(almanac: Almanac, by: str, at: dt.datetime) -> list[Laid]:
    """Lay on their claims all waiting payments whose claims the books know by now; what is still unknown is not told.
    All in one transaction; the second time nothing is left to do. Entered on the first open day where this month is
    closed.
    """
    with transaction.atomic():
        take_turn()
        desk = Desk(by, at, almanac, Identities(), max(at.date(), first_open_day() or at.date()))
        found: list[Laid] = []
        for (payment, file), waiting in _known_by_now().items():
            found += _Together(Payment.objects.get(id=payment), File.objects.get(id=file), desk).lay(waiting)
    return found


def _known_by_now() -> dict[tuple[int, int], list[_Waiting]]:
    """By payment and file: nothing is read of a file before there is something to lay."""
    rows = Decision.objects.filter(claim=None).exclude(told=None).order_by("id")
    found: dict[tuple[int, int], list[_Waiting]] = {}
    last = 0
    names = ("id", "payment_id", "file_id", "identity", "told", "entry_id")
    while batch := list(rows.filter(id__gt=last).values_list(*names)[:AT_ONCE]):
        last = batch[-1][0]
        for (id_, payment, file, identity, told, entry), ours in zip(
            batch, find([row[4] for row in batch]), strict=True
        ):
            if ours is not None:
                found.setdefault((payment, file), []).append(_Waiting(id_, identity, told, entry))
    return found


class _Together:
    """What waits of one payment in one file."""

    def __init__(self, payment: Payment, file: File, desk: Desk) -> None:
        self._desk = desk
        self._payment = payment
        header = _header(payment, file)
        key = payment_key(header, desk) if header else _key_of(payment, desk)
        self._place = Place(payment, key, file)

    def lay(self, waiting: Sequence[_Waiting]) -> list[Laid]:
        found: list[Laid] = []
        for first in range(0, len(waiting), AT_ONCE):
            found += self._lay(waiting[first : first + AT_ONCE])
        return found

    def _lay(self, waiting: Sequence[_Waiting]) -> list[Laid]:
        in_suspense = read_entries([one.entry for one in waiting if one.entry])
        moved = _moved_by_hand(in_suspense)
        outcomes: list[Laid] = []
        laid: list[tuple[_Waiting, Posted]] = []
        found = find_and_join([each.told for each in waiting], self._place.key, self._desk)
        for one, ours in zip(waiting, found, strict=True):
            assert ours is not None  # it was found a moment ago
            number = ours.booked.claim_number
            if one.entry in moved:
                why = "its money in suspense was moved by hand: take that entry back, and lay it then"
                outcomes.append(self._outcome(one, number, why=why))
                continue
            posted = post(one.told, one.identity, ours, self._place, self._desk)
            if posted.ours is None:
                outcomes.append(self._outcome(one, number, why=posted.made.tasks[0].why))
                continue
            laid.append((one, posted))
            outcomes.append(self._outcome(one, number, posted.made.tasks))
        if laid:
            self._write(laid, in_suspense)
        return outcomes

    def _outcome(
        self, one: _Waiting, claim: str, tasks: tuple[PostingTask, ...] = (), why: str = ""
    ) -> Laid:  # fmt: skip
        return Laid(
            claim=claim, told_claim=one.told.claim_number, payer=self._place.key.payer, trace=self._payment.trace,
            paid_cents=one.told.paid_cents, is_laid=not why, why=why, tasks=tasks,
        )  # fmt: skip

    def _write(self, laid: Sequence[tuple[_Waiting, Posted]], in_suspense: dict[int, Made]) -> None:
        by, at = self._desk.by, self._desk.at
        posted = [each for _, each in laid]
        back = [
            reversal(in_suspense[one.entry], self._desk.day, f"posted on claim {_number(each)}")
            for one, each in laid
            if one.entry
        ]
        made = [each.made.entry for each in posted if each.made.entry]
        numbers = iter(journal.write([*back, *made], by, at)[len(back) :])
        encode = msgspec.json.encode
        update(
            Decision._meta.db_table,
            "claim_id = c1, decided = c2, entry_id = c3, told = NULL",
            ("bigint", "text", "bigint"),
            [
                (one.id, each.ours.id, encode(each.made.decided).decode(), next(numbers) if each.made.entry else None)
                for one, each in laid
                if each.ours
            ],
        )
        write_claims(posted, self._place, self._desk)
        self._close_tasks(laid)
        open_tasks(tasks_after(posted), self._place.key.key, at)

    def _close_tasks(self, laid: Sequence[tuple[_Waiting, Posted]]) -> None:
        """Of each the one task that asked whose this money is. Tasks of one payment that say the same are the same."""
        asked = list(Task.objects.filter(action__in=_UNKNOWN, state="open", source=self._place.key.key).order_by("id"))
        done: list[Task] = []
        for one, posted in laid:
            which = f"no claim {one.told.claim_number or 'of ours'};"
            same = [task for task in asked if task.cents == one.told.paid_cents]
            task = next((each for each in same if each.action == "payer_unknown" or which in each.why), None)
            if task is None:
                continue
            asked.remove(task)
            task.state, task.closed_at, task.closed_by = "done", self._desk.at, self._desk.by
            task.closed_why = f"posted on claim {_number(posted)}"
            done.append(task)
        Task.objects.bulk_update(done, ["state", "closed_at", "closed_by", "closed_why"])


def _number(posted: Posted) -> str:
    assert posted.ours is not None
    return posted.ours.booked.claim_number


def _header(payment: Payment, file: File) -> Remittance | None:
    """The payment as the file tells it; None where it was typed from paper."""
    if file.kind != "835":
        return None
    told, _ = remittances(bytes(file.content))
    return next((one for one in told if f"{payer_of(one)}/{one.trace_number}" == payment.key), None)


def _key_of(payment: Payment, desk: Desk) -> Key:
    """By what the books keep of the payment: under each kind of number or name its payer may be known."""
    known_as = frozenset(_names(payment, desk))
    return Key(payment.key, min(known_as, default=payment.payer), desk.day, known_as, payment.payer)


def _names(payment: Payment, desk: Desk) -> Iterator[str]:
    number = payment.key.removesuffix(f"/{payment.trace}")
    for identity in (f"tax number {number}", f"number {number}", f"name {' '.join(number.upper().split())}"):
        yield from desk.identities.learned.get(identity, ())


def _moved_by_hand(in_suspense: dict[int, Made]) -> set[int]:
    """Entries whose money in suspense is not all there any more. What waits at one place waits there together."""
    claims = {posting.place.claim for one in in_suspense.values() for posting in one.postings}
    places = Posting.objects.filter(account="suspense", reason="unknown", claim__in=claims)
    stands = _sums(places)
    waits = _sums(places.filter(entry__in=Decision.objects.filter(claim=None).values("entry")))
    return {
        number
        for number, one in in_suspense.items()
        for posting in one.postings
        if posting.place.account == "suspense"
        and stands.get((posting.place.party, posting.place.claim))
        != waits.get((posting.place.party, posting.place.claim))
    }


def _sums(places: QuerySet[Posting]) -> dict[tuple[str, str], int]:
    rows = places.values_list("party", "claim").annotate(of=Sum("cents")).order_by()
    return {(party, claim): cents for party, claim, cents in rows if cents}
