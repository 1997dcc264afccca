"""Date of service in the future.

What: a line's date is after the day of submission.
Why: a service is billed once it has been furnished; payers return a claim for a day that has not come.
Fix: correct the date, or hold the claim until the visit has taken place.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import NOT_SENT_SOON


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    submitted = case.submitted
    if submitted is None:
        return
    for day, lines in case.days.items():
        if day > submitted:
            line, fix = lines[0], display("Correct the date, or hold the claim until the visit has taken place.")
            yield RULE.fail(line.edition, line.path("date"), fix=fix, line=line.number, day=day, submitted=submitted)


RULE = Rule(
    id="PT341",
    slug="future-date",
    topic="timely_filing",
    severity="error",
    triggers=frozenset({NOT_SENT_SOON}),
    check=check,
)
