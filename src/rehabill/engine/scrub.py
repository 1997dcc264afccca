"""Every rule that can matter, run on one claim: findings and a verdict."""

import datetime as dt

import msgspec

from rehabill.almanac.edition import Almanac, Edition
from rehabill.base.errors import InputError, NotInForce
from rehabill.base.finding import Finding, Fix, Verdict
from rehabill.model.claim import Claim
from rehabill.model.terms import RecordId
from rehabill.rules.case import Case
from rehabill.rules.registry import rules_for
from rehabill.rules.rule import Rule


class Scrubbed(msgspec.Struct, frozen=True):
    id: RecordId
    edition: str
    verdict: Verdict
    findings: tuple[Finding, ...]


def scrub(claim: Claim, almanac: Almanac, today: dt.date | None = None) -> Scrubbed:
    """Check a claim. `today` stands for a day of submission that was not given.

    Raises `InputError` for an unknown payer, an unknown locality, a line without a date, or no lines at all.
    """
    if not claim.lines:
        raise InputError("lines", "a claim needs at least one service line")
    case = Case(claim, almanac, today)
    first_day = min(case.days)
    edition = case.days[first_day][0].edition
    awake = rules_for(claim)
    found = _by_shape(awake.by_shape, case, edition)
    _run(awake.others, case, edition, found)
    found.sort(key=lambda finding: finding.rule)
    return Scrubbed(claim.id, edition.stamp(first_day), verdict_of(found), tuple(found))


def _by_shape(rules: tuple[Rule, ...], case: Case, edition: Edition) -> list[Finding]:
    """Findings of the rules that look only at the shape of the lines; a clinic's claims repeat a few shapes."""
    found: list[Finding] = []
    if len(case.days) > 1 or case.context.prior_claims:
        _run(rules, case, edition, found)
        return found
    lines = [(line.code, line.modifiers, line.units, line.by) for line in case.claim.lines]
    shape = ("clean", case.claim.discipline, case.claim.frequency, *lines)
    if shape not in edition.memo:
        _run(rules, case, edition, found)
        if not found:
            edition.remember(shape, True)
    return found


def _run(rules: tuple[Rule, ...], case: Case, edition: Edition, found: list[Finding]) -> None:
    for rule in rules:
        try:
            found.extend(rule.check(case, edition))
        except InputError:
            raise
        except Exception as error:
            found.append(_not_checked(rule, error))


def _not_checked(rule: Rule, error: Exception) -> Finding:
    """A rule that crashes holds the claim and says so; law that is not in force is missing data, not a pass."""
    if isinstance(error, NotInForce):
        return _about(rule, "no_data", f"This could not be checked: {error}.")
    text = f"Rule {rule.id} failed on this claim ({type(error).__name__}); the claim is held. Report this."
    return _about(rule, "fail", text)


def _about(rule: Rule, status: str, text: str) -> Finding:
    held = status == "fail"
    return Finding(
        rule=rule.id,
        slug=rule.slug,
        topic=rule.topic,
        severity="error" if held else rule.severity,
        status="fail" if held else "no_data",
        path="",
        message=text,
        fix=Fix("display", (), "Report the rule's number with the claim's codes and dates.") if held else None,
    )


def verdict_of(findings: list[Finding]) -> Verdict:
    """fail if any error fails; else no_data if an error-grade rule lacked data; else pass."""
    if any(finding.severity == "error" and finding.status == "fail" for finding in findings):
        return "fail"
    if any(finding.severity == "error" and finding.status == "no_data" for finding in findings):
        return "no_data"
    return "pass"
