"""Partners, and the files that go to them and come from them: by what they hold, never by name alone."""

from django.db import models
from django.db.models import Q

from rehabill.model.claim_status import StatusRequest
from rehabill.office.exchange.partner import PartnerRecord
from rehabill.office.fields import StructField
from rehabill.office.practices.owned import Owned

KINDS = {
    "837P": "claims", "276": "question about claims", "270": "question about coverage",
    "278Q": "request for authorisation", "TA1": "receipt of a file", "999": "acceptance of a file",
    "277CA": "acceptance of claims", "277": "status of claims", "271": "eligibility", "278": "authorisation",
    "835": "remittances", "EOB": "remittance typed from paper", "BANK": "bank statement",
    "OPENING": "balances of another system", "OTHER": "something else",
}  # fmt: skip


class File(Owned):
    """The bytes as they came or went, kept as they are."""

    sha256 = models.CharField(max_length=64)
    name = models.TextField()
    kind = models.CharField(max_length=8, choices=KINDS)
    is_ours = models.BooleanField()
    """We wrote it; else it came."""
    interchange = models.CharField(max_length=9, blank=True)
    """Its control number (ISA13), of a file of ours."""
    content = models.BinaryField()
    at = models.DateTimeField()
    by = models.TextField()

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "sha256"], name="file_once"),)
        indexes = (
            models.Index(fields=["practice", "kind", "at"], name="file_by_kind"),
            models.Index(fields=["practice", "interchange"], name="file_by_interchange", condition=Q(is_ours=True)),
        )


class Submission(Owned):
    """A claim's version in a file that went out."""

    version = models.ForeignKey("claims.ClaimVersion", models.PROTECT, related_name="submissions", db_index=False)
    file = models.ForeignKey(File, models.PROTECT, related_name="submissions")
    interchange = models.CharField(max_length=9)
    """Control number (ISA13)."""

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["version", "file"], name="submission_once"),)


class Acknowledgment(Owned):
    """What a receiver or payer answered about a claim: TA1, 999, 277CA, 277."""

    file = models.ForeignKey(File, models.PROTECT, related_name="acknowledgments")
    claim = models.ForeignKey("claims.Claim", models.PROTECT, null=True, related_name="acknowledgments")
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="acknowledgments")
    """Which of the claim's ways out is answered, where the answer says so."""
    kind = models.CharField(max_length=8, choices=KINDS)
    verdict = models.CharField(max_length=20)
    """As in `model.claim_status.ClaimVerdict`."""
    accepted = models.BooleanField()
    codes = models.JSONField(default=list)
    text = models.TextField(blank=True)
    at = models.DateTimeField()


class Partner(Owned):
    """A clearinghouse or payer with whom files are exchanged, as `partners.yaml` describes it."""

    name = models.SlugField()
    record = StructField(PartnerRecord)
    paused_why = models.TextField(blank=True)
    """Nothing is sent or fetched while a reason stands here."""

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "name"], name="partner_once"),)


STATES_OUT = {
    "waiting": "is to be sent", "sent": "the partner has it", "refused": "a person must act",
}  # fmt: skip


class Transmission(Owned):
    """A file on its way to a partner: there before the first byte leaves, and told what became of it."""

    file = models.OneToOneField(File, models.PROTECT, related_name="transmission")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="transmissions")
    state = models.CharField(max_length=12, choices=STATES_OUT, default="waiting")
    attempts = models.PositiveIntegerField(default=0)
    laid_down = models.BooleanField(default=False)
    """All of it lay at the partner under a temporary name: whether it got its own is for the next attempt to see."""
    next_at = models.DateTimeField()
    """Not before that."""
    trouble = models.TextField(blank=True)
    """Why the last attempt failed."""
    receipt = models.TextField(blank=True)
    """The partner's name or number for it."""
    sent_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True)
    """Of what is sent once more: the reason a person gave."""

    class Meta(Owned.Meta):
        indexes = (models.Index(fields=["practice", "next_at"], name="transmission_due", condition=~Q(state="sent")),)


class Egress(Owned):
    """Each time bytes may have left the machine: before they do, and what came of it. Never changed."""

    transmission = models.ForeignKey(Transmission, models.PROTECT, related_name="egress")
    at = models.DateTimeField()
    what = models.CharField(max_length=12)
    """begun, laid_down, sent, failed or refused."""
    where = models.TextField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    words = models.TextField(blank=True)


STATES_IN = {
    "fetched": "is to be applied", "done": "was applied", "seen": "came before, and was applied then",
    "quarantined": "could not be applied", "incomplete": "is not whole yet",
}  # fmt: skip


class Arrival(Owned):
    """A file that a partner had for us, or that somebody brought; applied once, whatever it is called."""

    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="arrivals")
    place = models.TextField(blank=True)
    """The partner's name for it (path or number)."""
    stamp = models.TextField(blank=True)
    """The same for the same bytes under that name."""
    name = models.TextField()
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="arrivals")
    state = models.CharField(max_length=12, choices=STATES_IN)
    why = models.TextField(blank=True)
    """What it did, or why it could not be applied."""
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    """The partner was told that we have it."""

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["practice", "partner", "place", "stamp"],
                name="arrival_once",
                condition=Q(partner__isnull=False),
            ),
        )
        indexes = (models.Index(fields=["practice", "state"], name="arrival_by_state"),)


class Inquiry(Owned):
    """A question about a claim that went to a payer (276), and its answer."""

    trace = models.CharField(max_length=50)
    """Our number for the question: it comes back with the answer."""
    claim = models.ForeignKey("claims.Claim", models.PROTECT, related_name="inquiries")
    order = models.CharField(max_length=1)
    """Which of the claim's insurers is asked."""
    record = StructField(StatusRequest)
    file = models.ForeignKey(File, models.PROTECT, related_name="inquiries")
    at = models.DateTimeField()
    answer = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "trace"], name="inquiry_once"),)
        indexes = (models.Index(fields=["claim", "at"], name="inquiry_by_claim"),)


class Lease(Owned):
    """Who exchanges files for the practice at present: one at a time, and until when without a sign of life."""

    holder = models.TextField(blank=True)
    until = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice"], name="lease_once"),)
