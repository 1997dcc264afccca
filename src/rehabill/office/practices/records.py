"""A practice between `practice.yaml`'s words and the tables."""

import datetime as dt
from typing import Any, cast

import msgspec
from django.db import transaction
from django.db.models import Q

from rehabill.model.practice import Location, PayerAccount, Provider
from rehabill.model.practice import Practice as PracticeRecord
from rehabill.model.terms import Discipline
from rehabill.office.people.models import ReferringProvider, Therapist
from rehabill.office.practices import models
from rehabill.office.practices.scope import working_in

_OWN = (
    "name", "npi", "tax_id", "tax_id_kind", "taxonomy", "is_person", "first", "address", "pay_to", "contact",
    "submitter", "receiver", "usage", "locality", "place_of_service", "participating", "accepts_assignment",
    "upper_case",
)  # fmt: skip
_MAY_BE_EMPTY = frozenset({"taxonomy", "first", "locality"})
_PROVIDER = ("npi", "first", "last", "middle", "taxonomy")


def save_practice(slug: str, record: PracticeRecord) -> models.Practice:
    """Make the practice, or bring the one of that name up to the record. What the record leaves out stays."""
    values = {name: getattr(record, name) for name in _OWN}
    values |= {name: values[name] or "" for name in _MAY_BE_EMPTY}
    with transaction.atomic():
        practice, _ = models.Practice.objects.update_or_create(slug=slug, defaults=values)
        with working_in(practice.id):
            _save_parts(record)
    return practice


def _save_parts(record: PracticeRecord) -> None:
    for one in record.locations:
        models.Location.objects.update_or_create(name=one.name, defaults={"address": one.address, "npi": one.npi or ""})
    for name, account in record.payers.items():
        values = msgspec.structs.asdict(account) | {"filing_indicator": account.filing_indicator or ""}
        models.PayerEnrolment.objects.update_or_create(payer=name, defaults=values)
    for code, cents in record.charges_cents.items():
        models.Charge.objects.update_or_create(code=code, starts=None, defaults={"cents": cents})
    for provider in record.providers:
        Therapist.objects.update_or_create(
            npi=provider.npi, defaults=_provider(provider) | {"discipline": provider.discipline or ""}
        )
    for provider in record.referring:
        ReferringProvider.objects.update_or_create(npi=provider.npi, defaults=_provider(provider))


def _provider(provider: Provider) -> dict[str, str]:
    return {name: getattr(provider, name) or "" for name in _PROVIDER}


def practice_record(practice: models.Practice, day: dt.date) -> PracticeRecord:
    """The practice as the core knows it, with the charges of that day. Inside `working_in`."""
    own = {name: getattr(practice, name) for name in _OWN}
    own |= {name: own[name] or None for name in _MAY_BE_EMPTY}
    in_force = (Q(starts=None) | Q(starts__lte=day)) & (Q(ends=None) | Q(ends__gte=day))
    charges = models.Charge.objects.filter(in_force).order_by("starts").values_list("code", "cents")
    return PracticeRecord(
        **own,
        providers=tuple(_therapist(one) for one in Therapist.objects.order_by("id")),
        referring=tuple(Provider(**_said(one)) for one in ReferringProvider.objects.order_by("id")),
        locations=tuple(
            Location(name=one.name, address=one.address, npi=one.npi or None)
            for one in models.Location.objects.order_by("id")
        ),
        payers={
            one.payer: PayerAccount(
                name=one.name, payer_id=one.payer_id, filing_indicator=one.filing_indicator or None,
                address=one.address, send_taxonomy=one.send_taxonomy,
            )
            for one in models.PayerEnrolment.objects.order_by("id")
        },
        charges_cents=dict(charges),
    )  # fmt: skip


def _therapist(one: Therapist) -> Provider:
    return Provider(**_said(one), discipline=cast("Discipline | None", one.discipline or None))


def _said(one: Therapist | ReferringProvider) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in _PROVIDER}
    return values | {name: values[name] or None for name in ("middle", "taxonomy")}
