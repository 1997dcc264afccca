"""A claim laid out for checking: each line with its day and the law of that day."""

import datetime as dt
from typing import Any

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
        self.lines: tuple[Line, ...] = tuple(lines)
        self.days = _by_day(self.lines)
        """The lines of each date of service."""
        self._expected: tuple[Allowed, ...] | None = None
        self._expected_cents: int | None = None

    @property
    def expected(self) -> tuple[Allowed, ...]:
        """By line, what the fee schedule allows whatever the charge (MPPR over the day); worked out on first need."""
        if self._expected is None:
            self._expected = self._allowed()
        return self._expected

    @property
    def expected_cents(self) -> int:
        """What the fee schedule allows for the whole claim."""
        if self._expected_cents is None:
            self._expected_cents = sum([amount.allowed_cents for amount in self.expected])
        return self._expected_cents

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


def _by_day(lines: tuple[Line, ...]) -> dict[dt.date, tuple[Line, ...]]:
    if all(line.day == lines[0].day for line in lines):
        return {lines[0].day: lines} if lines else {}
    found: dict[dt.date, list[Line]] = {}
    for line in lines:
        found.setdefault(line.day, []).append(line)
    return {day: tuple(day_lines) for day, day_lines in found.items()}
