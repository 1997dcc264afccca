"""Too many diagnoses.

What: the claim has more diagnoses than a professional claim holds.
Why: the 837P and the CMS-1500 have twelve places; what stands beyond them is refused or lost.
Fix: keep the diagnoses the lines point to and let the least important go.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import MANY_DIAGNOSES

_MOST = "x12.diagnosis_pointers"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    diagnoses = case.claim.diagnoses
    if isinstance(diagnoses, tuple) and len(diagnoses) > (most := edition.number(_MOST)):
        fix = display("Keep the diagnoses the lines point to.")
        yield RULE.fail(edition, f"diagnoses[{most}]", fix=fix, found=len(diagnoses), most=most)


RULE = Rule(
    id="PT314",
    slug="too-many-diagnoses",
    topic="diagnosis",
    severity="error",
    law=(_MOST,),
    triggers=frozenset({MANY_DIAGNOSES}),
    check=check,
)
