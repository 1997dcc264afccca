"""The week's claims, and random remittances of them posted in any order: the books of two practices end the same."""

import datetime as dt
from random import Random

import pytest
from django.db.models import Sum
from tests.office.booked import enter
from tests.office.conftest import NOW, WEEK
from tests.unit.test_payer_835 import PAYERS, files, sent

from rehabill.almanac.load import load
from rehabill.cli.practice import read_practice
from rehabill.demo.payer_835 import Sent
from rehabill.edi.remittance_835 import remittances
from rehabill.model.books import BookedClaim, BookedLine, BookedPayer
from rehabill.office.claims.models import Claim
from rehabill.office.money.models import Owed, Posting
from rehabill.office.money.posting.file import post_file
from rehabill.office.practices.models import PayerEnrolment
from rehabill.office.practices.records import save_practice
from rehabill.office.practices.scope import working_in

pytestmark = pytest.mark.django_db
RECEIVABLE = ("insurance_receivable", "patient_receivable")
ADJUSTED = ("contractual", "sequestration", "write_off")


def booked(one: Sent) -> BookedClaim:
    """The claim as billing books it: its insurer, then the supplement, then the patient."""
    claim = one.claim
    payers = [BookedPayer(claim.payer, "P", PAYERS[claim.payer].name, PAYERS[claim.payer].filing_indicator)]
    if claim.secondary_payer:
        after = PAYERS[claim.secondary_payer]
        payers.append(BookedPayer(claim.secondary_payer, "S", after.name, after.filing_indicator))
    patient = claim.patient if not isinstance(claim.patient, str) else None
    return BookedClaim(
        claim_number=claim.claim_number or "",
        patient=(patient.id if patient else None) or "EX",
        last_name=(patient.last if patient else None) or "",
        payers=tuple(payers),
        lines=tuple(
            BookedLine(
                line_id=line.line_id or "", date=line.date or claim.date or NOW.date(), code=line.code,
                modifiers=line.modifiers, units=line.units, charge_cents=line.charge_cents or 0, expected=priced,
            )
            for line, priced in zip(claim.lines, one.priced.lines, strict=True)
        ),
    )  # fmt: skip


def posted(slug: str, said: list[bytes]) -> dict[object, object]:
    """A practice's books after these files: every balance, and how each claim stands."""
    practice = save_practice(slug, read_practice(WEEK / "practice.yaml"))
    with working_in(practice.id):
        PayerEnrolment.objects.create(
            payer="supplement", name=PAYERS["supplement"].name, payer_id=PAYERS["supplement"].id
        )
        enter([booked(one) for one in sent().values()], NOW - dt.timedelta(days=20))
        for number, data in enumerate(said):
            outcome = post_file(f"{number}.835", data, load(), "test", NOW)
            assert outcome.state in ("posted", "seen before")
            assert outcome.state == "posted" or data in said[:number]
        balances = Posting.objects.values_list("account", "party", "order", "claim", "line", "reason").annotate(
            of=Sum("cents")
        )
        claims = Claim.objects.values_list("number", "insurance", "owes", "paid", "open_cents", "paid_cents")
        _every_line_is_charged_paid_adjusted_or_open()
        paid = sum(one.amount_cents for data in set(said) for one in remittances(data)[0])
        assert Posting.objects.filter(account="cash_clearing").aggregate(of=Sum("cents"))["of"] == paid
        return {row[:6]: row[6] for row in balances if row[6]} | {row[0]: row[1:] for row in claims}


def _every_line_is_charged_paid_adjusted_or_open() -> None:
    """By the journal alone; and the summaries say the same as it."""
    assert not Posting.objects.aggregate(of=Sum("cents"))["of"]
    receivable = Posting.objects.filter(account__in=RECEIVABLE)
    owed = {
        row[:4]: row[4]
        for row in receivable.values_list("claim", "account", "party", "order").annotate(of=Sum("cents"))
        if row[4]
    }
    summary = Owed.objects.values_list("claim__number", "account", "party", "order", "cents")
    assert owed == {row[:4]: row[4] for row in summary}
    for claim in Claim.objects.all():
        mine = Posting.objects.filter(claim=claim.number)
        adjusted = mine.filter(account__in=ADJUSTED).aggregate(of=Sum("cents"))["of"] or 0
        assert (claim.adjusted_cents, claim.open_cents) == (
            adjusted, mine.filter(account__in=RECEIVABLE).aggregate(of=Sum("cents"))["of"] or 0,
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_books_end_the_same_in_whatever_order_files_come(db: None, seed: int) -> None:
    said = files(seed)
    mixed = [*said, Random(seed).choice(said)]
    Random(seed + 100).shuffle(mixed)
    assert posted("in-order", said) == posted("mixed", mixed)
