"""Who is treated, who pays for whom, who treats, who refers."""

from django.db import models

from rehabill.model.party import Address
from rehabill.office.fields import StructField
from rehabill.office.practices.owned import Owned


class Guarantor(Owned):
    """Who answers for a patient's bills when it is not the patient."""

    first = models.TextField(blank=True)
    last = models.TextField()
    relationship = models.TextField(blank=True)
    address = StructField(Address, null=True)
    phone = models.TextField(blank=True)


class Patient(Owned):
    """`number` is the practice's own account number."""

    number = models.CharField(max_length=50)
    first = models.TextField(blank=True)
    last = models.TextField(blank=True)
    middle = models.TextField(blank=True)
    suffix = models.TextField(blank=True)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=1, blank=True)
    address = StructField(Address, null=True)
    phone = models.TextField(blank=True)
    guarantor = models.ForeignKey(Guarantor, models.PROTECT, null=True, related_name="patients")

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "number"], name="patient_once"),)
        indexes = (models.Index(fields=["practice", "last", "first"], name="patient_by_name"),)


class Therapist(Owned):
    """Who treats, and under whose number it is billed."""

    npi = models.CharField(max_length=10)
    first = models.TextField()
    last = models.TextField()
    middle = models.TextField(blank=True)
    taxonomy = models.CharField(max_length=10, blank=True)
    discipline = models.CharField(max_length=3, blank=True)

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "npi"], name="therapist_once"),)


class Credential(Owned):
    """A licence, a certificate, an enrolment with a payer: what lets a therapist bill, from a day to a day."""

    therapist = models.ForeignKey(Therapist, models.PROTECT, related_name="credentials")
    kind = models.TextField()
    number = models.TextField(blank=True)
    state = models.CharField(max_length=2, blank=True)
    payer = models.TextField(blank=True)
    starts = models.DateField(null=True)
    ends = models.DateField(null=True)


class ReferringProvider(Owned):
    """Who sends patients and certifies plans of care."""

    npi = models.CharField(max_length=10)
    first = models.TextField()
    last = models.TextField()
    middle = models.TextField(blank=True)
    taxonomy = models.CharField(max_length=10, blank=True)

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "npi"], name="referring_once"),)
