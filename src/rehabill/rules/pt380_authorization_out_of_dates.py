"""Outside the dates of the authorization.

What: a date of service before the authorization begins or after it ends.
Why: a payer that authorizes therapy denies what lies outside the authorized dates (CARC 197, 198).
    Many payers authorize treatment only after the evaluation and ask for none for it: an evaluation passes with a note.
Fix: ask for an extension or a retroactive authorization; correct the dates if they were taken down wrong.
"""

from collections.abc import Iterator
from typing import Any

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.authorizations import authorization_given
from rehabill.rules.case import Case
from rehabill.rules.evaluations import is_evaluation
from rehabill.rules.rule import Rule, display
from rehabill.rules.triggers import AUTHORIZATION


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    given = authorization_given(case)
    if given is None or (given.starts is None and given.ends is None):
        return
    for day, lines in case.days.items():
        if given.starts is not None and day < given.starts:
            say, field, limit = "before", "from", given.starts
        elif given.ends is not None and day > given.ends:
            say, field, limit = "fail", "to", given.ends
        else:
            continue
        line = next((line for line in lines if not is_evaluation(line)), lines[0])
        path = f"context.authorization.{field}"
        facts: dict[str, Any] = {
            "line": line.number, "code": line.code, "day": day, "limit": limit,
            "authorization": given.number or "without number",
        }  # fmt: skip
        if is_evaluation(line):
            yield RULE.bypassed(line.edition, path, **facts)
        else:
            fix = display("Ask the payer to extend the authorization or to grant it for earlier days.")
            yield RULE.fail(line.edition, path, say=say, fix=fix, **facts)


RULE = Rule(
    id="PT380",
    slug="authorization-out-of-dates",
    topic="authorization",
    severity="error",
    triggers=frozenset({AUTHORIZATION}),
    check=check,
)
