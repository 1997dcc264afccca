"""Notice modifiers that contradict each other or the record.

What: a line's GA, GX, GY or GZ contradicts another modifier or what is known of the signed notice, or goes to a
    Medicare Advantage plan, which takes no notice.
Why: GA says a required notice is signed, GZ that none is; GX is a voluntary notice of what GY says is no benefit; KX
    attests need. Claims that say two of them at once are returned, and GA without a notice leaves the patient owing
    nothing.
Fix: keep the one that is true. For a Medicare Advantage member ask the plan for a decision before the service.
"""

from collections.abc import Iterator
from typing import Any

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Fix, Severity
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, add, remove, review

_NOTICES = frozenset({"GA", "GX", "GZ"})
_EITHER = (("GA", "GZ"), ("GA", "GY"), ("GZ", "GY"), ("GX", "GA"), ("GX", "GZ"), ("KX", "GY"), ("KX", "GZ"))


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in case.lines:
        profile, modifiers = line.edition.profile, line.line.modifiers
        if profile.family != "medicare":
            continue
        path = line.path("modifiers")
        for say, severity, facts, fix in _problems(modifiers, path, case.context.abn_on_file, profile.abn):
            yield RULE.fail(
                line.edition, path, say=say, severity=severity, fix=fix, line=line.number, code=line.code, **facts
            )
        if profile.abn and "GA" in modifiers and not isinstance(case.context.abn_on_file, bool):
            yield RULE.no_data(
                line.edition, "context.abn_on_file", severity="warning", line=line.number, code=line.code
            )


def _problems(
    modifiers: tuple[str, ...], path: str, on_file: object, used: bool
) -> Iterator[tuple[str, Severity, dict[str, Any], Fix]]:
    """Message, severity, facts and fix of everything wrong with one line's modifiers."""
    if not used:
        found = sorted(_NOTICES.intersection(modifiers))
        if found:
            names = {"modifier": " and ".join(found)}
            yield "other_payer", "warning", names, review(*(remove(path, modifier) for modifier in found))
        return
    for one, other in _EITHER:
        if one in modifiers and other in modifiers:
            fix = review(advice=f"Keep {one} or {other}, whichever is true.")
            yield "fail", "error", {"modifier": one, "other": other}, fix
    if "GX" in modifiers and "GY" not in modifiers and _NOTICES.isdisjoint(set(modifiers) - {"GX"}):
        yield "voluntary", "error", {}, review(add(path, "GY"), advice="If the service is covered, take GX off.")
    if "GA" in modifiers and "GZ" not in modifiers and on_file is False:
        yield "no_notice", "error", {}, review(remove(path, "GA"), add(path, "GZ"))
    if "GZ" in modifiers and "GA" not in modifiers and on_file is True:
        yield "notice", "warning", {}, review(remove(path, "GZ"), add(path, "GA"))


RULE = Rule(
    id="PT156",
    slug="notice-modifiers-contradict",
    topic="abn",
    severity="error",
    law=("medicare.abn",),
    triggers=frozenset({"GA", "GX", "GY", "GZ"}),
    check=check,
)
