"""NCCI pair with a line of an earlier claim.

What: a line's code is an NCCI pair with a code billed for the same day on an earlier claim to the same payer, and
    nothing separates the two.
Why: the edits compare all of a practice's lines of one patient and day, whatever claim they came on; the second code
    of the pair is denied, or the payment for it taken back.
Fix: if the record shows separate time, site or encounter add 59 where the pair allows it; else take the line off.
"""

from collections.abc import Iterator
from typing import Any

from rehabill.almanac.edition import Edition
from rehabill.almanac.schema import Pair
from rehabill.base.finding import Finding
from rehabill.model.claim import ClaimLine
from rehabill.rules.case import Case, Line
from rehabill.rules.pairs import SEPARATING
from rehabill.rules.rule import Rule, drop, review
from rehabill.rules.triggers import EARLIER_CLAIMS

_CORRECTING = ("7", "8")


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if case.claim.frequency in _CORRECTING:
        return
    for claim, earlier, day in case.prior_lines() or ():
        if claim.payer not in ("", case.claim.payer) or claim.frequency == "8" or not earlier.units:
            continue
        for line in case.days.get(day, ()) if day else ():
            pair = line.edition.pairs.get((line.code, earlier.code)) or line.edition.pairs.get(
                (earlier.code, line.code)
            )
            if pair is not None and line.line.units:
                yield _finding(line, earlier, pair)


def _finding(line: Line, earlier: ClaimLine, pair: Pair) -> Finding:
    path = line.path("modifiers")
    facts: dict[str, Any] = {"line": line.number, "code": line.code, "other": earlier.code}
    if not line.edition.pair_is_certain(pair):
        return RULE.no_data(line.edition, path, severity="warning", **facts)
    if pair.indicator != 1:
        return RULE.fail(line.edition, line.path("code"), say="never", fix=review(drop(line.path())), **facts)
    for modifier in (*line.line.modifiers, *earlier.modifiers):
        if modifier in SEPARATING:
            return RULE.bypassed(line.edition, path, modifier=modifier, **facts)
    fix = review(drop(line.path()), advice="If the record shows the two apart, add 59 to the line instead.")
    return RULE.fail(line.edition, path, fix=fix, **facts)


RULE = Rule(
    id="PT143",
    slug="pair-with-earlier-claim",
    topic="ncci",
    severity="error",
    law=("medicare.ncci.ptp", "table.ptp_pairs"),
    triggers=frozenset({EARLIER_CLAIMS}),
    check=check,
)
