"""The journal and what feeds it.

An entry is written with its postings and then sealed; the seal is refused unless they sum to zero, and an entry without
a seal cannot be committed. After that nothing of it changes (`office.guards`).
"""

from django.db import models
from django.db.models import Q

from rehabill.model.books import Decided
from rehabill.model.remittance import RemittanceClaim
from rehabill.office.claims.models import Claim
from rehabill.office.exchange.models import File
from rehabill.office.fields import StructField
from rehabill.office.people.models import Patient
from rehabill.office.practices.models import Practice
from rehabill.office.practices.owned import Owned, OwnerField
from rehabill.office.practices.scope import practice_id


class Seal(Owned):
    """Says that an entry is whole: made last, under the entry's own number."""

    id = models.BigIntegerField(primary_key=True)


class Entry(Owned):
    """One event in the books (`rehabill.ledger.entry.Entry`)."""

    day = models.DateField()
    kind = models.CharField(max_length=24)
    source = models.TextField()
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.TextField()
    seal = models.OneToOneField(Seal, models.PROTECT, related_name="entry")
    """The database looks at commit whether it is there. Until then SQLite looks at each further entry for rows that
    waited for it: every table that names an entry needs its index.
    """

    class Meta(Owned.Meta):
        indexes = (
            models.Index(fields=["practice", "day"], name="entry_by_day"),
            models.Index(fields=["practice", "source"], name="reversal_by_source", condition=Q(kind="reversal")),
        )


class Posting(Owned):
    """Cents moved at a place (`rehabill.ledger.entry.Place`): positive debits, negative credits.

    They come by the dozen, and foreign keys would be looked at one by one. The guards look whether there is such an
    entry of the same practice, and entries never go.
    """

    pk = models.CompositePrimaryKey("entry_id", "number")
    practice = OwnerField(
        Practice, models.PROTECT, default=practice_id, editable=False, db_index=False, db_constraint=False,
        related_name="+",
    )  # fmt: skip
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings", db_index=False, db_constraint=False)
    number = models.PositiveIntegerField()
    account = models.CharField(max_length=24)
    party = models.TextField()
    order = models.CharField(max_length=1)
    claim = models.CharField(max_length=50)
    line = models.CharField(max_length=50)
    reason = models.TextField()
    cents = models.BigIntegerField()

    class Meta(Owned.Meta):
        constraints = (models.CheckConstraint(condition=~Q(cents=0), name="posting_moves"),)
        indexes = (
            models.Index(fields=["practice", "claim"], name="posting_by_claim", condition=~Q(claim="")),
            models.Index(fields=["practice", "account", "party"], name="posting_by_place"),
        )


_AGED = ("service_day", "sent_on", "acted_on", "cents")
"""All that aging reads of a balance: with these in an index, the table itself is left alone."""


class Owed(Owned):
    """What is still owed of a claim, and by whom: a summary of the journal for aging and worklists, kept with it in the
    same transaction, made anew and compared by `money.summary`. Nothing owed, no row.
    """

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="owed", db_index=False)
    account = models.CharField(max_length=24)
    party = models.TextField()
    order = models.CharField(max_length=1)
    cents = models.BigIntegerField()
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", db_index=False)
    therapist_npi = models.CharField(max_length=10)
    service_day = models.DateField()
    sent_on = models.DateField(null=True)
    acted_on = models.DateField()

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["claim", "account", "party", "order"], name="owed_once"),)
        indexes = (
            models.Index(fields=["practice", "account", "party", *_AGED], name="owed_by_payer"),
            models.Index(fields=["practice", "account", "patient", *_AGED], name="owed_by_patient"),
            models.Index(fields=["practice", "account", "therapist_npi", *_AGED], name="owed_by_therapist"),
        )


class Close(Owned):
    """A month that is closed: no entry may be dated in it or before. `balances` is the trial balance at its end."""

    last_day = models.DateField()
    at = models.DateTimeField()
    by = models.TextField()
    balances = models.JSONField()

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "last_day"], name="close_once"),)


class Payment(Owned):
    """A payment that payers told of: a check or transfer, known by payer and trace number."""

    key = models.TextField()
    """`payer/trace`; the party of `cash_clearing`."""
    payer = models.TextField()
    """Our name for the payer, or what it calls itself where we have none."""
    trace = models.TextField()
    originator = models.TextField(blank=True)
    method = models.CharField(max_length=3)
    paid_on = models.DateField(null=True)
    amount_cents = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "key"], name="payment_once"),)


class PaymentFile(Owned):
    """That a payment was told of in a file, and what was done with it: posted, held, or nothing new in it."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="files")
    file = models.ForeignKey(File, models.PROTECT, related_name="payments", db_index=False)
    number = models.PositiveIntegerField()
    """Which payment of the file, from 1."""
    state = models.CharField(max_length=8, choices={"posted": "posted", "held": "held", "known": "posted before"})
    why = models.TextField(blank=True)

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["file", "number"], name="payment_file_once"),)


class Decision(Owned):
    """What a payment said of a claim, once. `identity` tells it again in whatever file it comes back."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="decisions")
    file = models.ForeignKey(File, models.PROTECT, related_name="decisions", db_index=False)
    identity = models.CharField(max_length=64)
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, related_name="decisions")
    claim_number = models.TextField()
    """As the payer told it."""
    payer_claim_number = models.TextField()
    status = models.CharField(max_length=2)
    charge_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    decided = StructField(tuple[Decided, ...])
    told = StructField(RemittanceClaim, null=True)
    """Kept where no claim of ours was found, so that it can be laid on one later."""
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="decisions")

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "identity"], name="decision_once"),)
        indexes = (models.Index(fields=["practice"], name="decision_unknown", condition=Q(claim=None)),)


class ProviderMove(Owned):
    """Money a payment moved apart from claims (PLB), once."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="moves")
    identity = models.CharField(max_length=64)
    reason = models.CharField(max_length=4)
    reference = models.TextField(blank=True)
    cents = models.BigIntegerField()
    """As the payer signs it: positive lowers the payment."""
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="moves")

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "identity"], name="provider_move_once"),)


LINE_STATES = {
    "open": "matched by the program as soon as it can be",
    "by_hand": "its match was undone: only a person matches it again",
    "aside": "no payment of claims, as a person said",
}


class BankLine(Owned):
    """A line of a bank statement."""

    account = models.TextField()
    line_id = models.TextField()
    day = models.DateField()
    cents = models.BigIntegerField()
    description = models.TextField()
    reference = models.TextField(blank=True)
    file = models.ForeignKey(File, models.PROTECT, related_name="bank_lines", db_index=False)
    state = models.CharField(max_length=8, choices=LINE_STATES, default="open")
    why = models.TextField(blank=True, db_default="")
    """What the person said who undid its match or set it aside."""

    class Meta(Owned.Meta):
        constraints = (models.UniqueConstraint(fields=["practice", "account", "line_id"], name="bank_line_once"),)


_OF_PATIENT = "patient/"


class PatientPayment(Owned):
    """Money from a patient: a copay at the visit, a statement paid, a refund (negative)."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="payments")
    day = models.DateField()
    cents = models.BigIntegerField()
    method = models.CharField(max_length=8)
    reference = models.TextField(blank=True)
    """Number of the check, or of the card's receipt."""
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="patient_payments")

    @property
    def key(self) -> str:
        """The party of `cash_clearing`."""
        return f"{_OF_PATIENT}{self.pk}"

    @staticmethod
    def number_in(key: str) -> int | None:
        """The number in such a key; None for a payer's."""
        number = key.removeprefix(_OF_PATIENT)
        return int(number) if number != key and number.isdecimal() else None


class Deposit(Owned):
    """A payment, of a payer or a patient, seen at the bank."""

    line = models.ForeignKey(BankLine, models.PROTECT, related_name="deposits", db_index=False)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="deposits")
    patient_payment = models.ForeignKey(PatientPayment, models.PROTECT, null=True, related_name="deposits")
    cents = models.BigIntegerField()
    why = models.TextField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="deposits")

    class Meta(Owned.Meta):
        constraints = (
            models.UniqueConstraint(fields=["line", "payment"], name="deposit_once"),
            models.UniqueConstraint(fields=["line", "patient_payment"], name="patient_deposit_once"),
            models.CheckConstraint(
                condition=Q(payment=None, patient_payment__isnull=False)
                | Q(payment__isnull=False, patient_payment=None),
                name="deposit_of_one",
            ),
        )
