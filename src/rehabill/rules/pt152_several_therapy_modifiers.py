"""Several therapy modifiers on one line.

What: a line carries more than one of GP, GO and GN.
Why: a service is given under one plan of care; the payer cannot tell whose dollars it is and rejects the line.
Fix: keep the modifier of the plan of care it was given under.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.disciplines import THERAPY, expected
from rehabill.rules.rule import Rule, remove, review
from rehabill.rules.triggers import SEVERAL_MODIFIERS


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in case.lines:
        if len(line.line.modifiers) < 2:
            continue
        found = sorted(THERAPY.intersection(line.line.modifiers))
        if len(found) < 2:
            continue
        path, kept = line.path("modifiers"), expected(case, line)
        fix = review(*(remove(path, modifier) for modifier in found if modifier != kept)) if kept in found else None
        yield RULE.fail(line.edition, path, fix=fix, line=line.number, code=line.code, found=" and ".join(found))


RULE = Rule(
    id="PT152",
    slug="several-therapy-modifiers",
    topic="therapy_modifier",
    severity="error",
    law=("medicare.therapy.discipline_modifier",),
    triggers=frozenset({SEVERAL_MODIFIERS}),
    by_shape=True,
    check=check,
)
