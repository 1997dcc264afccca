"""Code not authorized.

What: the authorization names codes, and a line's code is not among them.
Why: a payer that authorizes by code denies any other (CARC 284). Many payers ask for none for an evaluation: it passes
    with a note.
Fix: ask for the code to be added, or bill an authorized code only if that is what was done.
"""

from collections.abc import Iterator
from typing import Any

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.authorizations import authorization_given, is_covered
from rehabill.rules.case import Case
from rehabill.rules.evaluations import is_evaluation
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import AUTHORIZATION


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    given = authorization_given(case)
    if given is None or given.codes is None:
        return
    for line in case.lines:
        if is_covered(line, given):
            continue
        number = given.number or "without number"
        facts: dict[str, Any] = {"line": line.number, "code": line.code, "authorization": number}
        if is_evaluation(line):
            yield RULE.bypassed(line.edition, line.path("code"), **facts)
        else:
            fix = display("Ask the payer to add the code to the authorization.")
            yield RULE.fail(line.edition, line.path("code"), fix=fix, **facts)


RULE = Rule(
    id="PT382",
    slug="authorization-wrong-code",
    topic="authorization",
    severity="error",
    triggers=frozenset({AUTHORIZATION}),
    check=check,
)
