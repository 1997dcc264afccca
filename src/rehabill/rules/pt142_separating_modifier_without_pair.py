"""Separating modifier without a pair.

What: a Medicare line carries 59 or XE, XP, XS, XU, and no NCCI pair of the day asks for it.
Why: these modifiers only separate pairs; used from habit they draw audits. 97140 and 97530 are no pair since 2020.
Fix: take the modifier off. It is in place where the same code stands twice, or on a line of a pair.
"""

import datetime as dt
from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case, Line
from rehabill.rules.pairs import SEPARATING
from rehabill.rules.rule import Rule, remove, review


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in case.lines:
        found = [modifier for modifier in line.line.modifiers if modifier in SEPARATING]
        if not found or line.edition.profile.family != "medicare" or not line.edition.profile.ncci:
            continue
        if not _has_reason(case, line):
            path = line.path("modifiers")
            fix = review(*(remove(path, modifier) for modifier in found))
            yield RULE.fail(line.edition, path, fix=fix, line=line.number, code=line.code, modifier=" and ".join(found))


def _has_reason(case: Case, line: Line) -> bool:
    """The same code again, a pair, or a code of which the therapy tables cannot know."""
    others = [other.code for other in case.days[line.day] if other is not line] + _billed_before(case, line.day)
    pairs, known = line.edition.pairs, line.edition.codes
    return line.code not in known or any(
        other == line.code or other not in known or (line.code, other) in pairs or (other, line.code) in pairs
        for other in others
    )


def _billed_before(case: Case, day: dt.date) -> list[str]:
    return [line.code for _, line, when in case.prior_lines() or () if when == day]


RULE = Rule(
    id="PT142",
    slug="separating-modifier-without-pair",
    topic="ncci",
    severity="warning",
    law=("medicare.ncci.ptp", "table.ptp_pairs"),
    triggers=frozenset(SEPARATING),
    by_shape=True,
    check=check,
)
