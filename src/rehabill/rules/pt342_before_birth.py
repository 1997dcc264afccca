"""Date of service before birth.

What: a line's date is before the patient's date of birth.
Why: one of the two dates is wrong; the payer finds no such member or returns the claim.
Fix: correct the date of birth or the date of service.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.model.party import Person
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import BORN_LATER


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    patient = case.claim.patient
    if not isinstance(patient, Person) or patient.birth_date is None:
        return
    for day, lines in case.days.items():
        if day < patient.birth_date:
            line, fix = lines[0], display("Correct the date of birth or the date of service.")
            yield RULE.fail(
                line.edition, line.path("date"), fix=fix, line=line.number, day=day, birth=patient.birth_date
            )


RULE = Rule(
    id="PT342",
    slug="before-birth",
    topic="eligibility",
    severity="error",
    triggers=frozenset({BORN_LATER}),
    check=check,
)
