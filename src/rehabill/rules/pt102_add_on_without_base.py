"""Add-on without its base.

What: a line bills an add-on code, such as 97130 or 97551, and its base is on no line of the same day.
Why: an add-on is further time or area of the base service of the same day and is never paid by itself (CARC 234, B15).
Fix: add the base if it was given; else bill what was done under its own code, or take the line off.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case, Line
from rehabill.rules.rule import Rule, drop, review
from rehabill.rules.traits import ADD_ON, any_traits, traits_of


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if not any_traits(case) & ADD_ON:
        return
    for line in case.lines:
        if traits_of(line) & ADD_ON and not _has_base(case, line):
            base = line.edition.codes[line.code].add_on_to
            fix = review(drop(line.path()), advice=f"If {base} was given too, add its line instead.")
            yield RULE.fail(line.edition, line.path("code"), fix=fix, line=line.number, code=line.code, base=base)


def _has_base(case: Case, line: Line) -> bool:
    base = line.edition.codes[line.code].add_on_to
    today = {other.code for other in case.days[line.day]}
    return base in today or any(
        earlier.code == base and day == line.day for _, earlier, day in case.prior_lines() or ()
    )


RULE = Rule(
    id="PT102",
    slug="add-on-without-base",
    topic="code_validity",
    severity="error",
    law=("table.codes",),
    by_shape=True,
    check=check,
)
