"""Codes without time that stand more than once on a day."""

import datetime as dt
from collections.abc import Iterable

from rehabill.rules.case import Case, Line
from rehabill.rules.code_sets import kept
from rehabill.rules.pairs import SEPARATING
from rehabill.rules.traits import ONCE, any_traits, traits_of

_APART = frozenset({*SEPARATING, "76", "77"})

Repeated = dict[tuple[dt.date, str, str | None], tuple[Line, ...]]


def repeated(case: Case) -> Repeated:
    """By day, code and discipline, the lines of an untimed code that have more than one unit together.

    Disciplines count apart; lines a modifier sets apart (59, XE, XP, XS, XU, 76, 77) do not count.
    """
    return kept(case, "repeated", _repeated)


def _repeated(case: Case) -> Repeated:
    if not any_traits(case) & ONCE:
        return {}
    counted: dict[tuple[dt.date, str, str | None], list[Line]] = {}
    for line in case.lines:
        if traits_of(line) & ONCE and _APART.isdisjoint(line.line.modifiers):
            counted.setdefault((line.day, line.line.code, case.discipline(line)), []).append(line)
    return {key: tuple(lines) for key, lines in counted.items() if units_of(lines) > 1}


def units_of(lines: Iterable[Line]) -> int:
    return sum(line.line.units for line in lines)
