"""Every rule that can matter, run on one claim: findings and a verdict."""

import datetime as dt

import msgspec

from rehabill.almanac.edition import Almanac, Edition
from rehabill.base.errors import InputError, NotInForce
from rehabill.base.finding import Finding, Fix, Verdict
from rehabill.model.claim import Claim
from rehabill.model.terms import RecordId
from rehabill.rules.case import Case
from rehabill.rules.registry import Awake, all_rules, rules_for
from rehabill.rules.rule import Rule

_CLEAN = "clean"


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
    edition = case.days[case.first_day][0].edition
    awake = _awake(case)
    found = _by_shape(awake.by_shape, case, edition)
    _run(awake.others, case, edition, found)
    if len(found) > 1:
        found.sort(key=lambda finding: finding.rule)
    return Scrubbed(claim.id, edition.stamp(case.first_day), verdict_of(found), tuple(found))


def _awake(case: Case) -> Awake:
    """The rules to run. A look at the circumstances that crashes lets no rule sleep: each then answers for itself."""
    try:
        return rules_for(case)
    except InputError:
        raise
    except Exception:
        return Awake((), all_rules())


def _by_shape(rules: tuple[Rule, ...], case: Case, edition: Edition) -> list[Finding]:
    """Findings of the rules that look only at the shape of a claim: a shape found clean needs no second look."""
    found: list[Finding] = []
    if _CLEAN not in case.shape:
        _run(rules, case, edition, found)
        if not found:
            case.shape[_CLEAN] = True
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
    grave = {finding.status for finding in findings if finding.severity == "error"}
    if "fail" in grave:
        return "fail"
    return "no_data" if "no_data" in grave else "pass"
