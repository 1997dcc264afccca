"""Remittances written as an 835: the other way round of `edi.remittance_835`, for the payers of the demonstration.

What the reader gives back of the bytes equals what was written, but for where it stands in the file. Texts are written
as they are: they hold none of the separators.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rehabill.base.money import decimal_amount
from rehabill.model.party import Address
from rehabill.model.practice import Practice
from rehabill.model.remittance import (
    Adjustment,
    ProviderAdjustment,
    Reference,
    Remittance,
    RemittanceClaim,
    RemittanceContact,
    RemittanceLine,
    RemittanceParty,
    Service,
)

VERSION = "005010X221A1"
_REASONS_PER_CAS = 6
_REASONS_PER_PLB = 6
_BANK_NUMBER, _BANK_ACCOUNT = "01", "DA"


def write_835(
    payments: Sequence[Remittance], practice: Practice, created: dt.datetime, control_number: int = 1
) -> bytes:
    """One interchange, as the practice's clearinghouse passes it on: a transaction set for each payment, in order."""
    sender, receiver = practice.receiver, practice.submitter
    isa = (
        "ISA", "00", " " * 10, "00", " " * 10, sender.qualifier, f"{sender.id:15}", receiver.qualifier,
        f"{receiver.id:15}", f"{created:%y%m%d}", f"{created:%H%M}", "^", "00501", f"{control_number:09d}", "0",
        practice.usage, ":",
    )  # fmt: skip
    gs = (
        "GS", "HP", sender.group_id or sender.id, receiver.group_id or receiver.id, f"{created:%Y%m%d}",
        f"{created:%H%M}", str(control_number), "X", VERSION,
    )  # fmt: skip
    segments = ["*".join(isa), "*".join(gs)]
    for number, one in enumerate(payments, 1):
        inside = list(_set(one))
        segments += [f"ST*835*{number:04d}", *inside, f"SE*{len(inside) + 2}*{number:04d}"]
    segments += [f"GE*{len(payments)}*{control_number}", f"IEA*1*{control_number:09d}"]
    return "".join(segment + "~\n" for segment in segments).encode("ascii")


def _segment(*elements: str | None) -> str:
    """Empty elements at the end are left out."""
    return "*".join(element or "" for element in elements).rstrip("*")


def _day(day: dt.date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""


def _set(one: Remittance) -> Iterator[str]:
    yield _bpr(one)
    yield _segment("TRN", "1", one.trace_number, one.originator, one.originator_supplement)
    yield from _dated(("405", one.production_date))
    yield _segment("N1", "PR", one.payer.name, "XV" if one.payer.id else "", one.payer.id)
    yield from _address(one.payer.address)
    yield from map(_reference, one.payer.references)
    yield from map(_contact, one.payer.contacts)
    yield _segment("N1", "PE", one.payee.name, "XX", one.payee.npi)
    yield from _address(one.payee.address)
    yield from map(_reference, one.payee.references)
    if one.claims:
        yield "LX*1"
    for claim in one.claims:
        yield from _claim(claim)
    yield from _provider_adjustments(one.provider_adjustments)


def _bpr(one: Remittance) -> str:
    payer_bank = (_BANK_NUMBER, one.payer_bank, _BANK_ACCOUNT, one.payer_account) if one.payer_bank else ("",) * 4
    payee_bank = (_BANK_NUMBER, one.payee_bank, _BANK_ACCOUNT, one.payee_account) if one.payee_bank else ("",) * 4
    return _segment(
        "BPR", one.handling, decimal_amount(one.amount_cents), "C", one.method, one.payment_format, *payer_bank,
        one.originator if one.payer_bank else "", one.originator_supplement, *payee_bank, _day(one.payment_date),
    )  # fmt: skip


def _address(address: Address | None) -> Iterator[str]:
    if address:
        yield _segment("N3", address.line1, address.line2)
        yield _segment("N4", address.city, address.state, address.zip)


def _reference(one: Reference) -> str:
    return _segment("REF", one.kind, one.number, one.text)


def _contact(one: RemittanceContact) -> str:
    return _segment("PER", one.kind, one.name, "TE" if one.phone else "", one.phone)


def _dated(*days: tuple[str, dt.date | None]) -> Iterator[str]:
    return (f"DTM*{kind}*{_day(day)}" for kind, day in days if day)


def _claim(claim: RemittanceClaim) -> Iterator[str]:
    owed = claim.patient_responsibility_cents
    yield _segment(
        "CLP", claim.claim_number, claim.status, decimal_amount(claim.charge_cents), decimal_amount(claim.paid_cents),
        "" if owed is None else decimal_amount(owed), claim.filing_indicator, claim.payer_claim_number,
        claim.place_of_service, claim.frequency,
    )  # fmt: skip
    yield from _adjustments(claim.adjustments)
    for kind, party in (
        ("QC", claim.patient), ("IL", claim.insured), ("82", claim.rendering), ("TT", claim.crossover_carrier),
    ):  # fmt: skip
        if party:
            yield _party(kind, party)
    if claim.remarks:
        yield _segment("MOA", "", "", *claim.remarks)
    yield from map(_reference, claim.references)
    yield from _dated(("232", claim.statement_from), ("233", claim.statement_to), ("050", claim.received))
    for amount in claim.amounts:
        yield f"AMT*{amount.kind}*{decimal_amount(amount.cents)}"
    for line in claim.lines:
        yield from _line(line)


def _party(kind: str, one: RemittanceParty) -> str:
    named = (one.first, one.middle, "", one.suffix)
    return _segment("NM1", kind, "1" if one.is_person else "2", one.name, *named, one.id_kind, one.id)


def _line(line: RemittanceLine) -> Iterator[str]:
    sent = "" if line.units_submitted is None else str(line.units_submitted)
    yield _segment(
        "SVC", _service(Service(line.kind, line.code, line.modifiers)), decimal_amount(line.charge_cents),
        decimal_amount(line.paid_cents), line.revenue_code, str(line.units_paid),
        _service(line.submitted) if line.submitted else "", sent,
    )  # fmt: skip
    if line.first_day == line.last_day:
        yield from _dated(("472", line.first_day))
    else:
        yield from _dated(("150", line.first_day), ("151", line.last_day))
    yield from _adjustments(line.adjustments)
    if line.line_id:
        yield f"REF*6R*{line.line_id}"
    if line.allowed_cents is not None:
        yield f"AMT*B6*{decimal_amount(line.allowed_cents)}"
    yield from (f"LQ*HE*{remark}" for remark in line.remarks)


def _service(one: Service) -> str:
    return ":".join((one.kind, one.code, *one.modifiers))


def _adjustments(adjustments: Iterable[Adjustment]) -> Iterator[str]:
    """One segment for each group that stands together, or more where it has many reasons."""
    for group, members in groupby(adjustments, lambda one: one.group):
        told = list(members)
        for start in range(0, len(told), _REASONS_PER_CAS):
            reasons = [(one.carc, decimal_amount(one.cents), "") for one in told[start : start + _REASONS_PER_CAS]]
            yield _segment("CAS", group, *(element for reason in reasons for element in reason))


def _provider_adjustments(moved: Iterable[ProviderAdjustment]) -> Iterator[str]:
    for (provider, year), members in groupby(moved, lambda one: (one.provider_id, one.fiscal_year_end)):
        told = list(members)
        for start in range(0, len(told), _REASONS_PER_PLB):
            pairs = [
                (f"{one.reason}:{one.reference}" if one.reference else one.reason, decimal_amount(one.cents))
                for one in told[start : start + _REASONS_PER_PLB]
            ]
            yield _segment("PLB", provider, _day(year), *(element for pair in pairs for element in pair))
