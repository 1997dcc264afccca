"""External cause as the first diagnosis.

What: the first diagnosis of the claim is a code of external cause (V, W, X or Y).
Why: such a code says how an injury came about, not what is treated; it never stands first (ICD-10-CM guidelines
    I.C.20), and payers return a claim that begins with it.
Fix: put the injury or condition first, and move the pointers with it.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, review
from rehabill.rules.triggers import EXTERNAL_CAUSE_FIRST, EXTERNAL_CAUSES


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    diagnoses = case.claim.diagnoses
    if isinstance(diagnoses, tuple) and diagnoses and diagnoses[0].lstrip().upper().startswith(EXTERNAL_CAUSES):
        advice = "Put the condition that is treated first; move the pointers with it."
        yield RULE.fail(edition, "diagnoses[0]", fix=review(advice=advice), code=diagnoses[0])


RULE = Rule(
    id="PT315",
    slug="external-cause-first",
    topic="diagnosis",
    severity="error",
    law=("icd10cm.external_cause",),
    triggers=frozenset({EXTERNAL_CAUSE_FIRST}),
    check=check,
)
