"""Service by an aide or a student.

What: a line was given by an aide, or a one-on-one service by a student.
Why: Medicare covers no service of an aide, and of a student's only what the therapist directs in the room while
    treating no one else: that is the therapist's service. Other payers' contracts decide, so for them it is a warning.
Fix: bill only the therapist's or assistant's own minutes; name the therapist where the therapist directed throughout.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Severity
from rehabill.rules.case import Case, Line
from rehabill.rules.rule import Rule, display


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in case.lines:
        by = line.line.by
        if by == "AIDE":
            if line.edition.profile.aide_minutes == "never":
                yield _refused(line, "error", ("payer.aide_minutes", "medicare.therapy.aides"))
            elif _one_on_one(line):
                yield _refused(line, "warning", ("payer.aide_minutes",))
        elif by == "STUDENT" and _one_on_one(line):
            if line.edition.profile.student_minutes == "therapist_directs":
                yield _refused(line, "error", ("payer.student_minutes", "medicare.therapy.students"))
            else:
                yield _refused(line, "warning", ("payer.student_minutes",))


def _one_on_one(line: Line) -> bool:
    code = line.edition.codes.get(line.code)
    return code is not None and (code.direct_contact or code.basis == "group")


def _refused(line: Line, severity: Severity, law: tuple[str, ...]) -> Finding:
    return RULE.fail(
        line.edition, line.path("by"), severity=severity, law=law,
        say=("aide" if line.line.by == "AIDE" else "student") + ("" if severity == "error" else "_elsewhere"),
        fix=display("Bill only the therapist's or assistant's own minutes."), line=line.number, code=line.code,
    )  # fmt: skip


RULE = Rule(
    id="PT222",
    slug="aide-or-student-minutes",
    topic="student",
    severity="error",
    law=("payer.aide_minutes", "payer.student_minutes", "medicare.therapy.aides", "medicare.therapy.students"),
    triggers=frozenset({"AIDE", "STUDENT"}),
    by_shape=True,
    check=check,
)
