"""Claims as the books know them, for tests of posting, and the sums that must hold whatever was posted."""

import datetime as dt
from collections.abc import Iterable

from rehabill.edi.remittance_835 import remittances
from rehabill.engine.post.claim import Payment, post_claim
from rehabill.engine.post.owed import charged
from rehabill.ledger.balance import balances
from rehabill.ledger.entry import Entry, entry
from rehabill.model.books import BookedClaim, BookedLine, BookedPayer, PostingTask
from rehabill.model.remittance import RemittanceClaim

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
            decided = self.claim.decided + posted.decided
            self.claim = BookedClaim(
                claim_number=self.claim.claim_number, patient=self.claim.patient, payers=self.claim.payers,
                lines=self.claim.lines, decided=decided,
            )  # fmt: skip
            self.tasks += posted.tasks
            if posted.entry:
                self.entries.append(posted.entry)
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


def claims(data: bytes) -> tuple[RemittanceClaim, ...]:
    """The claims of an 835."""
    read, _ = remittances(data)
    return tuple(claim for one in read for claim in one.claims)
