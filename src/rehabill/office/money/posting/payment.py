"""One payment of a file: what of it is new is posted, in batches of claims."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from rehabill.almanac.edition import Almanac
from rehabill.engine.life_cycle.axes import answered
from rehabill.engine.life_cycle.table import AT_REST, PREPARING
from rehabill.engine.post.claim import PostedClaim, post_claim, post_unknown
from rehabill.engine.post.effects import Effect, effect_of
from rehabill.engine.post.expect import Cause
from rehabill.engine.post.payers import identifiers, payer_in_turn, payer_of, payment_of
from rehabill.engine.post.payment import Payment as Key
from rehabill.engine.post.payment import adjustment_payments, claim_payments, digest
from rehabill.engine.post.suppose import causes
from rehabill.engine.post.tasks import FORWARDED
from rehabill.model.books import BookedLine, BookedPayer, PostingTask
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.remittance import Remittance, RemittanceClaim
from rehabill.model.standing import Event
from rehabill.office.bulk import insert
from rehabill.office.claims.happened import Happened, record
from rehabill.office.exchange.models import File
from rehabill.office.money import journal
from rehabill.office.money.models import Decision, Payment
from rehabill.office.money.posting.claims import Ours, find
from rehabill.office.money.posting.moves import post_moves
from rehabill.office.money.posting.outcome import PaymentOutcome
from rehabill.office.money.posting.payers import Identities
from rehabill.office.practices.scope import practice_id
from rehabill.office.worklists.tasks import Answer, answers, close_answered, open_tasks

AT_ONCE = 500
_ENOUGH = 50
"""Claims of a payment that say whose it is, where its payer is not known by any number."""


class Desk(NamedTuple):
    """Who posts, when, under which law."""

    by: str
    at: dt.datetime
    almanac: Almanac
    identities: Identities

    @property
    def day(self) -> dt.date:
        return self.at.date()


def post_payment(told: Remittance, file: File, desk: Desk) -> tuple[Payment, PaymentOutcome]:
    """Post what is new of a payment. Inside the file's transaction."""
    key = _key(told, desk)
    payment = _row(told, key, desk)
    outcome = PaymentOutcome(
        trace=told.trace_number, payer=key.payer, name=told.payer.name, method=told.method,
        paid_on=str(told.payment_date or ""), amount_cents=told.amount_cents,
    )  # fmt: skip
    payer = payer_of(told)
    parts = [digest(one) for one in claim_payments(told.claims, payer, told.trace_number)]
    for start in range(0, len(parts), AT_ONCE):
        batch = slice(start, start + AT_ONCE)
        _post_batch(told, told.claims[batch], parts[batch], _Place(payment, key, file), desk, outcome)
    moves = [digest(one) for one in adjustment_payments(told.provider_adjustments, payer, told.trace_number)]
    outcome.moves, outcome.moved_cents, tasks = post_moves(told, moves, payment, key, desk.by, desk.at)
    outcome.tasks += tasks
    return payment, outcome


def _key(told: Remittance, desk: Desk) -> Key:
    """The payment, under our name for its payer. One not heard of is known by the claims of ours that it answers."""
    key = payment_of(told, desk.identities.learned, desk.day)
    if key.known_as:
        return key
    some = told.claims[:_ENOUGH]
    payers = [payer_in_turn(one, key, ours.booked) for one, ours in zip(some, find(some), strict=True) if ours]
    for name in {one.payer for one in payers if one}:
        desk.identities.learn(identifiers(told), name)
    return payment_of(told, desk.identities.learned, desk.day)


class _Place(NamedTuple):
    """To which payment and file a batch belongs."""

    payment: Payment
    key: Key
    file: File


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


class _Posted(NamedTuple):
    """A claim's part of the payment, posted."""

    told: RemittanceClaim
    part: str
    ours: Ours | None
    """None: unknown, or decided by none of its payers."""
    made: PostedClaim


def _post_batch(
    header: Remittance, told: Sequence[RemittanceClaim], parts: Sequence[str], place: _Place, desk: Desk,
    outcome: PaymentOutcome,
) -> None:  # fmt: skip
    known = set(Decision.objects.filter(identity__in=parts).values_list("identity", flat=True))
    new = [(one, part) for one, part in zip(told, parts, strict=True) if part not in known]
    outcome.known += len(told) - len(new)
    if not new:
        return
    found = find([one for one, _ in new])
    posted = [_post(one, part, ours, header, place, desk) for (one, part), ours in zip(new, found, strict=True)]
    ids = journal.write([one.made.entry for one in posted if one.made.entry], desk.by, desk.at)
    numbers = iter(ids)
    entries = [next(numbers) if one.made.entry else None for one in posted]
    _write_decisions(posted, entries, place)
    _write_claims(posted, place, desk)
    tasks = _tasks(posted)
    open_tasks(tasks, place.key.key, desk.at)
    outcome.tasks += [task for task, _ in tasks]
    outcome.posted += len(posted)
    outcome.posted_cents += sum(one.told.paid_cents for one in posted)
    outcome.unknown += sum(one.ours is None for one in posted)


def _post(
    told: RemittanceClaim, part: str, ours: Ours | None, header: Remittance, place: _Place, desk: Desk
) -> _Posted:
    if ours is None:
        return _Posted(told, part, None, post_unknown(told, place.key))
    made = post_claim(told, ours.booked, place.key, _cause(ours, desk))
    if not made.decided:
        return _Posted(told, part, None, made)
    decided = ours.booked.decided + made.decided
    ours.booked = msgspec.structs.replace(ours.booked, decided=decided)
    return _Posted(told, part, ours, made)


def _tasks(posted: Sequence[_Posted]) -> list[tuple[PostingTask, int | None]]:
    """What is left to do after all of them: a correction answers what its reversal, earlier in the batch, asked for."""
    found: dict[int | None, list[PostingTask]] = {}
    for one in posted:
        if one.ours is None:
            found.setdefault(None, []).extend(one.made.tasks)
            continue
        claim = one.ours.id
        said = Answer(claim, _payer(one).payer, frozenset(each.line_id for each in one.made.decided))
        before = found.get(claim, ())
        found[claim] = [task for task in before if not answers(said, claim, task.action, task.payer, task.line)]
        found[claim] += one.made.tasks
        if _never_sent(one):
            found[claim].append(_look_twice(one))
    return [(task, claim) for claim, tasks in found.items() for task in tasks]


def _look_twice(one: _Posted) -> PostingTask:
    payer = _payer(one)
    why = f"{_ELSEWHERE} Was it billed elsewhere as well, or is another claim meant? Look before anything goes out."
    number = one.told.claim_number
    return PostingTask(action="never_sent", cents=one.told.paid_cents, why=why, claim=number, payer=payer.payer)


def _cause(ours: Ours, desk: Desk) -> Cause:
    """Why a line was paid short, asked only of those that were: the claim's record is read then."""

    def cause(line: BookedLine, given: int) -> str:
        return causes(msgspec.json.decode(ours.record, type=ClaimRecord), desk.almanac)(line, given)

    return cause


def _write_decisions(posted: Sequence[_Posted], entries: Sequence[int | None], place: _Place) -> None:
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


def _write_claims(posted: Sequence[_Posted], place: _Place, desk: Desk) -> None:
    """The claims' standings; what was to be done about earlier answers is over."""
    events: list[Happened] = []
    said: list[Answer] = []
    for one in posted:
        if one.ours is None:
            continue
        events += _events(one, place)
        said.append(Answer(one.ours.id, _payer(one).payer, frozenset(each.line_id for each in one.made.decided)))
    record(events, desk.by, desk.at)
    close_answered(said, desk.at)


def _events(one: _Posted, place: _Place) -> Iterable[Happened]:
    assert one.ours is not None
    booked = one.ours.booked
    payer = _payer(one)
    event = answered(booked.decided, payer.order)
    source = place.key.key
    if event:
        if _never_sent(one):
            yield Happened(one.ours.id, payer.order, "brought_over", _ELSEWHERE, source)
        yield Happened(one.ours.id, payer.order, event, source=source, payer_claim_number=one.told.payer_claim_number)
    turn = booked.payers.index(payer) + 1
    if turn >= len(booked.payers):
        return
    following = booked.payers[turn].order
    said: Event | None = "forwarded" if one.told.status in FORWARDED else "due" if _passes_on(one.made) else None
    if said:
        yield Happened(one.ours.id, following, said, source=source)


_ELSEWHERE = "It was not sent from here, and yet its insurer answers it."


def _never_sent(one: _Posted) -> bool:
    """Whether the first insurer answers what these books never sent it. Others get claims from the insurer before."""
    assert one.ours is not None
    payer = _payer(one)
    standing = next((each for each in one.ours.standings if each.order == payer.order), None)
    return (
        payer.order == "P" and standing is not None and not standing.sent
        and standing.status in ("waiting", *PREPARING, *AT_REST)
    )  # fmt: skip


def _payer(one: _Posted) -> BookedPayer:
    assert one.ours is not None
    return next(each for each in one.ours.booked.payers if each.order == one.made.decided[0].order)


def _passes_on(made: PostedClaim) -> bool:
    """Whether it leaves the next payer a share."""
    return sum(own.cents for one in made.decided for own in one.adjustments if effect_of(own) is Effect.NEXT) > 0
