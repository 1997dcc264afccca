"""Claims whose next insurer's turn has come, made ready for it: a version of their own, with what the insurers before
have decided. Where the insurer before sent the claim on itself, there is nothing to send.
"""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from django.db import transaction
from django.db.models import Max, Q

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.engine.post.next_claim import next_claim
from rehabill.model.books import Decided, Order
from rehabill.model.claim import OtherInsurance
from rehabill.model.party import Subscriber
from rehabill.office.claims.booking import filing_indicator
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.models import Claim
from rehabill.office.claims.versions import Before, refuse
from rehabill.office.coverage.models import Policy
from rehabill.office.money.models import Decision
from rehabill.office.worklists.models import Task

_PREPARING = ("draft", "held")


class Next(NamedTuple):
    """A claim that goes to its next insurer, or why it cannot."""

    number: str
    payer: str
    fault: InputError | None = None


def prepare(almanac: Almanac, today: dt.date, by: str, at: dt.datetime) -> Iterator[Next]:
    """Every claim that waits for this; each by itself. What is told has been committed."""
    waiting = [one for status in _PREPARING for one in Claim.objects.filter(insurance=status)]
    for claim in sorted(waiting, key=lambda one: (one.service_day, one.id)):
        turn = next((one for one in claim.standings if one.status in _PREPARING and not one.sent), None)
        if turn is None or turn.order == "P":
            continue
        with transaction.atomic():
            yield _prepare(claim, turn.order, turn.status, almanac, today, by, at)


def _prepare(
    claim: Claim, order: Order, status: str, almanac: Almanac, today: dt.date, by: str, at: dt.datetime
) -> Next:
    booked = claim.versions.get(number=claim.version).booked
    payer = next(one.payer for one in booked.payers if one.order == order)
    try:
        with transaction.atomic():
            _enter(Before(claim, today), order, payer, almanac, today, by, at)
    except InputError as wrong:
        if status == "draft":
            record([Happened(claim.id, order, "held", str(wrong))], by, at)
        return Next(claim.number, payer, wrong)
    done = f"Goes to {payer} with the next file."
    Task.objects.filter(claim=claim, action="bill_secondary", state="open").update(
        state="done", closed_at=at, closed_why=done
    )
    return Next(claim.number, payer)


def _enter(
    before: Before, order: Order, payer: str, almanac: Almanac, today: dt.date, by: str, at: dt.datetime
) -> None:
    if payer not in before.practice.payers:
        message = f"the practice has no account with '{payer}': add it to the practice's file (payers), and init again"
        raise InputError("payer", message)
    sent, booked = before.last_sent, before.version.booked
    decisions = Decision.objects.filter(claim=before.claim).order_by("id")
    decided: tuple[Decided, ...] = tuple(one for some in decisions.values_list("decided", flat=True) for one in some)
    books = msgspec.structs.replace(booked, decided=decided)
    others = [_other(one.order, before, almanac) for one in booked.payers if one.order != order]
    new = next_claim(sent, books, order, _subscriber(before, payer, order), others, _days(before.claim))
    refuse(before.writer(almanac, today).problems(new))
    why = f"It is the turn of {payer}."
    before.enter(new, before.version.priced, booked, before.claim.standings, ["released"], why, by, at)


def _other(order: Order, before: Before, almanac: Almanac) -> OtherInsurance:
    """An insurer of the claim as the next one is told of it: as it was billed, or as it stood on the claim before."""
    sent, day = before.last_sent, before.claim.service_day
    told = next((one for one in sent.other_insurance if one.sequence == order), None)
    if told is not None:
        return told
    payer = next(one for one in before.version.booked.payers if one.order == order)
    account = before.practice.payers.get(payer.payer)
    if account is None:
        raise InputError(
            "other_insurance", f"the practice has no account with '{payer.payer}': its number is not known"
        )
    subscriber = sent.subscriber if sent.sequence == order else _subscriber(before, payer.payer, order)
    return OtherInsurance(
        payer_name=account.name, payer_id=account.payer_id, sequence=order, subscriber=subscriber or Subscriber(),
        filing_indicator=filing_indicator(payer.payer, before.practice, almanac, day),
        payer_claim_number=(before.claim.payer_claim_number or None) if order == "P" else None,
    )  # fmt: skip


def _subscriber(before: Before, payer: str, order: Order) -> Subscriber | None:
    """By the policy in force that day, else as the claim before told it."""
    day = before.claim.service_day
    in_force = (Q(starts=None) | Q(starts__lte=day)) & (Q(ends=None) | Q(ends__gte=day))
    rows = Policy.objects.filter(in_force, patient=before.claim.patient_id, payer=payer, order=order)
    policy = rows.order_by("-starts", "-id").first()
    if policy is not None:
        found: Subscriber = policy.subscriber
        return found
    told = next((one for one in before.last_sent.other_insurance if one.sequence == order), None)
    return told.subscriber if told else None


def _days(claim: Claim) -> dict[Order, dt.date]:
    """When each insurer has decided last: the day of its payment."""
    rows = Decision.objects.filter(claim=claim).annotate(day=Max("payment__paid_on"))
    found: dict[Order, dt.date] = {}
    for decided, day in rows.values_list("decided", "day"):
        for one in decided:
            if day is not None:
                found[one.order] = max(day, found.get(one.order, day))
    return found
