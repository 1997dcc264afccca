"""`rehabill x12`: exit codes, JSON, masking, files; every sample through every tool."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

FILES = Path(__file__).parents[2] / "examples" / "x12"
CLAIMS, REMITTANCE = FILES / "claims.837", FILES / "remittance.835"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "x12"
PERSONAL = ("PETRA", "HOLLOWAY", "EDITH", "6P75KT9QN93", "19450117", "1945-01-17", "5295 PLACEHOLDER")


def test_describe_masks_unless_told(run: Run) -> None:
    for options in ((), ("--json",), ("--claim", "RB00001-0001")):
        answer = run("x12", "describe", CLAIMS, *options)
        assert answer.code == 0
        assert not any(word in answer.out for word in PERSONAL)
    shown = run("x12", "describe", CLAIMS, "--show-personal").out
    assert "HOLLOWAY" in shown and "1945-01-17" in shown
    assert "$390.00" in shown and "97110 Exercises" in shown and "F female" in shown


def test_describe_one_claim(run: Run) -> None:
    answer = run("x12", "describe", CLAIMS, "--claim", "RB00001-0001", "--json")
    assert {row["segment"] for row in answer.rows} >= {"CLM", "SV1", "NM1"}
    assert sum(row["segment"] == "CLM" for row in answer.rows) == 1
    assert run("x12", "describe", CLAIMS, "--claim", "nobody").code == 1


def test_check_exit_codes(run: Run, tmp_path: Path) -> None:
    assert run("x12", "check", CLAIMS, REMITTANCE).code == 0
    bad = tmp_path / "bad.837"
    bad.write_bytes(CLAIMS.read_bytes().replace(b"19450117*F", b"19450117*Q").replace(b"*HOLLOWAY*", b"*HOLL\tOWAY*"))
    answer = run("x12", "check", bad, "--json")
    assert answer.code == 1
    (row,) = answer.rows
    assert row["verdict"] == "fail" and row["sets"][0]["id"] == "837"
    sex = next(one for one in row["findings"] if one["at"]["element"] == "DMG03")
    assert (sex["field"], sex["level"], sex["line"]) == ("patient.sex", 2, 49)
    for text in (answer.out, run("x12", "check", bad).out):
        assert "OWAY" not in text
    assert run("x12", "check", bad, "--level", "1").code == 1
    assert run("x12", "check", "-", data=b"hello").code == 3
    assert run("x12", "check", "-", data=b"").code == 3
    assert run("x12", "check", tmp_path / "none").code == 3
    assert run("x12", "check", CLAIMS, "--level", "9").code == 2
    assert run("x12", "check").code == 2


@pytest.mark.parametrize(("kind", "wanted"), [("999", "AK9*A*1*1*1"), ("ta1", "TA1*000000001")])
def test_check_answers(run: Run, tmp_path: Path, kind: str, wanted: str) -> None:
    out = tmp_path / "answer"
    assert run("x12", "check", CLAIMS, "--acknowledge", kind, "--out", out).code == 0
    assert wanted in out.read_text()
    assert run("x12", "check", out).code == 0
    assert run("x12", "check", CLAIMS, "--acknowledge", kind).code == 2


def test_diff_exit_codes(run: Run, tmp_path: Path) -> None:
    assert run("x12", "diff", CLAIMS, CLAIMS).code == 0
    assert run("x12", "diff", CLAIMS, REMITTANCE).code == 1
    other = tmp_path / "other.837"
    other.write_bytes(CLAIMS.read_bytes().replace(b"HOLLOWAY", b"HALLOWAY").replace(b"*390*", b"*391*"))
    answer = run("x12", "diff", CLAIMS, other)
    assert answer.code == 1 and "HALLOWAY" not in answer.out and "$390.00 -> $391.00" in answer.out
    assert "HALLOWAY" in run("x12", "diff", CLAIMS, other, "--show-personal").out
    (row,) = run("x12", "diff", CLAIMS, other, "--json").rows
    assert row["is_equal"] is False and len(row["changes"]) == 2
    assert run("x12", "diff", "-", CLAIMS, data=CLAIMS.read_bytes()).code == 0
    assert run("x12", "diff", "-", "-", data=b"").code == 2
    assert run("x12", "diff", "-", CLAIMS, data=b"no file").code == 3


def test_split_and_merge(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "pieces"
    answer = run("x12", "split", CLAIMS, "--out", out, "--by", "claims=1", "--json")
    assert answer.code == 0 and [row["claims"] for row in answer.rows] == [1, 1]
    made = sorted(out.iterdir())
    assert run("x12", "check", *made).code == 0
    whole = tmp_path / "whole.837"
    assert run("x12", "merge", *made, "--out", whole).code == 0
    assert run("x12", "diff", CLAIMS, whole).code == 0
    assert run("x12", "split", CLAIMS, "--out", out, "--by", "claims=1").code == 2
    assert run("x12", "split", REMITTANCE, "--out", tmp_path / "a", "--by", "claims=2").code == 2
    assert run("x12", "split", CLAIMS, "--out", tmp_path / "b", "--by", "claims=0").code == 2
    refused = tmp_path / "refused"
    answer = run("x12", "merge", CLAIMS, REMITTANCE, "--out", refused)
    assert answer.code == 2 and "kind of transactions" in answer.err and not refused.exists()
    assert run("x12", "merge", CLAIMS, CLAIMS, "--out", refused).code == 2
    assert not list(tmp_path.glob(".*.draft"))


def test_grep(run: Run) -> None:
    answer = run("x12", "grep", "SV101-2=97140", CLAIMS)
    assert answer.code == 0 and "RB00001-0000" in answer.out and "97140 Hands-on" in answer.out
    masked = run("x12", "grep", "holloway", CLAIMS)
    assert masked.code == 0 and "HOLLOWAY" not in masked.out
    raw = run("x12", "grep", "CLM01=RB00001-0001", CLAIMS, "--raw").out
    assert raw.count("CLM*") == 1 and "HOLLOWAY" in raw
    rows = run("x12", "grep", "SV101-2=97110", CLAIMS, "--json").rows
    assert [row["claim"] for row in rows] == ["RB00001-0000", "RB00001-0001"]
    assert run("x12", "grep", "CLM01=nobody", CLAIMS).code == 1
    assert run("x12", "grep", "CLM01~(", CLAIMS).code == 2
    assert run("x12", "grep", "x", "-", data=b"x").code == 3


def test_stats(run: Run) -> None:
    answer = run("x12", "stats", CLAIMS, REMITTANCE)
    assert answer.code == 0 and "charged $802.00" in answer.out and "CO-45" in answer.out
    (row,) = run("x12", "stats", REMITTANCE, "--json").rows
    assert row["payment_cents"] == 11_934


def test_json_and_back(run: Run, tmp_path: Path) -> None:
    tree, back = tmp_path / "tree.json", tmp_path / "back"
    assert run("x12", "to-json", CLAIMS, "--out", tree, "--indent").code == 0
    json.loads(tree.read_text())
    assert run("x12", "from-json", tree, "--out", back).code == 0
    assert back.read_bytes() == CLAIMS.read_bytes()
    assert run("x12", "from-json", CLAIMS).code == 3


def test_pseudonymize(run: Run, tmp_path: Path) -> None:
    key, one, two = tmp_path / "key", tmp_path / "one", tmp_path / "two"
    answer = run("x12", "pseudonymize", CLAIMS, "--key", key, "--out", one)
    assert answer.code == 0 and "not HIPAA de-identification" in answer.err and "new key" in answer.err
    assert key.stat().st_mode & 0o077 == 0
    again = run("x12", "pseudonymize", CLAIMS, "--key", key, "--out", two)
    assert again.code == 0 and "new key" not in again.err and one.read_bytes() == two.read_bytes()
    assert not any(word in one.read_text() for word in PERSONAL)
    assert run("x12", "check", one).code == 0
    assert run("x12", "pseudonymize", CLAIMS, "--out", CLAIMS).code == 2
    nothing = tmp_path / "nothing"
    assert run("x12", "pseudonymize", "-", "--out", nothing, data=b"hello").code == 3
    assert not nothing.exists()
    key.write_text("short")
    assert run("x12", "pseudonymize", CLAIMS, "--key", key, "--out", two).code == 2
    assert "NOT HIPAA" in run("x12", "pseudonymize", "--help").out.upper()


ODD = {
    "empty": b"", "text": b"hello", "NUL": b"\0" * 300, "escape": b"\x1b[31mISA*00*", "ISA cut": b"ISA*00*   ",
    "only ISA": CLAIMS.read_bytes()[:106], "cut short": CLAIMS.read_bytes()[:900],
    "bare set": CLAIMS.read_bytes().partition(b"ST*")[1] + CLAIMS.read_bytes().partition(b"ST*")[2],
    "escape inside": CLAIMS.read_bytes().replace(b"TULSA", b"\x1b[2J"),
    "not UTF-8": REMITTANCE.read_bytes() + b"\xff\xfe",
}  # fmt: skip
READERS = (
    ("describe",), ("describe", "--json"), ("check",), ("check", "--json"), ("stats",), ("stats", "--json"),
    ("grep", "1"), ("grep", "NM109~."), ("to-json",), ("from-json",), ("describe", "--claim", "1"),
)  # fmt: skip


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("verb", READERS, ids=" ".join)
def test_no_bytes_give_a_traceback(run: Run, verb: tuple[str, ...], name: str) -> None:
    answer = run("x12", *verb, "-", data=ODD[name])
    assert answer.code in (0, 1, 3)
    assert "\x1b[" not in answer.out + answer.err and "Traceback" not in answer.err


def samples() -> list[Path]:
    if not SAMPLES.is_dir():
        return []
    return sorted(path for path in SAMPLES.glob("*/*") if path.is_file() and path.parent.name != "expected")


@pytest.mark.skipif(
    not samples(), reason=f"SAMPLES MISSING: no X12 samples in {SAMPLES}; the tools were not tried on them"
)
def test_every_sample_through_every_tool(run: Run, tmp_path: Path) -> None:
    for number, path in enumerate(samples()):
        data = path.read_bytes()
        for verb in READERS[:-2]:
            assert run("x12", *verb, path).code in (0, 1, 3), path
        assert run("x12", "diff", path, path).code in (0, 3), path
        assert run("x12", "split", path, "--out", tmp_path / f"s{number}").code in (0, 3), path
        assert run("x12", "split", path, "--out", tmp_path / f"c{number}", "--by", "claims=1").code in (0, 2, 3), path
        assert run("x12", "merge", path, "--out", tmp_path / f"m{number}").code in (0, 2, 3), path
        assert run("x12", "pseudonymize", path, "--out", tmp_path / f"p{number}").code in (0, 3), path
        tree = tmp_path / f"t{number}"
        run("x12", "to-json", path, "--out", tree)
        back = tmp_path / f"b{number}"
        assert run("x12", "from-json", tree, "--out", back).code == 0, path
        assert back.read_bytes() == data, path


def test_a_claim_that_bill_held_is_not_printed(run: Run, tmp_path: Path) -> None:
    """`claim 1500` takes the rows of `bill`, and leaves out what waits for a person or for the patient."""
    week = Path(__file__).parents[2] / "examples" / "week"
    practice = ["--practice", week / "practice.yaml"]
    run("bill", week / "visits.csv", *practice, "--out", tmp_path, "--created", "2026-03-09T08:00")
    printed = run("claim", "1500", tmp_path / "claims.jsonl", *practice, "--out", tmp_path / "forms.pdf")
    assert printed.code == 1
    assert "EX0302-15  not printed" in printed.out
    assert "the claim is held" in printed.out
