"""Visits taken in, with the patients and policies they speak of. Taking the same in again changes nothing."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec
from django.db import transaction

from rehabill.base.errors import InputError
from rehabill.model.books import Order
from rehabill.model.party import Person, Subscriber
from rehabill.model.visit import Visit as VisitRecord
from rehabill.office.bulk import insert, update
from rehabill.office.coverage.intake import Policies
from rehabill.office.people.intake import Patients, Taken, TakenIn, not_born
from rehabill.office.people.models import Patient
from rehabill.office.practices.models import PayerEnrolment
from rehabill.office.practices.scope import practice_id
from rehabill.office.visits.models import Visit
from rehabill.office.visits.turn import take_turn

_AT_ONCE = 500
_LONGEST_NUMBER = 40
"""Claims and lines are numbered behind it."""
_WITH_CLAIM = frozenset({"billed", "self_pay"})
_encode = msgspec.json.Encoder().encode


Said = VisitRecord | InputError


class Known(NamedTuple):
    """What visits are held against: payers there is law for, today where the practice is, and the numbers of visits
    that other books have billed. `anyway`: those that look like another visit are taken in too.
    """

    payers: Collection[str]
    today: dt.date
    billed: Collection[str] = ()
    anyway: bool = False


def take_in(visits: Iterable[Said], known: Known) -> list[TakenIn | InputError]:
    """For each visit what became of it, or what is wrong with it, which stops no other. All in one transaction."""
    visits = iter(visits)
    found: list[TakenIn | InputError] = []
    seen: set[str] = set()
    payers: dict[str, str] = {}
    with transaction.atomic():
        take_turn()
        payers.update(PayerEnrolment.objects.values_list("payer_id", "payer"))
        while batch := list(islice(visits, _AT_ONCE)):
            found += _Batch([_checked(one, seen, known.today) for one in batch], payers, known).take()
    return found


def _checked(said: Said, seen: set[str], today: dt.date) -> Said:
    """What the books need of every visit: a number, once, and a patient's."""
    if isinstance(said, InputError):
        return said
    number = "" if said.id is None else str(said.id)
    if not number:
        return InputError("id", "the visit's number is missing: the books know the visit by it")
    if len(number) > _LONGEST_NUMBER:
        return InputError("id", f"the visit's number is too long for the books ({_LONGEST_NUMBER} characters)")
    if b"\\u0000" in _encode(said):
        return InputError("", "a text in it holds the character U+0000, which no database keeps: take it out")
    if number in seen:
        return InputError("id", "an earlier record of this file has the same number: a visit comes once")
    if said.date > today:
        return InputError("date", f"{said.date} has not come yet")
    if not person_of(said).id:
        return InputError("patient.id", "the patient's number is missing: the books know the patient by it")
    if wrong := not_born(person_of(said), today):
        return wrong
    seen.add(number)
    return said


def person_of(visit: VisitRecord) -> Person:
    """The patient as far as the visit tells: a mere text is the patient's number."""
    said = visit.patient
    return said if isinstance(said, Person) else Person(id=said)


class _Batch:
    """Some visits, and what the books hold of them already."""

    def __init__(self, said: Sequence[Said], payers: Mapping[str, str], held_against: Known) -> None:
        self._said = said
        self._payers = payers
        self._law = held_against.payers
        self._billed = held_against.billed
        numbers = [str(one.id) for one in self._visits()]
        self._known = {
            number: (id_, state, record)
            for number, id_, state, record in Visit.objects.filter(number__in=numbers).values_list(
                "number", "id", "state", "record"
            )
        }
        self._patients = Patients(person_of(one).id or "" for one in self._visits())
        self._alike: dict[object, str] = {} if held_against.anyway else _by_services(self._visits())
        self._new: list[VisitRecord] = []
        self._changed: list[tuple[int, VisitRecord]] = []

    def _visits(self) -> Iterator[VisitRecord]:
        return (one for one in self._said if not isinstance(one, InputError))

    def take(self) -> list[TakenIn | InputError]:
        found = [self._take(one) for one in self._said]
        self._patients.write()
        self._take_policies()
        self._write()
        return found

    def _take(self, said: Said) -> TakenIn | InputError:
        if isinstance(said, InputError):
            return said
        number = str(said.id)
        id_, state, record = self._known.get(number, (0, "", None))
        if record == said:
            return TakenIn(number, "same")
        if state in _WITH_CLAIM:
            return TakenIn(
                number, "refused", f"it differs from the visit that was billed: rehabill claim correct {number}"
            )
        try:
            patient = self._patients.take(person_of(said))
        except InputError as wrong:
            return wrong
        if record is None:
            other = self._alike.setdefault(_services(said), number)
            if other != number:
                why = (
                    f"it is visit {other} under another number: same patient, day, therapist, payer and services;"
                    " if the patient came twice, import it with --anyway"
                )
                return TakenIn(number, "refused", why)
            self._new.append(said)
            why = "; ".join(self._notices(said, patient))
            return TakenIn(number, "billed" if number in self._billed else "new", why)
        self._changed.append((id_, said))
        return TakenIn(number, "replaced", "it differed from the one that waited to be billed")

    def _notices(self, said: VisitRecord, patient: Taken) -> Iterator[str]:
        if said.payer not in self._law:
            yield f"there is no payer '{said.payer}', so it cannot be billed; there are {', '.join(sorted(self._law))}"
        person = person_of(said)
        if patient == "new" and not (person.last or person.first):
            yield f"its patient {person.id} is new, and not even a name is known"

    def _patient(self, visit: VisitRecord) -> Patient:
        return self._patients[person_of(visit).id or ""]

    def _take_policies(self) -> None:
        visits = [*self._new, *(visit for _, visit in self._changed)]
        policies = Policies(self._patient(one).id for one in visits)
        for visit in visits:
            for payer, order, subscriber in self._insurance(visit):
                policies.take_from_visit(self._patient(visit), payer, order, subscriber, visit.date)
        policies.write()

    def _insurance(self, visit: VisitRecord) -> Iterator[tuple[str, Order, Subscriber]]:
        """Payers of the visit that something is known of."""
        if visit.subscriber is not None:
            yield visit.payer, visit.sequence, visit.subscriber
        for other in visit.other_insurance:
            yield self._payers.get(other.payer_id, other.payer_name), other.sequence, other.subscriber

    def _write(self) -> None:
        practice = practice_id()
        insert(
            Visit,
            ("practice", "number", "patient", "date", "payer", "discipline", "therapist_npi", "state", "why", "record"),
            [(practice, str(one.id), *self._columns(one)) for one in self._new],
        )
        update(
            Visit._meta.db_table,
            "patient_id = c1, date = c2, payer = c3, discipline = c4, therapist_npi = c5, state = c6, why = c7, "
            "record = c8",
            ("bigint", "date", "text", "text", "text", "text", "text", "text"),
            [(id_, *self._columns(one)) for id_, one in self._changed],
        )

    def _columns(self, one: VisitRecord) -> tuple[object, ...]:
        therapist = one.rendering_npi if isinstance(one.rendering_npi, str) else ""
        state = ("billed", "in the books it comes from") if str(one.id) in self._billed else ("recorded", "")
        return (
            self._patient(one).id, one.date, one.payer, one.discipline or "", therapist[:10], *state,
            _encode(one).decode(),
        )  # fmt: skip


def _services(visit: VisitRecord) -> object:
    """What makes two records the same visit, whatever they are called."""
    one = (person_of(visit).id, visit.date, visit.payer, visit.sequence, visit.discipline, visit.rendering_npi)
    return _encode((*one, visit.treatments))


def _by_services(visits: Iterable[VisitRecord]) -> dict[object, str]:
    """Visits in the books on the days of these, by what was done; without those taken out, or with a voided claim."""
    said = [(person_of(one).id, one.date) for one in visits]
    rows = Visit.objects.filter(patient__number__in={who for who, _ in said}, date__in={day for _, day in said})
    rows = rows.exclude(claim__isnull=False, claim__charge_cents=0).exclude(state="dropped").order_by("-id")
    return {_services(record): number for number, record in rows.values_list("number", "record")}
