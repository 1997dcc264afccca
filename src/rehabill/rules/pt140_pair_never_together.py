"""NCCI pair that is never paid together.

What: two codes of one day are an NCCI pair with indicator 0.
Why: the second code of the pair is denied whatever modifier it carries; 59 and its kin do not help.
Fix: take the second code off.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.pairs import facts_of, pairs_of, separated_by
from rehabill.rules.rule import Rule, drop, review


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for first, second, pair, certain in pairs_of(case):
        if pair.indicator != 0:
            continue
        facts = facts_of(first, second)
        if not certain:
            yield RULE.no_data(second.edition, second.path("code"), **facts)
            continue
        modifier = separated_by(first, second)
        yield RULE.fail(
            second.edition, second.path("code"), say="with_modifier" if modifier else "fail",
            fix=review(drop(second.path())), modifier=modifier, **facts,
        )  # fmt: skip


RULE = Rule(
    id="PT140",
    slug="pair-never-together",
    topic="ncci",
    severity="error",
    law=("medicare.ncci.ptp", "table.ptp_pairs"),
    by_shape=True,
    check=check,
)
