"""Reversals that come before what they take back, or that take back what nobody has told us of."""

from collections import Counter
from collections.abc import Sequence

from rehabill.model.books import Decided


def takes_back(new: Decided, earlier: Sequence[Decided]) -> bool:
    """Whether a reversal takes back what the same payer has said of the line, and not taken back before."""
    same = [
        (one.charge_cents, one.paid_cents) for one in earlier if (one.line_id, one.order) == (new.line_id, new.order)
    ]
    told, back = (-new.charge_cents, -new.paid_cents), (new.charge_cents, new.paid_cents)
    return same.count(told) > same.count(back)


def counted(told: Sequence[Decided]) -> tuple[Sequence[Decided], list[Decided]]:
    """One payer's decisions about one line that count, and the reversals that wait."""
    waiting = early(told)
    return [one for one in told if not any(one is other for other in waiting)] if waiting else told, waiting


def early(told: Sequence[Decided]) -> list[Decided]:
    """Of one payer's decisions about one line the reversals that have nothing to take back: with what they pay and
    adjust the payer would owe more than was charged. A function of the set, whatever came first.

    First those that take back no decision as it was told, in the order of their figures.
    """
    net = sum(one.charge_cents for one in told)
    if net >= 0:
        return []
    standing = Counter((one.charge_cents, one.paid_cents) for one in told if one.charge_cents >= 0)
    answered: list[Decided] = []
    loose: list[Decided] = []
    for one in sorted((one for one in told if one.charge_cents < 0), key=_figures):
        taken_back = (-one.charge_cents, -one.paid_cents)
        (answered if standing[taken_back] > 0 else loose).append(one)
        standing[taken_back] -= 1
    found = []
    for one in (*loose, *answered):
        if net >= 0:
            break
        net -= one.charge_cents
        found.append(one)
    return found


def _figures(one: Decided) -> tuple[int, int, list[tuple[str, str, int]]]:
    return one.charge_cents, one.paid_cents, sorted((own.group, own.carc, own.cents) for own in one.adjustments)
