"""Charge missing.

What: a line has no charge, or one of zero or less.
Why: every line of a claim states a charge; without one it cannot be paid and is returned. The patient who pays is asked
    for the charge itself.
Fix: put in the practice's charge for the code, times the units.
"""

from collections.abc import Iterator

from msgspec import UNSET

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import NO_CHARGE


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    unsaid = False
    for line in case.lines:
        charge = line.line.charge_cents
        if isinstance(charge, int) and charge > 0:
            continue
        path = line.path("charge_cents")
        if charge is not UNSET:
            fix = display("Put in the practice's charge for the code, times the units.")
            yield RULE.fail(line.edition, path, fix=fix, line=line.number, code=line.code)
        elif not unsaid:
            unsaid = True
            yield RULE.no_data(line.edition, path, severity="warning", line=line.number, code=line.code)


RULE = Rule(
    id="PT351",
    slug="charge-missing",
    topic="balance",
    severity="error",
    triggers=frozenset({NO_CHARGE}),
    check=check,
)
