"""Evaluations among the lines of a claim."""

from rehabill.almanac.edition import Edition
from rehabill.rules.case import Line
from rehabill.rules.code_sets import evaluations, kept

_INITIAL = {"PT": "cpt.initial_evaluations_pt", "OT": "cpt.initial_evaluations_ot"}


def is_evaluation(line: Line) -> bool:
    """An evaluation or re-evaluation, by the code table of the line's day."""
    return line.code in evaluations(line.edition)


def evaluated_discipline(edition: Edition, code: str) -> str | None:
    """The discipline whose initial evaluation a code is, in whatever year; None for any other code."""
    return kept(edition, "rules.initial_evaluations", _initial_evaluations).get(code)


def _initial_evaluations(edition: Edition) -> dict[str, str]:
    parameters = edition.law.almanac.parameters
    return {
        code: discipline
        for discipline, name in _INITIAL.items()
        for value in parameters[name].values
        for code in str(value.value).split()
    }
