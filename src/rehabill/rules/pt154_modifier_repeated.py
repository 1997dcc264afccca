"""Modifier repeated.

What: a line carries the same modifier twice.
Why: the second says nothing and takes one of four places; some payers reject the line.
Fix: take the second off.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, add, remove, safe
from rehabill.rules.triggers import SEVERAL_MODIFIERS


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in case.lines:
        modifiers = line.line.modifiers
        if len(modifiers) < 2 or len(set(modifiers)) == len(modifiers):
            continue
        path = line.path("modifiers")
        for modifier in dict.fromkeys(modifiers):
            times = modifiers.count(modifier)
            if times > 1:
                fix = safe(*[remove(path, modifier)] * times, add(path, modifier))
                yield RULE.fail(line.edition, path, fix=fix, line=line.number, code=line.code, modifier=modifier)


RULE = Rule(
    id="PT154",
    slug="modifier-repeated",
    topic="modifiers",
    severity="warning",
    triggers=frozenset({SEVERAL_MODIFIERS}),
    by_shape=True,
    check=check,
)
