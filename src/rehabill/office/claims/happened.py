"""What happens to claims: each moves by the table of `engine.life_cycle`, and every move is put on record."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from rehabill.engine.life_cycle.axes import is_billed, leading, paid_state, who_owes
from rehabill.engine.life_cycle.move import move
from rehabill.model.books import Order
from rehabill.model.standing import Debtor, Event, InsuranceStatus, Standing, WhoOwes
from rehabill.office.bulk import among, insert, update
from rehabill.office.claims.models import Claim, ClaimEvent
from rehabill.office.money.models import Owed
from rehabill.office.practices.scope import practice_id

_AT_ONCE = 500


class Happened(NamedTuple):
    """One event of a claim; `order` says at which insurer, and is None where it is none of an insurer's doing."""

    claim: int
    order: Order | None
    event: Event | str
    """Of the table where it has an order; else a word for what a person or the books did."""
    why: str = ""
    source: str = ""
    edition: str = ""
    payer_claim_number: str = ""
    """The insurer's own number for the claim, where it tells one; kept of the first insurer."""
    version: int | None = None
    """Which of ours is answered, counted at that insurer, where that is known: an earlier one moves nothing."""


def record(events: Sequence[Happened], by: str, at: dt.datetime) -> None:
    """Move the claims and put the events on record, in their order. Raises `IllegalTransition`.

    Called after the journal was written, inside the same transaction: who owes and what is paid are read off it.
    """
    by_claim: dict[int, list[Happened]] = {}
    for one in events:
        by_claim.setdefault(one.claim, []).append(one)
    ids = list(by_claim)
    for start in range(0, len(ids), _AT_ONCE):
        _record(ids[start : start + _AT_ONCE], by_claim, by, at)


def _record(ids: list[int], by_claim: dict[int, list[Happened]], by: str, at: dt.datetime) -> None:
    owed, rest = _owed(ids, at.date())
    claims, rows = [], []
    practice, day = practice_id(), at.date()
    found = (
        Claim.objects.filter(id__in=among("bigint", ids))
        .order_by("id")
        .values_list("id", "version", "standings", "paid_cents", "open_cents", "payer_claim_number")
    )
    for claim, version, standings, paid_cents, open_cents, payers_number in found:
        open_by, paid = owed.get(claim, {}), paid_state(paid_cents, open_cents)
        moved, happened = _moved(standings, by_claim[claim], open_by)
        for one, after in happened:
            status, owes = _shown(after, open_by)
            rows.append(
                (practice, claim, version, at, by, one.event, one.why, one.source, one.edition, status, owes, paid)
            )
            if one.order == "P" and one.payer_claim_number:
                payers_number = one.payer_claim_number
        claims.append((claim, msgspec.json.encode(moved).decode(), *_shown(moved, open_by), paid, day, payers_number))
    update(
        Claim._meta.db_table,
        "standings = c1, insurance = c2, owes = c3, paid = c4, acted_on = c5, payer_claim_number = c6",
        ("text", "text", "text", "text", "date", "text"),
        claims,
    )
    _act(rest, day)
    insert(
        ClaimEvent,
        ("practice", "claim", "version", "at", "by", "kind", "why", "source", "edition", "insurance", "owes", "paid"),
        rows,
    )


Standings = tuple[Standing, ...]


def _shown(standings: Standings, open_by: dict[Debtor, int]) -> tuple[InsuranceStatus, WhoOwes]:
    """What lists show: the status of the standing that leads, and who owes."""
    status = leading(standings).status if standings else "closed"
    return status, who_owes(open_by, is_billed(standings))


def _moved(
    standings: Standings, events: Sequence[Happened], open_by: dict[Debtor, int]
) -> tuple[Standings, list[tuple[Happened, Standings]]]:
    """Where the claim stands in the end; and after each event, those included that follow from what is owed now."""
    happened = []
    for one in events:
        standings = _step(standings, one, open_by)
        happened.append((one, standings))
    for one in _ends(standings, open_by, events[-1]):
        standings = _step(standings, one, open_by)
        happened.append((one, standings))
    return standings, happened


def _step(standings: Standings, one: Happened, open_by: dict[Debtor, int]) -> Standings:
    if one.order is None:
        return standings
    return tuple(
        move(each, one.event, version=one.version, open_cents=open_by.get(each.order, 0))  # type: ignore[arg-type]
        if each.order == one.order
        else each
        for each in standings
    )


_SETTLED = ("decided", "denied")


def _ends(standings: Standings, open_by: dict[Debtor, int], cause: Happened) -> list[Happened]:
    """Insurers that answered and owe nothing: nothing is left to ask of them. And those that owe again."""
    found = []
    for one in standings:
        owes = open_by.get(one.order, 0) != 0
        if one.status in _SETTLED and not owes:
            found.append(Happened(cause.claim, one.order, "closed", "It owes nothing.", cause.source))
        elif one.status == "closed" and one.before in _SETTLED and owes:
            found.append(Happened(cause.claim, one.order, "reopened", "It owes something again.", cause.source))
    return found


def _owed(ids: list[int], day: dt.date) -> tuple[dict[int, dict[Debtor, int]], list[int]]:
    """Who owes what of the claims; and which rows say another day of the last event."""
    found: dict[int, dict[Debtor, int]] = {}
    other = []
    rows = Owed.objects.filter(claim__in=among("bigint", ids)).values_list(
        "id", "claim_id", "order", "cents", "acted_on"
    )
    for id_, claim, order, cents, acted_on in rows:
        of = found.setdefault(claim, {})
        debtor: Debtor = order or "patient"
        of[debtor] = of.get(debtor, 0) + cents
        if acted_on != day:
            other.append(id_)
    return found, other


def _act(rows: list[int], day: dt.date) -> None:
    """The day of the last event stands in `Owed` as well, for aging by it."""
    update(Owed._meta.db_table, "acted_on = c1", ("date",), [(one, day) for one in rows])
