"""Open claims of another system into the books: what is still owed of them, and by whom, so that what payers still say
of them is posted as on a claim of our own.
"""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import msgspec
from django.db import transaction
from django.db.models import F, Sum

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.engine.post.opening import OpenedClaim, open_claims
from rehabill.intake.table import Row
from rehabill.model.books import BookedClaim
from rehabill.model.opening import OpenBalance
from rehabill.model.practice import Practice as PracticeRecord
from rehabill.office.claims.booking import filing_indicator
from rehabill.office.claims.models import Claim, ClaimEvent
from rehabill.office.coverage.models import Policy
from rehabill.office.exchange.models import File
from rehabill.office.money.ledger import check_open
from rehabill.office.money.models import Decision, Posting
from rehabill.office.money.opened import OPENED, enter
from rehabill.office.people.intake import TakenIn
from rehabill.office.people.models import Patient
from rehabill.office.practices.models import Practice
from rehabill.office.practices.records import practice_record
from rehabill.office.practices.scope import practice_id
from rehabill.office.visits.turn import take_turn

_AT_ONCE = 500
_LONGEST = {"claim": 40, "line": 50, "code": 8}
"""Characters that the books keep; lines are numbered behind the claim's number."""

Found = TakenIn | InputError


def take_opening(
    name: str, data: bytes, rows: Sequence[Row[OpenBalance]], on: dt.date, almanac: Almanac, by: str, at: dt.datetime
) -> list[Found]:
    """For each row what became of its claim, or what is wrong with it. `on`: the day on which the books begin.

    A claim comes whole or not at all, and once; with other figures only after the first were taken back. All in one
    transaction. Raises `InputError` for a day that is closed, or has not come.
    """
    with transaction.atomic():
        take_turn()
        check_open(on)
        if on > at.astimezone().date():
            raise InputError("on", f"{on} has not come yet: name the day on which these books begin")
        opening = _Opening(rows, almanac, on)
        new = opening.new()
        if new:
            file = File.objects.get_or_create(
                sha256=hashlib.sha256(data).hexdigest(),
                defaults={"name": name, "kind": "OPENING", "is_ours": False, "content": data, "at": at, "by": by},
            )[0]
            for first in range(0, len(new), _AT_ONCE):
                enter(new[first : first + _AT_ONCE], opening.patients, on, file.name, by, at)
    return opening.found()


class _Opening:
    """The rows, what is wrong with them, and what the books hold of their claims already."""

    def __init__(self, rows: Sequence[Row[OpenBalance]], almanac: Almanac, on: dt.date) -> None:
        self._rows = rows
        self._wrong = {row.number: row.found for row in rows if isinstance(row.found, InputError)}
        said = [row for row in rows if isinstance(row.found, OpenBalance)]
        self.patients = _patients({row.found.patient_id for row in said if isinstance(row.found, OpenBalance)})
        self._payers = _Payers(almanac, self.patients, on)
        self._on = on
        self._owed: Counter[object] = Counter()
        for row in said:
            self._owed[_line_of(row)] += row.found.cents  # type: ignore[union-attr]
        for row in said:
            fault = self._fault(row)
            if fault:
                self._wrong[row.number] = fault
        self._spoiled = {row.key: row.number for row in rows if row.number in self._wrong and row.key}
        self._opened = open_claims((row.found for row in said if row.key not in self._spoiled), on)  # type: ignore[misc]
        self._known = _known([one.claim.claim_number for one in self._opened])
        self._brought = _brought(list(self._known))
        self._free = _free(self._brought)

    def new(self) -> list[OpenedClaim]:
        """Claims to be entered, with all that the books know of their payers."""
        return [
            msgspec.structs.replace(one, claim=self._payers.named(one.claim))
            for one in self._opened
            if self._taken(one.claim).what in ("new", "replaced")
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
        if number in self._free:
            return TakenIn(number, "replaced", "what was brought over before had been taken back")
        why = (
            "it differs from what was brought over before: write the difference off, or, while nothing else has"
            " happened to it, take its entry back (`rehabill ledger reverse`) and import it again"
        )
        return TakenIn(number, "refused", why)

    def _fault(self, row: Row[OpenBalance]) -> InputError | None:
        one = row.found
        assert isinstance(one, OpenBalance)
        for column, longest in _LONGEST.items():
            if len(getattr(one, column)) > longest:
                message = f"is too long for the books ({longest} characters)"
                return InputError(f"row {row.number}: {column}", message)
        if one.date > self._on:
            message = f"{one.date} is after {self._on}, the day on which these books begin"
            return InputError(f"row {row.number}: date", message)
        owed = self._owed[_line_of(row)]
        if one.charge_cents is not None and owed > one.charge_cents:
            message = f"{dollars(owed)} is open of this line, but only {dollars(one.charge_cents)} was charged"
            return InputError(f"row {row.number}: open", message)
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


def _line_of(row: Row[OpenBalance]) -> object:
    one = row.found
    assert isinstance(one, OpenBalance)
    return one.claim, one.line or (one.date, one.code, one.modifiers)


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
    """Claims of these numbers as they stand in the books."""
    found: dict[str, BookedClaim] = {}
    for some in _batches(numbers):
        rows = Claim.objects.filter(number__in=some, versions__number=F("version"))
        found.update(rows.values_list("number", "versions__booked"))
    return found


def _brought(numbers: Sequence[str]) -> set[str]:
    """Those that were brought over."""
    found: set[str] = set()
    for some in _batches(numbers):
        events = ClaimEvent.objects.filter(claim__number__in=some, kind=OPENED)
        found.update(events.values_list("claim__number", flat=True))
    return found


def _free(numbers: Collection[str]) -> set[str]:
    """Those of which nothing stands in the books any more, and no payer has said anything."""
    found = set(numbers)
    for some in _batches(list(numbers)):
        places = Posting.objects.filter(claim__in=some).exclude(claim="")
        standing = places.values("claim", "account", "party", "order", "line", "reason").annotate(of=Sum("cents"))
        found.difference_update(one["claim"] for one in standing if one["of"])
        decided = Decision.objects.filter(claim__number__in=some)
        found.difference_update(decided.values_list("claim__number", flat=True))
    return found


def _batches(values: Sequence[object]) -> list[Sequence[object]]:
    return [values[first : first + _AT_ONCE] for first in range(0, len(values), _AT_ONCE)]


def _said(claim: BookedClaim) -> object:
    """All that a file says of a claim."""
    return claim.patient, claim.lines, claim.beside, [(one.payer, one.order) for one in claim.payers]
