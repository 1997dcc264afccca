"""Progress report overdue.

What: ten or more treatment days have passed since the last progress report, so a day of this claim is at least the
    eleventh.
Why: the therapist writes a progress report at least once every 10 treatment days; the first period begins with the
    first treatment day, evaluation included, two visits of a day count once, and an assistant's report does not count
    (Medicare Benefit Policy Manual ch. 15 §220.3). The payer does not see it on the claim but asks for it on review:
    a warning.
Fix: have the therapist write the report before the claim goes, and give the count since it.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.plan_of_care import plan_severity
from rehabill.rules.rule import Rule, display

_EVERY = "medicare.poc.progress_report_days"
_PATH = "context.visits_since_progress_report"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if plan_severity(edition) is None:
        return
    since, every = case.context.visits_since_progress_report, edition.number(_EVERY)
    if not isinstance(since, int):
        yield RULE.no_data(edition, _PATH)
    elif since >= every:
        first = min(case.days)
        fix = display("Have the therapist write the progress report, then give the visits since it.")
        yield RULE.fail(edition, _PATH, fix=fix, day=first, since=since, nth=since + 1, every=every)
    elif since + len(case.days) > every:
        yield RULE.no_data(edition, _PATH, say="between", day=sorted(case.days)[every - since], every=every)


RULE = Rule(
    id="PT373",
    slug="progress-report-due",
    topic="progress_report",
    severity="warning",
    law=(_EVERY,),
    check=check,
)
