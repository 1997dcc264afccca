"""Tasks: why, how much, on which claim, until when."""

from django.db import models

from rehabill.office.accounts.models import User
from rehabill.office.claims.models import Claim
from rehabill.office.practices.owned import Owned


class Task(Owned):
    """`action` is a word of `rehabill.model.books.Action`."""

    action = models.CharField(max_length=24)
    state = models.CharField(max_length=8, choices={"open": "open", "done": "done"}, default="open")
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, related_name="tasks")
    line = models.TextField(blank=True)
    payer = models.TextField(blank=True)
    cents = models.BigIntegerField(default=0)
    why = models.TextField()
    carcs = models.TextField(blank=True)
    remarks = models.TextField(blank=True)
    source = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    assignee = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.TextField(blank=True, db_default="")
    closed_why = models.TextField(blank=True, db_default="")
    """What a person did about it; empty where what came later answered it."""

    class Meta(Owned.Meta):
        indexes = (
            models.Index(fields=["practice", "state", "action", "cents"], name="task_by_action"),
            models.Index(fields=["practice", "state", "due_on"], name="task_by_day"),
            models.Index(fields=["practice", "state", "cents"], name="task_by_amount"),
        )
