"""Money apart from claims: which claim it names, and that what is taken back comes to zero with what was told of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.edi.remit import file_of
from tests.post.books import MEDICARE, ONE_PAYER, Office

from rehabill.engine.post.provider import claim_named, numbers_named, place_of, post_provider_adjustment
from rehabill.ledger.balance import balances
from rehabill.ledger.entry import Place
from rehabill.model.remittance import ProviderAdjustment

LEARNED = {"tax number 512345678": ("medicare-b",)}
OURS = {"PT-1": "PT-1", "JONES001": "JONES001", "2226140123450": "PT-1", "26014012345000": "PT-9", "12": "12"}


def moved(reference: str, cents: int = 7_000, reason: str = "WO") -> ProviderAdjustment:
    return ProviderAdjustment("1234567893", None, reason, reference, cents)


@pytest.mark.parametrize(
    ("reference", "claim"),
    [
        ("PT-1", "PT-1"),
        ("2226140123450", "PT-1"),
        ("JONES001 181580099999", "JONES001"),
        ("2226140123450/20260302", "PT-1"),
        (f"{'2226140123450':19}{'PT-1':20}", "PT-1"),
        (f"{'0000000000000000001':19}{'JONES001':20}", "JONES001"),
        (f"{'90000000000001':14}{'26014012345000':15}", "PT-9"),
        ("12", "12"),
        ("REFUND 12", ""),
        ("PT-1 JONES001", ""),
        ("INTEREST", ""),
        ("", ""),
    ],
)
def test_the_claim_that_a_reference_names(reference: str, claim: str) -> None:
    assert claim_named(moved(reference), OURS) == claim


@given(st.text(max_size=60))
def test_any_reference_is_read(reference: str) -> None:
    named = numbers_named(moved(reference))
    assert len(set(named)) == len(named)
    assert all(one.strip() == one != "" for one in named)


PAID = (
    "CLP*PT-1*1*100*70*10*MB*ICN1*11*1", "SVC*HC:97110:GP*100*70**2", "DTM*472*20260302", "CAS*CO*45*20", "CAS*PR*2*10",
)  # fmt: skip
BACK = (
    "CLP*PT-1*22*-100*-70*-10*MB*ICN1*11*1", "SVC*HC:97110:GP*-100*-70**2", "DTM*472*20260302", "CAS*CO*45*-20",
    "CAS*PR*2*-10",
)  # fmt: skip
CORRECTED = (
    "CLP*PT-1*1*100*0**MB*ICN2*11*1", "SVC*HC:97110:GP*100*0**2", "DTM*472*20260302", "CAS*CO*97*100",
)  # fmt: skip


def plb(reason: str, amount: str, reference: str = "PT-1") -> tuple[str, ...]:
    return (f"PLB*1234567893*20261231*{reason}:{reference}*{amount}",)


def traced(number: int, *body: str, amount: str, plb: tuple[str, ...] = ()) -> bytes:
    return file_of(*body, amount=amount, plb=plb).replace(b"CHK1001", b"CHK%d" % number)


def test_a_take_back_that_is_put_off_comes_to_zero_when_the_money_is_taken() -> None:
    """Paid 70; taken back, but the money given back at once (WO -70); weeks later really taken (WO 70)."""
    office = Office(ONE_PAYER).post(traced(1, *PAID, amount="70"), LEARNED)
    office.post(traced(2, *BACK, *CORRECTED, amount="0", plb=plb("WO", "-70")), LEARNED)
    assert office.balances()["recoupment"] == -7_000
    assert office.balances()["cash_clearing"] == 7_000
    office.post(traced(3, amount="-70", plb=plb("WO", "70")), LEARNED)
    assert "recoupment" not in office.balances()
    assert "cash_clearing" not in office.balances()
    assert office.balances()["insurance_receivable"] == 23_000
    assert office.tasks == [], "all of it was told before it was taken"
    assert [task.action for task in office.books["PT-1"].tasks] == ["reversed", "denied"]


def test_money_taken_for_a_claim_that_nobody_took_back_asks_why() -> None:
    office = Office(ONE_PAYER).post(traced(1, *PAID, amount="0", plb=plb("WO", "70")), LEARNED)
    assert [(task.action, task.cents, task.claim) for task in office.tasks] == [("recoupment", 7_000, "PT-1")]
    assert "for claim PT-1" in office.tasks[0].why
    assert balances(office.entries, lambda place: place)[Place("recoupment", "medicare-b", claim="PT-1")] == 7_000


def test_of_money_taken_only_what_was_not_told_asks_why() -> None:
    office = Office(ONE_PAYER).post(traced(2, *BACK, amount="-20", plb=plb("WO", "-50")), LEARNED)
    office.post(traced(3, amount="-70", plb=plb("WO", "70")), LEARNED)
    assert [(task.action, task.cents) for task in office.tasks] == [("recoupment", 2_000)]


def test_a_take_back_of_nobodys_claim_meets_by_its_reference() -> None:
    first, later = moved("AR 77", -500), moved("AR  77 ", 500)
    assert place_of(first, MEDICARE) == place_of(later, MEDICARE)
    assert post_provider_adjustment(later, 1, MEDICARE, standing=-500)[1] is None
    _, task = post_provider_adjustment(later, 1, MEDICARE)
    assert task is not None
    assert (task.action, task.cents, task.claim) == ("recoupment", 500, "")


def test_a_balance_carried_forward_comes_to_zero_whatever_it_refers_to() -> None:
    office = Office(ONE_PAYER).post(traced(2, *BACK, amount="0", plb=plb("FB", "-70", "CHK2")), LEARNED)
    assert office.balances()["forward_balance"] == -7_000
    office.post(traced(3, amount="-70", plb=plb("FB", "70", "CARRIED")), LEARNED)
    assert "forward_balance" not in office.balances()
    assert office.tasks == []


def test_a_balance_brought_forward_of_which_nothing_was_told_asks_why() -> None:
    _, task = post_provider_adjustment(moved("CARRIED", 300, "FB"), 1, MEDICARE)
    assert task is not None
    assert (task.action, task.cents) == ("provider_adjustment", 300)


@pytest.mark.parametrize("reason", ["CS", "J1", "ZZ", "B2"])
def test_what_has_no_account_waits_for_a_person(reason: str) -> None:
    made, task = post_provider_adjustment(moved("PT-1", 300, reason), 1, MEDICARE, "PT-1")
    assert made is not None
    assert task is not None
    assert (task.action, task.claim) == ("provider_adjustment", "PT-1")
    assert made.text == f"PLB {reason} PT-1"


def test_the_same_adjustment_in_a_file_seen_again_is_posted_once() -> None:
    office = Office(ONE_PAYER)
    for _ in range(2):
        office.post(traced(1, *PAID, amount="72.5", plb=("PLB*1*20261231*L6:I*-1.25*L6:I*-1.25",)), LEARNED)
    assert office.balances()["interest"] == -250, "twice in one payment is twice"
