"""KX below the threshold.

What: a line carries KX while the year's allowed therapy dollars with it do not exceed the threshold.
Why: KX attests a need above the threshold; put on every line it says nothing and draws reviews.
Fix: take KX off. Amounts are the fee schedule's for the claim's locality; near the threshold look at what was allowed.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, remove, review
from rehabill.rules.therapy_dollars import counted_lines, lines_above, threshold_of

_KX = "KX"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if edition.profile.kx == "off":
        return
    running = lines_above(case)
    if running is None or not all(amount.priced for amount in case.expected):
        return
    name = threshold_of(case)
    above = {line.index for line, _ in running}
    for line in counted_lines(case):
        if line.index not in above and _KX in line.line.modifiers and line.edition.known(name):
            path = line.path("modifiers")
            yield RULE.fail(
                line.edition, path, law=(name,), fix=review(remove(path, _KX)),
                line=line.number, code=line.code, threshold=line.edition.cite(name).value,
            )  # fmt: skip


RULE = Rule(
    id="PT211",
    slug="kx-not-needed",
    topic="kx",
    severity="warning",
    law=("medicare.therapy.kx_threshold_pt_slp", "medicare.therapy.kx_threshold_ot"),
    triggers=frozenset({_KX}),
    check=check,
)
