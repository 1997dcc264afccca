"""Patient under other Medicare care.

What: the patient is under a home health plan of care, in a Medicare-certified nursing facility, or has chosen hospice.
Why: in the first two cases therapy is paid to the agency or the facility alone (consolidated billing). After a hospice
    election Medicare Part B pays only what is not related to the terminal illness; GW on the line says so.
Fix: bill the agency or facility under an arrangement with it. Under hospice add GW if the record shows that the therapy
    is for something else; otherwise it is the hospice's.
"""

from collections.abc import Iterator
from typing import Any

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Severity
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, add, display, review
from rehabill.rules.triggers import OTHER_CARE

_HOME_HEALTH = "medicare.other_care.home_health"
_SNF = "medicare.other_care.snf_part_a"
_HOSPICE = "medicare.other_care.hospice"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    care = case.context.other_care
    if not isinstance(care, str) or edition.profile.family != "medicare":
        return
    if care == "hospice":
        yield from _hospice(case)
        return
    # A Medicare plan's own contract decides; Original Medicare is the one that pays by Part B's shares.
    severity: Severity = "error" if edition.profile.patient_share == "part_b" else "warning"
    say, law = ("fail", _HOME_HEALTH) if care == "home_health" else ("snf", _SNF)
    fix = display("Ask for the day the other care ended; while it lasts, bill the agency or facility.")
    yield RULE.fail(edition, "context.other_care", severity=severity, say=say, law=(law,), fix=fix)


def _hospice(case: Case) -> Iterator[Finding]:
    for line in case.lines:
        unrelated = line.edition.value(_HOSPICE)
        path = line.path("modifiers")
        facts: dict[str, Any] = {"line": line.number, "code": line.code, "modifier": unrelated}
        if unrelated in line.line.modifiers:
            yield RULE.bypassed(line.edition, path, law=(_HOSPICE,), **facts)
        else:
            yield RULE.fail(
                line.edition, path, severity="warning", say="hospice", law=(_HOSPICE,),
                fix=review(add(path, unrelated)), **facts,
            )  # fmt: skip


RULE = Rule(
    id="PT390",
    slug="other-care",
    topic="eligibility",
    severity="error",
    law=(_HOME_HEALTH, _SNF, _HOSPICE),
    triggers=frozenset({OTHER_CARE}),
    check=check,
)
