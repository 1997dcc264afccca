"""Therapy modifier missing.

What: a therapy line has none of GP, GO and GN, and the payer wants one.
Why: the modifier names the plan of care (physical, occupational, speech) and the yearly threshold the line counts to;
    without it the line is rejected (CARC 4). In a therapist's hands "sometimes therapy" codes are therapy too.
Fix: add GP, GO or GN.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Fix
from rehabill.rules.case import Case, Line
from rehabill.rules.disciplines import ASSISTANT, THERAPY, expected
from rehabill.rules.rule import Rule, add, review, safe
from rehabill.rules.traits import THERAPY as IS_THERAPY
from rehabill.rules.traits import traits_of


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in case.lines:
        if THERAPY.isdisjoint(line.line.modifiers) and traits_of(line) & IS_THERAPY:
            if not line.edition.profile.therapy_modifier or _told_by_pt160(line):
                continue
            wanted = expected(case, line)
            yield RULE.fail(
                line.edition, line.path("modifiers"), fix=_fix(line, wanted),
                line=line.number, code=line.code, wanted=wanted or "GP, GO or GN",
            )  # fmt: skip


def _told_by_pt160(line: Line) -> bool:
    return line.edition.profile.assistant_modifier and not ASSISTANT.isdisjoint(line.line.modifiers)


def _fix(line: Line, wanted: str | None) -> Fix:
    if wanted is None:
        return review(advice="GP under a physical, GO under an occupational, GN under a speech therapy plan of care.")
    edit = add(line.path("modifiers"), wanted)
    return safe(edit) if len(line.line.modifiers) < line.edition.number("x12.line_modifiers") else review(edit)


RULE = Rule(
    id="PT150",
    slug="therapy-modifier-missing",
    topic="therapy_modifier",
    severity="error",
    law=("medicare.therapy.discipline_modifier", "payer.therapy_modifier"),
    by_shape=True,
    check=check,
)
