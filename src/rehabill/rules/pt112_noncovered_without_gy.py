"""Not covered, and no GY.

What: a line bills Original Medicare for a code the fee schedule lists as not covered (status N) without GY.
Why: GY says that the service is no Medicare benefit, so that the denial names the patient responsible and a secondary
    payer can take it; without it the denial can fall to the practice.
Fix: add GY if the claim is sent for a denial; else do not bill Medicare.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, add, review
from rehabill.rules.traits import NONCOVERED, any_traits, traits_of

_NO_BENEFIT = "GY"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if not any_traits(case) & NONCOVERED:
        return
    for line in case.lines:
        if not traits_of(line) & NONCOVERED or _NO_BENEFIT in line.line.modifiers:
            continue
        if line.edition.profile.abn:
            path = line.path("modifiers")
            fix = review(add(path, _NO_BENEFIT))
            yield RULE.fail(line.edition, path, fix=fix, line=line.number, code=line.code)


RULE = Rule(
    id="PT112",
    slug="noncovered-without-gy",
    topic="abn",
    severity="error",
    law=("medicare.pfs.status_noncovered", "medicare.abn", "table.rvu"),
    by_shape=True,
    check=check,
)
