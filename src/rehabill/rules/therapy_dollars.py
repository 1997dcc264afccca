"""The year's therapy dollars as the threshold counts them: allowed amounts, line by line, PT with SLP, OT apart."""

from rehabill.coding.modifiers import threshold_name
from rehabill.rules.case import Case, Line


def threshold_of(case: Case) -> str:
    """The threshold the claim's year-to-date figure is for: that of the claim's discipline."""
    disciplines = {case.discipline(line) for line in case.lines}
    return threshold_name(disciplines.pop() if len(disciplines) == 1 else None)


def counted_lines(case: Case, name: str) -> list[tuple[Line, int]]:
    """Lines that count toward a threshold, each with its allowed cents, by day and line."""
    return [
        (line, case.expected[line.index].allowed_cents)
        for line in sorted(case.lines, key=lambda line: (line.day, line.index))
        if threshold_name(case.discipline(line)) == name
    ]


def lines_above(case: Case, name: str) -> list[tuple[Line, int]] | None:
    """Lines whose allowed amount takes the year above the threshold, and every later one, with the total then.

    None when the year's dollars so far were not given. A claim over New Year starts again at zero.
    """
    before = case.context.therapy_ytd_cents
    if not isinstance(before, int):
        return None
    if _surely_below(case, before, name):
        return []
    above = []
    total, year = before, case.lines[0].day.year if case.lines else 0
    for line, cents in counted_lines(case, name):
        if line.day.year != year:
            total, year = 0, line.day.year
        total += cents
        if line.edition.known(name) and total > line.edition.number(name):
            above.append((line, total))
    return above


def _surely_below(case: Case, before: int, name: str) -> bool:
    """The usual claim: one day, and all its lines together stay at or below the threshold."""
    first = case.lines[0]
    if len(case.days) > 1 or not first.edition.known(name):
        return False
    return before + case.expected_cents <= first.edition.number(name)
