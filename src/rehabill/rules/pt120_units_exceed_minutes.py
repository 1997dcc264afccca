"""More units than the minutes earn.

What: a timed code has more units than its minutes, and the timed minutes of the day, earn under the payer's unit rule.
Why: Medicare caps the day's units by the total timed minutes and gives a code 15-minute units and at most one more
    for its remainder; by the midpoint rule each code stands by itself. Hour and half-hour codes need more than half.
Fix: bill the units earned, or correct the minutes if they were written down wrong. Minutes of the day
    that earned no unit and stand on no line count in the total too, when the claim names them (`unbilled`).
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.coding.services import POOL_LAW
from rehabill.rules.case import Case
from rehabill.rules.minutes import Day, Timed, timed_days, with_units
from rehabill.rules.rule import Rule
from rehabill.rules.triggers import UNITS_IN_DOUBT


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for day in timed_days(case):
        yield from (_over(timed) for timed in day.values() if timed.over)
        yield from _without_minutes(day)


def _over(timed: Timed) -> Finding:
    last, due = timed.lines[-1], timed.due or 0
    pooled = timed.law == POOL_LAW
    return RULE.fail(
        last.edition, last.path("units"), law=timed.law, fix=with_units(timed, due),
        say="pool" if pooled and not timed.at_most else "fail",
        line=last.number, code=timed.code.code, billed=timed.billed, due=due, minutes=timed.minutes, total=timed.total,
    )  # fmt: skip


def _without_minutes(day: Day) -> Iterator[Finding]:
    for timed in day.values():
        if timed.due is None and timed.billed:
            line = next((line for line in timed.lines if not isinstance(line.line.minutes, int)), timed.lines[0])
            yield RULE.no_data(
                line.edition, line.path("minutes"), law=timed.law, line=line.number, code=timed.code.code, day=line.day
            )
            return


RULE = Rule(
    id="PT120",
    slug="units-exceed-minutes",
    topic="units",
    severity="error",
    law=("medicare.therapy.total_time_rule", "cpt.midpoint_rule", "cpt.more_than_half", "payer.units_rule"),
    triggers=frozenset({UNITS_IN_DOUBT}),
    check=check,
)
