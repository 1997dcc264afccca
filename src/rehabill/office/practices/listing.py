"""Payers the practice bills: how each is reached, what it owes, by what names it pays."""

import datetime as dt

import msgspec
from django.db.models import Count, Min, Sum

from rehabill.base.errors import InputError
from rehabill.office.coverage.models import Policy
from rehabill.office.money.models import Owed
from rehabill.office.practices.models import PayerEnrolment, PayerIdentity


class ListedPayer(msgspec.Struct, frozen=True, kw_only=True):
    """`payer` is the almanac's profile. What it owes is net of what it has paid too much."""

    payer: str
    name: str
    payer_id: str
    open_cents: int
    open_claims: int
    oldest: dt.date | None
    """The oldest day of service of which it owes something."""


class ShownPayer(msgspec.Struct, frozen=True, kw_only=True):
    payer: ListedPayer
    filing_indicator: str
    sends_taxonomy: bool
    policies: int
    pays_as: tuple[str, ...]
    """What it calls itself in its remittances, as far as we have learned."""


def payers() -> list[ListedPayer]:
    """By name of the profile; those that owe something and have no enrolment among them."""
    owed = _owed()
    enrolled = {one.payer: one for one in PayerEnrolment.objects.all()}
    return [_listed(name, enrolled.get(name), owed) for name in sorted(enrolled.keys() | owed.keys())]


def payer(name: str) -> ShownPayer:
    """Raises `InputError` for a payer the practice has nothing to do with."""
    enrolment = PayerEnrolment.objects.filter(payer=name).first()
    owed = _owed(name)
    if enrolment is None and not owed:
        raise InputError("payer", f"the books have no payer {name}; `rehabill payer list` shows which there are")
    learned = PayerIdentity.objects.filter(payer=name).order_by("identity").values_list("identity", flat=True)
    return ShownPayer(
        payer=_listed(name, enrolment, owed), filing_indicator=enrolment.filing_indicator if enrolment else "",
        sends_taxonomy=enrolment.send_taxonomy if enrolment else True,
        policies=Policy.objects.filter(payer=name).count(), pays_as=tuple(learned),
    )  # fmt: skip


_Sum = tuple[int, int, dt.date]


def _owed(name: str = "") -> dict[str, _Sum]:
    rows = Owed.objects.filter(account="insurance_receivable", **({"party": name} if name else {}))
    found = rows.values_list("party").annotate(of=Sum("cents"), n=Count("id"), oldest=Min("service_day"))
    return {party: (cents, count, oldest) for party, cents, count, oldest in found}


def _listed(name: str, enrolment: PayerEnrolment | None, owed: dict[str, _Sum]) -> ListedPayer:
    cents, claims, oldest = owed.get(name, (0, 0, None))
    return ListedPayer(
        payer=name, name=enrolment.name if enrolment else "", payer_id=enrolment.payer_id if enrolment else "",
        open_cents=cents, open_claims=claims, oldest=oldest,
    )  # fmt: skip
