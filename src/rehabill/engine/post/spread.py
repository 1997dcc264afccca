"""Cents told for a claim as a whole, shared out among its lines."""

from collections.abc import Sequence

from rehabill.model.remittance import Adjustment


def spread(cents: int, weights: Sequence[int]) -> list[int]:
    """`cents` in proportion to the weights (not negative), to the last cent; the largest remainders get the odd cents.

    >>> spread(100, [1, 1, 1]), spread(-5, [3, 1])
    ([34, 33, 33], [-4, -1])
    """
    total = sum(weights)
    if not total:
        weights, total = [1] * len(weights), len(weights)
    sign, whole = (1, cents) if cents >= 0 else (-1, -cents)
    shares = [whole * weight // total for weight in weights]
    remainders = [whole * weight % total for weight in weights]
    for index in sorted(range(len(weights)), key=lambda at: -remainders[at])[: whole - sum(shares)]:
        shares[index] += 1
    return [sign * share for share in shares]


def fill(adjustments: Sequence[Adjustment], rests: Sequence[int]) -> list[list[Adjustment]] | None:
    """A claim's own adjustments laid on its lines so that each line's rest (charge - adjustments - paid) becomes zero.

    None when they do not fit: then they stay with the claim.
    """
    if (
        sum(one.cents for one in adjustments) != sum(rests)
        or any((one.cents < 0) != (sum(rests) < 0) for one in adjustments if one.cents)
        or any((rest < 0) != (sum(rests) < 0) for rest in rests if rest)
    ):
        return None
    left = list(rests)
    found: list[list[Adjustment]] = [[] for _ in rests]
    at = 0
    for one in adjustments:
        due = one.cents
        while due:
            while not left[at]:
                at += 1
            part = min(due, left[at]) if due > 0 else max(due, left[at])
            found[at].append(Adjustment(one.group, one.carc, part))
            left[at] -= part
            due -= part
    return found
