"""More than four modifiers.

What: a line has more modifiers than it has room for.
Why: an electronic line and the paper form hold four; the claim cannot be sent with more.
Fix: keep those that decide payment (GP, GO or GN, CQ or CO, KX or GA, 59); information alone can go.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, review
from rehabill.rules.triggers import SEVERAL_MODIFIERS

_ROOM = "x12.line_modifiers"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    room = edition.number(_ROOM)
    for line in case.lines:
        count = len(line.line.modifiers)
        if count > room:
            yield RULE.fail(
                line.edition, line.path("modifiers"), line=line.number, code=line.code, count=count,
                fix=review(advice="Keep the modifiers that decide payment."), room=room,
            )  # fmt: skip


RULE = Rule(
    id="PT153",
    slug="more-than-four-modifiers",
    topic="modifiers",
    severity="error",
    law=(_ROOM,),
    triggers=frozenset({SEVERAL_MODIFIERS}),
    by_shape=True,
    check=check,
)
