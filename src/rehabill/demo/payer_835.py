"""Payers who answer claims: what they decide of each, and the payment that tells it.

Everything here balances to the cent at line, claim and payment, whatever was asked for. The same question always gets
the same answer. `demo.write_835` writes payments as a file; `demo.random_835` makes all of this up.

    told = decide(sent, details)                      # as priced
    told = decide(sent, details, {2: Refusal("CO", "97", ("N20",))})
    file = write_835([payment(details, [told])], practice, created)
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from zlib import crc32

import msgspec

from rehabill.almanac.edition import Almanac
from rehabill.base.money import round_half_up
from rehabill.coding.modifiers import ASSISTANT_MODIFIER
from rehabill.demo.people import PLACES, STREETS
from rehabill.demo.write_835 import VERSION
from rehabill.model.claim import Claim, ClaimLine, PriorClaim
from rehabill.model.party import Address, Person
from rehabill.model.practice import Practice
from rehabill.model.priced import PricedClaim, PricedLine
from rehabill.model.remittance import (
    Adjustment,
    AmountFact,
    Payee,
    Payer,
    ProviderAdjustment,
    Reference,
    Remittance,
    RemittanceClaim,
    RemittanceContact,
    RemittanceLine,
    RemittanceParty,
    Source,
)
from rehabill.x12.clean import clean

PROCESSED = {"P": "1", "S": "2", "T": "3"}
"""In whose turn the payer is asked → CLP02."""
DENIED = "4"
MEDICARE = "MB"
_NOWHERE = Source(0, 0, 0, 0)
_FILING = {"BL": "12", "CI": "12", "FI": "ZZ", "11": "ZZ"}
"""What an 837 says of the kind of payer and an 835 cannot → what the 835 says instead (12: a PPO)."""
_ROUTING, _ACCOUNT, _OUR_ROUTING, _OUR_ACCOUNT = "999999992", "123456", "999988880", "98765"
_UNPRICED_PERCENT, _COINSURANCE_PERCENT = 60, 20
"""Of the charge, what is allowed where the almanac has no fee; and of that, what the patient owes."""
_ASSISTANT_REMARK = "N851"
_DEAREST = "92523"
"""No code that shares the reduction has a higher practice expense: on its day it takes the unit paid in full."""


class Sent(msgspec.Struct, frozen=True):
    """A claim as it was sent, with numbers and charges, and what it is to pay."""

    claim: Claim
    priced: PricedClaim


class PayingPayer(msgspec.Struct, frozen=True, kw_only=True):
    """By what a payer is known. `id` is the number claims are sent to, `tax_id` the one the bank tells too."""

    name: str
    id: str
    tax_id: str
    filing_indicator: str


class PaymentDetails(msgspec.Struct, frozen=True, kw_only=True):
    """One payment: who pays, to whom, by what number, when. `method` ACH or CHK; nothing to pay is NON by itself."""

    payer: PayingPayer
    practice: Practice
    trace: str
    paid_on: dt.date
    method: str = "ACH"


class Refusal(msgspec.Struct, frozen=True):
    """Why a line is not paid."""

    group: str
    carc: str
    remarks: tuple[str, ...] = ()


def paying_payers(practice: Practice, almanac: Almanac, day: dt.date) -> dict[str, PayingPayer]:
    """The payers that a practice sends to, by the name of their profile; their tax numbers are invented."""
    found = {}
    for profile, account in practice.payers.items():
        filing = account.filing_indicator or almanac.edition(profile, day).profile.filing_indicator
        found[profile] = PayingPayer(
            name=clean(account.name),
            id=account.payer_id,
            tax_id=f"99{crc32(account.payer_id.encode()) % 10_000_000:07d}",
            filing_indicator=_FILING.get(filing, filing),
        )
    return found


# ------------------------------------------------------------------------------------------------------ the decision


def decide(
    sent: Sent,
    details: PaymentDetails,
    refusals: Mapping[int, Refusal] | None = None,
    copay_cents: int = 0,
    names_mppr: bool = False,
) -> RemittanceClaim:
    """The claim paid as it is priced, but for the lines refused, by number from 1; all of them refused deny the claim.

    A copay is taken from the first lines that pay. `names_mppr`: the reduction for several procedures is told as
    CARC 59; without, it is in what is above the fee (45), as Medicare does.
    """
    lines = []
    for ours, priced in zip(sent.claim.lines, sent.priced.lines, strict=True):
        refusal = (refusals or {}).get(priced.line) or _never_paid(priced)
        if refusal:
            line = _refused(ours, refusal, sent.claim)
        else:
            line = _paid(ours, priced, sent.claim, copay_cents, names_mppr)
            copay_cents -= sum(one.cents for one in line.adjustments if one.carc == "3")
        lines.append(line)
    is_denied = bool(refusals) and not any(line.allowed_cents for line in lines)
    status = DENIED if is_denied else PROCESSED[sent.claim.sequence]
    return with_lines(_claim(sent, details, status), lines)


def decide_as_next(
    sent: Sent, details: PaymentDetails, first: RemittanceClaim, left_cents: int = 0, tells_contract_again: bool = False
) -> RemittanceClaim:
    """A later payer's answer to what `first` (told line by line) left to the patient: it pays all but `left_cents`.

    What the first payer paid and took off is CARC 23; or, with `tells_contract_again`, only what it paid, and the part
    above the fee is told once more as CO-45.
    """
    lines = []
    for ours, before in zip(sent.claim.lines, first.lines, strict=True):
        passed_on = sum(one.cents for one in before.adjustments if one.group == "PR")
        left = min(left_cents, passed_on)
        left_cents -= left
        settled = _charge(ours) - passed_on
        again = settled - before.paid_cents if tells_contract_again and before.paid_cents else 0
        adjustments = _told(("CO", "45", again), ("PR", "3", left), ("OA", "23", settled - again))
        lines.append(_line(ours, sent.claim, passed_on - left, adjustments, ours.units, passed_on or None))
    return with_lines(_claim(sent, details, PROCESSED["S"]), lines)


def every_unit_reduced(claim: Claim) -> Claim:
    """The claim as a payer prices it that halves the practice expense (MPPR) of every unit, also of the day's first."""
    days = {line.date or claim.date for line in claim.lines}
    other = tuple(ClaimLine(date=day, code=_DEAREST, units=1) for day in days)
    known = claim.context.prior_claims
    prior = (*(known if isinstance(known, tuple) else ()), PriorClaim(payer=claim.payer, lines=other))
    return msgspec.structs.replace(claim, context=msgspec.structs.replace(claim.context, prior_claims=prior))


def as_assistants(claim: Claim) -> Claim:
    """The claim as a payer prices it that takes all of it for an assistant's."""
    mark = ASSISTANT_MODIFIER[claim.discipline or "PT"]
    lines = tuple(
        one if mark in one.modifiers else msgspec.structs.replace(one, modifiers=(*one.modifiers, mark))
        for one in claim.lines
    )
    return msgspec.structs.replace(claim, lines=lines)


def in_the_year_before(claim: Claim) -> Claim:
    """The claim as a payer prices it that has last year's fees still in its system."""
    lines = tuple(msgspec.structs.replace(one, date=_year_before(one.date or claim.date)) for one in claim.lines)
    return msgspec.structs.replace(claim, date=_year_before(claim.date), lines=lines)


def _year_before(day: dt.date | None) -> dt.date | None:
    return day and day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _never_paid(priced: PricedLine) -> Refusal | None:
    """What the price itself says is not paid for, and whom the notice makes owe it."""
    if priced.allowed_cents != 0:
        return None
    if "GY" in priced.modifiers:
        return Refusal("PR", "96", ("N425",))
    return Refusal("CO", "50", ("N115",)) if "GZ" in priced.modifiers else Refusal("CO", "97", ("N20",))


def _refused(ours: ClaimLine, refusal: Refusal, claim: Claim) -> RemittanceLine:
    adjustments = _told((refusal.group, refusal.carc, _charge(ours)))
    return _line(ours, claim, 0, adjustments, 0, None, refusal.remarks)


def _paid(ours: ClaimLine, priced: PricedLine, claim: Claim, copay: int, names_mppr: bool) -> RemittanceLine:
    """`allowed = paid + patient's + assistant's cut + sequestration`, as it is priced."""
    charge = _charge(ours)
    allowed, paid, owed = priced.allowed_cents, priced.payer_cents or 0, priced.patient_cents or 0
    if allowed is None:
        allowed = round_half_up(charge * _UNPRICED_PERCENT, 100)
        owed = round_half_up(allowed * _COINSURANCE_PERCENT, 100)
        paid = allowed - owed
    cut = {one.kind: one.cents for one in priced.reductions}
    above = charge - allowed + cut.get("assistant", 0)
    mppr = min(cut.get("mppr", 0), charge - allowed) if names_mppr else 0
    copay = min(copay, paid)
    adjustments = _told(
        ("CO", "45", above - mppr), ("CO", "59", mppr), ("CO", "253", cut.get("sequestration", 0)),
        ("PR", "1", priced.deductible_cents), ("PR", "2", owed - priced.deductible_cents), ("PR", "3", copay),
    )  # fmt: skip
    remarks = (_ASSISTANT_REMARK,) if "assistant" in cut else ()
    return _line(ours, claim, paid - copay, adjustments, ours.units, allowed, remarks)


def _told(*reasons: tuple[str, str, int]) -> tuple[Adjustment, ...]:
    return tuple(Adjustment(group, carc, cents) for group, carc, cents in reasons if cents)


def _charge(ours: ClaimLine) -> int:
    charge = ours.charge_cents
    assert isinstance(charge, int), "a payer answers claims as they were sent: with charges"
    return charge


def _line(
    ours: ClaimLine,
    claim: Claim,
    paid: int,
    adjustments: tuple[Adjustment, ...],
    units: int,
    allowed: int | None,
    remarks: tuple[str, ...] = (),
) -> RemittanceLine:
    day = ours.date or claim.date
    return RemittanceLine(
        "HC", ours.code, ours.modifiers, _charge(ours), paid, units, None if units == ours.units else ours.units, None,
        "", day, ours.end_date or day, adjustments, ours.line_id or "", allowed, remarks,
    )  # fmt: skip


def _claim(sent: Sent, details: PaymentDetails, status: str) -> RemittanceClaim:
    """All of a claim but its lines and sums."""
    claim = sent.claim
    days = [day for line in claim.lines if (day := line.date or claim.date)]
    last = max(days, default=details.paid_on)
    place = claim.place_of_service
    number = claim.claim_number or ""
    return RemittanceClaim(
        claim_number=number, status=status, charge_cents=0, paid_cents=0, patient_responsibility_cents=None,
        filing_indicator=details.payer.filing_indicator,
        payer_claim_number=f"{details.paid_on:%y%j}{crc32(f'{details.payer.id}/{number}'.encode()) % 10**8:08d}",
        place_of_service=place if isinstance(place, str) else details.practice.place_of_service,
        frequency=claim.frequency, patient=_patient(claim), adjustments=(), lines=(), source=_NOWHERE,
        remarks=("MA01",) if details.payer.filing_indicator == MEDICARE else (),
        insured=_insured(claim), rendering=_rendering(claim, details.practice),
        received=claim.submitted or max(last, details.paid_on - dt.timedelta(days=14)),
        statement_from=min(days, default=None), statement_to=max(days, default=None),
    )  # fmt: skip


def _patient(claim: Claim) -> RemittanceParty:
    patient = claim.patient if isinstance(claim.patient, Person) else Person(last=claim.patient)
    return _person(patient, claim.subscriber.member_id if claim.subscriber else None)


def _insured(claim: Claim) -> RemittanceParty | None:
    """The policy holder, where it is another than the patient."""
    holder = claim.subscriber
    if holder is None or holder.relationship == "self" or holder.person is None:
        return None
    return _person(holder.person, holder.member_id)


def _person(person: Person, member_id: str | None) -> RemittanceParty:
    return RemittanceParty(
        clean(person.last or ""), clean(person.first or ""), clean(person.middle or ""), clean(person.suffix or ""),
        member_id or "", "MI" if member_id else "",
    )  # fmt: skip


def _rendering(claim: Claim, practice: Practice) -> RemittanceParty | None:
    npi = claim.rendering_npi
    if not isinstance(npi, str):
        return None
    known = next((one for one in practice.providers if one.npi == npi), None)
    name, first = (clean(known.last), clean(known.first)) if known else ("", "")
    return RemittanceParty(name, first, id=npi, id_kind="XX")


def with_lines(told: RemittanceClaim, lines: Sequence[RemittanceLine]) -> RemittanceClaim:
    """The claim with these lines, and its sums made new; what was adjusted on the claim itself lowers what is paid."""
    adjustments = [*told.adjustments, *(one for line in lines for one in line.adjustments)]
    owed = sum(one.cents for one in adjustments if one.group == "PR")
    allowed = sum(line.allowed_cents or 0 for line in lines)
    amounts = tuple(one for one in told.amounts if one.kind != "AU")
    return msgspec.structs.replace(
        told,
        charge_cents=sum(line.charge_cents for line in lines),
        paid_cents=sum(line.paid_cents for line in lines) - sum(one.cents for one in told.adjustments),
        patient_responsibility_cents=owed or None,
        amounts=((AmountFact("AU", allowed), *amounts) if allowed > 0 else amounts),
        lines=tuple(lines),
    )


# ------------------------------------------------------------------------------------------------------- the payment


def payment(
    details: PaymentDetails, claims: Sequence[RemittanceClaim], moved: Sequence[ProviderAdjustment] = ()
) -> Remittance:
    """One payment of these claims, less what is moved apart from them. Less than nothing is carried forward (FB)."""
    amount = sum(claim.paid_cents for claim in claims) - sum(one.cents for one in moved)
    if amount < 0:
        moved = (*moved, provider_adjustment(details, "FB", details.trace, amount))
        amount = 0
    method = details.method if amount else "NON"
    is_transfer = method == "ACH"
    return Remittance(
        set_control="", version=VERSION, handling="I" if amount else "H", amount_cents=amount, method=method,
        payment_date=details.paid_on, trace_number=details.trace, payer_tax_id=details.payer.tax_id,
        originator=f"1{details.payer.tax_id}", payment_format="CCP" if is_transfer else "",
        payer_bank=_ROUTING if is_transfer else "", payer_account=_ACCOUNT if is_transfer else "",
        payee_bank=_OUR_ROUTING if is_transfer else "", payee_account=_OUR_ACCOUNT if is_transfer else "",
        production_date=details.paid_on, payer=_payer(details.payer), payee=_payee(details.practice), source=_NOWHERE,
        claims=tuple(claims), provider_adjustments=tuple(moved),
    )  # fmt: skip


def provider_adjustment(details: PaymentDetails, reason: str, reference: str, cents: int) -> ProviderAdjustment:
    """Money moved apart from claims (PLB): positive is taken from the practice, negative given."""
    year_end = dt.date(details.paid_on.year, 12, 31)
    return ProviderAdjustment(details.practice.npi, year_end, reason, reference, cents)


def _payer(payer: PayingPayer) -> Payer:
    chosen = crc32(payer.id.encode())
    city, state, postal = PLACES[chosen % len(PLACES)]
    return Payer(
        name=payer.name,
        address=Address(line1=f"{chosen % 900 + 100} {STREETS[chosen % len(STREETS)]}", city=city, state=state,
                        zip=postal),
        references=(Reference("2U", payer.id),),
        contacts=(RemittanceContact("CX", "CUSTOMER CARE", "5555550100"),
                  RemittanceContact("BL", "EDI SUPPORT", "5555550101")),
    )  # fmt: skip


def _payee(practice: Practice) -> Payee:
    address = practice.pay_to or practice.address
    tax_id = "".join(filter(str.isdigit, practice.tax_id))
    return Payee(
        name=clean(practice.name), npi=practice.npi, tax_id=tax_id, references=(Reference("TJ", tax_id),),
        address=Address(
            line1=clean(address.line1), line2=clean(address.line2) if address.line2 else None,
            city=clean(address.city), state=address.state, zip="".join(filter(str.isdigit, address.zip)),
        ),
    )  # fmt: skip
