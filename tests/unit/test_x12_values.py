"""Single values as X12 writes them, against another reading of the same texts."""

import datetime as dt
import doctest
import itertools
from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabill.x12 import values
from rehabill.x12.values import LONGEST_REMEMBERED, Memory, cents, day, quantity, read_cents, read_day, read_quantity

_TEXTS = st.text("0123456789.-+eE, ١²", max_size=16)


def exact(text: str) -> Decimal | None:
    """The number that digits, one point and one minus before them make."""
    if not text.isascii() or not set(text) <= set("0123456789.-") or "-" in text[1:]:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


@given(_TEXTS)
def test_an_amount_is_what_the_decimal_says_in_cents(text: str) -> None:
    number = exact(text)
    whole = text.removeprefix("-").partition(".")[0]
    expected = None
    if number is not None and number * 100 == int(number * 100) and len(whole) <= 11:
        expected = int(number * 100)
    assert cents(text) == expected


@given(_TEXTS)
def test_a_quantity_is_what_the_decimal_says(text: str) -> None:
    number, found = exact(text), quantity(text)
    assert found is None or found == number
    if number is not None and len(text) <= 9:
        assert found == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120.5", 12050), ("-.05", -5), ("80", 8000), ("7.", 700), ("1.500", 150), ("-0", 0), ("00012", 1200),
        ("1,5", None), ("1.005", None), ("+1", None), ("1e3", None), ("", None), (".", None), ("-", None),
        ("--1", None), ("1.2.3", None), (" 1", None), ("١", None), ("²", None), ("9" * 11, 99_999_999_999_00),
        ("9" * 12, None), ("0.10000000000000", 10),
    ],
)  # fmt: skip
def test_amounts(text: str, expected: int | None) -> None:
    assert cents(text) == expected
    if expected is None:
        with pytest.raises(ValueError):
            read_cents(text)
    else:
        assert read_cents(text) == expected


@pytest.mark.parametrize("text", ["20260305", "20240229", "00010101"])
def test_days(text: str) -> None:
    assert day(text) == read_day(text) == dt.datetime.strptime(text, "%Y%m%d").date()


@pytest.mark.parametrize(
    "text", ["", "20260230", "20250229", "2026035", "202603051", "2026-3-5", "٢٠٢٦٠٣٠٥", "00000101"]
)
def test_what_is_no_day(text: str) -> None:
    assert day(text) is None
    with pytest.raises(ValueError):
        read_day(text)


def test_whole_quantities_are_whole() -> None:
    assert [type(read_quantity(text)) for text in ("3", "3.00", "1.5")] == [int, int, Decimal]


def test_a_memory_asks_once_and_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "REMEMBERED", 3)
    asked: list[str] = []

    def meaning(text: str) -> str:
        asked.append(text)
        return text * 2

    memory = Memory(meaning)
    long = "x" * (LONGEST_REMEMBERED + 1)
    for text in itertools.chain("aab", [long, long], "cdde"):
        assert memory[text] == text * 2
        assert len(memory) <= 3
    assert asked == ["a", "b", long, long, "c", "d", "e"]


def test_the_examples_hold() -> None:
    assert doctest.testmod(values).failed == 0
