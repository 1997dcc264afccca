"""A rule that says it looks at the shape of a claim alone must say the same of a claim stripped to its shape."""

import datetime as dt
import inspect

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabill.almanac.edition import Almanac
from rehabill.almanac.load import load
from rehabill.engine.scrub import scrub
from rehabill.model.claim import Claim
from rehabill.model.decode import convert
from rehabill.rules.case import Case
from rehabill.rules.registry import all_rules

TODAY = dt.date(2026, 3, 20)
BY_SHAPE = [rule for rule in all_rules() if rule.by_shape]
CODES = ["97110", "97140", "97530", "97750", "97150", "97161", "97165", "92507", "97010", "97014", "20560", "97762"]
MODIFIERS = ["GP", "GO", "GN", "CQ", "KX", "GA", "59", "XS", "95", "52", "26", "ZZ"]

shapes = st.lists(
    st.tuples(
        st.sampled_from(CODES),
        st.integers(0, 3),
        st.lists(st.sampled_from(MODIFIERS), max_size=5),
        st.sampled_from([None, "PT", "PTA", "OT", "OTA", "STUDENT"]),
        st.sampled_from([None, [], [1], [1, 2], [2, 2], [1, 2, 3, 4, 5]]),
        st.sampled_from([None, None, "11", "22", "xx"]),
    ),
    min_size=1,
    max_size=4,
)


frames = st.fixed_dictionaries({
    "discipline": st.sampled_from([None, "PT", "OT"]),
    "place_of_service": st.sampled_from([None, "", "11", "22", "xx"]),
    "diagnoses": st.integers(0, 3),
})  # fmt: skip
"""What of the claim around its lines is part of its shape; of the diagnoses their number."""


def claim_of(shape, frame, rest: dict) -> Claim:
    lines = [
        {
            "code": code, "units": units, "modifiers": modifiers, "by": by, "diagnosis_pointers": pointers,
            "place_of_service": place, "date": "2026-03-10", **rest.get("line", {}),
        }
        for code, units, modifiers, by, pointers, place in shape
    ]  # fmt: skip
    diagnoses = [rest.get("diagnosis", "M25.561")] * frame["diagnoses"]
    raw = {"payer": "medicare-b", "lines": lines, **frame, **rest.get("claim", {}), "diagnoses": diagnoses}
    return convert(raw, Claim)


FULL = {
    "line": {
        "minutes": 30, "assistant_minutes": 5, "charge_cents": 1, "start": "09:00", "end": "09:30", "patients": 1,
        "distinct_from": [1], "description": "text",
    },
    "diagnosis": "M25.56",
    "claim": {
        "referring_npi": "1", "rendering_npi": None,
        "submitted": "2030-01-01", "telehealth": "audio", "qp": True, "participating": False,
        "context": {
            "therapy_ytd_cents": 900_000, "abn_on_file": True, "plan_of_care": None, "other_care": "hospice",
        },
    },
}  # fmt: skip


@settings(max_examples=150)
@given(shapes, frames)
def test_whether_it_finds_something_depends_on_the_shape_alone(shape, frame) -> None:
    bare, full = claim_of(shape, frame, {}), claim_of(shape, frame, FULL)
    edition = load().edition("medicare-b", dt.date(2026, 3, 10))
    for rule in BY_SHAPE:
        said = [bool(list(rule.check(Case(claim, load(), TODAY), edition))) for claim in (bare, full)]
        assert said[0] == said[1], (rule.id, shape)


@settings(max_examples=100)
@given(shapes, frames, st.integers(0, 45), st.sampled_from(CODES), st.sampled_from(["2026-03-09", "2026-03-10"]))
def test_a_second_look_says_what_the_first_said(shape, frame, minutes, earlier, day) -> None:
    """An almanac that has seen many claims of a shape says of the next one what an almanac says that has seen none."""
    before = {"prior_claims": [{"date": day, "lines": [{"code": earlier, "units": 2}]}]}
    scrub(claim_of(shape, frame, {}), load(), TODAY)
    for rest in ({}, {"line": {"minutes": minutes, "charge_cents": 2000}}, FULL, {"claim": {"context": before}}):
        claim = claim_of(shape, frame, rest)
        assert scrub(claim, load(), TODAY) == scrub(claim, Almanac(load().data), TODAY)


@pytest.mark.parametrize("rule", BY_SHAPE, ids=lambda rule: rule.id)
def test_the_source_of_such_a_rule_reads_no_context(rule) -> None:
    source = inspect.getsource(inspect.getmodule(rule.check))
    assert "case.context" not in source and "case.expected" not in source and "case.submitted" not in source
