"""Text as the form takes it: capitals, no punctuation but hyphens (and commas between the parts of a name).

What somebody looks a claim up by is printed whole or refused; names and addresses may be cut, and the cut is noted.
"""

import re
from datetime import date

from rehabill.base.errors import InputError
from rehabill.edi.cms1500.layout import FIELDS, Money, width
from rehabill.edi.cms1500.page import Sheet
from rehabill.edi.p837.profile import STATES
from rehabill.model.party import Address, Person
from rehabill.x12.clean import clean

_NOT_IN_A_NAME = re.compile(r"[^A-Z0-9' -]+")
_NOT_IN_AN_ADDRESS = re.compile(r"[^A-Z0-9/ -]+")
_NOT_IN_A_NUMBER = re.compile(r"[\s-]+")
_SHORT_WORDS = {
    "APARTMENT": "APT", "AVENUE": "AVE", "BOULEVARD": "BLVD", "BUILDING": "BLDG", "CENTER": "CTR", "CIRCLE": "CIR",
    "COURT": "CT", "DRIVE": "DR", "EAST": "E", "FLOOR": "FL", "HIGHWAY": "HWY", "LANE": "LN", "NORTH": "N",
    "NORTHEAST": "NE", "NORTHWEST": "NW", "PARKWAY": "PKWY", "PLACE": "PL", "ROAD": "RD", "ROOM": "RM", "SOUTH": "S",
    "SOUTHEAST": "SE", "SOUTHWEST": "SW", "SQUARE": "SQ", "STREET": "ST", "SUITE": "STE", "TERRACE": "TER",
    "WEST": "W",
}  # fmt: skip
"""USPS Publication 28, appendices B and C2."""
_EXTENSION = re.compile(r"(?:EXT\.?|EXTENSION|X|#)\s*\d{1,6}$")


def plain(text: str | None) -> str:
    """Capitals without accents, commas, full stops or other signs; hyphens and apostrophes stay."""
    return " ".join(_NOT_IN_A_NAME.sub(" ", clean((text or "").replace(".", ""))).split())


def street(where: Address) -> str:
    """Both lines in one, without signs: `100 INVENTED AVENUE SUITE 2` (NUCC items 5, 7, 32, 33)."""
    both = clean(f"{where.line1} {where.line2 or ''}".replace(".", ""))
    return " ".join(_NOT_IN_AN_ADDRESS.sub(" ", both).split())


def fitting_street(where: Address, room: int) -> str:
    """The street with the postal service's short words (`AVE`, `STE`) where the long ones do not fit."""
    text = street(where)
    if len(text) <= room:
        return text
    return " ".join(_SHORT_WORDS.get(word, word) for word in text.split())


def squeezed(number: str) -> str:
    """A number without the hyphens and blanks that NUCC wants left out of items 9a, 11, 23 and 26."""
    return _NOT_IN_A_NUMBER.sub("", number).upper()


def name(person: Person) -> str:
    """`LAST SUFFIX, FIRST, M` (NUCC items 2, 4 and 9): commas part it, no full stops, hyphens stay."""
    last = " ".join(part for part in (plain(person.last), plain(person.suffix)) if part)
    return ", ".join(part for part in (last, plain(person.first), plain(person.middle)[:1]) if part)


def cut(sheet: Sheet, box: str, text: str, path: str, what: str) -> None:
    """A name or an address: what is too long is cut at the box's end and noted."""
    room = width(box)
    if len(text) > room:
        shown = text[:room].rstrip(" ,")
        sheet.note(
            box, path, f"{what} has {len(text)} characters and box {_number(box)} takes {room}: cut to '{shown}'"
        )
        text = shown
    sheet.put(box, text)


def whole(sheet: Sheet, box: str, text: str, path: str, what: str) -> None:
    """A number or code: printed unchanged or not at all."""
    room = width(box)
    if len(text) > room:
        message = f"{what} ('{text}') has {len(text)} characters; box {_number(box)} of the form takes {room}"
        sheet.faults.append(InputError(path, message))
        return
    if not text.isascii() or not text.isprintable():
        sheet.faults.append(InputError(path, f"{what} ('{text}') has a character that cannot be printed on the form"))
        return
    sheet.put(box, text)


def person_name(sheet: Sheet, box: str, person: Person | None, path: str, whose: str) -> None:
    """The name of a person who must be named."""
    if person is None:
        sheet.faults.append(InputError(path, f"the name of {whose} is missing"))
        return
    for part, given in (("last", person.last), ("first", person.first)):
        if not plain(given):
            sheet.faults.append(InputError(f"{path}.{part}", f"the {part} name of {whose} is missing"))
    cut(sheet, box, name(person), path, f"the name of {whose}")


def address(sheet: Sheet, box: str, where: Address, path: str, whose: str) -> None:
    """Street, city, state and ZIP code of boxes 5 and 7, each in its own part of the box."""
    place_street(sheet, f"{box}.street", where, path, whose)
    cut(sheet, f"{box}.city", plain(where.city), f"{path}.city", f"the city of {whose}")
    sheet.put(f"{box}.state", state(sheet, where, path, whose))
    sheet.put(f"{box}.zip", zip_code(sheet, where, path, whose))


def place_street(sheet: Sheet, box: str, where: Address, path: str, whose: str) -> None:
    cut(sheet, box, fitting_street(where, width(box)), f"{path}.line1", f"the street of {whose}")


def state(sheet: Sheet, where: Address, path: str, whose: str) -> str:
    code = where.state.upper()
    if code not in STATES:
        message = f"'{where.state}' is no two-letter state, in the address of {whose}"
        sheet.faults.append(InputError(f"{path}.state", message))
    return code


def zip_code(sheet: Sheet, where: Address, path: str, whose: str) -> str:
    """Five or nine digits, the nine without the hyphen."""
    digits = where.zip.replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in (5, 9)):
        message = f"the ZIP code of {whose} ('{where.zip}') must have five or nine digits"
        sheet.faults.append(InputError(f"{path}.zip", message))
    return digits


def telephone(sheet: Sheet, box: str, value: str, path: str, whose: str) -> None:
    """Area code and number, without hyphen, blank or extension."""
    digits = "".join(filter(str.isdigit, _EXTENSION.sub("", value.upper().strip())))
    digits = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    if len(digits) != 10 or not digits.isascii():
        sheet.faults.append(InputError(path, f"the phone number of {whose} ('{value}') must have ten digits"))
        return
    sheet.put(f"{box}.area", digits[:3])
    sheet.put(f"{box}.phone", digits[3:])


def short_date(day: date) -> str:
    """MM DD YY. Medicare wants all dates but birth dates alike, and box 24A has room for six digits."""
    return f"{day:%m %d %y}"


def birth_date(day: date) -> str:
    """MM DD YYYY, in items 3 and 11a."""
    return f"{day:%m %d} {day.year:04d}"


def money(sheet: Sheet, box: str, cents: int, path: str, what: str) -> None:
    """Dollars and cents with a blank between: no sign, no comma, no decimal point, `00` for whole dollars."""
    field = FIELDS[box]
    assert isinstance(field, Money)
    dollars, rest = divmod(cents, 100)
    if cents < 0 or len(str(dollars)) > field.digits:
        wrong = "is below zero" if cents < 0 else f"is more than box {_number(box)} can hold"
        sheet.faults.append(InputError(path, f"{what} {wrong}"))
        return
    sheet.put(box, f"{dollars} {rest:02d}")


def _number(box: str) -> str:
    """The number printed on the form: `24.1.F` is 24F, `5.city` is 5."""
    parts = box.split(".")
    if parts[0] == "24":
        return f"24{parts[2][0]}" if parts[2] != "supplemental" else "24 (shaded)"
    return "at the top right" if parts[0] == "carrier" else parts[0]
