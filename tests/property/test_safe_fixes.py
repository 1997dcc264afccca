"""A fix marked safe, once applied, clears its finding."""

import datetime as dt
import re

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabill.almanac.load import load
from rehabill.base.finding import Edit, Finding
from rehabill.engine.scrub import scrub
from rehabill.model.claim import Claim
from rehabill.model.decode import convert

MODIFIERS = ["GP", "GO", "GN", "CQ", "CO", "KX", "GA", "GY", "59", "XS", "95", "76", "GP", "GP"]
CODES = ["97110", "97112", "97140", "97150", "97161", "97165", "97530", "97750", "G0283", "97035", "92507", "97010"]

lines = st.fixed_dictionaries(
    {
        "date": st.sampled_from(["2026-03-10", "2021-06-01", "2019-07-01"]),
        "code": st.sampled_from(CODES),
        "units": st.integers(0, 4),
        "modifiers": st.lists(st.sampled_from(MODIFIERS), max_size=5),
    },
    optional={
        "minutes": st.integers(0, 60),
        "assistant_minutes": st.integers(0, 20),
        "by": st.sampled_from(["PT", "PTA", "OT", "OTA", "SLP", "AIDE"]),
        "diagnosis_pointers": st.lists(st.integers(0, 4), max_size=4),
        "charge_cents": st.integers(0, 20_000),
    },
)
claims = st.fixed_dictionaries(
    {
        "payer": st.sampled_from(["medicare-b", "medicare-advantage", "commercial"]),
        "lines": st.lists(lines, min_size=1, max_size=4),
    },
    optional={
        "discipline": st.sampled_from(["PT", "OT", "SLP"]),
        "diagnoses": st.lists(st.sampled_from(["M25.561", "M25.561", "M62.81", "M54.50"]), max_size=3),
        "frequency": st.sampled_from(["1", "7"]),
        "place_of_service": st.sampled_from(["11", "10", "02", "99"]),
        "context": st.fixed_dictionaries({}, optional={"therapy_ytd_cents": st.integers(0, 300_000)}),
    },
)


def applied(claim: Claim, edits: tuple[Edit, ...]) -> Claim:
    """The claim with a fix's edits, done on plain data: an implementation of its own, not the program's."""
    data = msgspec.json.decode(msgspec.json.encode(claim))
    for edit in edits:
        if edit.drop:
            index = int(re.search(r"\[(\d+)\]", edit.path)[1])  # type: ignore[index]
            del data["lines"][index]
            continue
        match = re.fullmatch(r"lines\[(\d+)\]\.(\w+)", edit.path)
        holder, field = (data["lines"][int(match[1])], match[2]) if match else (data, edit.path)
        if edit.set is not None:
            holder[field] = edit.set
        values = holder.setdefault(field, [])
        if edit.add is not None:
            values.append(edit.add)
        if edit.remove is not None:
            values.remove(edit.remove)
    return convert(data, Claim)


def said(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.path, finding.message


def failures(claim: Claim) -> list[Finding]:
    found = scrub(claim, load(), dt.date(2026, 3, 20)).findings
    return [finding for finding in found if finding.status == "fail"]


@settings(max_examples=500)
@given(claims)
def test_a_safe_fix_clears_its_finding(raw: dict) -> None:
    claim = convert(raw, Claim)
    for finding in failures(claim):
        if finding.fix is None or finding.fix.grade != "safe":
            continue
        after = failures(applied(claim, finding.fix.edits))
        same = [left for left in after if (left.rule, left.path, left.message) == said(finding)]
        assert not same, finding


def test_there_are_safe_fixes_to_try() -> None:
    claim = convert(
        {
            "payer": "medicare-b",
            "discipline": "PT",
            "lines": [{"date": "2026-03-10", "code": "97110", "units": 1}],
        },
        Claim,
    )
    (missing,) = [finding for finding in failures(claim) if finding.rule == "PT150"]
    assert missing.fix is not None and missing.fix.grade == "safe"
    assert applied(claim, missing.fix.edits).lines[0].modifiers == ("GP",)
