"""What cannot be right in practice.yaml is told at once, at its place."""

from pathlib import Path

import click
import pytest

from rehabill.cli.practice import read_practice
from rehabill.engine.practice_file import faults
from rehabill.model.practice import Practice

FILE = Path(__file__).parents[2] / "examples" / "week" / "practice.yaml"
PAYERS = ("medicare-b", "medicare-advantage", "commercial")


def changed(folder: Path, before: str, after: str) -> Practice:
    text = FILE.read_text("utf-8")
    assert before in text
    path = folder / "practice.yaml"
    path.write_text(text.replace(before, after, 1), "utf-8")
    return read_practice(path)


def test_the_example_is_right() -> None:
    assert faults(read_practice(FILE), PAYERS) == []


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ('npi: "1999999992"', 'npi: "1999999993"', "npi"),
        ('npi: "1999999976"', 'npi: "199999976"', "providers[1].npi"),
        ('npi: "1888888884"', 'npi: "1888888894"', "referring[0].npi"),
        ("commercial: {", "comercial: {", "payers.comercial"),
        ('"97110": 6000', '"9711O ": 6000', "charges_cents.9711O "),
        ('"97110": 6000', '"97110": 0', "charges_cents.97110"),
    ],
)
def test_what_cannot_be_right(tmp_path: Path, before: str, after: str, path: str) -> None:
    assert [one.path for one in faults(changed(tmp_path, before, after), PAYERS)] == [path]


@pytest.mark.parametrize("written", ["60.00", "60.0", "$60", "6e3", "-6000", "6,000"])
def test_a_charge_in_dollars_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(click.UsageError, match=r"charges_cents\.97110.*6000"):
        changed(tmp_path, '"97110": 6000', f'"97110": "{written}"')
