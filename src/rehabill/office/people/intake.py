"""Patients taken in: made, or completed by what is said of them. What is not said takes nothing away."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any, Literal

import msgspec
from django.db import transaction

from rehabill.base.errors import InputError
from rehabill.model.party import Person
from rehabill.model.roster import Registered
from rehabill.office.people.models import Guarantor, Patient
from rehabill.office.visits.turn import take_turn

Taken = Literal["new", "billed", "completed", "same", "replaced", "refused"]
LONGEST_NUMBER = 50
_NAMED = ("first", "last", "middle", "suffix", "birth_date", "sex", "address", "phone")
_GUARANTOR = ("first", "last", "address", "phone")


class TakenIn(msgspec.Struct, frozen=True):
    """What became of a row: of which visit or patient (`number`), what, and why where that needs to be said."""

    number: str
    what: Taken
    why: str = ""


def take_patients(rows: Iterable[Registered | InputError], today: dt.date) -> list[TakenIn | InputError]:
    """For each row what became of it, or what is wrong with it, which stops no other. All in one transaction."""
    found: list[TakenIn | InputError] = []
    said = list(rows)
    with transaction.atomic():
        take_turn()
        patients = Patients(one.patient.id or "" for one in said if isinstance(one, Registered))
        for one in said:
            try:
                if isinstance(one, InputError):
                    raise one
                if wrong := not_born(one.patient, today):
                    raise wrong
                found.append(TakenIn(one.patient.id or "", patients.register(one)))
            except InputError as wrong:
                found.append(wrong)
        patients.write()
        new = {one.number for one in found if isinstance(one, TakenIn) and one.what == "new"}
        twice = _namesakes(new)
    return [
        msgspec.structs.replace(one, why=twice[one.number])
        if isinstance(one, TakenIn) and one.what == "new" and one.number in twice
        else one
        for one in found
    ]


def not_born(person: Person, today: dt.date) -> InputError | None:
    """What is wrong with a birth date after today."""
    if person.birth_date is None or person.birth_date <= today:
        return None
    return InputError("patient.birth_date", f"{person.birth_date} has not come yet")


def _namesakes(numbers: Collection[str]) -> dict[str, str]:
    """Of these patients those who have another's name and birth date: by number, whose."""
    new = list(Patient.objects.filter(number__in=numbers, birth_date__isnull=False))
    others: dict[object, list[str]] = {}
    for one in Patient.objects.filter(birth_date__in={one.birth_date for one in new}).order_by("number"):
        others.setdefault(_name(one), []).append(one.number)
    found = {one.number: [other for other in others[_name(one)] if other != one.number] for one in new}
    return {
        number: f"the same name and birth date as patient {', '.join(same)}" for number, same in found.items() if same
    }


def _name(one: Patient) -> object:
    return one.last.casefold(), one.first.casefold(), one.birth_date


class Patients:
    """The patients of some numbers. What is taken in is written all together by `write`."""

    def __init__(self, numbers: Iterable[str]) -> None:
        found = Patient.objects.filter(number__in=set(numbers)).select_related("guarantor")
        self._by_number: dict[str, Patient] = {one.number: one for one in found}
        self._made: list[Patient] = []
        self._changed: dict[str, Patient] = {}
        self._guarantors: list[Guarantor] = []

    def __getitem__(self, number: str) -> Patient:
        return self._by_number[number]

    def __contains__(self, number: str) -> bool:
        return number in self._by_number

    def ids(self) -> list[int]:
        """Of those in the books."""
        return [one.id for one in self._by_number.values() if one.id]

    def take(self, person: Person) -> Taken:
        """Raises `InputError`, and takes nothing, when the number is another person's."""
        number = _number(person)
        said = {name: value for name in _NAMED if (value := getattr(person, name))}
        patient = self._by_number.get(number)
        if patient is None:
            patient = self._by_number[number] = Patient(number=number, **said)
            self._made.append(patient)
            return "new"
        _check_same(patient, said)
        changed = {name: value for name, value in said.items() if getattr(patient, name) != value}
        if not changed:
            return "same"
        for name, value in changed.items():
            setattr(patient, name, value)
        self._change(patient)
        return "completed"

    def register(self, record: Registered) -> Taken:
        """A patient with who answers for the bills."""
        taken = self.take(record.patient)
        if record.guarantor is None:
            return taken
        answered = self._answer(self._by_number[_number(record.patient)], record)
        return "completed" if taken == "same" and answered else taken

    def _answer(self, patient: Patient, record: Registered) -> bool:
        """Who answers for the patient is made, or completed; whether that changed anything."""
        said: dict[str, Any] = {name: value for name in _GUARANTOR if (value := getattr(record.guarantor, name))}
        if record.guarantor_relationship:
            said["relationship"] = record.guarantor_relationship
        guarantor = patient.guarantor or Guarantor()
        changed = {name: value for name, value in said.items() if getattr(guarantor, name) != value}
        if not changed:
            return False
        if guarantor.id and any(name in changed for name in ("first", "last")):
            guarantor = Guarantor()  # somebody else answers from now on
            changed = said
        for name, value in changed.items():
            setattr(guarantor, name, value)
        patient.guarantor = guarantor
        self._guarantors.append(guarantor)
        self._change(patient)
        return True

    def _change(self, patient: Patient) -> None:
        if patient.id:
            self._changed[patient.number] = patient

    def write(self) -> None:
        """Everything taken in since, in a few statements; patients made have their numbers then."""
        for one in self._guarantors:
            one.save()
        Patient.objects.bulk_create(self._made)
        Patient.objects.bulk_update(self._changed.values(), [*_NAMED, "guarantor"])
        self._made, self._changed, self._guarantors = [], {}, []


def _number(person: Person) -> str:
    if not person.id:
        raise InputError("patient.id", "the patient's number is missing: the books know the patient by it")
    if len(person.id) > LONGEST_NUMBER:
        raise InputError("patient.id", f"the patient's number is too long for the books ({LONGEST_NUMBER} characters)")
    return person.id


def _check_same(patient: Patient, said: dict[str, Any]) -> None:
    """A person may marry or a birth date be mended, but not both at once: that is another patient."""
    known = (patient.last.casefold(), patient.birth_date)
    told = (said.get("last", "").casefold(), said.get("birth_date"))
    if all(known) and all(told) and all(one != other for one, other in zip(known, told, strict=True)):
        message = "the books have another person (name and birth date) under this number: mend the number, or the books"
        raise InputError("patient.id", message)
