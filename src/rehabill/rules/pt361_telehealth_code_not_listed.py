"""Code not on the telehealth list.

What: a Medicare telehealth line has a code that is not on Medicare's telehealth list as far as we know it.
Why: Medicare pays by telehealth only what is on its list. Hands-on techniques, pool therapy and modalities never were.
    Our copy of the therapy rows comes from secondary sources and is marked unverified.
Fix: see CMS's list of the year; if the code is not there, take the line off.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, drop, review
from rehabill.rules.telehealth import may_be_telehealth, telehealth_lines
from rehabill.rules.triggers import TELEHEALTH


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in telehealth_lines(case):
        if line.code not in line.edition.law.telehealth_codes and may_be_telehealth(line):
            fix = review(drop(line.path()), advice="Look the code up in CMS's telehealth list of that year first.")
            yield RULE.fail(line.edition, line.path("code"), fix=fix, line=line.number, code=line.code, day=line.day)


RULE = Rule(
    id="PT361",
    slug="telehealth-code-not-listed",
    topic="telehealth",
    severity="error",
    law=("medicare.telehealth.codes",),
    triggers=frozenset({TELEHEALTH}),
    check=check,
)
