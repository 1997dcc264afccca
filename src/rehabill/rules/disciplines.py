"""Whose line it is: the therapy modifiers GP, GO and GN, and what a code or a helper says of the discipline."""

from rehabill.almanac.edition import Edition
from rehabill.coding.modifiers import ASSISTANT_MODIFIER, DISCIPLINE_MODIFIER
from rehabill.coding.record import DISCIPLINE_OF
from rehabill.rules.case import DISCIPLINE_BY_MODIFIER, Case, Line
from rehabill.rules.code_sets import kept
from rehabill.rules.traits import OWN_DISCIPLINE, traits_of

THERAPY = frozenset(DISCIPLINE_BY_MODIFIER)
ASSISTANT = frozenset(ASSISTANT_MODIFIER.values())
_LISTS = {
    "GP": "medicare.therapy.codes_gp",
    "GO": "medicare.therapy.codes_go",
    "GN": "medicare.therapy.codes_gn",
}


def reserved(edition: Edition) -> dict[str, str]:
    """Evaluations that take one therapy modifier only: the modifier by code."""
    return kept(edition, "rules.reserved", _reserved)


def _reserved(edition: Edition) -> dict[str, str]:
    return {
        code: modifier
        for modifier, name in _LISTS.items()
        if edition.known(name)
        for code in str(edition.value(name)).split()
    }


def law_of(modifier: str) -> str:
    return _LISTS[modifier]


def expected(case: Case, line: Line) -> str | None:
    """The therapy modifier a line should have, where claim, code and helper agree on one."""
    said = {case.claim.discipline, DISCIPLINE_OF.get(line.line.by or "")}
    wanted = {DISCIPLINE_MODIFIER[discipline] for discipline in said if discipline is not None}
    if traits_of(line) & OWN_DISCIPLINE:
        wanted.add(reserved(line.edition).get(line.code, "GN"))
    return wanted.pop() if len(wanted) == 1 else None
