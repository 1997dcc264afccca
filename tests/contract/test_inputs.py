"""Bad and odd input: one located error object at its place, the rest go on, the exit code says so, nothing crashes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

VISIT = {"id": "V", "date": "2026-03-04", "payer": "medicare-b", "treatments": [{"code": "97110", "minutes": 15}]}
CLAIM = {"id": "C", "payer": "medicare-b", "lines": [{"date": "2026-03-10", "code": "97110", "units": 1}]}
VERBS = {"code": VISIT, "scrub": CLAIM, "price": CLAIM, "explain": VISIT}
DEEP = 100_000


def located(row: dict[str, Any], line: int) -> dict[str, Any]:
    """The contract's error object, with nothing in it that speaks of our internals."""
    assert set(row) == {"id", "error"}
    error = row["error"]
    assert {"line", "path", "message"} <= set(error)
    assert error["line"] == line and isinstance(error["path"], str) and error["message"]
    for word in ("Traceback", "msgspec", "NoneType", "rehabill failed"):
        assert word not in error["message"]
    return error


@pytest.fixture(params=VERBS)
def verb(request) -> str:
    return request.param


def good(verb: str, name: str = "good") -> bytes:
    return json.dumps({**VERBS[verb], "id": name}).encode()


BAD = {
    "not JSON": b"{oops",
    "cut short": b'{"id": "bad", "date": "2026-',
    "a list": b"[1, 2]",
    "a number": b"7",
    "text": b'"visit"',
    "null": b"null",
    "empty object": b"{}",
    "NUL bytes": b'{"id": "\x00"}',
    "only NUL": b"\x00\x00\x00",
    "invalid UTF-8": b'{"id": "\xff\xfe", "payer": "\xc3\x28"}',
    "UTF-16": '{"id": "x"}'.encode("utf-16"),
    "lone surrogate": b'{"id": "\\ud800", "payer": "medicare-b", "date": "2026-03-04", "treatments": [], "lines": []}',
    "nested 100,000 deep": b"[" * DEEP + b"]" * DEEP,
    "nested 100,000 deep in a field": b'{"id": 1, "payer": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
    "a number of 5,000 digits": b'{"id": ' + b"9" * 5000 + b"}",
    "infinity": b'{"id": Infinity}',
    "two records on a line": b'{"id": 1} {"id": 2}',
    "5 MB of spaces in an object": b'{"id": "x"' + b" " * 5_000_000 + b"}",
    "5 MB of text": b'{"id": "' + b"x" * 5_000_000 + b'", "unknown": 1}',
    "a field nobody knows": b'{"id": "x", "datee": "2026-03-04"}',
}


@pytest.mark.parametrize("what", BAD)
def test_one_bad_line_gives_one_error_and_the_rest_go_on(run, verb: str, what: str) -> None:
    answer = run(verb, "--json", data=good(verb, "first") + b"\n" + BAD[what] + b"\n" + good(verb, "last") + b"\n")
    first, bad, last = answer.rows
    assert answer.code == 3
    assert (first["id"], last["id"]) == ("first", "last")
    assert "error" not in first and "error" not in last
    located(bad, 2)


def test_the_error_names_field_and_id(run) -> None:
    visit = {**VISIT, "id": "V7", "treatments": [{"code": "97110", "minutes": 15}, {"code": "97140", "minutes": "ten"}]}
    (row,) = run("code", "--json", records=[visit]).rows
    error = located(row, 1)
    assert row["id"] == "V7" and error["path"] == "treatments[1].minutes"
    assert error["message"] == "the minutes must be a whole number or nothing (null), not text"


def test_a_misspelt_field_is_pointed_out(run) -> None:
    (row,) = run("code", "--json", records=[{**VISIT, "treatments": [{"code": "97110", "minuts": 15}]}]).rows
    assert "did you mean 'minutes'" in located(row, 1)["message"]


@pytest.mark.parametrize(
    ("verb", "change", "path"),
    [
        ("code", {"date": "03/04/2026"}, "date"),
        ("code", {"date": "2026-02-30"}, "date"),
        ("code", {"date": None}, "date"),
        ("code", {"payer": "medicare"}, "payer"),
        ("code", {"payer": ""}, "payer"),
        ("code", {"treatments": [{"code": "97110", "minutes": 15.5}]}, "treatments[0].minutes"),
        ("code", {"treatments": [{"code": "97110", "minutes": -1}]}, "treatments[0].minutes"),
        ("code", {"treatments": [{"code": "97110", "minutes": 10**30}]}, "treatments[0].minutes"),
        ("code", {"treatments": [{"code": "97110", "by": "MD"}]}, "treatments[0].by"),
        ("code", {"treatments": [{"code": "97110", "start": "25:00", "end": "26:00"}]}, "treatments[0].start"),
        ("code", {"treatments": [{"code": "97110", "start": "10:00", "end": "09:00"}]}, "treatments[0].end"),
        ("code", {"treatments": [{"code": "97110", "distinct_from": [3]}]}, "treatments[0].distinct_from"),
        ("scrub", {"payer": "nobody"}, "payer"),
        ("scrub", {"lines": []}, "lines"),
        ("scrub", {"lines": [{"code": "97110", "units": 1}]}, "lines[0].date"),
        ("scrub", {"lines": [{"date": "2026-03-10", "code": "97110", "units": -1}]}, "lines[0].units"),
        ("scrub", {"lines": [{"date": "2026-03-10", "code": 97110, "units": 1}]}, "lines[0].code"),
        ("price", {"locality": "99999-99"}, "locality"),
        ("price", {"payer": "nobody"}, "payer"),
    ],
)
def test_what_is_wrong_is_located(run, verb: str, change: dict[str, Any], path: str) -> None:
    answer = run(verb, "--json", records=[{**VERBS[verb], **change}])
    assert answer.code == 3
    assert located(answer.rows[0], 1)["path"] == path


# ---- exit codes


def test_exit_0_clean_1_findings_3_unreadable_and_3_wins(run, verb: str) -> None:
    clean = VERBS[verb]
    assert run(verb, "--json", records=[clean, clean]).code in (0, 1)
    assert run(verb, "--json", data=good(verb) + b"\n{}\n" + good(verb)).code == 3


def test_exit_1_only_for_findings_that_failed(run) -> None:
    fine = {**VISIT, "context": {"therapy_ytd_cents": 0}}
    deleted = {**VISIT, "treatments": [{"code": "97762", "minutes": 15}]}
    assert run("code", "--json", records=[fine]).code == 0
    answer = run("code", "--json", records=[fine, deleted])
    assert answer.code == 1
    (finding,) = answer.rows[1]["findings"]
    assert (finding["topic"], finding["path"], finding["status"]) == ("code_validity", "treatments[0].code", "fail")


@pytest.mark.parametrize(
    "arguments", [["no-such-verb"], ["code", "--no-such-option"], ["bill"], ["scrub", "--today", "soon"], []]
)
def test_exit_2_usage(run, arguments: list[str]) -> None:
    assert run(*arguments).code == 2


def test_a_missing_file_is_unreadable_input(run, verb: str, tmp_path: Path) -> None:
    answer = run(verb, "--json", tmp_path / "nowhere.jsonl")
    assert answer.code == 3
    assert "nowhere.jsonl" in answer.err + answer.out and "Traceback" not in answer.err


def test_a_folder_is_unreadable_input(run, verb: str, tmp_path: Path) -> None:
    assert run(verb, "--json", tmp_path).code == 3


def test_without_json_errors_go_to_standard_error(run, verb: str) -> None:
    answer = run(verb, data=b"{}\n")
    assert answer.code == 3
    assert "line 1" in answer.err and answer.out.strip() == ""


# ---- where records come from


def test_order_out_is_order_in(run, verb: str) -> None:
    names: list[Any] = ["b", 2, "a", 10, "zz", 1, "é", "日本"]
    answer = run(verb, "--json", records=[{**VERBS[verb], "id": name} for name in names])
    assert [row["id"] for row in answer.rows] == names


def test_standard_input_files_and_both(run, verb: str, tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    one.write_bytes(good(verb, "1") + b"\n" + good(verb, "2") + b"\n")
    two.write_bytes(good(verb, "4"))  # no newline at the end
    for arguments in (["-"], []):
        assert [row["id"] for row in run(verb, "--json", *arguments, data=good(verb, "3")).rows] == ["3"]
    answer = run(verb, "--json", one, "-", two, data=good(verb, "3"))
    assert [row["id"] for row in answer.rows] == ["1", "2", "3", "4"]


def test_an_error_says_which_file_and_line(run, tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    one.write_bytes(good("code"))
    two.write_bytes(b"\n" + good("code") + b"\n\n{}\n")
    answer = run("code", "--json", one, two)
    assert located(answer.rows[-1], 4)["file"] == str(two)


@pytest.mark.parametrize(
    "between",
    [b"\n", b"\r\n", b"\n\n\n", b"\r\n\r\n  \t \r\n"],
    ids=["LF", "CRLF", "blank lines", "blank CRLF lines"],
)
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
def test_line_ends_blank_lines_and_byte_order_mark(run, verb: str, between: bytes, start: bytes) -> None:
    answer = run(verb, "--json", data=start + good(verb, "1") + between + good(verb, "2") + between)
    assert [row["id"] for row in answer.rows] == ["1", "2"] and answer.code in (0, 1)


def test_a_byte_order_mark_in_the_second_file(run, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one.jsonl", "two.jsonl")]
    for file in files:
        file.write_bytes(b"\xef\xbb\xbf" + good("code", file.stem))
    assert [row["id"] for row in run("code", "--json", *files).rows] == ["one", "two"]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_nothing_in_nothing_out(run, verb: str, data: bytes) -> None:
    answer = run(verb, "--json", data=data)
    assert (answer.code, answer.rows) == (0, [])


def test_a_line_of_five_megabytes_that_is_a_good_visit(run) -> None:
    treatments = [{"code": "97110", "minutes": 1, "text": "x" * 5_000_000}]
    answer = run("code", "--json", records=[{**VISIT, "treatments": treatments}, VISIT])
    assert answer.code == 0 and len(answer.rows) == 2


def test_text_of_a_megabyte_is_answered(run) -> None:
    words = "gait training with cues, " * 40_000
    answer = run("code", "--json", records=[{**VISIT, "treatments": [{"text": words, "minutes": 15}]}])
    assert answer.code == 0 and len(answer.rows) == 1


def test_a_thousand_treatments(run) -> None:
    treatments = [{"code": code, "minutes": 1} for code in ("97110", "97112", "97140", "97530")] * 250
    (row,) = run("code", "--json", records=[{**VISIT, "treatments": treatments}]).rows
    assert sum(line["units"] for line in row["lines"]) == (1000 + 7) // 15


@pytest.mark.parametrize("field", ["text", "code", "region", "purpose"])
@pytest.mark.parametrize("text", ["", " ", "\x00", "\u202e", "💪" * 50, "{0}", "{line} {}", "[bold]x[/]", "%s"])
def test_odd_text_is_text(run, field: str, text: str) -> None:
    """Braces, markup and control characters are words like others, in JSON and in the table."""
    visit = {**VISIT, "treatments": [{"code": "97110", "minutes": 15}, {"minutes": 8, field: text}]}
    for arguments in (["--json"], []):
        assert run("code", *arguments, records=[visit]).code in (0, 1)
    assert run("explain", records=[visit]).code == 0


# ---- start-up


def imported(*arguments: str, data: bytes) -> set[str]:
    """The modules loaded by one run of the program in a process of its own."""
    program = (
        "import sys\n"
        "from rehabill.cli.main import cli\n"
        "try:\n    cli(sys.argv[1:])\n"
        "finally:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], input=data, capture_output=True, timeout=60)
    assert done.stdout.count(b"\n") == 1
    return set(done.stderr.decode().split())


@pytest.mark.parametrize("verb", ["code", "scrub", "price"])
def test_start_up_is_lean(verb: str) -> None:
    """With --json neither YAML nor the table printer nor the back office is loaded: start-up stays short."""
    modules = imported(verb, "--json", data=good(verb) + b"\n")
    assert "rehabill.almanac.load" in modules
    assert modules.isdisjoint({"yaml", "rich", "rich.console", "simple_icd_10_cm", "rehabill.edi", "hypothesis"})
