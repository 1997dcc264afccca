"""The practice's partners, as `partners.yaml` says them."""

from collections.abc import Mapping

from django.db import transaction

from rehabill.base.errors import InputError
from rehabill.office.exchange.connectors.open import check_settings
from rehabill.office.exchange.models import Partner
from rehabill.office.exchange.partner import PartnerRecord
from rehabill.office.practices.models import PayerEnrolment


def save(described: Mapping[str, PartnerRecord]) -> list[Partner]:
    """Add partners, or bring those of that name up to what is said; all of them or none. Raises `InputError`."""
    with transaction.atomic():
        for name, record in described.items():
            try:
                check_settings(record.by)
            except InputError as error:
                raise InputError(f"{name}.{error.path}", error.message) from None
            Partner.objects.update_or_create(name=name, defaults={"record": record})
        everybody = list(Partner.objects.order_by("name"))
        _check(everybody)
    return everybody


def _check(partners: list[Partner]) -> None:
    """Each payer is reached in one way, and is one the practice knows."""
    known = set(PayerEnrolment.objects.values_list("payer", flat=True))
    by_payer: dict[str, str] = {}
    for one in partners:
        for payer in one.record.payers:
            if payer not in known:
                message = f"the practice has no payer {payer!r}; it has {', '.join(sorted(known)) or 'none'}"
                raise InputError(f"{one.name}.payers", message)
            if payer in by_payer:
                raise InputError(f"{one.name}.payers", f"{payer} is reached through {by_payer[payer]} already")
            by_payer[payer] = one.name
    rest = [one.name for one in partners if not one.record.payers]
    if len(rest) > 1:
        message = f"{' and '.join(rest)} both take every payer that nobody names: say which payers one of them takes"
        raise InputError(f"{rest[1]}.payers", message)


def named(name: str) -> Partner:
    """Raises `InputError`."""
    found: Partner | None = Partner.objects.filter(name=name).first()
    if found is None:
        names = ", ".join(Partner.objects.order_by("name").values_list("name", flat=True))
        raise InputError(
            "partner", f"there is no partner {name!r}; {f'there are {names}' if names else 'add one first'}"
        )
    return found


def pause(name: str, why: str) -> None:
    """Nothing is sent there or fetched until it is resumed (no reason). Raises `InputError`."""
    Partner.objects.filter(id=named(name).id).update(paused_why=why)
