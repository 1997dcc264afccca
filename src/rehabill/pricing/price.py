"""A claim's price: what is allowed, what the payer pays, what the patient owes, and what is cut on the way.

Per line, each step rounded half up: patient = deductible + 20% of the rest; assistant = 15% of what is left;
sequestration = 2% of what is left after that; the payer pays the remainder (SSA §1834(k)(1)(B), §1834(v); C20, C21).
"""

import datetime as dt

import msgspec
from msgspec import UNSET

from rehabill.almanac.edition import Almanac, Edition
from rehabill.base.errors import InputError
from rehabill.base.finding import Step
from rehabill.base.money import round_half_up
from rehabill.model.claim import Claim, ClaimLine, Context
from rehabill.model.priced import PricedClaim, PricedLine, Reduction
from rehabill.pricing.allowed import Allowed, Item, allowed, at_most
from rehabill.pricing.fee import NoFee, Where

_MPPR_LAW = "medicare.therapy.mppr_percent"
_ASSISTANT_LAW = "medicare.therapy.assistant_payment_percent"
_SEQUESTRATION_LAW = "medicare.sequestration_percent"


class Sold(msgspec.Struct, frozen=True, gc=False):
    """What of a claim's line sets its price."""

    number: int
    code: str
    modifiers: tuple[str, ...]
    units: int
    charge_cents: int | None
    place_of_service: str | None


class PricedDay(msgspec.Struct, frozen=True, gc=False):
    """The lines of a day (or of all days of a claim) with their price and totals, and what was said of them."""

    lines: tuple[PricedLine, ...]
    steps: tuple[Step, ...]
    full_cents: int
    allowed_cents: int
    payer_cents: int
    patient_cents: int
    deductible_cents: int
    complete: bool


def price(claim: Claim, almanac: Almanac) -> PricedClaim:
    """Price every line of a claim. Raises `InputError` for an unknown payer, locality or day without law."""
    by_day = _by_day(claim)
    if not by_day:
        return PricedClaim(claim.id, "", claim.payer, "", (), 0, 0, 0, 0, False, ())
    days: list[PricedDay] = []
    steps: list[Step] = []
    used: dict[int, int] = {}
    for date, lines in sorted(by_day.items()):
        day = _price_day(claim, date, lines, almanac.edition(claim.payer, date), used.get(date.year), steps)
        used[date.year] = used.get(date.year, 0) + day.deductible_cents
        steps += day.steps
        days.append(day)
    whole = days[0] if len(days) == 1 else _together(days)
    first_day = min(by_day)
    edition = almanac.edition(claim.payer, first_day)
    return PricedClaim(
        claim.id, edition.stamp(first_day), claim.payer, edition.profile.fee_basis, whole.lines, whole.full_cents,
        whole.allowed_cents, whole.payer_cents, whole.patient_cents, whole.complete, tuple(steps),
    )  # fmt: skip


def _together(days: list[PricedDay]) -> PricedDay:
    """All days of a claim as one, the lines in the claim's order."""
    return _day(sorted([line for day in days for line in day.lines], key=lambda line: line.line), [])


def _day(lines: list[PricedLine], steps: list[Step]) -> PricedDay:
    full = allowed_ = payer = patient = deductible = 0
    complete = True
    for line in lines:
        full += line.full_cents or 0
        allowed_ += line.allowed_cents or 0
        payer += line.payer_cents or 0
        patient += line.patient_cents or 0
        deductible += line.deductible_cents
        complete = complete and line.allowed_cents is not None
    return PricedDay(tuple(lines), tuple(steps), full, allowed_, payer, patient, deductible, complete)


def _by_day(claim: Claim) -> dict[dt.date, list[tuple[int, ClaimLine]]]:
    """Line numbers and lines by date of service."""
    found: dict[dt.date, list[tuple[int, ClaimLine]]] = {}
    for number, line in enumerate(claim.lines, start=1):
        day = line.date or claim.date
        if day is None:
            raise InputError(f"lines[{number - 1}].date", "the date of service is missing")
        found.setdefault(day, []).append((number, line))
    return found


def where_of(claim: Claim, edition: Edition) -> Where:
    """What sets the fee besides the code. Facility places of service have their own practice expense."""
    place = claim.place_of_service
    facility = isinstance(place, str) and place in edition.law.almanac.facility_places
    return Where(claim.locality, facility, claim.qp, claim.participating)


def item_of(line: ClaimLine | Sold, edition: Edition) -> Item:
    """What of a claim's line sets its fee; a place of its own stands before the claim's."""
    place = line.place_of_service
    facility = None if place is None else place in edition.law.almanac.facility_places
    return Item(line.code, 0 if _denied(line) else line.units, facility)


def earlier_items(context: Context, payer: str, day: dt.date) -> list[Item]:
    """The same day's units on earlier claims to the payer: they share the day's one unit paid in full."""
    prior = context.prior_claims
    if not isinstance(prior, tuple) or not prior:
        return []
    return [
        Item(line.code, line.units)
        for other in prior
        if other.payer in ("", payer)
        for line in other.lines
        if (line.date or other.date) == day and not _denied(line)
    ]


def _price_day(
    claim: Claim,
    date: dt.date,
    lines: list[tuple[int, ClaimLine]],
    edition: Edition,
    used: int | None,
    steps: list[Step],
) -> PricedDay:
    """`used`: what the claim's earlier days of the year took of the deductible (None: there was none).

    A clinic's days repeat the same lines at the same charges, so a day's price is remembered by all that sets it;
    but not where a deductible is left to pay, which is each patient's own.
    """
    sold = [_sold(number, line) for number, line in lines]
    if edition.profile.fee_basis == "charge":
        return _day([_charge_line(line) for line in sold], [])
    where = where_of(claim, edition)
    earlier = earlier_items(claim.context, claim.payer, date)
    deductible = _deductible_left(claim, edition, used, steps)
    if deductible:
        return _priced(sold, edition, where, earlier, deductible)
    key = ("priced", where, *sold, None, *earlier)
    found: PricedDay | None = edition.memo.get(key)
    if found is None:
        found = edition.remember(key, _priced(sold, edition, where, earlier, 0))
    return found


def _sold(number: int, line: ClaimLine) -> Sold:
    charge = line.charge_cents
    if not isinstance(charge, int):
        charge = None
    elif charge < 0:
        raise InputError(f"lines[{number - 1}].charge_cents", "a charge cannot be negative")
    return Sold(number, line.code, line.modifiers, line.units, charge, line.place_of_service)


def _priced(sold: list[Sold], edition: Edition, where: Where, earlier: list[Item], deductible: int) -> PricedDay:
    """A day's lines by the fee schedule; the deductible is taken from the first lines on."""
    fees = allowed(edition, [item_of(line, edition) for line in sold], where, earlier)
    amounts = [at_most(fee, line.charge_cents) for fee, line in zip(fees, sold, strict=True)]
    result = []
    for line, amount in zip(sold, amounts, strict=True):
        priced = _line(line, amount, edition, deductible)
        deductible -= priced.deductible_cents
        result.append(priced)
    return _day(result, _explain(edition, where, amounts, sold))


def _denied(line: ClaimLine | Sold) -> bool:
    """GY and GZ say that Medicare pays nothing: such a unit is not among the day's paid ones."""
    return "GY" in line.modifiers or "GZ" in line.modifiers


def _deductible_left(claim: Claim, edition: Edition, used: int | None, steps: list[Step]) -> int:
    if edition.profile.patient_share != "part_b":
        return 0
    met = claim.context.deductible_met_cents
    if met is UNSET or met is None:
        if used is None:
            steps.append(Step("price", "the deductible is taken as met: nothing was said of it", (), ()))
        return 0
    if not edition.known("medicare.part_b.deductible"):
        if used is None:
            steps.append(Step("price", "no deductible is known for {}", (edition.law.first.year,), ()))
        return 0
    return max(0, edition.number("medicare.part_b.deductible") - met - (used or 0))


class _Shares(msgspec.Struct, frozen=True, gc=False):
    """Percentages of an edition: the patient's part, what an assistant's line loses, what sequestration takes."""

    coinsurance: int
    assistant: int
    sequestration: int


def _shares(edition: Edition) -> _Shares:
    found: _Shares | None = edition.memo.get("shares")
    if found is None:
        profile = edition.profile
        part_b = profile.patient_share == "part_b"
        shares = _Shares(
            edition.number("medicare.part_b.coinsurance_percent") if part_b else 0,
            100 - edition.number(_ASSISTANT_LAW) if profile.assistant_reduction else 0,
            edition.number(_SEQUESTRATION_LAW) if profile.sequestration else 0,
        )
        found = edition.remember("shares", shares)
    return found


def _line(line: Sold, amount: Allowed, edition: Edition, deductible_left: int) -> PricedLine:
    """Deductible, then coinsurance; of what is left the assistant's cut, then sequestration; the payer the rest."""
    if isinstance(amount.fee, NoFee):
        return _without_fee(line, amount.fee)
    shares = _shares(edition)
    total = 0 if _denied(line) else amount.allowed_cents
    deductible = min(deductible_left, total)
    patient = deductible + round_half_up((total - deductible) * shares.coinsurance, 100)
    left = total - patient
    reductions = [Reduction("mppr", amount.mppr_cents, _MPPR_LAW)] if amount.mppr_cents else []
    by_assistant = "CQ" in line.modifiers or "CO" in line.modifiers
    if by_assistant and (cut := round_half_up(left * shares.assistant, 100)):
        reductions.append(Reduction("assistant", cut, _ASSISTANT_LAW))
        left -= cut
    if cut := round_half_up(left * shares.sequestration, 100):
        reductions.append(Reduction("sequestration", cut, _SEQUESTRATION_LAW))
        left -= cut
    return PricedLine(
        line.number, line.code, line.modifiers, line.units, amount.full_cents, tuple(reductions), total, left, patient,
        deductible, line.charge_cents, amount.fee.inputs, None,
    )  # fmt: skip


def _without_fee(line: Sold, fee: NoFee) -> PricedLine:
    amount = 0 if fee.zero else None
    return PricedLine(
        line.number, line.code, line.modifiers, line.units, amount, (), amount, amount, amount,
        0, line.charge_cents, None, fee.reason,
    )  # fmt: skip


def _charge_line(line: Sold) -> PricedLine:
    """Self-pay: the charge is the price and the patient pays it."""
    charge = line.charge_cents
    missing = "no charge is given, and a self-pay patient pays the practice's charge" if charge is None else None
    payer = None if charge is None else 0
    return PricedLine(
        line.number, line.code, line.modifiers, line.units, charge, (), charge, payer, charge,
        0, charge, None, missing,
    )  # fmt: skip


def _explain(edition: Edition, where: Where, amounts: list[Allowed], sold: list[Sold]) -> list[Step]:
    steps = []
    if edition.profile.fee_basis == "medicare_reference":
        text = "the plan's own rates are not loaded: Medicare's fee stands in as a reference"
        steps.append(Step("price", text, (), ("payer.fee_basis",)))
    if where.locality is None:
        steps.append(Step("price", "no locality is given: the national amount, all indices 1.0", (), ()))
    if edition.profile.patient_share == "unknown":
        text = "the plan's copay and coinsurance are not known: the patient's part is left in the payer's"
        steps.append(Step("price", text, (), ("payer.patient_share",)))
    carried: str | None = None
    for line, amount in zip(sold, amounts, strict=True):
        if isinstance(amount.fee, NoFee):
            continue
        if amount.fee.inputs.carried_back:
            carried = amount.fee.inputs.release
        if amount.first_unit_in_full:
            text = "line {}: {} holds the day's unit with the highest practice expense, paid in full"
            steps.append(Step("price", text, (line.number, line.code), (_MPPR_LAW,)))
        if amount.allowed_cents < amount.full_cents - amount.mppr_cents:
            text = "line {}: the charge is below the fee, and the lesser is allowed"
            steps.append(Step("price", text, (line.number,), ("medicare.part_b.lesser_of",)))
    if carried is not None:
        text = "relative values of release {} are carried back to this day"
        steps.append(Step("price", text, (carried,), ("table.rvu",)))
    return steps
