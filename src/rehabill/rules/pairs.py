"""NCCI pairs among the lines of one day."""

from collections.abc import Iterator

from rehabill.almanac.edition import pair_is_certain
from rehabill.almanac.schema import Pair
from rehabill.rules.case import Case, Line

SEPARATING = ("59", "XE", "XP", "XS", "XU")


def pairs_of(case: Case) -> Iterator[tuple[Line, Line, Pair, bool]]:
    """(line of column 1, line of column 2, pair, whether it surely was in force that day)."""
    for lines in case.days.values():
        if len(lines) < 2:
            continue
        pairs = lines[0].edition.pairs
        for first in lines:
            for second in lines:
                pair = pairs.get((first.code, second.code))
                if pair is not None and first is not second:
                    yield first, second, pair, pair_is_certain(pair, first.day)


def separated_by(first: Line, second: Line) -> str | None:
    """The modifier that separates a pair: on the second code, or on either from 2019-07-01."""
    either = second.edition.flag("medicare.ncci.either_line")
    for line in (second, first) if either else (second,):
        for modifier in line.line.modifiers:
            if modifier in SEPARATING:
                return modifier
    return None
