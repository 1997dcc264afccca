"""The Physician Fee Schedule amount of one unit of one code, in one place, on one day.

Amounts are computed in integers: RVUs in hundredths × GPCIs in thousandths × conversion factor in ten-thousandths
is dollars × 10^9, rounded half up to the cent once, as CMS prints its amounts (regulations: C5, C18).
"""

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.base.errors import InputError
from rehabill.base.money import round_half_up
from rehabill.model.priced import FeeInputs

_CENTS = 10**7
_NATIONAL = (1000, 1000, 1000)
_MPPR_INDICATOR = "5"  # CMS's mark of the always-therapy codes to which the reduction applies


class Where(msgspec.Struct, frozen=True):
    """What besides the code sets the fee: locality (None: national), facility rate, QP, participation."""

    locality: str | None = None
    facility: bool = False
    qp: bool = False
    participating: bool = True


class UnitFee(msgspec.Struct, frozen=True, gc=False):
    """One unit: its full amount, what MPPR takes off it (0: outside the reduction), its rank among the day's units.

    Ranked by practice-expense RVU, then by the higher amount (C18); None for a code outside the reduction.
    """

    full_cents: int
    mppr_cents: int
    rank: tuple[int, int] | None
    inputs: FeeInputs


class NoFee(msgspec.Struct, frozen=True, gc=False):
    """Why there is no amount; `zero` when Medicare's answer is that it pays nothing."""

    reason: str
    zero: bool = False
    rank: None = None


_STATUS_WITHOUT_FEE = {
    "B": NoFee("bundled into other services: never paid apart, never billed to the patient", zero=True),
    "I": NoFee("not valid for Medicare; another code reports the service", zero=True),
    "N": NoFee("not covered by Medicare", zero=True),
    "C": NoFee("priced by the contractor, not by the fee schedule"),
}


class Fees(dict[str, UnitFee | NoFee]):
    """The fee of one unit by code, worked out on first need."""

    def __init__(self, edition: Edition, where: Where) -> None:
        super().__init__()
        self._edition = edition
        self._where = where

    def __missing__(self, code: str) -> UnitFee | NoFee:
        found = self[code] = _unit_fee(self._edition, code, self._where)
        return found


def fees_at(edition: Edition, where: Where) -> Fees:
    """Fees by code. Looking one up raises `InputError` for a locality the almanac does not hold that year."""
    found: Fees | None = edition.memo.get(where)
    if found is None:
        found = edition.remember(where, Fees(edition, where))
    return found


def _unit_fee(edition: Edition, code: str, where: Where) -> UnitFee | NoFee:
    row = edition.rvus.get(code)
    if row is None:
        return NoFee(f"the almanac has no relative values for {code} in {edition.law.first.year}")
    rvu = row.rvu
    if edition.profile.pfs_status and rvu.status in _STATUS_WITHOUT_FEE:
        return _STATUS_WITHOUT_FEE[rvu.status]
    if rvu.work == rvu.nonfacility_pe == rvu.mp == 0:
        return NoFee(f"the fee schedule prints no relative values for {code} (status {rvu.status})")
    work_gpci, pe_gpci, mp_gpci = _gpci(edition, where.locality)
    pe = rvu.facility_pe if where.facility else rvu.nonfacility_pe
    factor = edition.number("medicare.pfs.conversion_factor_qp" if where.qp else "medicare.pfs.conversion_factor")
    mppr_percent = edition.number("medicare.therapy.mppr_percent")
    share = 100 if where.participating else edition.number("medicare.pfs.nonparticipating_percent")
    rest = rvu.work * work_gpci + rvu.mp * mp_gpci
    expense = pe * pe_gpci
    full = round_half_up(factor * (rest + expense) * share, _CENTS * 100)
    reduced = round_half_up(factor * (100 * rest + (100 - mppr_percent) * expense) * share, _CENTS * 100 * 100)
    mppr = rvu.mppr_indicator == _MPPR_INDICATOR and edition.profile.mppr == "practice_expense"
    return UnitFee(
        full_cents=full,
        mppr_cents=full - reduced if mppr else 0,
        rank=(rvu.nonfacility_pe, full) if mppr else None,
        inputs=FeeInputs(
            work_rvu=_decimal(rvu.work, 2),
            pe_rvu=_decimal(pe, 2),
            mp_rvu=_decimal(rvu.mp, 2),
            work_gpci=_decimal(work_gpci, 3),
            pe_gpci=_decimal(pe_gpci, 3),
            mp_gpci=_decimal(mp_gpci, 3),
            conversion_factor=_decimal(factor, 4),
            mppr_indicator=rvu.mppr_indicator,
            release=rvu.release,
            locality=where.locality or "national",
            carried_back=row.carried_back,
        ),
    )


def check_locality(edition: Edition, locality: str | None) -> None:
    """Raises `InputError` for a locality the almanac does not hold that year."""
    if locality is not None and edition.gpcis and locality not in edition.gpcis:
        some = ", ".join(sorted(edition.gpcis)[:3])
        raise InputError(
            "locality",
            f"the almanac has no Medicare locality '{locality}' in {edition.law.first.year}; "
            f"write contractor and number, such as {some or '10112-00'}",
        )


def _gpci(edition: Edition, locality: str | None) -> tuple[int, int, int]:
    if locality is None:
        return _NATIONAL
    check_locality(edition, locality)
    row = edition.gpcis[locality]
    return row.work, row.pe, row.mp


def _decimal(value: int, places: int) -> str:
    whole, rest = divmod(value, 10**places)
    return f"{whole}.{rest:0{places}d}"
