"""Visits that wait in the books to claims: coded, checked, priced, charged. A few hundred at a time, each batch whole:
what is stopped half-way goes on where it was, and nothing is billed twice.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec
from django.db import transaction

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError, NotInForce
from rehabill.edi.claim_837p import ClaimWriter, PayerX12, split_claim
from rehabill.engine.bill import Billed, bill
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.office.bulk import update
from rehabill.office.claims.booking import booked
from rehabill.office.claims.charges import Charges
from rehabill.office.claims.context import Around, Used, Waiting
from rehabill.office.claims.making import Made, make_claims
from rehabill.office.claims.models import Claim
from rehabill.office.claims.reasons import reason
from rehabill.office.coverage.models import AuthorizationUse
from rehabill.office.money.ledger import check_open
from rehabill.office.practices.models import Practice
from rehabill.office.visits.models import Visit
from rehabill.office.visits.turn import take_turn

_AT_ONCE = 250
_STATES = {"ready": "billed", "held": "held", "self_pay": "self_pay", "nothing_to_bill": "nothing_to_bill"}
_WAITING = ("recorded", "held")


class Outcome(msgspec.Struct):
    """What became of a visit: what the core made of it and what keeps that from going, or what cannot be worked on."""

    visit: int
    number: str
    billed: Billed | None = None
    refused: tuple[InputError, ...] = ()
    wrong: InputError | None = None
    made: Made | None = None
    used: Used | None = None

    @property
    def state(self) -> str:
        """As `Billed.state`; held too when there is a claim that cannot be sent or entered, or none could be made."""
        return "held" if self.billed is None or self.refused else self.billed.state

    @property
    def why(self) -> str:
        """Of a visit without a claim."""
        if self.billed is None:
            return str(self.wrong)
        if self.state == "ready":
            return ""
        return "the patient pays" if self.state == "self_pay" else reason(self.billed, self.refused)


def bill_waiting(practice: Practice, almanac: Almanac, today: dt.date, by: str, at: dt.datetime) -> Iterator[Outcome]:
    """Bill every visit that waits, by day. What is told has been committed. Raises `InputError` where the practice
    itself lacks what every claim needs.
    """
    check_open(today)
    desk = _Desk(practice, almanac, today, by, at)
    waiting = Visit.objects.filter(state__in=_WAITING).order_by("date", "id").values_list("id", flat=True)
    ids = iter(list(waiting))
    while batch := list(islice(ids, _AT_ONCE)):
        with transaction.atomic():
            take_turn()
            outcomes = desk.bill(batch)
        yield from outcomes


class _Desk:
    """Who bills, for whom, by what law and charges."""

    def __init__(self, practice: Practice, almanac: Almanac, today: dt.date, by: str, at: dt.datetime) -> None:
        self.almanac = almanac
        self.today = today
        self.by = by
        self.at = at
        self.charges = Charges(practice)
        self.writer = ClaimWriter(self.charges.on(today), profiles(almanac, today))
        if self.writer.practice_faults:
            raise self.writer.practice_faults[0]

    def bill(self, ids: Sequence[int]) -> list[Outcome]:
        """Inside a transaction, in one's turn."""
        rows = Visit.objects.filter(id__in=ids, state__in=_WAITING).order_by("date", "id")
        waiting = [Waiting(*row) for row in rows.values_list("id", "number", "patient_id", "record")]
        around = Around(waiting, self.almanac)
        taken = set(Claim.objects.filter(number__in=[one.number for one in waiting]).values_list("number", flat=True))
        outcomes = [self._one(one, around, taken) for one in waiting]
        make_claims([one.made for one in outcomes if one.made], self.today, self.by, self.at)
        AuthorizationUse.objects.bulk_create(
            AuthorizationUse(authorization_id=one.used.authorization, visit_id=one.visit, units=one.used.units)
            for one in outcomes
            if one.used
        )
        update(
            Visit._meta.db_table,
            "state = c1, why = c2",
            ("text", "text"),
            [(one.visit, _STATES[one.state], one.why) for one in outcomes],
        )
        return outcomes

    def _one(self, visit: Waiting, around: Around, taken: set[str]) -> Outcome:
        outcome = Outcome(visit.id, visit.number)
        practice = self.charges.on(visit.record.date)
        complete = around.complete(visit, practice)
        try:
            outcome.billed = billed = bill(complete, practice, self.almanac, self.today)
        except InputError as wrong:
            outcome.wrong = wrong
            return outcome
        except NotInForce as error:
            outcome.wrong = InputError("date", str(error))
            return outcome
        except Exception as error:  # one visit never stops the others
            message = f"rehabill failed on this visit ({type(error).__name__}); report it with its codes and dates"
            outcome.wrong = InputError("", message)
            return outcome
        if billed.state not in ("ready", "self_pay"):
            return outcome
        outcome.refused, outcome.made = self._make(visit, billed, taken)
        if not outcome.refused:
            outcome.used = around.use(visit, billed)
        return outcome

    def _make(self, visit: Waiting, billed: Billed, taken: set[str]) -> tuple[tuple[InputError, ...], Made | None]:
        """The visit's claim, or all that keeps it from being made."""
        faults: list[InputError] = []
        try:
            claim = self._claim(billed, faults)
            if visit.number in taken:
                message = f"the books have a claim {visit.number} already, which is not this visit's"
                raise InputError("claim_number", message)
            books = booked(claim, billed.priced, self.charges.on(visit.record.date), self.almanac)
        except InputError as wrong:
            faults.append(wrong)
        if faults:
            return tuple(faults), None
        return (), Made(visit.patient, visit.id, claim, billed.priced, books, billed.coded.edition)

    def _claim(self, billed: Billed, faults: list[InputError]) -> ClaimRecord:
        """As it can be sent: a claim keeps at most 12 diagnoses."""
        if billed.state == "self_pay":
            return billed.claim
        claim, *more = split_claim(billed.claim)
        if more:
            raise InputError(
                "treatments", "one visit makes one claim, and this one's would be too large: record it as two"
            )
        self.writer.render(claim, faults)
        return claim


def profiles(almanac: Almanac, day: dt.date) -> dict[str, PayerX12]:
    """Every payer's habits in an 837P, as of that day."""
    return {name: PayerX12.of(almanac.edition(name, day)) for name in almanac.data.payers}
