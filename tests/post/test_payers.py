"""Who paid: by what a payer is known again, and which of a claim's payers decided."""

import msgspec
import pytest
from tests.edi.remit import PAID, file_of
from tests.post.books import LINES, POSTED, TWO_PAYERS

from rehabill.edi.remittance_835 import remittances
from rehabill.engine.post.payers import identifiers, payer_in_turn, payer_of, payment_of
from rehabill.engine.post.payment import Payment
from rehabill.model.books import BookedClaim, BookedPayer, Decided

ONE = remittances(file_of(*PAID, amount="80"))[0][0]
TOLD = ONE.claims[0]
CLAIM = BookedClaim(
    claim_number="PT-1",
    patient="EX-001",
    payers=(
        BookedPayer("medicare-b", "P", "Medicare Part B of Alabama", "MB"),
        BookedPayer("supplement", "S", "Example Supplement Insurance Company", "12"),
    ),
    lines=LINES,
)


def stranger(name: str = "") -> Payment:
    """A payment of which nobody has told yet whose it is."""
    return Payment("123/1", "123", POSTED, frozenset(), name)


def who(status: str, indicator: str, payment: Payment, claim: BookedClaim = CLAIM) -> str:
    found = payer_in_turn(msgspec.structs.replace(TOLD, status=status, filing_indicator=indicator), payment, claim)
    return found.payer if found else ""


def test_a_payer_is_known_by_number_tax_number_and_name() -> None:
    assert identifiers(ONE) == ("number 12345", "number P77", "tax number 512345678", "name PLAIN HEALTH")
    assert payer_of(ONE) == "512345678"


@pytest.mark.parametrize(
    ("missing", "left"),
    [
        ({"payer_tax_id": ""}, "1512345678"),
        ({"payer_tax_id": "", "originator": ""}, "12345"),
        ({"payer_tax_id": "", "originator": "", "payer": msgspec.structs.replace(ONE.payer, id="")}, "PLAIN HEALTH"),
    ],
)
def test_a_payer_has_an_identity_whatever_it_leaves_out(missing: dict[str, object], left: str) -> None:
    assert payer_of(msgspec.structs.replace(ONE, **missing)) == left


def test_the_most_telling_number_learned_counts() -> None:
    one_company = {"tax number 512345678": ("aetna", "aetna-medicare"), "number P77": ("aetna-medicare",)}
    payment = payment_of(ONE, one_company, POSTED)
    assert payment.known_as == {"aetna-medicare"}
    assert payment.key == "512345678/CHK1001"
    assert payment_of(ONE, {"tax number 512345678": ("b", "a")}, POSTED).payer == "a"
    assert payment_of(ONE, {}, POSTED) == Payment("512345678/CHK1001", "512345678", POSTED, frozenset(), "PLAIN HEALTH")


def test_a_learned_payer_is_taken_whatever_the_claim_says_of_its_turn() -> None:
    learned = Payment("1/1", "supplement", POSTED, frozenset({"supplement", "supplement-gold"}))
    assert who("1", "MB", learned) == "supplement"


def test_a_learned_payer_that_is_not_on_the_claim_is_nobody() -> None:
    assert who("1", "MB", Payment("1/1", "aetna", POSTED, frozenset({"aetna"}))) == ""


@pytest.mark.parametrize(
    ("status", "indicator", "name", "decided"),
    [
        ("4", "MB", "", "medicare-b"),
        ("1", "12", "", "medicare-b"),
        ("2", "12", "", "supplement"),
        ("20", "ZZ", "", "supplement"),
        ("3", "ZZ", "EXAMPLE SUPPLEMENT", "supplement"),
        ("4", "12", "EXAMPLE SUPPLEMENT", "supplement"),
        ("4", "ZZ", "MEDICARE PART B", "medicare-b"),
        ("4", "ZZ", "SOMEBODY ELSE", ""),
        ("3", "ZZ", "", ""),
        ("25", "ZZ", "", ""),
    ],
)
def test_an_unlearned_payer_is_told_by_plan_turn_or_name(status: str, indicator: str, name: str, decided: str) -> None:
    assert who(status, indicator, stranger(name)) == decided


def test_a_reversal_is_of_the_payer_that_decided() -> None:
    said = Decided(order="S", line_id="LINE-1", charge_cents=10_000, paid_cents=100)
    assert who("22", "ZZ", stranger(), msgspec.structs.replace(CLAIM, decided=(said,))) == "supplement"


def test_the_only_payer_is_meant_unless_the_turn_speaks_against_it() -> None:
    alone = msgspec.structs.replace(CLAIM, payers=CLAIM.payers[:1])
    assert who("4", "ZZ", stranger(), alone) == "medicare-b"
    assert who("2", "ZZ", stranger("CROSSOVER PLAN"), alone) == ""


def test_one_payer_in_two_turns_is_told_by_the_turn() -> None:
    """Both parents' policies are with the same insurer."""
    twice = msgspec.structs.replace(TWO_PAYERS, payers=(BookedPayer("aetna", "P"), BookedPayer("aetna", "S")))
    learned = Payment("1/1", "aetna", POSTED, frozenset({"aetna"}))
    for status, order in (("1", "P"), ("2", "S"), ("21", "")):
        found = payer_in_turn(msgspec.structs.replace(TOLD, status=status), learned, twice)
        assert (found.order if found else "") == order


def test_a_supplement_that_repeats_the_first_payers_kind_of_plan_is_not_the_first_payer() -> None:
    """The patient's supplement is not in the books; it says it came second, and MB as Medicare does."""
    claim = msgspec.structs.replace(CLAIM, payers=(BookedPayer("medicare-b", "P", "Medicare Contractor", "MB"),))
    told = msgspec.structs.replace(TOLD, status="2", filing_indicator="MB")
    stranger = Payment("SUPP/1", "SUPP", POSTED, frozenset(), "SUPPLEMENTAL LIFE")
    assert payer_in_turn(told, stranger, claim) is None
    assert payer_in_turn(told, Payment("X/1", "X", POSTED, frozenset(), "MEDICARE CONTRACTOR"), claim) is not None
