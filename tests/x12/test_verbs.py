"""What the verbs of `rehabill x12` answer: exit codes by kind of input, errors, counts, JSON in pieces, words."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabill import x12
from rehabill.base.errors import InputError
from rehabill.cli.main import cli
from rehabill.demo import x12_files
from rehabill.edi.check.file import check_file
from rehabill.edi.read import read
from rehabill.edi.read_837p import read_837p
from rehabill.edi.remittance_835 import read_835, remittances
from rehabill.x12.check.file import check
from rehabill.x12.faults import KINDS
from rehabill.x12.outline import outline
from rehabill.x12.scan import batches
from rehabill.x12.spec.schema import LISTS
from rehabill.x12.tools.stats import Stats
from rehabill.x12.tools.trees import from_json, json_of, to_json, x12_of
from rehabill.x12.values import in_order

ROOT = Path(__file__).parents[2]
FILES = ROOT / "examples" / "x12"
CLAIMS, REMITTANCE, WRONG = (FILES / name for name in ("claims.837", "remittance.835", "wrong.837"))
PRACTICE = ROOT / "examples" / "week" / "practice.yaml"
GOOD = CLAIMS.read_bytes()
BARE = GOOD[GOOD.index(b"ST*837") : GOOD.index(b"GE*")]


def run(*arguments: object, data: bytes | None = None) -> Result:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments], input=data)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def rows(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.split("\n") if line]


# ------------------------------------------------------------------------------------ what the verbs answer

VERBS = ("check", "describe", "stats", "grep", "diff", "to-json", "from-json", "split", "merge", "pseudonymize")
FINDS = {"check", "diff"}
INPUTS: dict[str, bytes | None] = {
    "good": GOOD, "with findings": WRONG.read_bytes(), "empty": b"", "not X12": b"hello, world",
    "header alone": GOOD[:106], "envelope around nothing": GOOD[: GOOD.index(b"ST*")] + b"GE*0*1~IEA*1*000000001~",
    "set without envelope": BARE, "remittance without envelope": re.sub(rb"^.*?(?=ST\*835)", b"",
                                                                        REMITTANCE.read_bytes(), flags=re.DOTALL),
    "cut in a segment": GOOD[:900], "cut between segments": GOOD[: GOOD.index(b"~", 900) + 1],
    "a TA1": GOOD[:106] + b"TA1*000000001*260615*0800*A*000~IEA*0*000000001~", "missing": None, "a folder": None,
}  # fmt: skip
UNREADABLE = set(INPUTS) - {"good", "with findings", "a TA1"}
"""The table of docs/x12/README.md, "What the verbs answer"."""


def answer(verb: str, kind: str) -> int:
    if kind in UNREADABLE:
        return 3
    if kind == "a TA1" and verb in ("split", "merge"):
        return 2
    return int((kind == "with findings" and verb in FINDS) or (kind == "a TA1" and verb in ("diff", "grep")))


@pytest.mark.parametrize("kind", [*INPUTS, "wrong option"])
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_answers_alike(verb: str, kind: str, tmp_path: Path) -> None:
    path, out = tmp_path / "file", tmp_path / "out"
    data = INPUTS.get(kind, GOOD)
    if kind == "a folder":
        path.mkdir()
    elif data is not None:
        path.write_bytes(to_json(data) if verb == "from-json" and kind in ("good", "with findings", "a TA1") else data)
    pattern = ["CLM01~."] if verb == "grep" else []
    options = ["--out", out] if verb in ("split", "merge", "pseudonymize", "to-json", "from-json") else []
    second = [CLAIMS] if verb == "diff" else []
    if kind == "wrong option":
        options.append("--no-such-option")
    result = run("x12", verb, *pattern, path, *second, *options)
    wanted = 2 if kind == "wrong option" else answer(verb, kind)
    assert result.exit_code == wanted, result.stderr
    if wanted == 3 and not (verb == "check" and path.is_file()):  # whose findings say it
        assert str(path) in result.stderr
    if wanted in (2, 3) and kind not in ("set without envelope", "remittance without envelope"):
        assert "Written" not in result.stdout
        assert not out.exists() or verb == "to-json"
    assert "Traceback" not in result.output


def test_the_table_is_in_the_docs() -> None:
    """Each kind of input above has a line there."""
    text = (ROOT / "docs" / "x12" / "README.md").read_text().partition("## What the verbs answer")[2]
    for words in ("good file", "findings", "not X12", "empty", "header alone", "without its envelope", "cut short",
                  "missing", "folder", "option", "does not suit"):  # fmt: skip
        assert words in text, words


@pytest.mark.parametrize(
    ("verb", "arguments", "code"),
    [("split", ("--by", "claims=2"), 2), ("split", ("--by", "set"), 0), ("split", ("--by", "claims=0"), 2),
     ("split", ("--by", "visits"), 2), ("merge", (CLAIMS,), 2), ("check", ("--acknowledge", "999"), 0)],
)  # fmt: skip
def test_what_does_not_suit_the_file_is_usage(
    verb: str, arguments: tuple[object, ...], code: int, tmp_path: Path
) -> None:
    result = run("x12", verb, REMITTANCE, *arguments, "--out", tmp_path / "out")
    assert result.exit_code == code, result.stderr
    assert code == 0 or not (tmp_path / "out").exists()


def test_not_x12_cannot_be_answered(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("x12", "check", "-", "--acknowledge", "ta1", "--out", out, data=b"hello")
    assert result.exit_code == 3 and "no interchange to answer" in result.stderr and not out.exists()


# -------------------------------------------------------------------------- one bad file, and the rest go on


@pytest.mark.parametrize("verb", ["check", "stats", "grep"])
def test_one_bad_file_never_stops_the_rest(verb: str, tmp_path: Path) -> None:
    missing, folder, text = tmp_path / "missing", tmp_path / "folder", tmp_path / "text"
    folder.mkdir()
    text.write_text("hello")
    pattern = ["CLM01~."] if verb == "grep" else []
    options = ["--each"] if verb == "stats" else []
    files = [CLAIMS, missing, folder, text, CLAIMS]
    told = run("x12", verb, *pattern, *files, *options)
    assert told.exit_code == 3
    for path in (missing, folder):
        assert f"{path}: cannot be read" in told.stderr
    assert told.stdout.count("claims.837") >= 2
    found = rows(run("x12", verb, *pattern, *files, *options, "--json"))
    errors = {row["error"]["file"]: row["error"] for row in found if "error" in row}
    assert set(errors) >= {str(missing), str(folder)}
    for error in errors.values():
        assert {"file", "line", "path", "message"} <= set(error) and error["message"]
    assert errors[str(missing)]["message"] == "cannot be read (No such file or directory)"
    done = [row for row in found if "error" not in row]
    assert len([row for row in done if row.get("file") == str(CLAIMS) or row.get("files") == [str(CLAIMS)]]) >= 2


def test_counts_are_of_the_files_that_could_be_read(tmp_path: Path) -> None:
    (first, second) = rows(run("x12", "stats", tmp_path / "missing", REMITTANCE, "--json"))
    assert first["error"]["file"] == str(tmp_path / "missing")
    assert second["files"] == [str(REMITTANCE)] and second["payment_cents"] == 11_934
    counted = run("x12", "grep", "CLM01~.", tmp_path / "missing", CLAIMS, "--count")
    assert counted.stdout.splitlines() == [f"{CLAIMS}: 2"]
    assert rows(run("x12", "grep", "CLM01~.", CLAIMS, "--count", "--json")) == [{"file": str(CLAIMS), "claims": 2}]


def test_forms_of_the_files_that_could_be_read(tmp_path: Path) -> None:
    """`claim 1500`: the missing file is told, the claims of the others are printed."""
    run("bill", ROOT / "examples" / "week" / "visits.csv", "--practice", PRACTICE, "--out", tmp_path,
        "--created", "2026-03-09T08:00")  # fmt: skip
    claims = next(line for line in (tmp_path / "claims.jsonl").read_bytes().splitlines() if b'"ready"' in line)
    (tmp_path / "one.jsonl").write_bytes(claims)
    missing, out = tmp_path / "missing", tmp_path / "forms.pdf"
    arguments = ("claim", "1500", missing, tmp_path / "one.jsonl", "--practice", PRACTICE, "--out", out)
    printed = run(*arguments)
    assert printed.exit_code == 3 and f"{missing}: cannot be read" in printed.stderr and out.read_bytes()[:4] == b"%PDF"
    first, second = rows(run(*arguments, "--json"))
    assert first["error"]["file"] == str(missing) and first["error"]["line"] is None
    assert second["sheets"] == [1]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_no_claim_is_no_pdf(options: tuple[str, ...], tmp_path: Path) -> None:
    result = run("claim", "1500", "-", "--practice", PRACTICE, "--out", tmp_path / "f.pdf", *options, data=b"\n")
    assert result.exit_code == 3 and "no claim in the input" in (result.stdout if options else result.stderr)
    assert not (tmp_path / "f.pdf").exists()


# ---------------------------------------------------------------------------------------------------- counts


def counted(*files: bytes) -> Stats:
    stats = Stats()
    for data in files:
        stats.take(outline(batches([data], [])))
    return stats


COB = GOOD.replace(
    b"LX*1~",
    b"SBR*S*18*******CI~CAS*CO*45*10~AMT*D*50~OI***Y***Y~NM1*IL*1*A*B****MI*1~NM1*PR*2*OTHER*****PI*9~LX*1~", 1
)  # fmt: skip


def test_what_is_billed_and_what_is_decided_are_counted_apart() -> None:
    stats = counted(GOOD, REMITTANCE.read_bytes())
    billed, decided = stats.kinds["837 005010X222A1"], stats.kinds["835 005010X221A1"]
    assert (billed.procedures["97110"].count, decided.procedures["97110"].count) == (2, 2)
    assert billed.procedures["97110"].paid_cents == 0
    assert (decided.procedures["97110"].charge_cents, decided.procedures["97110"].paid_cents) == (12_800, 7_649)
    assert sum(one.charge_cents for one in billed.procedures.values()) == billed.charge_cents == 80_200
    assert sum(one.charge_cents for one in decided.procedures.values()) == decided.charge_cents == 19_700
    assert not billed.adjustments and decided.adjustments["CO-45"].cents == 6_037
    assert sum(billed.payers.values()) == sum(decided.payers.values()) == 2


def test_what_other_payers_did_is_counted_apart() -> None:
    (kind,) = counted(COB).kinds.values()
    assert not kind.adjustments
    assert (kind.other_payers["CO-45"].count, kind.other_payers["CO-45"].cents) == (1, 1_000)
    assert kind.other_payers_paid_cents == 5_000
    both = counted(COB, REMITTANCE.read_bytes())
    assert both.kinds["835 005010X221A1"].adjustments["CO-45"].count == 3


def test_counts_of_one_are_told_as_one(tmp_path: Path) -> None:
    out = run("x12", "split", CLAIMS, "--out", tmp_path / "pieces").stdout
    assert out.endswith("1 file, 2 claims\n")
    one = tmp_path / "pieces" / "one.837"
    run("x12", "split", CLAIMS, "--by", "claims=1", "--out", tmp_path / "ones")
    (tmp_path / "ones" / "claims-001.837").rename(one)
    assert "1 set from 1 file\n" in run("x12", "merge", one, "--out", tmp_path / "merged").stdout
    assert run("x12", "diff", one, one).stdout == "Equal: 1 claim, 1 of them the same in both\n"
    told = run("x12", "stats", one).stdout
    assert "1 set," in told and "1 sets" not in told


# --------------------------------------------------------------------------------------------- JSON in pieces


def in_pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[begin : begin + size] for begin in range(0, len(data), size))


def test_to_json_streams() -> None:
    """Long before the file ends its beginning is written; together it is one document, a segment a line."""
    taken = 0

    def blocks() -> Iterator[bytes]:
        nonlocal taken
        for block in x12_files.claims_837p(2_000, 3):
            taken += 1
            yield block

    written = json_of(batches(blocks(), []))
    next(written)
    begun = taken
    rest = list(written)
    assert begun < taken / 2 and len(rest) > 2
    data = b"".join(x12_files.claims_837p(60, 3))
    text = to_json(data)
    assert len(json.loads(text)["interchanges"]) == 1
    assert sum(line.startswith(b'{"id":') for line in text.splitlines()) == data.count(b"~")


def test_from_json_streams() -> None:
    text = to_json(b"".join(x12_files.claims_837p(3_000, 3)))
    taken = 0

    def blocks() -> Iterator[bytes]:
        nonlocal taken
        for block in in_pieces(text, 1 << 16):
            taken += len(block)
            yield block

    written = x12_of(blocks())
    next(written)
    assert taken < len(text) * 0.8
    assert sum(map(len, written)) > 1_000


ODD = {
    "good": GOOD, "noise": b"junk " + GOOD + b" more", "Latin-1": GOOD.replace(b"PETRA", b"P\xc9TRA"),
    "UTF-8": GOOD.replace(b"PETRA", "PÉTRA".encode()),
    "both": GOOD.replace(b"PETRA", "PÉTRA".encode()).replace(b"HOLLOWAY", b"HOLL\xd6WAY"),
    "a separator that is no ASCII": GOOD.replace(b"*", b"\xa7").replace(b"PETRA", b"P\xc3\x89TRA"),
    "two interchanges": GOOD + b"\xff stray \n" + REMITTANCE.read_bytes(), "cut": GOOD[:901], "set": BARE,
    "line end in a letter": GOOD.replace(b"PETRA", b"P\xc3\n\x89TRA"),
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
@pytest.mark.parametrize("name", ODD)
def test_json_and_back_in_blocks_of_any_size(name: str, size: int) -> None:
    data = ODD[name]
    text = b"".join(json_of(batches(in_pieces(data, size), [])))
    assert b"".join(x12_of(in_pieces(text, size))) == data


@pytest.mark.parametrize("name", ODD)
def test_json_written_anew_by_other_programs(name: str) -> None:
    tree = json.loads(to_json(ODD[name]))
    for text in (json.dumps(tree), json.dumps(tree, indent=4), json.dumps(tree, sort_keys=True, ensure_ascii=False)):
        assert from_json(text.encode()) == ODD[name]
    assert from_json(to_json(ODD[name], 2)) == ODD[name]


def test_letters_stand_as_people_write_them() -> None:
    for name in ("UTF-8", "Latin-1"):
        assert "PÉTRA" in to_json(ODD[name]).decode()


@settings(max_examples=150)
@given(st.integers(0, 3_000), st.binary(max_size=6))
def test_broken_json_is_told_in_words(at: int, put: bytes) -> None:
    text = to_json(GOOD)
    at = at * len(text) // 3_000
    try:
        from_json(text[:at] + put + text[at + len(put) :])
    except InputError as error:
        assert error.message


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"rehabill-x12/2"', b'"rehabill-x12/1"'), (b'"separators"', b'"marks"'), (b'"group"', b'"set"'),
     (b'"elements"', b'"fields"'), (b'"PETRA"', b"7"), (b'"PETRA"', '"Ωmega"'.encode().replace(b"m", b"\\ud800")),
     (b'"segment":"~"', b'"segment":""'), (b'"segment":"~"', '"segment":"☃"'.encode()), (b"{", b"x{")],
)  # fmt: skip
def test_wrong_json_is_refused(old: bytes, new: bytes) -> None:
    text = to_json(GOOD)
    assert old in text
    with pytest.raises(InputError):
        from_json(text.replace(old, new, 1))


def test_what_follows_the_json_is_refused() -> None:
    with pytest.raises(InputError, match="behind its end"):
        from_json(to_json(GOOD) + b"{}")


def test_of_a_wrong_tree_no_file_is_written(tmp_path: Path) -> None:
    tree, out = tmp_path / "tree", tmp_path / "out"
    tree.write_bytes(to_json(GOOD)[:-9])
    assert run("x12", "from-json", tree, "--out", out).exit_code == 3
    assert list(tmp_path.iterdir()) == [tree]


# --------------------------------------------------------------------------------------- what is no bytes at all

DOORS: dict[str, Callable[[Any], object]] = {
    "x12.read": x12.read, "edi.read": read, "remittances": remittances,
    "check_file": check_file, "x12 check": check, "read_835": lambda given: list(read_835(given, [])),
    "read_837p": lambda given: list(read_837p(given, [])),
}  # fmt: skip
OF_BLOCKS = ("check_file", "x12 check", "read_835", "read_837p")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("wrong", [GOOD.decode(), None, CLAIMS, 7, ["ISA"], [None]], ids=repr)
def test_what_is_no_bytes_is_told_in_words(door: str, wrong: object) -> None:
    with pytest.raises(TypeError, match="read_bytes"):
        DOORS[door](wrong)


@pytest.mark.parametrize("door", OF_BLOCKS)
def test_bytes_where_blocks_are_wanted(door: str) -> None:
    with pytest.raises(TypeError, match=r"\[data\]"):
        DOORS[door](GOOD)


# ----------------------------------------------------------------------------------------------------- words


def found(data: bytes) -> list[tuple[str, str]]:
    return [(one.rule, one.message) for one in check_file([data]).all_findings()]


@pytest.mark.parametrize("between", [b"", b"\n", b"\r\n", b"  "])
def test_an_empty_segment_is_told_with_a_line_end_or_without(between: bytes) -> None:
    told = [rule for rule, _ in found(GOOD.replace(b"~\n", b"~").replace(b"~LX*1~", b"~" + between + b"~LX*1~", 1))]
    assert told.count("X109") == 1


def test_a_blank_line_is_no_empty_segment() -> None:
    lines = GOOD.replace(b"~\n", b"~").replace(b"~", b"\n")
    assert not [rule for rule, _ in found(lines.replace(b"\n", b"\n\n", 5)) if rule == "X109"]
    assert not [rule for rule, _ in found(GOOD.replace(b"~", b"~\n\n")) if rule == "X109"]


def test_lists_are_named_as_billers_name_them() -> None:
    place = dict(found(GOOD.replace(b"*11:B:1*", b"*00:B:1*", 1)))
    reason = dict(found(REMITTANCE.read_bytes().replace(b"CAS*CO*45*", b"CAS*CO*ZZ9*", 1)))
    assert place["X500"].endswith("'00' is no place of service code.")
    assert "is not written like a claim adjustment reason (CARC) code" in reason["X503"]
    assert not any("codes" in name or "_" in name for name in LISTS.values())


def test_one_level_is_one_level() -> None:
    (one,) = read_levels(b"".join(x12_files.claims_837p(1)))
    assert one.endswith("but this level has 1 level below it.")
    assert read_levels(GOOD)[0].endswith("but this level has 2 levels below it.")


def read_levels(data: bytes) -> list[str]:
    """What is told when a billing provider's level says that none is below it."""
    wrong = re.sub(rb"(HL\*1\*\*20\*)1", rb"\g<1>0", data)
    return [words for rule, words in found(wrong) if rule == "X232"]


def test_no_message_says_one_of_many() -> None:
    """`1 groups`, `1 claims`: a number that can be one never stands before a plural."""
    many = re.compile(r"\{(?:found|wanted|count|limit)[^}]*\} (?:groups|sets|segments|transaction|characters|levels)\b")
    wrong = [rule for rule, kind in KINDS.items() if many.search(kind.text) and rule not in ("X105", "X106")]
    assert not wrong


def test_numbers_are_listed_by_size() -> None:
    assert in_order({"10", "9", "1", "AB", "2", "A"}) == ["1", "2", "9", "10", "A", "AB"]
