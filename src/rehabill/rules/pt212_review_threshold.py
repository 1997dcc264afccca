"""Year at the review threshold.

What: with this claim the year's allowed therapy dollars reach the amount from which Medicare may review claims.
Why: from there on a contractor may ask for the record; it picks by how a practice bills, not every claim. Nothing
    changes on the claim.
Fix: none; see that the record shows the need and that KX is on the line.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.base.money import dollars
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display
from rehabill.rules.therapy_dollars import REVIEW, counted_lines
from rehabill.rules.triggers import NEAR_THRESHOLD


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    total = case.context.therapy_ytd_cents
    if edition.profile.kx == "off" or not isinstance(total, int):
        return
    if not edition.known(REVIEW):
        yield RULE.no_data(edition, "context.therapy_ytd_cents", law=(), year=edition.law.first.year)
        return
    if total + case.expected_cents < edition.number(REVIEW):
        return  # with every line the year stays below it
    year, expected = edition.law.first.year, case.expected
    for line in counted_lines(case):
        if line.day.year != year:
            total, year = 0, line.day.year
        total += expected[line.index].allowed_cents
        if line.edition.known(REVIEW) and total >= line.edition.number(REVIEW):
            yield RULE.fail(
                line.edition, line.path(), fix=display("See that the record shows the need."),
                line=line.number, total=dollars(total), threshold=line.edition.cite(REVIEW).value,
            )  # fmt: skip
            return


RULE = Rule(
    id="PT212",
    slug="review-threshold",
    topic="review_threshold",
    severity="info",
    law=(REVIEW,),
    triggers=frozenset({NEAR_THRESHOLD}),
    check=check,
)
