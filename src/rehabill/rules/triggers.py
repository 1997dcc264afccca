"""What can make a rule matter to a claim: the marks on its lines, and the circumstances around them.

A rule without triggers runs on every claim; one with triggers runs where the claim has any of them. A trigger is never
narrower than the rules that name it: it may wake a rule that then finds nothing, never let one sleep (a property test
holds every rule to that). So a circumstance may be a cheap word for "not as usual".
"""

import datetime as dt
from collections.abc import Iterator

from rehabill.base.errors import NotInForce
from rehabill.model.claim import Authorization, Claim, ClaimLine, PlanOfCare
from rehabill.model.party import Person
from rehabill.rules.case import Case
from rehabill.rules.diagnosis_days import not_billable, plain
from rehabill.rules.minutes import plainly_earned
from rehabill.rules.therapy_dollars import surely_below
from rehabill.rules.traits import GROUP, UNLISTED, any_traits

# Marks: they follow from the shape of the claim (`Case.of_shape`), as do the codes, modifiers and givers of the lines.
CODE_REPEATED = "a code stands on several lines"
SEVERAL_MODIFIERS = "a line has several modifiers"
NO_UNITS = "a line has no units"
NO_POINTERS = "a line points to no diagnosis"
GROUP_CODE = "a group code is on a line"
UNLISTED_CODE = "an unlisted code is on a line"
NOT_THE_OFFICE = "the place of service is not given as the office"

# Circumstances; telehealth is both.
TELEHEALTH = "the claim speaks of telehealth"
AUTHORIZATION = "an authorization is given"
OTHER_CARE = "the patient is under other care"
REPLACEMENT = "the frequency is not 1"
BORN_LATER = "the birth date is after a date of service"
EARLIER_CLAIMS = "earlier claims are given"
NO_REFERRER = "no referring provider is named"
NO_RENDERING = "no rendering provider is named"
NO_DIAGNOSES = "no diagnosis is given"
MANY_DIAGNOSES = "more than four diagnoses are given"
EXTERNAL_CAUSE_FIRST = "the first diagnosis is an external cause"
DIAGNOSIS_REPEATED = "a diagnosis stands twice"
DIAGNOSIS_NOT_BILLABLE = "a diagnosis is no full code of its day"
NO_CHARGE = "a line has no charge above zero"
ASSISTANT_MINUTES = "an assistant's minutes are given"
UNITS_IN_DOUBT = "a glance at the minutes does not tell that they earn the units"
PLAN_IN_DOUBT = "no plan of care is given, or its dates and certification need a look"
NEAR_THRESHOLD = "the year's therapy dollars are not known to stay below the thresholds"
NOT_SENT_SOON = "the day of submission is not known, or not within 30 days after the service"

SOON = dt.timedelta(days=30)
"""No payer wants a claim sooner, nor Medicare a plan certified sooner."""
LONG = dt.timedelta(days=60)
"""A certification covers more than that. A test holds both against the almanac."""
EXTERNAL_CAUSES = ("V", "W", "X", "Y")
TELEHEALTH_PLACES = ("02", "10")
TELEHEALTH_MODIFIERS = ("95", "93")
_OFFICE = "11"


def marks_of(case: Case) -> frozenset[str]:
    """Codes, modifiers and givers of the lines, and what else the shape of the claim says."""
    found = {NOT_THE_OFFICE} if case.claim.place_of_service != _OFFICE else set()
    for line in case.claim.lines:
        found.add(line.code)
        found.update(line.modifiers)
        found.update(_marks_of_line(line))
    if len({line.code for line in case.claim.lines}) < len(case.claim.lines):
        found.add(CODE_REPEATED)
    traits = any_traits(case)
    if traits & GROUP:
        found.add(GROUP_CODE)
    if traits & UNLISTED:
        found.add(UNLISTED_CODE)
    if not found.isdisjoint(TELEHEALTH_MODIFIERS) or case.claim.place_of_service in TELEHEALTH_PLACES:
        found.add(TELEHEALTH)
    return frozenset(found)


def _marks_of_line(line: ClaimLine) -> Iterator[str]:
    if line.by is not None:
        yield line.by
    if len(line.modifiers) > 1:
        yield SEVERAL_MODIFIERS
    if not line.units:
        yield NO_UNITS
    if not line.diagnosis_pointers:
        yield NO_POINTERS
    if line.place_of_service is not None:
        yield NOT_THE_OFFICE
    if line.place_of_service in TELEHEALTH_PLACES:
        yield TELEHEALTH


def circumstances_of(case: Case) -> frozenset[str]:
    """What is not as usual with the claim beyond its shape: most claims have little of it."""
    found = set(_of_diagnoses(case))
    claim, context = case.claim, case.context
    if not claim.referring_npi:
        found.add(NO_REFERRER)
    if not claim.rendering_npi:
        found.add(NO_RENDERING)
    if claim.frequency != "1":
        found.add(REPLACEMENT)
    if claim.telehealth or context.telehealth:
        found.add(TELEHEALTH)
    if isinstance(context.authorization, Authorization):
        found.add(AUTHORIZATION)
    if context.other_care:
        found.add(OTHER_CARE)
    if context.prior_claims:
        found.add(EARLIER_CLAIMS)
    if not plainly_earned(case):
        found.add(UNITS_IN_DOUBT)
    if not _surely_below_thresholds(case):
        found.add(NEAR_THRESHOLD)
    _add_of_dates(case, found)
    _add_of_lines(claim, found)
    return frozenset(found)


def _add_of_dates(case: Case, found: set[str]) -> None:
    patient, sent, first, last = case.claim.patient, case.submitted, case.first_day, case.last_day
    if isinstance(patient, Person) and patient.birth_date is not None and patient.birth_date > first:
        found.add(BORN_LATER)
    if sent is None or sent < last or sent - first > SOON:
        found.add(NOT_SENT_SOON)
    plan = case.context.plan_of_care
    if not isinstance(plan, PlanOfCare) or not _plainly_covers(plan, first, last):
        found.add(PLAN_IN_DOUBT)


def _plainly_covers(plan: PlanOfCare, first: dt.date, last: dt.date) -> bool:
    """Certified soon after it began, and the days of service soon enough within its dates."""
    starts, ends, certified = plan.starts, plan.ends, plan.certified_on
    return (
        starts is not None
        and certified is not None
        and certified - starts <= SOON
        and starts <= first
        and last - starts <= LONG
        and (ends is None or last <= ends)
    )


def _add_of_lines(claim: Claim, found: set[str]) -> None:
    for line in claim.lines:
        if line.assistant_minutes:  # an absent field (UNSET) is false, as are None and 0
            found.add(ASSISTANT_MINUTES)
        charge = line.charge_cents
        if not charge or charge < 0:
            found.add(NO_CHARGE)


def _surely_below_thresholds(case: Case) -> bool:
    try:
        return surely_below(case)
    except NotInForce:
        return False  # the rules will say what is not known


def _of_diagnoses(case: Case) -> tuple[str, ...]:
    """Remembered by day and diagnoses: a patient's visits repeat them."""
    if len(case.days) > 1:
        return tuple(_diagnoses_looked_at(case))
    edition = case.lines[0].edition
    key = ("diagnoses", case.claim.diagnoses, case.first_day)
    found: tuple[str, ...] | None = edition.memo.get(key)
    if found is None:
        found = edition.remember(key, tuple(_diagnoses_looked_at(case)))
    return found


def _diagnoses_looked_at(case: Case) -> Iterator[str]:
    diagnoses = case.claim.diagnoses
    if not diagnoses:
        yield NO_DIAGNOSES
        return
    if len(diagnoses) > 4:
        yield MANY_DIAGNOSES
    if diagnoses[0].lstrip().upper().startswith(EXTERNAL_CAUSES):
        yield EXTERNAL_CAUSE_FIRST
    if len({plain(code) for code in diagnoses}) < len(diagnoses):
        yield DIAGNOSIS_REPEATED
    if not_billable(case):
        yield DIAGNOSIS_NOT_BILLABLE
