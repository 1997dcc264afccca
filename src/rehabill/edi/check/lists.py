"""Codes of outside lists, judged by the day of the file that carries them."""

from functools import lru_cache

from rehabill.almanac import code_lists
from rehabill.almanac.code_lists import CodeStatus
from rehabill.x12.values import day as day_of

_RULES = {
    CodeStatus.VALID: "",
    CodeStatus.ENDED: "X501",
    CodeStatus.UNKNOWN: "X500",
    CodeStatus.MALFORMED: "X503",
    CodeStatus.NO_DATA: "X502",
}


def judge(name: str, code: str, day: str) -> str:
    """The kind of fault of a code on a day (CCYYMMDD; unreadable: today's lists are asked); empty when it is in force.

    Lists we do not hold are not judged.
    """
    return _judged(name, code, day)


@lru_cache(maxsize=65_536)
def _judged(name: str, code: str, day: str) -> str:
    lists = code_lists.load()
    if name not in lists.names:
        return ""
    on = day_of(day)
    status = lists.status(name, code, on if on is not None else lists.covers(name)[1])
    if status is CodeStatus.NO_DATA and lists.entry(name, code) is not None:
        return ""  # it is in the list, which does not reach back to the day
    return _RULES[status]
