"""When two lines are the same service billed twice."""

import datetime as dt

from rehabill.model.claim import ClaimLine

Likeness = tuple[dt.date | None, str, tuple[str, ...]]


def likeness(day: dt.date | None, line: ClaimLine) -> Likeness:
    """What two lines share when a payer takes the second for a copy: day, code and set of modifiers."""
    modifiers = line.modifiers
    return day, line.code, tuple(sorted(modifiers)) if len(modifiers) > 1 else modifiers
