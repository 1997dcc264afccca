"""Findings of a coded visit: the rules of coding, run on the claim it would make."""

import re
from collections.abc import Iterable

import msgspec

from rehabill.almanac.edition import Almanac
from rehabill.base.finding import Finding
from rehabill.engine.claims import claim_of, with_invalid_codes
from rehabill.engine.scrub import scrub
from rehabill.model.coded import CodedVisit
from rehabill.model.visit import Visit

CODING_TOPICS = frozenset({
    "ncci", "mue", "units", "modifiers", "therapy_modifier", "assistant", "kx", "review_threshold", "code_validity",
    "telehealth", "group", "evaluation", "student", "duplicate", "abn",
})  # fmt: skip
_LINE = re.compile(r"lines\[(\d+)\]")
_LINE_WORD = re.compile(r"^Line \d+:")


def coding_findings(visit: Visit, coded: CodedVisit, almanac: Almanac) -> tuple[Finding, ...]:
    """What the rules of coding say; what needs the rest of a claim (plan of care, referrer …) is for `scrub`."""
    claim = with_invalid_codes(claim_of(visit, coded), coded.not_billed)
    if not claim.lines:
        return ()
    found = scrub(claim, almanac, visit.date).findings
    kept = (finding for finding in found if finding.topic in CODING_TOPICS and finding.status != "no_data")
    return tuple(to_treatments(kept, coded))


def to_treatments(findings: Iterable[Finding], coded: CodedVisit) -> Iterable[Finding]:
    """Findings on codes that are not billed point to the treatment; of those only the code's validity matters."""
    billed = len(coded.lines)
    invalid = [left.treatments[0] for left in coded.not_billed if left.invalid and left.code]
    for finding in findings:
        match = _LINE.match(finding.path)
        number = int(match.group(1)) if match else -1
        if number < billed:
            yield finding
        elif finding.topic == "code_validity":
            treatment = invalid[number - billed]
            message = _LINE_WORD.sub(f"Treatment {treatment + 1}:", finding.message)
            yield msgspec.structs.replace(finding, path=f"treatments[{treatment}].code", message=message, fix=None)
