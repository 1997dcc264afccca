"""Claims that are ready, into files (837P): the file, what it holds and that it is sent, all in one transaction."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec
from django.db import connection, transaction
from django.db.models import F

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.edi.claim_837p import Envelope, iter_837p
from rehabill.edi.p837.profile import MAX_CLAIMS_PER_SET
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.practice import Receiver
from rehabill.office.bulk import insert, update
from rehabill.office.claims.billing import profiles
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.models import Claim
from rehabill.office.exchange.models import File, Submission
from rehabill.office.exchange.ours import next_control_number, write_down
from rehabill.office.practices.models import Practice
from rehabill.office.practices.records import practice_record
from rehabill.office.practices.scope import practice_id
from rehabill.office.visits.turn import take_turn

_LAST_NUMBER = 999_999_999
Keep = Callable[[int, File], None]
"""Gets a file and its control number just before it counts as sent: when it fails, nothing was sent."""


class Way(NamedTuple):
    """Which claims go together in a file, and to whom it is addressed."""

    takes: Callable[[str], bool] = lambda payer: True
    """By the payer's profile."""
    receiver: Receiver | None = None
    """The practice's own by default."""
    claims_per_file: int = MAX_CLAIMS_PER_SET
    one_payer_per_file: bool = False


EVERY_WAY = Way()


class Ready(NamedTuple):
    """A claim that waits to be sent, in its present version."""

    id: int
    number: str
    version: int
    record: ClaimRecord


class Held(NamedTuple):
    """A claim that could not be sent after all, and why."""

    number: str
    faults: tuple[InputError, ...]


class Sent(NamedTuple):
    """One round: what was sent in a file of that control number (none: nothing could be sent), and what is held."""

    control_number: int | None
    sha256: str
    claims: int
    held: tuple[Held, ...]


def send_ready(
    practice: Practice,
    almanac: Almanac,
    moment: dt.datetime,
    by: str,
    at: dt.datetime,
    keep: Keep,
    first: int = 1,
    way: Way = EVERY_WAY,
) -> Iterator[Sent]:
    """Send every claim that is ready and goes that way. What is told has been committed. `moment`: the practice's own
    clock, for the envelope; `first`: control numbers begin there, if they have not come farther.
    """
    while True:
        with transaction.atomic():
            take_turn()
            ready = _ready(way)
            if not ready:
                return
            sent = _Round(practice, almanac, moment, by, at, way.receiver).send(
                ready, max(first, next_control_number()), keep
            )
        yield sent


def send_again(
    practice: Practice, almanac: Almanac, moment: dt.datetime, by: str, at: dt.datetime, keep: Keep,
    versions: Sequence[Ready], way: Way, why: str,
) -> Sent:  # fmt: skip
    """Versions that were sent before, unchanged, in a file of their own with a number of its own: inside a
    transaction, in one's turn.
    """
    again = _Round(practice, almanac, moment, by, at, way.receiver, why)
    return again.send(versions, next_control_number(), keep)


def _ready(way: Way) -> list[Ready]:
    """Claims whose present version waits to go to its insurer, as many as one file takes."""
    rows = Claim.objects.filter(insurance="ready", versions__number=F("version")).order_by("service_day", "id")
    found = rows.values_list("id", "number", "versions__id", "versions__record", "standings")
    ready: list[Ready] = []
    for id_, number, version, claim, standings in found.iterator(chunk_size=1_000):
        if not any(one.order == claim.sequence and one.status == "ready" for one in standings):
            continue
        if not way.takes(claim.payer) or (way.one_payer_per_file and ready and ready[0].record.payer != claim.payer):
            continue
        ready.append(Ready(id_, number, version, claim))
        if len(ready) == way.claims_per_file:
            break
    return ready


class _Round:
    """One file in the making."""

    def __init__(
        self, practice: Practice, almanac: Almanac, moment: dt.datetime, by: str, at: dt.datetime,
        receiver: Receiver | None = None, why: str = "",
    ) -> None:  # fmt: skip
        """`why`: the reason for sending once more what was sent."""
        record = practice_record(practice, moment.date())
        self._practice = msgspec.structs.replace(record, receiver=receiver) if receiver else record
        self._why = why
        self._profiles = profiles(almanac, moment.date())
        self._moment = moment
        self._by = by
        self._at = at

    def send(self, ready: Sequence[Ready], control_number: int, keep: Keep) -> Sent:
        held: dict[int, Held] = {}

        def hold(index: int, claim: ClaimRecord, faults: tuple[InputError, ...]) -> None:
            held[ready[index].id] = Held(ready[index].number, faults)

        if control_number > _LAST_NUMBER:
            raise InputError("", "the control numbers have run out of nine digits")
        envelope = Envelope(control_number=control_number, created=self._moment)
        pieces = iter_837p((one.record for one in ready), self._practice, self._profiles, envelope, hold)
        content = "".join(pieces).encode("ascii")
        going = [one for one in ready if one.id not in held]
        events = [Happened(one.id, one.record.sequence, "held", str(held[one.id].faults[0])) for one in ready
                  if one.id in held and not self._why]  # fmt: skip
        if not going:
            record(events, self._by, self._at)
            return Sent(None, "", 0, tuple(held.values()))
        content += b"\n"
        keep(control_number, self._put_down(going, control_number, content, events))
        return Sent(control_number, hashlib.sha256(content).hexdigest(), len(going), tuple(held.values()))

    def _put_down(
        self, going: Sequence[Ready], control_number: int, content: bytes, events: Sequence[Happened]
    ) -> File:
        interchange = f"{control_number:09d}"
        file = write_down("837P", f"claims-{interchange}.837", control_number, content, self._by, self._at)
        practice = practice_id()
        insert(
            Submission,
            ("practice", "version", "file", "interchange"),
            [(practice, one.version, file.id, interchange) for one in going],
        )
        _mark_sent([one.id for one in going], self._moment.date())
        event = "resent" if self._why else "sent"
        sent = [Happened(one.id, one.record.sequence, event, self._why, file.name) for one in going]
        record([*events, *sent], self._by, self._at)
        return file


def _mark_sent(claims: Sequence[int], day: dt.date) -> None:
    """The day stands in `Owed` as well, for aging by it."""
    update(Claim._meta.db_table, "sent_on = c1", ("date",), [(one, day) for one in claims])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("UPDATE money_owed SET sent_on = %s WHERE claim_id = ANY(%s)", [day, list(claims)])
        else:
            cursor.executemany(
                "UPDATE money_owed SET sent_on = %s WHERE claim_id = %s", [(day.isoformat(), one) for one in claims]
            )


def is_sent(sha256: str) -> bool:
    """Whether the books hold a file of claims with these bytes: that they count as sent."""
    return File.objects.filter(sha256=sha256, kind="837P", is_ours=True).exists()
