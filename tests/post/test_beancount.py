"""beancount, another program's books, reads our journal without an error and comes to the same balances."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.post.books import TWO_PAYERS, Books
from tests.post.test_any_order import Told, told

from rehabill.ledger.balance import balances
from rehabill.ledger.beancount import account_name, export
from rehabill.ledger.entry import Entry, Place, UnbalancedEntry, entry, reversal

loader = pytest.importorskip("beancount.loader")


def read_back(text: str) -> dict[str, Decimal]:
    found, errors, _ = loader.load_string(text)
    assert errors == []
    sums: dict[str, Decimal] = {}
    for directive in found:
        for posting in getattr(directive, "postings", None) or ():
            sums[posting.account] = sums.get(posting.account, Decimal()) + posting.units.number
    return {name: amount for name, amount in sums.items() if amount}


@given(told())
def test_beancount_comes_to_the_same_balances(said: list[Told]) -> None:
    books = Books(TWO_PAYERS)
    for one, payment in said:
        books.post([one], payment)
    ours = balances(books.entries, account_name)
    assert read_back("".join(export(books.entries))) == {name: Decimal(cents) / 100 for name, cents in ours.items()}


NAMES = st.text(min_size=1) | st.text("aX-1 ", min_size=1, max_size=3)


@given(NAMES, NAMES)
def test_two_parties_never_share_an_account(first: str, second: str) -> None:
    names = [account_name(Place("patient_receivable", party)) for party in (first, second)]
    assert (names[0] == names[1]) == (first == second)


def test_any_text_may_stand_in_a_journal() -> None:
    odd = 'a "quoted" \\ text\nin two lines'
    one = entry(dt.date(2026, 1, 2), "write_off", odd, {Place("write_off", "small"): 5, Place("bank"): -5}, odd)
    assert read_back("".join(export([one])))["Assets:Bank"] == Decimal("-0.05")


def test_bean_check_accepts_the_file(tmp_path: Path) -> None:
    file = tmp_path / "journal.beancount"
    file.write_text("".join(export(Books(TWO_PAYERS).entries)), encoding="utf-8")
    assert loader.load_file(str(file))[1] == []


def test_an_entry_that_does_not_sum_to_zero_is_never_made() -> None:
    with pytest.raises(UnbalancedEntry, match="1 cents"):
        entry(dt.date(2026, 1, 2), "charge", "X", {Place("bank"): 1})
    with pytest.raises(UnbalancedEntry, match="no account 'cash'"):
        entry(dt.date(2026, 1, 2), "charge", "X", {Place("cash"): 1, Place("bank"): -1})


def test_a_reversal_leaves_nothing() -> None:
    books = Books(TWO_PAYERS)
    back: list[Entry] = [reversal(one, dt.date(2026, 5, 1), "billed twice") for one in books.entries]
    assert balances([*books.entries, *back], lambda place: place) == {}
