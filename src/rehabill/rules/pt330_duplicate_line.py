"""Line twice on the claim.

What: two lines of the claim have the same date, code and set of modifiers.
Why: the payer takes the second for a copy and denies it (CARC 18). Units of one code, day and set of modifiers stand on
    one line; a line with CQ and a plain line of one code are not alike.
Fix: put all units on one line, or take the copy off; if the service was repeated, 76, 77, 59 or XE, XP, XS, XU says so.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case, Line
from rehabill.rules.duplicates import Likeness, likeness
from rehabill.rules.pairs import SEPARATING
from rehabill.rules.rule import Rule, drop, review
from rehabill.rules.triggers import CODE_REPEATED

_EXCUSING = frozenset({"76", "77", *SEPARATING})


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    first: dict[Likeness, Line] = {}
    for line in case.lines:
        held = first.setdefault(likeness(line.day, line.line), line)
        if held is not line and _EXCUSING.isdisjoint(line.line.modifiers):
            fix = review(drop(line.path()), advice=f"If both were given, put all units on line {held.number}.")
            yield RULE.fail(
                line.edition, line.path(), fix=fix, line=line.number, code=line.code, day=line.day, other=held.number
            )


RULE = Rule(
    id="PT330",
    slug="duplicate-line",
    topic="duplicate",
    severity="error",
    law=("medicare.therapy.one_line_per_code",),
    triggers=frozenset({CODE_REPEATED}),
    by_shape=True,
    check=check,
)
