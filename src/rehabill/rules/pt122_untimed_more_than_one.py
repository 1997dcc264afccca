"""More than one unit of a code without time.

What: an untimed or group code has more than one unit on a day and no modifier that sets a second session apart.
Why: a code without time is one unit a day for the discipline, whatever the minutes, the area or the diagnoses; a group
    is one unit for each patient.
Fix: bill one unit. A second session of the day goes on a line of its own with 76 (or 59) and the record to show it.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Fix
from rehabill.rules.case import Case, Line
from rehabill.rules.rule import Rule, drop, put, review
from rehabill.rules.traits import GROUP, traits_of
from rehabill.rules.untimed import repeated, units_of


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for lines in repeated(case).values():
        last = lines[-1]
        law = ("medicare.therapy.group",) if traits_of(last) & GROUP else ("cpt.untimed_once",)
        yield RULE.fail(
            last.edition, last.path("units"), law=law, fix=_fix(lines),
            line=last.number, code=last.code, units=units_of(lines),
        )  # fmt: skip


def _fix(lines: tuple[Line, ...]) -> Fix:
    first, *others = lines
    edits = [put(first.path("units"), 1)] if first.line.units > 1 else []
    return review(*edits, *(drop(line.path()) for line in reversed(others) if line.line.units))


RULE = Rule(
    id="PT122",
    slug="untimed-more-than-one",
    topic="units",
    severity="error",
    law=("cpt.untimed_once", "medicare.therapy.group"),
    by_shape=True,
    check=check,
)
