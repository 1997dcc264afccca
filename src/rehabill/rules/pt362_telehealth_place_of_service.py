"""Place of service and telehealth do not fit.

What: a Medicare telehealth line whose place of service is not the one telehealth takes on that day.
Why: from 2024-01-01 a private practice shows telehealth by place 02, or 10 when the patient is at home; 95 with it is
    right but does not replace it (88 FR 78874). Before that it was the in-person place with modifier 95.
Fix: from 2024 set 10 (patient at home) or 02 (elsewhere); before, set the in-person place and add 95. If the patient
    was in the clinic, take the modifier off.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Fix
from rehabill.rules.case import Case, Line
from rehabill.rules.places import place_of, place_path
from rehabill.rules.rule import Rule, add, put, review
from rehabill.rules.telehealth import may_be_telehealth, modifier_of, said_modifier, telehealth_lines
from rehabill.rules.triggers import TELEHEALTH, TELEHEALTH_PLACES

_WANTED = "medicare.telehealth.place_of_service"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    said: set[str] | None = None
    for line in telehealth_lines(case):
        place = place_of(case, line)
        if place is None or not may_be_telehealth(line):
            continue
        problem = _problem(line, place, said_modifier(case))
        if problem is None:
            continue
        path, say, fix = problem
        said = said or set()
        if path not in said:
            said.add(path)
            yield RULE.fail(line.edition, path, say=say, fix=fix, line=line.number, code=line.code, place=place)


def _problem(line: Line, place: str, modifier: str) -> tuple[str, str, Fix] | None:
    """Path, message and fix when place and modifier are not what the day asks for."""
    if place in line.edition.value(_WANTED).split():
        return None
    path = place_path(line)
    if line.edition.value(_WANTED) != "in-person":
        return path, "fail", review(put(path, "10"), advice="10: the patient was at home; 02: elsewhere.")
    if place in TELEHEALTH_PLACES:
        return path, "in_person_place", review(advice="Put in the place where the visit would have been in person.")
    if modifier_of(line) is None:
        path = line.path("modifiers")
        return path, "modifier", review(add(path, modifier))
    return None


RULE = Rule(
    id="PT362",
    slug="telehealth-place-of-service",
    topic="telehealth",
    severity="warning",
    law=(_WANTED,),
    triggers=frozenset({TELEHEALTH}),
    check=check,
)
