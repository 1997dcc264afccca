"""Every rule's YAML cases, each one a test a biller can read."""

import datetime as dt

import msgspec
import pytest

from rehabill.almanac.load import load
from rehabill.engine.scrub import scrub
from rehabill.model.claim import Claim
from rehabill.rules.compile import RuleCase, Twin, twins
from rehabill.rules.registry import all_rules, rule

TWINS = twins()
CASES = [pytest.param(twin, case, id=f"{twin.rule}: {case.name}") for twin in TWINS.values() for case in twin.cases]
_RANK = {"fail": 3, "no_data": 2, "bypassed": 1}


@pytest.mark.parametrize(("twin", "case"), CASES)
def test_case(twin: Twin, case: RuleCase) -> None:
    claim = msgspec.convert({**twin.claim, **case.claim}, Claim)
    today = dt.date.fromisoformat(case.today) if case.today else None
    findings = [finding for finding in scrub(claim, load(), today).findings if finding.rule == twin.rule]
    worst = max((finding.status for finding in findings), key=_RANK.__getitem__, default="pass")
    assert worst == case.expect, findings
    if case.at is not None:
        assert case.at in [finding.path for finding in findings if finding.status == worst]
    for finding in findings:
        assert len(finding.message.split()) <= 40, finding.message
        assert "{" not in finding.message


@pytest.mark.parametrize("found", all_rules(), ids=lambda found: found.id)
def test_every_rule_is_documented_and_has_a_firing_and_a_clean_case(found) -> None:
    module = __import__(found.check.__module__, fromlist=["check"])
    for part in ("What:", "Why:", "Fix:"):
        assert part in (module.__doc__ or ""), f"{found.id} lacks {part}"
    expected = {case.expect for case in TWINS[found.id].cases}
    assert "fail" in expected
    assert expected & {"pass", "bypassed"}


def test_ids_and_slugs_are_unique() -> None:
    assert len({found.id for found in all_rules()}) == len(all_rules()) == len(TWINS)
    assert len({found.slug for found in all_rules()}) == len(all_rules())
    assert rule("PT210") is rule("kx-missing-over-threshold")


def test_every_law_a_rule_names_exists() -> None:
    almanac = load()
    for found in all_rules():
        for name in found.law:
            kind, _, rest = name.partition(".")
            if kind == "table":
                assert rest in almanac.data.tables, name
            elif kind == "payer":
                assert all(rest in payer.settings for payer in almanac.data.payers.values()), name
            else:
                assert name in almanac.data.parameters, name
