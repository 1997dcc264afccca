"""NCCI pair without a modifier.

What: two codes of one day are an NCCI pair that allows a modifier, and neither line carries one that separates them.
Why: the second code of the pair is denied as part of the first (NCCI PTP edits, indicator 1).
Fix: if the record shows separate time, site or encounter add 59 (or XE, XP, XS, XU) to the second code; else take the
    second code off.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.pairs import facts_of, pairs_of, separated_by
from rehabill.rules.rule import Rule, add, drop, review


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for first, second, pair, certain in pairs_of(case):
        if pair.indicator != 1:
            continue
        facts = facts_of(first, second)
        path = second.path("modifiers")
        if not certain:
            yield RULE.no_data(second.edition, path, **facts)
        elif (modifier := separated_by(first, second)) is not None:
            yield RULE.bypassed(second.edition, path, modifier=modifier, **facts)
        else:
            recorded = second.number in first.line.distinct_from or first.number in second.line.distinct_from
            modifier = second.edition.profile.separate_service_modifier
            fix = review(add(path, modifier)) if recorded else review(drop(second.path()))
            yield RULE.fail(second.edition, path, fix=fix, **facts)


RULE = Rule(
    id="PT141",
    slug="pair-without-modifier",
    topic="ncci",
    severity="error",
    law=("medicare.ncci.ptp", "table.ptp_pairs"),
    by_shape=True,
    check=check,
)
