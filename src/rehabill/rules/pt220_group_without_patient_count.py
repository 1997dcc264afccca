"""Group without its patients.

What: a group code's line names fewer than two patients, or none are on record.
Why: a group is two or more patients at once in constant attendance; one patient alone is one-on-one treatment.
Fix: put in how many were treated together; if it was one, bill the one-on-one code for the minutes.
"""

from collections.abc import Iterator

from msgspec import UNSET

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case, Line
from rehabill.rules.rule import Rule, review
from rehabill.rules.traits import GROUP, any_traits, traits_of
from rehabill.rules.triggers import GROUP_CODE

_LEAST = "medicare.therapy.group"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if not any_traits(case) & GROUP:
        return
    for line in case.lines:
        if traits_of(line) & GROUP:
            yield from _look(line)


def _look(line: Line) -> Iterator[Finding]:
    patients, path, law = line.line.patients, line.path("patients"), line.edition
    if patients is UNSET:
        yield RULE.no_data(law, path, severity="warning", line=line.number, code=line.code)
    elif patients is None or patients < law.number(_LEAST):
        fix = review(advice="If one patient was treated, bill the one-on-one code for the minutes.")
        yield RULE.fail(
            law, path, say="unrecorded" if patients is None else "fail", fix=fix,
            line=line.number, code=line.code, patients=patients, least=law.number(_LEAST),
        )  # fmt: skip


RULE = Rule(
    id="PT220",
    slug="group-without-patient-count",
    topic="group",
    severity="error",
    law=(_LEAST,),
    triggers=frozenset({GROUP_CODE}),
    check=check,
)
