"""What a person is told about a record that cannot be read: the path, and the field in business words."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabill.base.errors import InputError
from rehabill.model.claim import Claim
from rehabill.model.decode import convert, decode
from rehabill.model.visit import Visit

VISIT: dict[str, Any] = {
    "date": "2026-03-04", "payer": "medicare-b", "treatments": [{"code": "97110", "minutes": 33}],
}  # fmt: skip
CLAIM: dict[str, Any] = {"payer": "medicare-b", "lines": [{"date": "2026-03-10", "code": "97161", "units": 1}]}


def told(record: Any, kind: type) -> InputError:
    with pytest.raises(InputError) as caught:
        decode(json.dumps(record), kind)
    return caught.value


def test_the_smallest_records_are_read() -> None:
    assert decode(json.dumps(VISIT), Visit).treatments[0].minutes == 33
    assert decode(json.dumps(CLAIM), Claim).lines[0].code == "97161"


def test_the_contracts_examples_are_read() -> None:
    visit = {
        "id": "V1", "date": "2026-03-04", "payer": "medicare-b", "discipline": "PT", "place_of_service": "11",
        "diagnoses": ["M25.561"],
        "treatments": [
            {"code": "97110", "minutes": 33, "by": "PT"},
            {"text": "sit-to-stand from low mat x10 for chair transfers", "minutes": 12, "by": "PTA", "with": ["PT"]},
            {"code": "97035", "minutes": 6, "by": "PT", "start": "09:00", "end": "09:06", "distinct_from": [0]},
        ],
    }  # fmt: skip
    claim = {
        "id": "C1", "payer": "medicare-b", "submitted": "2026-03-20", "discipline": "PT", "diagnoses": ["M25.561"],
        "referring_npi": "1234567893", "rendering_npi": "1234567893", "place_of_service": "11", "frequency": "1",
        "lines": [{"date": "2026-03-10", "code": "97161", "units": 1, "modifiers": ["GP"], "diagnosis_pointers": [1],
                   "charge_cents": 12000, "minutes": None}],
        "context": {
            "therapy_ytd_cents": 240000, "deductible_met_cents": 28300, "visits_since_progress_report": 4,
            "plan_of_care": {"certified_on": None, "starts": "2026-03-01", "ends": "2026-05-30",
                             "sent_on": "2026-03-02", "order_on_file": True},
            "authorization": {"number": "A1", "codes": ["97110"], "from": "2026-03-01", "to": "2026-06-01",
                              "visits_left": 8, "units_left": None},
            "telehealth": None, "abn_on_file": False,
            "prior_claims": [{"id": "C0", "lines": [{"date": "2026-03-03", "code": "97110", "units": 2}]}],
        },
    }  # fmt: skip
    assert decode(json.dumps(visit), Visit).treatments[1].with_ == ("PT",)
    assert decode(json.dumps(claim), Claim).context.prior_claims


MISTAKES: list[tuple[str, type, dict[str, Any], str, str]] = [
    ("no date", Visit, {"payer": "medicare-b", "treatments": []}, "date", "the date of service is missing"),
    ("no payer", Visit, {"date": "2026-03-04", "treatments": []}, "payer", "the payer profile is missing"),
    ("no treatments", Visit, {"date": "2026-03-04", "payer": "x"}, "treatments", "the treatments are missing"),
    ("a date in words", Visit, {**VISIT, "date": "March 4"},
     "date", "the date of service must be a date as YYYY-MM-DD"),
    ("a day that is none", Visit, {**VISIT, "date": "2026-02-30"}, "date", "the date of service"),
    ("minutes as text", Visit, {**VISIT, "treatments": [{"code": "97110", "minutes": "33"}]},
     "treatments[0].minutes", "the minutes must be a whole number or nothing (null), not text"),
    ("half a minute", Visit, {**VISIT, "treatments": [{"code": "97110", "minutes": 7.5}]},
     "treatments[0].minutes", "the minutes must be a whole number or nothing (null), not a decimal number"),
    ("minutes below zero", Visit, {**VISIT, "treatments": [{"code": "97110"}, {"code": "97110", "minutes": -1}]},
     "treatments[1].minutes", "the minutes must be at least 0"),
    ("more than a day", Visit, {**VISIT, "treatments": [{"code": "97110", "minutes": 1441}]},
     "treatments[0].minutes", "the minutes must be at most 1440"),
    ("nobody we know", Visit, {**VISIT, "treatments": [{"code": "97110", "by": "DOCTOR"}]},
     "treatments[0].by", "'DOCTOR' is not a known value of who gave the treatment"),
    ("a way we do not know", Visit, {**VISIT, "treatments": [{"code": "97110", "mode": "pair"}]},
     "treatments[0].mode", "'pair' is not a known value of how it was given"),
    ("a discipline we do not know", Visit, {**VISIT, "discipline": "AT"},
     "discipline", "not a known value of the discipline"),
    ("treatments that are text", Visit, {**VISIT, "treatments": "97110"},
     "treatments", "the treatments must be a list, not text"),
    ("a treatment that is text", Visit, {**VISIT, "treatments": ["97110"]},
     "treatments[0]", "must be an object { … }, not text"),
    ("a misspelt field", Visit, {**VISIT, "treatmets": []},
     "treatmets", "no field called 'treatmets' here; did you mean 'treatments'?"),
    ("a misspelt field inside", Visit, {**VISIT, "treatments": [{"code": "97110", "minuets": 3}]},
     "treatments[0].minuets", "did you mean 'minutes'?"),
    ("a field like no other", Visit, {**VISIT, "zzzzzz": 1}, "zzzzzz", "there is no field called 'zzzzzz' here"),
    ("a flag as text", Visit, {**VISIT, "qp": "yes"}, "qp", "must be true or false, not text"),
    ("units missing", Claim, {"payer": "x", "lines": [{"date": "2026-03-10", "code": "97161"}]},
     "lines[0].units", "the units are missing"),
    ("units below zero", Claim, {"payer": "x", "lines": [{"code": "97161", "units": -1}]},
     "lines[0].units", "the units must be at least 0"),
    ("a charge with a point", Claim, {"payer": "x", "lines": [{"code": "97161", "units": 1, "charge_cents": 120.50}]},
     "lines[0].charge_cents", "the charge in cents must be a whole number or nothing (null), not a decimal number"),
    ("a context field misspelt", Claim, {**CLAIM, "context": {"deductable_met_cents": 0}},
     "context.deductable_met_cents", "did you mean 'deductible_met_cents'?"),
    ("dollars as text", Claim, {**CLAIM, "context": {"therapy_ytd_cents": "2400"}},
     "context.therapy_ytd_cents", "this year's therapy dollars must be a whole number"),
    ("modifiers as text", Claim, {"payer": "x", "lines": [{"code": "97161", "units": 1, "modifiers": "GP"}]},
     "lines[0].modifiers", "the modifiers must be a list, not text"),
    ("a modifier as a number", Claim, {"payer": "x", "lines": [{"code": "97161", "units": 1, "modifiers": [59]}]},
     "lines[0].modifiers[0]", "the modifiers must be text, not a whole number"),
    ("a pointer as text", Claim, {"payer": "x", "lines": [{"code": "97161", "units": 1, "diagnosis_pointers": ["1"]}]},
     "lines[0].diagnosis_pointers[0]", "the diagnosis pointers must be a whole number, not text"),
    ("a deductible below zero", Claim, {**CLAIM, "context": {"deductible_met_cents": -5}},
     "context.deductible_met_cents", "the deductible met so far must be at least 0"),
    ("an earlier claim misspelt", Claim, {**CLAIM, "context": {"prior_claims": [{"lines": [], "linez": []}]}},
     "context.prior_claims[0].linez", "did you mean 'lines'?"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "record", "path", "words"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES]
)
def test_a_mistake_is_told_with_its_path_in_business_words(
    kind: type, record: dict[str, Any], path: str, words: str
) -> None:
    error = told(record, kind)
    assert error.path == path
    assert words in error.message
    assert "$" not in error.path and "msgspec" not in str(error) and "Object" not in error.message


@pytest.mark.parametrize("text", ["", "{", "nonsense", '{"date": }', "\x00"])
def test_what_is_no_json_says_so(text: str) -> None:
    with pytest.raises(InputError, match="JSON"):
        decode(text, Visit)


@pytest.mark.parametrize("data", [b"\xff\xfe", b'{"date": "\xff"}', b"[" * 100_000])
def test_bytes_that_cannot_be_text_say_so(data: bytes) -> None:
    with pytest.raises(InputError):
        decode(data, Visit)


@pytest.mark.parametrize("text", ["null", "[]", "1", '"V1"', "true"])
def test_json_that_is_no_record_says_so(text: str) -> None:
    with pytest.raises(InputError, match=r"this record must be an object \{ … \}"):
        decode(text, Visit)


def test_absent_and_null_are_two_answers() -> None:
    absent = decode(json.dumps(CLAIM), Claim)
    known_not = decode(json.dumps({**CLAIM, "referring_npi": None}), Claim)
    assert absent.referring_npi is not None
    assert known_not.referring_npi is None


def test_plain_data_is_read_like_json() -> None:
    with pytest.raises(InputError) as caught:
        convert({**VISIT, "treatments": [{"code": "97110", "minutes": "33"}]}, Visit)
    assert caught.value.path == "treatments[0].minutes"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(json_values, st.sampled_from([Visit, Claim]))
def test_any_json_is_read_or_refused_with_words(data: Any, kind: type) -> None:
    try:
        decode(json.dumps(data), kind)
    except InputError as error:
        assert error.message


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.sampled_from(sorted(VISIT)), json_values)
def test_any_value_in_any_field_is_read_or_refused_with_words(field: str, value: Any) -> None:
    try:
        decode(json.dumps({**VISIT, field: value}), Visit)
    except InputError as error:
        assert error.message and error.path.startswith(field)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_with_words(data: bytes) -> None:
    with pytest.raises(InputError):
        decode(data, Visit)
