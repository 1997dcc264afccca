"""Tasks of money that is somebody else's: done when it went back, or was used."""

import datetime as dt

from django.db.models import Q, Sum

from rehabill.office.money.models import Posting
from rehabill.office.money.summary import RECEIVABLE
from rehabill.office.worklists.models import Task


def close_paid_back(which: Q, at: dt.datetime) -> None:
    """Of the open tasks that `which` names, those are done of which nothing is left: the insurer's receivable stands
    below zero on no line of the claim, and the patient has nothing paid ahead either. After the journal was written.
    """
    waiting = list(
        Task.objects.filter(which, state="open", action="credit", claim__isnull=False).values_list(
            "id", "claim__number", "claim__patient__number", "payer"
        )
    )
    if not waiting:
        return
    lines = Posting.objects.filter(account__in=RECEIVABLE, claim__in={claim for _, claim, _, _ in waiting})
    sums = lines.exclude(claim="").values_list("claim", "party", "order", "line").annotate(of=Sum("cents"))
    over = {row[:2] for row in sums.filter(of__lt=0)}
    patients = {who for _, _, who, payer in waiting if not payer}
    credit = Posting.objects.filter(account="patient_credit", party__in=patients)
    ahead = set(credit.values("party").annotate(of=Sum("cents")).filter(of__lt=0).values_list("party", flat=True))
    done = [
        id_ for id_, claim, who, payer in waiting if (claim, payer or who) not in over and (payer or who not in ahead)
    ]
    Task.objects.filter(id__in=done).update(state="done", closed_at=at)
