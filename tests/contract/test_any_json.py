"""Any JSON value in any field: one output object for each line of input, never a crash, not even in disguise."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DATE = "2026-03-04"
PERSON = {"id": "P1", "first": "Al", "last": "Example", "birth_date": "1950-01-01", "sex": "F", "phone": "2055550100",
          "address": {"line1": "1 Example Street", "city": "Exampleville", "state": "AL", "zip": "35099"}}  # fmt: skip
SUBSCRIBER = {"member_id": "9XX0XX0XX01", "relationship": "self", "group_number": "G", "person": PERSON}
CONTEXT = {
    "therapy_ytd_cents": 240000, "deductible_met_cents": 0, "visits_since_progress_report": 4,
    "plan_of_care": {"certified_on": None, "starts": "2026-03-01", "ends": "2026-05-30", "sent_on": "2026-03-02",
                     "order_on_file": True, "certified_by": "1234567893"},
    "authorization": {"number": "A1", "codes": ["97110"], "from": "2026-03-01", "to": "2026-06-01", "visits_left": 8,
                      "units_left": None},
    "telehealth": None, "abn_on_file": False, "other_care": None,
    "rtm": {"days": 16, "minutes": 20, "live_contact": True},
    "prior_claims": [{"id": "C0", "lines": [{"date": "2026-03-03", "code": "97161", "units": 1}]}],
}  # fmt: skip
VISIT = {
    "id": "V1", "date": DATE, "payer": "medicare-b", "discipline": "PT", "place_of_service": "11",
    "diagnoses": ["M25.561"], "secondary_payer": None, "telehealth": None, "locality": "10112-00", "qp": False,
    "participating": True, "rendering_npi": "1234567893", "referring_npi": "1234567893", "patient": PERSON,
    "subscriber": SUBSCRIBER, "units_rule": "cms_8_minute", "context": CONTEXT,
    "treatments": [
        {"code": "97110", "minutes": 20, "by": "PT", "with": ["PTA"], "mode": "one_on_one", "start": "09:00",
         "end": "09:20", "region": "knee"},
        {"text": "gait training", "minutes": 12, "by": "PTA", "purpose": "walking", "distinct_from": [0]},
        {"code": "97150", "minutes": 30, "mode": "group", "patients": 3},
        {"code": "97760", "minutes": 15, "encounter": "initial", "text": "orthosis fitting"},
    ],
}  # fmt: skip
CLAIM = {
    "id": "C1", "payer": "medicare-b", "submitted": "2026-03-20", "discipline": "PT", "diagnoses": ["M25.561"],
    "referring_npi": "1234567893", "rendering_npi": "1234567893", "place_of_service": "11", "frequency": "1",
    "locality": "10112-00", "qp": False, "participating": True, "telehealth": None, "patient": PERSON,
    "subscriber": SUBSCRIBER, "sequence": "P", "claim_number": "C1", "context": CONTEXT,
    "lines": [
        {"date": DATE, "code": "97161", "units": 1, "modifiers": ["GP"], "diagnosis_pointers": [1],
         "charge_cents": 12000, "minutes": None},
        {"date": DATE, "code": "97110", "units": 2, "modifiers": ["GP", "CQ"], "diagnosis_pointers": [1],
         "charge_cents": 12000, "minutes": 30, "by": "PTA", "assistant_minutes": 30, "distinct_from": [1]},
        {"date": DATE, "code": "97150", "units": 1, "modifiers": ["GP", "59"], "patients": 3, "start": "10:00",
         "end": "10:30", "place_of_service": "11"},
    ],
}  # fmt: skip

CODES = st.sampled_from(
    "97110 97112 97140 97150 97161 97164 97530 97750 97760 97763 97014 G0283 97010 95992 97129 97130 "  # noqa: SIM905
    "97545 97546 97550 97551 98975 98980 92507 97762 97001 20560 29200 S9090 00000".split()
)
WORDS = st.sampled_from([
    "", " ", "\x00", "PT", "PTA", "group", "unattended", "2026-03-04", "1999-12-31", "0001-01-01", "9999-12-31",
    "medicare-advantage", "commercial", "self-pay", "GP", "CQ", "KX", "59", "{0}", "M25.56", "1234567890", "24:00",
    "00:00", "02", "10", "audio", "video", "initial",
])  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-3, 130),
    st.sampled_from([2**31, 2**63, 2**64, -(2**63) - 1, 10**40, 0.5, 1.0, -0.0, 1e308]),
    st.floats(allow_nan=False, allow_infinity=False),
)
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, WORDS, CODES, st.text(max_size=20))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def paths(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a record, from the whole of it to each leaf."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far, *(path for key, inner in items for path in paths(inner, (*so_far, key)))]


@st.composite
def spoiled(draw: st.DrawFn, whole: dict[str, Any]) -> Any:
    """The record with one to three places replaced, removed or doubled."""
    record: Any = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(paths(record)))
        if not path:
            return draw(VALUES)
        place = record
        for key in path[:-1]:
            place = place[key]
        action = draw(st.sampled_from(["put", "put", "put", "drop", "double"]))
        if action == "drop":
            del place[path[-1]]
        elif action == "double" and isinstance(place, list):
            place.append(copy.deepcopy(place[path[-1]]))
        else:
            place[path[-1]] = draw(VALUES)
    return record


def one_object_a_line(run: Any, verb: str, records: list[Any]) -> list[Any]:
    answer = run(verb, "--json", records=records)
    rows = answer.rows
    assert len(rows) == len(records)
    assert answer.code in (0, 1, 3)
    assert (answer.code == 3) == any("error" in row for row in rows)
    for number, (row, record) in enumerate(zip(rows, records, strict=True), start=1):
        held = record.get("id") if isinstance(record, dict) else None
        if isinstance(held, str) or (isinstance(held, int) and not isinstance(held, bool) and abs(held) < 2**63):
            assert row["id"] == held
        if "error" in row:
            assert row["error"]["line"] == number and row["error"]["message"]
    text = answer.out
    assert "rehabill failed on this record" not in text, text
    assert "failed on this claim" not in text, text
    return rows


FUZZ = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize("verb", ["code", "explain"])
def test_any_value_in_any_field_of_a_visit(run, verb: str) -> None:
    @FUZZ
    @given(st.lists(spoiled(VISIT), min_size=1, max_size=4))
    def check(records: list[Any]) -> None:
        one_object_a_line(run, verb, records)

    check()


@pytest.mark.parametrize("verb", ["scrub", "price"])
def test_any_value_in_any_field_of_a_claim(run, verb: str) -> None:
    @FUZZ
    @given(st.lists(spoiled(CLAIM), min_size=1, max_size=4))
    def check(records: list[Any]) -> None:
        one_object_a_line(run, verb, records)

    check()


def test_what_code_writes_price_reads(run) -> None:
    """Whatever the visits, `code | price` keeps count and order, and an unreadable visit stays an error."""

    @FUZZ
    @given(st.lists(spoiled(VISIT), min_size=1, max_size=3))
    def check(records: list[Any]) -> None:
        coded = run("code", "--json", records=records)
        priced = run("price", "--json", data=coded.out.encode()).rows
        assert [row["id"] for row in priced] == [row["id"] for row in coded.rows]
        assert "rehabill failed" not in json.dumps(priced)
        for before, after in zip(coded.rows, priced, strict=True):
            assert ("error" in before) == ("error" in after)

    check()


def test_any_readable_visit_prints_as_a_table(run) -> None:
    @settings(FUZZ, max_examples=60)
    @given(spoiled(VISIT))
    def check(record: Any) -> None:
        answer = run("code", records=[record])
        assert answer.code in (0, 1, 3)

    check()


@pytest.mark.parametrize("verb", ["code", "scrub", "price", "explain"])
def test_any_bytes(run, verb: str) -> None:
    @settings(FUZZ, max_examples=100)
    @given(st.lists(st.binary(max_size=60).map(lambda data: data.replace(b"\n", b"")), max_size=4))
    def check(lines: list[bytes]) -> None:
        answer = run(verb, "--json", data=b"\n".join(lines))
        first = lines[0].removeprefix(b"\xef\xbb\xbf") if lines else b""
        filled = [line for line in [first, *lines[1:]] if line.strip()]
        assert len(answer.rows) == len(filled)

    check()
