"""NPI with a wrong check digit.

What: a rendering, referring or supervising NPI is not ten digits, or its last digit does not check.
Why: an NPI ends in a check digit (45 CFR 162.406); clearinghouses and payers return a claim with a number that fails.
Fix: look for a mistyped digit and take the number from the NPI registry.
"""

from collections.abc import Iterator
from functools import lru_cache

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.base.ids import npi_is_valid
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display


@lru_cache(maxsize=4096)
def _all_valid(*npis: object) -> bool:
    """Whether all that are given can be right."""
    return all(npi_is_valid(npi) for npi in npis if isinstance(npi, str) and npi)


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    claim = case.claim
    if _all_valid(claim.rendering_npi, claim.referring_npi, claim.supervising_npi):
        return
    for npi, path, who in (
        (claim.rendering_npi, "rendering_npi", "rendering provider"),
        (claim.referring_npi, "referring_npi", "referring provider"),
        (claim.supervising_npi, "supervising_npi", "supervising provider"),
    ):
        if isinstance(npi, str) and not _all_valid(npi):
            fix = display("Look the number up in the NPI registry.")
            yield RULE.fail(edition, path, fix=fix, who=who, npi=npi[:20])


RULE = Rule(
    id="PT301",
    slug="npi-check-digit",
    topic="provider",
    severity="error",
    law=("hipaa.npi_check_digit",),
    check=check,
)
