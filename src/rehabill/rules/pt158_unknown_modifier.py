"""Unknown modifier.

What: a modifier of the right form is in neither list of modifiers: HCPCS level II of 2024, CPT's numbers.
Why: a modifier the payer does not know makes the line invalid (CARC 182). A modifier made after 2024 would be missing
    here, so this is a warning.
Fix: look for a typing error; take the modifier off if nothing was meant.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.code_sets import kept
from rehabill.rules.rule import Rule, remove, review

_HCPCS = "hcpcs.modifiers"
_CPT = "cpt.modifiers"
_LENGTH = 2


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in case.lines:
        known = kept(line.edition, "rules.modifiers", _known)
        if known.issuperset(line.line.modifiers):
            continue
        for modifier in line.line.modifiers:
            if modifier in known or len(modifier) != _LENGTH or not modifier.isalnum():
                continue  # known, or malformed, which PT157 says
            path = line.path("modifiers")
            fix = review(remove(path, modifier))
            yield RULE.fail(line.edition, path, fix=fix, line=line.number, code=line.code, modifier=modifier)


def _known(edition: Edition) -> frozenset[str]:
    return frozenset(f"{edition.value(_HCPCS)} {edition.value(_CPT)}".split())


RULE = Rule(
    id="PT158",
    slug="unknown-modifier",
    topic="modifiers",
    severity="warning",
    law=(_HCPCS, _CPT),
    by_shape=True,
    check=check,
)
