"""Evaluation by an assistant.

What: an evaluation or re-evaluation is given by an assistant, or carries CQ or CO.
Why: evaluating is the therapist's own work; an assistant may not furnish it, and Medicare refuses the line. Other
    payers follow the practice acts, so for them it is a warning.
Fix: if the therapist evaluated, take CQ or CO off and name the therapist; else the evaluation cannot be billed.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Severity
from rehabill.coding.record import ASSISTANTS
from rehabill.rules.case import Case, Line
from rehabill.rules.disciplines import ASSISTANT
from rehabill.rules.rule import Rule, remove, review
from rehabill.rules.traits import EVALUATION, any_traits, traits_of


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if not any_traits(case) & EVALUATION:
        return
    for line in case.lines:
        if not traits_of(line) & EVALUATION:
            continue
        found = [modifier for modifier in line.line.modifiers if modifier in ASSISTANT]
        if found or line.line.by in ASSISTANTS:
            yield _refused(line, found)


def _refused(line: Line, found: list[str]) -> Finding:
    severity: Severity = "error" if line.edition.profile.family == "medicare" else "warning"
    if line.line.by in ASSISTANTS:
        fix = review(advice="If the therapist evaluated, name the therapist; else take the line off.")
        return RULE.fail(
            line.edition, line.path("by"), severity=severity, say="by", fix=fix,
            line=line.number, code=line.code, by=line.line.by,
        )  # fmt: skip
    path = line.path("modifiers")
    return RULE.fail(
        line.edition, path, severity=severity, fix=review(*(remove(path, modifier) for modifier in found)),
        line=line.number, code=line.code, modifier=" and ".join(found),
    )  # fmt: skip


RULE = Rule(
    id="PT163",
    slug="assistant-evaluation",
    topic="assistant",
    severity="error",
    law=("medicare.therapy.evaluation_by_therapist",),
    triggers=frozenset({"PTA", "OTA", "CQ", "CO"}),
    by_shape=True,
    check=check,
)
