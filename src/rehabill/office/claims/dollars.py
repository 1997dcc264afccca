"""Therapy dollars of the year: what was allowed of a patient's earlier claims, and with it a visit's place under the
threshold.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import F
from msgspec import UNSET

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.engine.bill import Billed
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.claim import Context
from rehabill.model.priced import PricedClaim
from rehabill.model.visit import Visit as VisitRecord
from rehabill.office.claims.models import Claim


class Counted(NamedTuple):
    """Therapy dollars of a claim: allowed before it in the year, where that was known, and by it."""

    day: dt.date
    before: int | None
    allowed: int


class TherapyDollars:
    """Of some visits' patients, by their ids, in one query; visits billed count for those after."""

    def __init__(self, visits: Sequence[tuple[int, VisitRecord]], almanac: Almanac) -> None:
        self._almanac = almanac
        self._by = _dollars([(patient, record) for patient, record in visits if self._wanted(record)])

    def count(self, patient: int, billed: Billed) -> None:
        self._by.setdefault(_key(patient, billed.claim), []).append(
            Counted(billed.visit.date, _told(billed.claim.context), billed.priced.allowed_cents)
        )

    def before(self, patient: int, said: VisitRecord) -> int | None:
        """The last figure told this year, and what was allowed since. None: the visit tells it itself, its payer does
        not ask, or none was told, so what other practices used is not known.
        """
        if not self._wanted(said):
            return None
        total = None
        for one in sorted(self._by.get(_key(patient, said), ()), key=lambda one: one.day):
            if one.day > said.date or one.day.year != said.date.year:
                continue
            if one.before is not None:
                total = one.before + one.allowed
            elif total is not None:
                total += one.allowed
        return total

    def _wanted(self, said: VisitRecord) -> bool:
        if said.context.therapy_ytd_cents is not UNSET:
            return False
        try:
            return self._almanac.edition(said.payer, said.date).profile.kx != "off"
        except InputError:  # billing says so
            return False


_Key = tuple[int, str, bool]


def _key(patient: int, of: VisitRecord | ClaimRecord) -> _Key:
    """Whose dollars: the patient's with one payer, OT apart from PT and SLP."""
    return patient, of.payer, of.discipline == "OT"


def _dollars(visits: Sequence[tuple[int, VisitRecord]]) -> dict[_Key, list[Counted]]:
    found: dict[_Key, list[Counted]] = {}
    if not visits:
        return found
    days = [record.date for _, record in visits]
    rows = (
        Claim.objects.filter(
            patient__in={patient for patient, _ in visits},
            service_day__gte=min(days).replace(month=1, day=1),
            service_day__lte=max(days),
            versions__number=F("version"),
        )
        .exclude(insurance="voided")
        .order_by("service_day", "id")
        .values_list("patient_id", "service_day", "versions__record", "versions__priced")
    )
    record: ClaimRecord
    priced: PricedClaim | None
    for patient, day, record, priced in rows:
        if priced is not None:
            found.setdefault(_key(patient, record), []).append(
                Counted(day, _told(record.context), priced.allowed_cents)
            )
    return found


def _told(context: Context) -> int | None:
    told = context.therapy_ytd_cents
    return told if isinstance(told, int) else None
