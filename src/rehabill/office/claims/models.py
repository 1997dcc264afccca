"""Claims: what is known of one now, and the versions, lines and events that never change."""

from typing import Any

from django.db import models
from django.db.models import Q

from rehabill.engine.post.find import plain
from rehabill.model.books import BookedClaim
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.priced import PricedClaim
from rehabill.model.standing import Standing
from rehabill.office.fields import StructField
from rehabill.office.people.models import Patient
from rehabill.office.practices.owned import Owned
from rehabill.office.visits.models import Visit


class Claim(Owned):
    """A claim as it stands now, at each of its insurers (`engine.life_cycle`); its sums follow from the journal."""

    number = models.CharField(max_length=50)
    """Our number for it (CLM01): what payers answer with."""
    plain_number = models.CharField(max_length=50, db_index=True, editable=False)
    """`engine.post.find.plain` of it, for payers that write it another way."""
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="claims", db_index=False)
    visit = models.OneToOneField(Visit, models.PROTECT, null=True, related_name="claim")
    payer = models.TextField()
    """The first payer's profile."""
    therapist_npi = models.CharField(max_length=10, blank=True)
    service_day = models.DateField()
    sent_on = models.DateField(null=True)
    acted_on = models.DateField()
    """The day of the last event."""
    version = models.PositiveIntegerField(default=1)
    payer_claim_number = models.TextField(blank=True)
    standings = StructField(tuple[Standing, ...], default=())
    """One for each of its insurers, in their order; none: the patient pays."""
    insurance = models.CharField(max_length=20, default="draft")
    """Of the standing that lists show: the first insurer with whom something is going on."""
    owes = models.CharField(max_length=20, default="nobody_yet")
    paid = models.CharField(max_length=20, default="unpaid")
    charge_cents = models.BigIntegerField(default=0)
    paid_cents = models.BigIntegerField(default=0)
    """By insurers and patient."""
    adjusted_cents = models.BigIntegerField(default=0)
    """Contract, sequestration, write-offs."""
    open_cents = models.BigIntegerField(default=0)
    has_beside = models.BooleanField(default=False)
    """Something beside payers' decisions moved what is owed of it: a patient's payment, a write-off, a transfer."""

    def save(self, *args: Any, **options: Any) -> None:
        """Keeps `plain_number` in step."""
        self.plain_number = plain(self.number)
        super().save(*args, **options)

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(fields=["practice", "number"], name="claim_once"),
            models.CheckConstraint(
                condition=Q(charge_cents=models.F("paid_cents") + models.F("adjusted_cents") + models.F("open_cents")),
                name="claim_balances",
            ),
        )
        indexes = (
            models.Index(fields=["practice", "insurance", "service_day"], name="claim_by_insurance"),
            models.Index(fields=["practice", "service_day"], name="claim_by_day"),
            models.Index(fields=["practice", "payer", "service_day"], name="claim_by_payer"),
            models.Index(fields=["practice", "owes", "service_day"], name="claim_by_debtor"),
            models.Index(fields=["practice", "service_day"], name="claim_open_by_day", condition=~Q(open_cents=0)),
            models.Index(fields=["practice", "open_cents"], name="claim_open_by_amount", condition=~Q(open_cents=0)),
            models.Index(fields=["patient", "service_day"], name="claim_by_patient"),
            models.Index(fields=["practice", "payer_claim_number"], name="claim_by_payers_number",
                         condition=~Q(payer_claim_number="")),
        )  # fmt: skip


class ClaimVersion(Owned):
    """A claim as it was sent or would be: a correction is a new version, none is ever changed."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    record = StructField(ClaimRecord)
    booked = StructField(BookedClaim)
    """What the books expect of it; without what was decided since."""
    priced = StructField(PricedClaim, null=True)
    edition = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    why = models.TextField(blank=True)

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["claim", "number"], name="claim_version_once"),)


class ClaimLine(Owned):
    """A service line of a version, to find it by what payers answer with."""

    version = models.ForeignKey(ClaimVersion, models.PROTECT, related_name="lines", db_index=False)
    line_id = models.CharField(max_length=50)
    date = models.DateField()
    code = models.CharField(max_length=8)
    modifiers = models.TextField(blank=True)
    """As in `GP CQ`."""
    units = models.PositiveIntegerField()
    charge_cents = models.BigIntegerField()

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["version", "line_id"], name="claim_line_once"),)
        indexes = (models.Index(fields=["practice", "line_id"], name="claim_line_by_id"),)


class ClaimEvent(Owned):
    """What happened to a claim: when, by whom, why, under which edition of the law."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="events", db_index=False)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.TextField()
    kind = models.CharField(max_length=24)
    why = models.TextField(blank=True)
    source = models.TextField(blank=True)
    """What caused it: a file, a payment, a journal entry."""
    edition = models.TextField(blank=True)
    insurance = models.CharField(max_length=20)
    owes = models.CharField(max_length=20)
    paid = models.CharField(max_length=20)

    class Meta(Owned.Meta):
        indexes = (models.Index(fields=["claim", "at"], name="claim_event_by_claim"),)
