"""Authorization used up.

What: the claim has more visits or units than the authorization has left.
Why: what goes beyond the authorized visits or units is denied (CARC 198).
Fix: ask for more visits or units before sending. Visits are counted by day, units over the lines it covers.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.authorizations import authorization_given, is_covered
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import AUTHORIZATION


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    given = authorization_given(case)
    if given is None:
        return
    covered = [line for line in case.lines if is_covered(line, given)]
    if given.visits_left is not None and covered:
        visits = len({line.day for line in covered})
        if visits > given.visits_left:
            yield _used_up(edition, "visits_left", visits, "visits", given.visits_left, given.number)
    if given.units_left is not None:
        units = sum(line.line.units for line in covered)
        if units > given.units_left:
            yield _used_up(edition, "units_left", units, "units", given.units_left, given.number)


def _used_up(edition: Edition, field: str, found: int, of: str, left: int, number: str | None) -> Finding:
    return RULE.fail(
        edition, f"context.authorization.{field}", fix=display(f"Ask the payer for more {of} before sending."),
        found=found, of=of, left=max(left, 0), authorization=number or "without number",
    )  # fmt: skip


RULE = Rule(
    id="PT381",
    slug="authorization-used-up",
    topic="authorization",
    severity="error",
    triggers=frozenset({AUTHORIZATION}),
    check=check,
)
