"""New claims into the books, many at once: the claim, its first version and lines, its charge, its first events."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from rehabill.engine.post.find import plain
from rehabill.engine.post.owed import charged
from rehabill.ledger.entry import entry
from rehabill.model.books import BookedClaim
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.priced import PricedClaim
from rehabill.office.bulk import insert, take_ids
from rehabill.office.claims.booking import standings
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.models import Claim, ClaimLine, ClaimVersion
from rehabill.office.money.journal import write
from rehabill.office.practices.scope import practice_id

_encode = msgspec.json.Encoder().encode


class Made(NamedTuple):
    """A claim to be entered, of a visit and patient by their ids."""

    patient: int
    visit: int
    record: ClaimRecord
    priced: PricedClaim
    booked: BookedClaim
    edition: str

    @property
    def number(self) -> str:
        return self.booked.claim_number


class Version(NamedTuple):
    """A version to be written down."""

    claim: int
    number: int
    record: ClaimRecord
    booked: BookedClaim
    priced: PricedClaim | None
    edition: str
    why: str = ""


def make_claims(made: Sequence[Made], day: dt.date, by: str, at: dt.datetime) -> None:
    """Enter them as ready to go, or as the patient's to pay; charged on `day`. Inside a transaction."""
    if not made:
        return
    ids = list(take_ids(Claim, len(made)))
    _insert_claims(ids, made, day)
    add_versions(
        [Version(id_, 1, one.record, one.booked, one.priced, one.edition) for id_, one in zip(ids, made, strict=True)],
        by,
        at,
    )
    write([entry(day, "charge", one.number, charged(one.booked)) for one in made], by, at)
    events = []
    for id_, one in zip(ids, made, strict=True):
        events.append(Happened(id_, None, "made", edition=one.edition))
        if one.booked.payers:
            events.append(Happened(id_, one.record.sequence, "released", edition=one.edition))
    record(events, by, at)


def _insert_claims(ids: Sequence[int], made: Sequence[Made], day: dt.date) -> None:
    practice = practice_id()
    rows = [
        (
            id_, practice, one.number, plain(one.number), one.patient, one.visit, _first_payer(one),
            (one.record.rendering_npi or "")[:10], one.booked.lines[0].date, day, 1, "",
            _encode(standings(one.booked, one.record.sequence)).decode(), "draft", "nobody_yet", "unpaid",
            0, 0, 0, 0, False,
        )
        for id_, one in zip(ids, made, strict=True)
    ]  # fmt: skip
    insert(
        Claim,
        ("id", "practice", "number", "plain_number", "patient", "visit", "payer", "therapist_npi", "service_day",
         "acted_on", "version", "payer_claim_number", "standings", "insurance", "owes", "paid", "charge_cents",
         "paid_cents", "adjusted_cents", "open_cents", "has_beside"),
        rows,
    )  # fmt: skip


def _first_payer(one: Made) -> str:
    return one.booked.payers[0].payer if one.booked.payers else one.record.payer


def add_versions(versions: Sequence[Version], by: str, at: dt.datetime) -> list[int]:
    """Versions with their lines; returns their ids."""
    practice = practice_id()
    ids = list(take_ids(ClaimVersion, len(versions)))
    insert(
        ClaimVersion,
        ("id", "practice", "claim", "number", "record", "booked", "priced", "edition", "at", "by", "why"),
        [
            (
                id_, practice, one.claim, one.number, _encode(one.record).decode(), _encode(one.booked).decode(),
                one.priced and _encode(one.priced).decode(), one.edition, at, by, one.why,
            )
            for id_, one in zip(ids, versions, strict=True)
        ],
    )  # fmt: skip
    insert(
        ClaimLine,
        ("practice", "version", "line_id", "date", "code", "modifiers", "units", "charge_cents"),
        [
            (practice, id_, line.line_id, line.date, line.code, " ".join(line.modifiers), line.units, line.charge_cents)
            for id_, one in zip(ids, versions, strict=True)
            for line in one.booked.lines
        ],
    )
    return ids
