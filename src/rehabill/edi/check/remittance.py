"""The business of remittances (835) apart from the money: days that cannot be, codes, the provider's numbers."""

import datetime as dt
from collections.abc import Callable
from typing import ClassVar

from rehabill.base.finding import Position
from rehabill.base.ids import npi_is_valid
from rehabill.edi.check.claim import Values, at
from rehabill.edi.check.procedures import is_modifier, is_well_formed
from rehabill.x12.check.elements import is_day
from rehabill.x12.check.walk import About, Place, Walk
from rehabill.x12.faults import fault
from rehabill.x12.values import day as day_of

# The limits are ours and no law: wide enough that what lies outside is a mistake.
EARLIEST = dt.date(1990, 1, 1)
"""Nothing older is decided in a transaction of 2012."""
RENTED_AHEAD = dt.timedelta(days=31)
"""Equipment is billed by the month in advance: so far behind the remittance a span of service may end."""
FAR = dt.timedelta(days=366)
"""A transfer may be dated ahead by some weeks, and a file made anew later; no payment is a year away from its file."""
OLD_YEAR = dt.timedelta(days=3653)
"""A fiscal year ends within a year of the payment or lies behind it, where an old one is settled."""

PREDETERMINED = "25"
"""CLP02: what would be paid for a service to come."""

_DAYS = {
    "472": ("The service", "first_day"), "150": ("The service", "first_day"), "151": ("The service", "last_day"),
    "232": ("The statement", "statement_from"), "233": ("The statement", "statement_to"),
    "050": ("The claim's receipt", "received"),
}  # fmt: skip
_ENDS = {"151": "150", "233": "232"}
"""Qualifiers of last days, and those of their first days."""
_ALONE = frozenset({"472", "050"})
"""Days that need no other one to be judged."""
_REMEMBERED = 20_000


class Remittance:
    """Observes one 835. `made`: the day of its group (CCYYMMDD).

    Services and days that were found good are remembered by their text: they repeat throughout a file.
    """

    wanted: ClassVar[dict[str, tuple[str, ...]]] = {
        "BPR": ("835",), "DTM": ("835", "2100", "2110"), "N1": ("1000B",), "TS3": ("2000",), "CLP": ("2100",),
        "SVC": ("2110",), "PLB": ("835",),
    }  # fmt: skip

    def __init__(self, walk: Walk, made: str) -> None:
        self.walk = walk
        self.component = walk.graph.delimiters.component
        self.made = day_of(made)
        self.payment: tuple[dt.date, Place] | None = None
        self.latest: dt.date | None = None
        """The last of the days on which the remittance was made and paid: nothing in it is later."""
        self.is_payee_by_npi = self.is_decided = False
        self.begun: dict[str, tuple[dt.date, About]] = {}
        """First days by qualifier, with the claim and line they are of."""
        self.good: set[str] = set()
        self.moved = 0
        """Adjustments of the provider's account so far."""
        self._steps: dict[str, Callable[[str, Values, Place], None]] = {
            "BPR": self._paid, "DTM": self._day, "N1": self._payee, "TS3": self._summary, "CLP": self._claim,
            "SVC": self._service, "PLB": self._provider,
        }  # fmt: skip

    def take(self, loop: str, elements: Values, text: str, place: Place) -> None:
        if text in self.good:
            return
        told = len(self.walk.report.findings)
        self._steps[elements[0]](loop, elements, place)
        is_alone = elements[0] == "SVC" or (elements[0] == "DTM" and self.is_decided and at(elements, 1) in _ALONE)
        if is_alone and len(self.walk.report.findings) == told and len(self.good) < _REMEMBERED:
            self.good.add(text)

    def finish(self) -> None:
        """Nothing is left to judge at the end."""

    def _tell(self, rule: str, place: Place, element: str, loop: str, field: str = "", **facts: str | int) -> None:
        batch, index, number = place
        segment = batch.segments[index].partition(batch.delimiters.element)[0]
        claim = self.walk.about[0]
        where = Position(batch.byte_of(index), segment, element, loop, self.walk.report.control, number, claim)
        path = ".".join(filter(None, (self.walk.path(), field)))
        self.walk.report.findings.append(fault(rule, where, path, element=element, **facts))

    # the payment

    def _paid(self, loop: str, bpr: Values, place: Place) -> None:
        day = _day(at(bpr, 16))
        self.payment = (day, place) if day else None
        self._reckon()

    def _reckon(self) -> None:
        days = [day for day in (self.made, self.payment[0] if self.payment else None) if day]
        self.latest = max(days, default=None)

    def _payee(self, loop: str, n1: Values, place: Place) -> None:
        """The header is whole: how far is the payment from its file?"""
        self.is_payee_by_npi = at(n1, 3) == "XX"
        if self.made and self.payment and abs(self.payment[0] - self.made) > FAR:
            day, place = self.payment
            self._tell("X309", place, "BPR16", "835", "payment_date", day=str(day), made=str(self.made))
            self.payment = None
            self._reckon()

    # claims and lines

    def _summary(self, loop: str, ts3: Values, place: Place) -> None:
        self._number(at(ts3, 1), place, "TS301", loop)

    def _claim(self, loop: str, clp: Values, place: Place) -> None:
        self.is_decided = at(clp, 2) != PREDETERMINED

    def _service(self, loop: str, svc: Values, place: Place) -> None:
        for number, field in ((1, "code"), (6, "submitted")):
            kind, *parts = at(svc, number).split(self.component)
            if kind != "HC" or not parts:
                continue
            if parts[0] and not is_well_formed(parts[0]):
                self._tell("X520", place, f"SVC{number:02d}-2", loop, field, value=parts[0][:10])
            for part, modifier in enumerate(parts[1:5], 3):
                if modifier and not is_modifier(modifier):
                    told = "modifiers" if field == "code" else field
                    self._tell("X524", place, f"SVC{number:02d}-{part}", loop, told, value=modifier[:10])

    def _day(self, loop: str, dtm: Values, place: Place) -> None:
        kind, day = at(dtm, 1), _day(at(dtm, 2))
        if day is None:
            return
        if loop == "835":
            self.made = day
            self._reckon()
            return
        if kind not in _DAYS:
            return
        what, field = _DAYS[kind]
        first, of = self.begun.get(_ENDS.get(kind, ""), (None, None))
        latest = self.latest + RENTED_AHEAD if self.latest and kind in _ENDS else self.latest
        if day < EARLIEST:
            self._tell("X307", place, "DTM02", loop, field, what=what, day=str(day), earliest=EARLIEST.year)
        elif latest and day > latest and self.is_decided:
            self._tell("X306", place, "DTM02", loop, field, what=what, day=str(day), latest=str(self.latest))
        elif first and day < first and of == self.walk.about:
            self._tell("X308", place, "DTM02", loop, field, what=what, day=str(day), first=str(first))
        else:
            self.begun[kind] = day, self.walk.about

    # the provider's account

    def _provider(self, loop: str, plb: Values, place: Place) -> None:
        field = f"provider_adjustments[{self.moved}]"
        self.moved += max(len(plb) - 3, 0) // 2
        self._number(at(plb, 1), place, "PLB01", loop, f"{field}.provider_id")
        year = _day(at(plb, 2))
        if year and self.latest and not -OLD_YEAR <= year - self.latest <= FAR:
            told = {"day": str(year), "latest": str(self.latest)}
            self._tell("X321", place, "PLB02", loop, f"{field}.fiscal_year_end", **told)

    def _number(self, number: str, place: Place, element: str, loop: str, field: str = "") -> None:
        """A provider whose payee goes by an NPI goes by one too, if the number has its form."""
        looks_so = len(number) == 10 and number.isdecimal() and number[0] in "12"
        if self.is_payee_by_npi and looks_so and not npi_is_valid(number):
            self._tell("X320", place, element, loop, field, value=number)


def _day(text: str) -> dt.date | None:
    """None for what `elements` tells of as no date."""
    return day_of(text) if is_day(text) else None
