"""Nothing heard is an event too: of claims that should have been answered by now the payer is asked (276), and what is
not answered even then is a person's task.
"""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from django.db import transaction

from rehabill.almanac.edition import Almanac
from rehabill.engine.life_cycle.table import UNDER_WAY
from rehabill.model.books import Order, PostingTask
from rehabill.model.standing import InsuranceStatus
from rehabill.office.bulk import among
from rehabill.office.exchange.business_days import after
from rehabill.office.exchange.models import Inquiry, Partner, Submission
from rehabill.office.exchange.partner import Patience
from rehabill.office.exchange.routes import Routes
from rehabill.office.exchange.statuses import ask
from rehabill.office.practices.models import Practice
from rehabill.office.visits.turn import take_turn
from rehabill.office.worklists.models import Task
from rehabill.office.worklists.tasks import open_tasks

_MISSING: dict[InsuranceStatus, str] = {
    "sent": "no receipt (TA1, 999)", "received": "no acceptance (277CA)", "accepted": "no decision (835)",
    "pended": "no decision (835)",
}  # fmt: skip
_OPEN = ("silent", "lost", "rejected", "information_wanted", "answer_unclear")
"""Tasks that a person has about such a claim already."""


class Silent(NamedTuple):
    """A claim of which too little was heard."""

    claim: int
    number: str
    payer: str
    order: Order
    why: str
    sent: dt.datetime


class Noticed(NamedTuple):
    """What came of it in one round."""

    asked: int
    tasks: int


def notice(practice: Practice, almanac: Almanac, moment: dt.datetime, by: str, at: dt.datetime) -> Noticed:
    """Ask about every claim that is silent, and make a task of each that cannot be asked about, or of which no answer
    came. May be repeated: nothing is asked twice.
    """
    asked = tasks = 0
    routes = Routes()
    for partner in (*routes.partners, None):
        with transaction.atomic():
            take_turn()
            found = list(_silent(partner, moment.date()))
            to_ask, for_a_person = _sorted(found, partner, routes, moment.date())
            if partner is not None and to_ask:
                count, wrong = ask(
                    practice, partner, [(one.claim, one.order) for one in to_ask], almanac, moment, by, at
                )
                asked += count
                for_a_person += [
                    one._replace(why=f"{one.why}; it cannot be asked about ({each.split(': ', 1)[1]})")
                    for each in wrong
                    for one in to_ask
                    if one.number == each.split(": ", 1)[0]
                ]
            tasks += _open(for_a_person, at)
    return Noticed(asked, tasks)


def _silent(partner: Partner | None, today: dt.date) -> Iterator[Silent]:
    """Claims that went out through the partner (None: by hand) and wait too long for the next word."""
    patience = partner.record.patience if partner else Patience()
    rows = Submission.objects.filter(version__claim__insurance__in=UNDER_WAY)
    if partner is not None:
        rows = rows.filter(file__transmission__partner=partner, file__transmission__state="sent")
    else:
        rows = rows.filter(file__transmission__isnull=True)
    last: dict[tuple[int, Order], tuple[dt.datetime, str, str, InsuranceStatus]] = {}
    fields = ("version__claim", "version__claim__number", "version__claim__standings", "version__record",
              "file__transmission__sent_at", "file__at")  # fmt: skip
    for claim, number, standings, record, sent_at, at in rows.order_by("id").values_list(*fields).iterator(1_000):
        status = next((one.status for one in standings if one.order == record.sequence), None)
        if status in UNDER_WAY:
            last[claim, record.sequence] = (sent_at or at, number, record.payer, status)
    for (claim, order), (sent, number, payer, status) in last.items():
        due = _due(sent.date(), status, patience, by_hand=partner is None)
        if today > due:
            why = f"{_MISSING[status]} by {due}: it went out on {sent.date()}"
            yield Silent(claim, number, payer, order, why, sent)


def _due(sent: dt.date, status: InsuranceStatus, patience: Patience, by_hand: bool) -> dt.date:
    """The last day on which the next word is in time. Of what went by hand only the decision is waited for: its
    acknowledgments may be read elsewhere.
    """
    if status == "sent" and not by_hand:
        return after(sent, patience.receipt_business_days)
    if status == "received" and not by_hand:
        return after(sent, patience.acceptance_business_days)
    return sent + dt.timedelta(days=patience.decision_days)


def _sorted(
    found: list[Silent], partner: Partner | None, routes: Routes, today: dt.date
) -> tuple[list[Silent], list[Silent]]:
    """Those to be asked about, and those for a person; the others wait for an answer."""
    rows = Inquiry.objects.filter(claim__in=among("bigint", [one.claim for one in found])).order_by("id")
    asked = {(one.claim_id, one.order): one for one in rows}
    to_ask, for_a_person = [], []
    for one in found:
        patience = partner.record.patience if partner else Patience()
        inquiry = asked.get((one.claim, one.order))
        if inquiry is not None and inquiry.at < one.sent:
            inquiry = None  # it was about what had gone before
        if partner is None or routes.to(one.payer, "276") != partner:
            for_a_person.append(one)
        elif inquiry is None:
            to_ask.append(one)
        elif inquiry.answered_at is None:
            if today > after(inquiry.at.date(), patience.answer_business_days):
                why = f"{one.why}, and the question of {inquiry.at.date()} was not answered"
                for_a_person.append(one._replace(why=why))
        elif today > inquiry.answered_at.date() + dt.timedelta(days=patience.ask_again_days):
            to_ask.append(one)
    return to_ask, for_a_person


def _open(silent: list[Silent], at: dt.datetime) -> int:
    """One task a claim, unless a person has one about it already."""
    ids = [one.claim for one in silent]
    known = set(
        Task.objects.filter(claim__in=among("bigint", ids), state="open", action__in=_OPEN).values_list(
            "claim_id", flat=True
        )
    )
    new = [one for one in silent if one.claim not in known]
    tasks = [(PostingTask(action="silent", why=f"{one.payer}: {one.why}", claim=one.number), one.claim) for one in new]
    open_tasks(tasks, "silence", at)
    return len(new)
