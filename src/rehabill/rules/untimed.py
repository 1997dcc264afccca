"""Codes without time that stand more than once on a day."""

import datetime as dt

from rehabill.rules.case import Case, Line
from rehabill.rules.pairs import SEPARATING
from rehabill.rules.traits import ONCE, any_traits, kept, traits_of

_APART = frozenset({*SEPARATING, "76", "77"})

Repeated = dict[tuple[dt.date, str], tuple[tuple[Line, ...], int]]


def repeated(case: Case) -> Repeated:
    """By day and code, the lines of an untimed code that have more than one unit together, and how many.

    Disciplines count apart; lines a modifier sets apart (59, XE, XP, XS, XU, 76, 77) do not count.
    """
    return kept(case.memo, "repeated", _repeated, case)


def _repeated(case: Case) -> Repeated:
    found: Repeated = {}
    if not any_traits(case) & ONCE:
        return found
    counted: dict[tuple[dt.date, str, str | None], list[Line]] = {}
    for line in case.lines:
        if traits_of(line) & ONCE and _APART.isdisjoint(line.line.modifiers):
            counted.setdefault((line.day, line.line.code, case.discipline(line)), []).append(line)
    for (day, code, _), lines in counted.items():
        units = sum(line.line.units for line in lines)
        if units > 1:
            found[day, code] = tuple(lines), units
    return found
