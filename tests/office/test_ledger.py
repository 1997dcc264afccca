"""The books to read, what is kept beside them, and an entry taken back."""

import datetime as dt

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from tests.office.builders import DAY, claim, move, owed, owed_by_patient, pay
from tests.office.conftest import NOW
from tests.office.test_posting import enter_answered, generated, post

from rehabill.base.errors import InputError
from rehabill.ledger.entry import Place
from rehabill.office.claims.models import Claim, ClaimEvent
from rehabill.office.money.ledger import (
    Period,
    account_ledger,
    claim_ledger,
    patient_ledger,
    reverse,
    trial_balance,
)
from rehabill.office.money.models import Close, Decision, Entry, Owed
from rehabill.office.money.rebuild import differences, rebuild
from rehabill.office.practices.models import Practice

PAID = DAY + dt.timedelta(days=20)


@pytest.fixture
def paid(practice: Practice) -> int:
    """A claim of $100.00: $60.00 paid, $25.00 by contract, $15.00 left to the patient. The entry of the payment."""
    claim("C1", sent=DAY)
    return pay("C1", 6_000, PAID, contract=2_500, patient_part=1_500)


def balances(period: Period = Period()) -> dict[str, int]:  # noqa: B008 (frozen)
    return {one.account: one.cents for one in trial_balance(period)}


def test_the_trial_balance_is_zero_in_the_order_of_the_chart(paid: int) -> None:
    assert balances() == {
        "patient_receivable": 1_500, "cash_clearing": 6_000, "charges": -10_000, "contractual": 2_500,
    }  # fmt: skip
    assert [one.account for one in trial_balance()] == [
        "patient_receivable", "cash_clearing", "charges", "contractual",
    ]  # fmt: skip
    assert balances(Period(last=DAY)) == {"insurance_receivable": 10_000, "charges": -10_000}
    moved = balances(Period(first=PAID))
    assert moved["insurance_receivable"] == -10_000
    assert sum(moved.values()) == 0


def test_an_account_runs_to_its_balance(paid: int) -> None:
    found = account_ledger("insurance_receivable", "medicare-b")
    assert [(one.kind, one.cents, one.balance_cents) for one in found.lines] == [
        ("charge", 10_000, 10_000), ("remittance", -10_000, 0),
    ]  # fmt: skip
    assert (found.brought_cents, found.balance_cents) == (0, 0)
    assert account_ledger("insurance_receivable", "nobody").lines == ()
    with pytest.raises(InputError, match="no account"):
        account_ledger("petty_cash")


def test_only_the_last_lines_are_shown_and_those_before_are_brought_forward(paid: int) -> None:
    for number in range(5):
        claim(f"D{number}", day=DAY + dt.timedelta(days=30 + number), cents=1_000)
    found = account_ledger("insurance_receivable", limit=2)
    assert found.brought_cents == 3_000
    assert [one.balance_cents for one in found.lines] == [4_000, 5_000]
    since = account_ledger("insurance_receivable", period=Period(DAY + dt.timedelta(days=33)))
    assert (since.brought_cents, len(since.lines), since.balance_cents) == (3_000, 2, 5_000)


def test_a_claims_ledger_has_every_posting_and_runs_to_what_is_open(paid: int) -> None:
    found = claim_ledger("C1")
    assert sum(one.cents for one in found.lines) == 0
    assert len(found.lines) == 6
    assert found.balance_cents == Claim.objects.get().open_cents == 1_500
    with pytest.raises(InputError, match="no claim"):
        claim_ledger("NONE")


def test_a_patients_ledger_counts_what_was_paid_ahead(paid: int) -> None:
    credit = {Place("cash_clearing", "K1"): 2_000, Place("patient_credit", "EX-001"): -2_000}
    move("K1", credit, PAID, "patient_payment")
    claim("OTHER", patient="EX-002")
    found = patient_ledger("EX-001")
    assert found.balance_cents == 1_500 - 2_000
    assert {one.claim for one in found.lines} == {"C1", ""}
    with pytest.raises(InputError, match="no patient"):
        patient_ledger("NOBODY")


def test_a_ledger_asks_few_questions(paid: int, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(10):
        pay("C1", 100 + number, PAID)
    with django_assert_max_num_queries(2):
        claim_ledger("C1")
    with django_assert_max_num_queries(4):
        patient_ledger("EX-001")


def test_an_entry_taken_back_leaves_the_books_as_before(paid: int) -> None:
    pay_told(paid)
    number, day = reverse(paid, "posted to the wrong practice", "biller", NOW)
    assert day == NOW.date()
    assert balances() == {"insurance_receivable": 10_000, "charges": -10_000}
    back = Entry.objects.get(id=number)
    assert (back.kind, back.source, back.text) == ("reversal", f"entry {paid}", "posted to the wrong practice")
    one = Claim.objects.get()
    assert (one.paid_cents, one.adjusted_cents, one.open_cents) == (0, 0, 10_000)
    assert (one.owes, one.paid) == ("first", "unpaid")
    event = ClaimEvent.objects.latest("id")
    assert (event.kind, event.why, event.by) == ("reversal", "posted to the wrong practice", "biller")
    assert list(differences()) == []


def test_an_entry_is_taken_back_once(paid: int) -> None:
    reverse(paid, "wrong", "biller", NOW)
    with pytest.raises(InputError, match="taken back by entry"):
        reverse(paid, "wrong again", "biller", NOW)
    with pytest.raises(InputError, match="no entry"):
        reverse(987_654, "wrong", "biller", NOW)


def test_what_was_in_a_closed_month_is_taken_back_on_the_first_open_day(paid: int) -> None:
    Close.objects.create(last_day=dt.date(2026, 3, 31), at=NOW, by="test", balances={})
    assert reverse(paid, "wrong", "biller", NOW)[1] == NOW.date()
    Close.objects.create(last_day=dt.date(2026, 4, 30), at=NOW, by="test", balances={})
    first = Entry.objects.order_by("id").first()
    assert first is not None
    assert reverse(first.pk, "wrong", "biller", NOW)[1] == dt.date(2026, 5, 1)


def test_what_is_kept_follows_from_the_journal_after_posting(practice: Practice) -> None:
    data = generated(60, 11)
    enter_answered(data)
    post(data)
    assert list(differences()) == []


@pytest.mark.parametrize(
    ("damage", "what", "text"),
    [
        ("UPDATE money_owed SET cents = cents + 1", "owed", "owed by the patient"),
        ("DELETE FROM money_owed", "owed", "owed by the patient"),
        ("UPDATE money_owed SET service_day = '2020-01-01'", "days", "aging has another day"),
        ("UPDATE claims_claim SET open_cents = open_cents + 1, paid_cents = paid_cents - 1", "claim", "open"),
        ("UPDATE claims_claim SET adjusted_cents = 0, paid_cents = paid_cents + adjusted_cents", "claim", "adjusted"),
    ],
)
def test_a_summary_that_went_wrong_is_found_and_made_anew(paid: int, damage: str, what: str, text: str) -> None:
    pay_told(paid)
    with connection.cursor() as cursor:
        cursor.execute(damage)
    found = list(differences())
    assert found
    assert {one.what for one in found} == {what}
    assert {one.claim for one in found} == {"C1"}
    assert any(text in one.text for one in found)
    rebuild()
    assert list(differences()) == []
    one = Claim.objects.get()
    assert (one.charge_cents, one.paid_cents, one.adjusted_cents, one.open_cents) == (10_000, 6_000, 2_500, 1_500)
    assert list(Owed.objects.values_list("account", "cents")) == [("patient_receivable", 1_500)]


def pay_told(entry: int, cents: int = 6_000) -> None:
    """What the payer said, beside the entry that was made of it."""
    from rehabill.model.books import Decided
    from rehabill.office.exchange.models import File
    from rehabill.office.money.models import Payment

    file = File.objects.create(sha256="0", name="a.835", kind="835", is_ours=False, content=b"", at=NOW, by="test")
    payment = Payment.objects.create(
        key="medicare-b/T1", payer="medicare-b", trace="T1", method="CHK", amount_cents=cents, at=NOW
    )
    decided = Decided(order="P", line_id="C1-1", charge_cents=10_000, paid_cents=cents)
    Decision.objects.create(
        payment=payment, file=file, identity="1", claim=Claim.objects.get(number="C1"), claim_number="C1",
        payer_claim_number="", status="1", charge_cents=10_000, paid_cents=cents, decided=(decided,), entry_id=entry,
    )  # fmt: skip


def test_a_line_whose_money_no_payer_told_of_is_found(paid: int) -> None:
    (found,) = differences()
    assert (found.what, found.claim, found.kept_cents, found.journal_cents) == ("line", "C1", 0, 6_000)
    pay_told(paid, 5_999)
    (found,) = differences()
    assert "by $0.01" in found.text
    rebuild()
    assert len(list(differences())) == 1, "what was posted wrong is not put right by adding it up again"


def test_a_patients_money_write_offs_and_transfers_belong_to_a_line_as_well(practice: Practice) -> None:
    claim("C1")
    move("1", {owed("C1"): -9_000, owed_by_patient("C1"): 9_000}, PAID, "transfer")
    move("2", {Place("cash_clearing", "K1"): 2_000, owed_by_patient("C1"): -2_000}, PAID, "patient_payment")
    gone = Place("write_off", "charity", claim="C1", line="C1-1")
    move("3", {gone: 3_000, owed_by_patient("C1"): -3_000}, PAID, "write_off")
    assert list(differences()) == []
    one = Claim.objects.get()
    assert (one.paid_cents, one.adjusted_cents, one.open_cents) == (2_000, 3_000, 5_000)


def test_rebuilding_touches_no_other_practice(paid: int, practice: Practice) -> None:
    from tests.office.conftest import WEEK

    from rehabill.cli.practice import read_practice
    from rehabill.office.practices.records import save_practice
    from rehabill.office.practices.scope import working_in

    other = save_practice("other", read_practice(WEEK / "practice.yaml"))
    with working_in(other.id):
        claim("C1", cents=700)
        rebuild()
        assert Owed.objects.get().cents == 700
    assert Owed.objects.get().cents == 1_500
