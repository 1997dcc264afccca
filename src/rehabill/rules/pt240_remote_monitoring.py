"""Remote monitoring not earned.

What: a device code of remote therapeutic monitoring with too few or too many days of data, management without a live
    contact in the month, or two codes of which only one may be billed.
Why: 98976 to 98978 need 16 days of data in 30, 98984 to 98986 (from 2026) 2 to 15; the management codes need a live
    contact, and 98979 (10 to 19 minutes) stands instead of 98980 (20 minutes), never beside it.
Fix: bill the code the days and minutes earn, or none.
"""

from collections.abc import Iterator
from typing import Any

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Finding, Fix
from rehabill.model.claim import RemoteMonitoring
from rehabill.rules.case import Case, Line
from rehabill.rules.rule import Rule, drop, put, review

_DAYS = "cpt.rtm.days"
_SHORT_DAYS = "cpt.rtm.short_days"
_CONTACT = "cpt.rtm.live_contact"
_SHORT_OF = {"98976": "98984", "98977": "98985", "98978": "98986"}
_LONG_OF = {short: long for long, short in _SHORT_OF.items()}
_MANAGEMENT = frozenset({"98979", "98980", "98981"})
_INSTEAD = {**_LONG_OF, "98979": "98980"}


def check(case: Case, edition: Edition) -> Iterator[Finding]:
    months = {(line.day.year, line.day.month, line.code) for line in case.lines}
    rtm = case.context.rtm
    told = rtm if isinstance(rtm, RemoteMonitoring) else RemoteMonitoring()
    for line in case.lines:
        other = _INSTEAD.get(line.code)
        if (line.day.year, line.day.month, other) in months:
            yield _fail(line, "both", review(drop(line.path())), (), other=other)
        elif line.code in _SHORT_OF or line.code in _LONG_OF:
            yield from _device(line, told.days)
        elif line.code in _MANAGEMENT:
            yield from _management(line, told.live_contact)


def _device(line: Line, days: int | None) -> Iterator[Finding]:
    if not line.edition.known(_DAYS):
        return
    full = line.edition.number(_DAYS)
    least = full if line.code in _SHORT_OF else _least(line.edition)
    if days is None:
        yield _unknown(line, "context.rtm.days", _DAYS)
    elif days < least:
        short = _SHORT_OF.get(line.code)
        fits = short in line.edition.codes and days >= _least(line.edition)
        fix = review(put(line.path("code"), short)) if short and fits else review(drop(line.path()))
        yield _fail(line, "few", fix, (_DAYS, _SHORT_DAYS), days=days, least=least)
    elif line.code in _LONG_OF and days >= full:
        long = _LONG_OF[line.code]
        yield _fail(line, "many", review(put(line.path("code"), long)), (_DAYS, _SHORT_DAYS), days=days, other=long)


def _least(edition: Edition) -> int:
    """The fewest days that earn any device code; before 2026 none did below the full count."""
    return edition.number(_SHORT_DAYS if edition.known(_SHORT_DAYS) else _DAYS)


def _management(line: Line, contact: bool | None) -> Iterator[Finding]:
    if contact is False:
        yield _fail(line, "contact", review(drop(line.path())), (_CONTACT,))
    elif contact is None:
        yield _unknown(line, "context.rtm.live_contact", _CONTACT)


def _fail(line: Line, say: str, fix: Fix, law: tuple[str, ...], **facts: Any) -> Finding:
    return RULE.fail(
        line.edition, line.path("code"), say=say, law=law, fix=fix, line=line.number, code=line.code, **facts
    )


def _unknown(line: Line, path: str, law: str) -> Finding:
    return RULE.no_data(line.edition, path, severity="warning", law=(law,), line=line.number, code=line.code)


RULE = Rule(
    id="PT240",
    slug="remote-monitoring-not-earned",
    topic="documentation",
    severity="error",
    law=(_DAYS, _SHORT_DAYS, _CONTACT),
    triggers=frozenset({*_SHORT_OF, *_LONG_OF, *_MANAGEMENT}),
    check=check,
)
