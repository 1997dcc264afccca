"""Sending what was sent: only when a person says so, and why."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.model.books import Order
from rehabill.office.claims.models import Claim
from rehabill.office.claims.sending import Ready, Sent, Way, send_again
from rehabill.office.exchange.models import Arrival, File, Partner, Transmission
from rehabill.office.exchange.outbox import queue, try_again
from rehabill.office.exchange.routes import Routes
from rehabill.office.exchange.sent import last_of
from rehabill.office.practices.models import Practice
from rehabill.office.visits.turn import take_turn
from rehabill.office.worklists.models import Task

_MAY = ("sent", "received", "rejected")


def resend(
    practice: Practice,
    almanac: Almanac,
    numbers: Sequence[str],
    why: str,
    moment: dt.datetime,
    by: str,
    at: dt.datetime,
) -> list[Sent]:
    """The same versions once more, in new files to their partners: all of them or none. Raises `InputError`."""
    routes = Routes()
    sent = []
    with transaction.atomic():
        take_turn()
        by_partner: dict[int, tuple[Partner, list[Ready]]] = {}
        for number in dict.fromkeys(numbers):
            ready = _again(number)
            partner = routes.to(ready.record.payer)
            if partner is None:
                raise InputError(number, f"no partner takes claims for {ready.record.payer}: `rehabill partner add`")
            by_partner.setdefault(partner.id, (partner, []))[1].append(ready)
        for partner, claims in by_partner.values():

            def keep(number: int, file: File, to: Partner = partner) -> None:
                queue(file, to, at, why)

            way = Way(receiver=partner.record.receiver)
            one = send_again(practice, almanac, moment, by, at, keep, claims, way, why)
            if one.held:
                raise InputError(one.held[0].number, str(one.held[0].faults[0]))
            sent.append(one)
    return sent


def _again(number: str) -> Ready:
    """The version that went to the insurer that has not taken it in."""
    claim = Claim.objects.filter(number=number).first()
    if claim is None:
        raise InputError(number, "the books have no such claim; `rehabill claim list` shows them")
    orders: list[Order] = [one.order for one in claim.standings if one.status in _MAY and one.sent]
    if not orders:
        message = (
            f"it stands at {claim.insurance}: only what was sent and not taken in, or turned back, can be sent again; "
            "what an insurer has is corrected (`rehabill claim correct`)"
        )
        raise InputError(number, message)
    (last,) = last_of([(claim.id, orders[0])])
    return Ready(claim.id, number, last.version, last.record)


def retry(name: str, at: dt.datetime) -> str:
    """A file that was refused on its way, or one that could not be applied, is tried anew. Raises `InputError`."""
    out = Transmission.objects.filter(file__name=name, state="refused").select_related("file").first()
    if out is not None:
        try_again(out, at)
        return "goes with the next sync"
    with transaction.atomic():
        found = Arrival.objects.filter(name=name, state="quarantined")
        ids = list(found.values_list("id", flat=True))
        if not ids:
            raise InputError(name, "no file of that name was refused or put aside: `rehabill exchange list` shows them")
        found.update(state="fetched", why="")
        sources = [f"arrival {one}" for one in ids]
        Task.objects.filter(action="file_unreadable", state="open", source__in=sources).update(
            state="done", closed_at=at
        )
    return "is applied with the next sync"
