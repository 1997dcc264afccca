"""Code that Medicare does not take.

What: a line bills a code with fee schedule status I, such as 97014, or an S code, to a payer that goes by Medicare's
    schedule.
Why: Medicare has another code for the service or none; it rejects the line. Unattended stimulation is G0283.
Fix: bill the code Medicare takes, if the record shows that service; else take the line off.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case, Line
from rehabill.rules.rule import Rule, drop, put, review
from rehabill.rules.traits import INVALID, UNKNOWN, any_traits, traits_of

_S_CODES = "medicare.s_codes"
_STIMULATION = "medicare.unattended_stimulation"
_STIMULATION_ELSEWHERE = "97014"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if not any_traits(case) & (INVALID | UNKNOWN):
        return
    for line in case.lines:
        code, law = line.line.code, line.edition
        if code.startswith("S") and law.profile.pfs_status and law.known(_S_CODES):
            fix = review(drop(line.path()))
            yield RULE.fail(law, line.path("code"), say="s_code", law=(_S_CODES,), fix=fix, line=line.number, code=code)
        elif traits_of(line) & INVALID:
            yield _invalid(line)


def _invalid(line: Line) -> Finding:
    law, path = line.edition, line.path("code")
    if line.code != _STIMULATION_ELSEWHERE or not law.known(_STIMULATION):
        return RULE.fail(law, path, fix=review(drop(line.path())), line=line.number, code=line.code)
    instead = str(law.value(_STIMULATION))
    return RULE.fail(
        law, path, say="stimulation", law=(*RULE.law, _STIMULATION), fix=review(put(path, instead)),
        line=line.number, code=line.code, instead=instead,
    )  # fmt: skip


RULE = Rule(
    id="PT111",
    slug="medicare-invalid-code",
    topic="code_validity",
    severity="error",
    law=("medicare.pfs.status_invalid", "table.rvu"),
    by_shape=True,
    check=check,
)
