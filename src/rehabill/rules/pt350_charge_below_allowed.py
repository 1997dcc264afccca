"""Charge below the allowed amount.

What: the charge of a line is less than the fee schedule allows for it that day (after MPPR).
Why: Medicare pays by the lesser of charge and fee (SSA §1834(k)(1)(B)), so the difference is lost for good.
Fix: bring the practice's charge for the code above the fee; charge every payer alike.
"""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.base.money import dollars
from rehabill.pricing.allowed import Allowed
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display

_NOT_PAID = frozenset({"GY", "GZ"})


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    expected: tuple[Allowed, ...] = ()
    for line in case.lines:
        charge = line.line.charge_cents
        if not isinstance(charge, int) or charge <= 0 or line.edition.profile.fee_basis != "medicare":
            continue
        expected = expected or case.expected
        allowed = expected[line.index].allowed_cents
        if charge < allowed and _NOT_PAID.isdisjoint(line.line.modifiers):
            yield RULE.fail(
                line.edition, line.path("charge_cents"), fix=display("Review the practice's charge for the code."),
                line=line.number, code=line.code, charge=dollars(charge), allowed=dollars(allowed),
            )  # fmt: skip


RULE = Rule(
    id="PT350",
    slug="charge-below-allowed",
    topic="balance",
    severity="warning",
    law=("medicare.part_b.lesser_of", "medicare.pfs.formula", "medicare.therapy.mppr_percent"),
    check=check,
)
