"""What an adjustment of a payer does to the books."""

import enum
from functools import lru_cache

from rehabill.model.books import Decided
from rehabill.model.remittance import Adjustment


class Effect(enum.Enum):
    """Where the cents of an adjustment go."""

    CONTRACTUAL = "contractual"
    SEQUESTRATION = "sequestration"
    NEXT = "next"
    """The patient's share: the next payer is asked for it, then the patient."""
    PRIOR = "prior"
    """What earlier payers paid or adjusted: told again, not posted again."""
    OPEN = "open"
    """Denied or put off: it stays owed until a person decides. Never written off by itself."""


SEQUESTRATION = "253"
PRIOR_PAYER = "23"
PAID_TO_PATIENT = "100"
BY_CONTRACT = frozenset({
    "45",  # above the fee schedule or contract
    "42", "A2",  # the same; ended in 2007 and 2008, and still told by some
    "59",  # several procedures on one day (MPPR)
    "94",  # paid above the charge (a negative amount)
    "104", "245",  # withheld under a contract
    "131",  # negotiated discount
    "137",  # surcharges and taxes set by rule
    "144", "161",  # incentive, performance bonus (negative amounts)
    "223", "237",  # set by law
    "246",  # a code that only reports
    "P12", "P23",  # fee schedules of workers' compensation, of motor insurance (PIP, medical payments)
    "P24", "P25", "P26",  # networks of such insurers
})  # fmt: skip
"""CARCs by which a payer lowers a price it does pay; the provider has agreed to them or the law sets them. Our reading
of the published list: every other code of the groups CO and PI refuses the service, and what is refused stays open."""
_PRICES = frozenset({"42", "45", "59", "A2", "P12", "P23", "P24", "P25", "P26"})
"""Those of them that set a price. No price is zero: taking all, they refuse. Others may mean it (246, 131)."""


def effect_of(adjustment: Adjustment) -> Effect:
    """What one adjustment does. A patient's share is the patient's whatever its code says (group PR)."""
    return effect_of_reason(adjustment.group, adjustment.carc)


@lru_cache(maxsize=1024)
def effect_of_reason(group: str, carc: str) -> Effect:
    """What adjustments of a group and reason do."""
    if carc == SEQUESTRATION:
        return Effect.SEQUESTRATION
    if group == "PR" or carc == PAID_TO_PATIENT:
        return Effect.NEXT
    if carc == PRIOR_PAYER:
        return Effect.PRIOR
    if carc in BY_CONTRACT:
        return Effect.CONTRACTUAL
    return Effect.OPEN


def refuses_all(one: Decided) -> bool:
    """Whether a first payer's decision refuses the service in the words of a price (such as CO-45 of all of it).

    A later payer that has nothing to add to what others paid says so as well, and means it.
    """
    if one.paid_cents or one.order != "P":
        return False
    lowered = 0
    for own in one.adjustments:
        if own.group == "PR" or own.carc not in _PRICES:
            return False
        lowered += own.cents
    return lowered != 0 and lowered == one.charge_cents


def refused(one: Decided) -> list[Adjustment]:
    """The adjustments by which a decision refuses something: these cents stay owed.

    A first payer that leaves something to an insurer before it (CARC 23) refuses that: the books know of none.
    """
    if refuses_all(one):
        return list(one.adjustments)
    refusing = (Effect.OPEN, Effect.PRIOR) if one.order == "P" else (Effect.OPEN,)
    return [own for own in one.adjustments if effect_of(own) in refusing]
