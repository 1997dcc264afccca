"""A visit as coded: lines to bill, what is not billed and why, and every step on the way."""

import datetime as dt

import msgspec
from msgspec import UNSET, UnsetType

from rehabill.base.finding import Step
from rehabill.model.claim import Context
from rehabill.model.terms import Discipline, RecordId, Telehealth


class CodedLine(msgspec.Struct, frozen=True, gc=False):
    """`minutes` are those that earned the line's units, with the leftovers that belong to it (None: not recorded).

    `assistant_minutes` are the assistant's own of them; `treatments` counts from 0; `distinct_from` are line numbers.
    """

    line: int
    code: str
    modifiers: tuple[str, ...]
    units: int
    minutes: int | None
    treatments: tuple[int, ...]
    because: tuple[Step, ...]
    discipline: Discipline = "PT"
    assistant_minutes: int | None = None
    distinct_from: tuple[int, ...] = ()
    patients: int | None = None
    description: str | None = None


class NotBilled(msgspec.Struct, frozen=True, gc=False):
    """Minutes or services kept on record without a unit: `reason` says why, `law` names the value of law."""

    treatments: tuple[int, ...]
    code: str | None
    minutes: int | None
    reason: Step
    law: str | None = None
    invalid: bool = False
    """The code itself may not be billed that day: a scrub must speak of it."""


class Suggestion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a text treatment may be billed as."""

    treatment: int
    codes: tuple[str, ...]
    confidence: float
    why: str
    ask: str | None = None
    together: bool = False


class CodedVisit(msgspec.Struct, frozen=True, gc=False):
    """A visit with its lines to bill; `steps` are all decisions, those of the lines included."""

    id: RecordId
    date: dt.date
    payer: str
    edition: str
    discipline: Discipline
    place_of_service: str | None
    lines: tuple[CodedLine, ...]
    not_billed: tuple[NotBilled, ...]
    suggestions: tuple[Suggestion, ...]
    steps: tuple[Step, ...]


class VisitToPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What `price` accepts of a coded visit that comes back as JSON."""

    id: RecordId = None
    date: dt.date
    payer: str
    lines: tuple["LineToPrice", ...]
    place_of_service: str | None = None
    discipline: Discipline | None = None
    locality: str | None = None
    qp: bool = False
    participating: bool = True
    telehealth: Telehealth | None = None
    context: Context | UnsetType = UNSET


class LineToPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What of a coded line sets its price; its other fields are passed over."""

    code: str
    units: int
    modifiers: tuple[str, ...] = ()
    charge_cents: int | None = None
