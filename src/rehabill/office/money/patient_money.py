"""Patients' money into the books: what they hand over, what goes back to them, what waits until they owe it."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from django.db import transaction
from django.db.models import Q

from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.engine.post.patient import Handed, Method, own_money, settle
from rehabill.engine.post.patient import pay as paid
from rehabill.engine.post.patient import refund as refunded
from rehabill.ledger.entry import Entry as Made
from rehabill.office.bulk import take_ids
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.models import Claim
from rehabill.office.money.balances import credit_of_patients, owed_by_patients, paid_by_patients, patients_to_settle
from rehabill.office.money.journal import write
from rehabill.office.money.ledger import check_open
from rehabill.office.money.models import Entry, Owed, PatientPayment
from rehabill.office.people.models import Patient
from rehabill.office.visits.models import Visit
from rehabill.office.visits.turn import take_turn
from rehabill.office.worklists.credits import close_paid_back

_AT_ONCE = 500
_FIRST_DAY = dt.date(2000, 1, 1)
"""Ours: what is said of a day before is a slip of the hand (`0206-03-02`)."""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """Money handed over, or to be handed back: positive cents either way. `claims` and `visits`: what it is for."""

    patient: str
    cents: int
    day: dt.date
    method: Method
    reference: str = ""
    claims: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()


class Laid(msgspec.Struct, frozen=True):
    """Cents by which a claim's debt or credit went down (negative) or up."""

    claim: str
    cents: int


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry did for a patient. `credit_cents`: what is paid ahead after it."""

    patient: str
    entry: int
    day: dt.date
    owed: tuple[Laid, ...]
    credit: tuple[Laid, ...]
    """By the claim it waits for; under "" free credit."""
    credit_cents: int
    owed_cents: int


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A payment or refund in the books. `same`: how many others of this patient have the same day and amount."""

    payment: str
    cents: int
    method: str
    reference: str
    settled: Settled
    same: int


def check_day(day: dt.date, at: dt.datetime) -> None:
    """Raises `InputError` for a day in a closed month, or one that has not come where the practice is."""
    check_open(day)
    if day > at.astimezone().date():
        raise InputError("on", f"{day} has not come yet")
    if day < _FIRST_DAY:
        raise InputError("on", f"{day} is before {_FIRST_DAY}: is the year right?")


def pay(given: Given, by: str, at: dt.datetime) -> Done:
    """A payment, laid on what the patient owes; the rest is credit. A visit's copay waits for its claim, made or not.

    Raises `InputError` for a patient, claim or visit that is not there, a payment that was entered before under the
    same reference, and a closed day.
    """
    with transaction.atomic():
        patient, handed, same = _begin(given, given.cents, at)
        made = paid(handed, owed_by_patients([patient.number])[patient.number])
        return _enter(patient, handed, given.cents, made, same, by, at)


def refund(given: Given, by: str, at: dt.datetime) -> Done:
    """Credit handed back, after what the patient owes was taken from it. Raises `InputError` as `pay` does, and for
    more than there is.
    """
    with transaction.atomic():
        patient, handed, same = _begin(given, -given.cents, at)
        _settle([patient.number], given.day, by, at)
        made = refunded(handed, credit_of_patients([patient.number])[patient.number])
        return _enter(patient, handed, -given.cents, made, same, by, at)


def settle_credit(patients: Sequence[str], day: dt.date, by: str, at: dt.datetime) -> list[Settled]:
    """Lay what is paid ahead on what is owed, the oldest first: for these patients, or for all. Twice moves no more.

    A claim's own credit is for that claim, until no insurer owes anything of it any more. Raises `InputError`.
    """
    with transaction.atomic():
        take_turn()
        check_open(day)
        for number in patients:
            _find(number)
        wanted = list(dict.fromkeys(patients)) or patients_to_settle()
        found = (_settle(wanted[start : start + _AT_ONCE], day, by, at) for start in range(0, len(wanted), _AT_ONCE))
        return [one for some in found for one in some]


def _begin(given: Given, cents: int, at: dt.datetime) -> tuple[Patient, Handed, int]:
    take_turn()
    check_day(given.day, at)
    patient = _find(given.patient)
    same = _check_new(patient, given, cents)
    (number,) = take_ids(PatientPayment, 1)
    handed = Handed(
        key=PatientPayment(pk=number).key, patient=patient.number, cents=given.cents, day=given.day,
        method=given.method, number=given.reference, claims=_claims(patient, given),
    )  # fmt: skip
    return patient, handed, same


def _find(number: str) -> Patient:
    found: Patient | None = Patient.objects.filter(number=number).first()
    if found is None:
        raise InputError("patient", f"the books have no patient {number}; `rehabill patient list` shows who there is")
    return found


def _check_new(patient: Patient, given: Given, cents: int) -> int:
    """How many payments of that day and amount there are. Raises `InputError` where one has the same reference."""
    alike = list(PatientPayment.objects.filter(patient=patient, day=given.day, cents=cents))
    taken_back = set(
        Entry.objects.filter(kind="reversal", source__in=[f"entry {one.entry_id}" for one in alike])
        .values_list("source", flat=True)
    )  # fmt: skip
    standing = [one for one in alike if f"entry {one.entry_id}" not in taken_back]
    for one in standing:
        if given.reference and one.reference == given.reference:
            message = (
                f"{dollars(given.cents)} of {given.day} with reference {given.reference} is in the books already, as"
                f" entry {one.entry_id}"
            )
            raise InputError("reference", message)
    return len(standing)


def _claims(patient: Patient, given: Given) -> tuple[str, ...]:
    """The claims it is for. A visit's claim has the visit's number, whether it is made already or not."""
    claims = dict(Claim.objects.filter(number__in=given.claims).values_list("number", "patient"))
    for number in given.claims:
        if claims.get(number) != patient.pk:
            raise InputError("claim", f"patient {patient.number} has no claim {number}")
    visits = {one.number: one for one in Visit.objects.filter(number__in=given.visits).select_related("claim")}
    found = list(given.claims)
    for number in given.visits:
        visit = visits.get(number)
        if visit is None or visit.patient_id != patient.pk:
            raise InputError("visit", f"patient {patient.number} has no visit {number}")
        found.append(visit.claim.number if hasattr(visit, "claim") else number)
    return tuple(dict.fromkeys(found))


def _enter(
    patient: Patient, handed: Handed, cents: int, made: Made, same: int, by: str, at: dt.datetime
) -> Done:  # fmt: skip
    (entry,) = write([made], by, at)
    one = PatientPayment.objects.create(
        pk=PatientPayment.number_in(handed.key), patient=patient, day=handed.day, cents=cents, method=handed.method,
        reference=handed.number, entry_id=entry,
    )  # fmt: skip
    (settled,) = _tell([(patient.number, entry, made)], by, at)
    return Done(
        payment=one.key, cents=cents, method=handed.method, reference=handed.number, settled=settled, same=same
    )  # fmt: skip


def _settle(patients: Sequence[str], day: dt.date, by: str, at: dt.datetime) -> list[Settled]:
    owed, credit, own = owed_by_patients(patients), credit_of_patients(patients), paid_by_patients(patients)
    done = _done({claim for number in patients for claim in credit[number]})
    made = [
        (number, one)
        for number in patients
        if (one := settle(number, own_money(owed[number], own[number]), credit[number], day, f"patient {number}", done))
    ]
    entries = write([one for _, one in made], by, at)
    return _tell([(number, entry, one) for (number, one), entry in zip(made, entries, strict=True)], by, at)


def _done(claims: set[str]) -> set[str]:
    """Those of the claims of which no insurer owes anything any more."""
    known = set(Claim.objects.filter(number__in=claims).values_list("number", flat=True))
    waiting = Owed.objects.filter(account="insurance_receivable", claim__number__in=known, cents__gt=0)
    return known - set(waiting.values_list("claim__number", flat=True))


def _tell(made: Sequence[tuple[str, int, Made]], by: str, at: dt.datetime) -> list[Settled]:
    """What the entries did for each patient, told and put on the record of the claims they touched."""
    patients = [number for number, _, _ in made]
    left, credit = owed_by_patients(patients), credit_of_patients(patients)
    found = [
        Settled(
            patient=number, entry=entry, day=one.day, owed=_laid(one, "patient_receivable"),
            credit=_laid(one, "patient_credit"), credit_cents=sum(credit[number].values()),
            owed_cents=sum(each.cents for each in left[number]),
        )
        for number, entry, one in made
    ]  # fmt: skip
    said = [
        (claim, one.kind, why, entry)
        for (_, entry, one), each in zip(made, found, strict=True)
        for claim, why in _words(each).items()
    ]
    ids = dict(Claim.objects.filter(number__in={claim for claim, *_ in said}).values_list("number", "id"))
    record(
        [Happened(ids[claim], None, kind, why, f"entry {entry}") for claim, kind, why, entry in said if claim in ids],
        by,
        at,
    )
    close_paid_back(Q(claim__patient__number__in=patients), at)
    return found


def _laid(made: Made, account: str) -> tuple[Laid, ...]:
    sums: dict[str, int] = {}
    for one in made.postings:
        if one.place.account == account:
            sums[one.place.claim] = sums.get(one.place.claim, 0) + one.cents
    return tuple(Laid(claim, cents) for claim, cents in sums.items() if cents)


def _words(one: Settled) -> dict[str, str]:
    """By claim."""
    said: dict[str, list[str]] = {}
    for each in one.owed:
        word = "paid by the patient" if each.cents < 0 else "paid too much, now credit"
        said.setdefault(each.claim, []).append(f"{dollars(abs(each.cents))} {word}")
    for each in one.credit:
        word = "paid ahead" if each.cents < 0 else "of credit used"
        said.setdefault(each.claim, []).append(f"{dollars(abs(each.cents))} {word}")
    said.pop("", None)
    return {claim: "; ".join(words) for claim, words in said.items()}
