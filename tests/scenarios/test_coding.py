"""Every worked example and vector of the law as a scenario a biller can read (tests/scenarios/coding/*.yaml).

A treatment is written `97110 33 min PTA` (who gave it may be left out: the therapist), a line
`97110 GP CQ x 2, 33 min` (the minutes may be left out where the law does not fix them). What a scenario does not
list must not happen: no other line, nothing else left unbilled.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehabill.almanac.load import load
from rehabill.base.finding import Step
from rehabill.coding.code import code
from rehabill.model.coded import CodedLine, CodedVisit, NotBilled
from rehabill.model.decode import convert
from rehabill.model.visit import Visit

FOLDER = Path(__file__).parent / "coding"
FIELDS = {"name", "law", "because", "visit", "lines", "not_billed", "says", "never_says", "laws", "place_of_service"}
TREATMENT = re.compile(r"(?P<code>[0-9A-Z]{5})(?: (?P<minutes>\d+) min)?(?: (?P<by>[A-Z]+))?")
LINE = re.compile(r"(?P<code>[0-9A-Z]{5})(?P<modifiers>(?: [0-9A-Z]{2})*) x (?P<units>\d+)(?:, (?P<minutes>\d+) min)?")
LEFT = re.compile(r"(?P<code>[0-9A-Z]{5})(?: (?P<minutes>\d+) min)?: (?P<why>.+)")


def _scenarios() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        held = yaml.safe_load(path.read_text(encoding="utf-8"))
        for scenario in held["scenarios"]:
            scenario["visit"] = {**held["defaults"], **scenario["visit"]}
            found.append(pytest.param(scenario, id=f"{path.stem}: {scenario['name']}"))
    return found


def _treatment(stated: str | dict[str, Any]) -> dict[str, Any]:
    rest = dict(stated) if isinstance(stated, dict) else {"do": stated}
    match = TREATMENT.fullmatch(rest.pop("do"))
    assert match, stated
    said = {name: value for name, value in match.groupdict().items() if value is not None}
    if "minutes" in said:
        said["minutes"] = int(said["minutes"])
    return {**said, **rest}


def _line(stated: str, line: CodedLine) -> str:
    """The line in the words of the scenario, with minutes only where the scenario names them."""
    text = f"{' '.join((line.code, *line.modifiers))} x {line.units}"
    return f"{text}, {line.minutes} min" if "min" in stated else text


def _all_steps(coded: CodedVisit) -> list[Step]:
    return [*coded.steps, *(step for line in coded.lines for step in line.because)]


def _matches(stated: str, left: NotBilled) -> bool:
    match = LEFT.fullmatch(stated)
    assert match, stated
    minutes = int(match["minutes"]) if match["minutes"] else None
    return (
        left.code == match["code"]
        and (minutes is None or left.minutes == minutes)
        and match["why"].lower() in left.reason.what().lower()
    )


SCENARIOS = _scenarios()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario: dict[str, Any]) -> None:
    raw = dict(scenario["visit"])
    raw["treatments"] = [_treatment(stated) for stated in raw["treatments"]]
    visit = convert(raw, Visit)
    coded = code(visit, load().edition(visit.payer, visit.date))

    for stated in scenario["lines"]:
        assert LINE.fullmatch(stated), stated
    billed = [
        _line(scenario["lines"][number] if number < len(scenario["lines"]) else "min", line)
        for number, line in enumerate(coded.lines)
    ]
    assert billed == scenario["lines"], scenario["because"]

    expected = list(scenario.get("not_billed", ()))
    shown = [f"{left.code} {left.minutes} min: {left.reason.what()}" for left in coded.not_billed]
    assert len(expected) == len(shown), shown
    for stated in expected:
        assert any(_matches(stated, left) for left in coded.not_billed), (stated, shown)

    steps = _all_steps(coded)
    told = "\n".join(step.what() for step in steps)
    for words in scenario.get("says", ()):
        assert words.lower() in told.lower(), (words, told)
    for words in scenario.get("never_says", ()):
        assert words.lower() not in told.lower(), (words, told)
    named = {law for step in steps for law in step.because} | {left.law for left in coded.not_billed}
    for law in scenario.get("laws", ()):
        assert law in named, (law, sorted(map(str, named)))
    if "place_of_service" in scenario:
        assert coded.place_of_service == scenario["place_of_service"]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario_tells_its_law_and_reason(scenario: dict[str, Any]) -> None:
    assert scenario.keys() <= FIELDS, scenario.keys() - FIELDS
    assert {"name", "law", "because", "visit", "lines"} <= scenario.keys()


def test_there_are_enough_and_no_two_share_a_name() -> None:
    names = [param.id for param in SCENARIOS]
    assert len(set(names)) == len(names) >= 120
