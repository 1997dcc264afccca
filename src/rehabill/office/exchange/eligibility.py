"""Is the patient covered, and for what? Questions (270) made of policies, and answers (271) kept with the day asked."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.edi.eligibility_270 import Envelope, eligibility_request, read_271, write_270
from rehabill.model.books import Action, PostingTask
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.eligibility import Eligibility, EligibilityRequest
from rehabill.office.claims.billing import profiles
from rehabill.office.coverage.models import Authorization, Benefits, Policy
from rehabill.office.exchange.models import File, Partner
from rehabill.office.exchange.ours import addressed, next_control_number, write_down
from rehabill.office.exchange.outbox import queue
from rehabill.office.exchange.routes import Routes
from rehabill.office.people.person import person_of
from rehabill.office.practices.models import Practice
from rehabill.office.worklists.models import Task
from rehabill.office.worklists.tasks import open_tasks

_SERVICE_TYPES = ("30", "PT")
"""The plan as a whole and physical therapy: payers that do not know the second answer the first."""
_FEW_VISITS = 2


class Asked(NamedTuple):
    """How many policies were asked about, and why some could not be."""

    asked: int
    wrong: list[str]


def policies_of(numbers: Sequence[str], day: dt.date) -> list[Policy]:
    """The policies of these patients on that day, by patient and turn. Raises `InputError` for a patient not known."""
    from rehabill.office.people.models import Patient

    known = set(Patient.objects.filter(number__in=numbers).values_list("number", flat=True))
    for number in numbers:
        if number not in known:
            raise InputError("patient", f"the books have no patient {number!r}; `rehabill patient list` shows them")
    return _on(day, Q(patient__number__in=numbers))


def policies_of_seen(since: dt.date, day: dt.date) -> list[Policy]:
    """The policies of everybody who had a visit since then, that were not asked about in that time."""
    seen = Q(patient__visits__date__gte=since)
    asked = Benefits.objects.filter(day__gte=since).values("policy")
    return [one for one in _on(day, seen) if one.id not in {row["policy"] for row in asked}]


def _on(day: dt.date, whose: Q) -> list[Policy]:
    begun, goes_on = Q(starts__isnull=True) | Q(starts__lte=day), Q(ends__isnull=True) | Q(ends__gte=day)
    rows = Policy.objects.filter(whose, begun, goes_on).select_related("patient").distinct()
    return list(rows.order_by("patient__number", "order", "id"))


def ask(
    practice: Practice,
    policies: Sequence[Policy],
    day: dt.date,
    almanac: Almanac,
    moment: dt.datetime,
    by: str,
    at: dt.datetime,
) -> Asked:
    """Queue the questions, a file for each partner. Inside a transaction, in one's turn."""
    routes = Routes()
    by_partner: dict[int, tuple[Partner, list[Policy]]] = {}
    wrong = []
    for policy in policies:
        partner = routes.to(policy.payer, "270")
        if partner is None:
            wrong.append(f"{policy.patient.number}: no partner takes questions about coverage for {policy.payer}")
        else:
            by_partner.setdefault(partner.id, (partner, []))[1].append(policy)
    count = 0
    for partner, some in by_partner.values():
        count += _ask(practice, partner, some, day, almanac, moment, by, at, wrong)
    return Asked(count, wrong)


def _ask(
    practice: Practice, partner: Partner, policies: list[Policy], day: dt.date, almanac: Almanac, moment: dt.datetime,
    by: str, at: dt.datetime, wrong: list[str],
) -> int:  # fmt: skip
    record = addressed(practice, partner, day)
    habits = profiles(almanac, day)
    number = next_control_number()
    envelope = Envelope(control_number=number, created=moment)
    asked: list[tuple[Policy, EligibilityRequest]] = []
    for policy in policies:
        about = ClaimRecord(
            payer=policy.payer, lines=(), patient=person_of(policy.patient), subscriber=policy.subscriber
        )
        try:
            trace = f"{number:09d}-{len(asked) + 1}"
            profile = habits.get(policy.payer)
            request = eligibility_request(about, record, trace, service_types=_SERVICE_TYPES, profile=profile, on=day)
            write_270([request], record, envelope)
        except InputError as error:
            wrong.append(f"{policy.patient.number}: {error}")
            continue
        asked.append((policy, request))
    if not asked:
        return 0
    content = write_270([one for _, one in asked], record, envelope)
    file = write_down("270", f"eligibility-{number:09d}.270", number, content, by, at)
    Benefits.objects.bulk_create(
        Benefits(policy=policy, day=day, trace=one.trace, record=one, file=file, at=at)  # type: ignore[misc]
        for policy, one in asked
    )
    queue(file, partner, at)
    return len(asked)


def apply_benefits(file: File, at: dt.datetime) -> str:
    """Inside a transaction. Returns what it did, in a sentence."""
    answers, findings = read_271(bytes(file.content))
    told: Counter[str] = Counter()
    tasks: list[tuple[PostingTask, str]] = []
    for one in answers:
        row = Benefits.objects.filter(trace=one.trace or "").select_related("policy__patient").first()
        if row is None:
            told["not asked here"] += 1
            why = f"{file.name}: an answer about coverage that was not asked for here: {one.sentence}"
            tasks.append((PostingTask(action="answer_unclear", why=why), file.name))
            continue
        Benefits.objects.filter(id=row.id).update(coverage=one.coverage, answer=one, answer_file=file, answered_at=at)
        told[one.coverage] += 1
        _close(row.policy, at)
        tasks += [(task, _source(row.policy)) for task in _tasks(row, one)]
    wrong = [one.message for one in findings if one.severity == "error"]
    if wrong:
        why = f"{file.name}: {'; '.join(wrong[:3])}"
        tasks.append((PostingTask(action="answer_unclear", why=why), file.name))
    for task, source in tasks:
        open_tasks([(task, None)], source, at)
    return ", ".join(f"{count} {coverage}" for coverage, count in sorted(told.items())) or "no answer"


def _tasks(row: Benefits, answer: Eligibility) -> list[PostingTask]:
    """What an office must know before the next visit."""
    therapy, policy = answer.therapy, row.policy
    found: list[tuple[Action, str]] = []
    if answer.coverage != "active" or therapy.not_covered:
        said = answer.sentence if answer.coverage != "active" else "Therapy itself is said not to be covered."
        found.append(("coverage_inactive" if answer.coverage != "refused" else "answer_unclear", said))
    known = set(Policy.objects.filter(patient=policy.patient).values_list("payer", flat=True))
    if therapy.other_insurers and len(known) < 1 + len(therapy.other_insurers):
        names = ", ".join(dict.fromkeys(one.name for one in therapy.other_insurers))
        found.append(("other_insurer", f"{names} may have to be billed too, or first."))
    if therapy.authorization and not _authorized(policy, row.day):
        found.append(("authorization_wanted", "Therapy needs an authorisation, and none is on file for that day."))
    left = [one.left for one in therapy.visits if one.left is not None and not one.from_text]
    if left and min(left) <= _FEW_VISITS:
        found.append(("visits_run_out", f"{min(left)} visits are left by the payer's count."))
    who = f"Patient {policy.patient.number}, {policy.payer}, as of {row.day}"
    return [PostingTask(action=action, why=f"{who}: {words}", payer=policy.payer) for action, words in found]


def _authorized(policy: Policy, day: dt.date) -> bool:
    rows = Authorization.objects.filter(policy=policy)
    return rows.filter(
        Q(starts__isnull=True) | Q(starts__lte=day), Q(ends__isnull=True) | Q(ends__gte=day)
    ).exists()  # fmt: skip


def _source(policy: Policy) -> str:
    return f"policy {policy.id}"


def _close(policy: Policy, at: dt.datetime) -> None:
    """What an earlier answer asked for is asked anew by this one, or is answered."""
    Task.objects.filter(source=_source(policy), state="open").update(state="done", closed_at=at)
