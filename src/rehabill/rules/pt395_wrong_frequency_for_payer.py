"""Replacement or void the payer cannot take.

What: the claim is a replacement (7) or void (8) and the payer takes none, or the number of the claim it concerns is
    missing; or the frequency is none a professional claim has.
Why: Original Medicare Part B corrects a paid or denied claim by reopening or appeal, not by frequency 7 or 8. Payers
    that take them find the first claim by their own number of it.
Fix: ask Medicare to reopen the claim; for other payers give `payer_claim_number` from the remittance.
"""

from collections.abc import Iterator
from typing import Any

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display, put, review
from rehabill.rules.triggers import REPLACEMENT

_FREQUENCIES = "x12.frequencies"
_CORRECTING = {"7": "replacement", "8": "void"}


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    claim = case.claim
    kind = _CORRECTING.get(claim.frequency)
    if kind is None:
        if claim.frequency not in edition.value(_FREQUENCIES).split():
            fix = review(put("frequency", "1"), advice="1: original; 7: replacement; 8: void.")
            found = claim.frequency
            yield RULE.fail(edition, "frequency", say="unknown", law=(_FREQUENCIES,), fix=fix, frequency=found)
        return
    facts: dict[str, Any] = {"frequency": claim.frequency, "kind": kind}
    if not edition.profile.replaces_claims:
        fix = display("Ask for a clerical error reopening, or appeal.")
        yield RULE.fail(edition, "frequency", fix=fix, **facts)
    elif not claim.payer_claim_number:
        fix = display("Take the payer's claim number from the remittance (CLP07).")
        yield RULE.fail(edition, "payer_claim_number", say="no_number", fix=fix, **facts)


RULE = Rule(
    id="PT395",
    slug="wrong-frequency-for-payer",
    topic="format",
    severity="error",
    law=("payer.replaces_claims", _FREQUENCIES),
    triggers=frozenset({REPLACEMENT}),
    check=check,
)
