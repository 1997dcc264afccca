"""Diagnosis missing.

What: the claim has no diagnosis.
Why: a professional claim needs at least one ICD-10-CM diagnosis; without it no payer takes it in.
Fix: code the diagnosis from the record.
"""

from collections.abc import Iterator

from msgspec import UNSET

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import NO_DIAGNOSES


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    diagnoses = case.claim.diagnoses
    if diagnoses or edition.profile.family == "self-pay":
        return
    if diagnoses is UNSET:
        yield RULE.no_data(edition, "diagnoses")
    else:
        yield RULE.fail(edition, "diagnoses", fix=display("Code the diagnosis from the record."))


RULE = Rule(
    id="PT310",
    slug="diagnosis-missing",
    topic="diagnosis",
    severity="error",
    law=("icd10cm.specificity",),
    triggers=frozenset({NO_DIAGNOSES}),
    check=check,
)
