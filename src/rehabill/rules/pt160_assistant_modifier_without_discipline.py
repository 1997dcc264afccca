"""Assistant's modifier without its discipline.

What: CQ stands on a line without GP, or CO on a line without GO.
Why: CQ is a physical therapist assistant's and goes with GP, CO an occupational therapy assistant's and goes with GO;
    the payer rejects any other combination.
Fix: add the therapy modifier that belongs to it, or put in the assistant's modifier of the line's discipline.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Fix
from rehabill.rules.case import Case, Line
from rehabill.rules.disciplines import ASSISTANT, THERAPY, expected
from rehabill.rules.rule import Rule, add, review, safe

_GOES_WITH = {"CQ": "GP", "CO": "GO"}


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in case.lines:
        modifiers = line.line.modifiers
        for modifier, partner in _GOES_WITH.items():
            if modifier in modifiers and partner not in modifiers and line.edition.profile.assistant_modifier:
                yield RULE.fail(
                    line.edition, line.path("modifiers"), fix=_fix(case, line, modifier, partner),
                    line=line.number, code=line.code, modifier=modifier, partner=partner,
                )  # fmt: skip


def _fix(case: Case, line: Line, modifier: str, partner: str) -> Fix:
    if not THERAPY.isdisjoint(line.line.modifiers):
        return review(advice=f"Decide whose line it is: {modifier} goes with {partner} only.")
    edit = add(line.path("modifiers"), partner)
    room = len(line.line.modifiers) < line.edition.number("x12.line_modifiers")
    return safe(edit) if room and expected(case, line) == partner else review(edit)


RULE = Rule(
    id="PT160",
    slug="assistant-modifier-without-discipline",
    topic="assistant",
    severity="error",
    law=("medicare.therapy.assistant_modifier", "medicare.therapy.discipline_modifier"),
    triggers=ASSISTANT,
    by_shape=True,
    check=check,
)
