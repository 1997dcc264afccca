"""What `--json` writes, field by field, as the contract documents it. More fields may come; these may not change."""

import datetime as dt
from typing import Any

import pytest

EXAMPLE_VISIT = {
    "id": "V1", "date": "2026-03-04", "payer": "medicare-b", "discipline": "PT", "place_of_service": "11",
    "diagnoses": ["M25.561"],
    "treatments": [
        {"code": "97110", "minutes": 33, "by": "PT"},
        {"text": "sit-to-stand from low mat x10 for chair transfers", "minutes": 12, "by": "PTA"},
        {"code": "97035", "minutes": 6, "by": "PT"},
    ],
}  # fmt: skip
EXAMPLE_CLAIM = {
    "id": "C1", "payer": "medicare-b", "submitted": "2026-03-20", "discipline": "PT", "diagnoses": ["M25.561"],
    "referring_npi": "1234567893", "rendering_npi": "1234567893", "place_of_service": "11", "frequency": "1",
    "lines": [
        {"date": "2026-03-10", "code": "97161", "units": 1, "modifiers": ["GP"], "diagnosis_pointers": [1],
         "charge_cents": 12000, "minutes": None}
    ],
    "context": {
        "therapy_ytd_cents": 240000, "deductible_met_cents": 28300, "visits_since_progress_report": 4,
        "plan_of_care": {"certified_on": None, "starts": "2026-03-01", "ends": "2026-05-30", "sent_on": "2026-03-02",
                         "order_on_file": True},
        "authorization": {"number": "A1", "codes": ["97110"], "from": "2026-03-01", "to": "2026-06-01",
                          "visits_left": 8, "units_left": None},
        "telehealth": None, "abn_on_file": False,
        "prior_claims": [{"id": "C0", "lines": [{"date": "2026-03-03", "code": "97110", "units": 2}]}],
    },
}  # fmt: skip
TOPICS = set(  # as the contract prints them
    "ncci mue units modifiers therapy_modifier assistant kx review_threshold code_validity diagnosis pointer "  # noqa: SIM905
    "plan_of_care progress_report referring provider timely_filing telehealth place_of_service group evaluation "
    "student duplicate abn authorization eligibility documentation format balance".split()
)
ID, TEXT, INT, NUMBER, FLAG = (str, int, type(None)), str, int, (int, float), bool
TEXT_OR_NULL, INT_OR_NULL = (str, type(None)), (int, type(None))


def has(row: dict[str, Any], **fields: Any) -> None:
    """Every field is there and of its type (a bool is no int)."""
    for name, kind in fields.items():
        assert name in row, f"{name} is missing in {row}"
        value = row[name]
        kinds = kind if isinstance(kind, tuple) else (kind,)
        assert isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool)), f"{name} is {value!r}"


def day(text: str) -> dt.date:
    found = dt.date.fromisoformat(text)
    assert found.isoformat() == text
    return found


# ---- code


def test_the_contracts_own_visit_gives_its_documented_lines(run) -> None:
    answer = run("code", "--json", records=[EXAMPLE_VISIT])
    (row,) = answer.rows
    assert answer.code == 0
    assert row["id"] == "V1" and row["edition"].startswith("medicare-b@2026-03-04+")
    documented = [{name: line[name] for name in ("line", "code", "modifiers", "units", "minutes", "treatments")}
                  for line in row["lines"]]  # fmt: skip
    assert documented == [
        {"line": 1, "code": "97110", "modifiers": ["GP"], "units": 2, "minutes": 33, "treatments": [0]},
        {"line": 2, "code": "97530", "modifiers": ["GP", "CQ"], "units": 1, "minutes": 12, "treatments": [1]},
    ]
    assert row["not_billed"] == [
        {"treatments": [2], "code": "97035", "minutes": 6, "reason": "no unit left: 51 timed minutes are 3 units",
         "law": "medicare.therapy.total_time_rule"}
    ]  # fmt: skip
    (suggestion,) = row["suggestions"]
    assert (suggestion["treatment"], suggestion["codes"][:2], suggestion["ask"]) == (1, ["97530", "97110"], None)
    assert row["findings"] == []


def test_code_fields(run) -> None:
    (row,) = run("code", "--json", records=[EXAMPLE_VISIT]).rows
    has(row, id=ID, edition=TEXT, lines=list, not_billed=list, suggestions=list, steps=list, findings=list)
    for line in row["lines"]:
        has(line, line=INT, code=TEXT, modifiers=list, units=INT, minutes=INT_OR_NULL, treatments=list, because=list)
        assert all(isinstance(reason, str) and reason for reason in line["because"]) and line["because"]
    for left in row["not_billed"]:
        has(left, treatments=list, code=TEXT_OR_NULL, minutes=INT_OR_NULL, reason=TEXT, law=TEXT_OR_NULL)
    for suggestion in row["suggestions"]:
        has(suggestion, treatment=INT, codes=list, confidence=NUMBER, why=TEXT, ask=TEXT_OR_NULL)
        assert 0 <= suggestion["confidence"] <= 1
    for step in row["steps"]:
        has(step, stage=TEXT, what=TEXT, because=list)


def test_a_question_keeps_the_treatment_out(run) -> None:
    """A squat without its purpose: no code, no minutes in the pool, and the question is the reason."""
    visit = {**EXAMPLE_VISIT, "treatments": [{"text": "squats x15", "minutes": 15}, {"code": "97140", "minutes": 15}]}
    (row,) = run("code", "--json", records=[visit]).rows
    assert row["suggestions"][0]["ask"]
    assert [(line["code"], line["units"]) for line in row["lines"]] == [("97140", 1)]
    assert [(left["treatments"], left["code"]) for left in row["not_billed"]] == [([0], None)]


def test_words_that_are_no_service_go_to_not_billed(run) -> None:
    visit = {**EXAMPLE_VISIT, "treatments": [{"text": "rest break", "minutes": 9}]}
    (row,) = run("code", "--json", records=[visit]).rows
    assert row["suggestions"][0]["codes"] == [] and row["suggestions"][0]["why"]
    assert row["lines"] == [] and row["not_billed"][0]["minutes"] == 9


def test_units_rule_overrides_the_profile(run) -> None:
    visit = {**EXAMPLE_VISIT, "treatments": [{"code": "97110", "minutes": 33}, {"code": "97140", "minutes": 7}]}
    rows = run("code", "--json", records=[visit, {**visit, "units_rule": "ama_midpoint"}]).rows
    assert [[(line["code"], line["units"]) for line in row["lines"]] for row in rows] == [
        [("97110", 2), ("97140", 1)],
        [("97110", 2)],
    ]


def test_only_a_recorded_separation_earns_a_59(run) -> None:
    both = [{"code": "97530", "minutes": 15}, {"code": "97750", "minutes": 15}]
    apart = [both[0], {**both[1], "distinct_from": [0]}]
    without, with_it = (
        run("code", "--json", records=[{**EXAMPLE_VISIT, "treatments": treatments}]) for treatments in (both, apart)
    )
    assert [line["modifiers"] for line in without.rows[0]["lines"]] == [["GP"], ["GP"]]
    assert [finding["rule"] for finding in without.rows[0]["findings"]] == ["PT141"] and without.code == 1
    assert [line["modifiers"] for line in with_it.rows[0]["lines"]] == [["GP"], ["GP", "59"]]
    assert with_it.code == 0


# ---- scrub


def finding_is_well_formed(finding: dict[str, Any]) -> None:
    has(finding, rule=TEXT, slug=TEXT, topic=TEXT, severity=TEXT, status=TEXT, path=TEXT, message=TEXT, law=list)
    assert finding["topic"] in TOPICS
    assert finding["severity"] in {"error", "warning", "info"}
    assert finding["status"] in {"fail", "bypassed", "no_data"}
    assert len(finding["message"].split()) <= 40, finding["message"]
    for ref in finding["law"]:
        has(ref, name=TEXT, value=TEXT, source=TEXT)
        if ref["since"] is not None:
            day(ref["since"])
    if finding["fix"] is not None:
        assert finding["fix"]["grade"] in {"safe", "review", "display"}
        for edit in finding["fix"].get("edits", []):
            has(edit, path=TEXT)
            assert edit.keys() & {"add", "remove", "set", "drop"}


def test_the_contracts_own_claim_is_well_answered(run) -> None:
    (row,) = run("scrub", "--json", records=[EXAMPLE_CLAIM]).rows
    has(row, id=ID, verdict=TEXT, findings=list)
    assert row["id"] == "C1" and row["verdict"] in {"pass", "fail", "no_data"}
    for finding in row["findings"]:
        finding_is_well_formed(finding)


def test_kx_missing_over_the_threshold(run) -> None:
    """$2,400.00 so far and a $97.86 evaluation: above $2,480.00, so KX must be there."""
    over = {**EXAMPLE_CLAIM, "context": {**EXAMPLE_CLAIM["context"], "therapy_ytd_cents": 247000}}
    answer = run("scrub", "--json", records=[over])
    (found,) = [finding for finding in answer.rows[0]["findings"] if finding["rule"] == "PT210"]
    assert answer.code == 1 and answer.rows[0]["verdict"] == "fail"
    assert (found["slug"], found["topic"], found["severity"], found["status"], found["path"]) == (
        "kx-missing-over-threshold", "kx", "error", "fail", "lines[0].modifiers",
    )  # fmt: skip
    assert found["law"][0]["name"] == "medicare.therapy.kx_threshold_pt_slp"
    assert (found["law"][0]["value"], found["law"][0]["since"]) == ("$2,480.00", "2026-01-01")
    assert found["fix"] == {"grade": "review", "edits": [{"path": "lines[0].modifiers", "add": "KX"}]} | {
        name: found["fix"][name] for name in found["fix"] if name == "advice"
    }


def test_the_least_a_claim_may_say(run) -> None:
    """Everything but payer, and the lines' date, code and units, may be absent: rules answer no_data, none breaks."""
    least = {"payer": "medicare-b", "lines": [{"date": "2026-03-10", "code": "97110", "units": 1}]}
    (row,) = run("scrub", "--json", records=[least]).rows
    assert row["id"] is None
    for finding in row["findings"]:
        finding_is_well_formed(finding)
        assert "failed on this claim" not in finding["message"]


# ---- price


def priced_line_adds_up(line: dict[str, Any]) -> None:
    has(line, line=INT, code=TEXT, units=INT, full_cents=INT, allowed_cents=INT, payer_cents=INT, patient_cents=INT,
        reductions=list, inputs=dict)  # fmt: skip
    cut = dict.fromkeys(("mppr", "assistant", "sequestration", "contract"), 0)
    for reduction in line["reductions"]:
        has(reduction, kind=TEXT, cents=INT, law=TEXT_OR_NULL)
        cut[reduction["kind"]] += reduction["cents"]
    fee = line["full_cents"] - cut["mppr"] - cut["contract"]
    charge = line["charge_cents"]
    assert line["allowed_cents"] == (fee if charge is None else min(charge, fee))
    assert line["allowed_cents"] == (
        line["payer_cents"] + line["patient_cents"] + cut["assistant"] + cut["sequestration"]
    )


def test_price_of_a_claim(run) -> None:
    answer = run("price", "--json", "--locality", "10112-00", records=[EXAMPLE_CLAIM])
    (row,) = answer.rows
    assert answer.code == 0
    has(row, id=ID, lines=list, full_cents=INT, allowed_cents=INT, payer_cents=INT, patient_cents=INT, steps=list)
    (line,) = row["lines"]
    priced_line_adds_up(line)
    has(line["inputs"], work_rvu=TEXT, pe_rvu=TEXT, mp_rvu=TEXT, work_gpci=TEXT, pe_gpci=TEXT, mp_gpci=TEXT,
        conversion_factor=TEXT, release=TEXT, locality=TEXT)  # fmt: skip
    assert line["inputs"]["locality"] == "10112-00"


def test_price_of_a_day_by_hand(run) -> None:
    """97530×1 + 97110×2 + 97140×1 in 2026, national: $35.07 + $22.21 + $22.21 + $21.21 = $100.70."""
    lines = [{"code": "97530", "units": 1}, {"code": "97110", "units": 2}, {"code": "97140", "units": 1}]
    claim = {"payer": "medicare-b", "date": "2026-03-04", "lines": lines}
    (row,) = run("price", "--json", records=[claim]).rows
    assert row["allowed_cents"] == 10070 and row["full_cents"] == 12091
    assert any("deductible" in step["what"] for step in row["steps"]), "taken as met, and a step says so"
    for line in row["lines"]:
        priced_line_adds_up(line)
    for name in ("full_cents", "allowed_cents", "payer_cents", "patient_cents"):
        assert row[name] == sum(line[name] for line in row["lines"])


def test_code_into_price(run) -> None:
    """What `code` writes `price` takes as it is, with the assistant's line cut."""
    coded = run("code", "--json", records=[EXAMPLE_VISIT])
    (row,) = run("price", "--json", data=coded.out.encode()).rows
    assert row["id"] == "V1"
    assert [(line["code"], line["units"], line["modifiers"]) for line in row["lines"]] == [
        ("97110", 2, ["GP"]), ("97530", 1, ["GP", "CQ"]),
    ]  # fmt: skip
    assert {cut["kind"] for cut in row["lines"][1]["reductions"]} >= {"assistant", "sequestration"}
    for line in row["lines"]:
        priced_line_adds_up(line)


def test_a_line_code_could_not_read_stays_an_error_in_price(run) -> None:
    coded = run("code", "--json", data=b'{"id": "X"}\n')
    priced = run("price", "--json", data=coded.out.encode())
    assert priced.code == 3
    assert priced.rows[0]["id"] == "X" and priced.rows[0]["error"]["line"] == 1


# ---- the verbs that explain


def test_explain_tells_minutes_rule_value_day_and_source(run) -> None:
    answer = run("explain", records=[EXAMPLE_VISIT])
    assert answer.code == 0
    for told in ("33 minutes", "97530 GP CQ", "no unit left: 51 timed minutes are 3 units", "since 2022-01-01",
                 "Medicare Claims Processing Manual", "exceed 10%", "Allowed $"):  # fmt: skip
        assert told in answer.out, told


def test_explain_one_visit(run) -> None:
    answer = run("explain", "--visit", "B", records=[{**EXAMPLE_VISIT, "id": name} for name in "ABC"])
    assert "Visit B" in answer.out and "Visit A" not in answer.out and "Visit C" not in answer.out


def test_explain_says_when_there_is_no_such_visit(run) -> None:
    answer = run("explain", "--visit", "Z", records=[EXAMPLE_VISIT])
    assert answer.code == 2 and "no visit has the id 'Z'" in answer.err


@pytest.mark.parametrize("name", ["PT210", "pt210", "kx-missing-over-threshold"])
def test_rule_page(run, name: str) -> None:
    answer = run("rule", name)
    assert answer.code == 0
    for told in ("PT210", "kx-missing-over-threshold", "KX", "2,480.00", "2026-01-01"):
        assert told in answer.out, told


def test_rule_list(run) -> None:
    answer = run("rule")
    ids = [line.split()[0] for line in answer.out.splitlines()]
    assert answer.code == 0 and ids == sorted(ids) and "PT141" in ids


def test_unknown_rule_is_a_usage_error(run) -> None:
    assert run("rule", "PT999").code == 2


def test_almanac_show_by_day(run) -> None:
    answers = [run("almanac", "show", "kx_threshold_pt", "--on", on, "--json") for on in ("2025-12-31", "2026-01-01")]
    assert [answer.rows[0]["value"] for answer in answers] == ["$2,410.00", "$2,480.00"]
    for answer in answers:
        has(answer.rows[0], name=TEXT, value=TEXT, since=TEXT, source=TEXT)


def test_almanac_show_payer_settings(run) -> None:
    rows = run("almanac", "show", "units_rule", "--payer", "commercial", "--on", "2026-03-04", "--json").rows
    assert any("ama_midpoint" in row["value"] for row in rows)


@pytest.mark.parametrize("arguments", [["no-such-name"], ["kx", "--payer", "nobody"], ["kx", "--on", "4/3/26"]])
def test_almanac_show_asked_for_nothing_there_is(run, arguments: list[str]) -> None:
    assert run("almanac", "show", *arguments).code == 2


def test_readable_output_says_the_same(run) -> None:
    """Without --json the same results come as tables, with the same exit code."""
    told = run("code", records=[EXAMPLE_VISIT])
    assert told.code == 0
    for word in ("V1", "97110", "97530", "GP CQ", "97035", "no unit left"):
        assert word in told.out, word
