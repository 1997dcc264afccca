"""A claim laid out for checking: each line with its day and the law of that day."""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from rehabill.almanac import icd10cm
from rehabill.almanac.edition import Almanac, Edition
from rehabill.almanac.icd10cm import Icd10cm
from rehabill.base.errors import InputError
from rehabill.coding.modifiers import DISCIPLINE_MODIFIER
from rehabill.model.claim import Claim, ClaimLine
from rehabill.model.terms import Discipline
from rehabill.pricing.allowed import Allowed, allowed
from rehabill.pricing.price import earlier_items, item_of, where_of

DISCIPLINE_BY_MODIFIER = {modifier: discipline for discipline, modifier in DISCIPLINE_MODIFIER.items()}

T = TypeVar("T")


class Line(msgspec.Struct, gc=False):
    """One line in its place: `number` counts from 1, as a biller does."""

    index: int
    line: ClaimLine
    day: dt.date
    edition: Edition

    @property
    def number(self) -> int:
        return self.index + 1

    @property
    def code(self) -> str:
        return self.line.code

    def path(self, field: str = "") -> str:
        return f"lines[{self.index}].{field}" if field else f"lines[{self.index}]"


class Case:
    """What a rule sees: the claim, its lines by day, the day of submission, and amounts computed on first need."""

    def __init__(self, claim: Claim, almanac: Almanac, today: dt.date | None) -> None:
        self.claim = claim
        self.context = claim.context
        self.almanac = almanac
        self.submitted = claim.submitted or today
        self.memo: dict[str, Any] = {}
        """What several rules ask of one claim, worked out once."""
        self.lines = _laid_out(claim, almanac)
        self.days = _by_day(self.lines)
        """The lines of each date of service."""
        self.first_day = self.last_day = self.lines[0].day
        if len(self.days) > 1:
            self.first_day, self.last_day = min(self.days), max(self.days)
        self.shape = self._shape()
        """What was worked out before for claims of this shape; see `of_shape`."""

    def _shape(self) -> dict[str, Any]:
        """Claims of one day under one edition that agree in all this share what follows from it alone: a clinic's
        claims repeat a few shapes. Minutes, dollars, dates and persons are no part of it. A claim of several days, or
        of a day on which another claim was made before, shares nothing.
        """
        if len(self.days) > 1 or (self.context.prior_claims and self._billed_that_day()):
            return {}
        claim, edition = self.claim, self.lines[0].edition
        lines = [
            (line.code, line.modifiers, line.units, line.by, line.diagnosis_pointers, line.place_of_service)
            for line in claim.lines
        ]
        key = (
            "shape", claim.discipline, claim.frequency, claim.place_of_service, claim.locality, claim.qp,
            claim.participating, len(claim.diagnoses) if claim.diagnoses else 0, *lines,
        )  # fmt: skip
        found: dict[str, Any] | None = edition.memo.get(key)
        return edition.remember(key, {}) if found is None else found

    def _billed_that_day(self) -> bool:
        return any(day == self.first_day for _, _, day in self.prior_lines() or ())

    def of_shape(self, name: str, work_out: "Callable[[Case], T]") -> T:
        """What follows from the shape of the claim alone, worked out once for all claims of the shape."""
        try:
            found: T = self.shape[name]
        except KeyError:
            found = self.shape[name] = work_out(self)
        return found

    @property
    def expected(self) -> tuple[Allowed, ...]:
        """By line, what the fee schedule allows whatever the charge (MPPR over the day); worked out on first need."""
        return self.of_shape("expected", Case._allowed)

    @property
    def expected_cents(self) -> int:
        """What the fee schedule allows for the whole claim."""
        return sum([amount.allowed_cents for amount in self.expected])

    def _allowed(self) -> tuple[Allowed, ...]:
        if len(self.days) == 1:
            return self._allowed_on(self.lines)
        amounts: dict[int, Allowed] = {}
        for lines in self.days.values():
            amounts.update(zip((line.index for line in lines), self._allowed_on(lines), strict=True))
        return tuple(amounts[line.index] for line in self.lines)

    def _allowed_on(self, lines: tuple[Line, ...]) -> tuple[Allowed, ...]:
        day, edition = lines[0].day, lines[0].edition
        items = [item_of(line.line, edition) for line in lines]
        earlier = earlier_items(self.context, self.claim.payer, day)
        return allowed(edition, items, where_of(self.claim, edition), earlier)

    @property
    def icd10cm(self) -> Icd10cm:
        return icd10cm.load()

    def discipline(self, line: Line) -> Discipline | None:
        """The line's discipline: of its modifier, else the claim's."""
        for modifier in line.line.modifiers:
            if modifier in DISCIPLINE_BY_MODIFIER:
                return DISCIPLINE_BY_MODIFIER[modifier]
        return self.claim.discipline

    def prior_lines(self) -> tuple[tuple[Claim, ClaimLine, dt.date | None], ...] | None:
        """Every line of the earlier claims given; None when nothing was said of them."""
        prior = self.context.prior_claims
        if not isinstance(prior, tuple):
            return () if prior is None else None
        return tuple((claim, line, line.date or claim.date) for claim in prior for line in claim.lines)


def _laid_out(claim: Claim, almanac: Almanac) -> tuple[Line, ...]:
    """Each line with its day and that day's edition. Raises `InputError` for a line without a date."""
    lines = []
    edition: Edition | None = None
    known: dt.date | None = None
    for index, line in enumerate(claim.lines):
        day = line.date or claim.date
        if day is None:
            raise InputError(f"lines[{index}].date", "the date of service is missing")
        if edition is None or day != known:
            edition, known = almanac.edition(claim.payer, day), day
        lines.append(Line(index, line, day, edition))
    return tuple(lines)


def _by_day(lines: tuple[Line, ...]) -> dict[dt.date, tuple[Line, ...]]:
    days = [line.day for line in lines]
    if days and days.count(days[0]) == len(days):
        return {days[0]: lines}
    found: dict[dt.date, list[Line]] = {}
    for line in lines:
        found.setdefault(line.day, []).append(line)
    return {day: tuple(day_lines) for day, day_lines in found.items()}
