"""A claim's part of a payment: posted to the claim of ours that is meant, and what follows from it for that claim."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from rehabill.engine.life_cycle.axes import answered
from rehabill.engine.life_cycle.table import AT_REST, PREPARING
from rehabill.engine.post.claim import PostedClaim, post_claim, post_unknown
from rehabill.engine.post.effects import Effect, effect_of
from rehabill.engine.post.expect import Cause
from rehabill.engine.post.suppose import causes
from rehabill.engine.post.tasks import FORWARDED
from rehabill.model.books import BookedLine, BookedPayer, PostingTask
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.remittance import RemittanceClaim
from rehabill.model.standing import Event
from rehabill.office.claims.happened import Happened, record
from rehabill.office.money.posting.claims import Ours
from rehabill.office.money.posting.desk import Desk, Place
from rehabill.office.worklists.tasks import Answer, answers, close_answered


class Posted(NamedTuple):
    """A claim's part of the payment, posted."""

    told: RemittanceClaim
    part: str
    ours: Ours | None
    """None: unknown, or decided by none of its payers."""
    made: PostedClaim


def post(told: RemittanceClaim, part: str, ours: Ours | None, place: Place, desk: Desk) -> Posted:
    """Nothing is written yet; `ours` takes the decision in, so that the next one about the same claim knows of it."""
    if ours is None:
        return Posted(told, part, None, post_unknown(told, place.key))
    made = post_claim(told, ours.booked, place.key, _cause(ours, desk))
    if not made.decided:
        return Posted(told, part, None, made)
    decided = ours.booked.decided + made.decided
    ours.booked = msgspec.structs.replace(ours.booked, decided=decided)
    return Posted(told, part, ours, made)


def tasks_after(posted: Sequence[Posted]) -> list[tuple[PostingTask, int | None]]:
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


def _look_twice(one: Posted) -> PostingTask:
    payer = _payer(one)
    why = f"{_ELSEWHERE} Was it billed elsewhere as well, or is another claim meant? Look before anything goes out."
    number = one.told.claim_number
    return PostingTask(action="never_sent", cents=one.told.paid_cents, why=why, claim=number, payer=payer.payer)


def _cause(ours: Ours, desk: Desk) -> Cause:
    """Why a line was paid short, asked only of those that were: the claim's record is read then."""

    def cause(line: BookedLine, given: int) -> str:
        return causes(msgspec.json.decode(ours.record, type=ClaimRecord), desk.almanac)(line, given)

    return cause


def write_claims(posted: Sequence[Posted], place: Place, desk: Desk) -> None:
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


def _events(one: Posted, place: Place) -> Iterable[Happened]:
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


def _never_sent(one: Posted) -> bool:
    """Whether the first insurer answers what these books never sent it. Others get claims from the insurer before."""
    assert one.ours is not None
    payer = _payer(one)
    standing = next((each for each in one.ours.standings if each.order == payer.order), None)
    return (
        payer.order == "P" and standing is not None and not standing.sent
        and standing.status in ("waiting", *PREPARING, *AT_REST)
    )  # fmt: skip


def _payer(one: Posted) -> BookedPayer:
    assert one.ours is not None
    return next(each for each in one.ours.booked.payers if each.order == one.made.decided[0].order)


def _passes_on(made: PostedClaim) -> bool:
    """Whether it leaves the next payer a share."""
    return sum(own.cents for one in made.decided for own in one.adjustments if effect_of(own) is Effect.NEXT) > 0
