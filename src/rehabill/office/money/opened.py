"""Claims that were brought over, written down: each with its first version, what is owed of it, and where it stands."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from rehabill.engine.life_cycle.move import start
from rehabill.engine.post.find import plain
from rehabill.engine.post.opening import OpenedClaim
from rehabill.model.books import BookedClaim, Order
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.claim import ClaimLine as LineRecord
from rehabill.office.bulk import insert, take_ids
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.making import Version, add_versions
from rehabill.office.claims.models import Claim
from rehabill.office.money.journal import write
from rehabill.office.people.models import Patient
from rehabill.office.practices.scope import practice_id

OPENED = "opened"
"""The event with which the life of such a claim begins in these books."""


def enter(
    new: Sequence[OpenedClaim], patients: Mapping[str, Patient], on: dt.date, source: str, by: str, at: dt.datetime
) -> None:
    numbers = [one.claim.claim_number for one in new]
    again = {one.number: one for one in Claim.objects.filter(number__in=numbers)}
    fresh = [one for one in new if one.claim.claim_number not in again]
    by_number = {one.claim.claim_number: id_ for one, id_ in zip(fresh, take_ids(Claim, len(fresh)), strict=True)}
    _insert(list(by_number.values()), fresh, patients, on)
    for one in new:
        if one.claim.claim_number in again:
            row = again[one.claim.claim_number]
            _begin_again(row, one.claim, patients[one.claim.patient])
            by_number[row.number] = row.id
    ids = [by_number[number] for number in numbers]
    turns = [again[number].version if number in again else 1 for number in numbers]
    versions = [
        Version(id_, turn, _record(one.claim), one.claim, None, "")
        for id_, turn, one in zip(ids, turns, new, strict=True)
    ]
    add_versions(versions, by, at)
    write([one.entry for one in new if one.entry], by, at)
    events: list[Happened] = []
    for id_, one in zip(ids, new, strict=True):
        events.append(Happened(id_, None, OPENED, source=source))
        owed = _owed(one)
        for payer in one.claim.payers[: _asked(one.claim, owed)]:
            events.append(Happened(id_, payer.order, "brought_over", source=source))
            if not owed.get(payer.order):
                events.append(Happened(id_, payer.order, "closed", "it owes nothing any more", source))
    record(events, by, at)


def _insert(ids: Sequence[int], new: Sequence[OpenedClaim], patients: Mapping[str, Patient], on: dt.date) -> None:
    practice, encode = practice_id(), msgspec.json.encode
    insert(
        Claim,
        ("id", "practice", "number", "plain_number", "patient", "payer", "therapist_npi", "service_day", "acted_on",
         "version", "payer_claim_number", "standings", "insurance", "owes", "paid", "charge_cents", "paid_cents",
         "adjusted_cents", "open_cents", "has_beside"),
        [
            (
                id_, practice, one.claim.claim_number, plain(one.claim.claim_number), patients[one.claim.patient].id,
                _first_payer(one.claim), "", _day(one.claim), on, 1, "",
                encode(tuple(start(payer.order) for payer in one.claim.payers)).decode(), "draft", "nobody_yet",
                "unpaid", 0, 0, 0, 0, False,
            )
            for id_, one in zip(ids, new, strict=True)
        ],
    )  # fmt: skip


def _begin_again(row: Claim, claim: BookedClaim, patient: Patient) -> None:
    """A claim that was taken back, as it is told now."""
    row.version += 1
    row.patient, row.payer, row.service_day = patient, _first_payer(claim), _day(claim)
    row.standings = tuple(start(payer.order) for payer in claim.payers)
    row.save(update_fields=["version", "patient", "payer", "service_day", "standings"])


def _record(claim: BookedClaim) -> ClaimRecord:
    """As far as the old system told it."""
    lines = tuple(
        LineRecord(
            date=line.date, code=line.code, units=line.units, modifiers=line.modifiers,
            charge_cents=line.charge_cents, line_id=line.line_id,
        )
        for line in claim.lines
    )  # fmt: skip
    return ClaimRecord(
        payer=_first_payer(claim), lines=lines, date=_day(claim), patient=claim.patient,
        claim_number=claim.claim_number, sequence=claim.payers[0].order if claim.payers else "P",
    )  # fmt: skip


def _first_payer(claim: BookedClaim) -> str:
    return claim.payers[0].payer if claim.payers else "self-pay"


def _day(claim: BookedClaim) -> dt.date:
    return min(line.date for line in claim.lines)


def _owed(one: OpenedClaim) -> dict[str, int]:
    """By turn of the insurer; under nothing the patient's."""
    found: dict[str, int] = {}
    for posting in one.entry.postings if one.entry else ():
        if posting.place.account != "opening":
            found[posting.place.order] = found.get(posting.place.order, 0) + posting.cents
    return found


def _asked(claim: BookedClaim, owed: Mapping[str, int]) -> int:
    """How many of its insurers were asked: all up to the last that owes; where none owes, all that are told."""
    orders: list[Order] = [one.order for one in claim.payers]
    return max((turn for turn, order in enumerate(orders, start=1) if owed.get(order)), default=len(orders))
