"""The claims that remittances speak of, found in batches, as the books know them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from django.db.models import F, TextField
from django.db.models.functions import Cast

from rehabill.engine.post.find import ORDER, By, Key, choose, keys, plain
from rehabill.model.books import Beside, BookedClaim, Decided
from rehabill.model.remittance import RemittanceClaim
from rehabill.model.standing import Standing
from rehabill.office.bulk import among
from rehabill.office.claims.models import Claim, ClaimLine
from rehabill.office.coverage.models import Policy
from rehabill.office.money.models import Decision, Posting
from rehabill.office.money.summary import DECIDED_KINDS, PAID_BY_PATIENTS, RECEIVABLE


class Ours(msgspec.Struct):
    """A claim of ours while a file is posted: its row, its books so far, and the record as sent, still as text."""

    id: int
    patient: int
    booked: BookedClaim
    record: str
    standings: tuple[Standing, ...]


Found = list[Ours | None]


def find(told: Sequence[RemittanceClaim]) -> Found:
    """For each the claim of ours that is meant, or None; the surest keys are looked up first, for all together."""
    found: Found = [None] * len(told)
    known: dict[int, Ours] = {}
    for by in ORDER:
        open_ = {at: keys(told[at], (by,)) for at, one in enumerate(found) if one is None}
        asked = list(dict.fromkeys(key for some in open_.values() for key in some))
        if not asked:
            continue
        candidates = _LOOKUPS[by](asked)
        _load({claim for some in candidates.values() for claim in some} - known.keys(), known)
        for at, some in open_.items():
            ours = {claim: known[claim] for key in some for claim in candidates.get(key, ()) if claim in known}
            chosen = choose(told[at], [one.booked for one in ours.values()])
            found[at] = next((one for one in ours.values() if one.booked is chosen), None) if chosen else None
    return found


def _load(ids: Iterable[int], known: dict[int, Ours]) -> None:
    """The claims as they stand: what was charged, decided, and moved beside."""
    wanted = list(ids)
    rows = (
        Claim.objects.filter(id__in=among("bigint", wanted), versions__number=F("version"))
        .annotate(text=Cast("versions__record", TextField()))
        .values_list(
            "id", "number", "patient_id", "patient__last", "has_beside", "standings", "versions__booked", "text"
        )
    )
    found = list(rows)
    decided, payers_numbers = _decided(wanted)
    members = _members({row[2] for row in found})
    beside = _beside([row[1] for row in found if row[4]])
    for id_, number, patient, last, _, standings, booked, text in found:
        known[id_] = Ours(
            id_,
            patient,
            msgspec.structs.replace(
                booked,
                decided=tuple(decided.get(id_, ())),
                beside=(*booked.beside, *beside.get(number, ())),
                member_ids=tuple(members.get(patient, ())),
                last_name=last,
                payer_claim_numbers=tuple(payers_numbers.get(id_, ())),
            ),
            text,
            standings,
        )


def _decided(ids: list[int]) -> tuple[dict[int, list[Decided]], dict[int, list[str]]]:
    decided: dict[int, list[Decided]] = defaultdict(list)
    numbers: dict[int, list[str]] = defaultdict(list)
    rows = Decision.objects.filter(claim__in=among("bigint", ids)).order_by("id")
    for claim, some, number in rows.values_list("claim_id", "decided", "payer_claim_number"):
        decided[claim] += some
        if number and number not in numbers[claim]:
            numbers[claim].append(number)
    return decided, numbers


def _members(patients: set[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = Policy.objects.filter(patient__in=among("bigint", patients)).exclude(member_id="")
    for patient, member in rows.values_list("patient_id", "member_id"):
        found[patient].append(member)
    return found


def _beside(numbers: list[str]) -> dict[str, list[Beside]]:
    found: dict[str, list[Beside]] = defaultdict(list)
    if not numbers:
        return found
    rows = (
        Posting.objects.filter(claim__in=numbers, account__in=RECEIVABLE)
        .exclude(entry__kind__in=DECIDED_KINDS)
        .values_list("claim", "order", "line", "cents", "entry__kind")
    )
    for claim, order, line, cents, kind in rows:
        found[claim].append(Beside(order, line, cents, kind in PAID_BY_PATIENTS))
    return found


Candidates = dict[Key, list[int]]


def _by_number(asked: list[Key]) -> Candidates:
    return _matched(
        asked, Claim.objects.filter(number__in=among("text", [key.value for key in asked])).values_list("number", "id")
    )


def _by_line(asked: list[Key]) -> Candidates:
    rows = ClaimLine.objects.filter(
        line_id__in=among("text", [key.value for key in asked]), version__number=F("version__claim__version")
    )
    return _matched(asked, rows.values_list("line_id", "version__claim_id"))


def _by_payers_number(asked: list[Key]) -> Candidates:
    rows = Claim.objects.filter(payer_claim_number__in=among("text", [key.value for key in asked])).exclude(
        payer_claim_number=""
    )
    return _matched(asked, rows.values_list("payer_claim_number", "id"))


def _by_plain_number(asked: list[Key]) -> Candidates:
    rows = Claim.objects.filter(plain_number__in=among("text", [key.value for key in asked]))
    return _matched(asked, rows.values_list("plain_number", "id"))


def _by_beginning(asked: list[Key]) -> Candidates:
    """One look a key: only what was not found by any number comes here."""
    return {
        key: list(Claim.objects.filter(plain_number__startswith=key.value).values_list("id", flat=True)[:_MOST])
        for key in asked
    }


_MOST = 20
"""Claims whose number begins alike: with more of them, none is meant."""


def _by_member_and_day(asked: list[Key]) -> Candidates:
    return _on_days(asked, lambda row: [plain(member) for member in row["members"]])


def _by_patient_and_day(asked: list[Key]) -> Candidates:
    return _on_days(asked, lambda row: [row["patient__number"]])


def _by_name_and_day(asked: list[Key]) -> Candidates:
    return _on_days(asked, lambda row: [plain(row["patient__last"])])


def _on_days(asked: list[Key], signs: Callable[[dict[str, Any]], list[str]]) -> Candidates:
    """Claims of the days asked for, by a sign of their patients."""
    days = {key.day for key in asked if key.day}
    names = ("id", "service_day", "patient_id", "patient__number", "patient__last")
    rows = list(Claim.objects.filter(service_day__in=days).values(*names))
    members = _members({row["patient_id"] for row in rows})
    by_sign: dict[tuple[str, dt.date], list[int]] = defaultdict(list)
    for row in rows:
        for sign in signs({**row, "members": members.get(row["patient_id"], [])}):
            by_sign[sign, row["service_day"]].append(row["id"])
    return {key: by_sign.get((key.value, key.day), []) for key in asked if key.day}


def _matched(asked: list[Key], rows: Iterable[tuple[str, int]]) -> Candidates:
    by_value: dict[str, list[int]] = defaultdict(list)
    for value, claim in rows:
        by_value[value].append(claim)
    return {key: by_value[key.value] for key in asked if key.value in by_value}


_LOOKUPS: dict[By, Callable[[list[Key]], Candidates]] = {
    "claim_number": _by_number,
    "line_id": _by_line,
    "payer_claim_number": _by_payers_number,
    "plain_number": _by_plain_number,
    "number_begins": _by_beginning,
    "member_day": _by_member_and_day,
    "patient_day": _by_patient_and_day,
    "name_day": _by_name_and_day,
}


def numbered(values: Sequence[str]) -> dict[str, str]:
    """Number, ours or a payer's → our claim's number: for money moved apart from claims that names one."""
    payers = Claim.objects.filter(payer_claim_number__in=among("text", values)).exclude(payer_claim_number="")
    found = dict(payers.values_list("payer_claim_number", "number"))
    ours = Claim.objects.filter(number__in=among("text", values)).values_list("number", flat=True)
    return found | {number: number for number in ours}
