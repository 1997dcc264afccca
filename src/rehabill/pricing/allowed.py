"""The allowed amount of each line of one day: fee × units, less MPPR, but never more than the charge.

MPPR (SSA §1848(b)(7), CR 7050, CR 8206): of all always-therapy units one patient has from one practice in a day, the
unit with the highest practice expense is paid in full, every other one with half its practice expense.
"""

from collections.abc import Sequence

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.pricing.fee import NoFee, UnitFee, Where, unit_fee


class Item(msgspec.Struct, frozen=True, gc=False):
    """What of a line matters for its fee."""

    code: str
    units: int
    charge_cents: int | None = None


class Allowed(msgspec.Struct, frozen=True, gc=False):
    """`allowed = min(charge, full - mppr)`; `fee` tells why there is none."""

    full_cents: int
    mppr_cents: int
    allowed_cents: int
    fee: UnitFee | NoFee
    first_unit_in_full: bool = False

    @property
    def priced(self) -> bool:
        return isinstance(self.fee, UnitFee) or self.fee.zero


def allowed(
    edition: Edition, items: Sequence[Item], where: Where, earlier: Sequence[Item] = ()
) -> tuple[Allowed, ...]:
    """Line by line, in the order given. `earlier` are the same day's units on earlier claims: they rank too.

    Raises `InputError` for an unknown locality.
    """
    fees = [unit_fee(edition, item.code, where) for item in items]
    top = _top(fees, items, [unit_fee(edition, item.code, where) for item in earlier])
    return tuple(
        _line(item, fee, position == top) for position, (item, fee) in enumerate(zip(items, fees, strict=True))
    )


def _top(fees: Sequence[UnitFee | NoFee], items: Sequence[Item], earlier: Sequence[UnitFee | NoFee]) -> int:
    """The line that holds the day's unit paid in full: highest practice-expense RVU, then the higher fee.

    A tie beyond that changes no money and goes to the first line; -1 when an earlier claim holds the unit.
    """
    best, rank = -1, (-1, -1)
    for fee in earlier:
        if isinstance(fee, UnitFee) and fee.mppr:
            rank = max(rank, (fee.pe_rvu, fee.full_cents))
    for position, fee in enumerate(fees):
        if isinstance(fee, UnitFee) and fee.mppr and items[position].units > 0:
            own = (fee.pe_rvu, fee.full_cents)
            if own > rank:
                best, rank = position, own
    return best


def _line(item: Item, fee: UnitFee | NoFee, holds_top: bool) -> Allowed:
    if isinstance(fee, NoFee):
        return Allowed(0, 0, 0, fee)
    full = fee.full_cents * item.units
    mppr = (fee.full_cents - fee.reduced_cents) * (item.units - holds_top) if fee.mppr else 0
    allowed_cents = full - mppr
    if item.charge_cents is not None and item.charge_cents < allowed_cents:
        allowed_cents = item.charge_cents
    return Allowed(full, mppr, allowed_cents, fee, holds_top)
