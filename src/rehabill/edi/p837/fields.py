"""Single fields: each function gives the text of an element, or notes what is wrong in a biller's words.

Every function takes the list `faults` and the path of the field, adds an `InputError` when the field cannot be
sent, and then answers with text of no use (the claim is not written). Nothing here raises.
"""

import re
from functools import lru_cache

from msgspec import UnsetType

from rehabill.base.errors import InputError
from rehabill.base.ids import npi_is_valid
from rehabill.edi.p837.profile import MAX_MODIFIERS, MAX_POINTERS, PROVINCES, STATES
from rehabill.model.party import Address, Person
from rehabill.x12.clean import clean
from rehabill.x12.segment import d8, misfit

Faults = list[InputError]

_PO_BOX = re.compile(r"\bP\.? ?O\.? ?B(?:OX|\.? ?\d)|\bPOST(?:AL)? OFFICE BOX\b|\bPMB \d|^(?:LOCK ?)?BOX \d")
_TAXONOMY = re.compile(r"[0-9A-Z]{10}").fullmatch
_PROCEDURE = re.compile(r"[A-Z0-9]{5}").fullmatch
_MODIFIER = re.compile(r"[A-Z0-9]{2}").fullmatch
_DIAGNOSIS = re.compile(r"[A-Z][0-9][0-9A-Z]{1,5}").fullmatch
_ZIP = re.compile(r"[0-9]{5}(?:[0-9]{4})?").fullmatch
_COUNTRY = re.compile(r"[A-Z]{2}").fullmatch
_REGION = re.compile(r"[A-Z0-9]{0,3}").fullmatch
_POSTAL_CODE = re.compile(r"[A-Z0-9]{3,15}").fullmatch
_CANADIAN = re.compile(r"[A-Z][0-9][A-Z][0-9][A-Z][0-9]").fullmatch
_EXTENSION = re.compile(r"(?:EXT\.?|EXTENSION|X|#)\s*(\d{1,6})$")

npi_valid = lru_cache(maxsize=16_384)(npi_is_valid)


def identifier(value: str | None, path: str, what: str, faults: Faults, low: int = 1, high: int = 50) -> str:
    """A number by which somebody finds something again: sent unchanged or not at all."""
    if value and value.isalnum() and low <= len(value) <= high and value.isascii():
        return value
    message = misfit(value or "", low, high, what)
    if message:
        faults.append(InputError(path, message))
        return ""
    return value or ""


def name(value: str | None, high: int, path: str, what: str, faults: Faults, upper: bool) -> str:
    """A name that must be there, cleaned and cut to what its element holds."""
    return optional(value, high, upper) or _no_name(value, path, what, faults)


def _no_name(value: str | None, path: str, what: str, faults: Faults) -> str:
    wrong = "has no letter that an 837 can carry" if value else "is missing"
    faults.append(InputError(path, f"{what} {wrong}"))
    return ""


def optional(value: str | None, high: int, upper: bool) -> str:
    """Cleaned, and cut to what its element holds; empty when there is none."""
    if not value:
        return ""
    text = value.upper() if upper else value
    if not (text.isalnum() and text.isascii()):
        text = clean(text, upper)
    return text if len(text) <= high else text[:high].rstrip()


def person_name(person: Person, path: str, whose: str, faults: Faults, upper: bool) -> str:
    """NM103 to NM107, with the empty elements between."""
    last = optional(person.last, 60, upper)
    if not last:
        _no_name(person.last, f"{path}.last", f"the last name of {whose}", faults)
    first = optional(person.first, 35, upper)
    if not first:
        _no_name(person.first, f"{path}.first", f"the first name of {whose}", faults)
    middle = optional(person.middle, 25, upper) if person.middle else ""
    suffix = optional(person.suffix, 10, upper) if person.suffix else ""
    return f"{last}*{first}*{middle}**{suffix}"


def address(
    where: Address | None,
    path: str,
    whose: str,
    faults: Faults,
    upper: bool,
    *,
    nine: bool = False,
    street: bool = False,
) -> str:
    """N3 and N4. `nine` asks for ZIP+4, `street` refuses a post-office box (billing provider, place of service)."""
    if where is None:
        faults.append(InputError(path, f"the address of {whose} is missing"))
        return ""
    line1 = optional(where.line1, 55, upper)
    if not line1:
        _no_name(where.line1, f"{path}.line1", f"the street of {whose}", faults)
    line2 = optional(where.line2, 55, upper) if where.line2 else ""
    city = optional(where.city, 30, upper)
    if not city:
        _no_name(where.city, f"{path}.city", f"the city of {whose}", faults)
    elif len(city) == 1:
        faults.append(InputError(f"{path}.city", f"the city of {whose} ('{city}') must have at least two letters"))
    if where.country or where.state not in STATES or not _ZIP(where.zip) or (nine and len(where.zip) != 9):
        region = _region(where, path, whose, faults, nine)
    else:
        region = f"{where.state}*{where.zip}"
    if street and (_PO_BOX.search(line1.upper()) or _PO_BOX.search(line2.upper())):
        message = f"the address of {whose} must be a street, not a post-office box (a box may go into 'pay_to')"
        faults.append(InputError(f"{path}.line1", message))
    if line2:
        line1 = f"{line1}*{line2}"
    return f"N3*{line1}~N4*{city}*{region}~"


def _state(where: Address, path: str, whose: str, faults: Faults, nine: bool) -> str:
    """State and ZIP code."""
    state = where.state.upper()
    if state not in STATES:
        message = f"'{where.state}' is no two-letter state, in the address of {whose}"
        faults.append(InputError(f"{path}.state", message))
    digits = where.zip.replace("-", "")
    if not (digits.isascii() and digits.isdigit() and (len(digits) == 9 or (len(digits) == 5 and not nine))):
        wanted = "nine digits (12345-6789)" if nine else "five or nine digits"
        faults.append(InputError(f"{path}.zip", f"the ZIP code of {whose} ('{where.zip}') must have {wanted}"))
    return f"{state}*{digits}"


def _region(where: Address, path: str, whose: str, faults: Faults, nine: bool) -> str:
    """Province, postal code and country; a part of a country other than Canada has an element of its own (N407)."""
    country = (where.country or "US").upper()
    if country == "US":
        return _state(where, path, whose, faults, nine)
    if not _COUNTRY(country):
        message = f"'{where.country}' is no two-letter country, in the address of {whose}"
        faults.append(InputError(f"{path}.country", message))
    state = where.state.strip().upper()
    code = where.zip.replace(" ", "").replace("-", "").upper()
    canadian = country == "CA"
    if state not in PROVINCES if canadian else not _REGION(state):
        message = f"'{where.state}' is no {'two-letter province' if canadian else 'part of a country'}"
        wanted = "" if canadian else " (its code has at most three letters; it may be left empty)"
        faults.append(InputError(f"{path}.state", f"{message}, in the address of {whose}{wanted}"))
    if not _CANADIAN(code) if canadian else code and not _POSTAL_CODE(code):
        wanted = "have the form A1A 1A1" if canadian else "have three to fifteen letters and digits, or be left empty"
        faults.append(InputError(f"{path}.zip", f"the postal code of {whose} ('{where.zip}') must {wanted}"))
    if canadian:
        return f"{state}*{code}*{country}"
    return f"*{code}*{country}***{state}" if state else f"*{code}*{country}"


def demographics(person: Person, path: str, whose: str, faults: Faults) -> str:
    """DMG: birth date and sex."""
    if person.birth_date is None:
        faults.append(InputError(f"{path}.birth_date", f"the birth date of {whose} is missing"))
        return ""
    if person.sex is None:
        faults.append(InputError(f"{path}.sex", f"the sex of {whose} is missing: F, M or U (unknown)"))
    return f"DMG*D8*{d8(person.birth_date)}*{person.sex}~"


def npi(value: str, path: str, whose: str, faults: Faults) -> str:
    if not npi_valid(value):
        faults.append(InputError(path, f"'{value}' is not a valid NPI of {whose}: ten digits with a check digit"))
    return value


def taxonomy(value: str | None, path: str, faults: Faults) -> str:
    """Empty when there is none; the profile decides whether it is sent."""
    if value and not _TAXONOMY(value):
        faults.append(InputError(path, f"'{value}' is not a taxonomy code: ten capitals and digits"))
    return value or ""


def telephone(value: str, path: str, whose: str, faults: Faults) -> str:
    """`TE*5552013344` with `*EX*12` behind, from the usual ways of writing a US number."""
    text = value.upper().strip()
    extension = ""
    if found := _EXTENSION.search(text):
        extension = found.group(1)
        text = text[: found.start()]
    digits = "".join(letter for letter in text if letter in "0123456789")
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    if len(digits) != 10:
        faults.append(InputError(path, f"the phone number of {whose} ('{value}') must have ten digits"))
    return f"TE*{digits}*EX*{extension}" if extension else f"TE*{digits}"


@lru_cache(maxsize=4_096)
def procedure(code: str, modifiers: tuple[str, ...]) -> str:
    """`HC:97110:GP:KX`; empty when code or modifiers cannot be sent."""
    code = code.upper()
    marks = [modifier.upper() for modifier in modifiers]
    if not _PROCEDURE(code) or len(marks) > MAX_MODIFIERS or not all(map(_MODIFIER, marks)):
        return ""
    return ":".join(("HC", code, *marks))


@lru_cache(maxsize=16_384)
def diagnosis_codes(diagnoses: tuple[str, ...]) -> str:
    """HI with ABK first and ABF after, no decimal points; empty when one is not shaped like ICD-10-CM."""
    codes = [code.replace(".", "").upper() for code in diagnoses]
    if not all(map(_DIAGNOSIS, codes)):
        return ""
    return f"HI*ABK:{'*ABF:'.join(codes)}~"


def diagnosis_is_shaped(code: str) -> bool:
    return bool(_DIAGNOSIS(code.replace(".", "").upper()))


@lru_cache(maxsize=4_096)
def pointers(numbers: tuple[int, ...] | UnsetType | None, diagnoses: int) -> str:
    """SV107, `1:2`; empty when there is none, more than four, one twice or one beyond the diagnoses."""
    if not isinstance(numbers, tuple) or not 1 <= len(numbers) <= MAX_POINTERS or len(set(numbers)) != len(numbers):
        return ""
    if not all(1 <= number <= diagnoses for number in numbers):
        return ""
    return ":".join(map(str, numbers))
