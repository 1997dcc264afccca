"""KX missing over the threshold.

What: a line takes the year's allowed therapy dollars above the threshold and has no KX.
Why: above the threshold Medicare denies the line at the practice's cost; KX attests that the record shows the need
    (SSA §1833(g)(5), (8)). PT and SLP count together, OT by itself.
Fix: add KX if the record supports it; otherwise give the notice (ABN) and bill GA.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Severity
from rehabill.base.money import dollars
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, add, review
from rehabill.rules.therapy_dollars import lines_above, threshold_of
from rehabill.rules.triggers import NEAR_THRESHOLD

_EXCUSED = frozenset({"KX", "GA", "GY", "GZ"})


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if edition.profile.kx == "off":
        return
    severity: Severity = "error" if edition.profile.kx == "error" else "warning"
    name = threshold_of(case)
    if not edition.known(name):
        yield RULE.no_data(edition, "lines[0].date", severity=severity, say="no_threshold", year=edition.law.first.year)
        return
    running = lines_above(case)
    if running is None:
        yield RULE.no_data(edition, "context.therapy_ytd_cents", severity=severity, law=(name,))
        return
    for line, total in running:
        if _EXCUSED.isdisjoint(line.line.modifiers):
            path = line.path("modifiers")
            yield RULE.fail(
                line.edition, path, severity=severity, law=(name,), fix=review(add(path, "KX")),
                line=line.number, code=line.code, total=dollars(total), threshold=line.edition.cite(name).value,
            )  # fmt: skip


RULE = Rule(
    id="PT210",
    slug="kx-missing-over-threshold",
    topic="kx",
    severity="error",
    law=("medicare.therapy.kx_threshold_pt_slp", "medicare.therapy.kx_threshold_ot"),
    triggers=frozenset({NEAR_THRESHOLD}),
    check=check,
)
