"""Boxes 14 to 24: the illness, who referred, the diagnoses, what was done."""

from datetime import date
from typing import NamedTuple

from msgspec import UnsetType

from rehabill.base.errors import InputError
from rehabill.edi.cms1500 import words
from rehabill.edi.cms1500.insured import Who
from rehabill.edi.cms1500.layout import width
from rehabill.edi.cms1500.page import Sheet
from rehabill.edi.p837 import fields
from rehabill.edi.p837.line import is_place
from rehabill.edi.p837.profile import FREQUENCIES, MAX_DIAGNOSES, MAX_LINES, MAX_MODIFIERS, MAX_POINTERS
from rehabill.model.claim import Claim, ClaimLine
from rehabill.model.practice import Practice, Provider
from rehabill.x12.clean import clean

_LETTERS = "ABCDEFGHIJKL"
_NOTE_ROOM = 71
_MOST_UNITS = 999


def boxes_14_15(sheet: Sheet, they: Who) -> None:
    """14: when it began (431), the day of the accident where no other onset is known. 15: one other date, the
    accident (439) if it is not in 14, else the first treatment (454). 484, the last period, is no therapy's.

    Medicare takes no qualifier in 14 and nothing in 15 (MCPM items 14, 15).
    """
    claim = they.claim
    accident = claim.accident.on if claim.accident is not None else None
    if claim.accident is not None and accident is None and claim.accident.kind != "employment":
        sheet.faults.append(InputError("accident.on", "the day of the accident is missing"))
    began = claim.onset_date or accident
    if began is not None:
        sheet.put("14", words.short_date(began))
        if not they.medicare:
            sheet.put("14.qualifier", "431")
    if they.medicare:
        return
    further: list[tuple[str, str, date]] = []
    if accident is not None and accident != began:
        further.append(("439", "accident.on", accident))
    if claim.initial_treatment_date is not None:
        further.append(("454", "initial_treatment_date", claim.initial_treatment_date))
    for qualifier, path, day in further:
        if "15" in sheet.boxes:
            sheet.note("15", path, f"box 15 holds one date: {day.isoformat()} ({qualifier}) is not on the form")
            continue
        sheet.put("15.qualifier", qualifier)
        sheet.put("15", words.short_date(day))


def boxes_17(sheet: Sheet, they: Who, practice: Practice) -> None:
    """One provider: who referred (DN), else the supervising physician (DQ); 17b the NPI; 17a stays empty.

    DK, who ordered, is for tests and supplies; a therapist's supervision of an assistant is not told. The name goes
    first name first, without credentials, for Medicare without the middle name (as its ordering file has it).
    """
    claim = they.claim
    therapists = {provider.npi: provider for provider in practice.providers}
    physicians = {provider.npi: provider for provider in practice.referring}
    named: list[tuple[str, str, str]] = []
    if claim.referring_npi and not isinstance(claim.referring_npi, UnsetType):
        named.append(("DN", claim.referring_npi, "referring_npi"))
    if claim.supervising_npi and claim.supervising_npi not in therapists:
        named.append(("DQ", claim.supervising_npi, "supervising_npi"))
    for qualifier, npi, path in named:
        if "17" in sheet.boxes:
            sheet.note("17", path, f"box 17 holds one provider: {npi} ({qualifier}) is not on the form")
            continue
        provider = physicians.get(npi) or therapists.get(npi)
        if provider is None:
            message = f"the provider with the NPI '{npi}' is not known: add the name to practice.referring"
            sheet.faults.append(InputError(path, message))
            continue
        fields.npi(npi, path, f"{provider.last}, {provider.first}", sheet.faults)
        sheet.put("17.qualifier", qualifier)
        words.cut(sheet, "17", _first_name_first(provider, they.medicare), path, "the name of the provider")
        words.whole(sheet, "17b", npi, path, "the NPI")


def _first_name_first(provider: Provider, medicare: bool) -> str:
    """The middle name gives way first, then the first name becomes a letter."""
    first, middle, last = (words.plain(part) for part in (provider.first, provider.middle, provider.last))
    full = " ".join(part for part in (first, "" if medicare else middle[:1], last) if part)
    for shorter in (f"{first} {last}", f"{first[:1]} {last}"):
        if len(full) <= width("17"):
            break
        full = shorter
    return full


def box_19(sheet: Sheet, they: Who, unlisted: list[str]) -> None:
    """The note, with NUCC's NTE ADD before it; for Medicare plain, and there also what an unlisted code was."""
    note = clean(they.claim.note or "")
    if they.medicare:
        text = " ".join([*unlisted, note]).strip()
    else:
        text = f"NTEADD{note}" if note else ""
    if len(text) > _NOTE_ROOM:
        message = f"box 19 takes {_NOTE_ROOM} characters and the note would need {len(text)}"
        sheet.faults.append(InputError("note", message))
        return
    room = width("19")
    if len(text) > room:
        above = text[: width("19.above")]
        if " " in above and len(text) - above.rindex(" ") - 1 <= room:
            above = above[: above.rindex(" ")]
        sheet.put("19.above", above)
        text = text[len(above) :].lstrip()
    sheet.put("19", text)


def box_20(sheet: Sheet) -> None:
    """No purchased laboratory service: therapy has none."""
    sheet.put("20", "NO")


def box_21(sheet: Sheet, claim: Claim) -> None:
    """Indicator 0 for ICD-10-CM, then up to twelve codes without the decimal point, the first the main one."""
    codes = claim.diagnoses
    if not codes:
        sheet.faults.append(InputError("diagnoses", "the claim has no diagnosis"))
        return
    if len(codes) > MAX_DIAGNOSES:
        message = f"the claim has {len(codes)} diagnoses; at most {MAX_DIAGNOSES} can be sent: split it"
        sheet.faults.append(InputError("diagnoses", message))
    sheet.put("21.indicator", "0")
    for index, (letter, code) in enumerate(zip(_LETTERS, codes, strict=False)):
        if not fields.diagnosis_is_shaped(code):
            sheet.faults.append(InputError(f"diagnoses[{index}]", f"'{code}' is not an ICD-10-CM code"))
        else:
            sheet.put(f"21{letter}", code.replace(".", "").upper())


def box_22(sheet: Sheet, they: Who) -> None:
    """7 replaces and 8 voids a claim, with the payer's number of it; Medicare Part B takes neither (MCPM item 22)."""
    claim = they.claim
    if claim.frequency == "1":
        return
    if claim.frequency not in FREQUENCIES:
        message = f"'{claim.frequency}' is not a kind of claim: 1 original, 7 replacement, 8 void"
        sheet.faults.append(InputError("frequency", message))
        return
    if not they.payer.frequency_7_8 or they.medicare:
        message = (
            f"{they.payer.name} takes no replacement (7) or void (8) claims: ask for a reopening or an appeal,"
            " or send a new claim if the first was never accepted"
        )
        sheet.faults.append(InputError("frequency", message))
        return
    what = "the payer's number of the claim to be replaced"
    if not claim.payer_claim_number:
        sheet.faults.append(InputError("payer_claim_number", f"{what} is missing"))
        return
    sheet.put("22", claim.frequency)
    words.whole(sheet, "22.reference", claim.payer_claim_number.upper(), "payer_claim_number", what)


def box_23(sheet: Sheet, claim: Claim) -> None:
    """The authorisation or the referral's number, one of them, without hyphens and blanks (NUCC item 23)."""
    approved = claim.prior_authorization
    if not approved and claim.context.authorization:
        approved = claim.context.authorization.number
    if approved:
        words.whole(sheet, "23", words.squeezed(approved), "prior_authorization", "the authorisation number")
        if claim.referral_number:
            message = "box 23 holds one number, the authorisation: the referral's is not on the form"
            sheet.note("23", "referral_number", message)
    elif claim.referral_number:
        words.whole(sheet, "23", words.squeezed(claim.referral_number), "referral_number", "the referral number")


class Service(NamedTuple):
    """One line of box 24 and what it charges."""

    boxes: dict[str, str]
    cents: int


def services(sheet: Sheet, they: Who, practice: Practice, place: str) -> tuple[list[Service], list[str]]:
    """(box 24's lines, what unlisted codes were, for Medicare's box 19). A line of no units is not sent."""
    claim = they.claim
    rendering = _rendering(sheet, they, practice)
    found: list[Service] = []
    unlisted: list[str] = []
    shortened: list[int] = []
    for index, line in enumerate(claim.lines):
        if not line.units:
            if line.charge_cents:
                message = f"line {index + 1} has a charge but no units"
                sheet.faults.append(InputError(f"lines[{index}].units", message))
            continue
        own = Sheet(sheet.faults)
        own.notes = sheet.notes
        _date(own, line.date or claim.date, index)
        _place(own, line, place, index)
        _procedure(own, line, index)
        _description(own, line, index, they, unlisted)
        if _pointers(own, line, index, they):
            shortened.append(index)
        cents = _charge(own, line, index)
        if line.units > _MOST_UNITS:
            message = f"line {index + 1} has {line.units} units; box 24G takes three digits"
            own.faults.append(InputError(f"lines[{index}].units", message))
        own.put("24.1.G", str(line.units))
        own.boxes |= rendering
        found.append(Service(own.boxes, cents))
    if shortened:
        _note_one_letter(sheet, shortened)
    if not found:
        sheet.faults.append(InputError("lines", "the claim has no line with units: there is nothing to bill"))
    if len(found) > MAX_LINES:
        message = f"the claim has {len(found)} lines; at most {MAX_LINES} can be sent: split it"
        sheet.faults.append(InputError("lines", message))
    return found, unlisted


def _rendering(sheet: Sheet, they: Who, practice: Practice) -> dict[str, str]:
    """24I, 24J: the therapist's NPI, and the taxonomy (ZZ) in the shaded half for payers that want it.

    NUCC: only where it is not the billing provider's own of 33a. Medicare: always, and nothing in the shaded half.
    """
    npi = they.claim.rendering_npi
    if not npi or isinstance(npi, UnsetType):
        if not practice.is_person:
            message = "who treated is missing: the therapist's NPI (or the practice's own, if it is the same)"
            sheet.faults.append(InputError("rendering_npi", message))
        npi = practice.npi
    if npi != practice.npi:
        fields.npi(npi, "rendering_npi", "the therapist", sheet.faults)
    elif not they.medicare:
        return {}
    boxes: dict[str, str] = {}
    therapist = next((provider for provider in practice.providers if provider.npi == npi), None)
    if therapist is not None and they.payer.taxonomy_of_person and npi != practice.npi and not they.medicare:
        code = fields.taxonomy(therapist.taxonomy, "rendering_npi", sheet.faults)
        if code:
            boxes = {"24.1.I": "ZZ", "24.1.J.other": code}
    return boxes | {"24.1.J": npi}


def _date(sheet: Sheet, day: date | None, index: int) -> None:
    """24A: a single day stands under From and To."""
    if day is None:
        message = f"the date of service of line {index + 1} is missing"
        sheet.faults.append(InputError(f"lines[{index}].date", message))
        return
    sheet.put("24.1.A.from", words.short_date(day))
    sheet.put("24.1.A.to", words.short_date(day))


def _place(sheet: Sheet, line: ClaimLine, of_claim: str, index: int) -> None:
    """24B: every line says its place of service, its own or the claim's."""
    place = line.place_of_service or of_claim
    if is_place(place):
        sheet.put("24.1.B", place)
    elif line.place_of_service:
        message = f"'{place}' is not a place of service (two digits), on line {index + 1}"
        sheet.faults.append(InputError(f"lines[{index}].place_of_service", message))
    elif all(fault.path != "place_of_service" for fault in sheet.faults):
        message = f"'{place}' is not a place of service: two digits"
        sheet.faults.append(InputError("place_of_service", message))


def _procedure(sheet: Sheet, line: ClaimLine, index: int) -> None:
    """24D: the code and up to four modifiers."""
    path = f"lines[{index}]"
    if not fields.procedure(line.code, ()):
        message = f"'{line.code}' on line {index + 1} is not a procedure code: five letters and digits"
        sheet.faults.append(InputError(f"{path}.code", message))
    if len(line.modifiers) > MAX_MODIFIERS:
        message = f"line {index + 1} has {len(line.modifiers)} modifiers; at most {MAX_MODIFIERS} can be sent"
        sheet.faults.append(InputError(f"{path}.modifiers", message))
    sheet.put("24.1.D", line.code.upper())
    for number, modifier in enumerate(line.modifiers[:MAX_MODIFIERS], start=1):
        if not fields.procedure("97110", (modifier,)):
            message = f"'{modifier}' on line {index + 1} is not a modifier: two letters or digits"
            sheet.faults.append(InputError(f"{path}.modifiers", message))
        sheet.put(f"24.1.D.{number}", modifier.upper())


def _description(sheet: Sheet, line: ClaimLine, index: int, they: Who, unlisted: list[str]) -> None:
    """What an unlisted code was: after ZZ in the shaded half (NUCC item 24), for Medicare in box 19 (MCPM item 19)."""
    if line.code not in they.payer.unlisted_codes:
        return
    path = f"lines[{index}].description"
    text = clean(line.description or "")
    if not text:
        message = f"{line.code} on line {index + 1} names no particular service: describe what was done"
        sheet.faults.append(InputError(path, message))
    elif they.medicare:
        unlisted.append(text)
    else:
        words.whole(sheet, "24.1.supplemental", f"ZZ{text}", path, f"the description of line {index + 1}")


def _pointers(sheet: Sheet, line: ClaimLine, index: int, they: Who) -> bool:
    """24E: letters of box 21 without commas, the first the main one. Medicare takes a single letter (MCPM 24E): True
    when there were more.
    """
    path = f"lines[{index}].diagnosis_pointers"
    count = len(they.claim.diagnoses) if they.claim.diagnoses else 0
    numbers = line.diagnosis_pointers
    if numbers is None or isinstance(numbers, UnsetType):
        numbers = (1,) if count == 1 else ()
    if fields.pointers(numbers, min(count, MAX_DIAGNOSES)):
        letters = "".join(_LETTERS[number - 1] for number in numbers)
        sheet.put("24.1.E", letters[0] if they.medicare else letters)
        return len(letters) > 1 and they.medicare
    if not numbers:
        message = f"line {index + 1} does not say for which diagnosis it was given"
    elif len(numbers) > MAX_POINTERS:
        message = f"line {index + 1} points to {len(numbers)} diagnoses; at most {MAX_POINTERS} can be sent"
    elif len(set(numbers)) != len(numbers):
        message = f"line {index + 1} points to the same diagnosis twice"
    else:
        message = f"line {index + 1} points to a diagnosis the claim does not have (it has {count})"
    sheet.faults.append(InputError(path, message))
    return False


def _note_one_letter(sheet: Sheet, indices: list[int]) -> None:
    """Said once for a claim: Medicare's limit is the same for all lines."""
    *most, last = (str(index + 1) for index in indices)
    which = f"lines {', '.join(most)} and {last} point to their" if most else f"line {last} points to its"
    message = f"Medicare takes one letter in box 24E: {which} first diagnosis only"
    sheet.note("24E", f"lines[{indices[0]}].diagnosis_pointers", message)


def _charge(sheet: Sheet, line: ClaimLine, index: int) -> int:
    """24F: the charge of the whole line."""
    charge = line.charge_cents
    path = f"lines[{index}].charge_cents"
    if not isinstance(charge, int):
        sheet.faults.append(InputError(path, f"the charge of line {index + 1} is missing"))
        return 0
    words.money(sheet, "24.1.F", charge, path, f"the charge of line {index + 1}")
    return charge
