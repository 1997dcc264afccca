"""More units than the MUE takes.

What: the units of a code on one day are more than its medically unlikely edit (MUE), or the MUE is 0.
Why: above the MUE the whole line is denied, not only the excess. Indicator 1 counts each line, 2 is an absolute limit
    of the day, 3 a limit of the day that documentation can overcome in an appeal.
Fix: bill up to the limit; with indicator 3 and a record that shows the need, bill as given and appeal the denial.
    Before a code's first table in the almanac, units above that table's value are held open: it may have differed.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from rehabill.almanac.edition import Edition
from rehabill.almanac.schema import Mue
from rehabill.base.finding import Finding, Fix
from rehabill.rules.case import Case, Line
from rehabill.rules.rule import Rule, drop, put, review
from rehabill.rules.traits import BUNDLED, INVALID, NONCOVERED, traits_of
from rehabill.rules.untimed import repeated

_EACH_LINE = 1
_SAY = {1: "each_line", 2: "absolute", 3: "day"}
_NO_BENEFIT = "GY"
_CORRECTING = ("7", "8")
_VOID = "8"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    totals: dict[tuple[dt.date, str], int] = {}
    for line in case.lines:
        code, units = line.line.code, line.line.units
        limit = line.edition.mue.get(code)
        if limit is None or not units:
            continue
        before = 0
        if limit.mai != _EACH_LINE:
            key = (line.day, code)
            before = totals[key] if key in totals else _billed_before(case, line)
            totals[key] = before + units
        if before + units > limit.value and _speaks(case, line, limit):
            yield _over(line, limit, before)


def _billed_before(case: Case, line: Line) -> int:
    """Units of the code for the day on earlier claims to the payer: a day's limit runs over all of them."""
    prior = case.prior_lines()
    if not prior or case.claim.frequency in _CORRECTING:
        return 0
    return sum(
        earlier.units
        for claim, earlier, day in prior
        if day == line.day and earlier.code == line.code and claim.payer in ("", case.claim.payer)
        if claim.frequency != _VOID
    )


def _speaks(case: Case, line: Line, limit: Mue) -> bool:
    """Whether no other rule says it: a code not payable at all (PT110-PT112), one unit a day (PT122)."""
    if _NO_BENEFIT in line.line.modifiers:
        return False
    if limit.value == 0:
        return line.edition.profile.pfs_status and not traits_of(line) & (BUNDLED | INVALID | NONCOVERED)
    return all(key[:2] != (line.day, line.code) for key in repeated(case))


def _over(line: Line, limit: Mue, before: int) -> Finding:
    path, law = line.path("units"), line.edition
    units = before + line.line.units
    facts: dict[str, Any] = {"line": line.number, "code": line.code, "units": units, "limit": limit.value}
    if line.day < limit.release:
        return RULE.no_data(law, path, first=limit.release, **facts)
    if limit.value == 0:
        return RULE.fail(law, path, say="never", fix=review(drop(line.path())), **facts)
    return RULE.fail(law, path, say=_SAY[limit.mai], fix=_fix(line, limit, before), **facts)


def _fix(line: Line, limit: Mue, before: int) -> Fix:
    left = limit.value - before
    return review(put(line.path("units"), left) if left > 0 else drop(line.path()))


RULE = Rule(
    id="PT130",
    slug="mue-exceeded",
    topic="mue",
    severity="error",
    law=("medicare.mue", "table.mue"),
    by_shape=True,
    check=check,
)
