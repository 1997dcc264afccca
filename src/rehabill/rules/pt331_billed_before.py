"""Line billed before.

What: a line of this original claim was on an earlier claim to the same payer: same date, code and modifiers.
Why: the payer denies the second as a duplicate (CARC 18) and may count it as abuse.
Fix: take the line off. To correct a paid or denied claim send a replacement, or ask Medicare to reopen it. An earlier
    claim that the payer never took in is best left out of `prior_claims`.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.duplicates import Likeness, likeness
from rehabill.rules.rule import Rule, drop, review
from rehabill.rules.triggers import EARLIER_CLAIMS

_CORRECTING = ("7", "8")
_VOID = "8"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    prior = case.prior_lines()
    if not prior or case.claim.frequency in _CORRECTING:
        return
    payer = case.claim.payer
    billed: dict[Likeness, object] = {}
    for claim, line, day in prior:
        if claim.payer in ("", payer) and claim.frequency != _VOID:
            billed.setdefault(likeness(day, line), claim.id)
    for found in case.lines:
        alike = likeness(found.day, found.line)
        if alike in billed:
            earlier = billed[alike]
            fix = review(drop(found.path()), advice="To correct that claim, replace it or have it reopened.")
            yield RULE.fail(
                found.edition, found.path(), fix=fix, line=found.number, code=found.code, day=found.day,
                earlier="an earlier claim" if earlier is None else f"claim {earlier}",
            )  # fmt: skip


RULE = Rule(
    id="PT331",
    slug="billed-before",
    topic="duplicate",
    severity="error",
    triggers=frozenset({EARLIER_CLAIMS}),
    check=check,
)
