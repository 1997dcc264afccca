"""Plans of care and their progress reports taken in: made, or completed by what is said. What is not said takes nothing
away.
"""

from collections.abc import Iterable

from django.db import transaction

from rehabill.base.errors import InputError
from rehabill.model.roster import Plan
from rehabill.office.coverage.models import PlanOfCare, ProgressReport
from rehabill.office.people.intake import Patients, Taken, TakenIn
from rehabill.office.people.models import Patient
from rehabill.office.visits.turn import take_turn

_SAID = ("ends", "certified_on", "certified_by", "sent_on", "order_on_file")


def take_plans(rows: Iterable[Plan | InputError]) -> list[TakenIn | InputError]:
    """For each row what became of it, or what is wrong with it, which stops no other. All in one transaction."""
    said = list(rows)
    with transaction.atomic():
        take_turn()
        patients = Patients(one.patient_id for one in said if isinstance(one, Plan))
        return [_taken(one, patients) for one in said]


def _taken(row: Plan | InputError, patients: Patients) -> TakenIn | InputError:
    if isinstance(row, InputError):
        return row
    if row.patient_id not in patients:
        return InputError("patient_id", "the books have no patient of this number: import the patients first")
    return TakenIn(row.patient_id, _take(patients[row.patient_id], row))


def _take(patient: Patient, said: Plan) -> Taken:
    plan, is_new = PlanOfCare.objects.get_or_create(patient=patient, discipline=said.discipline, starts=said.starts)
    values = ((name, getattr(said, name)) for name in _SAID)
    changed = {name: value for name, value in values if value is not None and getattr(plan, name) != value}
    for name, value in changed.items():
        setattr(plan, name, value)
    plan.save(update_fields=list(changed))
    made = [ProgressReport.objects.get_or_create(plan=plan, written_on=day)[1] for day in said.reports]
    if is_new:
        return "new"
    return "completed" if changed or any(made) else "same"
