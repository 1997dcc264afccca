"""What a claim should pay, line by line, with the inputs of the formula."""

import msgspec

from rehabill.base.finding import Step
from rehabill.model.terms import RecordId


class Reduction(msgspec.Struct, frozen=True, gc=False):
    """`kind`: mppr, assistant, sequestration or contract. `law` names the value of law that sets it."""

    kind: str
    cents: int
    law: str | None


class FeeInputs(msgspec.Struct, frozen=True, gc=False):
    """The numbers of the fee formula: RVUs in hundredths, GPCIs in thousandths, conversion factor in 1/10,000 $."""

    work_rvu: str
    pe_rvu: str
    mp_rvu: str
    work_gpci: str
    pe_gpci: str
    mp_gpci: str
    conversion_factor: str
    mppr_indicator: str
    release: str
    locality: str
    carried_back: bool = False


class PricedLine(msgspec.Struct, frozen=True, gc=False):
    """`allowed = min(charge, full - mppr - contract)` and `allowed = payer + patient + assistant + sequestration`.

    Amounts are None where the almanac has no price (`no_data` says why).
    """

    line: int
    code: str
    modifiers: tuple[str, ...]
    units: int
    full_cents: int | None
    reductions: tuple[Reduction, ...]
    allowed_cents: int | None
    payer_cents: int | None
    patient_cents: int | None
    deductible_cents: int = 0
    charge_cents: int | None = None
    inputs: FeeInputs | None = None
    no_data: str | None = None


class PricedClaim(msgspec.Struct, frozen=True, gc=False):
    id: RecordId
    edition: str
    payer: str
    basis: str
    lines: tuple[PricedLine, ...]
    full_cents: int
    allowed_cents: int
    payer_cents: int
    patient_cents: int
    complete: bool
    """False when a line has no price: the totals then leave it out."""
    steps: tuple[Step, ...]
