"""A claim and its practice to sheets: each box once, six service lines a sheet."""

from msgspec import UnsetType

from rehabill.base.errors import InputError
from rehabill.edi.cms1500 import billing, care, insured
from rehabill.edi.cms1500.layout import LINES_PER_PAGE
from rehabill.edi.cms1500.page import Note, Page, Sheet
from rehabill.edi.p837 import header
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.profile import PayerX12
from rehabill.model.claim import Claim
from rehabill.model.practice import Practice


def fill(
    claim: Claim, practice: Practice, profile: PayerX12 | None, faults: Faults
) -> tuple[tuple[Page, ...], tuple[Note, ...]]:
    """(the claim's sheets, what paper could not hold). Of no use when `faults` has grown."""
    if profile is None and claim.payer in practice.payers:
        message = (
            f"there is no profile of the payer '{claim.payer}', and practice.payers.{claim.payer} does not say what"
            " kind it is (filing_indicator: AM car insurer, WC workers' compensation, CI commercial)"
        )
        faults.append(InputError("payer", message))
        return (), ()
    payer = header.payer(claim.payer, practice, profile, faults)
    if payer is None:
        return (), ()
    sheet = Sheet(faults)
    they = insured.who(claim, payer, sheet)
    place = claim.place_of_service
    if place is None or isinstance(place, UnsetType):
        place = practice.place_of_service
    insured.carrier(sheet, claim, practice)
    insured.box_1(sheet, they)
    insured.box_1a(sheet, they)
    insured.boxes_2_3_5(sheet, they)
    insured.boxes_4_6_7_11(sheet, they)
    insured.boxes_9(sheet, they)
    insured.boxes_10(sheet, they)
    insured.boxes_12_13(sheet, they)
    care.boxes_14_15(sheet, they)
    care.boxes_17(sheet, they, practice)
    lines, unlisted = care.services(sheet, they, practice, place)
    care.box_19(sheet, they, unlisted)
    care.box_20(sheet)
    care.box_21(sheet, claim)
    care.box_22(sheet, they)
    care.box_23(sheet, claim)
    billing.box_25(sheet, practice)
    billing.box_26(sheet, claim)
    billing.box_27(sheet, claim, practice)
    paid = billing.paid(sheet, they)
    billing.box_31(sheet, claim)
    billing.boxes_32(sheet, claim, practice, place)
    billing.boxes_33(sheet, they, practice)
    return _pages(sheet, lines, paid), tuple(dict.fromkeys(sheet.notes))


def _pages(sheet: Sheet, lines: list[care.Service], paid: int | None) -> tuple[Page, ...]:
    """Every sheet says all of the claim but its own lines; total and payments stand on the last."""
    groups = [lines[first : first + LINES_PER_PAGE] for first in range(0, len(lines), LINES_PER_PAGE)]
    total = sum(line.cents for line in lines)
    pages = []
    for number, group in enumerate(groups, start=1):
        own = Sheet(sheet.faults)
        own.boxes = dict(sheet.boxes)
        for row, line in enumerate(group, start=1):
            own.boxes |= {f"24.{row}.{box[5:]}": text for box, text in line.boxes.items()}
        last = number == len(groups)
        billing.box_28(own, total, last)
        if last:
            billing.box_29(own, paid)
        if len(groups) > 1:
            own.put("page", f"PAGE {number} OF {len(groups)}")
        pages.append(Page(number, len(groups), own.boxes))
    return tuple(pages)
