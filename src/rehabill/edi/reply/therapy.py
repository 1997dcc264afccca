"""From a payer's benefits to what a therapy office needs: visits, shares, authorisation, other insurers.

Service types that mean therapy, and those of the plan as a whole, are looked at; a benefit for therapy alone says more
than the plan's. Medicare's therapy dollars are candidates only: how HETS tells them was not seen.
"""

import re
from collections.abc import Iterator

from rehabill.model.eligibility import (
    Benefit,
    OtherInsurer,
    Share,
    TherapyAmount,
    TherapyBenefits,
    VisitLimit,
)

THERAPY = frozenset({"PT", "AE", "AD", "AF", "A9", "AC", "BD"})
PLAN = frozenset({"30", "60"})
_MEDICARE_THERAPY = frozenset({"PT", "AE", "AD", "AF"})
_ACTIVE = frozenset("12345")
_INACTIVE = frozenset("678")
_SHARES = {"A": "coinsurance", "B": "copay", "C": "deductible", "G": "out_of_pocket"}
_REMAINING, _REMAINING_FOR_LIFE = "29", "33"
_YEARLY = frozenset({"21", "22", "23", "24", "29"})
_VISITS = "VS"
_USED = "99"
_OTHER_INSURER, _NOT_COVERED, _EXCLUDED = "R", "I", "E"
_QUALIFIED = "QM"
_INSURER_ROLES = frozenset({"PR", "PRP", "SEP", "TTP", "IN", "P4", "P5", "2B", "36", "GP"})
_COUNTED = re.compile(r"\b(\d{1,3})\s+(?:[a-z/()-]+\s+){0,3}?visits?\b|\bvisits?[^.;\d]{0,24}?\b(\d{1,3})\b", re.I)
_LEFT = re.compile(r"\bremain|\bleft\b|\bavailable\b", re.I)
_SPENT = re.compile(r"\bused\b|\bmet\b", re.I)


def coverage_kinds(benefits: tuple[Benefit, ...]) -> tuple[bool, bool]:
    """(some coverage is active, some is inactive)."""
    kinds = {benefit.kind for benefit in benefits}
    return bool(kinds & _ACTIVE), bool(kinds & _INACTIVE)


def therapy_benefits(benefits: tuple[Benefit, ...]) -> TherapyBenefits:
    concerned = [(index, one) for index, one in enumerate(benefits) if _concerns(one)]
    own = [(index, one) for index, one in concerned if THERAPY.intersection(one.service_types)]
    needed = {one.authorization for _, one in own} - {None}
    messages = (message for _, one in concerned for message in one.messages)
    return TherapyBenefits(
        visits=tuple(limit for index, one in concerned for limit in _visits(index, one)),
        shares=tuple(share for index, one in concerned for share in _shares(index, one)),
        authorization=True in needed if needed else None,
        not_covered=any(one.kind in (_NOT_COVERED, _EXCLUDED) for _, one in own),
        other_insurers=tuple(other for index, one in enumerate(benefits) for other in _others(index, one)),
        messages=tuple(dict.fromkeys(messages)),
        medicare_amounts=tuple(found for index, one in enumerate(benefits) for found in _medicare(index, one)),
        medicaid_pays_share=any(one.insurance == _QUALIFIED and one.kind in _ACTIVE for one in benefits),
    )


def _concerns(benefit: Benefit) -> bool:
    """For therapy, for the plan, or for nothing in particular."""
    types = set(benefit.service_types)
    return not types or bool(types & THERAPY) or bool(types & PLAN)


def _visits(index: int, benefit: Benefit) -> Iterator[VisitLimit]:
    """Visits by number (EB09, HSD) or, failing that, by text."""
    found = False
    counted = [(benefit.unit, benefit.quantity, benefit.period)]
    counted += [(one.unit, one.quantity, one.period or benefit.period) for one in benefit.deliveries]
    for unit, quantity, period in counted:
        number = _whole(quantity)
        is_visits = unit == _VISITS or (unit == _USED and benefit.kind == "F")
        if number is None or not is_visits:
            continue
        found = True
        is_left = _REMAINING in (period, benefit.period) or _REMAINING_FOR_LIFE in (period, benefit.period)
        is_used = unit == _USED
        yield VisitLimit(
            allowed=None if is_left or is_used else number,
            left=number if is_left and not is_used else None,
            used=number if is_used else None,
            period=period,
            service_types=benefit.service_types,
            in_network=benefit.in_network,
            benefit=index,
        )
    if not found:
        yield from _told_visits(index, benefit)


def _told_visits(index: int, benefit: Benefit) -> Iterator[VisitLimit]:
    for message in benefit.messages:
        for found in _COUNTED.finditer(message):
            number = int(found[1] or found[2])
            around = message[max(found.start() - 24, 0) : found.end() + 24]
            left, used = bool(_LEFT.search(around)), bool(_SPENT.search(around))
            yield VisitLimit(
                allowed=None if left or used else number,
                left=number if left else None,
                used=number if used and not left else None,
                period=benefit.period,
                service_types=benefit.service_types,
                in_network=benefit.in_network,
                from_text=True,
                benefit=index,
            )


def _whole(quantity: str | None) -> int | None:
    if quantity is None:
        return None
    whole, _, part = quantity.partition(".")
    return int(whole) if whole.isdecimal() and not part.strip("0") else None


def _shares(index: int, benefit: Benefit) -> Iterator[Share]:
    kind = _SHARES.get(benefit.kind)
    if kind is None or (benefit.cents is None and benefit.fraction is None):
        return
    yield Share(
        kind=kind,  # type: ignore[arg-type]
        cents=benefit.cents,
        fraction=benefit.fraction,
        left=benefit.period in (_REMAINING, _REMAINING_FOR_LIFE),
        period=benefit.period,
        level=benefit.level,
        service_types=benefit.service_types,
        in_network=benefit.in_network,
        benefit=index,
    )


def _others(index: int, benefit: Benefit) -> Iterator[OtherInsurer]:
    if benefit.kind != _OTHER_INSURER:
        return
    named = [party for party in benefit.parties if party.role in _INSURER_ROLES and not party.is_person]
    for party in named or benefit.parties[:1]:
        yield OtherInsurer(
            name=party.name, role=party.role, id=party.id, insurance=benefit.insurance,
            service_types=benefit.service_types, dates=benefit.dates, benefit=index,
        )  # fmt: skip
    if not benefit.parties:
        name = benefit.plan or next(iter(benefit.messages), "")
        yield OtherInsurer(
            name=name, insurance=benefit.insurance, service_types=benefit.service_types, dates=benefit.dates,
            benefit=index,
        )  # fmt: skip


def _medicare(index: int, benefit: Benefit) -> Iterator[TherapyAmount]:
    """An amount for therapy in a year that is nobody's share."""
    types = tuple(one for one in benefit.service_types if one in _MEDICARE_THERAPY)
    if types and benefit.cents is not None and benefit.period in _YEARLY and benefit.kind not in _SHARES:
        yield TherapyAmount(cents=benefit.cents, service_types=types, period=benefit.period, benefit=index)
