"""The situations that the specs name and that a file alone can answer, each a look at one segment.

A spec names what must stand "when the situation holds"; its words are in the spec. What no file can tell (did somebody
else give the care?) is not here and is never asked for.
"""

from collections.abc import Callable

import msgspec

Values = list[str]
"""A segment split at its element separator, the id first; short segments are filled up with empty elements."""


class Situation(msgspec.Struct, frozen=True):
    """Holds or not by the nearest segment of that id: in the loop itself or in one around it."""

    segment: str
    holds: Callable[[Values, str], bool]
    """Takes the values and the component separator."""
    within: bool = False
    """It is asked of a segment for its own elements alone: nothing around it needs to remember it."""


def _component(value: str, number: int, separator: str) -> str:
    parts = value.split(separator)
    return parts[number - 1] if number <= len(parts) else ""


SITUATIONS = {
    "patient_is_subscriber": Situation("SBR", lambda sbr, _: sbr[2] == "18"),
    "patient_is_not_subscriber": Situation("SBR", lambda sbr, _: sbr[2] == ""),
    "changes_an_earlier_claim": Situation("CLM", lambda clm, mark: _component(clm[5], 3, mark) in ("7", "8")),
    "accident": Situation("CLM", lambda clm, mark: bool({"AA", "OA"}.intersection(clm[11].split(mark)[:2]))),
    "car_accident": Situation("CLM", lambda clm, mark: "AA" in clm[11].split(mark)[:2]),
    "american_address": Situation("N4", lambda n4, _: n4[4] in ("", "US", "CA"), within=True),
    "sent_apart": Situation("PWK", lambda pwk, _: pwk[2] != "AA"),
    "money_moves_electronically": Situation("BPR", lambda bpr, _: bpr[4] in ("ACH", "BOP", "FWT")),
}
_LONGEST = 22
WATCHED = frozenset(situation.segment for situation in SITUATIONS.values() if not situation.within)


def holds(name: str, values: Values, component: str) -> bool:
    """Does the situation hold by these values of its segment, filled up or not?"""
    return SITUATIONS[name].holds(filled(values), component)


def filled(values: Values) -> Values:
    """The segment with empty elements at its end, as a situation wants it."""
    return values if len(values) >= _LONGEST else [*values, *[""] * (_LONGEST - len(values))]
