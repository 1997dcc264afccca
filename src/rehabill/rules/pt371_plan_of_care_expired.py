"""Outside the plan of care.

What: treatment before the plan of care starts, after it ends, or past the time one certification covers.
Why: treatment is covered under a plan set up before it begins; a certification covers the plan's length or 90 days from
    the first treatment, the shorter (42 CFR 410.61, 424.24(c)).
Fix: have the plan recertified, if late with the reason for the delay; treatment before the plan is not covered.
    Evaluations stand apart: a new plan rests on them.
"""

import datetime as dt
from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.model.claim import PlanOfCare
from rehabill.rules.case import Case
from rehabill.rules.evaluations import is_evaluation
from rehabill.rules.plan_of_care import plan_given, plan_severity
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import PLAN_IN_DOUBT

_COVERS = "medicare.poc.recertification_days"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    plan, severity = plan_given(case), plan_severity(edition)
    if plan is None or severity is None:
        return
    if plan.starts is None and plan.ends is None:
        yield RULE.no_data(edition, "context.plan_of_care.ends", severity=severity)
        return
    for day, lines in case.days.items():
        problem = _problem(plan, day, edition.number(_COVERS))
        if problem is None:
            continue
        treatment = next((line for line in lines if not is_evaluation(line)), None)
        if treatment is not None:
            field, say, limit = problem
            yield RULE.fail(
                treatment.edition, f"context.plan_of_care.{field}", say=say,
                severity="warning" if say == "long" else severity,
                fix=display("Have the plan recertified, or correct its dates."),
                line=treatment.number, code=treatment.code, day=day, limit=limit, starts=plan.starts,
            )  # fmt: skip


def _problem(plan: PlanOfCare, day: dt.date, covers: int) -> tuple[str, str, dt.date] | None:
    """Field, message and limit when a day lies outside the plan."""
    if plan.starts is not None and day < plan.starts:
        return "starts", "before", plan.starts
    if plan.ends is not None and day > plan.ends:
        return "ends", "fail", plan.ends
    if plan.starts is None or (day - plan.starts).days <= covers:
        return None
    limit = plan.starts + dt.timedelta(days=covers)
    if plan.ends is None:
        return "starts", "too_old", limit
    recertified = plan.certified_on is not None and (day - plan.certified_on).days <= covers
    return None if recertified else ("ends", "long", limit)


RULE = Rule(
    id="PT371",
    slug="plan-of-care-expired",
    topic="plan_of_care",
    severity="error",
    law=(_COVERS,),
    triggers=frozenset({PLAN_IN_DOUBT}),
    check=check,
)
