"""Line without units.

What: a line has 0 units.
Why: a claim line states a quantity above zero; the payer rejects it. Minutes that earned no unit are not billed.
Fix: take the line off and keep its minutes in the record, or put in the units that were given.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, drop, review
from rehabill.rules.triggers import NO_UNITS


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in case.lines:
        if not line.line.units:
            fix = review(drop(line.path()))
            yield RULE.fail(line.edition, line.path("units"), fix=fix, line=line.number, code=line.code)


RULE = Rule(
    id="PT123",
    slug="zero-units",
    topic="units",
    severity="error",
    law=("x12.line_units",),
    triggers=frozenset({NO_UNITS}),
    by_shape=True,
    check=check,
)
