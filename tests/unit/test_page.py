"""On a screen of any width every amount and every number is there, whole."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabill.cli import page
from rehabill.cli.page import Cents

ROWS = [
    ("EX0304-03-1", "97530", "GP", 2, Cents(4396), Cents(14400), Cents(-1_234_567), "Refused: $136.00 (CO-97)"),
    ("EX0304-03-2", "97750", "GP 59", 12, Cents(3648), Cents(13600), None, "pneumonoultramicroscopicsilicovolcano x"),
]  # fmt: skip
TOTAL = ("all", "", "", "", "", Cents(28000), Cents(-1_234_567), "")
COLUMNS = ("line", "code", "modifiers", "units", "expected", "charge", "adjusted", "why")
WHOLE = ("EX0304-03-1", "97750", "$43.96", "$144.00", "-$12,345.67", "$280.00", "12", "$136.00", "expected")


def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int, **given: Any) -> str:
    monkeypatch.setattr(page.console, "_width", width)
    page.table(COLUMNS, ROWS, [TOTAL], **given)
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [10, 40, 60, 72, 80, 81, 90, 100, 110, 132, 200])
@pytest.mark.parametrize("indent", [0, 2])
def test_nothing_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int, indent: int
) -> None:
    out = printed(monkeypatch, capsys, width, indent=indent)
    words = out.split()
    assert [one for one in WHOLE if one not in words] == []
    assert "pneumonoultramicroscopicsilicovolcanox" in _last_column(out)


def _last_column(out: str) -> str:
    """What stands in the last column, from top to bottom, without spaces."""
    lines = out.splitlines()
    at = lines[0].index("why")
    return "".join("".join(line[at:].split()) for line in lines[1:])


@pytest.mark.parametrize("width", [100, 132])
def test_a_table_keeps_to_the_screen_where_it_can(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    assert max(map(len, printed(monkeypatch, capsys, width).splitlines())) <= width


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40)), min_size=1, max_size=9), st.integers(1, 300))
def test_the_widest_gives_way_and_none_below_its_least(sizes: list[tuple[int, int]], free: int) -> None:
    least = [low for low, _ in sizes]
    natural = [low + more for low, more in sizes]
    if sum(least) > free:
        return
    widths = page._squeezed(natural, least, free)
    assert sum(widths) <= max(free, 0) or widths == natural
    assert all(low <= wide <= most for low, wide, most in zip(least, widths, natural, strict=True))
    assert sum(widths) == min(free, sum(natural))
