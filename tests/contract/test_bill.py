"""`rehabill bill`: what it writes, what it refuses, and that nothing is ever half written."""

import json
from pathlib import Path
from typing import Any

import pytest

WEEK = Path(__file__).parents[2] / "examples" / "week"
PRACTICE = WEEK / "practice.yaml"
FILES = ["claims.837", "claims.jsonl", "held.jsonl", "summary.json"]


def visits() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (WEEK / "visits.jsonl").read_text().splitlines()]


@pytest.fixture
def bill(run, tmp_path: Path):
    def call(data: bytes, *options: object, practice: Path = PRACTICE):
        arguments = ["--practice", practice, "--out", tmp_path / "out", "--created", "2026-03-09T08:00", *options]
        return run("bill", "-", *arguments, data=data), tmp_path / "out"

    return call


def lines(records: list[Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def read(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_clean_visits_exit_0_and_write_four_files(bill) -> None:
    answer, out = bill(lines(visits()[:3]))
    assert answer.code == 0
    assert sorted(path.name for path in out.iterdir()) == FILES
    assert (out / "held.jsonl").read_text() == ""


def test_the_same_input_gives_the_same_bytes(bill) -> None:
    _, out = bill(lines(visits()))
    first = {name: (out / name).read_bytes() for name in FILES}
    bill(lines(visits()))
    assert {name: (out / name).read_bytes() for name in FILES} == first


def test_control_number_and_moment_are_the_callers(bill) -> None:
    _, out = bill(lines(visits()[:1]), "--control-number", "77")
    text = (out / "claims.837").read_text()
    assert text.startswith("ISA*") and "*260309*0800*^*00501*000000077*0*T*" in text and "IEA*1*000000077~" in text


def test_a_bad_line_is_an_error_object_in_its_place_and_exit_3(bill) -> None:
    first, second = visits()[:2]
    answer, out = bill(lines([first]) + b"{oops\n" + lines([second]))
    rows = read(out / "claims.jsonl")
    assert answer.code == 3
    assert [row.get("id") for row in rows] == [first["id"], None, second["id"]]
    assert rows[1]["error"]["line"] == 2 and read(out / "held.jsonl") == [rows[1]]
    assert json.loads((out / "summary.json").read_text())["visits"] == {"ready": 2, "unreadable": 1}


def test_what_the_837_cannot_say_holds_the_visit(bill) -> None:
    """Scrubbing finds nothing wrong with a claim that lacks the patient's address; a payer would."""
    visit = visits()[0]
    del visit["patient"]["address"]
    answer, out = bill(lines([visit]))
    (row,) = read(out / "held.jsonl")
    assert answer.code == 1 and row["state"] == "held"
    assert "address" in row["cannot_be_sent"][0]["message"]
    assert not (out / "claims.837").exists() and "no 837P to send" in answer.out


def test_an_open_question_holds_the_visit(bill) -> None:
    visit = {**visits()[0], "treatments": [{"text": "squats x15", "minutes": 15}, {"code": "97110", "minutes": 15}]}
    answer, out = bill(lines([visit]))
    assert answer.code == 1 and [row["state"] for row in read(out / "held.jsonl")] == ["held"]
    assert "?" in answer.out


def test_nothing_to_bill_is_said(bill) -> None:
    visit = {**visits()[0], "treatments": [{"code": "97110", "minutes": 5}]}
    answer, out = bill(lines([visit]))
    assert [row["state"] for row in read(out / "held.jsonl")] == ["nothing_to_bill"]
    assert "nothing to bill" in answer.out


def test_no_visits_at_all(bill) -> None:
    answer, out = bill(b"")
    assert answer.code == 0 and "0 visits" in answer.out
    assert (out / "claims.jsonl").read_bytes() == b""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: [", "not readable YAML"),
        ("name: X", "is missing"),
        ("- a\n- b", "must be an object"),
        ("", "must be an object"),
        ("__GOOD__\nnickname: X\n", "no field called 'nickname'"),
    ],
)
def test_a_practice_that_cannot_be_read_is_a_usage_error(bill, tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "practice.yaml"
    file.write_text(text.replace("__GOOD__", PRACTICE.read_text()))
    answer, out = bill(lines(visits()[:1]), practice=file)
    assert answer.code == 2 and told in answer.err
    assert not out.exists(), "nothing is written before the practice is known"


def test_a_missing_file_writes_nothing(run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for name in ("nowhere.jsonl", "nowhere.csv"):
        answer = run("bill", tmp_path / name, "--practice", PRACTICE, "--out", out, "--created", "2026-03-09")
        assert answer.code == 3 and name in answer.err + answer.out
    leftovers = [path.name for path in out.iterdir() if path.name.startswith(".")]
    assert leftovers == []
