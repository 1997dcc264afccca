"""JSON or plain data to structs, strictly: what cannot be read is an `InputError` that names the business field."""

import difflib
import re
from typing import TypeVar

import msgspec

from rehabill.base.errors import InputError

T = TypeVar("T")

_BUSINESS_WORDS = {
    "date": "the date of service", "payer": "the payer profile", "treatments": "the treatments",
    "minutes": "the minutes", "units": "the units", "by": "who gave the treatment",
    "with": "who treated jointly", "mode": "how it was given", "code": "the procedure code",
    "lines": "the service lines", "diagnoses": "the diagnoses", "modifiers": "the modifiers",
    "diagnosis_pointers": "the diagnosis pointers", "charge_cents": "the charge in cents",
    "referring_npi": "the referring provider's NPI", "rendering_npi": "the treating therapist's NPI",
    "submitted": "the day of submission", "therapy_ytd_cents": "this year's therapy dollars",
    "deductible_met_cents": "the deductible met so far", "plan_of_care": "the plan of care",
    "authorization": "the authorisation", "prior_claims": "the earlier claims", "patients": "the number of patients",
    "discipline": "the discipline", "telehealth": "telehealth", "place_of_service": "the place of service",
    "context": "the context", "distinct_from": "what it was separate from", "tax_id": "the practice's tax number",
    "npi": "the NPI", "zip": "the ZIP code", "patient": "the patient", "subscriber": "the subscriber",
}  # fmt: skip

_TYPES = {
    "int": "a whole number", "str": "text", "array": "a list", "object": "an object { … }", "bool": "true or false",
    "null": "nothing (null)", "float": "a decimal number", "date": "a date as YYYY-MM-DD",
}  # fmt: skip

_AT = re.compile(r" - at `\$?(.*?)`$")
_MISSING = re.compile(r"Object missing required field `(.+?)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(.+?)`")
_EXPECTED = re.compile(r"Expected `(.+?)`, got `(.+?)`")
_ENUM = re.compile(r"Invalid enum value (.+)")
_BOUND = re.compile(r"Expected `(?:int|float)` (>=|<=|>|<) (\S+)")
_BOUND_WORDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}


def decode(data: bytes | str, kind: type[T]) -> T:
    """One JSON document to a struct of `kind`. Raises `InputError`."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise _explain(str(error), kind) from None
    except msgspec.DecodeError as error:
        raise InputError("", f"this is not valid JSON ({error})") from None
    except (RecursionError, UnicodeDecodeError) as error:
        raise InputError("", f"this cannot be read as JSON ({type(error).__name__})") from None


def convert(data: object, kind: type[T], *, strict: bool = True) -> T:
    """Plain data (from YAML or CSV) to a struct of `kind`. Raises `InputError`."""
    try:
        return msgspec.convert(data, type=kind, strict=strict)
    except msgspec.ValidationError as error:
        raise _explain(str(error), kind) from None


def _explain(message: str, kind: type) -> InputError:
    at = _AT.search(message)
    path = at.group(1).lstrip(".") if at else ""
    text = message[: at.start()] if at else message
    if match := _MISSING.search(text):
        name = match.group(1)
        words = _words(name)
        return InputError(_join(path, name), f"{words} {'are' if words.endswith('s') else 'is'} missing")
    if match := _UNKNOWN.search(text):
        name = match.group(1)
        near = difflib.get_close_matches(name, _all_fields(kind), n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        return InputError(_join(path, name), f"there is no field called '{name}' here{hint}")
    field = re.sub(r"(\[[^\]]*\])+$", "", path).rsplit(".", 1)[-1]
    if match := _EXPECTED.search(text):
        return InputError(path, f"{_words(field)} must be {_types(match.group(1))}, not {_types(match.group(2))}")
    if match := _BOUND.search(text):
        return InputError(path, f"{_words(field)} must be {_BOUND_WORDS[match.group(1)]} {match.group(2)}")
    if "RFC3339" in text:
        return InputError(path, f"{_words(field)} must be {_TYPES['date']}")
    if match := _ENUM.search(text):
        return InputError(path, f"{match.group(1)} is not a known value of {_words(field)}")
    return InputError(path, f"{_words(field)}: {text[:1].lower()}{text[1:]}")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _words(field: str) -> str:
    return _BUSINESS_WORDS.get(field, f"'{field}'" if field else "this record")


def _types(expected: str) -> str:
    return " or ".join(_TYPES.get(part.strip(), part.strip()) for part in expected.split("|"))


def _all_fields(kind: type, seen: set[type] | None = None) -> list[str]:
    """Every field name reachable from `kind`, for the hint on a misspelt one."""
    seen = set() if seen is None else seen
    names: list[str] = []
    pending = [msgspec.inspect.type_info(kind)]
    while pending:
        info = pending.pop()
        if isinstance(info, msgspec.inspect.StructType):
            if info.cls in seen:
                continue
            seen.add(info.cls)
            names.extend(field.encode_name for field in info.fields)
            pending.extend(field.type for field in info.fields)
        for attribute in ("item_type", "value_type"):
            if hasattr(info, attribute):
                pending.append(getattr(info, attribute))
        pending.extend(getattr(info, "types", ()))
        pending.extend(getattr(info, "item_types", ()))
    return names
