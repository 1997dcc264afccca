"""NCCI pairs among the lines of one day."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations
from typing import Any

from rehabill.almanac.edition import Edition
from rehabill.almanac.schema import Pair
from rehabill.rules.case import Case, Line

SEPARATING = ("59", "XE", "XP", "XS", "XU")


def pairs_of(case: Case) -> Iterator[tuple[Line, Line, Pair, bool]]:
    """(line of column 1, line of column 2, pair, whether it surely was in force that day)."""
    for lines in case.days.values():
        if len(lines) > 1:
            codes = tuple([line.line.code for line in lines])
            for first, second, pair in _among(lines[0].edition, codes):
                yield lines[first], lines[second], pair, lines[first].edition.pair_is_certain(pair)


@lru_cache(maxsize=4096)
def _among(edition: Edition, codes: tuple[str, ...]) -> tuple[tuple[int, int, Pair], ...]:
    """The pairs among a day's codes, by their places. The same few dozen combinations make up most days."""
    places = permutations(range(len(codes)), 2)
    found = ((first, second, edition.pairs.get((codes[first], codes[second]))) for first, second in places)
    return tuple((first, second, pair) for first, second, pair in found if pair is not None)


def facts_of(first: Line, second: Line) -> dict[str, Any]:
    """What a message about a pair tells: both codes and the numbers of their lines."""
    return {"first": first.code, "second": second.code, "line": second.number, "other": first.number}


def separated_by(first: Line, second: Line) -> str | None:
    """The modifier that separates a pair: on the second code, or on either from 2019-07-01."""
    either = second.edition.flag("medicare.ncci.either_line")
    for line in (second, first) if either else (second,):
        for modifier in line.line.modifiers:
            if modifier in SEPARATING:
                return modifier
    return None
