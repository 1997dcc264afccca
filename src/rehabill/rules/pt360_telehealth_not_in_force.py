"""Telehealth on a day without it.

What: a therapist's telehealth on a day on which Medicare did not let therapists furnish it.
Why: therapists may furnish Medicare telehealth from 2020-03-01 to 2027-12-31 (CARES Act and later extensions, the last
    by the Consolidated Appropriations Act, 2026); outside those days it is not covered.
Fix: take the line off. If the patient was in the clinic, correct the place of service and the modifier.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display
from rehabill.rules.telehealth import may_be_telehealth, telehealth_lines
from rehabill.rules.triggers import TELEHEALTH


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in telehealth_lines(case):
        if not may_be_telehealth(line):
            fix = display("Take the line off; if the patient was in the clinic, correct place and modifier.")
            yield RULE.fail(line.edition, line.path("date"), fix=fix, line=line.number, code=line.code, day=line.day)


RULE = Rule(
    id="PT360",
    slug="telehealth-not-in-force",
    topic="telehealth",
    severity="error",
    law=("medicare.telehealth.therapists",),
    triggers=frozenset({TELEHEALTH}),
    check=check,
)
