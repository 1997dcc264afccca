"""Why was a line paid short."""

import csv
import datetime as dt
from decimal import Decimal
from importlib import resources

import msgspec
from tests.edi.remit import PAID, file_of
from tests.post.books import claims

from rehabill.almanac.load import load
from rehabill.base.money import dollars
from rehabill.engine.post import suppose
from rehabill.engine.post.claim import post_claim
from rehabill.engine.post.payment import Payment
from rehabill.engine.post.suppose import cause_of, causes
from rehabill.model.books import BookedClaim, BookedLine, BookedPayer
from rehabill.model.claim import Claim, ClaimLine
from rehabill.model.remittance import Adjustment, RemittanceLine
from rehabill.pricing.price import price

ONE = claims(file_of(*PAID, amount="80"))[0]
DAY = dt.date(2026, 3, 4)
CLAIM = Claim(
    payer="medicare-b",
    date=DAY,
    discipline="PT",
    locality="10112-00",
    place_of_service="11",
    lines=(
        ClaimLine(date=DAY, code="97110", units=2, modifiers=("GP",), charge_cents=12_000),
        ClaimLine(date=DAY, code="97140", units=1, modifiers=("GP",), charge_cents=5_600),
    ),
)


def given(claim: Claim, number: int) -> int:
    line = price(claim, load()).lines[number - 1]
    assert line.payer_cents is not None
    assert line.patient_cents is not None
    return line.payer_cents + line.patient_cents


def test_a_line_paid_as_an_assistants_service_is_recognised() -> None:
    cut = msgspec.structs.replace(CLAIM.lines[0], modifiers=("GP", "CQ"))
    paid = given(msgspec.structs.replace(CLAIM, lines=(cut, CLAIM.lines[1])), 1)
    assert cause_of(CLAIM, 1, paid, load()) == "it was paid as an assistant's service"


def test_a_line_paid_by_last_years_fees_is_recognised() -> None:
    earlier = DAY.replace(year=2025)
    lines = tuple(msgspec.structs.replace(line, date=earlier) for line in CLAIM.lines)
    paid = given(msgspec.structs.replace(CLAIM, date=earlier, lines=lines), 1)
    assert cause_of(CLAIM, 1, paid, load()) == "it was paid by the fees of 2025"


def test_a_unit_reduced_that_is_paid_in_full_is_recognised() -> None:
    """97140 alone has one unit, paid in full; as a second procedure its practice expense is halved."""
    alone = msgspec.structs.replace(CLAIM, lines=(CLAIM.lines[1],))
    evaluated = (ClaimLine(date=DAY, code="97163", units=1, modifiers=("GP",)), CLAIM.lines[1])
    reduced = given(msgspec.structs.replace(CLAIM, lines=evaluated), 2)
    assert given(alone, 1) > reduced
    assert "MPPR" in cause_of(alone, 1, reduced, load())


def test_the_service_supposed_beside_others_has_the_highest_practice_expense() -> None:
    table = resources.files("rehabill.almanac") / "tables" / "rvu.csv"
    sharing = [row for row in csv.DictReader(table.read_text().splitlines()) if row["mppr_indicator"] == "5"]
    for release in {row["release"] for row in sharing}:
        by_code = {row["code"]: Decimal(row["nonfacility_pe"] or 0) for row in sharing if row["release"] == release}
        assert max(by_code, key=lambda code: by_code[code]) == suppose._ANOTHER_SERVICE, release


def underpaid(claim: Claim, line: RemittanceLine) -> str:
    """What is told of the claim's first line when it is paid like this."""
    priced = price(claim, load()).lines[0]
    ours = claim.lines[0]
    assert isinstance(ours.charge_cents, int)
    booked = BookedClaim(
        claim_number="PT-1", patient="EX-001", payers=(BookedPayer(claim.payer, "P"),),
        lines=(
            BookedLine(
                line_id="LINE-1", date=DAY, code=ours.code, modifiers=ours.modifiers, units=ours.units,
                charge_cents=ours.charge_cents, expected=priced,
            ),
        ),
    )  # fmt: skip
    said = msgspec.structs.replace(
        ONE, lines=(line,), charge_cents=line.charge_cents, paid_cents=line.paid_cents, adjustments=()
    )
    payment = Payment("P/1", claim.payer, DAY)
    tasks = post_claim(said, booked, payment, causes(claim, load())).tasks
    assert [task.action for task in tasks] == ["underpaid"]
    return tasks[0].why


def paid_line(claim: Claim, paid: int, *adjustments: Adjustment) -> RemittanceLine:
    ours = claim.lines[0]
    assert isinstance(ours.charge_cents, int)
    rest = ours.charge_cents - paid - sum(one.cents for one in adjustments)
    return msgspec.structs.replace(
        ONE.lines[0], code=ours.code, modifiers=ours.modifiers, charge_cents=ours.charge_cents, paid_cents=paid,
        adjustments=(Adjustment("CO", "45", rest), *adjustments), first_day=DAY,
    )  # fmt: skip


def test_sequestration_taken_twice_is_told() -> None:
    priced = price(CLAIM, load()).lines[0]
    assert priced.payer_cents is not None
    assert priced.patient_cents is not None
    due = next(one.cents for one in priced.reductions if one.kind == "sequestration")
    line = paid_line(
        CLAIM, priced.payer_cents - due, Adjustment("PR", "2", priced.patient_cents), Adjustment("CO", "253", 2 * due)
    )
    why = underpaid(CLAIM, line)
    assert "sequestration was taken twice" in why
    assert dollars(due) in why


def test_sequestration_taken_where_none_is_due_is_told() -> None:
    commercial = msgspec.structs.replace(CLAIM, payer="commercial")
    priced = price(commercial, load()).lines[0]
    assert priced.payer_cents is not None
    taken = round(priced.payer_cents * 0.02)
    line = paid_line(commercial, priced.payer_cents - taken, Adjustment("CO", "253", taken))
    assert "which this payer may not take" in underpaid(commercial, line)


def test_sequestration_taken_without_a_word_is_recognised_by_its_amount() -> None:
    commercial = msgspec.structs.replace(CLAIM, payer="commercial")
    priced = price(commercial, load()).lines[0]
    assert priced.payer_cents is not None
    line = paid_line(commercial, priced.payer_cents - round(priced.payer_cents * 0.02))
    assert "2% less as by sequestration" in underpaid(commercial, line)


def test_a_mistake_of_price_is_told_with_the_task() -> None:
    priced = price(CLAIM, load()).lines[0]
    assert priced.patient_cents is not None
    cut = msgspec.structs.replace(CLAIM.lines[0], modifiers=("GP", "CQ"))
    supposed = price(msgspec.structs.replace(CLAIM, lines=(cut, CLAIM.lines[1])), load()).lines[0]
    assert supposed.payer_cents is not None
    line = paid_line(CLAIM, supposed.payer_cents, Adjustment("PR", "2", priced.patient_cents))
    assert "an assistant's service" in underpaid(CLAIM, line)


def test_what_no_mistake_explains_stays_unexplained() -> None:
    assert cause_of(CLAIM, 1, given(CLAIM, 1) - 777, load()) == ""
