"""Telehealth modifiers that do not fit.

What: a Medicare line carries both 95 and 93, the one that contradicts how the visit was held, or GT; or a telephone,
    portal or device service is marked as telehealth by 95, 93 or place 02 or 10.
Why: 95 is video, 93 sound alone; GT left professional claims with 2017. Remote monitoring and e-visits are no
    telehealth visits and take neither modifier nor telehealth place.
Fix: keep the modifier of how the visit was held; take telehealth marks off services that are none.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Edit, Finding, Severity
from rehabill.rules.case import Case, Line
from rehabill.rules.code_sets import kept
from rehabill.rules.places import place_of, place_path
from rehabill.rules.rule import Rule, add, put, remove, review
from rehabill.rules.triggers import TELEHEALTH, TELEHEALTH_MODIFIERS, TELEHEALTH_PLACES

_RETIRED = "medicare.telehealth.retired_modifiers"
_COMMUNICATION = "medicare.telehealth.communication_codes"
_OF = {"video": "95", "audio": "93"}


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    held = case.claim.telehealth or case.context.telehealth
    wanted = _OF.get(held) if isinstance(held, str) else None
    for line in case.lines:
        if line.edition.profile.telehealth != "medicare":
            continue
        if line.code in kept(line.edition, "rules.communication", _communication):
            yield from _no_visit(case, line)
        else:
            yield from _visit(line, wanted)


def _visit(line: Line, wanted: str | None) -> Iterator[Finding]:
    path, modifiers = line.path("modifiers"), line.line.modifiers
    for retired in kept(line.edition, _RETIRED, _retired):
        if retired in modifiers:
            edits = [remove(path, retired)] + ([] if "95" in modifiers else [add(path, "95")])
            yield _fail(line, path, "retired", (_RETIRED,), edits, modifier=retired)
    found = [modifier for modifier in TELEHEALTH_MODIFIERS if modifier in modifiers]
    if len(found) > 1:
        edits = [remove(path, one) for one in found if wanted is not None and one != wanted]
        yield _fail(line, path, "both", (), edits)
    elif found and wanted is not None and found[0] != wanted:
        edits = [remove(path, found[0]), add(path, wanted)]
        yield _fail(line, path, "other", (), edits, modifier=found[0], wanted=wanted)


def _no_visit(case: Case, line: Line) -> Iterator[Finding]:
    path = line.path("modifiers")
    found = [modifier for modifier in TELEHEALTH_MODIFIERS if modifier in line.line.modifiers]
    if found:
        yield _fail(line, path, "no_visit", (_COMMUNICATION,), [remove(path, one) for one in found], mark=found[0])
    elif (place := place_of(case, line)) in TELEHEALTH_PLACES:
        path = place_path(line)
        yield _fail(line, path, "no_visit", (_COMMUNICATION,), [put(path, "11")], mark=f"place {place}")


def _fail(line: Line, path: str, say: str, law: tuple[str, ...], edits: list[Edit], **facts: object) -> Finding:
    severity: Severity | None = None if say in ("both", "retired") else "warning"
    fix = review(*edits) if edits else review(advice="95: video; 93: sound alone. Keep the one that is true.")
    return RULE.fail(
        line.edition, path, say=say, severity=severity, law=law, fix=fix, line=line.number, code=line.code, **facts
    )


def _communication(edition: Edition) -> frozenset[str]:
    return frozenset(edition.value(_COMMUNICATION).split() if edition.known(_COMMUNICATION) else ())


def _retired(edition: Edition) -> tuple[str, ...]:
    return tuple(edition.value(_RETIRED).split() if edition.known(_RETIRED) else ())


RULE = Rule(
    id="PT365",
    slug="telehealth-modifiers",
    topic="telehealth",
    severity="error",
    law=(_RETIRED, _COMMUNICATION),
    triggers=frozenset({TELEHEALTH, "GT"}),
    check=check,
)
