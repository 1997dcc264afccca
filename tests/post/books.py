"""Claims as the books know them, for tests of posting, and the sums that must hold whatever was posted."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

import msgspec

from rehabill.edi.remittance_835 import remittances
from rehabill.engine.post.claim import post_claim, post_unknown
from rehabill.engine.post.envelope import envelope_findings
from rehabill.engine.post.find import choose
from rehabill.engine.post.hold import Held, hold
from rehabill.engine.post.owed import charged
from rehabill.engine.post.payers import payer_of, payment_of
from rehabill.engine.post.payment import (
    AdjustmentPayment,
    ClaimPayment,
    Payment,
    adjustment_payments,
    claim_payments,
    digest,
)
from rehabill.engine.post.provider import claim_named, place_of, post_provider_adjustment
from rehabill.ledger.balance import balances
from rehabill.ledger.entry import Entry, Place, entry
from rehabill.model.books import Beside, BookedClaim, BookedLine, BookedPayer, PostingTask
from rehabill.model.remittance import ProviderAdjustment, RemittanceClaim

DAY = dt.date(2026, 3, 2)
POSTED = dt.date(2026, 4, 2)
MEDICARE = Payment("MEDICARE/CHK1001", "medicare-b", POSTED)
SUPPLEMENT = Payment("SUPPLEMENT/CHK7", "supplement", POSTED)


def line(number: int, code: str, charge: int, *modifiers: str) -> BookedLine:
    return BookedLine(
        line_id=f"LINE-{number}", date=DAY, code=code, modifiers=modifiers or ("GP",), charge_cents=charge
    )


LINES = (line(1, "97110", 10_000), line(2, "97140", 5_000), line(3, "97530", 8_000))
ONE_PAYER = BookedClaim(
    claim_number="PT-1", patient="EX-001", payers=(BookedPayer("medicare-b", "P"),), lines=LINES
)  # fmt: skip
TWO_PAYERS = BookedClaim(
    claim_number="PT-1",
    patient="EX-001",
    payers=(BookedPayer("medicare-b", "P"), BookedPayer("supplement", "S")),
    lines=LINES,
)


class Books:
    """One claim, and everything posted about it."""

    def __init__(self, claim: BookedClaim) -> None:
        self.claim = claim
        self.entries: list[Entry] = [entry(DAY, "charge", claim.claim_number, charged(claim))]
        self.tasks: list[PostingTask] = []

    def post(self, told: Iterable[RemittanceClaim], payment: Payment = MEDICARE) -> "Books":
        for one in told:
            posted = post_claim(one, self.claim, payment)
            self.claim = msgspec.structs.replace(self.claim, decided=self.claim.decided + posted.decided)
            self.tasks += posted.tasks
            if posted.entry:
                self.entries.append(posted.entry)
        return self

    def patient_pays(self, cents: int) -> "Books":
        """Money of the patient on the claim as a whole."""
        beside = Beside("", "", -cents, is_payment=True)
        place = Place("patient_receivable", self.claim.patient, claim=self.claim.claim_number)
        self.claim = msgspec.structs.replace(self.claim, beside=(*self.claim.beside, beside))
        self.entries.append(
            entry(POSTED, "patient_payment", "C1", {place: -cents, Place("cash_clearing", "C1"): cents})
        )
        return self

    def by_account(self) -> dict[str, int]:
        return balances(self.entries, lambda place: place.account)

    def owed(self) -> dict[tuple[str, str], int]:
        """(who, line) → cents still owed."""
        found = balances(self.entries, lambda place: (place.account, place.party, place.line))
        return {(who, of): cents for (account, who, of), cents in found.items() if account.endswith("_receivable")}

    def told(self) -> list[tuple[str, str, int]]:
        """Tasks as (action, line, cents)."""
        return [(task.action, task.line, task.cents) for task in self.tasks]


class Office:
    """Books of several claims, and files posted as an office posts them: held, seen before, found, posted."""

    def __init__(self, *booked: BookedClaim) -> None:
        self.books = {one.claim_number: Books(one) for one in booked}
        self.entries: list[Entry] = []
        """Of no claim of ours: claims unknown, money apart from claims."""
        self.tasks: list[PostingTask] = []
        self.held: tuple[Held, ...] = ()
        self.seen: set[str] = set()

    def post(self, data: bytes, learned: Mapping[str, Collection[str]]) -> "Office":
        found, findings = remittances(data)
        self.held = hold(found, [*findings, *envelope_findings([data])])
        for one in [] if self.held else found:
            payment = payment_of(one, learned, POSTED)
            by, trace = payer_of(one), one.trace_number
            for told, part in zip(one.claims, claim_payments(one.claims, by, trace), strict=True):
                if self._is_new(part):
                    self._post(told, payment)
            parts = adjustment_payments(one.provider_adjustments, by, trace)
            for number, (moved, part) in enumerate(zip(one.provider_adjustments, parts, strict=True), 1):
                if self._is_new(part):
                    self._move(moved, number, payment)
        return self

    def balances(self) -> dict[str, int]:
        """Cents by account, of all books together."""
        entries = [*self.entries, *(one for books in self.books.values() for one in books.entries)]
        return balances(entries, lambda place: place.account)

    def _is_new(self, part: ClaimPayment | AdjustmentPayment) -> bool:
        identity = digest(part)
        is_new = identity not in self.seen
        self.seen.add(identity)
        return is_new

    def _post(self, told: RemittanceClaim, payment: Payment) -> None:
        ours = choose(told, [books.claim for books in self.books.values()])
        if ours is not None:
            self.books[ours.claim_number].post([told], payment)
            return
        posted = post_unknown(told, payment)
        self.entries += [posted.entry] if posted.entry else []
        self.tasks += posted.tasks

    def _move(self, moved: ProviderAdjustment, number: int, payment: Payment) -> None:
        claim = claim_named(moved, {one: one for one in self.books})
        standing = balances(self.entries, lambda place: place).get(place_of(moved, payment, claim), 0)
        made, task = post_provider_adjustment(moved, number, payment, claim, standing)
        self.entries += [made] if made else []
        self.tasks += [task] if task else []


def claims(data: bytes) -> tuple[RemittanceClaim, ...]:
    """The claims of an 835."""
    read, _ = remittances(data)
    return tuple(claim for one in read for claim in one.claims)
