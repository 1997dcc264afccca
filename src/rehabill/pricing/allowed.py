"""The allowed amount of each line of one day: fee × units, less MPPR, but never more than the charge.

MPPR (SSA §1848(b)(7), CR 7050, CR 8206): of all always-therapy units one patient has from one practice in a day, the
unit with the highest practice expense is paid in full, every other one with half its practice expense.
"""

from collections.abc import Sequence

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.pricing.fee import NoFee, UnitFee, Where, fees_at


class Item(msgspec.Struct, frozen=True, gc=False):
    """What of a line matters for its fee."""

    code: str
    units: int
    facility: bool | None = None
    """The line's own place of service is (not) a facility; None: as the claim's."""


class Allowed(msgspec.Struct, frozen=True, gc=False):
    """`allowed = full - mppr`, or the charge where that is less; `fee` tells why there is none."""

    full_cents: int
    mppr_cents: int
    allowed_cents: int
    fee: UnitFee | NoFee
    first_unit_in_full: bool = False
    priced: bool = True
    """False when the almanac does not know what is paid (nothing paid at all is known)."""


def allowed(edition: Edition, items: Sequence[Item], where: Where, earlier: Sequence[Item] = ()) -> tuple[Allowed, ...]:
    """Line by line, in the order given, whatever the charges. `earlier` are the same day's units on earlier claims:
    they rank too. A clinic's days repeat a few sets of codes and units, so the answer is remembered.

    Raises `InputError` for an unknown locality.
    """
    key = (where, *items, None, *earlier)
    found: tuple[Allowed, ...] | None = edition.memo.get(key)
    if found is None:
        found = edition.remember(key, _allowed(edition, items, where, earlier))
    return found


def _allowed(edition: Edition, items: Sequence[Item], where: Where, earlier: Sequence[Item]) -> tuple[Allowed, ...]:
    fees = fees_at(edition, where)
    found = [
        fees[item.code] if item.facility is None else fees_at(edition, _placed(where, item.facility))[item.code]
        for item in items
    ]
    top = _top(found, items, [fees[item.code] for item in earlier])
    return tuple(
        _line(item.units, fee, place == top) for place, (item, fee) in enumerate(zip(items, found, strict=True))
    )


def _placed(where: Where, facility: bool) -> Where:
    return Where(where.locality, facility, where.qp, where.participating)


def at_most(amount: Allowed, charge: int | None) -> Allowed:
    """Medicare allows the lesser of fee and charge."""
    if charge is None or charge >= amount.allowed_cents or isinstance(amount.fee, NoFee):
        return amount
    return Allowed(amount.full_cents, amount.mppr_cents, charge, amount.fee, amount.first_unit_in_full)


def _top(fees: Sequence[UnitFee | NoFee], items: Sequence[Item], earlier: Sequence[UnitFee | NoFee]) -> int:
    """The line that holds the day's unit paid in full: highest practice-expense RVU, then the higher fee.

    A tie beyond that changes no allowed amount and goes to the first line, the therapist's before the assistant's;
    -1 when an earlier claim holds the unit.
    """
    best, best_rank = -1, (-1, -1)
    for fee in earlier:
        if fee.rank is not None and fee.rank > best_rank:
            best_rank = fee.rank
    for place, fee in enumerate(fees):
        if fee.rank is not None and fee.rank > best_rank and items[place].units > 0:
            best, best_rank = place, fee.rank
    return best


def _line(units: int, fee: UnitFee | NoFee, holds_top: bool) -> Allowed:
    if isinstance(fee, NoFee):
        return Allowed(0, 0, 0, fee, priced=fee.zero)
    full = fee.full_cents * units
    mppr = fee.mppr_cents * (units - holds_top)
    return Allowed(full, mppr, full - mppr, fee, holds_top)
