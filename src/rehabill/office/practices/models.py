"""The practice as a tenant, and what `practice.yaml` says of it (`rehabill.model.practice.Practice`)."""

from django.db import models
from django.db.models import Q

from rehabill.model.party import Address
from rehabill.model.practice import Contact, Receiver, Submitter
from rehabill.office.fields import StructField
from rehabill.office.practices.owned import Owned


class Practice(models.Model):
    """One practice, whose rows no other sees."""

    slug = models.SlugField(unique=True)
    """What the command line calls it."""
    name = models.TextField()
    npi = models.CharField(max_length=10)
    tax_id = models.CharField(max_length=12)
    tax_id_kind = models.CharField(max_length=2, default="EI")
    taxonomy = models.CharField(max_length=10, blank=True)
    is_person = models.BooleanField(default=False)
    first = models.TextField(blank=True)
    address = StructField(Address)
    pay_to = StructField(Address, null=True)
    contact = StructField(Contact, null=True)
    submitter = StructField(Submitter)
    receiver = StructField(Receiver)
    usage = models.CharField(max_length=1, default="T")
    locality = models.CharField(max_length=12, blank=True)
    place_of_service = models.CharField(max_length=2, default="11")
    participating = models.BooleanField(default=True)
    accepts_assignment = models.BooleanField(default=True)
    upper_case = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Location(Owned):
    """A place of service other than the billing address."""

    name = models.TextField()
    address = StructField(Address)
    npi = models.CharField(max_length=10, blank=True)

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "name"], name="location_once"),)


class PayerEnrolment(Owned):
    """How the practice reaches a payer. `payer` is a profile's name in the almanac."""

    payer = models.TextField()
    name = models.TextField()
    payer_id = models.TextField()
    filing_indicator = models.CharField(max_length=2, blank=True)
    address = StructField(Address, null=True)
    send_taxonomy = models.BooleanField(default=True)

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "payer"], name="enrolment_once"),)


class PayerIdentity(Owned):
    """By what number or name a payer calls itself in its remittances: learned from the claims it answers. One company
    may pay under several of our names.
    """

    identity = models.TextField()
    payer = models.TextField()

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "identity", "payer"], name="payer_identity_once"),)


class Charge(Owned):
    """The charge master: what the practice charges for one unit of a code, in cents, from a day to a day."""

    code = models.CharField(max_length=8)
    cents = models.BigIntegerField()
    starts = models.DateField(null=True)
    ends = models.DateField(null=True)

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(fields=["practice", "code", "starts"], name="charge_once", nulls_distinct=None),
            models.CheckConstraint(condition=Q(cents__gte=0), name="charge_not_negative"),
        )
