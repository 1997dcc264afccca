"""Diagnosis pointer missing.

What: a line points to no diagnosis.
Why: every line of a professional claim points to the diagnosis it treats; a line without a pointer is returned.
Fix: point the line to the diagnosis it treats.
"""

from collections.abc import Iterator

from msgspec import UNSET

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import NO_POINTERS


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if edition.profile.family == "self-pay":
        return
    unsaid = False
    for line in case.lines:
        pointers = line.line.diagnosis_pointers
        if pointers:
            continue
        if pointers is not UNSET:
            fix = display("Point the line to the diagnosis it treats.")
            yield RULE.fail(line.edition, line.path("diagnosis_pointers"), fix=fix, line=line.number, code=line.code)
        elif not unsaid:
            unsaid = True
            yield RULE.no_data(line.edition, line.path("diagnosis_pointers"), line=line.number, code=line.code)


RULE = Rule(
    id="PT321",
    slug="pointer-missing",
    topic="pointer",
    severity="error",
    law=("x12.pointers_per_line",),
    triggers=frozenset({NO_POINTERS}),
    by_shape=True,
    check=check,
)
