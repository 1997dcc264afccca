"""The standing of a claim's diagnoses on the days of the lines that point to them."""

import datetime as dt
from collections.abc import Iterator

from rehabill.almanac.icd10cm import DiagnosisStatus
from rehabill.rules.case import Case
from rehabill.rules.code_sets import kept

Standing = tuple[int, str, dt.date, DiagnosisStatus]


def not_billable(case: Case) -> tuple[Standing, ...]:
    """(place, code, day, standing) of each diagnosis on the first day on which it is anything but billable.

    The days are those of the lines that point to it; without such a line the first day of the claim.
    """
    return kept(case, "not_billable", _worked_out)


def plain(code: str) -> str:
    """A diagnosis as two ways of writing it share it."""
    return code.replace(".", "").upper()


def _worked_out(case: Case) -> tuple[Standing, ...]:
    return tuple(_not_billable(case))


def _not_billable(case: Case) -> Iterator[Standing]:
    diagnoses = case.claim.diagnoses
    if not isinstance(diagnoses, tuple) or not diagnoses:
        return
    status, days = case.icd10cm.status, sorted(case.days)
    for index, code in enumerate(diagnoses):
        for day in days if len(days) == 1 else _days_of(case, index) or days[:1]:
            standing = status(code, day)
            if standing is not DiagnosisStatus.BILLABLE:
                yield index, code, day, standing
                break


def _days_of(case: Case, index: int) -> list[dt.date]:
    """Days of the lines that point to a diagnosis, in order."""
    return sorted(
        {
            line.day
            for line in case.lines
            if isinstance(line.line.diagnosis_pointers, tuple) and index + 1 in line.line.diagnosis_pointers
        }
    )
