"""A crash inside the rule book never lets a claim through unseen."""

import datetime as dt

import pytest

import rehabill
from rehabill.engine import scrub as engine
from rehabill.model.claim import Claim, ClaimLine
from rehabill.rules.case import Case
from rehabill.rules.registry import Awake
from rehabill.rules.rule import Rule

CLAIM = Claim(
    payer="medicare-b",
    date=dt.date(2026, 3, 4),
    lines=(ClaimLine(code="97110", units=1), ClaimLine(code="97010", units=1)),
)


def crashing(*_: object) -> Awake:
    raise ZeroDivisionError


def test_a_crash_while_waking_rules_wakes_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    before = rehabill.scrub(CLAIM)
    assert before.findings
    monkeypatch.setattr(engine, "rules_for", crashing)
    assert rehabill.scrub(CLAIM) == before


def test_a_rule_that_crashes_holds_the_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    good = engine.all_rules()[0]

    def check(case: Case, edition: object) -> None:
        raise ZeroDivisionError

    broken = Rule(
        **{**{name: getattr(good, name) for name in good.__struct_fields__}, "check": check, "by_shape": False}
    )
    monkeypatch.setattr(engine, "rules_for", lambda case: Awake((), (broken,)))
    scrubbed = rehabill.scrub(CLAIM)
    assert scrubbed.verdict == "fail"
    assert "the claim is held" in scrubbed.findings[0].message
