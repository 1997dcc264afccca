"""What is asked and what is answered."""

import datetime

import msgspec


class Suggestion(msgspec.Struct, frozen=True):
    """Codes best first; none when nothing is billable. `ask` holds what the therapist must still say."""

    codes: tuple[str, ...]
    confidence: float
    why: str
    ask: str | None = None
    together: bool = False
    patients: int | None = None
    """How many were treated at once, where the text itself says so."""


class Asked(msgspec.Struct, frozen=True):
    """The arguments of `suggest`, as one value."""

    text: str
    on: datetime.date
    discipline: str
    payer: str
    purpose: str | None
    encounter: str | None
    region: str | None
    mode: str
    patients: int | None
    minutes: int | None
