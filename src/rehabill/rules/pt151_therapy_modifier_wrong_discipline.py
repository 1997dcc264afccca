"""Therapy modifier of another discipline.

What: a line's GP, GO or GN contradicts the claim's discipline, or the code, which belongs to one discipline.
Why: physical therapists' evaluations take GP, occupational therapists' GO, speech-language evaluations GN (CR 10176);
    a claim of one discipline carries its modifier, because the dollars count to that discipline's threshold.
Fix: put in the modifier of the plan of care the service was given under, or bill the right evaluation.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.coding.modifiers import DISCIPLINE_MODIFIER
from rehabill.rules.case import Case, Line
from rehabill.rules.disciplines import THERAPY, expected, law_of, reserved
from rehabill.rules.rule import Rule, add, remove, review
from rehabill.rules.traits import OWN_DISCIPLINE, traits_of

_NAMES = {"GP": "physical", "GO": "occupational", "GN": "speech-language"}


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    own = DISCIPLINE_MODIFIER[case.claim.discipline] if case.claim.discipline else None
    for line in case.lines:
        modifier = _only_one(line)
        if modifier is None:
            continue
        wanted = _of_code(line, modifier) if traits_of(line) & OWN_DISCIPLINE else None
        if wanted is not None and wanted != modifier:
            law = law_of(wanted) if line.code in reserved(line.edition) else "table.codes"
            yield _wrong(case, line, modifier, wanted, "code", law)
        elif own is not None and own != modifier:
            yield _wrong(case, line, modifier, own, "claim", "medicare.therapy.discipline_modifier")


def _only_one(line: Line) -> str | None:
    modifiers = line.line.modifiers
    if len(modifiers) == 1 and modifiers[0] in THERAPY:
        return modifiers[0]
    found = THERAPY.intersection(modifiers)
    return next(iter(found)) if len(found) == 1 else None


def _of_code(line: Line, modifier: str) -> str | None:
    """The modifier a code takes; of speech codes without a list of their own only that they are not a PT's."""
    wanted = reserved(line.edition).get(line.line.code)
    if wanted is None and modifier == "GP":
        return "GN"
    return wanted


def _wrong(case: Case, line: Line, modifier: str, wanted: str, say: str, law: str) -> Finding:
    path = line.path("modifiers")
    if expected(case, line) == wanted:
        fix = review(remove(path, modifier), add(path, wanted))
    else:
        fix = review(advice="Claim, code and helper contradict each other; see which plan of care it was.")
    return RULE.fail(
        line.edition, path, say=say, law=(law,), fix=fix,
        line=line.number, code=line.code, modifier=modifier, wanted=wanted, discipline=_NAMES[wanted],
    )  # fmt: skip


RULE = Rule(
    id="PT151",
    slug="therapy-modifier-wrong-discipline",
    topic="therapy_modifier",
    severity="error",
    law=("medicare.therapy.discipline_modifier", "medicare.therapy.codes_gp", "medicare.therapy.codes_go",
         "medicare.therapy.codes_gn"),
    triggers=THERAPY,
    by_shape=True,
    check=check,
)  # fmt: skip
