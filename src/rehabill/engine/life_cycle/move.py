"""One event in the life of a claim at an insurer, by the table."""

from collections.abc import Callable
from typing import Literal

import msgspec

from rehabill.base.errors import RehabillError
from rehabill.engine.life_cycle.table import ANSWERED, AT_REST, EVENTS, PREPARING, TABLE, TAKEN_IN, Condition, Row
from rehabill.model.books import Order
from rehabill.model.standing import Event, InsuranceStatus, Standing

_OF_A_VERSION: frozenset[Event] = frozenset({"received", "accepted", "rejected", "pended"})
"""Acknowledgments and answers to inquiries can tell which version they mean; remittances cannot."""
_TURNS: dict[Order, str] = {"P": "first", "S": "second", "T": "third"}

CONDITIONS: dict[Condition, Callable[[Standing, int | None], bool]] = {
    "always": lambda standing, open_cents: True,
    "this insurer owes nothing": lambda standing, open_cents: open_cents == 0,
    "a version went out": lambda standing, open_cents: standing.sent > 0,
    "nothing went out": lambda standing, open_cents: standing.sent == 0,
    "it is a later insurer's": lambda standing, open_cents: standing.order != "P",
    "a version went out, or it is a later insurer's":
        lambda standing, open_cents: standing.sent > 0 or standing.order != "P",
    "a void went out": lambda standing, open_cents: standing.void,
    "no void went out": lambda standing, open_cents: not standing.void,
    "the insurer has a version": lambda standing, open_cents: has_version(standing),
    "the insurer has no version": lambda standing, open_cents: not has_version(standing),
    "there is an earlier version to go back to": lambda standing, open_cents: standing.before is not None,
}  # fmt: skip
_ROWS: dict[tuple[InsuranceStatus, Event], list[Row]] = {}
for _row in TABLE:
    for _status in _row.at:
        _ROWS.setdefault((_status, _row.event), []).append(_row)


class IllegalTransition(RehabillError):
    """What cannot happen to a claim as it stands; `possible` says what can."""

    def __init__(self, standing: Standing, event: Event, possible: tuple[Event, ...], because: str) -> None:
        self.standing = standing
        self.event = event
        self.possible = possible
        can = ", ".join(_words(one) for one in possible) or "nothing"
        super().__init__(
            f"The claim stands at {standing.status} with its {_TURNS[standing.order]} insurer and cannot be"
            f" {_words(event)}{because}. What can happen now: {can}."
        )


def start(order: Order) -> Standing:
    """A new claim at one of its insurers: the first is billed, the others wait."""
    return Standing(order=order, status="draft" if order == "P" else "waiting")


def move(standing: Standing, event: Event, *, version: int | None = None, open_cents: int | None = None) -> Standing:
    """The claim after the event, by the table. Raises `IllegalTransition`.

    `version`: which of ours an acknowledgment answers, where that is known; one of an earlier version moves nothing.
    `open_cents`: what this insurer still owes by the books; `closed` needs it.
    """
    if version is not None and event in _OF_A_VERSION:
        if not 0 < version <= standing.sent:
            raise _illegal(standing, event, open_cents, f": version {version} never went to it")
        if version < version_of(standing):
            return _noted(standing, event)
    rows = _ROWS.get((standing.status, event), [])
    row = next((row for row in rows if CONDITIONS[row.only](standing, open_cents)), None)
    if row is None:
        because = f"; that needs that {' or '.join(row.only for row in rows)}" if rows else ""
        raise _illegal(standing, event, open_cents, because)
    if row.to == "same":
        return _noted(standing, event)
    to = (standing.before or standing.status) if row.to == "before" else row.to
    return Standing(
        order=standing.order,
        status=to,
        sent=standing.sent + (event in ("sent", "brought_over")),
        void=_void(standing, event, to),
        before=_before(standing, event, to),
    )


def possible(standing: Standing, open_cents: int | None = 0) -> tuple[Event, ...]:
    """The events that would move the claim, in the order of the table."""
    found = (
        event
        for event in EVENTS
        for row in _ROWS.get((standing.status, event), [])
        if row.to != "same" and CONDITIONS[row.only](standing, open_cents)
    )
    return tuple(dict.fromkeys(found))


def version_of(standing: Standing) -> int:
    """The version being prepared, or the last that was sent to this insurer; 0: none of ours."""
    return standing.sent + (standing.status in PREPARING)


def has_version(standing: Standing) -> bool:
    """Has the insurer taken in any version of the claim?"""
    return standing.status in TAKEN_IN or standing.before in TAKEN_IN


def frequency(standing: Standing) -> Literal["1", "7", "8"]:
    """What the next version to go out says it is (CLM05-3), unless the insurer takes no replacements."""
    if standing.void:
        return "8"
    return "7" if has_version(standing) else "1"


def _noted(standing: Standing, event: Event) -> Standing:
    """A word that moves nothing; but that an earlier version was taken in is kept, for corrections replace it."""
    if event in TAKEN_IN and standing.status not in AT_REST and not has_version(standing):
        return msgspec.structs.replace(standing, before="accepted")
    return standing


def _void(standing: Standing, event: Event, to: InsuranceStatus) -> bool:
    """A void stays one until another version is begun, it is dropped, or an answer overtakes it before it got there."""
    if event in ("withdrawn", "corrected", "dropped", "brought_over"):
        return event == "withdrawn"
    overtaken = standing.status in (*PREPARING, "rejected") and to in (*ANSWERED, *AT_REST)
    return standing.void and not overtaken


def _before(standing: Standing, event: Event, to: InsuranceStatus) -> InsuranceStatus | None:
    """Where to go back to: kept while a version is under way, forgotten when the insurer has answered."""
    if event in ("corrected", "withdrawn", "appealed") and standing.status in TAKEN_IN:
        return standing.status
    if event == "closed":
        return standing.status if standing.status in TAKEN_IN else standing.before or standing.status
    forgotten = event == "dropped" or to in (*ANSWERED, "voided") or standing.before not in TAKEN_IN
    return None if forgotten else standing.before


def _illegal(standing: Standing, event: Event, open_cents: int | None, because: str) -> IllegalTransition:
    return IllegalTransition(standing, event, possible(standing, 0 if open_cents is None else open_cents), because)


def _words(event: Event) -> str:
    return event.replace("_", " ")
