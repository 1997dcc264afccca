"""The payer's authorization, when the claim comes with one."""

from rehabill.model.claim import Authorization
from rehabill.rules.case import Case, Line


def authorization_given(case: Case) -> Authorization | None:
    """None also when there is none: we do not know then whether the payer wants one."""
    given = case.context.authorization
    return given if isinstance(given, Authorization) else None


def is_covered(line: Line, given: Authorization) -> bool:
    """The authorization names the line's code, or no codes at all."""
    return given.codes is None or line.code in given.codes
