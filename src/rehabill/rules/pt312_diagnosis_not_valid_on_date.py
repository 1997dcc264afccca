"""Diagnosis not valid on the date.

What: a diagnosis is in no ICD-10-CM release of the date of service, or has not the shape of a code.
Why: the code must be valid on the day of care (45 CFR 162.1000, 162.1002); codes come and go each October and April.
Fix: take the code that was valid on that day from the record. Past the last release we hold, check the newer one.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.almanac.icd10cm import DiagnosisStatus
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.diagnosis_days import not_billable
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import DIAGNOSIS_NOT_BILLABLE

_NEAREST = {
    DiagnosisStatus.BILLABLE: "is a full code",
    DiagnosisStatus.HEADER: "is only a heading",
    DiagnosisStatus.NOT_VALID: "does not exist",
    DiagnosisStatus.MALFORMED: "has not the shape of a code",
}


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for index, code, day, standing in not_billable(case):
        if standing is DiagnosisStatus.HEADER:
            continue
        path, shown = f"diagnoses[{index}]", code[:20]
        if standing is DiagnosisStatus.NO_DATA:
            found, release = case.icd10cm.nearest(code, day)
            yield RULE.no_data(
                edition, path, severity="warning", number=index + 1, code=shown, day=day, release=release,
                nearest=_NEAREST[found],
            )  # fmt: skip
            continue
        say = "malformed" if standing is DiagnosisStatus.MALFORMED else "fail"
        fix = display("Take the code from the record and the ICD-10-CM release of that day.")
        yield RULE.fail(edition, path, say=say, fix=fix, number=index + 1, code=shown, day=day)


RULE = Rule(
    id="PT312",
    slug="diagnosis-not-valid-on-date",
    topic="diagnosis",
    severity="error",
    law=("icd10cm.specificity",),
    triggers=frozenset({DIAGNOSIS_NOT_BILLABLE}),
    check=check,
)
