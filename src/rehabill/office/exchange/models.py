"""Files in and out, by what they hold, never by name alone."""

from django.db import models

from rehabill.office.practices.owned import Owned

KINDS = {
    "837P": "claims", "835": "remittances", "999": "acceptance of a file", "TA1": "receipt of a file",
    "277CA": "acceptance of claims", "277": "status of claims", "271": "eligibility", "278": "authorisation",
    "EOB": "remittance typed from paper", "BANK": "bank statement", "OPENING": "balances of another system",
}  # fmt: skip


class File(Owned):
    """The bytes as they came or went, kept as they are."""

    sha256 = models.CharField(max_length=64)
    name = models.TextField()
    kind = models.CharField(max_length=8, choices=KINDS)
    is_ours = models.BooleanField()
    """We wrote it; else it came."""
    content = models.BinaryField()
    at = models.DateTimeField()
    by = models.TextField()

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "sha256"], name="file_once"),)
        indexes = (models.Index(fields=["practice", "kind", "at"], name="file_by_kind"),)


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
    kind = models.CharField(max_length=8, choices=KINDS)
    accepted = models.BooleanField()
    codes = models.JSONField(default=list)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
