"""Initial evaluation billed twice.

What: a second initial evaluation of one discipline: on this claim, or after one on an earlier claim. It is an error
    under the plan of care that the first one opened, a warning while the plan is not known.
Why: within one episode of care the initial evaluation is paid once; a change in the patient's condition is a
    re-evaluation (Medicare Benefit Policy Manual ch. 15 §220). A new plan of care may begin with a new evaluation.
Fix: bill the re-evaluation code if the record shows one, or take the line off; for a new condition see that the record
    and the plan say so.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.model.claim import PlanOfCare
from rehabill.rules.case import Case, Line
from rehabill.rules.evaluations import evaluated_discipline
from rehabill.rules.rule import Rule, drop, review

_WINDOW = "medicare.poc.recertification_days"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    first: dict[str, Line] = {}
    for line in sorted(case.lines, key=lambda line: (line.day, line.index)):
        discipline = evaluated_discipline(line.edition, line.code)
        if discipline is None:
            continue
        held = first.setdefault(discipline, line)
        if held is line:
            yield from _against_earlier_claims(case, line, discipline)
        elif not _left_to_other_rules(held, line):
            fix = review(drop(line.path()), advice="Bill the re-evaluation if that is what was done.")
            yield RULE.fail(
                line.edition, line.path("code"), fix=fix, line=line.number, code=line.code, day=line.day,
                earlier=held.code, other=held.number, before=held.day,
            )  # fmt: skip


def _left_to_other_rules(first: Line, second: Line) -> bool:
    """On one day: the same code is a duplicate line (PT330), a pair of the two codes is NCCI's (PT140)."""
    if first.day != second.day:
        return False
    pairs = second.edition.pairs
    return first.code == second.code or (first.code, second.code) in pairs or (second.code, first.code) in pairs


def _against_earlier_claims(case: Case, line: Line, discipline: str) -> Iterator[Finding]:
    prior = case.prior_lines()
    path = line.path("code")
    if prior is None:
        yield RULE.no_data(line.edition, "context.prior_claims", severity="warning", line=line.number, code=line.code)
        return
    before = max(
        (
            (day, other.code)
            for _, other, day in prior
            if day is not None and day < line.day and evaluated_discipline(line.edition, other.code) == discipline
        ),
        default=None,
    )
    if before is None:
        return
    day, code = before
    facts: dict[str, Any] = {"line": line.number, "code": line.code, "earlier": code, "before": day}
    starts = _plan_start(case)
    if starts is None:
        if (line.day - day).days <= line.edition.number(_WINDOW):
            yield RULE.fail(line.edition, path, severity="warning", say="plan_not_known", **facts)
    elif starts <= day:
        fix = review(drop(line.path()), advice="Bill the re-evaluation if that is what was done.")
        yield RULE.fail(line.edition, path, say="same_plan", fix=fix, starts=starts, **facts)
    else:
        yield RULE.bypassed(line.edition, path, starts=starts, **facts)


def _plan_start(case: Case) -> dt.date | None:
    plan = case.context.plan_of_care
    return plan.starts if isinstance(plan, PlanOfCare) else None


RULE = Rule(
    id="PT230",
    slug="evaluation-twice",
    topic="evaluation",
    severity="error",
    law=("cpt.initial_evaluations_pt", "cpt.initial_evaluations_ot"),
    triggers=frozenset({"97001", "97003", "97161", "97162", "97163", "97165", "97166", "97167"}),
    check=check,
)
