"""Policies and authorisations taken in: made, or completed by what is said. What is not said takes nothing away."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

import msgspec
from django.db import transaction
from django.db.models import Count, F, Sum

from rehabill.base.errors import InputError
from rehabill.model.party import Subscriber
from rehabill.model.roster import Approval
from rehabill.model.roster import Policy as PolicyRecord
from rehabill.office.coverage.models import Authorization, Policy
from rehabill.office.people.intake import Patients, Taken, TakenIn
from rehabill.office.people.models import Patient
from rehabill.office.practices.models import PayerEnrolment
from rehabill.office.visits.turn import take_turn

_OLDEST = F("starts").asc(nulls_first=True)
_NEWEST = F("starts").desc(nulls_last=True)


class Policies:
    """The policies of some patients. What is taken in is written all together by `write`."""

    def __init__(self, patients: Iterable[int]) -> None:
        self._of: dict[tuple[int, str, str], list[Policy]] = {}
        for one in Policy.objects.filter(patient__in=set(patients)).order_by("id"):
            self._of.setdefault((one.patient_id, one.payer, one.order), []).append(one)
        self._made: list[Policy] = []
        self._changed: dict[int, Policy] = {}

    def take_from_visit(self, patient: Patient, payer: str, order: str, subscriber: Subscriber, day: dt.date) -> Taken:
        """What a visit says of the insurance it is billed to. Policies with other days are left alone."""
        same = self._of.setdefault((patient.id, payer, order), [])
        if not same:
            return self._make(same, Policy(patient=patient, payer=payer, order=order), subscriber)
        current = next((one for one in same if is_in_force(one, day)), None)
        return "same" if current is None else self._complete(current, subscriber)

    def take(self, patient: Patient, record: PolicyRecord) -> Taken:
        """A policy with its days. One without days, made from a visit, takes on those that are said."""
        same = self._of.setdefault((patient.id, record.payer, record.order), [])
        known = next((one for one in same if one.starts == record.starts), None)
        known = known or next((one for one in same if one.starts is None and one.ends is None), None)
        if known is None:
            new = Policy(
                patient=patient, payer=record.payer, order=record.order, starts=record.starts, ends=record.ends
            )
            return self._make(same, new, record.subscriber)
        days = {
            name: day for name in ("starts", "ends") if (day := getattr(record, name)) and day != getattr(known, name)
        }
        for name, day in days.items():
            setattr(known, name, day)
        taken = self._complete(known, record.subscriber)
        if days:
            self._change(known)
        return "completed" if days else taken

    def _make(self, same: list[Policy], new: Policy, subscriber: Subscriber) -> Taken:
        new.subscriber, new.member_id = subscriber, subscriber.member_id or ""
        same.append(new)
        self._made.append(new)
        return "new"

    def _complete(self, policy: Policy, said: Subscriber) -> Taken:
        new = completed(said, policy.subscriber)
        if new == policy.subscriber:
            return "same"
        policy.subscriber, policy.member_id = new, new.member_id or ""
        self._change(policy)
        return "completed"

    def _change(self, policy: Policy) -> None:
        if policy.id:
            self._changed[policy.id] = policy

    def write(self) -> None:
        """Everything taken in since, in two statements."""
        Policy.objects.bulk_create(self._made)
        Policy.objects.bulk_update(self._changed.values(), ["subscriber", "member_id", "starts", "ends"])
        self._made, self._changed = [], {}


def is_in_force(one: Policy | Authorization, day: dt.date) -> bool:
    """Whether its days, as far as they are known, hold that day."""
    return (one.starts is None or one.starts <= day) and (one.ends is None or one.ends >= day)


def completed(said: Subscriber, known: Subscriber) -> Subscriber:
    """What is said, and what is known where nothing is said. A new member number is a new card: nothing of the old
    one's group stays.
    """
    if said.member_id and known.member_id and said.member_id != known.member_id:
        return said
    missing = {
        name: value
        for name in ("member_id", "group_number", "group_name", "person", "organization", "property_casualty_claim",
                     "medicare_secondary_reason")
        if getattr(said, name) is None and (value := getattr(known, name)) is not None
    }  # fmt: skip
    if "person" in missing and said.relationship == "self":
        missing["relationship"] = known.relationship
    return msgspec.structs.replace(said, **missing) if missing else said


def take_policies(rows: Iterable[PolicyRecord | InputError], law: Collection[str]) -> list[TakenIn | InputError]:
    """For each row what became of it, or what is wrong with it, which stops no other. All in one transaction.

    `law`: the payers there is law for. One that is none of them, nor of the practice, is taken in and told.
    """
    said = list(rows)
    with transaction.atomic():
        take_turn()
        patients = Patients(one.patient_id for one in said if isinstance(one, PolicyRecord))
        policies = Policies(patients.ids())
        found = [_taken(one, patients, policies.take) for one in said]
        policies.write()
        known = {*law, *PayerEnrolment.objects.values_list("payer", flat=True)}
    return [_with_notice(one, row, known) for one, row in zip(found, said, strict=True)]


def _with_notice(
    one: TakenIn | InputError, row: PolicyRecord | InputError, known: Collection[str]
) -> TakenIn | InputError:
    if isinstance(one, InputError) or isinstance(row, InputError) or one.what != "new" or row.payer in known:
        return one
    why = f"the practice has no payer '{row.payer}', so nothing can be billed to it; there are "
    return TakenIn(one.number, one.what, why + ", ".join(sorted(known)))


def take_authorizations(rows: Iterable[Approval | InputError]) -> list[TakenIn | InputError]:
    """As with policies, to which they belong."""
    said = list(rows)
    with transaction.atomic():
        take_turn()
        patients = Patients(one.patient_id for one in said if isinstance(one, Approval))
        return [_taken(one, patients, _take_authorization) for one in said]


R = TypeVar("R", PolicyRecord, Approval)


def _taken(row: R | InputError, patients: Patients, take: Callable[[Patient, R], Taken]) -> TakenIn | InputError:
    if isinstance(row, InputError):
        return row
    if row.patient_id not in patients:
        return InputError("patient_id", "the books have no patient of this number: import the patients first")
    try:
        return TakenIn(row.patient_id, take(patients[row.patient_id], row))
    except InputError as wrong:
        return wrong


def _take_authorization(patient: Patient, record: Approval) -> Taken:
    """Of the newest policy with that payer. Raises `InputError` without one."""
    policy = Policy.objects.filter(patient=patient, payer=record.payer).order_by(_NEWEST, "-id").first()
    if policy is None:
        message = f"the books have no policy of this patient with {record.payer!r}: import the coverages first"
        raise InputError("payer", message)
    known = Authorization.objects.filter(policy__patient=patient, policy__payer=record.payer, number=record.number)
    found = known.first()
    said = {
        "codes": list(record.codes), "starts": record.starts, "ends": record.ends, "visits": record.visits,
        "units": record.units, "visits_before": record.visits_used, "units_before": record.units_used,
    }  # fmt: skip
    if found is None:
        Authorization.objects.create(policy=policy, number=record.number, **said)
        return "new"
    changed = {name: value for name, value in said.items() if value and getattr(found, name) != value}
    if not changed:
        return "same"
    for name, value in changed.items():
        setattr(found, name, value)
    found.save(update_fields=list(changed))
    return "completed"


class Left(msgspec.Struct):
    """An authorisation with what has been used of it, here or elsewhere before."""

    authorization: Authorization
    visits_used: int
    units_used: int

    @property
    def visits_left(self) -> int | None:
        """None: they are not limited. Less than nothing where more were used."""
        return None if self.authorization.visits is None else self.authorization.visits - self.visits_used

    @property
    def units_left(self) -> int | None:
        """As with visits."""
        return None if self.authorization.units is None else self.authorization.units - self.units_used


def authorizations_of(policies: Collection[int]) -> dict[int, list[Left]]:
    """By policy, the newest last."""
    found: dict[int, list[Left]] = {}
    if not policies:
        return found
    rows = Authorization.objects.filter(policy__in=policies).annotate(
        used_visits=Count("uses"), used_units=Sum("uses__units", default=0)
    )
    for one in rows.order_by(_OLDEST, "id"):
        left = Left(one, one.visits_before + one.used_visits, one.units_before + one.used_units)
        found.setdefault(one.policy_id, []).append(left)
    return found
