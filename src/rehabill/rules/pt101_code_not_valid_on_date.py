"""Code not valid on the date of service.

What: a line's code had ended, or had not begun, on its date of service, or is not written like a procedure code.
Why: codes are valid by date of service; a payer refuses a code that was not in force that day (CARC 181). Medicare's
    functional reporting codes (G8978 and its kin) ended with 2018.
Fix: bill the code that was in force for what was done. A code outside the therapy table cannot be judged here.
"""

import re
from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.almanac.schema import Code
from rehabill.base.finding import Finding, Fix
from rehabill.rules.case import Case, Line
from rehabill.rules.code_sets import kept, outside_table
from rehabill.rules.rule import Rule, display, drop, put, review, safe
from rehabill.rules.traits import UNKNOWN, any_traits, traits, traits_of

_WELL_FORMED = re.compile(r"\d{5}|[A-Z]\d{4}|\d{4}[AFMTU]")
_FUNCTIONAL = "medicare.functional_reporting"
_FUNCTIONAL_CODES = "medicare.functional_reporting.codes"


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if not any_traits(case) & UNKNOWN:
        return
    told = False
    for line in case.lines:
        if not traits_of(line) & UNKNOWN:
            continue
        code = line.edition.law.all_codes.get(line.code)
        if code is None:
            yield from _not_in_table(line)
        elif code.last is not None and code.last < line.day:
            yield _ended(line, code)
        elif outside_table(line.edition, "codes"):
            if not told:
                last = line.edition.law.almanac.tables["codes"].last
                yield RULE.no_data(line.edition, line.path("code"), say="outside", day=line.day, last=last)
            told = True
        else:
            yield RULE.fail(
                line.edition, line.path("code"), say="not_begun",
                fix=review(drop(line.path()), advice="Bill the code that was in force that day, if there was one."),
                line=line.number, code=line.code, first=code.first, day=line.day,
            )  # fmt: skip


def _ended(line: Line, code: Code) -> Finding:
    if not code.successors:
        fix = review(drop(line.path()), advice="Bill what was done under a code in force, if there is one.")
    elif len(code.successors) == 1:
        fix = review(put(line.path("code"), code.successors[0]))
    else:
        fix = display(f"Choose from the record: {' or '.join(code.successors)}.")
    return RULE.fail(
        line.edition, line.path("code"), say="ended" if code.successors else "ended_for_good", fix=fix,
        line=line.number, code=line.code, last=code.last, successors=" or ".join(code.successors),
    )  # fmt: skip


def _not_in_table(line: Line) -> Iterator[Finding]:
    law, path = line.edition, line.path("code")
    if not _WELL_FORMED.fullmatch(line.code):
        yield RULE.fail(law, path, say="malformed", fix=_rewritten(line), line=line.number, code=line.code)
    elif line.code not in _functional(law):
        yield RULE.no_data(law, path, severity="warning", line=line.number, code=line.code, day=line.day)
    elif not law.flag(_FUNCTIONAL):
        yield RULE.fail(
            law, path, say="functional", law=(_FUNCTIONAL,), fix=review(drop(line.path())),
            line=line.number, code=line.code, since=law.cite(_FUNCTIONAL).since,
        )  # fmt: skip


def _rewritten(line: Line) -> Fix:
    """The code in capitals and without blanks where that makes it one; of a letter O for a zero a person judges."""
    meant = line.code.strip().upper()
    if not traits(line.edition).get(meant, UNKNOWN) & UNKNOWN:
        return safe(put(line.path("code"), meant))
    guess = meant.replace("O", "0").replace("I", "1")
    if not traits(line.edition).get(guess, UNKNOWN) & UNKNOWN:
        return review(put(line.path("code"), guess))
    return display("Take the code from the record again.")


def _functional(edition: Edition) -> frozenset[str]:
    return kept(edition, "rules.functional", _functional_codes)


def _functional_codes(edition: Edition) -> frozenset[str]:
    if edition.profile.family != "medicare" or not edition.known(_FUNCTIONAL_CODES):
        return frozenset()
    return frozenset(str(edition.value(_FUNCTIONAL_CODES)).split())


RULE = Rule(
    id="PT101",
    slug="code-not-valid-on-date",
    topic="code_validity",
    severity="error",
    law=("table.codes",),
    by_shape=True,
    check=check,
)
