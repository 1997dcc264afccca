"""When is a payment the same one again."""

import msgspec
import pytest
from tests.edi.remit import PAID, file_of
from tests.post.books import claims

from rehabill.engine.post.payment import adjustment_payments, claim_payment, claim_payments, digest
from rehabill.model.remittance import ProviderAdjustment

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


def test_lines_that_are_paid_another_way_are_another_payment() -> None:
    first, second = ONE.lines
    moved = (
        msgspec.structs.replace(first, paid_cents=first.paid_cents - 100),
        msgspec.structs.replace(second, paid_cents=second.paid_cents + 100),
    )
    other = msgspec.structs.replace(ONE, lines=moved)
    assert claim_payment(other, "P", "CHK1") != claim_payment(ONE, "P", "CHK1")


def test_the_order_of_lines_and_adjustments_is_no_difference() -> None:
    turned = tuple(msgspec.structs.replace(one, adjustments=one.adjustments[::-1]) for one in ONE.lines[::-1])
    again = msgspec.structs.replace(ONE, lines=turned)
    assert digest(claim_payment(again, "P", "CHK1")) == digest(claim_payment(ONE, "P", "CHK1"))


def test_claims_alike_in_one_payment_are_the_first_and_the_second() -> None:
    """A payment balances only with both, so both are meant; seen again, each is itself."""
    twice = claim_payments([ONE, ONE], "P", "CHK1")
    assert [one.occurrence for one in twice] == [1, 2]
    assert len({digest(one) for one in twice}) == 2
    assert claim_payments([ONE, ONE], "P", "CHK1") == twice
    assert claim_payments([ONE], "P", "CHK1") == twice[:1]


def test_identities_are_the_same_in_every_version_of_the_program() -> None:
    """They stand in databases: should one of these change, all payments would be new again."""
    assert digest(claim_payment(ONE, "P", "CHK1")) == "79ccee654db6ce2f102145b9e9e4172a"
    moved = ProviderAdjustment("1", None, "WO", " PT-1 ", 700)
    assert digest(adjustment_payments([moved], "P", "CHK1")[0]) == "4ed14344635e354b92b9252f810d1c26"


def test_the_same_claim_with_another_trace_is_another_payment() -> None:
    assert claim_payment(ONE, "P", "CHK1") != claim_payment(ONE, "P", "CHK2")
