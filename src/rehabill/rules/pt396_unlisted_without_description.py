"""Unlisted code without a description.

What: a line bills an unlisted code (97039, 97139, 97799) and the line does not say in words what was done.
Why: the code says only that nothing else fits; an electronic line carries the words beside it (SV101-7), and a payer
    returns or denies the line without them.
Fix: write what was done, how long and why on the line, or bill the code that names the service.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display
from rehabill.rules.traits import UNLISTED, traits_of
from rehabill.rules.triggers import UNLISTED_CODE


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in case.lines:
        if traits_of(line) & UNLISTED and not (line.line.description or "").strip():
            fix = display("Write on the line what was done, how long, and why no other code fits.")
            yield RULE.fail(line.edition, line.path("description"), fix=fix, line=line.number, code=line.code)


RULE = Rule(
    id="PT396",
    slug="unlisted-without-description",
    topic="format",
    severity="error",
    law=("cpt.unlisted_codes",),
    triggers=frozenset({UNLISTED_CODE}),
    check=check,
)
