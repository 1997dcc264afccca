"""Diagnosis repeated.

What: the same diagnosis stands twice on the claim.
Why: the second one says nothing and takes one of twelve places; some clearinghouses return such a claim.
Fix: take the second one out and move the pointers that counted past it.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.diagnosis_days import plain
from rehabill.rules.rule import Rule, review
from rehabill.rules.triggers import DIAGNOSIS_REPEATED


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    diagnoses = case.claim.diagnoses
    if not isinstance(diagnoses, tuple) or len(diagnoses) < 2:
        return
    first: dict[str, int] = {}
    for index, code in enumerate(diagnoses):
        held = first.setdefault(plain(code), index)
        if held != index:
            advice = f"Take diagnosis {index + 1} out and lower every pointer above {index + 1} by one."
            yield RULE.fail(
                edition, f"diagnoses[{index}]", fix=review(advice=advice), number=index + 1, code=code, other=held + 1
            )


RULE = Rule(
    id="PT313",
    slug="diagnosis-repeated",
    topic="diagnosis",
    severity="warning",
    triggers=frozenset({DIAGNOSIS_REPEATED}),
    check=check,
)
