"""Assistant's modifier missing.

What: an assistant gave a service, or more of it than the de minimis share, and fewer units carry CQ (CO) than the law
    asks. All lines of a code on a day are judged together: a plain line beside a CQ line can be right.
Why: Medicare pays less for an assistant's part; leaving the modifier off is an overpayment to be paid back. The last
    unit is the therapist's from 2022 when the therapist alone gave 8 minutes of it (42 CFR 410.60(a)(4)).
Fix: add CQ to a physical, CO to an occupational therapy assistant's units; on a line of its own if some units are the
    therapist's. A claim that names no assistant is taken as the therapist's.
"""

from collections.abc import Iterator
from typing import Any

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Fix
from rehabill.rules.assistant_share import LAW, OF_ROLE, Helped, by_assistant, helped, is_marked
from rehabill.rules.case import Case, Line
from rehabill.rules.rule import Rule, add, review, safe
from rehabill.rules.triggers import ASSISTANT_MINUTES


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for share in helped(case):
        if share.least is None:
            yield from _line_by_line(share)
        elif share.marked < share.least:
            yield _missing(share, share.least - share.marked)


def _missing(share: Helped, units: int) -> Finding:
    plain = [line for line in share.lines if not is_marked(line) and line.line.units]
    line = next((line for line in plain if _has_part(line)), plain[0])
    return RULE.fail(
        line.edition, line.path("modifiers"), fix=_fix(line, share.modifier, units),
        line=line.number, code=line.code, units=units, modifier=share.modifier,
    )  # fmt: skip


def _has_part(line: Line) -> bool:
    own = line.line.assistant_minutes
    return by_assistant(line) or (isinstance(own, int) and own > 0)


def _fix(line: Line, modifier: str, units: int) -> Fix:
    if units < line.line.units:
        return review(advice=f"Split the line: {line.line.units - units} of its units plain, {units} with {modifier}.")
    edit = add(line.path("modifiers"), modifier)
    room = len(line.line.modifiers) < line.edition.number("x12.line_modifiers")
    sure = by_assistant(line) and OF_ROLE[line.line.by or ""] == modifier and units == line.line.units
    return safe(edit) if sure and room else review(edit)


def _line_by_line(share: Helped) -> Iterator[Finding]:
    """Minutes are missing: a line by an assistant alone is certain, any other part is not."""
    for line in share.lines:
        if is_marked(line) or not line.line.units or not _has_part(line):
            continue
        units = line.line.units
        facts: dict[str, Any] = {"line": line.number, "code": line.code, "modifier": share.modifier, "units": units}
        if by_assistant(line):
            fix = _fix(line, share.modifier, units)
            yield RULE.fail(line.edition, line.path("modifiers"), fix=fix, **facts)
        else:
            yield RULE.no_data(line.edition, line.path("minutes"), **facts)


RULE = Rule(
    id="PT161",
    slug="assistant-modifier-missing",
    topic="assistant",
    severity="error",
    law=LAW,
    triggers=frozenset({ASSISTANT_MINUTES, "PTA", "OTA", "CQ", "CO"}),
    check=check,
)
