"""The diagnoses of a claim (HI): in force on the day of service, written as they must be, each given once."""

import datetime as dt
from functools import lru_cache

from rehabill.almanac.icd10cm import DiagnosisStatus, Icd10cm
from rehabill.edi.check.claim import Values

KINDS = frozenset({"ABK", "ABF", "BK", "BF"})
"""HI01-1 of a segment of diagnoses; BK and BF say that they are ICD-9."""

_ICD9 = frozenset({"BK", "BF"})
_RULES = {
    DiagnosisStatus.NOT_VALID: "X510",
    DiagnosisStatus.HEADER: "X511",
    DiagnosisStatus.MALFORMED: "X512",
    DiagnosisStatus.NO_DATA: "X513",
}

Fault = tuple[str, int, dict[str, str]]
"""The kind of fault, the number of the diagnosis in the segment, from 1, and the facts."""


def faults(hi: Values, component: str, on: dt.date, icd10cm: Icd10cm, icd10_from: dt.date) -> list[Fault]:
    """What is wrong with the diagnoses of a segment for a service of that day.

    Each is given once: X12 (RFI 2561) reads the guide so, Medicare rejects repeats (AAPC, 2018-06-28), and a
    clearinghouse does (Stedi, claim edit "Duplicate diagnosis codes"). Capitals are what payers' lists hold; ICD-10-CM
    itself makes no difference, so small letters are a warning.
    """
    found: list[Fault] = []
    seen = []
    for number, value in enumerate(hi[1:], 1):
        kind, code, rule = _standing(value, component, on, icd10cm)
        if kind in _ICD9:
            return [("X514", number, {"value": kind, "since": str(icd10_from)})] if on >= icd10_from else []
        if rule:
            found.append((rule, number, {"value": code[:10], "day": str(on)}))
        capitals = code.upper()
        if code and capitals in seen:
            found.append(("X365", number, {"value": code[:10]}))
        seen.append(capitals)
    return found


@lru_cache(maxsize=16_384)
def _standing(value: str, component: str, on: dt.date, icd10cm: Icd10cm) -> tuple[str, str, str]:
    """The kind of a diagnosis, its code, and what is wrong with that; of ICD-9 nothing is known."""
    kind, _, rest = value.partition(component)
    code = rest.partition(component)[0]
    if not code or kind in _ICD9:
        return kind, code, ""
    status = DiagnosisStatus.MALFORMED if "." in code else icd10cm.status(code, on)
    if status is not DiagnosisStatus.BILLABLE:
        return kind, code, _RULES[status]
    return kind, code, "" if code == code.upper() else "X525"
