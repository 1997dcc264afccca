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
"""The sections of CPT's category I: anaesthesia, surgery, radiology, laboratory, medicine, evaluation, at home.

By the first and last numbers of each in CMS's relative value files of July 2024 and October 2025 (PPRRVU), which hold
no number outside of them; 99201 ended in 2020. Files of other years were not read: a new number at an end of a section
would be told wrongly.
"""

_PHYSICAL_MEDICINE = (97001, 97799)
"""Of the numbers in the same two files, our table has every one but those of `_BEHAVIOUR`."""
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


Fault = tuple[str, int, dict[str, str]]
"""The kind of fault, the component of the procedure (SV101), from 1, and the facts."""


def line_faults(parts: list[str], on: dt.date | None, almanac: Almanac) -> list[Fault]:
    """What is wrong with a line's procedure and its modifiers, split into components; of HCPCS alone."""
    if parts[0] != "HC" or len(parts) < 2:
        return []
    found: list[Fault] = []
    rule, why = procedure(parts[1], on, almanac)
    if rule:
        found.append((rule, 2, {"value": parts[1][:10], "day": str(on), "why": why}))
    modifiers = parts[2:6]
    for at, modifier in enumerate(modifiers):
        if modifier and not is_modifier(modifier):
            found.append(("X524", at + 3, {"value": modifier[:10]}))
        elif modifier and modifier in modifiers[:at]:
            found.append(("X526", at + 3, {"value": modifier}))
    return found


def is_well_formed(code: str) -> bool:
    """Five digits, or four with a letter of HCPCS or CPT."""
    return _WELL_FORMED(code) is not None


def is_counted_whole(code: str, almanac: Almanac) -> bool:
    """Is it a code of ours? All of them are counted in whole units, by the minutes or once a day (Medicare Claims
    Processing Manual, ch. 5 §20.2); of others we do not know.
    """
    return code in almanac.codes


def is_modifier(text: str) -> bool:
    """Two letters or digits."""
    return _MODIFIER(text) is not None
