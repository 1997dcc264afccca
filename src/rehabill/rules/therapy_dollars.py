"""The year's therapy dollars as the threshold counts them: allowed amounts, line by line, PT with SLP, OT apart."""

from rehabill.coding.modifiers import threshold_name
from rehabill.rules.case import Case, Line
from rehabill.rules.code_sets import kept

REVIEW = "medicare.therapy.review_threshold"


def threshold_of(case: Case) -> str:
    """The threshold the claim's year-to-date figure is for: that of the claim's discipline."""
    return case.of_shape("threshold", _threshold_of)


def _threshold_of(case: Case) -> str:
    disciplines = {case.discipline(line) for line in case.lines}
    return threshold_name(disciplines.pop() if len(disciplines) == 1 else None)


def counted_lines(case: Case) -> tuple[Line, ...]:
    """Lines that count toward the threshold of the claim, by day and line."""
    return tuple([case.lines[index] for index in case.of_shape("counted", _counted)])


def _counted(case: Case) -> tuple[int, ...]:
    in_order = sorted(case.lines, key=lambda line: (line.day, line.index))
    name = threshold_of(case)
    return tuple(line.index for line in in_order if threshold_name(case.discipline(line)) == name)


def lines_above(case: Case) -> list[tuple[Line, int]] | None:
    """Lines whose allowed amount takes the year above the threshold, and every later one, with the total then.

    None when the year's dollars so far were not given. A claim over New Year starts again at zero.
    """
    return kept(case, "lines_above", _lines_above)


def _lines_above(case: Case) -> list[tuple[Line, int]] | None:
    before = case.context.therapy_ytd_cents
    if not isinstance(before, int):
        return None
    name = threshold_of(case)
    above = []
    total, year, expected = before, case.lines[0].day.year, case.expected
    for line in counted_lines(case):
        if line.day.year != year:
            total, year = 0, line.day.year
        total += expected[line.index].allowed_cents
        if line.edition.known(name) and total > line.edition.number(name):
            above.append((line, total))
    return above


def surely_below(case: Case) -> bool:
    """The usual claim: with all its lines of one day the year stays below both thresholds, or the payer has none."""
    if len(case.days) > 1:
        return False
    if case.lines[0].edition.profile.kx == "off":
        return True
    before = case.context.therapy_ytd_cents
    if not isinstance(before, int):
        return False
    room = case.of_shape("room", _room)
    return room is not None and before < room


def _room(case: Case) -> int | None:
    """The year's dollars before the claim from which on its lines may reach a threshold; None: not known."""
    edition, names = case.lines[0].edition, (threshold_of(case), REVIEW)
    if not all(map(edition.known, names)):
        return None
    return min(map(edition.number, names)) - case.expected_cents
