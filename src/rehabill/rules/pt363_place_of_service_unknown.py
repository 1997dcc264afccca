"""Place of service unknown.

What: the place of service is missing or is no code of CMS's list.
Why: a professional claim states where each service was furnished, by a two-digit code; it decides the fee too.
Fix: give the code of the place, such as 11 for the office, 12 for the patient's home, 10 for telehealth at home.
"""

from collections.abc import Iterator

from msgspec import UNSET

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.code_sets import outside_table
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import NOT_THE_OFFICE


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if edition.profile.family == "self-pay":
        return
    known, place = case.almanac.data.places, case.claim.place_of_service
    if isinstance(place, str) and place:
        if place not in known:
            yield _unknown(edition, "place_of_service", place)
    elif not all(line.line.place_of_service for line in case.lines):
        if place is UNSET:
            yield RULE.no_data(edition, "place_of_service", severity="warning")
        else:
            fix = display("Give the code of the place, such as 11 for the office.")
            yield RULE.fail(edition, "place_of_service", say="missing", fix=fix)
    for line in case.lines:
        own = line.line.place_of_service
        if own and own not in known:
            yield _unknown(line.edition, line.path("place_of_service"), own)


def _unknown(edition: Edition, path: str, place: str) -> Finding:
    if outside_table(edition, "places_of_service"):
        return RULE.no_data(edition, path, severity="warning", say="not_covered", place=place[:20])
    fix = display("Give the code of the place, such as 11 for the office.")
    return RULE.fail(edition, path, fix=fix, place=place[:20])


RULE = Rule(
    id="PT363",
    slug="place-of-service-unknown",
    topic="place_of_service",
    severity="error",
    law=("table.places_of_service",),
    triggers=frozenset({NOT_THE_OFFICE}),
    by_shape=True,
    check=check,
)
