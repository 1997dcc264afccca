"""KX and GA on one line.

What: a line says both KX and GA.
Why: KX attests that the service above the threshold is necessary; GA says the practice expects a denial as not
    necessary and holds the patient's signed notice. Both cannot be true.
Fix: keep KX if the record shows the need; else keep GA.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, review


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in case.lines:
        modifiers = line.line.modifiers
        if "KX" in modifiers and "GA" in modifiers and line.edition.profile.kx != "off":
            yield RULE.fail(
                line.edition, line.path("modifiers"), line=line.number, code=line.code,
                fix=review(advice="Take GA off if the record shows the need; else take KX off."),
            )  # fmt: skip


RULE = Rule(
    id="PT155",
    slug="kx-with-ga",
    topic="abn",
    severity="error",
    law=("medicare.abn",),
    triggers=frozenset({"KX"}),
    by_shape=True,
    check=check,
)
