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


def price(claim: Claim, almanac: Almanac) -> PricedClaim:
    """Price every line of a claim. Raises `InputError` for an unknown payer, locality or day without law."""
    by_day = _by_day(claim)
    if not by_day:
        return PricedClaim(claim.id, "", claim.payer, "", (), 0, 0, 0, 0, False, ())
    priced: list[PricedLine] = []
    steps: list[Step] = []
    used: dict[int, int] = {}
    for day, lines in sorted(by_day.items()):
        rows = _price_day(claim, day, lines, almanac.edition(claim.payer, day), used.get(day.year), steps)
        used[day.year] = used.get(day.year, 0) + sum(row.deductible_cents for row in rows)
        priced += rows
    if len(by_day) > 1:
        priced.sort(key=lambda line: line.line)
    first_day = min(by_day)
    edition = almanac.edition(claim.payer, first_day)
    return PricedClaim(
        id=claim.id,
        edition=edition.stamp(first_day),
        payer=claim.payer,
        basis=edition.profile.fee_basis,
        lines=tuple(priced),
        full_cents=sum([line.full_cents or 0 for line in priced]),
        allowed_cents=sum([line.allowed_cents or 0 for line in priced]),
        payer_cents=sum([line.payer_cents or 0 for line in priced]),
        patient_cents=sum([line.patient_cents or 0 for line in priced]),
        complete=all(line.allowed_cents is not None for line in priced),
        steps=tuple(steps),
    )


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


def item_of(line: ClaimLine, edition: Edition) -> Item:
    """What of a claim's line sets its fee; a place of its own stands before the claim's."""
    place = line.place_of_service
    facility = None if place is None else place in edition.law.almanac.facility_places
    return Item(line.code, 0 if _denied(line) else line.units, facility)


def earlier_items(context: Context, payer: str, day: dt.date) -> list[Item]:
    """The same day's units on earlier claims to the payer: they share the day's one unit paid in full."""
    prior = context.prior_claims
    if not isinstance(prior, tuple):
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
    day: dt.date,
    lines: list[tuple[int, ClaimLine]],
    edition: Edition,
    used: int | None,
    steps: list[Step],
) -> list[PricedLine]:
    """`used`: what the claim's earlier days of the year took of the deductible (None: there was none)."""
    charges = [_charge(number, line) for number, line in lines]
    if edition.profile.fee_basis == "charge":
        return [_charge_line(number, line, charge) for (number, line), charge in zip(lines, charges, strict=True)]
    items = [item_of(line, edition) for _, line in lines]
    fees = allowed(edition, items, where_of(claim, edition), earlier_items(claim.context, claim.payer, day))
    amounts = tuple([at_most(amount, charge) for amount, charge in zip(fees, charges, strict=True)])
    deductible = _deductible_left(claim, edition, used, steps)
    _explain(claim, edition, amounts, lines, steps)
    result = []
    for (number, line), amount, charge in zip(lines, amounts, charges, strict=True):
        priced = _line(number, line, charge, amount, edition, deductible)
        deductible -= priced.deductible_cents
        result.append(priced)
    return result


def _denied(line: ClaimLine) -> bool:
    """GY and GZ say that Medicare pays nothing: such a unit is not among the day's paid ones."""
    return "GY" in line.modifiers or "GZ" in line.modifiers


def _charge(number: int, line: ClaimLine) -> int | None:
    charge = line.charge_cents
    if not isinstance(charge, int):
        return None
    if charge < 0:
        raise InputError(f"lines[{number - 1}].charge_cents", "a charge cannot be negative")
    return charge


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


class _Split(msgspec.Struct, frozen=True, gc=False):
    """Who pays which part of an allowed amount."""

    allowed: int
    payer: int
    patient: int
    deductible: int
    reductions: tuple[Reduction, ...]


def _line(
    number: int, line: ClaimLine, charge: int | None, amount: Allowed, edition: Edition, deductible_left: int
) -> PricedLine:
    if isinstance(amount.fee, NoFee):
        return _without_fee(number, line, charge, amount.fee)
    total = 0 if _denied(line) else amount.allowed_cents
    by_assistant = "CQ" in line.modifiers or "CO" in line.modifiers
    key = ("split", total, amount.mppr_cents, by_assistant, min(deductible_left, total))
    parts: _Split | None = edition.memo.get(key)
    if parts is None:
        parts = edition.remember(key, _split(*key[1:], _shares(edition)))
    return PricedLine(
        number, line.code, line.modifiers, line.units, amount.full_cents, parts.reductions, total, parts.payer,
        parts.patient, parts.deductible, charge, amount.fee.inputs, None,
    )  # fmt: skip


def _split(total: int, mppr: int, by_assistant: bool, deductible: int, shares: _Shares) -> _Split:
    """Deductible, then coinsurance; of what is left the assistant's cut, then sequestration; the payer the rest."""
    patient = deductible + round_half_up((total - deductible) * shares.coinsurance, 100)
    left = total - patient
    reductions = [Reduction("mppr", mppr, _MPPR_LAW)] if mppr else []
    if by_assistant and (cut := round_half_up(left * shares.assistant, 100)):
        reductions.append(Reduction("assistant", cut, _ASSISTANT_LAW))
        left -= cut
    if cut := round_half_up(left * shares.sequestration, 100):
        reductions.append(Reduction("sequestration", cut, _SEQUESTRATION_LAW))
        left -= cut
    return _Split(total, left, patient, deductible, tuple(reductions))


def _without_fee(number: int, line: ClaimLine, charge: int | None, fee: NoFee) -> PricedLine:
    amount = 0 if fee.zero else None
    return PricedLine(
        number, line.code, line.modifiers, line.units, amount, (), amount, amount, amount,
        0, charge, None, fee.reason,
    )  # fmt: skip


def _charge_line(number: int, line: ClaimLine, charge: int | None) -> PricedLine:
    """Self-pay: the charge is the price and the patient pays it."""
    missing = "no charge is given, and a self-pay patient pays the practice's charge" if charge is None else None
    payer = None if charge is None else 0
    return PricedLine(
        number, line.code, line.modifiers, line.units, charge, (), charge, payer, charge, 0, charge, None, missing
    )


def _explain(
    claim: Claim,
    edition: Edition,
    amounts: tuple[Allowed, ...],
    lines: list[tuple[int, ClaimLine]],
    steps: list[Step],
) -> None:
    if edition.profile.fee_basis == "medicare_reference":
        steps.append(Step("price", "the plan's own rates are not loaded: Medicare's fee stands in as a reference", (),
                          ("payer.fee_basis",)))  # fmt: skip
    if claim.locality is None:
        steps.append(Step("price", "no locality is given: the national amount, all indices 1.0", (), ()))
    if edition.profile.patient_share == "unknown":
        steps.append(Step("price", "the plan's copay and coinsurance are not known: the patient's part is left in the "
                          "payer's", (), ("payer.patient_share",)))  # fmt: skip
    carried: str | None = None
    for (number, line), amount in zip(lines, amounts, strict=True):
        if isinstance(amount.fee, NoFee):
            continue
        if amount.fee.inputs.carried_back:
            carried = amount.fee.inputs.release
        if amount.first_unit_in_full:
            steps.append(
                Step("price", "line {}: {} holds the day's unit with the highest practice expense, paid in full",
                     (number, line.code), (_MPPR_LAW,))
            )  # fmt: skip
        if amount.allowed_cents < amount.full_cents - amount.mppr_cents:
            steps.append(
                Step("price", "line {}: the charge is below the fee, and the lesser is allowed", (number,),
                     ("medicare.part_b.lesser_of",))
            )  # fmt: skip
    if carried is not None:
        steps.append(
            Step("price", "relative values of release {} are carried back to this day", (carried,), ("table.rvu",))
        )
