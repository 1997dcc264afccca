"""Minutes to units: Medicare's total-time rule, CPT's midpoint rule, and codes not counted in plain 15 minutes."""

from collections.abc import Mapping

import msgspec

UNIT_MINUTES = 15
_HALF = 7  # less than half a unit; the 8th minute earns it


class TotalTime(msgspec.Struct, frozen=True, gc=False):
    """How the day's timed minutes divide (Medicare Claims Processing Manual ch. 5 §20.2).

    `whole` are units of 15 full minutes by code, `extra` the codes that surely win one of the units left over for
    their remainders, `tied` codes with equal remainders of which `places` may still win one.
    """

    minutes: int
    units: int
    whole: dict[str, int]
    extra: tuple[str, ...]
    tied: tuple[str, ...]
    places: int


def total_time(minutes: Mapping[str, int]) -> TotalTime:
    """The total decides how many units there are; 15 full minutes of a code are its own; remainders get the rest.

    >>> total_time({"97110": 33, "97140": 7}).extra
    ('97140',)
    """
    total = sum(minutes.values())
    units = left = midpoint(total)
    whole: dict[str, int] = {}
    remainders: list[tuple[int, str]] = []
    for code, spent in minutes.items():
        own = whole[code] = spent // UNIT_MINUTES
        left -= own
        if remainder := spent % UNIT_MINUTES:
            remainders.append((-remainder, code))
    if left <= 0 or not remainders:
        return TotalTime(total, units, whole, (), (), 0)
    remainders.sort()  # the largest first, by code where they are even
    last = remainders[left - 1][0]
    if left == len(remainders) or remainders[left][0] != last:
        return TotalTime(total, units, whole, tuple([code for _, code in remainders[:left]]), (), 0)
    sure = tuple([code for remainder, code in remainders if remainder < last])
    even = tuple([code for remainder, code in remainders if remainder == last])
    return TotalTime(total, units, whole, sure, even, left - len(sure))


def midpoint(minutes: int) -> int:
    """Units of one 15-minute code by itself: 8 minutes earn the first, 23 the second.

    >>> [midpoint(m) for m in (7, 8, 22, 23)]
    [0, 1, 1, 2]
    """
    return (minutes + _HALF) // UNIT_MINUTES


def more_than_half(minutes: int, step: int) -> int:
    """Units of `step` minutes, each earned once more than half of it has passed (31 of 60, 16 of 30)."""
    return max(0, (2 * minutes + step - 1) // (2 * step))


def whole_steps(minutes: int, step: int) -> int:
    """Units of `step` minutes that are earned only when complete (remote monitoring's 20 minutes of a month)."""
    return max(0, minutes) // step
