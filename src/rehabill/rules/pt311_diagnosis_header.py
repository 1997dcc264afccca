"""Diagnosis is only a heading.

What: a diagnosis has longer codes under it, so it is a heading and not a diagnosis on the date of service.
Why: ICD-10-CM is coded to the last character; payers refuse a heading. A code can become one: M54.5 did on 2021-10-01.
Fix: choose from the record the code under the heading that says what the patient has.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.almanac.icd10cm import DiagnosisStatus
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.diagnosis_days import not_billable
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import DIAGNOSIS_NOT_BILLABLE


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for index, code, day, standing in not_billable(case):
        if standing is DiagnosisStatus.HEADER:
            fix = display(f"Choose the code under {code} that the record supports.")
            yield RULE.fail(edition, f"diagnoses[{index}]", fix=fix, number=index + 1, code=code, day=day)


RULE = Rule(
    id="PT311",
    slug="diagnosis-header",
    topic="diagnosis",
    severity="error",
    law=("icd10cm.specificity",),
    triggers=frozenset({DIAGNOSIS_NOT_BILLABLE}),
    check=check,
)
