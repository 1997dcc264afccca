"""A remittance: what a payer says it paid, claim by claim and line by line (835), and why not more.

Amounts are integer cents with the payer's sign. To the cent, for every line, claim and payment that is right:

    line     charge - adjustments = paid
    claim    charge - adjustments (its own and its lines') = paid
    payment  amount = paid on all claims - provider adjustments
"""

import datetime as dt
from decimal import Decimal

import msgspec

from rehabill.model.party import Address

Quantity = int | Decimal
"""Units, days, visits: a whole number where it is one, else exact to the last digit."""


class Reference(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A number of some kind (REF): `kind` is X12's code, such as `EA` medical record, `0K` the payer's policy."""

    kind: str
    number: str
    text: str = ""


class Adjustment(msgspec.Struct, frozen=True, gc=False):
    """Why a part of the charge was not paid (CAS): positive cents lower the payment, negative ones raise it.

    `group` says who bears it: CO the provider, PR the patient, OA another, PI the payer's initiative. As told by the
    payer, unlike a claim's `Adjustment`, which is what may be sent on.
    """

    group: str
    carc: str
    cents: int
    quantity: Quantity | None = None


class DatedFact(msgspec.Struct, frozen=True, gc=False):
    """A date (DTM) for which the claim or line has no field of its own."""

    kind: str
    date: dt.date | None


class AmountFact(msgspec.Struct, frozen=True, gc=False):
    """An amount told beside the payment (AMT), such as `AU` coverage or `I` interest; no part of any balance."""

    kind: str
    cents: int


class QuantityFact(msgspec.Struct, frozen=True, gc=False):
    """A quantity told beside the payment (QTY)."""

    kind: str
    quantity: Quantity


class RemittanceContact(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Whom to call (PER): `kind` BL technical, CX about claims, IC the payer's web page."""

    kind: str
    name: str = ""
    phone: str = ""
    extension: str = ""
    email: str = ""
    fax: str = ""
    url: str = ""


class RemittanceParty(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A person or organisation named on a claim (NM1). `name` is the last name, or the organisation's.

    `id_kind` says what `id` is: `MI` member number, `XX` NPI, `PI` payer number, `C` a corrected member number.
    """

    name: str
    first: str = ""
    middle: str = ""
    suffix: str = ""
    id: str = ""
    id_kind: str = ""
    is_person: bool = True


class Service(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A procedure as coded: `kind` HC for CPT and HCPCS, NU a revenue code."""

    kind: str
    code: str
    modifiers: tuple[str, ...] = ()
    description: str = ""


class Source(msgspec.Struct, frozen=True, gc=False):
    """Where it stands in the file: `data[byte:byte + length]` is its raw text.

    `number` is the place of its first segment in the transaction set (ST is 1), `segments` how many there are.
    """

    byte: int
    length: int
    number: int
    segments: int


class RemittanceLine(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One service line as the payer decided it. `code` is what it paid by; `submitted` what we sent, where changed."""

    kind: str
    """HC for CPT and HCPCS codes."""
    code: str
    modifiers: tuple[str, ...]
    charge_cents: int
    paid_cents: int
    units_paid: Quantity
    """1 where the payer does not say."""
    units_submitted: Quantity | None
    """Only where the payer says that it is another number than `units_paid`."""
    submitted: Service | None
    revenue_code: str
    first_day: dt.date | None
    last_day: dt.date | None
    adjustments: tuple[Adjustment, ...]
    line_id: str
    """Our own number for the line, as we sent it (REF*6R); empty when the payer does not return it."""
    allowed_cents: int | None = None
    remarks: tuple[str, ...] = ()
    """Remark codes (RARC; LQ)."""
    references: tuple[Reference, ...] = ()
    """Other numbers; kind `0K` names the payer's policy that decided the line."""
    amounts: tuple[AmountFact, ...] = ()
    quantities: tuple[QuantityFact, ...] = ()
    dates: tuple[DatedFact, ...] = ()
    other: tuple[str, ...] = ()
    """Segments that have no field here, as they stand in the file."""


class RemittanceClaim(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One claim as the payer decided it. In a reversal (`status` 22) every amount has the opposite sign of before."""

    claim_number: str
    """Our own number for the claim (CLP01)."""
    status: str
    """1, 2, 3 processed as primary, secondary, tertiary; 4 denied; 19, 20, 21 the same and forwarded; 22 reversal;
    23 not theirs, forwarded; 25 predetermination. A claim paid nothing is often 1: go by the money."""
    charge_cents: int
    paid_cents: int
    patient_responsibility_cents: int | None
    filing_indicator: str
    payer_claim_number: str
    place_of_service: str
    frequency: str
    patient: RemittanceParty | None
    adjustments: tuple[Adjustment, ...]
    """Of the claim as a whole; each line has its own."""
    lines: tuple[RemittanceLine, ...]
    source: Source
    references: tuple[Reference, ...] = ()
    amounts: tuple[AmountFact, ...] = ()
    quantities: tuple[QuantityFact, ...] = ()
    remarks: tuple[str, ...] = ()
    """Remark codes of the claim as a whole (MOA, MIA)."""
    insured: RemittanceParty | None = None
    corrected_insured: RemittanceParty | None = None
    """What is right of name and member number where ours were not: change the patient's file."""
    rendering: RemittanceParty | None = None
    crossover_carrier: RemittanceParty | None = None
    """To whom the payer forwarded the claim."""
    corrected_payer: RemittanceParty | None = None
    """Who should have been billed first."""
    other_insured: RemittanceParty | None = None
    received: dt.date | None = None
    coverage_ended: dt.date | None = None
    statement_from: dt.date | None = None
    statement_to: dt.date | None = None
    dates: tuple[DatedFact, ...] = ()
    contacts: tuple[RemittanceContact, ...] = ()
    other: tuple[str, ...] = ()
    """Segments that have no field here, as they stand in the file."""


class ProviderAdjustment(msgspec.Struct, frozen=True, gc=False):
    """Money moved apart from the claims paid here (PLB).

    A positive amount is taken from the provider and lowers the payment; a negative one is given and raises it.
    `reason`: WO overpayment recovered, FB balance forward, 72 refund acknowledged, L6 interest, CS adjustment …
    """

    provider_id: str
    fiscal_year_end: dt.date | None
    reason: str
    reference: str
    """The payer's own text, often an account, a date of service and a claim number packed together."""
    cents: int


class Payer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Who pays. `id`: the national or own number it gives of itself; others are in `references`."""

    name: str = ""
    id: str = ""
    address: Address | None = None
    references: tuple[Reference, ...] = ()
    contacts: tuple[RemittanceContact, ...] = ()


class Payee(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Who is paid."""

    name: str = ""
    npi: str = ""
    tax_id: str = ""
    id: str = ""
    """The number given where it is neither NPI nor tax number."""
    address: Address | None = None
    references: tuple[Reference, ...] = ()


class RemittanceHeader(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The payment that a remittance explains: what stands before the first claim."""

    set_control: str
    version: str
    handling: str
    """I remittance, money apart; C, D, P, U, X payment with it; H notification only, no money."""
    amount_cents: int
    """What the payee gets; negative when the payer takes it from the account (a debit)."""
    method: str
    """ACH, CHK check, NON no payment, BOP, FWT wire."""
    payment_date: dt.date | None
    trace_number: str
    """Number of the check or of the transfer: what stands on the bank statement."""
    payer_tax_id: str = ""
    originator: str = ""
    """TRN03 as it stands: usually a 1 and the payer's tax number, as the bank tells it too."""
    originator_supplement: str = ""
    payment_format: str = ""
    payer_bank: str = ""
    payer_account: str = ""
    payee_bank: str = ""
    payee_account: str = ""
    currency: str = "USD"
    production_date: dt.date | None = None
    payer: Payer
    payee: Payee
    references: tuple[Reference, ...] = ()
    other: tuple[str, ...] = ()
    source: Source


class RemittanceEnd(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What stands after the last claim, and the sums of all of them."""

    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
    claims: int = 0
    charge_cents: int = 0
    paid_cents: int = 0
    complete: bool = True
    """False when the file ends, or something else begins, before the set's last segment (SE)."""
    other: tuple[str, ...] = ()


class Remittance(RemittanceHeader, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A whole remittance: one transaction set, one payment."""

    claims: tuple[RemittanceClaim, ...] = ()
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
    complete: bool = True
