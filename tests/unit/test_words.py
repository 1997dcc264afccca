"""The scenarios of tests/scenarios/words, and what must hold for any text."""

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabill.coding.words import Suggestion, load, suggest
from rehabill.coding.words.compile import TARGET, LexiconError, compile_lexicon, encode
from rehabill.coding.words.model import in_force

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios" / "words"
DAY = datetime.date(2026, 3, 4)
EXPECTATIONS = ("first", "also", "ask", "none", "codes", "together")


def cases() -> list[Any]:
    out = []
    for path in sorted(SCENARIOS.glob("*.yaml")):
        for group in yaml.safe_load(path.read_text("utf-8")):
            shared = {key: group[key] for key in (*EXPECTATIONS, "args", "day") if key in group}
            for text in group["texts"]:
                case = {**shared, **(text if isinstance(text, dict) else {"text": text})}
                wrong = case.get("known_wrong")
                marks = [pytest.mark.xfail(reason=wrong, strict=True)] if wrong else []
                out.append(
                    pytest.param(case, group["because"], marks=marks, id=f"{path.stem}: {str(case['text'])[:60]!a}")
                )
    return out


def check(case: dict[str, Any]) -> list[str]:
    got = suggest(case["text"], on=case.get("day", DAY), **case.get("args", {}))
    wrong = []
    if case.get("none"):
        wrong += [f"expected nothing billable, got {got.codes}"] if got.codes else []
        expected_ask = case.get("ask")
    else:
        expected_ask = case.get("ask", False)
    if "first" in case and got.codes[:1] != (case["first"],):
        wrong.append(f"expected {case['first']} first")
    if "codes" in case and got.codes != tuple(case["codes"]):
        wrong.append(f"expected {case['codes']}")
    wrong += [f"expected {code} among the codes" for code in case.get("also", ()) if code not in got.codes]
    if expected_ask is not None and bool(got.ask) != expected_ask:
        wrong.append("expected a question" if expected_ask else "expected no question")
    if case.get("together", False) != got.together and ("codes" in case or "together" in case):
        wrong.append(f"together is {got.together}")
    return [f"{w}; got {got}" for w in wrong]


@pytest.mark.parametrize(("case", "because"), cases())
def test_scenario(case: dict[str, Any], because: str) -> None:
    assert not check(case), because


def test_the_shipped_lexicon_is_what_the_yaml_compiles_to() -> None:
    assert TARGET.read_bytes() == encode(compile_lexicon())


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("extra.yaml", "entries: [{id: x, role: activity, phrases: [x], colour: red}]", "colour"),
        ("extra.yaml", "recipes: {}", "unknown or repeated table"),
        ("extra.yaml", "about: a\nabout: b", "given twice"),
        (
            "extra.yaml",
            "entries: [{id: x, role: activity, kind: exercise, why: w, phrases: [straight leg raises]}]",
            "already",
        ),
        (
            "extra.yaml",
            "entries: [{id: x, role: activity, kind: nope, why: w, phrases: [zyzzyva]}]",
            "no kind",
        ),
        ("extra.yaml", "entries: [{id: x, role: song, phrases: [zyzzyva]}]", "role"),
        (
            "extra.yaml",
            "entries: [{id: x, role: activity, why: w, choose: [{codes: ['1']}], phrases: [zyzzyva]}]",
            "no code",
        ),
    ],
)
def test_the_compiler_refuses_a_slip(tmp_path: Path, name: str, text: str, says: str) -> None:
    for path in (TARGET.parent / "lexicon").glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(LexiconError, match=says):
        compile_lexicon(tmp_path)


NOTE_WORDS = sorted({phrase for entry in load().lexicon.entries for phrase in entry.phrases})
notes = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from([*NOTE_WORDS, ",", ".", ";", "for", "to", "no", "and", "x10", "5 min"]), max_size=12).map(
        " ".join
    ),
)
COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "another")
days = st.dates(datetime.date(2008, 1, 1), datetime.date(2027, 12, 31))
arguments = st.fixed_dictionaries(
    {},
    optional={
        "discipline": st.sampled_from(["PT", "OT", "SLP"]),
        "payer_family": st.sampled_from(["medicare", "other"]),
        "purpose": st.one_of(st.none(), notes),
        "encounter": st.sampled_from([None, "initial", "subsequent"]),
        "region": st.one_of(st.none(), notes),
        "mode": st.sampled_from(["one_on_one", "group", "concurrent", "unattended"]),
        "patients": st.one_of(st.none(), st.integers(0, 9)),
        "minutes": st.one_of(st.none(), st.integers(0, 600)),
    },
)


@settings(max_examples=600, deadline=None)
@given(text=notes, on=days, args=arguments)
def test_any_note_answers_with_codes_of_its_day(text: str, on: datetime.date, args: dict[str, Any]) -> None:
    got = suggest(text, on=on, **args)
    assert got == suggest(text, on=on, **args)
    assert all(in_force(load().lexicon.codes[code], on) for code in got.codes)
    assert 0 <= got.confidence <= 1 and round(got.confidence, 2) == got.confidence
    assert got.why and len(set(got.codes)) == len(got.codes)
    assert not got.together or len(got.codes) > 1
    unnumbered = not any(c.isdigit() for c in text) and not any(word in text.lower() for word in COUNTED)
    if args.get("mode") in ("group", "concurrent") and args.get("patients") is None and got.codes and unnumbered:
        assert got.ask is not None


@pytest.mark.parametrize(
    "text",
    ["", "\x00", "x" * 1_000_000, "\x00gait training\x00", "gait, " * 200_000, "(" * 50_000, "é" * 9999],
)
def test_odd_input_answers(text: str) -> None:
    assert isinstance(suggest(text, on=DAY), Suggestion)
