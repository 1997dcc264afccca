"""What stands before the first claim: the payment, who pays, who is paid. And, from the end, provider adjustments."""

import datetime as dt
from collections.abc import Callable, Iterable

from rehabill.edi.p835.facts import contact
from rehabill.edi.p835.mend import mended
from rehabill.model.party import Address
from rehabill.model.remittance import (
    Payee,
    Payer,
    ProviderAdjustment,
    Reference,
    RemittanceContact,
    RemittanceHeader,
    Source,
)
from rehabill.x12.values import cents, day

Tell = Callable[[str, str, str, str], None]
"""Takes a fault: its id, segment, element and the text found there."""


class Party:
    """An N1 and what stands under it."""

    def __init__(self, name: list[str]) -> None:
        self.name, self.id_kind, self.id = name[2], name[3], name[4]
        self.streets: list[str] = []
        self.city: list[str] = []
        self.references: list[Reference] = []
        self.contacts: list[RemittanceContact] = []

    def address(self) -> Address | None:
        if not (self.streets or self.city):
            return None
        streets, city = [*self.streets, "", ""], [*self.city, "", "", ""]
        return Address(line1=streets[0], line2=streets[1] or None, city=city[0], state=city[1], zip=city[2])

    def payer(self) -> Payer:
        return Payer(
            name=self.name, id=self.id, address=self.address(), references=tuple(self.references),
            contacts=tuple(self.contacts),
        )  # fmt: skip

    def payee(self) -> Payee:
        tax = next((one.number for one in self.references if one.kind == "TJ"), "")
        return Payee(
            name=self.name, npi=self.id if self.id_kind == "XX" else "",
            tax_id=self.id if self.id_kind == "FI" else tax, id="" if self.id_kind in ("XX", "FI") else self.id,
            address=self.address(), references=tuple(self.references),
        )  # fmt: skip


class Head:
    """Gathers the header's segments in the order they come."""

    def __init__(self, control: str, version: str) -> None:
        self.control, self.version = control, version
        self.bpr = self.trn = [""] * 17
        self.has_bpr = self.has_trn = False
        self.production_date: dt.date | None = None
        self.currency = "USD"
        self.parties: dict[str, Party] = {}
        self.current: Party | None = None
        self.references: list[Reference] = []
        self.other: list[str] = []

    def take(self, e: list[str], text: str, tell: Tell) -> None:
        """One segment: its elements, and how it stands in the file."""
        e = e + [""] * (17 - len(e))
        name, party = e[0], self.current
        if name == "BPR" and not self.has_bpr:
            self.has_bpr, self.bpr = True, _checked(e, tell)
        elif name == "TRN" and not self.has_trn:
            self.has_trn, self.trn = True, e
        elif name == "N1" and e[1] in ("PR", "PE") and e[1] not in self.parties:
            self.current = self.parties[e[1]] = Party(e)
        elif name == "REF":
            (self.references if party is None else party.references).append(Reference(e[1], e[2], e[3]))
        elif name == "DTM" and e[1] == "405" and self.production_date is None:
            self.production_date = day(mended(e, "").elements[2])
        elif name == "CUR":
            self.currency = e[2] or "USD"
        elif name == "PER" and party is not None:
            party.contacts.append(contact(e))
        elif name == "N3" and party is not None and not party.streets:
            party.streets = e[1:3]
        elif name == "N4" and party is not None and not party.city:
            party.city = e[1:4]
            if any(e[4:]):
                self.other.append(text)
        else:
            self.other.append(text)

    def header(self, source: Source) -> RemittanceHeader:
        """All of it, once the first claim (or the end) is reached."""
        bpr, trn = self.bpr, self.trn
        empty = Party([""] * 5)
        amount = cents(bpr[2]) or 0
        return RemittanceHeader(
            set_control=self.control, version=self.version, handling=bpr[1],
            amount_cents=-amount if bpr[3] == "D" else amount, method=bpr[4], payment_date=day(bpr[16]),
            trace_number=trn[2], payer_tax_id=_tax_id(trn[3]), originator=trn[3], originator_supplement=trn[4],
            payment_format=bpr[5], payer_bank=bpr[7], payer_account=bpr[9], payee_bank=bpr[13], payee_account=bpr[15],
            currency=self.currency, production_date=self.production_date,
            payer=self.parties.get("PR", empty).payer(), payee=self.parties.get("PE", empty).payee(),
            references=tuple(self.references), other=tuple(self.other), source=source,
        )  # fmt: skip


def provider_adjustments(e: list[str], component: str, tell: Tell) -> Iterable[ProviderAdjustment]:
    """A PLB: up to six reasons with their amounts."""
    e = e + [""] * (4 - len(e))
    fiscal = day(_checked(["PLB", e[1], e[2]], tell)[2])
    if not e[1]:
        tell("X312", "PLB", "PLB01", "")
    for at in range(3, len(e), 2):
        composite, amount = e[at], e[at + 1] if at + 1 < len(e) else ""
        if composite or amount:
            reason, _, reference = composite.partition(component)
            yield ProviderAdjustment(e[1], fiscal, reason, reference, _amount(amount, f"PLB{at + 1:02d}", tell))


def _amount(text: str, element: str, tell: Tell) -> int:
    value = cents(text)
    if value is None:
        tell("X310" if text else "X312", "PLB", element, text)
    return value or 0


def _checked(e: list[str], tell: Tell) -> list[str]:
    """The elements with faults told and mended."""
    mend = mended(e, "")
    for rule, element, text in mend.faults:
        tell(rule, e[0], element, text)
    return mend.elements


def _tax_id(originator: str) -> str:
    """`1512345678` → `512345678`: a 1 before a tax number of nine digits."""
    return originator[1:] if len(originator) == 10 and originator.isdigit() and originator[0] == "1" else ""
