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
from rehabill.rules.disciplines import THERAPY, law_of, reserved
from rehabill.rules.rule import Rule, add, remove, review

_NAMES = {"GP": "physical", "GO": "occupational", "GN": "speech-language"}
_SPEECH_ONLY = ("SLP",)


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    own = DISCIPLINE_MODIFIER.get(case.claim.discipline) if case.claim.discipline else None
    for line in case.lines:
        modifier = _only_one(line)
        if modifier is None:
            continue
        wanted = _of_code(line, modifier)
        if wanted is not None and wanted != modifier:
            law = law_of(wanted) if line.code in reserved(line.edition) else "table.codes"
            yield _wrong(line, modifier, wanted, "code", law)
        elif own is not None and own != modifier:
            yield _wrong(line, modifier, own, "claim", "medicare.therapy.discipline_modifier")


def _only_one(line: Line) -> str | None:
    found = THERAPY.intersection(line.line.modifiers)
    return next(iter(found)) if len(found) == 1 else None


def _of_code(line: Line, modifier: str) -> str | None:
    """The modifier a code takes; of speech codes without a list of their own only that they are not a PT's."""
    wanted = reserved(line.edition).get(line.line.code)
    if wanted is None and modifier == "GP":
        code = line.edition.codes.get(line.line.code)
        if code is not None and code.disciplines == _SPEECH_ONLY:
            return "GN"
    return wanted


def _wrong(line: Line, modifier: str, wanted: str, say: str, law: str) -> Finding:
    path = line.path("modifiers")
    return RULE.fail(
        line.edition, path, say=say, law=(law,), fix=review(remove(path, modifier), add(path, wanted)),
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
    check=check,
)  # fmt: skip
