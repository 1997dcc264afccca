"""Policies with their order and dates, authorisations and what is used of them, plans of care, progress reports."""

from django.db import models

from rehabill.model.eligibility import Eligibility, EligibilityRequest
from rehabill.model.party import Subscriber
from rehabill.office.fields import StructField
from rehabill.office.people.models import Patient
from rehabill.office.practices.owned import Owned
from rehabill.office.visits.models import Visit

ORDERS = {"P": "first", "S": "second", "T": "third"}


class Policy(Owned):
    """A patient's insurance with one payer, in its turn, from a day to a day."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="policies", db_index=False)
    payer = models.TextField()
    order = models.CharField(max_length=1, choices=ORDERS, default="P")
    member_id = models.TextField(blank=True)
    subscriber = StructField(Subscriber)
    starts = models.DateField(null=True)
    ends = models.DateField(null=True)

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["patient", "payer", "order", "starts"], name="policy_once"),)
        indexes = (models.Index(fields=["practice", "member_id"], name="policy_by_member"),)


class Authorization(Owned):
    """What a payer approved beforehand."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="authorizations", db_index=False)
    number = models.TextField()
    codes = models.JSONField(default=list)
    starts = models.DateField(null=True)
    ends = models.DateField(null=True)
    visits = models.PositiveIntegerField(null=True)
    units = models.PositiveIntegerField(null=True)
    visits_before = models.PositiveIntegerField(default=0)
    """Used before these books knew of it, or elsewhere."""
    units_before = models.PositiveIntegerField(default=0)

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["policy", "number"], name="authorization_once"),)


class AuthorizationUse(Owned):
    """One visit counted against an authorisation."""

    authorization = models.ForeignKey(Authorization, models.PROTECT, related_name="uses", db_index=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="authorization_uses")
    units = models.PositiveIntegerField(default=0)

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["authorization", "visit"], name="authorization_use_once"),)


class PlanOfCare(Owned):
    """The plan under which a patient is treated."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="plans", db_index=False)
    discipline = models.CharField(max_length=3, default="PT")
    starts = models.DateField()
    ends = models.DateField(null=True)
    certified_on = models.DateField(null=True)
    certified_by = models.TextField(blank=True)
    sent_on = models.DateField(null=True)
    order_on_file = models.BooleanField(null=True)

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["patient", "discipline", "starts"], name="plan_of_care_once"),)


class ProgressReport(Owned):
    """A progress report of a plan: it starts the count of visits anew."""

    plan = models.ForeignKey(PlanOfCare, models.PROTECT, related_name="reports", db_index=False)
    written_on = models.DateField()

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["plan", "written_on"], name="progress_report_once"),)


class Benefits(Owned):
    """What a payer was asked of a policy (270), and what it answered (271): kept with the day that was asked about."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="benefits", db_index=False)
    day = models.DateField()
    """As of which coverage was asked for."""
    trace = models.CharField(max_length=50)
    """Our number for the question: it comes back with the answer."""
    record = StructField(EligibilityRequest)
    file = models.ForeignKey("exchange.File", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    coverage = models.CharField(max_length=8, blank=True)
    """active, inactive, unknown or refused; empty: not answered."""
    answer = StructField(Eligibility, null=True)
    answer_file = models.ForeignKey("exchange.File", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "trace"], name="benefits_once"),)
        indexes = (models.Index(fields=["policy", "day"], name="benefits_by_policy"),)
