"""Money, dates, identifiers, steps and errors: the smallest parts, against values worked out by hand."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabill.base.dates import add_months, federal_holidays, is_workday, next_workday
from rehabill.base.errors import AlmanacError, InputError, NotInForce, RehabillError
from rehabill.base.finding import Step
from rehabill.base.ids import npi_is_valid
from rehabill.base.money import decimal_amount, dollars, round_half_up

CHECK = settings(max_examples=200, derandomize=True, deadline=None)
day = dt.date.fromisoformat


# --- money ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(5, 2, 3), (3, 2, 2), (1, 2, 1), (-1, 2, -1), (-5, 2, -3), (7, 3, 2), (8, 3, 3), (0, 7, 0), (2905, 100, 29),
     (2950, 100, 30), (2949, 100, 29)],
)  # fmt: skip
def test_halves_go_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert round_half_up(numerator, denominator) == rounded


@CHECK
@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_rounding_is_decimals(numerator: int, denominator: int) -> None:
    exact = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), ROUND_HALF_UP)
    assert round_half_up(numerator, denominator) == int(exact)


@pytest.mark.parametrize(
    ("cents", "shown", "sent"),
    [(1234567, "$12,345.67", "12345.67"), (0, "$0.00", "0"), (5, "$0.05", "0.05"), (50, "$0.50", "0.5"),
     (12000, "$120.00", "120"), (-199, "-$1.99", "-1.99"), (-100, "-$1.00", "-1")],
)  # fmt: skip
def test_amounts_for_people_and_for_x12(cents: int, shown: str, sent: str) -> None:
    assert dollars(cents) == shown
    assert decimal_amount(cents) == sent


@CHECK
@given(st.integers(-(10**10), 10**10))
def test_an_x12_amount_is_the_same_money(cents: int) -> None:
    sent = decimal_amount(cents)
    assert Decimal(sent) * 100 == cents
    assert not sent.endswith(".") and "+" not in sent and "e" not in sent.lower()


# --- dates ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2026-12-15", 1, "2027-01-15"),
     ("2026-03-31", 6, "2026-09-30"), ("2026-03-04", 12, "2027-03-04"), ("2026-01-31", -1, "2025-12-31")],
)  # fmt: skip
def test_months(start: str, months: int, end: str) -> None:
    assert add_months(day(start), months) == day(end)


HOLIDAYS_2026 = {
    "2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03", "2026-09-07", "2026-10-12",
    "2026-11-11", "2026-11-26", "2026-12-25",
}  # fmt: skip


def test_the_holidays_of_2026() -> None:
    """4 July 2026 is a Saturday, so Friday the 3rd is kept."""
    assert federal_holidays(2026) == {day(text) for text in HOLIDAYS_2026}


def test_new_year_on_a_saturday_is_kept_the_year_before() -> None:
    assert day("2021-12-31") in federal_holidays(2021)
    assert day("2027-12-31") in federal_holidays(2027)
    assert not is_workday(day("2027-12-31"))


def test_juneteenth_is_a_holiday_from_2021() -> None:
    assert day("2020-06-19") not in federal_holidays(2020)
    assert day("2021-06-18") in federal_holidays(2021)  # the 19th was a Saturday
    assert day("2022-06-20") in federal_holidays(2022)  # a Sunday


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-11-23", "2026-11-23"), ("2026-11-21", "2026-11-23"), ("2026-11-26", "2026-11-27"),
     ("2026-07-03", "2026-07-06"), ("2027-01-01", "2027-01-04"), ("2026-12-25", "2026-12-28")],
)  # fmt: skip
def test_the_next_workday(start: str, end: str) -> None:
    assert next_workday(day(start)) == day(end)


# --- identifiers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("npi", ["1234567893", "1245319599", "1679576722"])
def test_real_npis_check(npi: str) -> None:
    assert npi_is_valid(npi)


@pytest.mark.parametrize(
    "npi", ["1234567890", "123456789", "12345678931", "", "123456789X", "１２３４５６７８９３", "1234567 93"]
)
def test_what_is_no_npi(npi: str) -> None:
    assert not npi_is_valid(npi)


@CHECK
@given(st.integers(0, 10**9 - 1))
def test_exactly_one_check_digit_fits(first_nine: int) -> None:
    stem = f"{first_nine:09d}"
    fitting = [digit for digit in range(10) if npi_is_valid(f"{stem}{digit}")]
    digits = [int(character) for character in "80840" + stem]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[::-2]) + sum(digits[-2::-2])
    assert fitting == [-doubled % 10]


# --- steps and errors -----------------------------------------------------------------------------------


def test_a_step_is_put_into_words_when_asked() -> None:
    assert Step("units", "{} minutes are {} units", (40, 3), ("law",)).what() == "40 minutes are 3 units"


def test_a_step_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Step("units", "x").stage = "kx"  # type: ignore[misc]


def test_text_of_the_user_is_never_a_template() -> None:
    assert Step("words", "{}", ("{0} sets {of} ten",)).what() == "{0} sets {of} ten"


def test_errors_say_where_and_are_all_ours() -> None:
    error = InputError("lines[0].date", "the date of service is missing")
    assert (error.path, str(error)) == ("lines[0].date", "lines[0].date: the date of service is missing")
    assert str(InputError("", "no JSON")) == "no JSON"
    assert str(NotInForce("a.law", day("2027-01-01"), "holds 2026")) == (
        "no value of a.law is in force on 2027-01-01: holds 2026"
    )
    assert str(AlmanacError("p.yaml: a", "lacks source")) == "p.yaml: a: lacks source"
    for kind in (InputError, NotInForce, AlmanacError):
        assert issubclass(kind, RehabillError)


def test_steps_travel_as_json() -> None:
    step = Step("units", "{} minutes", (40,), ("a.law",))
    assert msgspec.json.decode(msgspec.json.encode(step), type=Step) == step
