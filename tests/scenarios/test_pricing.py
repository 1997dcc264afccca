"""What a claim pays, as scenarios with the arithmetic written out (tests/scenarios/pricing/*.yaml).

A line is written `97110 GP CQ x 2` or, with the practice's charge, `97110 GP x 2 at 90.00`; expected amounts are
dollars, and only those named are compared. On every line the money must add up besides.
"""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehabill.almanac.load import load
from rehabill.base.errors import InputError
from rehabill.model.claim import Claim
from rehabill.model.decode import convert
from rehabill.model.priced import PricedLine
from rehabill.pricing.price import price

FOLDER = Path(__file__).parent / "pricing"
FIELDS = {"name", "law", "because", "claim", "lines", "totals", "says", "complete", "error"}
LINE = re.compile(
    r"(?P<code>[0-9A-Z]{5})(?P<modifiers>(?: [0-9A-Z]{2})*) x (?P<units>\d+)"
    r"(?: at (?P<charge>\d+\.\d\d))?(?: on (?P<date>[-\d]+))?"
)
AMOUNTS = ("full", "mppr", "allowed", "deductible", "patient", "assistant", "sequestration", "payer")


def _scenarios() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        held = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        for scenario in held["scenarios"]:
            scenario["claim"] = {**held["defaults"], **scenario["claim"]}
            found.append(pytest.param(scenario, id=f"{path.stem}: {scenario['name']}"))
    return found


def _line(stated: str, day: str) -> dict[str, Any]:
    match = LINE.fullmatch(stated)
    assert match, stated
    line: dict[str, Any] = {
        "code": match["code"], "units": int(match["units"]), "modifiers": match["modifiers"].split(),
        "date": match["date"] or day,
    }  # fmt: skip
    if match["charge"]:
        line["charge_cents"] = _cents(match["charge"])
    return line


def _cents(dollars: str) -> int | None:
    return None if dollars == "none" else int(Decimal(dollars) * 100)


def _claim(raw: dict[str, Any]) -> Claim:
    """Everything in the file is text; flags, cents and lines are put into their types here."""
    claim = dict(raw)
    day = claim.pop("date")
    claim["lines"] = [_line(stated, day) for stated in claim["lines"]]
    for flag in ("qp", "participating"):
        if flag in claim:
            claim[flag] = claim[flag] == "true"
    context: dict[str, Any] = {}
    if "deductible_met" in claim:
        context["deductible_met_cents"] = _cents(claim.pop("deductible_met"))
    if "earlier_today" in claim:
        earlier = [_line(stated, day) for stated in claim.pop("earlier_today")]
        context["prior_claims"] = [{"lines": earlier, "payer": claim.pop("earlier_payer", claim["payer"])}]
    return convert({**claim, "context": context}, Claim)


def _amounts(line: PricedLine) -> dict[str, int | None]:
    cut = {reduction.kind: reduction.cents for reduction in line.reductions}
    return {
        "full": line.full_cents, "allowed": line.allowed_cents, "patient": line.patient_cents,
        "payer": line.payer_cents, "deductible": line.deductible_cents,
        **{kind: cut.get(kind, 0) for kind in ("mppr", "assistant", "sequestration")},
    }  # fmt: skip


SCENARIOS = _scenarios()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario: dict[str, Any]) -> None:
    assert scenario.keys() <= FIELDS and {"name", "law", "because", "claim"} <= scenario.keys()
    claim = _claim(scenario["claim"])
    if "error" in scenario:
        with pytest.raises(InputError, match=scenario["error"]):
            price(claim, load())
        return
    priced = price(claim, load())
    assert [line.line for line in priced.lines] == list(range(1, len(claim.lines) + 1))
    assert len(priced.lines) == len(scenario["lines"])
    for line, expected in zip(priced.lines, scenario["lines"], strict=True):
        assert expected.keys() <= set(AMOUNTS) | {"no_data", "release", "factor"}
        found = _amounts(line)
        named = {name: found[name] for name in AMOUNTS if name in expected}
        assert named == {name: _cents(expected[name]) for name in named}, scenario["because"]
        if "no_data" in expected:
            assert line.no_data and expected["no_data"] in line.no_data
        if "release" in expected:
            assert line.inputs and line.inputs.release == expected["release"]
        if "factor" in expected:
            assert line.inputs and line.inputs.conversion_factor == expected["factor"]
        if line.allowed_cents is not None:
            parts = [found[name] or 0 for name in ("payer", "patient", "assistant", "sequestration")]
            assert line.allowed_cents == sum(parts)
    totals = {
        "full": priced.full_cents, "allowed": priced.allowed_cents, "payer": priced.payer_cents,
        "patient": priced.patient_cents,
    }  # fmt: skip
    for name, dollars in scenario.get("totals", {}).items():
        assert totals[name] == _cents(dollars), name
    assert priced.complete == (scenario.get("complete", "yes") == "yes")
    told = "\n".join(step.what() for step in priced.steps)
    for words in scenario.get("says", ()):
        assert words.lower() in told.lower(), told


def test_there_are_enough_and_no_two_share_a_name() -> None:
    names = [param.id for param in SCENARIOS]
    assert len(set(names)) == len(names) >= 60
