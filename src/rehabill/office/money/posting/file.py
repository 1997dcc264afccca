"""A file of remittances into the books: whole, or held with the reason, or known already."""

import datetime as dt
import hashlib

from django.db import transaction

from rehabill.almanac.edition import Almanac
from rehabill.edi.remittance_835 import remittances
from rehabill.engine.post.envelope import envelope_findings
from rehabill.engine.post.hold import hold
from rehabill.model.remittance import Remittance
from rehabill.office.exchange.models import File
from rehabill.office.money.ledger import check_open
from rehabill.office.money.models import PaymentFile
from rehabill.office.money.posting.desk import Desk
from rehabill.office.money.posting.held import close_held
from rehabill.office.money.posting.outcome import FileOutcome, PaymentOutcome
from rehabill.office.money.posting.payers import Identities
from rehabill.office.money.posting.payment import post_payment
from rehabill.office.visits.turn import take_turn
from rehabill.office.worklists.models import Task
from rehabill.office.worklists.tasks import hold_file


class _DryRun(Exception):
    """Takes everything back."""


def post_file(name: str, data: bytes, almanac: Almanac, by: str, at: dt.datetime, dry_run: bool = False) -> FileOutcome:
    """Post an 835 in one transaction. Nothing in it is posted twice, whatever file it came in before.

    A file whose envelope is broken or whose payment does not balance is kept and held; one that holds no remittance is
    not kept. Raises `InputError` where the day's month is closed.
    """
    check_open(at.date())
    outcome = FileOutcome(name=name, state="posted", sha256=hashlib.sha256(data).hexdigest())
    told, findings = remittances(data)
    outcome.held = hold(told, [*envelope_findings((data,)), *findings])
    if not told:
        outcome.state = "unreadable"
        return outcome
    try:
        with transaction.atomic():
            take_turn()
            file = _file(outcome, data, "835", by, at)
            if outcome.held:
                _hold(outcome, told, file, at)
            else:
                post_remittances(told, file, outcome, Desk(by, at, almanac, Identities(), at.date()))
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return outcome


def post_remittances(told: list[Remittance], file: File, outcome: FileOutcome, desk: Desk) -> None:
    """Each payment of a file that is not held."""
    for number, one in enumerate(told, 1):
        payment, made = post_payment(one, file, desk)
        outcome.payments.append(made)
        state = "posted" if _is_new(made) else "known"
        row, _ = PaymentFile.objects.get_or_create(
            file=file, number=number, defaults={"payment": payment, "state": state}
        )
        if _is_new(made) and row.state != state:
            PaymentFile.objects.filter(id=row.id).update(state=state)
    if any(_is_new(one) for one in outcome.payments):
        close_held(desk.at)
    else:
        outcome.state = "seen before"
    _forget_answered(outcome)


def _forget_answered(outcome: FileOutcome) -> None:
    """What a payment asked for and a later one of the same file answered is told as little as it is listed."""
    asked = [one.key for one in outcome.payments if one.tasks]
    known = Task.objects.filter(state="open", source__in=asked) if asked else Task.objects.none()
    still = set(known.values_list("source", "action", "line", "cents", "why"))
    for one in outcome.payments:
        one.tasks = [task for task in one.tasks if (one.key, task.action, task.line, task.cents, task.why) in still]


def _is_new(made: PaymentOutcome) -> bool:
    return bool(made.posted or made.moves)


def _file(outcome: FileOutcome, data: bytes, kind: str, by: str, at: dt.datetime) -> File:
    file: File
    file, _ = File.objects.get_or_create(
        sha256=outcome.sha256,
        defaults={"name": outcome.name, "kind": kind, "is_ours": False, "content": data, "at": at, "by": by},
    )
    return file


def _hold(outcome: FileOutcome, told: list[Remittance], file: File, at: dt.datetime) -> None:
    outcome.state = "held"
    hold_file(outcome.name, file.id, [one.why for one in outcome.held], sum(one.amount_cents for one in told), at)
