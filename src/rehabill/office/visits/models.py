"""Visits as recorded; what was made of one is its claim."""

from django.db import models

from rehabill.model.visit import Visit as VisitRecord
from rehabill.office.fields import StructField
from rehabill.office.people.models import Patient
from rehabill.office.practices.owned import Owned

STATES = {
    "recorded": "waits to be billed",
    "billed": "has a claim",
    "held": "waits for a person",
    "self_pay": "the patient pays",
    "nothing_to_bill": "nothing in it is billed",
    "dropped": "taken out by a person",
}


class Visit(Owned):
    """One patient, one day, one discipline. `record` is the visit in the core's own words."""

    number = models.CharField(max_length=50)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="visits", db_index=False)
    date = models.DateField()
    payer = models.TextField()
    discipline = models.CharField(max_length=3, blank=True)
    therapist_npi = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=16, choices=STATES, default="recorded")
    why = models.TextField(blank=True)
    """Of a visit that waits: for what."""
    record = StructField(VisitRecord)

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "number"], name="visit_once"),)
        indexes = (
            models.Index(fields=["practice", "state", "date"], name="visit_by_state"),
            models.Index(fields=["patient", "date"], name="visit_by_patient"),
        )
