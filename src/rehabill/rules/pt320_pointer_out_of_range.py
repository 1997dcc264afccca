"""Diagnosis pointer out of range.

What: a line points to a diagnosis that is not there, to one diagnosis twice, or to more diagnoses than a line may.
Why: a line of a professional claim has one to four pointers, each to one of at most twelve diagnoses of the claim;
    clearinghouses return a claim with any other.
Fix: point the line to the diagnoses it treats, the main one first.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display

_HIGHEST = "x12.diagnosis_pointers"
_MOST = "x12.pointers_per_line"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    diagnoses = case.claim.diagnoses
    highest = edition.number(_HIGHEST)
    if isinstance(diagnoses, tuple) and diagnoses and len(diagnoses) < highest:
        highest = len(diagnoses)
    for line in case.lines:
        pointers = line.line.diagnosis_pointers
        if not isinstance(pointers, tuple) or not pointers:
            continue
        found = len(pointers)
        wrong = next((pointer for pointer in pointers if not 1 <= pointer <= highest), None)
        if wrong is not None:
            say = "fail"
        elif found > edition.number(_MOST):
            say = "too_many"
        elif len(set(pointers)) < found:
            say = "repeated"
        else:
            continue
        fix = display("Point the line to the diagnoses it treats, the main one first.")
        yield RULE.fail(
            line.edition, line.path("diagnosis_pointers"), say=say, fix=fix, line=line.number, pointer=wrong,
            highest=highest, found=found, most=edition.number(_MOST),
        )  # fmt: skip


RULE = Rule(
    id="PT320",
    slug="pointer-out-of-range",
    topic="pointer",
    severity="error",
    law=(_HIGHEST, _MOST),
    by_shape=True,
    check=check,
)
