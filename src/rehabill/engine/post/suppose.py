"""Why a line was paid short: the claim priced again under each mistake that payers make, until one fits."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import RehabillError
from rehabill.base.money import round_half_up
from rehabill.coding.modifiers import ASSISTANT_MODIFIER
from rehabill.engine.post.expect import Cause
from rehabill.model.books import BookedLine
from rehabill.model.claim import Claim, ClaimLine, Context, PriorClaim
from rehabill.model.priced import PricedLine
from rehabill.pricing.price import price

_ANOTHER_SERVICE = "92523"
"""Of all codes that share the reduction it has the highest practice expense (fee schedules of 2020 to 2026, held by a
test): on the same day it takes the unit paid in full."""


_SEQUESTRATION = "medicare.sequestration_percent"


def causes(claim: Claim, almanac: Almanac) -> Cause:
    """What explains the short lines of a claim, as it was sent."""

    def cause(line: BookedLine, given: int) -> str:
        return cause_of(claim, line.expected.line, given, almanac) if line.expected else ""

    return cause


def cause_of(claim: Claim, number: int, given: int, almanac: Almanac) -> str:
    """The mistake by which line `number` (from 1) comes to the `given` cents of payer and patient; empty: none does."""
    line = claim.lines[number - 1]
    for words, supposed in _suppositions(claim, number):
        try:
            priced = price(supposed, almanac).lines[number - 1]
        except RehabillError:  # no law, no price on that day: this mistake cannot have been made
            continue
        if priced.allowed_cents is None:
            continue
        if abs((priced.payer_cents or 0) + (priced.patient_cents or 0) - given) <= line.units:
            return words
    return _sequestered(claim, number, given, almanac)


def _sequestered(claim: Claim, number: int, given: int, almanac: Almanac) -> str:
    """Whether it is less by what sequestration takes, though the payer says nothing of that (CARC 253)."""
    day = claim.lines[number - 1].date or claim.date
    try:
        priced: PricedLine = price(claim, almanac).lines[number - 1]
        edition = almanac.edition(claim.payer, day) if day else None
        percent = edition.number(_SEQUESTRATION) if edition else 0
    except RehabillError:
        return ""
    if edition is None or not priced.payer_cents:
        return ""
    short = round_half_up(priced.payer_cents * percent, 100)
    left = priced.payer_cents - short + (priced.patient_cents or 0)
    if not short or abs(left - given) > priced.units:
        return ""
    once_more = "once more, " if edition.profile.sequestration else ""
    return f"it is {percent}% less {once_more}as by sequestration, without a word of it"


def _suppositions(claim: Claim, number: int) -> Iterator[tuple[str, Claim]]:
    line = claim.lines[number - 1]
    modifier = ASSISTANT_MODIFIER.get(claim.discipline or "PT")
    if modifier and modifier not in line.modifiers:
        assisted = msgspec.structs.replace(line, modifiers=(*line.modifiers, modifier))
        yield "it was paid as an assistant's service", _with(claim, number, assisted)
    day = line.date or claim.date
    if day is not None:
        other = PriorClaim(payer=claim.payer, lines=(ClaimLine(date=day, code=_ANOTHER_SERVICE, units=1),))
        context = msgspec.structs.replace(claim.context, prior_claims=(other,))
        yield "every unit was reduced (MPPR), also one that is paid in full", _around(claim, context)
        earlier = _year_before(day)
        lines = tuple(msgspec.structs.replace(one, date=earlier) for one in claim.lines)
        yield f"it was paid by the fees of {earlier.year}", msgspec.structs.replace(claim, date=earlier, lines=lines)


def _with(claim: Claim, number: int, line: ClaimLine) -> Claim:
    lines = (*claim.lines[: number - 1], line, *claim.lines[number:])
    return msgspec.structs.replace(claim, lines=lines)


def _around(claim: Claim, context: Context) -> Claim:
    return msgspec.structs.replace(claim, context=context)


def _year_before(day: dt.date) -> dt.date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
