"""Assistant's modifier not due.

What: more units carry CQ or CO than the assistant's minutes ask, or the line is older than the modifier.
Why: each such unit is paid at less than the fee for nothing; before 2020-01-01 there was no such modifier.
Fix: take the modifier off if the minutes are right. Said only where the minutes show the assistant's part.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.coding.assistants import MODIFIER
from rehabill.rules.assistant_share import LAW, Helped, helped, is_marked
from rehabill.rules.case import Case
from rehabill.rules.disciplines import ASSISTANT
from rehabill.rules.rule import Rule, remove, review


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for share in helped(case):
        if share.most is not None and share.marked > share.most:
            yield _needless(share, share.marked - share.most)


def _needless(share: Helped, units: int) -> Finding:
    line = [line for line in share.lines if is_marked(line) and line.line.units][-1]
    found = [modifier for modifier in line.line.modifiers if modifier in ASSISTANT]
    modifier = " and ".join(found)
    path = line.path("modifiers")
    if units < line.line.units:
        fix = review(advice=f"Split the line: {units} of its units plain, {line.line.units - units} with {modifier}.")
    else:
        fix = review(*(remove(path, one) for one in found))
    say = "fail" if line.edition.flag(MODIFIER) else "before"
    return RULE.fail(
        line.edition, path, say=say, fix=fix,
        line=line.number, code=line.code, units=units, modifier=modifier, day=line.day,
    )  # fmt: skip


RULE = Rule(
    id="PT162",
    slug="assistant-modifier-not-due",
    topic="assistant",
    severity="warning",
    law=LAW,
    triggers=ASSISTANT,
    check=check,
)
