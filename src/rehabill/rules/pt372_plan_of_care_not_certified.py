"""Plan of care not certified.

What: the time to certify the plan of care is over on the day of submission and no certification is known.
Why: certification is a condition of payment (42 CFR 424.24(c)): a claim sent without one has nothing to stand on, so
    it is held. It is not lost: late certification is accepted without a fixed limit, with the reason on record.
    For services from 2025-01-01 a signed order on file and the plan sent to that provider within 30 days stand for the
    first signature (89 FR 97710).
Fix: get the dated signature, with the reason for the delay, and send the claim then; or record the order and the day
    the plan was sent.
"""

import datetime as dt
from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Severity
from rehabill.model.claim import PlanOfCare
from rehabill.rules.case import Case, Line
from rehabill.rules.plan_of_care import plan_given, plan_severity
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import PLAN_IN_DOUBT

_WITHIN = "medicare.poc.certification_days"
_EXCEPTION = "medicare.poc.order_exception"
_LATE = "medicare.poc.late_certification"
_PATH = "context.plan_of_care.certified_on"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    plan, severity = plan_given(case), plan_severity(edition)
    if plan is None or severity is None:
        return
    starts, within = plan.starts, edition.number(_WITHIN)
    if plan.certified_on is not None:
        if starts is not None and (plan.certified_on - starts).days > within:
            due = starts + dt.timedelta(days=within)
            yield RULE.bypassed(edition, _PATH, say="late", law=(_WITHIN, _LATE), signed=plan.certified_on, due=due)
    elif starts is None or case.submitted is None:
        missing = "when the plan started" if starts is None else "the day of submission"
        yield RULE.no_data(edition, _PATH, severity=severity, missing=missing)
    elif (case.submitted - starts).days > within:
        yield _overdue(case, plan, starts + dt.timedelta(days=within), severity)


def _overdue(case: Case, plan: PlanOfCare, due: dt.date, severity: Severity) -> Finding:
    open_line = next((line for line in case.lines if not _order_stands(line, plan, due)), None)
    if open_line is None:
        return RULE.bypassed(case.lines[0].edition, _PATH, sent=plan.sent_on)
    fix = display("Get the dated signature with the reason for the delay, then send the claim.")
    return RULE.fail(open_line.edition, _PATH, severity=severity, fix=fix, due=due, starts=plan.starts)


def _order_stands(line: Line, plan: PlanOfCare, due: dt.date) -> bool:
    """The exception of 2025: an order on file and the plan sent in time stand for the signature."""
    sent = plan.sent_on
    return line.edition.flag(_EXCEPTION) and plan.order_on_file is True and sent is not None and sent <= due


RULE = Rule(
    id="PT372",
    slug="plan-of-care-not-certified",
    topic="plan_of_care",
    severity="error",
    law=(_WITHIN, _EXCEPTION),
    triggers=frozenset({PLAN_IN_DOUBT}),
    check=check,
)
