"""Visits with what the books know around them: the patient, policies in their turn, the authorisation, the plan of
care, visits since the progress report, the year's therapy dollars.

What a visit says itself stands. What the books do not hold is not said: a rule that needs it then answers `no_data`.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple, cast

import msgspec
from django.db.models import F, Prefetch
from msgspec import UNSET

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.engine.bill import Billed
from rehabill.model.books import Order
from rehabill.model.claim import Authorization as AuthorizationRecord
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.claim import Context, OtherInsurance
from rehabill.model.claim import PlanOfCare as PlanRecord
from rehabill.model.party import Person
from rehabill.model.practice import Practice
from rehabill.model.visit import Visit as VisitRecord
from rehabill.office.claims.booking import filing_indicator
from rehabill.office.claims.dollars import TherapyDollars
from rehabill.office.coverage.intake import Left, authorizations_of, completed, is_in_force
from rehabill.office.coverage.models import PlanOfCare, Policy, ProgressReport
from rehabill.office.people.models import Patient
from rehabill.office.visits.models import Visit

_PERSON = ("first", "last", "middle", "suffix", "birth_date", "sex", "address", "phone")


class Waiting(NamedTuple):
    """A visit that waits to be billed."""

    id: int
    number: str
    patient: int
    record: VisitRecord


class Used(NamedTuple):
    """What a visit takes of an authorisation, by its id."""

    authorization: int
    units: int


class Around:
    """What the books know around some visits, read in a handful of queries. Visits billed count for those after."""

    def __init__(self, visits: Sequence[Waiting], almanac: Almanac) -> None:
        self._almanac = almanac
        ids = {one.patient for one in visits}
        self._patients = Patient.objects.in_bulk(ids)
        self._policies: dict[int, list[Policy]] = {}
        for one in Policy.objects.filter(patient__in=ids).order_by(F("starts").desc(nulls_last=True), "-id"):
            self._policies.setdefault(one.patient_id, []).append(one)
        self._left = authorizations_of([one.id for some in self._policies.values() for one in some])
        self._plans = _plans(visits)
        self._days = _treatment_days(self._plans)
        self._dollars = TherapyDollars([(one.patient, one.record) for one in visits], almanac)

    def complete(self, visit: Waiting, practice: Practice) -> VisitRecord:
        """The visit with everything that the books know and it does not say."""
        said = visit.record
        own = self._policy(visit, said.payer, said.sequence)
        changes: dict[str, object] = {"patient": self._person(visit), "context": self._context(visit, own)}
        if own is not None:
            changes["subscriber"] = (
                own.subscriber if said.subscriber is None else completed(said.subscriber, own.subscriber)
            )
        others = self._others(visit)
        if "S" in others and said.secondary_payer is None:
            changes["secondary_payer"] = others["S"].payer
        insurance = [self._other(one, practice, said.date) for one in others.values()]
        if known := tuple(one for one in insurance if one):
            changes["other_insurance"] = known
        return msgspec.structs.replace(said, **changes)

    def use(self, visit: Waiting, billed: Billed) -> Used | None:
        """The visit was billed: it counts for the next ones. Returns what it used of an authorisation."""
        self._dollars.count(visit.patient, billed)
        given = billed.claim.context.authorization
        left = self._numbered(visit, given.number) if isinstance(given, AuthorizationRecord) else None
        if left is None or not _is_for(left, {line.code for line in billed.claim.lines}):
            return None
        units = units_of(billed.claim, left.authorization.codes)
        left.visits_used += 1
        left.units_used += units
        return Used(left.authorization.id, units)

    def _numbered(self, visit: Waiting, number: str | None) -> Left | None:
        """The authorisation of that number by the visit's payer; of several with other days the one for that day."""
        said = visit.record
        same = [
            left
            for policy in self._policies.get(visit.patient, ())
            if policy.payer == said.payer
            for left in self._left.get(policy.id, ())
            if left.authorization.number == number
        ]
        return max(same, key=lambda left: is_in_force(left.authorization, said.date), default=None)

    def _person(self, visit: Waiting) -> Person:
        known, said = self._patients[visit.patient], visit.record.patient
        given = said if isinstance(said, Person) else Person(id=known.number)
        missing = {name: value for name in _PERSON if getattr(given, name) is None and (value := getattr(known, name))}
        return msgspec.structs.replace(given, **missing) if missing else given

    def _policy(self, visit: Waiting, payer: str, order: str) -> Policy | None:
        """The newest in force that day."""
        return next(
            (
                one
                for one in self._policies.get(visit.patient, ())
                if one.payer == payer and one.order == order and is_in_force(one, visit.record.date)
            ),
            None,
        )

    def _others(self, visit: Waiting) -> dict[str, Policy]:
        """Later insurers by their turn, where the visit speaks of none and goes to the first."""
        said = visit.record
        if said.other_insurance or said.sequence != "P" or self._is_self_pay(said):
            return {}
        found: dict[str, Policy] = {}
        for one in self._policies.get(visit.patient, ()):
            if one.order != "P" and one.payer != said.payer and is_in_force(one, said.date):
                if one.order == "S" and said.secondary_payer not in (None, one.payer):
                    continue
                found.setdefault(one.order, one)
        return dict(sorted(found.items()))

    def _other(self, policy: Policy, practice: Practice, day: dt.date) -> OtherInsurance | None:
        """None for a payer that the practice has no account with: its number is not known."""
        account = practice.payers.get(policy.payer)
        indicator = filing_indicator(policy.payer, practice, self._almanac, day)
        if account is None or not indicator:
            return None
        return OtherInsurance(
            payer_name=account.name, payer_id=account.payer_id, sequence=cast(Order, policy.order),
            filing_indicator=indicator, subscriber=policy.subscriber,
        )  # fmt: skip

    def _context(self, visit: Waiting, policy: Policy | None) -> Context:
        said = visit.record.context
        found: dict[str, object] = {}
        if said.authorization is UNSET and policy is not None:
            left = _best(self._left.get(policy.id, ()), visit.record)
            if left is not None:
                found["authorization"] = _authorization(left)
        elif isinstance(said.authorization, AuthorizationRecord) and said.authorization.number:
            left = self._numbered(visit, said.authorization.number)
            if left is not None:
                found["authorization"] = _completed(said.authorization, _authorization(left))
        plan = self._plan(visit)
        if plan is not None:
            if said.plan_of_care is UNSET:
                found["plan_of_care"] = _plan_record(plan)
            if said.visits_since_progress_report is UNSET:
                found["visits_since_progress_report"] = self._since_report(visit, plan)
        dollars = self._dollars.before(visit.patient, visit.record)
        if dollars is not None:
            found["therapy_ytd_cents"] = dollars
        return msgspec.structs.replace(said, **found) if found else said

    def _plan(self, visit: Waiting) -> PlanOfCare | None:
        """The last that had begun that day."""
        discipline, day = visit.record.discipline or "PT", visit.record.date
        plans = self._plans.get(visit.patient, ())
        return next((one for one in plans if one.discipline == discipline and one.starts <= day), None)

    def _since_report(self, visit: Waiting, plan: PlanOfCare) -> int:
        """Treatment days before this visit that came after the last report, or since the plan's first day."""
        day, discipline = visit.record.date, plan.discipline
        written = max((one.written_on for one in plan.reports.all() if one.written_on < day), default=None)
        days = {one for one, of in self._days.get(visit.patient, ()) if of == discipline and plan.starts <= one < day}
        return sum(1 for one in days if written is None or one > written)

    def _is_self_pay(self, said: VisitRecord) -> bool:
        try:
            return self._almanac.edition(said.payer, said.date).profile.patient_share == "all"
        except InputError:
            return False


def units_of(claim: ClaimRecord, codes: Sequence[str]) -> int:
    """Units that count against an authorisation of these codes; of none, all."""
    return sum(line.units for line in claim.lines if not codes or line.code in codes)


def _plans(visits: Sequence[Waiting]) -> dict[int, list[PlanOfCare]]:
    """By patient, the newest first."""
    wanting = {
        one.patient
        for one in visits
        if one.record.context.plan_of_care is UNSET or one.record.context.visits_since_progress_report is UNSET
    }
    found: dict[int, list[PlanOfCare]] = {}
    reports = Prefetch("reports", ProgressReport.objects.all())
    for one in PlanOfCare.objects.filter(patient__in=wanting).order_by("-starts", "-id").prefetch_related(reports):
        found.setdefault(one.patient_id, []).append(one)
    return found


def _treatment_days(plans: dict[int, list[PlanOfCare]]) -> dict[int, list[tuple[dt.date, str]]]:
    """By patient with a plan: day and discipline of every visit."""
    found: dict[int, list[tuple[dt.date, str]]] = {}
    if plans:
        rows = Visit.objects.filter(patient__in=plans).exclude(state="dropped")
        rows = rows.values_list("patient_id", "date", "discipline")
        for patient, day, discipline in rows:
            found.setdefault(patient, []).append((day, discipline or "PT"))
    return found


def _best(found: Sequence[Left], visit: VisitRecord) -> Left | None:
    """Of the authorisations in force that day the one for these codes, with something left, the newest."""
    codes = {one.code for one in visit.treatments if one.code}

    def rank(left: Left) -> tuple[bool, bool]:
        return _is_for(left, codes), _has_left(left)

    in_force = [one for one in found if is_in_force(one.authorization, visit.date)]
    return max(reversed(in_force), key=rank, default=None)


def _is_for(left: Left, codes: Collection[str]) -> bool:
    """Whether any of these codes is authorised; where none is named, all are."""
    own = left.authorization.codes
    return not own or any(code in own for code in codes)


def _has_left(left: Left) -> bool:
    return all(number is None or number > 0 for number in (left.visits_left, left.units_left))


def _authorization(left: Left) -> AuthorizationRecord:
    own = left.authorization
    return AuthorizationRecord(
        number=own.number,
        codes=tuple(own.codes) or None,
        starts=own.starts,
        ends=own.ends,
        visits_left=left.visits_left,
        units_left=left.units_left,
    )


def _completed(said: AuthorizationRecord, known: AuthorizationRecord) -> AuthorizationRecord:
    """What the visit says of it stands."""
    missing = {name: getattr(known, name) for name in known.__struct_fields__ if getattr(said, name) is None}
    return msgspec.structs.replace(said, **missing)


def _plan_record(plan: PlanOfCare) -> PlanRecord:
    return PlanRecord(
        starts=plan.starts, ends=plan.ends, certified_on=plan.certified_on, certified_by=plan.certified_by or None,
        sent_on=plan.sent_on, order_on_file=plan.order_on_file,
    )  # fmt: skip
