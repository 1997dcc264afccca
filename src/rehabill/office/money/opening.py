"""Open claims of another system into the books: what is still owed of them, and by whom, so that what payers still say
of them is posted as on a claim of our own.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence

import msgspec
from django.db import transaction

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.engine.life_cycle.move import start
from rehabill.engine.post.find import plain
from rehabill.engine.post.opening import OpenedClaim, open_claims
from rehabill.intake.table import Row
from rehabill.model.books import BookedClaim, Order
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.claim import ClaimLine as LineRecord
from rehabill.model.opening import OpenBalance
from rehabill.model.practice import Practice as PracticeRecord
from rehabill.office.bulk import insert, take_ids
from rehabill.office.claims.booking import filing_indicator
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.making import Version, add_versions, check_open
from rehabill.office.claims.models import Claim, ClaimEvent
from rehabill.office.coverage.models import Policy
from rehabill.office.exchange.models import File
from rehabill.office.money.journal import write
from rehabill.office.people.intake import TakenIn
from rehabill.office.people.models import Patient
from rehabill.office.practices.models import Practice
from rehabill.office.practices.records import practice_record
from rehabill.office.practices.scope import practice_id
from rehabill.office.visits.turn import take_turn

OPENED = "opened"
"""The event with which the life of such a claim begins in these books."""
_AT_ONCE = 500
_LONGEST = {"claim": 40, "line": 50, "code": 8}
"""Characters that the books keep; lines are numbered behind the claim's number."""

Found = TakenIn | InputError


def take_opening(
    name: str, data: bytes, rows: Sequence[Row[OpenBalance]], on: dt.date, almanac: Almanac, by: str, at: dt.datetime
) -> list[Found]:
    """For each row what became of its claim, or what is wrong with it. `on`: the day on which the books begin.

    A claim comes whole or not at all, and once. All in one transaction. Raises `InputError` for a day that is closed.
    """
    with transaction.atomic():
        take_turn()
        check_open(on)
        opening = _Opening(rows, almanac, on)
        new = opening.new()
        if new:
            file = File.objects.get_or_create(
                sha256=hashlib.sha256(data).hexdigest(),
                defaults={"name": name, "kind": "OPENING", "is_ours": False, "content": data, "at": at, "by": by},
            )[0]
            for first in range(0, len(new), _AT_ONCE):
                _enter(new[first : first + _AT_ONCE], opening.patients, on, file.name, by, at)
    return opening.found()


class _Opening:
    """The rows, what is wrong with them, and what the books hold of their claims already."""

    def __init__(self, rows: Sequence[Row[OpenBalance]], almanac: Almanac, on: dt.date) -> None:
        self._rows = rows
        self._wrong = {row.number: row.found for row in rows if isinstance(row.found, InputError)}
        said = [row for row in rows if isinstance(row.found, OpenBalance)]
        self.patients = _patients({row.found.patient_id for row in said if isinstance(row.found, OpenBalance)})
        self._payers = _Payers(almanac, self.patients, on)
        for row in said:
            fault = self._fault(row)
            if fault:
                self._wrong[row.number] = fault
        self._spoiled = {row.key: row.number for row in rows if row.number in self._wrong and row.key}
        self._opened = open_claims((row.found for row in said if row.key not in self._spoiled), on)  # type: ignore[misc]
        self._known = _known([one.claim.claim_number for one in self._opened])
        self._brought = _brought(list(self._known))

    def new(self) -> list[OpenedClaim]:
        """Claims to be entered, with all that the books know of their payers."""
        return [
            msgspec.structs.replace(one, claim=self._payers.named(one.claim))
            for one in self._opened
            if one.claim.claim_number not in self._known
        ]

    def found(self) -> list[Found]:
        by_claim = {one.claim.claim_number: self._taken(one.claim) for one in self._opened}
        return [self._of_row(row, by_claim) for row in self._rows]

    def _of_row(self, row: Row[OpenBalance], by_claim: Mapping[str, TakenIn]) -> Found:
        if row.number in self._wrong:
            return self._wrong[row.number]
        if row.key in self._spoiled:
            message = f"waits for row {self._spoiled[row.key]}, which is wrong: a claim comes whole or not at all"
            return InputError(f"row {row.number}", message)
        return by_claim[row.key]

    def _taken(self, claim: BookedClaim) -> TakenIn:
        number = claim.claim_number
        if number not in self._known:
            return TakenIn(number, "new")
        if number not in self._brought:
            return TakenIn(number, "refused", "the books have a claim of this number that was billed here")
        if _said(self._known[number]) == _said(claim):
            return TakenIn(number, "same")
        why = "it differs from what was brought over before: take that back in the ledger, or write off the difference"
        return TakenIn(number, "refused", why)

    def _fault(self, row: Row[OpenBalance]) -> InputError | None:
        one = row.found
        assert isinstance(one, OpenBalance)
        for column, longest in _LONGEST.items():
            if len(getattr(one, column)) > longest:
                message = f"is too long for the books ({longest} characters)"
                return InputError(f"row {row.number}: {column}", message)
        if one.patient_id not in self.patients:
            message = "the books have no patient of this number: import the patients first"
            return InputError(f"row {row.number}: patient_id", message)
        if one.payer and not self._payers.knows(one.patient_id, one.payer):
            message = (
                "is neither an account of the practice nor an insurance of the patient: write it as the books do"
                " (rehabill payer list), or import the patient's coverages first"
            )
            return InputError(f"row {row.number}: payer", message)
        return None


class _Payers:
    """Payers that may stand in a row, and what the books say of them."""

    def __init__(self, almanac: Almanac, patients: Mapping[str, Patient], on: dt.date) -> None:
        self._almanac = almanac
        self._on = on
        self._practice: PracticeRecord = practice_record(Practice.objects.get(id=practice_id()), on)
        self._policies: set[tuple[str, str]] = set()
        for some in _batches([one.id for one in patients.values()]):
            self._policies.update(Policy.objects.filter(patient__in=some).values_list("patient__number", "payer"))

    def knows(self, patient: str, payer: str) -> bool:
        return (
            payer in self._practice.payers or payer in self._almanac.data.payers or (patient, payer) in self._policies
        )

    def named(self, claim: BookedClaim) -> BookedClaim:
        """With each payer's own name and kind, by which its remittances are told from others'."""
        accounts = self._practice.payers
        payers = tuple(
            msgspec.structs.replace(
                one,
                name=accounts[one.payer].name if one.payer in accounts else "",
                filing_indicator=filing_indicator(one.payer, self._practice, self._almanac, self._on),
            )
            for one in claim.payers
        )
        return msgspec.structs.replace(claim, payers=payers)


def _patients(numbers: Collection[str]) -> dict[str, Patient]:
    found: dict[str, Patient] = {}
    for some in _batches(list(numbers)):
        found.update((one.number, one) for one in Patient.objects.filter(number__in=some))
    return found


def _known(numbers: Sequence[str]) -> dict[str, BookedClaim]:
    """Claims of these numbers as they first stood in the books."""
    found: dict[str, BookedClaim] = {}
    for some in _batches(numbers):
        rows = Claim.objects.filter(number__in=some, versions__number=1)
        found.update(rows.values_list("number", "versions__booked"))
    return found


def _brought(numbers: Sequence[str]) -> set[str]:
    """Those that were brought over."""
    found: set[str] = set()
    for some in _batches(numbers):
        events = ClaimEvent.objects.filter(claim__number__in=some, kind=OPENED)
        found.update(events.values_list("claim__number", flat=True))
    return found


def _batches(values: Sequence[object]) -> list[Sequence[object]]:
    return [values[first : first + _AT_ONCE] for first in range(0, len(values), _AT_ONCE)]


def _said(claim: BookedClaim) -> object:
    """All that a file says of a claim."""
    return claim.patient, claim.lines, claim.beside, [(one.payer, one.order) for one in claim.payers]


def _enter(
    new: Sequence[OpenedClaim], patients: Mapping[str, Patient], on: dt.date, source: str, by: str, at: dt.datetime
) -> None:
    ids = list(take_ids(Claim, len(new)))
    _insert(ids, new, patients, on)
    versions = [Version(id_, 1, _record(one.claim), one.claim, None, "") for id_, one in zip(ids, new, strict=True)]
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
