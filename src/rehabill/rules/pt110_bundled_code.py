"""Bundled code.

What: a line bills a code with fee schedule status B, such as a hot pack (97010), to a payer that goes by that schedule.
Why: the payment for it is inside the other services of the day; it is never paid apart and never the patient's.
Fix: take the line off, and do not bill the patient.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, drop, review
from rehabill.rules.traits import BUNDLED, any_traits, traits_of


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if not any_traits(case) & BUNDLED:
        return
    for line in case.lines:
        if traits_of(line) & BUNDLED:
            fix = review(drop(line.path()), advice="Never bill it to the patient.")
            yield RULE.fail(line.edition, line.path("code"), fix=fix, line=line.number, code=line.code)


RULE = Rule(
    id="PT110",
    slug="bundled-code",
    topic="code_validity",
    severity="error",
    law=("medicare.pfs.status_bundled", "table.rvu"),
    by_shape=True,
    check=check,
)
