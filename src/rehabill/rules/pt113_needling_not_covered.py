"""Dry needling billed to Medicare as covered.

What: a line bills Original Medicare for dry needling (20560, 20561) without a modifier that expects its denial.
Why: Medicare covers needling only as acupuncture for chronic low back pain (NCD 30.3.3), and not by a therapist of the
    own practice; the line is denied, and without notice or GY at the practice's cost.
Fix: have the patient pay, with a voluntary notice; send it only for a denial, with the modifier the contractor wants.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, add, review
from rehabill.rules.traits import NONCOVERED, traits_of

_CODES = "medicare.ncd.acupuncture_codes"
_DENIED = frozenset({"GY", "GA", "GZ"})


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in case.lines:
        ours = line.edition
        if not ours.profile.abn or not ours.known(_CODES) or line.code not in ours.value(_CODES).split():
            continue
        if traits_of(line) & NONCOVERED or not _DENIED.isdisjoint(line.line.modifiers):
            continue
        path = line.path("modifiers")
        fix = review(add(path, "GY"), advice="Some contractors want GA and the required notice: ask yours.")
        yield RULE.fail(ours, path, fix=fix, line=line.number, code=line.code)


RULE = Rule(
    id="PT113",
    slug="needling-not-covered",
    topic="abn",
    severity="warning",
    law=(_CODES, "medicare.abn"),
    triggers=frozenset({"20560", "20561"}),
    by_shape=True,
    check=check,
)
