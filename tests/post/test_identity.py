"""When is a payment the same one again, and why was a line paid short."""

import csv
import datetime as dt
from decimal import Decimal
from importlib import resources

import msgspec
import pytest
from tests.edi.remit import PAID, file_of
from tests.post.books import claims

from rehabill.almanac.load import load
from rehabill.engine.post import suppose
from rehabill.engine.post.payment import claim_payment
from rehabill.engine.post.suppose import cause_of
from rehabill.model.claim import Claim, ClaimLine
from rehabill.pricing.price import price

ONE = claims(file_of(*PAID, amount="80"))[0]


def test_a_file_wrapped_anew_holds_the_same_payment() -> None:
    again = claims(file_of(*PAID, amount="80", marks="|>\n", end="\r"))[0]
    assert claim_payment(ONE, "P", "CHK1") == claim_payment(again, "P", "CHK1")


@pytest.mark.parametrize(
    "other",
    [
        {"paid_cents": 7_999},
        {"status": "22"},
        {"payer_claim_number": "ANOTHER"},
        {"claim_number": "PT-2"},
        {"lines": ONE.lines[:1]},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_amount_status_or_number_is_another_payment(other: dict[str, object]) -> None:
    assert claim_payment(msgspec.structs.replace(ONE, **other), "P", "CHK1") != claim_payment(ONE, "P", "CHK1")


def test_the_same_claim_with_another_trace_is_another_payment() -> None:
    assert claim_payment(ONE, "P", "CHK1") != claim_payment(ONE, "P", "CHK2")


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


def test_what_no_mistake_explains_stays_unexplained() -> None:
    assert cause_of(CLAIM, 1, given(CLAIM, 1) - 777, load()) == ""
