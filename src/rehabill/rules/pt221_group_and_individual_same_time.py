"""Group and one-on-one at the same time.

What: group treatment and a one-on-one code stand on one day, and their times overlap, or nothing shows them apart.
Why: minutes in a group are not one-on-one minutes; the same minutes cannot be both. Where NCCI pairs the two codes,
    PT141 asks for the modifier and this rule speaks only of overlapping times.
Fix: bill the group code alone for the shared minutes; one-on-one minutes before or after need their own times.
"""

from collections.abc import Iterator
from typing import Any

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding
from rehabill.rules.case import Case, Line
from rehabill.rules.pairs import separated_by
from rehabill.rules.rule import Rule, drop, review
from rehabill.rules.traits import GROUP, POOLED, any_traits, traits_of
from rehabill.rules.triggers import GROUP_CODE

_Span = tuple[int, int]


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    if not any_traits(case) & GROUP:
        return
    for group in case.lines:
        if not _is_treatment(group):
            continue
        for other in case.days[group.day]:
            if _one_on_one(other):
                yield from _look(group, other)


def _is_treatment(line: Line) -> bool:
    """A group of patients; training caregivers in a group is not time with the patient."""
    return bool(traits_of(line) & GROUP) and line.edition.codes[line.code].therapy == "always"


def _one_on_one(line: Line) -> bool:
    code = line.edition.codes.get(line.code)
    return code is not None and code.direct_contact and code.basis != "group"


def _look(group: Line, other: Line) -> Iterator[Finding]:
    facts: dict[str, Any] = {"line": other.number, "code": other.code, "group": group.code, "other": group.number}
    spans = _span(group), _span(other)
    if spans[0] is not None and spans[1] is not None:
        if spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]:
            fix = review(drop(other.path()))
            yield RULE.fail(other.edition, other.path("start"), severity="error", say="overlap", fix=fix, **facts)
    elif not _shown_apart(group, other):
        fix = review(advice="Give both lines their times, or take off the one-on-one line of the shared minutes.")
        yield RULE.fail(other.edition, other.path("minutes"), fix=fix, **facts)


def _shown_apart(group: Line, other: Line) -> bool:
    """Not a one-on-one timed code, set apart by modifier or record, or a pair of which PT140 and PT141 speak."""
    pairs = other.edition.pairs
    return (
        not traits_of(other) & POOLED
        or (group.code, other.code) in pairs
        or (other.code, group.code) in pairs
        or separated_by(group, other) is not None
        or group.number in other.line.distinct_from
        or other.number in group.line.distinct_from
    )


def _span(line: Line) -> _Span | None:
    start, end = _clock(line.line.start), _clock(line.line.end)
    return (start, end) if start is not None and end is not None and start < end else None


def _clock(text: str | None) -> int | None:
    """Minutes since midnight of HH:MM; None for what is no time of day."""
    hours, _, minutes = (text or "").partition(":")
    return int(hours) * 60 + int(minutes) if hours.isdecimal() and minutes.isdecimal() else None


RULE = Rule(
    id="PT221",
    slug="group-and-individual-same-time",
    topic="group",
    severity="warning",
    law=("medicare.therapy.group", "medicare.therapy.direct_contact"),
    triggers=frozenset({GROUP_CODE}),
    check=check,
)
