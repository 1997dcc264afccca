"""Plan of care missing.

What: the payer wants a plan of care and there is none.
Why: Medicare covers therapy under a written plan set up before treatment begins (42 CFR 410.61, 424.24(c)). When an
    evaluation is the only service, the evaluation and the order for it are enough.
Fix: have the therapist or physician set up the plan; treatment given before it is not covered.
"""

from collections.abc import Iterator

from msgspec import UNSET

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.evaluations import is_evaluation
from rehabill.rules.plan_of_care import plan_severity
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import PLAN_IN_DOUBT

_EVALUATION_ONLY = "medicare.poc.evaluation_only"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    plan, severity = case.context.plan_of_care, plan_severity(edition)
    if severity is None or (plan is not None and plan is not UNSET):
        return
    path = "context.plan_of_care"
    if all(map(is_evaluation, case.lines)):
        if plan is None:
            yield RULE.bypassed(edition, path, law=(_EVALUATION_ONLY,))
    elif plan is UNSET:
        yield RULE.no_data(edition, path, severity=severity)
    else:
        fix = display("Have the plan of care set up before treatment goes on.")
        yield RULE.fail(edition, path, severity=severity, fix=fix)


RULE = Rule(
    id="PT370",
    slug="plan-of-care-missing",
    topic="plan_of_care",
    severity="error",
    law=("payer.plan_of_care",),
    triggers=frozenset({PLAN_IN_DOUBT}),
    check=check,
)
