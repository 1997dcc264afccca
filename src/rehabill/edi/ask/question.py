"""What questions about people (270, 276, 278) have in common: payer, insured, patient, and a number of our own."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from rehabill.base.errors import InputError
from rehabill.edi.p837 import fields
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.parties import holder_name
from rehabill.model.party import Person, Relationship, Subscriber
from rehabill.x12.segment import d8


class Question(Protocol):
    @property
    def trace(self) -> str: ...
    @property
    def payer_name(self) -> str: ...
    @property
    def payer_id(self) -> str: ...
    @property
    def subscriber(self) -> Subscriber: ...
    @property
    def patient(self) -> Person: ...
    @property
    def relationship(self) -> Relationship: ...


Some = TypeVar("Some", bound=Question)


def check_traces(requests: Sequence[Question], nothing: str) -> None:
    """Raises `InputError` when there is none (`nothing` says so), or answers could not be told apart."""
    if not requests:
        raise InputError("requests", nothing)
    if len({request.trace for request in requests}) < len(requests):
        raise InputError("requests", "two requests have the same number (trace): answers could not be told apart")


def by_payer(requests: Sequence[Some]) -> list[list[tuple[int, Some]]]:
    """The questions to each payer, each with its place among all, in the order payers come first."""
    found: dict[tuple[str, str], list[tuple[int, Some]]] = {}
    for index, request in enumerate(requests):
        found.setdefault((request.payer_id, request.payer_name), []).append((index, request))
    return list(found.values())


def insured(request: Question, path: str, faults: Faults, upper: bool) -> str:
    """NM1*IL: the patient, or who holds the policy."""
    member = fields.identifier(
        request.subscriber.member_id, f"{path}.subscriber.member_id", "the member id", faults, 2, 80
    )
    if request.relationship == "self":
        who = "1*" + fields.person_name(request.patient, f"{path}.patient", "the patient", faults, upper)
    else:
        who = holder_name(request.subscriber, f"{path}.subscriber", faults, upper)
    return f"NM1*IL*{who}*MI*{member}~"


def dependent(request: Question, role: str, path: str, faults: Faults, upper: bool) -> str:
    """NM1 of a patient who does not hold the policy."""
    who = fields.person_name(request.patient, f"{path}.patient", "the patient", faults, upper)
    return f"NM1*{role}*1*{who.rstrip('*')}~"


def birth(person: Person, path: str, faults: Faults) -> str:
    """DMG: birth date and, where known, sex; payers find people by them."""
    if person.birth_date is None:
        faults.append(InputError(f"{path}.patient.birth_date", "the birth date of the patient is missing"))
        return ""
    sex = f"*{person.sex}" if person.sex in ("F", "M") else ""
    return f"DMG*D8*{d8(person.birth_date)}{sex}~"
