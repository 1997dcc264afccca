"""Closing a month: what is told first, what is refused, what is locked."""

import datetime as dt
import time

import pytest
from django.db import IntegrityError, transaction
from tests.office.builders import claim, move, pay
from tests.office.conftest import NOW

from rehabill.base.errors import InputError
from rehabill.ledger.entry import Place
from rehabill.model.visit import Treatment
from rehabill.model.visit import Visit as VisitRecord
from rehabill.office.money.close import close, closed, month, prepare
from rehabill.office.people.models import Patient
from rehabill.office.practices.models import Practice
from rehabill.office.visits.models import Visit
from rehabill.office.worklists.models import Task

MARCH = dt.date(2026, 3, 31)
DAY = dt.date(2026, 3, 10)
TODAY = NOW.date()


@pytest.fixture
def clean(practice: Practice) -> None:
    """A month in which everything was sent, paid, and seen at the bank."""
    claim("C1", day=DAY, sent=DAY)
    pay("C1", 10_000, DAY)
    move("bank", {Place("bank"): 10_000, Place("cash_clearing", "medicare-b/T1"): -10_000}, DAY, "deposit")


def matters() -> dict[str, tuple[int, int]]:
    return {one.what: (one.count, one.cents) for one in prepare(MARCH, TODAY).matters}


def test_a_clean_month_is_closed_with_its_trial_balance(clean: None) -> None:
    assert matters() == {}
    close(MARCH, "biller", NOW)
    (one,) = closed()
    assert (one.last_day, one.by, one.balances_cents) == (MARCH, "biller", {"bank": 10_000, "charges": -10_000})
    with pytest.raises(IntegrityError, match="month is closed"), transaction.atomic():
        move("late", {Place("bank"): 1, Place("interest"): -1}, MARCH)
    move("next", {Place("bank"): 1, Place("interest", "x"): -1}, MARCH + dt.timedelta(days=1))


def test_what_would_stop_a_careful_biller_is_told_with_its_amount(clean: None) -> None:
    move("S", {Place("cash_clearing", "X/9"): 700, Place("suspense", "X", claim="?"): -700}, DAY)
    claim("C2", day=DAY, cents=4_000)
    patient = Patient.objects.get()
    Visit.objects.create(
        number="V9", patient=patient, date=DAY, payer="medicare-b",
        record=VisitRecord(date=DAY, payer="medicare-b", treatments=(Treatment(code="97110", minutes=30),)),
    )  # fmt: skip
    Task.objects.create(action="file_held", why="cut short", cents=9_900, opened_at=NOW)
    assert matters() == {
        "amounts in suspense, not explained": (1, -700),
        "payments told and not seen at the bank": (1, 700),
        "files held and not posted": (1, 9_900),
        "visits recorded and not billed": (1, 0),
        "claims made and not sent": (1, 4_000),
    }
    with pytest.raises(InputError, match=r"2026-03 is not closed: amounts in suspense"):
        close(MARCH, "biller", NOW)
    assert closed() == []
    close(MARCH, "biller", NOW, anyway=True)
    assert [one.last_day for one in closed()] == [MARCH]


def test_what_happens_after_the_month_is_no_matter_of_it(clean: None) -> None:
    april = MARCH + dt.timedelta(days=1)
    claim("C2", day=april)
    move("S", {Place("cash_clearing", "X/9"): 700, Place("suspense", "X", claim="?"): -700}, april)
    assert matters() == {}
    assert prepare(MARCH, TODAY).balances == {"bank": 10_000, "charges": -10_000}


def test_what_was_settled_since_is_no_matter_any_more(clean: None) -> None:
    """A transfer told on the last day is at the bank on the next; part of it alone is not enough."""
    april = MARCH + dt.timedelta(days=1)
    move("S", {Place("cash_clearing", "X/9"): 700, Place("suspense", "X", claim="?"): -700}, MARCH)
    move("part", {Place("bank"): 600, Place("cash_clearing", "X/9"): -600}, april, "deposit")
    assert matters() == {
        "amounts in suspense, not explained": (1, -700), "payments told and not seen at the bank": (1, 700)
    }  # fmt: skip
    move("rest", {Place("bank"): 100, Place("cash_clearing", "X/9"): -100}, april, "deposit")
    move("found", {Place("suspense", "X", claim="?"): 700, Place("interest", "X"): -700}, april)
    assert matters() == {}


def test_a_month_is_over_when_it_is_over_where_the_practice_is(clean: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Chicago")
    time.tzset()
    try:
        with pytest.raises(InputError, match="2026-03 is not over yet"):
            close(MARCH, "biller", dt.datetime(2026, 4, 1, 2, 0, tzinfo=dt.UTC))
    finally:
        monkeypatch.undo()
        time.tzset()


def test_months_are_closed_one_after_the_other(clean: None) -> None:
    with pytest.raises(InputError, match="not over yet"):
        prepare(dt.date(2026, 4, 30), TODAY)
    with pytest.raises(InputError, match="nothing to close in 2026-02: the books begin on 2026-03-10"):
        prepare(dt.date(2026, 2, 28), TODAY)
    close(MARCH, "biller", NOW)
    later = dt.date(2026, 7, 1)
    with pytest.raises(InputError, match="2026-03 is closed already"):
        prepare(MARCH, later)
    with pytest.raises(InputError, match="close 2026-04 first"):
        prepare(dt.date(2026, 5, 31), later)
    close(dt.date(2026, 4, 30), "biller", dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
    assert len(closed()) == 2


def test_empty_books_have_nothing_to_close(practice: Practice) -> None:
    with pytest.raises(InputError, match="nothing is in the books yet"):
        prepare(MARCH, TODAY)


@pytest.mark.parametrize(("text", "day"), [("2026-03", MARCH), ("2024-02", dt.date(2024, 2, 29))])
def test_a_month_ends_on_its_last_day(text: str, day: dt.date) -> None:
    assert month(text) == day


@pytest.mark.parametrize("text", ["2026-13", "March", "2026-03-31", ""])
def test_what_is_no_month_is_told(text: str) -> None:
    with pytest.raises(InputError, match="write it as 2026-03"):
        month(text)
