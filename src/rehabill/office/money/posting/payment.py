"""One payment of a file: what of it is new is posted, in batches of claims."""

from collections.abc import Sequence

import msgspec
from django.db.models import Sum

from rehabill.base.money import dollars
from rehabill.engine.post.payers import identifiers, payer_in_turn, payer_of, payment_of
from rehabill.engine.post.payment import Payment as Key
from rehabill.engine.post.payment import adjustment_payments, claim_payments, digest
from rehabill.model.books import PostingTask
from rehabill.model.remittance import Remittance, RemittanceClaim
from rehabill.office.bulk import among, insert
from rehabill.office.exchange.models import File
from rehabill.office.money import journal
from rehabill.office.money.models import Decision, Payment, ProviderMove
from rehabill.office.money.posting.claim import Posted, post, tasks_after, write_claims
from rehabill.office.money.posting.claims import find
from rehabill.office.money.posting.desk import Desk, Place
from rehabill.office.money.posting.joining import find_and_join
from rehabill.office.money.posting.moves import post_moves
from rehabill.office.money.posting.outcome import PaymentOutcome
from rehabill.office.practices.scope import practice_id
from rehabill.office.worklists.tasks import open_tasks

AT_ONCE = 500
_ENOUGH = 50
"""Claims of a payment that say whose it is, where its payer is not known by any number."""


def post_payment(told: Remittance, file: File, desk: Desk) -> tuple[Payment, PaymentOutcome]:
    """Post what is new of a payment. Inside the file's transaction."""
    key = payment_key(told, desk)
    payment = _row(told, key, desk)
    outcome = PaymentOutcome(
        key=key.key, trace=told.trace_number, payer=key.payer, name=told.payer.name, method=told.method,
        paid_on=str(told.payment_date or ""), amount_cents=told.amount_cents,
    )  # fmt: skip
    payer = payer_of(told)
    parts = [digest(one) for one in claim_payments(told.claims, payer, told.trace_number)]
    for start in range(0, len(parts), AT_ONCE):
        batch = slice(start, start + AT_ONCE)
        _post_batch(told.claims[batch], parts[batch], Place(payment, key, file), desk, outcome)
    moves = [digest(one) for one in adjustment_payments(told.provider_adjustments, payer, told.trace_number)]
    outcome.moves, outcome.moved_cents, tasks = post_moves(told, moves, payment, key, desk.by, desk.at)
    outcome.tasks += tasks
    if outcome.posted or outcome.moves:
        outcome.tasks += _beyond(payment, told, desk)
    return payment, outcome


def _beyond(payment: Payment, told: Remittance, desk: Desk) -> list[PostingTask]:
    """More was posted than the payment holds: the same claims came told in two ways, typed from paper and as 835."""
    claims = Decision.objects.filter(payment=payment).aggregate(of=Sum("paid_cents"))["of"] or 0
    moved = ProviderMove.objects.filter(payment=payment).aggregate(of=Sum("cents"))["of"] or 0
    more = claims - moved - payment.amount_cents
    if more <= 0 or told.amount_cents != payment.amount_cents:
        return []
    why = (
        f"{dollars(more)} more is posted of payment {payment.trace} than the {dollars(payment.amount_cents)} that were"
        " paid: some of its claims stand in the books twice, told otherwise. Take the wrong entries back."
    )
    task = PostingTask(action="posted_beyond", cents=more, why=why, payer=payment.payer)
    open_tasks([(task, None)], payment.key, desk.at)
    return [task]


def payment_key(told: Remittance, desk: Desk) -> Key:
    """The payment, under our name for its payer. One not heard of is known by the claims of ours that it answers."""
    key = payment_of(told, desk.identities.learned, desk.day)
    if key.known_as:
        return key
    some = told.claims[:_ENOUGH]
    payers = [payer_in_turn(one, key, ours.booked) for one, ours in zip(some, find(some), strict=True) if ours]
    for name in {one.payer for one in payers if one}:
        desk.identities.learn(identifiers(told), name)
    return payment_of(told, desk.identities.learned, desk.day)


def _row(told: Remittance, key: Key, desk: Desk) -> Payment:
    payment: Payment
    payment, _ = Payment.objects.get_or_create(
        key=key.key,
        defaults={
            "payer": key.payer, "trace": told.trace_number, "originator": told.originator, "method": told.method,
            "paid_on": told.payment_date, "amount_cents": told.amount_cents, "at": desk.at,
        },
    )  # fmt: skip
    return payment


def _post_batch(
    told: Sequence[RemittanceClaim], parts: Sequence[str], place: Place, desk: Desk, outcome: PaymentOutcome
) -> None:
    known = set(Decision.objects.filter(identity__in=among("text", parts)).values_list("identity", flat=True))
    new = [(one, part) for one, part in zip(told, parts, strict=True) if part not in known]
    outcome.known += len(told) - len(new)
    if not new:
        return
    found = find_and_join([one for one, _ in new], place.key, desk)
    posted = [post(one, part, ours, place, desk) for (one, part), ours in zip(new, found, strict=True)]
    ids = journal.write([one.made.entry for one in posted if one.made.entry], desk.by, desk.at)
    numbers = iter(ids)
    entries = [next(numbers) if one.made.entry else None for one in posted]
    _write_decisions(posted, entries, place)
    write_claims(posted, place, desk)
    tasks = tasks_after(posted)
    open_tasks(tasks, place.key.key, desk.at)
    outcome.tasks += [task for task, _ in tasks]
    outcome.posted += len(posted)
    outcome.posted_cents += sum(one.told.paid_cents for one in posted)
    outcome.unknown += sum(one.ours is None for one in posted)


def _write_decisions(posted: Sequence[Posted], entries: Sequence[int | None], place: Place) -> None:
    practice = practice_id()
    encode = msgspec.json.encode
    insert(
        Decision,
        ("practice", "payment", "file", "identity", "claim", "claim_number", "payer_claim_number", "status",
         "charge_cents", "paid_cents", "decided", "told", "entry"),
        [
            (
                practice, place.payment.id, place.file.id, one.part, one.ours.id if one.ours else None,
                one.told.claim_number, one.told.payer_claim_number, one.told.status, one.told.charge_cents,
                one.told.paid_cents, encode(one.made.decided).decode(),
                None if one.ours else encode(one.told).decode(), entry,
            )
            for one, entry in zip(posted, entries, strict=True)
        ],
    )  # fmt: skip
