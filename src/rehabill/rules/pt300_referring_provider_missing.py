"""Referring provider missing.

What: the claim names no referring provider and the payer wants one.
Why: a Medicare therapy claim names the physician or practitioner who certifies the plan of care, by NPI, at claim
    level; without it the claim is returned (Medicare, services from 2012-10-01).
Fix: give the NPI of the certifying physician or practitioner as `referring_npi`.
"""

from collections.abc import Iterator

from msgspec import UNSET

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Severity
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import NO_REFERRER


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    wanted, npi = edition.profile.referring_provider, case.claim.referring_npi
    if npi or wanted == "off":
        return
    severity: Severity = "error" if wanted == "error" else "warning"
    if npi is UNSET:
        yield RULE.no_data(edition, "referring_npi", severity=severity)
    else:
        fix = display("Give the NPI of the physician or practitioner who certifies the plan of care.")
        yield RULE.fail(edition, "referring_npi", severity=severity, fix=fix)


RULE = Rule(
    id="PT300",
    slug="referring-provider-missing",
    topic="referring",
    severity="error",
    law=("medicare.claims.referring_provider", "payer.referring_provider"),
    triggers=frozenset({NO_REFERRER}),
    check=check,
)
