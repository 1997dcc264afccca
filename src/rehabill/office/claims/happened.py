"""What happens to claims: each moves by the table of `engine.life_cycle`, and every move is put on record."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from django.db import connection

from rehabill.engine.life_cycle.axes import is_billed, leading, paid_state, who_owes
from rehabill.engine.life_cycle.move import move
from rehabill.model.books import Order
from rehabill.model.standing import Debtor, Event, Standing
from rehabill.office.bulk import insert, update
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
    owed = _owed(ids)
    claims, rows = [], []
    practice, day = practice_id(), at.date()
    found = Claim.objects.filter(id__in=ids).values_list("id", "version", "standings", "paid_cents", "open_cents")
    for claim, version, standings, paid_cents, open_cents in found:
        open_by = owed.get(claim, {})
        moved = standings
        for one in by_claim[claim]:
            moved = _moved(moved, one, open_by)
            status = leading(moved).status if moved else "closed"
            owes = who_owes(open_by, is_billed(moved))
            paid = paid_state(paid_cents, open_cents)
            rows.append(
                (practice, claim, version, at, by, one.event, one.why, one.source, one.edition, status, owes, paid)
            )
        claims.append((claim, msgspec.json.encode(moved).decode(), status, owes, paid, day))
    update(
        Claim._meta.db_table,
        "standings = c1, insurance = c2, owes = c3, paid = c4, acted_on = c5",
        ("text", "text", "text", "text", "date"),
        claims,
    )
    _act(ids, day)
    insert(
        ClaimEvent,
        ("practice", "claim", "version", "at", "by", "kind", "why", "source", "edition", "insurance", "owes", "paid"),
        rows,
    )


def _moved(standings: tuple[Standing, ...], one: Happened, open_by: dict[Debtor, int]) -> tuple[Standing, ...]:
    if one.order is None:
        return standings
    return tuple(
        move(each, one.event, open_cents=open_by.get(each.order, 0)) if each.order == one.order else each  # type: ignore[arg-type]
        for each in standings
    )


def _owed(ids: list[int]) -> dict[int, dict[Debtor, int]]:
    found: dict[int, dict[Debtor, int]] = {}
    for claim, order, cents in Owed.objects.filter(claim__in=ids).values_list("claim_id", "order", "cents"):
        of = found.setdefault(claim, {})
        debtor: Debtor = order or "patient"
        of[debtor] = of.get(debtor, 0) + cents
    return found


def _act(ids: list[int], day: dt.date) -> None:
    """The day of the last event stands in `Owed` as well, for aging by it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("UPDATE money_owed SET acted_on = %s WHERE claim_id = ANY(%s)", [day, ids])
        else:
            cursor.executemany(
                "UPDATE money_owed SET acted_on = %s WHERE claim_id = %s", [(day.isoformat(), one) for one in ids]
            )
