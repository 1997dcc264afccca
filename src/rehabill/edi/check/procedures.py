"""Procedure codes and modifiers on the day of service: malformed, no such section, not in force, or not ours to judge.

Our table holds the codes therapists bill. Outside of it, CPT's own division into sections tells that a number belongs
to none; whether one inside a section exists is not judged. A practice may import a licensed table.
"""

import datetime as dt
import re
from functools import lru_cache
from typing import NamedTuple

from rehabill.almanac.edition import Almanac

_WELL_FORMED = re.compile(r"\d{5}|[A-V]\d{4}|\d{4}[AFMTU]", re.ASCII).fullmatch
_MODIFIER = re.compile(r"[A-Z0-9]{2}", re.ASCII).fullmatch

_SECTIONS = (
    (100, 1999), (10004, 69990), (70010, 79999), (80047, 89398), (90281, 99199), (99201, 99499), (99500, 99607),
)  # fmt: skip
"""The sections of CPT's category I: anaesthesia, surgery, radiology, laboratory, medicine, evaluation, at home."""

_PHYSICAL_MEDICINE = (97001, 97799)
_BEHAVIOUR = (97151, 97158)
"""Adaptive behaviour services stand among physical medicine since 2019 and are not in a therapist's table."""


class Standing(NamedTuple):
    """The kind of fault and why; no rule: nothing to say."""

    rule: str = ""
    why: str = ""


def procedure(code: str, on: dt.date | None, almanac: Almanac) -> Standing:
    """The standing of a procedure code on the day of service (None: the day cannot be read)."""
    return _standing(code, on, almanac)


@lru_cache(maxsize=16_384)
def _standing(code: str, on: dt.date | None, almanac: Almanac) -> Standing:
    if not _WELL_FORMED(code):
        return Standing("X520")
    known = almanac.codes.get(code)
    if known is None:
        return Standing("X521") if _is_nothing(code) else Standing("X523")
    if on is None:
        return Standing()
    if known.first is not None and on < known.first:
        return Standing("X522", f"it began on {known.first}")
    if known.last is not None and on > known.last:
        after = f"; since then it is {' or '.join(known.successors)}" if known.successors else ""
        return Standing("X522", f"it ended on {known.last}{after}")
    return Standing()


def _is_nothing(code: str) -> bool:
    """No section has such a number, or the section that our table holds whole has none."""
    if not code.isdigit():
        return False
    number = int(code)
    if _PHYSICAL_MEDICINE[0] <= number <= _PHYSICAL_MEDICINE[1]:
        return not _BEHAVIOUR[0] <= number <= _BEHAVIOUR[1]
    return not any(first <= number <= last for first, last in _SECTIONS)


def is_modifier(text: str) -> bool:
    """Two letters or digits."""
    return _MODIFIER(text) is not None
