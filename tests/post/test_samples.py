"""Other people's remittances, through all of the posting: none trips over anything, and the cash is the payment's."""

import csv
from pathlib import Path

import pytest
from tests.post.books import POSTED, Office, line

from rehabill.edi.remittance_835 import remittances
from rehabill.engine.post.claim import post_claim, post_unknown
from rehabill.engine.post.envelope import envelope_findings
from rehabill.engine.post.find import choose
from rehabill.engine.post.hold import hold
from rehabill.engine.post.payers import payment_of
from rehabill.engine.post.provider import post_provider_adjustment
from rehabill.ledger.balance import balances
from rehabill.ledger.entry import Entry
from rehabill.model.books import BookedClaim, BookedLine, BookedPayer, Order
from rehabill.model.remittance import Remittance, RemittanceClaim

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
EXPECTED: list[dict[str, str]] = []
if (SAMPLES / "x12" / "EXPECTED.csv").exists():
    with (SAMPLES / "x12" / "EXPECTED.csv").open(newline="") as file:
        EXPECTED = [row for row in csv.DictReader(file) if row["kind"] == "835"]
needs_samples = pytest.mark.skipif(not EXPECTED, reason="the published samples are not beside this checkout")
each_sample = pytest.mark.parametrize("row", EXPECTED, ids=lambda row: Path(row["local_path"]).name)

# What must not be posted; the rest may be. Most have a wrong count or control number in a trailer.
HELD = {
    "badx12__error_validation.edi": {"X111", "X112", "X121", "X122", "X131", "X132"},
    "edi-835-parser__blue_cross_nc_sample.txt": {"X108", "X132"},
    "openemr__getNonZeroPaidFixture.edi": {"X132"},
    "openemr__getZeroPaidContractualWriteoffFixture.edi": {"X132"},
    "openemr__getZeroPaidNonContractualFixture.edi": {"X132"},
    "EdiFabric_X12.NET__Custom835.txt": {"X300"},
    # PLB with the wrong sign
    "edi-generator__PT_835_seed1_n8.edi": {"X300"},
    "edi-generator__PT_835_seed2_n8.edi": {"X300"},
    "edi-generator__PT_835_seed3_n8.edi": {"X300"},
    "stupidedi__X221__case__3a.edi": {"X132", "X300"},
}


def read(row: dict[str, str]) -> tuple[list[Remittance], set[str]]:
    """The remittances of a file, and the faults for which it would be held."""
    data = (SAMPLES / row["local_path"]).read_bytes()
    found, findings = remittances(data)
    return found, {one.rule for one in hold(found, [*findings, *envelope_findings([data])])}


def cash(entries: list[Entry]) -> int:
    return balances(entries, lambda place: place.account).get("cash_clearing", 0)


def moved_apart(one: Remittance) -> list[Entry]:
    payment = payment_of(one, {}, POSTED)
    made = [post_provider_adjustment(plb, at, payment)[0] for at, plb in enumerate(one.provider_adjustments, 1)]
    return [entry for entry in made if entry]


@needs_samples
@each_sample
def test_a_file_is_held_for_its_own_faults_alone(row: dict[str, str]) -> None:
    found, held = read(row)
    assert found
    assert held == HELD.get(Path(row["local_path"]).name, set())


@needs_samples
@each_sample
def test_claims_that_nobody_knows_balance_to_the_payment(row: dict[str, str]) -> None:
    """Each entry sums to zero (or it could not be made); all cash together is what the file says was paid."""
    for one in read(row)[0]:
        payment = payment_of(one, {}, POSTED)
        assert [choose(told, []) for told in one.claims] == [None] * len(one.claims)
        made = [post_unknown(told, payment) for told in one.claims]
        entries = [*(posted.entry for posted in made if posted.entry), *moved_apart(one)]
        assert (cash(entries) == one.amount_cents) is (row["bpr_balance"] in ("y", ""))
        assert [task.cents for posted in made for task in posted.tasks] == [told.paid_cents for told in one.claims]


@needs_samples
@each_sample
def test_claims_posted_as_ours_leave_every_line_charged_paid_adjusted_or_open(row: dict[str, str]) -> None:
    for one in read(row)[0]:
        payment = payment_of(one, {}, POSTED)
        entries = moved_apart(one)
        for told in one.claims:
            ours = as_if_billed(told, payment.payer)
            assert choose(told, [ours]) is ours
            posted = post_claim(told, ours, payment)
            of = balances([posted.entry] if posted.entry else [], lambda place: place.account)
            assert of.get("cash_clearing", 0) == told.paid_cents
            of_lines = sum(line.charge_cents - line.paid_cents for line in posted.decided)
            adjusted = sum(own.cents for line in posted.decided for own in line.adjustments)
            strange = told.paid_cents - sum(line.paid_cents for line in posted.decided)
            assert of.get("suspense", 0) == of_lines - adjusted - strange
            assert {task.action for task in posted.tasks} <= {
                "denied", "line_unbalanced", "claim_unbalanced", "reversed",
            }  # fmt: skip
            entries += [posted.entry] if posted.entry else []
        assert (cash(entries) == one.amount_cents) is (row["bpr_balance"] in ("y", ""))


@needs_samples
def test_adjustments_told_at_lines_and_claim_count_once() -> None:
    """A generator's habit: 125.00 charged, 94.20 paid, 30.80 by contract at the lines, and again at the claim."""
    row = next(row for row in EXPECTED if row["local_path"].endswith("PT_835_seed1_n8.edi"))
    (one,) = read(row)[0]
    told, payment = one.claims[0], payment_of(one, {}, POSTED)
    posted = post_claim(told, as_if_billed(told, payment.payer), payment)
    assert posted.entry
    of = balances([posted.entry], lambda place: place.account)
    assert of == {"insurance_receivable": -12_500, "contractual": 3_080, "cash_clearing": 9_420}
    assert posted.tasks == ()


@needs_samples
@each_sample
def test_a_file_seen_again_moves_nothing(row: dict[str, str]) -> None:
    data = (SAMPLES / row["local_path"]).read_bytes()
    office = Office().post(data, {})
    once = (office.balances(), len(office.tasks))
    assert (office.post(data, {}).balances(), len(office.tasks)) == once


def as_if_billed(told: RemittanceClaim, payer: str) -> BookedClaim:
    """The claim as it must have been billed: to this payer last, in the turn in which it says it decided."""
    before = (BookedPayer("first", "P"), BookedPayer("second", "S"))[: {"2": 1, "3": 2}.get(told.status, 0)]
    order: Order = {"2": "S", "3": "T"}.get(told.status, "P")  # type: ignore[assignment]
    lines = tuple(
        BookedLine(
            line_id=own.line_id or f"L-{at}", date=own.first_day or told.statement_from or POSTED,
            code=own.submitted.code if own.submitted else own.code,
            modifiers=own.submitted.modifiers if own.submitted else own.modifiers, charge_cents=abs(own.charge_cents),
        )
        for at, own in enumerate(told.lines, 1)
    )  # fmt: skip
    return BookedClaim(
        claim_number=told.claim_number, patient="EX", payers=(*before, BookedPayer(payer, order)),
        lines=lines or (line(1, "97110", abs(told.charge_cents)),),
        member_ids=(told.patient.id,) if told.patient else (), last_name=told.patient.name if told.patient else "",
    )  # fmt: skip
