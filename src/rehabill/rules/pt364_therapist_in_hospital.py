"""Private practice therapy of a hospital's patient.

What: a therapy code with PC/TC indicator 7 in a hospital place of service (19, 21, 22), billed by a private practice.
Why: such a code is not payable to a therapist in private practice for a hospital's inpatient or outpatient; the
    hospital bills it.
Fix: if the patient was seen in the practice or at home, correct the place of service; else the hospital bills.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case, Line
from rehabill.rules.code_sets import kept
from rehabill.rules.places import place_of, place_path
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import NOT_THE_OFFICE

_PLACES = "medicare.pfs.hospital_patient_places"
_NOT_FOR_PRIVATE_PRACTICE = "7"  # CMS's mark in the PC/TC column of the fee schedule


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if not edition.profile.pfs_status:
        return
    said: set[str] | None = None
    for line in case.lines:
        place = place_of(case, line)
        if place not in kept(line.edition, _PLACES, _hospital_places):
            continue
        path, row = place_path(line), line.edition.rvus.get(line.code)
        said = said or set()
        if path in said:
            continue
        if row is None and _always_therapy(line):
            yield RULE.no_data(line.edition, path, line=line.number, code=line.code, place=place, year=line.day.year)
        elif row is not None and row.rvu.pctc == _NOT_FOR_PRIVATE_PRACTICE:
            fix = display("Correct the place if the patient was seen elsewhere; else the hospital bills.")
            yield RULE.fail(line.edition, path, fix=fix, line=line.number, code=line.code, place=place)
        else:
            continue
        said.add(path)


def _hospital_places(edition: Edition) -> frozenset[str]:
    return frozenset(edition.value(_PLACES).split())


def _always_therapy(line: Line) -> bool:
    code = line.edition.codes.get(line.code)
    return code is not None and code.therapy == "always"


RULE = Rule(
    id="PT364",
    slug="therapist-in-hospital",
    topic="place_of_service",
    severity="error",
    law=(_PLACES, "table.rvu"),
    triggers=frozenset({NOT_THE_OFFICE}),
    by_shape=True,
    check=check,
)
