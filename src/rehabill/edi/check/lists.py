"""Codes of outside lists, judged by the day of the file that carries them."""

from functools import lru_cache

from rehabill.almanac import code_lists
from rehabill.almanac.code_lists import CodeStatus
from rehabill.x12.check.outside import Verdict
from rehabill.x12.values import day as day_of

_RULES = {
    CodeStatus.VALID: "",
    CodeStatus.UNKNOWN: "X500",
    CodeStatus.MALFORMED: "X503",
    CodeStatus.NO_DATA: "X502",
}
"""Of a code that is not in its list, or in force."""
_IN_FORCE = Verdict()


def judge(name: str, code: str, day: str) -> Verdict:
    """What is wrong with a code on a day (CCYYMMDD; unreadable: today's lists are asked); nothing when it is in force.

    Lists we do not hold are not judged.
    """
    return _judged(name, code, day)


@lru_cache(maxsize=65_536)
def _judged(name: str, code: str, day: str) -> Verdict:
    lists = code_lists.load()
    if name not in lists.names:
        return _IN_FORCE
    on = day_of(day)
    status = lists.status(name, code, on if on is not None else lists.covers(name)[1])
    entry = lists.entry(name, code)
    if entry is None or status is CodeStatus.VALID:
        return Verdict(_RULES[status])
    if status is CodeStatus.ENDED:
        return Verdict("X501", str(entry.last))
    if status is CodeStatus.UNKNOWN:
        return Verdict("X504", str(entry.first))
    return _IN_FORCE  # it is in the list, which does not reach back to the day
