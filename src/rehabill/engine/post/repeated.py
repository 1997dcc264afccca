"""One decision told twice: a payer that pays a line again under another check, and says the same of it again.

What it adjusts is adjusted once; what it pays again is money it can ask back. So only the money of a repetition counts.
"""

from collections.abc import Sequence

from rehabill.model.books import Decided
from rehabill.model.remittance import Adjustment

_Said = tuple[int, int, tuple[tuple[str, str, int], ...]]
"""Charge, paid, and the adjustments in their order: what makes two decisions about a line the same."""


def told_once(told: Sequence[Decided], charge_cents: int) -> tuple[Sequence[Decided], int]:
    """One payer's decisions about a line of ours without repetitions, and the cents that those paid.

    A reversal takes one telling back. As often as its charge goes into the line's, a decision may be one of several
    equal parts and is none. A function of the set: whatever came first, the end is the same.
    """
    times: dict[_Said, int] = {}
    for one in told:
        sign = -1 if one.charge_cents < 0 else 1
        said = _said(one, sign)
        times[said] = times.get(said, 0) + sign
    found, again = list(told), 0
    for (charge, paid, adjustments), count in times.items():
        over = count - max(1, charge_cents // charge) if charge else 0
        if over > 0:
            less = tuple(Adjustment(group, carc, -over * cents) for group, carc, cents in adjustments)
            found.append(
                Decided(
                    order=told[0].order, line_id=told[0].line_id, charge_cents=-over * charge, paid_cents=-over * paid,
                    adjustments=less,
                )
            )  # fmt: skip
            again += over * paid
    return found, again


def is_repeated(new: Decided, earlier: Sequence[Decided]) -> bool:
    """Whether the same payer has said the same of the line before, and not taken it back."""
    same = [one for one in earlier if one.line_id == new.line_id and one.order == new.order]
    if not same:
        return False
    said = _said(new, 1)
    return sum((_said(one, 1) == said) - (_said(one, -1) == said) for one in same) > 0


def _said(one: Decided, sign: int) -> _Said:
    adjustments = tuple(sorted((own.group, own.carc, sign * own.cents) for own in one.adjustments))
    return sign * one.charge_cents, sign * one.paid_cents, adjustments
