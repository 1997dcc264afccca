"""Rendering provider missing.

What: the claim does not say which therapist furnished the services.
Why: a payer pays a practice's claim by the therapist who rendered the service, named by NPI; a therapist who bills
    under the own number says so too.
Fix: give the NPI of the treating therapist as `rendering_npi`; an assistant is never the rendering provider.
"""

from collections.abc import Iterator

from msgspec import UNSET

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import NO_RENDERING


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    npi = case.claim.rendering_npi
    if npi or edition.profile.family == "self-pay":
        return
    if npi is UNSET:
        yield RULE.no_data(edition, "rendering_npi", severity="warning")
    else:
        fix = display("Give the NPI of the therapist who treated or supervised.")
        yield RULE.fail(edition, "rendering_npi", fix=fix)


RULE = Rule(
    id="PT302",
    slug="rendering-missing",
    topic="provider",
    severity="error",
    triggers=frozenset({NO_RENDERING}),
    check=check,
)
