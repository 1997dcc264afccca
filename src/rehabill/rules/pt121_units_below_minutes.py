"""Fewer units than the minutes earn.

What: a timed code has fewer units than its minutes earn under the payer's unit rule.
Why: nothing forbids it, but the practice is paid less than it may bill.
Fix: bill the units earned, or correct the minutes.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.coding.services import POOL_LAW
from rehabill.rules.case import Case
from rehabill.rules.minutes import Timed, timed_days, with_units
from rehabill.rules.rule import Rule
from rehabill.rules.triggers import UNITS_IN_DOUBT


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for day in timed_days(case):
        if any(timed.over for timed in day.values()):
            continue  # first the excess is put right
        for timed in day.values():
            if timed.due is not None and not timed.at_most and 0 < timed.billed < timed.due and not _at_limit(timed):
                yield _below(timed, timed.due)


def _at_limit(timed: Timed) -> bool:
    """Units held to the day's unlikely limit (PT130) are no oversight: what goes beyond it is denied whole."""
    limit = timed.lines[-1].edition.mue.get(timed.code.code)
    return limit is not None and timed.billed >= limit.value


def _below(timed: Timed, due: int) -> Finding:
    last = timed.lines[-1]
    return RULE.fail(
        last.edition, last.path("units"), law=timed.law, fix=with_units(timed, due),
        say="pool" if timed.law == POOL_LAW else "fail",
        line=last.number, code=timed.code.code, billed=timed.billed, due=due, minutes=timed.minutes, total=timed.total,
    )  # fmt: skip


RULE = Rule(
    id="PT121",
    slug="units-below-minutes",
    topic="units",
    severity="warning",
    law=("medicare.therapy.total_time_rule", "cpt.midpoint_rule", "cpt.more_than_half", "payer.units_rule"),
    triggers=frozenset({UNITS_IN_DOUBT}),
    check=check,
)
