"""Adjustments (CAS) of either kind of file: up to six reasons a segment, each a row, and what they sum to."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from rehabill.audit.arrays import Ints, repeated
from rehabill.audit.columns import Amounts, taken
from rehabill.audit.values import Text


class Adjustments(NamedTuple):
    place: Ints
    """Of each adjustment: which of the segments it stands in."""
    cents: Amounts
    columns: dict[str, pa.Array]


def adjustments(text: Text, rows: Ints) -> Adjustments:
    """Those of these CAS segments. A reason or an amount that is missing is told, one at least being there."""
    count = text.count[rows]
    place, nth = repeated(np.clip((count + 1) // 3, 1, 6))
    first = 3 * nth + 2
    at, count = text.first[rows][place], count[place]
    reason, amount, quantity = (text.cell(at, count, first + more) for more in range(3))
    empty = (reason.length == 0) & (amount.length == 0)
    if empty.any():
        empty &= (quantity.length == 0) & (first > 2)
        place, first = place[~empty], first[~empty]
        reason, amount, quantity = reason.pick(~empty), amount.pick(~empty), quantity.pick(~empty)
    cents = text.amounts_of(amount, rows[place], first + 1, True)
    for one in np.flatnonzero(reason.length == 0):
        text.fault(rows[place[one]], "missing-value", int(first[one]))
    counted = text.quantities_of(quantity, rows[place], first + 2)
    columns = {
        "group": taken(text.codes(text.element(rows, 1)), place), "reason": text.codes(reason),
        "amount_cents": cents.column(), "quantity": counted.quantities(),
    }  # fmt: skip
    return Adjustments(place, cents, columns)
