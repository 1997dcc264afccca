"""A patient or guarantor of the books, as the core knows a person."""

from typing import Any

from rehabill.model.party import Person
from rehabill.office.people.models import Guarantor, Patient


def person_of(one: Patient) -> Person:
    return _person(one, id=one.number, middle=one.middle, suffix=one.suffix, birth_date=one.birth_date, sex=one.sex)


def guarantor_of(one: Patient) -> Person | None:
    return _person(one.guarantor) if one.guarantor else None


def _person(one: Patient | Guarantor, **more: Any) -> Person:
    said = {"first": one.first, "last": one.last, "phone": one.phone, **more}
    return Person(address=one.address, **{name: value or None for name, value in said.items()})
