"""A professional claim while its file is looked at: what is kept until it can be judged, and how a finding is told."""

import datetime as dt
from typing import Protocol

from rehabill.x12.check.walk import Place

Values = list[str]
"""A segment split at its elements, the id first."""


class Tell(Protocol):
    """Adds a finding at an element of a segment; `path` is the field of the claim in a biller's words."""

    def __call__(
        self, rule: str, place: Place, element: str, loop: str, path: str = "", **facts: str | int
    ) -> None: ...


class Decision:
    """What another payer made of a line (2430, from its SVD) or of the whole claim (2320, from its SBR)."""

    def __init__(self, payer: str, paid: int | None, place: Place) -> None:
        self.payer = payer
        """Its number: SVD01, or NM109 of 2330B."""
        self.paid = paid
        self.place = place
        self.adjusted = 0
        self.adjustments: list[tuple[Values, Place]] = []
        """Each CAS."""
        self.decided: tuple[str, Place] | None = None
        """The day (DTP*573), as written."""
        self.owed: Place | None = None
        """Where it says what the patient still owes (AMT*EAF)."""


class LineDecision(Decision):
    def __init__(self, svd: Values, paid: int | None, place: Place, line: int) -> None:
        super().__init__(at(svd, 1), paid, place)
        self.procedure = at(svd, 3)
        self.line = line
        """From 0."""


class OtherPayer(Decision):
    def __init__(self, order: str, place: Place) -> None:
        super().__init__("", None, place)
        self.order = order
        """P for the first payer, S for the second … (SBR01)."""
        self.paid_at: Place | None = None
        self.remarks: tuple[Values, Place] | None = None
        """Its MOA."""


class Claim:
    """A claim as it passes, with what stood above it."""

    def __init__(self, number: str, charge: int | None, birth: dt.date | None, place: Place, path: str) -> None:
        self.number = number
        self.charge = charge
        self.birth = birth
        self.place = place
        self.path = path
        self.charges: list[int | None] = []
        """One of each line."""
        self.services: list[dt.date | None] = []
        """The first day of each line's service."""
        self.first: tuple[dt.date, Place] | None = None
        """The first of them all."""
        self.days: list[tuple[str, dt.date, Place, int]] = []
        """Other days: what they are (DTP01), and the line, from 0; -1: the whole claim."""
        self.diagnoses: list[tuple[Values, Place]] = []
        """Each HI of diagnoses, and where it stands."""
        self.diagnosis_count = 0
        self.waiting: tuple[str, Place] | None = None
        """The last line's procedure (SV101), until its day of service is known."""
        self.line_numbers: set[str] = set()
        self.payers: list[OtherPayer] = []
        self.decisions: list[LineDecision] = []

    @property
    def line_path(self) -> str:
        """The line at hand."""
        return f"{self.path}.lines[{len(self.charges) - 1}]"


def at(values: Values, number: int) -> str:
    """An element of a segment; empty when the segment ends before it."""
    return values[number] if number < len(values) else ""
