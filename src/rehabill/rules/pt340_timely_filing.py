"""Filed too late.

What: the claim is submitted after the payer's last day for a date of service.
Why: a claim that comes too late is denied at the practice's cost and may not be billed to the patient. Medicare counts
    one calendar year from the date of service; a last day on a weekend or federal holiday moves to the next workday
    (42 CFR 424.44). Other payers' contracts say their own number of days.
Fix: send only with proof of an exception or of earlier receipt; else write the line off.
"""

import datetime as dt
from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.dates import add_months, next_workday
from rehabill.base.finding import Finding, Severity
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import NOT_SENT_SOON

_SETTING = "payer.timely_filing"
_NEXT_WORKDAY = "medicare.claims.filing_next_workday"
_CORRECTING = ("7", "8")


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if case.claim.frequency in _CORRECTING:
        return  # a correction has the payer's own clock, which runs from the first decision
    for day, lines in case.days.items():
        line, law = lines[0], lines[0].edition
        if law.profile.timely_filing == "none" or (case.claim.sequence != "P" and law.profile.family != "medicare"):
            continue
        severity: Severity = "warning" if law.settings["timely_filing"].confirm else "error"
        if case.submitted is None:
            yield RULE.no_data(law, line.path("date"), severity=severity, law=_cited(law), line=line.number, day=day)
            return
        if case.submitted > day and case.submitted > (last := _last_day(law, day)):
            fix = display("Look for proof of an exception or of earlier receipt; else write the line off.")
            yield RULE.fail(
                law, line.path("date"), severity=severity, fix=fix, law=_cited(law), line=line.number, day=day,
                last=last, submitted=case.submitted,
            )  # fmt: skip


def _cited(edition: Edition) -> tuple[str, ...]:
    return (_SETTING, _NEXT_WORKDAY) if edition.profile.family == "medicare" else (_SETTING,)


def _last_day(edition: Edition, day: dt.date) -> dt.date:
    """The last day on which a claim for a day's services is in time."""
    key = ("last day for filing", day)
    last: dt.date | None = edition.memo.get(key)
    if last is None:
        number, unit = edition.profile.timely_filing.split()
        last = add_months(day, int(number)) if unit == "months" else day + dt.timedelta(days=int(number))
        if edition.profile.family == "medicare" and edition.flag(_NEXT_WORKDAY):
            last = next_workday(last)
        edition.memo[key] = last
    return last


RULE = Rule(
    id="PT340",
    slug="timely-filing",
    topic="timely_filing",
    severity="error",
    law=(_SETTING, _NEXT_WORKDAY),
    triggers=frozenset({NOT_SENT_SOON}),
    check=check,
)
