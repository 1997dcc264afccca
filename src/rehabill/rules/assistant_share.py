"""Which units of a code need CQ or CO, judged over all its lines of one day and set beside what they carry."""

import datetime as dt

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.coding.assistants import (
    LAST_UNIT,
    MODIFIER,
    SHARE,
    SUPPLY,
    TWO_UNITS,
    Policy,
    is_supply,
    policy_of,
    split,
    whole_service,
)  # fmt: skip
from rehabill.coding.modifiers import ASSISTANT_MODIFIER
from rehabill.coding.record import ASSISTANTS, DISCIPLINE_OF
from rehabill.model.claim import ClaimLine
from rehabill.rules.case import Case, Line
from rehabill.rules.code_sets import kept
from rehabill.rules.disciplines import ASSISTANT
from rehabill.rules.traits import EVALUATION, POOLED, THERAPY, traits_of

LAW = (MODIFIER, SHARE, LAST_UNIT, *TWO_UNITS, SUPPLY)
OF_ROLE = {role: ASSISTANT_MODIFIER[DISCIPLINE_OF[role]] for role in ASSISTANTS}


class Helped(msgspec.Struct):
    """All lines of one code on one day in which an assistant had a part or that say so.

    `least` and `most` are the units that need the modifier; they differ where the law leaves it open. None: the
    minutes do not tell.
    """

    lines: list[Line]
    modifier: str
    units: int = 0
    marked: int = 0
    therapist: int | None = 0
    assistant: int | None = 0
    least: int | None = None
    most: int | None = None

    @property
    def edition(self) -> Edition:
        return self.lines[0].edition


def helped(case: Case) -> tuple[Helped, ...]:
    """Codes of a day with an assistant's part, under a payer that wants the modifier; evaluations are PT163's."""
    return kept(case, "helped", _helped)


def _helped(case: Case) -> tuple[Helped, ...]:
    telling = {line.code for line in case.lines if _tells(line.line)}
    if not telling:
        return ()
    found: dict[tuple[dt.date, str, str], Helped] = {}
    for line in case.lines:
        code = line.line.code
        if code not in telling or not line.edition.profile.assistant_modifier:
            continue
        modifier = modifier_of(case, line)
        if modifier is None or traits_of(line) & (THERAPY | EVALUATION) != THERAPY:
            continue
        _take(found.setdefault((line.day, code, modifier), Helped([], modifier)), line)
    together = [share for share in found.values() if any(_tells(line.line) for line in share.lines)]
    for share in together:
        _judge(share)
    return tuple(together)


def modifier_of(case: Case, line: Line) -> str | None:
    """CQ or CO by the line's discipline, else by who treated; None for speech and where nothing says."""
    discipline = case.discipline(line)
    if discipline is not None:
        return ASSISTANT_MODIFIER.get(discipline)
    return OF_ROLE.get(line.line.by or "")


def is_marked(line: Line) -> bool:
    return not ASSISTANT.isdisjoint(line.line.modifiers)


def by_assistant(line: Line) -> bool:
    """Given by an assistant, and no count of the assistant's own minutes says otherwise."""
    return line.line.by in ASSISTANTS and not isinstance(line.line.assistant_minutes, int)


def _tells(line: ClaimLine) -> bool:
    own = line.assistant_minutes
    return (isinstance(own, int) and own > 0) or line.by in ASSISTANTS or not ASSISTANT.isdisjoint(line.modifiers)


def _take(share: Helped, line: Line) -> None:
    share.lines.append(line)
    share.units += line.line.units
    share.marked += line.line.units if is_marked(line) else 0
    therapist, assistant = _minutes(line)
    share.therapist = _plus(share.therapist, therapist)
    share.assistant = _plus(share.assistant, assistant)


def _plus(total: int | None, more: int | None) -> int | None:
    return None if total is None or more is None else total + more


def _minutes(line: Line) -> tuple[int | None, int | None]:
    """The therapist's and the assistant's own minutes; who is not named is the therapist."""
    spent = line.line.minutes if isinstance(line.line.minutes, int) else None
    own = line.line.assistant_minutes
    if isinstance(own, int):
        return (None if spent is None else max(0, spent - own)), own
    if line.line.by in ASSISTANTS:
        return 0, spent
    if is_marked(line) and line.line.by is None:
        return None, None  # the line says an assistant had a part, and not how much
    return spent, 0


def _judge(share: Helped) -> None:
    edition = share.edition
    if not edition.flag(MODIFIER) or is_supply(share.lines[0].code, edition):
        share.least = share.most = 0
    elif traits_of(share.lines[0]) & POOLED:
        _by_units(share, policy_of(edition))
    else:
        _by_service(share, policy_of(edition))


def _by_units(share: Helped, policy: Policy) -> None:
    if share.therapist is None or share.assistant is None:
        if all(by_assistant(line) for line in share.lines):
            share.least = share.most = share.units
        return
    parts = split(share.units, share.therapist, share.assistant, policy)
    due = sum(part.units for part in parts if part.assistant)
    beyond = max(0, sum(part.units for part in parts) - share.units)  # fewer units billed than earned
    open_ = any(part.why == "not_covered" for part in parts)
    share.least, share.most = max(0, due - beyond - open_), min(share.units, due + open_)


def _by_service(share: Helped, policy: Policy) -> None:
    if share.assistant != 0 and (share.assistant is None or share.therapist is None):
        if all(by_assistant(line) for line in share.lines):
            share.least = share.most = share.units
        return
    marked = whole_service(share.units, share.therapist, share.assistant, policy).assistant
    share.least = share.most = share.units if marked else 0
