"""Payments found at the bank: by trace, by payer, as checks or cards of a deposit; what is unclear is left alone."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabill.engine.deposits import Match, Reconciled, deposit_entry, match_deposits
from rehabill.ledger.balance import balances
from rehabill.ledger.entry import UnbalancedEntry
from rehabill.model.bank import BankLine, ToldPayment

DAY = dt.date(2026, 3, 20)


def told(key: str, cents: int, trace: str = "", *, method: str = "ACH", after: int = 0, **more: str) -> ToldPayment:
    return ToldPayment(key=key, cents=cents, day=DAY + dt.timedelta(after), method=method, trace=trace, **more)


def line(number: str, cents: int, text: str, *, after: int = 1, reference: str = "") -> BankLine:
    return BankLine(DAY + dt.timedelta(after), cents, text, reference, "6789", number)


def matched(*given: ToldPayment | BankLine) -> Reconciled:
    return match_deposits(
        [one for one in given if isinstance(one, ToldPayment)], [one for one in given if isinstance(one, BankLine)]
    )


def found(*given: ToldPayment | BankLine) -> list[tuple[str, tuple[str, ...], str]]:
    return [(one.line, one.payments, one.reason) for one in matched(*given).matches]


@pytest.mark.parametrize(
    "text",
    [
        "MEDICARE HCCLAIMPMT TRN*1*EFT0012345*1512345678~",
        "ACH CREDIT PLAIN HEALTH HCCLAIMPMT 1 EFT0012345 1512345678",
        "PLAIN HEALTH DES:HCCLAIMPMT ID:1 INDN:CLINIC PMT INFO:TRN*1*EFT00 12345*1512345678\\",
        "deposit trn*1*eft0012345*1512345678",
    ],
    ids=["addenda", "words", "broken in two", "small letters"],
)
def test_the_trace_of_a_transfer_is_found_however_the_bank_writes_it(text: str) -> None:
    given = (told("A", 10_000, "EFT0012345"), told("B", 10_000, "EFT0099999"), line("L", 10_000, text))
    assert found(*given) == [("L", ("A",), "trace")]


def test_zeros_in_front_of_a_number_do_not_matter() -> None:
    assert found(told("A", 10_000, "0001001", method="CHK"), line("L", 10_000, "CHECK DEPOSIT", reference="1001")) == [
        ("L", ("A",), "trace")
    ]


def test_a_short_number_inside_another_is_not_found() -> None:
    assert found(told("A", 10_000, "1001"), line("L", 10_000, "TRN*1*51001777*1512345678")) == []


def test_a_trace_with_another_amount_is_left_with_its_line() -> None:
    answer = matched(told("A", 10_000, "EFT0012345"), line("L", 9_000, "TRN*1*EFT0012345*15"))
    (left,) = answer.payments
    assert (answer.matches, answer.lines) == ((), ("L",))
    assert (
        left.candidates == ("L",) and left.why == "The trace number is at the bank, but the amount differs by -$10.00."
    )


def test_payments_of_one_trace_that_came_to_one_deposit() -> None:
    given = (told("A", 10_000, "EFT0012345"), told("B", 2_500, "EFT0012345"), told("C", 700, "EFT9"))
    assert found(*given, line("L", 12_500, "TRN*1*EFT0012345*15")) == [("L", ("A", "B"), "trace")]


def test_two_payers_with_the_same_check_number_are_told_apart() -> None:
    given = (told("A", 10_000, "1001", payer_name="Plain Health"), told("B", 10_000, "1001", originator="1987654321"))
    assert found(*given, line("L", 10_000, "CHECK 1001 ORIG 1987654321")) == [("L", ("B",), "trace")]


def test_money_taken_from_the_account() -> None:
    given = (told("A", -4_000, "EFT0012345"), told("B", 4_000, "EFT0012346"))
    assert found(*given, line("L", -4_000, "TRN*1*EFT0012345*15"), line("M", 4_000, "TRN*1*EFT0012346*15")) == [
        ("L", ("A",), "trace"), ("M", ("B",), "trace")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("payer", "text", "is_found"),
    [
        ({"payer_name": "Aetna Life Insurance Company"}, "AETNA AS01 HCCLAIMPMT", True),
        ({"payer_name": "UnitedHealthcare Insurance"}, "UNITEDHEALTHCAR HCCLAIMPMT", True),
        ({"originator": "1512345678"}, "ACH ORIG ID:1512345678", True),
        ({"originator": "1512345678"}, "ACH ORIG ID:512345678", True),
        ({"payer_name": "Humana Insurance Company"}, "AETNA LIFE INSURANCE COMPANY", False),
        ({}, "AETNA", False),
    ],
)
def test_without_a_trace_amount_and_payer_find_it(payer: dict[str, str], text: str, is_found: bool) -> None:
    answer = found(told("A", 10_000, **payer), line("L", 10_000, text))
    assert answer == ([("L", ("A",), "payer")] if is_found else [])


def test_a_line_with_another_trace_is_not_taken_for_its_amount() -> None:
    given = (told("A", 10_000, "EFT0012345", payer_name="Aetna"), line("L", 10_000, "AETNA TRN*1*EFT0077777*15"))
    answer = matched(*given)
    assert answer.matches == () and answer.payments[0].candidates == ("L",)


@pytest.mark.parametrize(("method", "after", "is_found"), [("ACH", 10, True), ("ACH", 11, False), ("ACH", -8, False),
                                                           ("CHK", 45, True), ("CHK", 46, False)])  # fmt: skip
def test_days_within_which_money_comes(method: str, after: int, is_found: bool) -> None:
    given = (told("A", 10_000, method=method, payer_name="Aetna"), line("L", 10_000, "AETNA", after=after))
    assert bool(found(*given)) is is_found


def test_two_lines_that_fit_are_left_to_a_person() -> None:
    given = (told("A", 10_000, payer_name="Aetna"), line("L", 10_000, "AETNA"), line("M", 10_000, "AETNA", after=2))
    answer = matched(*given)
    assert answer.matches == () and answer.lines == ("L", "M")
    assert answer.payments[0].candidates == ("L", "M") and "choose" in answer.payments[0].why


def test_what_a_surer_sign_takes_makes_the_rest_plain() -> None:
    given = (
        told("A", 10_000, "EFT0012345", payer_name="Aetna"), told("B", 10_000, payer_name="Aetna"),
        line("L", 10_000, "AETNA TRN*1*EFT0012345*15"), line("M", 10_000, "AETNA"),
    )  # fmt: skip
    assert found(*given) == [("L", ("A",), "trace"), ("M", ("B",), "payer")]


def test_checks_that_come_to_a_deposit() -> None:
    checks = [
        told(key, cents, f"70{cents}", method="CHK") for key, cents in (("A", 8_140), ("B", 12_003), ("C", 5_555))
    ]
    assert found(*checks, line("L", 20_143, "DEPOSIT"), line("M", 5_555, "MOBILE DEPOSIT")) == [
        ("L", ("A", "B"), "batch"), ("M", ("C",), "batch")
    ]  # fmt: skip


def test_checks_with_two_ways_to_a_deposit_are_left_alone() -> None:
    checks = [told(key, cents, method="CHK") for key, cents in (("A", 5_000), ("B", 5_000), ("C", 9_000))]
    assert found(*checks, line("L", 14_000, "DEPOSIT")) == []


def test_transfers_are_not_added_up_nor_checks_to_a_transfer() -> None:
    assert found(told("A", 5_000), told("B", 9_000), line("L", 14_000, "DEPOSIT")) == []
    checks = [told("A", 5_000, method="CHK"), told("B", 9_000, method="CHK")]
    assert found(*checks, line("L", 14_000, "AETNA HCCLAIMPMT")) == []


def test_so_many_checks_that_some_sum_fits_by_chance_are_not_added_up() -> None:
    checks = [told(str(number), 1_000 + 37 * number, method="CHK") for number in range(12)]
    target = checks[0].cents + checks[5].cents
    assert found(*checks, line("L", target, "DEPOSIT")) == []
    assert found(checks[0], checks[5], checks[7], line("L", target, "DEPOSIT")) == [("L", ("0", "5"), "batch")]


def test_a_payment_of_nothing_is_not_looked_for() -> None:
    answer = matched(told("A", 0, "EFT1"), line("L", 0, "EFT1"))
    assert answer == Reconciled((), (), ())


def test_a_match_moves_the_money_from_clearing_to_the_bank() -> None:
    payments = (told("A", 10_000, "T"), told("B", 2_500, "T"), told("C", 700))
    one = deposit_entry(Match("L", ("A", "B"), "trace"), payments, line("L", 12_500, "T"))
    assert (one.kind, one.source, one.day) == ("deposit", "L", DAY + dt.timedelta(1))
    assert balances([one], lambda place: (place.account, place.party)) == {
        ("bank", ""): 12_500, ("cash_clearing", "A"): -10_000, ("cash_clearing", "B"): -2_500
    }  # fmt: skip
    with pytest.raises(UnbalancedEntry):
        deposit_entry(Match("L", ("A",), "trace"), payments, line("L", 12_500, "T"))


amounts = st.sampled_from([500, 700, 1_200, 1_201, 50_000, -500])
payments_given = st.lists(
    st.tuples(amounts, st.sampled_from(["", "T1001", "LONGTRACE1", "LONGTRACE2"]), st.sampled_from(["ACH", "CHK"]),
              st.sampled_from(["", "Aetna", "Humana"]), st.integers(0, 9)), max_size=5,
).map(lambda all: [
    told(f"P{number}", cents, trace, method=method, after=after, payer_name=name)
    for number, (cents, trace, method, name, after) in enumerate(all)
])  # fmt: skip
lines_given = st.lists(
    st.tuples(amounts, st.sampled_from(["DEPOSIT", "AETNA", "HUMANA TRN*1*LONGTRACE1*15", "AETNA LONGTRACE2", "T1001"]),
              st.integers(0, 9)), max_size=5,
).map(lambda all: [
    line(f"L{number}", cents, text, after=after) for number, (cents, text, after) in enumerate(all)
])  # fmt: skip


@given(payments_given, lines_given)
def test_everything_is_matched_once_to_the_cent_or_left_and_order_does_not_matter(
    payments: list[ToldPayment], lines: list[BankLine]
) -> None:
    answer = match_deposits(payments, lines)
    by_line = {one.id: one for one in lines}
    for one in answer.matches:
        assert sum(balances([deposit_entry(one, payments, by_line[one.line])], lambda place: place).values()) == 0
    paired = [key for one in answer.matches for key in one.payments]
    assert sorted([*paired, *(one.payment for one in answer.payments)]) == sorted(one.key for one in payments)
    assert sorted([*(one.line for one in answer.matches), *answer.lines]) == sorted(by_line)
    assert all(set(one.candidates) <= set(answer.lines) for one in answer.payments)
    turned = match_deposits(payments[::-1], lines[::-1])
    assert {(one.line, frozenset(one.payments)) for one in answer.matches} == {
        (one.line, frozenset(one.payments)) for one in turned.matches
    }


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_any_words_are_answered(text: str, trace: str, originator: str, name: str) -> None:
    answer = matched(told("A", 500, trace, originator=originator, payer_name=name), line("L", 500, text))
    assert len(answer.matches) + len(answer.lines) == 1


def test_all_cards_of_a_day_are_one_deposit_of_the_days_after() -> None:
    cards = [told(key, cents, method="CCC") for key, cents in (("A", 2_500), ("B", 4_000), ("C", -1_000))]
    later = told("D", 2_500, method="CCC", after=1)
    assert found(*cards, later, line("L", 5_500, "MERCHANT BANKCD DEPOSIT", after=3)) == [
        ("L", ("A", "B", "C"), "batch")
    ]
    assert found(*cards, line("L", 6_500, "MERCHANT BANKCD DEPOSIT")) == []  # a day, or nothing of it
    assert found(*cards, line("L", 5_500, "MERCHANT BANKCD DEPOSIT", after=6)) == []
    assert found(*cards, line("L", 5_500, "MERCHANT BANKCD DEPOSIT", after=-1)) == []
    assert found(*cards, line("L", 5_500, "AETNA HCCLAIMPMT")) == []


def test_a_line_that_may_be_a_check_or_the_cards_of_a_day_is_left_alone() -> None:
    check, card = told("A", 2_500, method="CHK"), told("B", 2_500, method="CCC")
    assert found(check, card, line("L", 2_500, "DEPOSIT")) == []
    assert {one.payment for one in matched(check, card, line("L", 2_500, "DEPOSIT")).payments if one.candidates} == {
        "A",
        "B",
    }


def test_a_payment_that_comes_in_two_lines_is_left_with_both_and_it_is_said() -> None:
    (left,) = matched(
        told("A", 10_000, "EFT0012345"), line("L", 6_000, "TRN*1*EFT0012345"), line("M", 4_000, "TRN*1*EFT0012345")
    ).payments
    assert left.candidates == ("L", "M")
    assert left.why == "These lines have its trace number and come to it together; match each by hand."


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_a_mistyped_year_stops_nothing(day: dt.date) -> None:
    odd = ToldPayment(key="A", cents=100, day=day, method="CHK", trace="")
    assert found(odd, told("B", 500, "EFT0012345"), line("L", 500, "EFT0012345")) == [("L", ("B",), "trace")]
