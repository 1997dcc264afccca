"""Modifier that does not go on a therapy line.

What: a modifier is not two letters or digits; or a Medicare therapy line carries one that is not a therapist's: 26 or
    TC, AT, 22, 53, or 52 on a timed code.
Why: therapy is not split into a professional and a technical part; AT is chiropractic's; time under the unit rule is
    billed by its units or not at all, never as a reduced unit. The line is returned or denied (CARC 4, 182).
Fix: take the modifier off, or put in the one that was meant.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.code_sets import kept
from rehabill.rules.rule import Rule, remove, review
from rehabill.rules.traits import THERAPY, TIMED, traits_of

_FOREIGN = "medicare.therapy.foreign_modifiers"
_FORM = "x12.modifier_form"
_REDUCED = "cpt.reduced_services"
_LENGTH = 2
_USUAL = frozenset({
    "GP", "GO", "GN", "CQ", "CO", "KX", "GA", "GX", "GY", "GZ", "59", "XE", "XP", "XS", "XU", "95", "93",
})  # fmt: skip
"""Two characters each and none of them foreign: most lines need no second look."""


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    for line in case.lines:
        if _USUAL.issuperset(line.line.modifiers):
            continue
        for modifier in line.line.modifiers:
            if len(modifier) != _LENGTH or not (modifier.isalnum() and modifier.isascii()):
                say, law = "malformed", _FORM
            elif line.edition.profile.family != "medicare" or not traits_of(line) & THERAPY:
                continue
            elif modifier in kept(line.edition, _FOREIGN, _foreign):
                say, law = "fail", _FOREIGN
            elif modifier == "52" and traits_of(line) & TIMED:
                say, law = "timed", _REDUCED
            else:
                continue
            path = line.path("modifiers")
            fix = review(remove(path, modifier))
            yield RULE.fail(
                line.edition, path, say=say, law=(law,), fix=fix, line=line.number, code=line.code, modifier=modifier
            )


def _foreign(edition: Edition) -> frozenset[str]:
    return frozenset(edition.value(_FOREIGN).split() if edition.known(_FOREIGN) else ())


RULE = Rule(
    id="PT157",
    slug="modifier-not-for-therapy",
    topic="modifiers",
    severity="error",
    law=(_FOREIGN, _REDUCED, _FORM),
    by_shape=True,
    check=check,
)
