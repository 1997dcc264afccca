"""Patients' money: laid where it belongs, never lost, never more than is owed."""

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.edi.remit import file_of
from tests.post.books import LINES, Books, claims

from rehabill.base.errors import InputError
from rehabill.engine.post.patient import Handed, Owed, own_money, pay, refund, settle, transfer, write_off
from rehabill.ledger.balance import balances
from rehabill.ledger.entry import Entry, Place, check, reversal
from rehabill.model.books import BookedClaim, BookedPayer

JAN, FEB, MAR = (dt.date(2026, month, 5) for month in (1, 2, 3))
TODAY = dt.date(2026, 4, 7)


def owes(claim: str, day: dt.date, cents: int, line: str = "1", order: str = "", who: str = "EX-1") -> Owed:
    account = "insurance_receivable" if order else "patient_receivable"
    return Owed(Place(account, who, order, claim, line), day, cents)


def handed(cents: int, *claims: str, key: str = "EX-1/1") -> Handed:
    return Handed(key=key, patient="EX-1", cents=cents, day=TODAY, method="check", number="204", claims=claims)


def moved(one: Entry | None) -> dict[tuple[str, str, str], int]:
    assert one is not None
    check(one.postings)
    return balances([one], lambda place: (place.account, place.claim, place.line))


OWED = (owes("B", FEB, 4_000), owes("A", JAN, 1_500), owes("C", MAR, 2_500))


def test_a_payment_goes_to_the_oldest_visits_first() -> None:
    one = pay(handed(5_000), OWED)
    assert moved(one) == {
        ("cash_clearing", "", ""): 5_000, ("patient_receivable", "A", "1"): -1_500,
        ("patient_receivable", "B", "1"): -3_500,
    }  # fmt: skip
    assert (one.kind, one.source, one.text, one.day) == ("patient_payment", "EX-1/1", "check 204", TODAY)


def test_a_payment_for_claims_goes_to_them_and_its_rest_is_credit() -> None:
    assert moved(pay(handed(7_000, "C", "B"), OWED)) == {
        ("cash_clearing", "", ""): 7_000, ("patient_receivable", "C", "1"): -2_500,
        ("patient_receivable", "B", "1"): -4_000, ("patient_credit", "", ""): -500,
    }  # fmt: skip


def test_a_copay_at_the_visit_waits_for_its_claim_and_pays_nothing_older() -> None:
    assert moved(pay(handed(2_000, "D"), OWED)) == {
        ("cash_clearing", "", ""): 2_000, ("patient_credit", "D", ""): -2_000
    }  # fmt: skip


def test_a_copay_is_laid_on_what_the_remittance_leaves_to_the_patient() -> None:
    claim = BookedClaim(claim_number="PT-1", patient="EX-1", payers=(BookedPayer("medicare-b", "P"),), lines=LINES)
    books = Books(claim)
    books.entries.append(pay(handed(2_000, "PT-1"), ()))
    second = ("SVC*HC:97140:GP*50*30**1", "DTM*472*20260302", "CAS*CO*45*12*1*253*.6", "CAS*PR*2*7.4", "REF*6R*LINE-2")
    books.post(claims(file_of("CLP*PT-1*1*50*30*7.4*MB*ICN1*11*1", *second, amount="30")))
    owed = [
        Owed(place, MAR, cents)
        for place, cents in balances(books.entries, lambda place: place).items()
        if place.account == "patient_receivable"
    ]
    one = settle("EX-1", owed, {"PT-1": 2_000}, TODAY, "settle/1")
    assert moved(one) == {("patient_receivable", "PT-1", "LINE-2"): -740, ("patient_credit", "PT-1", ""): 740}
    books.entries.append(one)  # type: ignore[arg-type]
    assert "patient_receivable" not in books.by_account() and books.by_account()["patient_credit"] == -1_260


def test_credit_of_a_claim_is_free_when_no_payer_has_more_to_say() -> None:
    owed, credit = (owes("B", FEB, 4_000),), {"D": 1_260}
    assert settle("EX-1", owed, credit, TODAY, "s") is None
    assert moved(settle("EX-1", owed, credit, TODAY, "s", done={"D"})) == {
        ("patient_receivable", "B", "1"): -1_260, ("patient_credit", "D", ""): 1_260
    }  # fmt: skip


def test_what_a_correction_leaves_overpaid_becomes_credit_of_its_claim() -> None:
    owed = (owes("A", JAN, -1_000), owes("A", JAN, 300, "2"))
    assert moved(settle("EX-1", owed, {}, TODAY, "s")) == {
        ("patient_receivable", "A", "1"): 1_000, ("patient_receivable", "A", "2"): -300,
        ("patient_credit", "A", ""): -700,
    }  # fmt: skip


def test_a_check_that_comes_back_is_a_reversal() -> None:
    paid = pay(handed(5_000), OWED)
    assert balances([paid, reversal(paid, TODAY, "no funds")], lambda place: place) == {}


def test_a_refund_gives_back_credit_and_no_more() -> None:
    credit = {"": 500, "D": 2_000}
    assert moved(refund(handed(2_200), credit)) == {
        ("cash_clearing", "", ""): -2_200, ("patient_credit", "", ""): 500, ("patient_credit", "D", ""): 1_700
    }  # fmt: skip
    assert moved(refund(handed(2_000, "D"), credit)) == {
        ("cash_clearing", "", ""): -2_000, ("patient_credit", "D", ""): 2_000
    }  # fmt: skip
    with pytest.raises(InputError, match=r"\$26\.00 is more than the patient's credit, which is \$25\.00"):
        refund(handed(2_600), credit)
    assert moved(refund(handed(2_600), credit, beyond=True))["patient_credit", "", ""] == 600


def test_a_write_off_names_its_reason_and_keeps_claim_and_line() -> None:
    one = write_off([owes("A", JAN, 480), owes("A", JAN, 20, "2")], "small_balance", TODAY, "jo")
    assert moved(one) == {
        ("patient_receivable", "A", "1"): -480, ("write_off", "A", "1"): 480,
        ("patient_receivable", "A", "2"): -20, ("write_off", "A", "2"): 20,
    }  # fmt: skip
    assert {posting.place.party for posting in one.postings} == {"EX-1", "small_balance"}
    late = write_off([owes("A", JAN, 9_000, order="P", who="medicare-b")], "timely_filing", TODAY, "jo", 1_000)
    assert moved(late)["insurance_receivable", "A", "1"] == -1_000


def test_a_balance_moves_from_payer_to_patient_and_back() -> None:
    at_payer = owes("A", JAN, 9_000, order="P", who="medicare-b")
    one = transfer([at_payer], "EX-1", "", TODAY, "jo", 2_000)
    assert moved(one) == {("insurance_receivable", "A", "1"): -2_000, ("patient_receivable", "A", "1"): 2_000}
    back = transfer([owes("A", JAN, 2_000)], "medicare-b", "P", TODAY, "jo")
    assert balances([one, back], lambda place: place) == {}
    with pytest.raises(InputError, match="owes this already"):
        transfer([at_payer], "medicare-b", "P", TODAY, "jo")


@pytest.mark.parametrize("cents", [0, -1])
def test_nothing_is_no_payment_refund_or_write_off(cents: int) -> None:
    for work in (
        lambda: pay(handed(cents), OWED), lambda: refund(handed(cents), {"": 10}),
        lambda: write_off(OWED, "charity", TODAY, "jo", cents), lambda: transfer(OWED, "x", "P", TODAY, "jo", cents),
    ):  # fmt: skip
        with pytest.raises(InputError):
            work()


def test_no_more_is_given_up_than_is_owed_unless_said() -> None:
    with pytest.raises(InputError, match=r"is more than what is owed, which is \$80\.00"):
        write_off(OWED, "charity", TODAY, "jo", 8_001)
    with pytest.raises(InputError, match="nothing is owed"):
        write_off([owes("A", JAN, -5)], "charity", TODAY, "jo")
    beyond = write_off(OWED, "charity", TODAY, "jo", 8_001, beyond=True)
    assert moved(beyond)["patient_receivable", "C", "1"] == -2_501


balances_owed = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from("12"), st.integers(-9_000, 9_000), st.sampled_from([JAN, FEB])),
    max_size=8, unique_by=lambda one: one[:2],
).map(lambda all: [owes(claim, day, cents, line) for claim, line, cents, day in all])  # fmt: skip
payments = st.lists(
    st.tuples(st.integers(1, 9_000), st.lists(st.sampled_from("ABCDE"), max_size=3)), min_size=1, max_size=5
)


class Account:
    """A patient's receivables and credit, as the journal has them after some entries."""

    def __init__(self, owed: Sequence[Owed]) -> None:
        self.days = {one.place: one.day for one in owed}
        self.cents = {one.place: one.cents for one in owed}

    def take(self, one: Entry | None) -> None:
        if one is None:
            return
        check(one.postings)
        for posting in one.postings:
            if posting.place.account in ("patient_receivable", "patient_credit"):
                self.cents[posting.place] = self.cents.get(posting.place, 0) + posting.cents

    def owed(self) -> list[Owed]:
        return [Owed(place, day, self.cents[place]) for place, day in self.days.items()]

    def credit(self) -> dict[str, int]:
        return {
            place.claim: -cents for place, cents in self.cents.items() if place.account == "patient_credit" and cents
        }

    def settle(self, done: str = "ABCDE") -> None:
        self.take(settle("EX-1", self.owed(), self.credit(), TODAY, "s", done=set(done)))

    def net(self) -> int:
        return sum(
            cents for place, cents in self.cents.items() if place.account in ("patient_receivable", "patient_credit")
        )


@given(balances_owed, payments, st.randoms(use_true_random=False))
def test_payments_in_any_order_come_to_the_same(owed: list[Owed], paid: list[tuple[int, list[str]]], chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(paid)
    chance.shuffle(shuffled)
    ends = []
    for order in (paid, shuffled):
        account = Account(owed)
        for number, (cents, of) in enumerate(order):
            account.take(pay(handed(cents, *of, key=f"K{number}"), account.owed()))
            account.settle("AB")
        account.settle()
        assert account.net() == sum(one.cents for one in owed) - sum(cents for cents, _ in paid)
        rest, free = sum(one.cents for one in account.owed()), account.credit().get("", 0)
        assert set(account.credit()) <= {""} and not (rest and free)
        assert all(one.cents >= 0 for one in account.owed())
        ends.append((rest, free))
    assert ends[0] == ends[1]


@given(
    balances_owed,
    st.dictionaries(st.sampled_from(["", *"ABCD"]), st.integers(1, 9_000)),
    st.sets(st.sampled_from("ABCD")),
)
def test_settling_twice_moves_nothing_and_the_order_of_balances_does_not_matter(
    owed: list[Owed], credit: dict[str, int], done: set[str]
) -> None:
    one = settle("EX-1", owed, credit, TODAY, "s", done)
    other = settle("EX-1", owed[::-1], dict(reversed(credit.items())), TODAY, "s", done)
    assert (one and moved(one)) == (other and moved(other))
    account = Account(owed)
    for claim, cents in credit.items():
        account.cents[Place("patient_credit", "EX-1", claim=claim)] = -cents
    account.take(one)
    assert settle("EX-1", account.owed(), account.credit(), TODAY, "s", done) is None


@given(balances_owed, st.integers(1, 40_000))
def test_a_payment_never_lowers_a_balance_below_nothing(owed: list[Owed], cents: int) -> None:
    account = Account(owed)
    account.take(pay(handed(cents), owed))
    for before, after in zip(owed, account.owed(), strict=True):
        assert min(before.cents, 0) <= after.cents <= before.cents


@given(balances_owed, st.integers(1, 40_000), st.booleans())
def test_write_offs_and_transfers_move_just_what_is_said(owed: list[Owed], cents: int, beyond: bool) -> None:
    there = sum(one.cents for one in owed if one.cents > 0)
    for work in (
        lambda: write_off(owed, "charity", TODAY, "jo", cents, beyond=beyond),
        lambda: transfer(owed, "medicare-b", "P", TODAY, "jo", cents, beyond=beyond),
    ):
        if there == 0 or (cents > there and not beyond):
            with pytest.raises(InputError):
                work()
        else:
            one = work()
            check(one.postings)
            assert (
                sum(posting.cents for posting in one.postings if posting.place.account == "patient_receivable")
                == -cents
            )


def test_only_the_patients_own_money_is_credit() -> None:
    """A write-off, or a reversal before what it takes back, brings a balance below nothing: nobody has paid that."""
    below = [owes("A", JAN, -700), owes("A", JAN, -300, "2"), owes("B", JAN, -500), owes("C", FEB, 200)]
    assert [one.cents for one in own_money(below, {"A": 800})] == [-700, -100, 0, 200]
    assert [one.cents for one in own_money(below, {"A": -50, "B": 9_000})] == [0, 0, -500, 200]
