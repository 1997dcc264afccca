"""Boxes 25 to 33: who bills, for how much, where it was."""

from rehabill.base.errors import InputError
from rehabill.base.ids import npi_is_valid
from rehabill.edi.cms1500 import words
from rehabill.edi.cms1500.insured import SIGNED, Who
from rehabill.edi.cms1500.layout import width
from rehabill.edi.cms1500.page import Sheet
from rehabill.edi.p837 import fields
from rehabill.model.claim import Claim
from rehabill.model.party import Address
from rehabill.model.practice import Location, Practice

_HOME = "12"
CONTINUED = "CONTINUED"


def box_25(sheet: Sheet, practice: Practice) -> None:
    """The tax number without hyphens, and whether it is an employer's (EIN) or a person's (SSN)."""
    number = practice.tax_id.replace("-", "")
    if not (len(number) == 9 and number.isascii() and number.isdigit()):
        message = f"the practice's tax number ('{practice.tax_id}') must have nine digits"
        sheet.faults.append(InputError("practice.tax_id", message))
    sheet.put("25", number)
    sheet.put("25.kind", "EIN" if practice.tax_id_kind == "EI" else "SSN")


def box_26(sheet: Sheet, claim: Claim) -> None:
    """Our number for the claim, which the payer returns; no hyphens or blanks (NUCC item 26)."""
    number = claim.claim_number or ""
    if not number:
        sheet.faults.append(InputError("claim_number", "our own number of the claim is missing"))
        return
    printed = words.squeezed(number)
    if printed != number.upper():
        message = f"box 26 takes no hyphens or blanks: the payer will return '{printed}' for our '{number}'"
        sheet.note("26", "claim_number", message)
    words.whole(sheet, "26", printed, "claim_number", "our own number of the claim")


def box_27(sheet: Sheet, claim: Claim, practice: Practice) -> None:
    """Whether the practice takes the payer's word on the price: the claim's own answer, else the practice's."""
    assigned = claim.accepts_assignment
    if assigned is None:
        assigned = practice.accepts_assignment
    sheet.put("27", "YES" if assigned else "NO")


def box_28(sheet: Sheet, cents: int, last: bool) -> None:
    """The claim's total on its last sheet, CONTINUED on those before.

    As payers that publish a rule want it (HMSA, "Multi-page Claims"; TMHP manual, "Multipage Claim Forms"); each sheet
    also says which of how many it is.
    """
    if last:
        words.money(sheet, "28", cents, "lines", "the total charge")
    else:
        sheet.put("28", CONTINUED)


def paid(sheet: Sheet, they: Who) -> int | None:
    """Box 29: what patient and other payers paid (NUCC); for Medicare only the patient (MCPM item 29)."""
    claim = they.claim
    known = [claim.patient_paid_cents]
    if not they.medicare:
        known += [other.paid_cents for _, other in they.others]
    amounts = [cents for cents in known if cents is not None]
    for index, other in they.others:
        if other.paid_cents is not None:
            message = f"paper has no room for what {other.payer_name} decided: send its remittance with the form"
            sheet.note("29", f"other_insurance[{index}]", message)
    return sum(amounts) if amounts else None


def box_29(sheet: Sheet, cents: int | None) -> None:
    if cents is not None:
        words.money(sheet, "29", cents, "patient_paid_cents", "what has been paid")


def box_31(sheet: Sheet, claim: Claim) -> None:
    """The practice's signature is on file; the day of submission, where the claim names it."""
    sheet.put("31", SIGNED)
    if claim.submitted is not None:
        sheet.put("31.date", words.short_date(claim.submitted))


def boxes_32(sheet: Sheet, claim: Claim, practice: Practice, place: str) -> None:
    """Where it was: the claim's location, else the practice; empty for the patient's home (MCPM item 32).

    32a has an NPI only of an organisation outside the practice; 32b stays empty.
    """
    if claim.location:
        found = [number for number, known in enumerate(practice.locations) if known.name == claim.location]
        if not found:
            message = f"the practice has no location called '{claim.location}' (practice.locations)"
            sheet.faults.append(InputError("location", message))
            return
        location = practice.locations[found[0]]
        _named_address(sheet, "32", location.name, location.address, f"practice.locations[{found[0]}]", "the location")
        _location_npi(sheet, location, practice, f"practice.locations[{found[0]}].npi")
    elif place != _HOME:
        _named_address(sheet, "32", _billing_name(practice), practice.address, "practice", "the practice")


def _location_npi(sheet: Sheet, location: Location, practice: Practice, path: str) -> None:
    if location.npi is not None and location.npi != practice.npi:
        fields.npi(location.npi, path, f"the location '{location.name}'", sheet.faults)
        words.whole(sheet, "32a", location.npi, path, "the location's NPI")


def boxes_33(sheet: Sheet, they: Who, practice: Practice) -> None:
    """Who bills: name, street address, telephone; 33a the NPI; 33b the taxonomy (ZZ) for payers that want it, for
    Medicare nothing."""
    contact = practice.contact or practice.submitter.contact
    path = "practice.contact.phone" if practice.contact else "practice.submitter.contact.phone"
    words.telephone(sheet, "33", contact.phone, path, "the practice")
    _named_address(sheet, "33", _billing_name(practice), practice.address, "practice", "the practice")
    if practice.pay_to is not None and practice.pay_to != practice.address:
        message = "the form has no place for the pay-to address: the payer pays where it has enrolled the practice"
        sheet.note("33", "practice.pay_to", message)
    if not npi_is_valid(practice.npi):
        message = f"'{practice.npi}' is not a valid NPI of the practice: ten digits with a check digit"
        sheet.faults.append(InputError("practice.npi", message))
    words.whole(sheet, "33a", practice.npi, "practice.npi", "the practice's NPI")
    if they.payer.taxonomy and practice.taxonomy and not they.medicare:
        words.whole(sheet, "33b", f"ZZ{practice.taxonomy}", "practice.taxonomy", "the taxonomy code")


def _billing_name(practice: Practice) -> str:
    return f"{practice.first or ''} {practice.name}" if practice.is_person else practice.name


def _named_address(sheet: Sheet, box: str, name: str, where: Address, path: str, whose: str) -> None:
    """Three lines: name; street; city, state and nine-digit ZIP, without signs (NUCC items 32 and 33)."""
    words.cut(sheet, f"{box}.1", words.plain(name), f"{path}.name", f"the name of {whose}")
    words.place_street(sheet, f"{box}.2", where, f"{path}.address", whose)
    state = words.state(sheet, where, f"{path}.address", whose)
    digits = words.zip_code(sheet, where, f"{path}.address", whose)
    if len(digits) == 5:
        message = f"the ZIP code of {whose} has five digits; payers ask for nine in box {box}"
        sheet.note(box, f"{path}.address.zip", message)
    city = words.plain(where.city)
    room = width(f"{box}.3") - len(state) - len(digits) - 2
    if len(city) > room:
        message = f"the city of {whose} has {len(city)} characters and box {box} takes {room}: cut to '{city[:room]}'"
        sheet.note(box, f"{path}.address.city", message)
    sheet.put(f"{box}.3", f"{city[:room].rstrip()} {state} {digits}")
