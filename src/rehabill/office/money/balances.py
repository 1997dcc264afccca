"""What stands in the journal now, line by line: what is owed, and what patients have paid ahead."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Min, Q, Sum

from rehabill.engine.post.patient import Owed
from rehabill.ledger.entry import Place
from rehabill.office.claims.models import Claim
from rehabill.office.money.models import Owed as Summary
from rehabill.office.money.models import Posting
from rehabill.office.money.summary import PAID_BY_PATIENTS, RECEIVABLE


def owed_by_patients(numbers: Sequence[str]) -> dict[str, list[Owed]]:
    """What each of the patients owes; negative where too much was paid."""
    found: dict[str, list[Owed]] = defaultdict(list)
    for one in _owed(Q(account="patient_receivable", party__in=numbers)):
        found[one.place.party].append(one)
    return found


def owed_of_claim(number: str) -> list[Owed]:
    """What everybody owes of a claim."""
    return _owed(Q(account__in=RECEIVABLE, claim=number) & ~Q(claim=""))


def credit_of_patients(numbers: Sequence[str]) -> dict[str, dict[str, int]]:
    """What each has paid ahead, in positive cents, by the claim it waits for; under "" what waits for none."""
    rows = Posting.objects.filter(account="patient_credit", party__in=numbers)
    sums = rows.values_list("party", "claim").annotate(of=Sum("cents")).exclude(of=0).order_by("party", "claim")
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for party, claim, cents in sums:
        found[party][claim] = -cents
    return found


def paid_by_patients(numbers: Sequence[str]) -> dict[str, dict[str, int]]:
    """What each has paid of claims, here or as the system used before had it, in cents, by the claim."""
    own = Q(entry__kind__in=PAID_BY_PATIENTS) | Q(entry__kind="opening", cents__lt=0)
    rows = Posting.objects.filter(own, account="patient_receivable", party__in=numbers)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for party, claim, cents in rows.values_list("party", "claim").annotate(of=Sum("cents")).order_by("party", "claim"):
        found[party][claim] = -cents
    return found


def patients_to_settle() -> list[str]:
    """Numbers of those who owe something and have paid ahead, and of those who paid too much of a claim."""
    credits = Posting.objects.filter(account="patient_credit").values("party").annotate(of=Sum("cents"))
    ahead = set(credits.filter(of__lt=0).values_list("party", flat=True))
    owing = Summary.objects.filter(account="patient_receivable")
    owes = set(owing.filter(cents__gt=0).values_list("party", flat=True)) if ahead else set()
    return sorted(ahead & owes | set(owing.filter(cents__lt=0).values_list("party", flat=True)))


def _owed(condition: Q) -> list[Owed]:
    """Days are those of service; of what is no claim of ours, the day it came into the books."""
    rows = Posting.objects.filter(condition).values_list("account", "party", "order", "claim", "line", "reason")
    found = list(
        rows.annotate(of=Sum("cents"), since=Min("entry__day"))
        .exclude(of=0)
        .order_by("account", "order", "claim", "line")
    )
    claims = Claim.objects.filter(number__in={row[3] for row in found})
    days: dict[str, dt.date] = dict(claims.values_list("number", "service_day"))
    return [Owed(Place(*row[:6]), days.get(row[3], row[7]), row[6]) for row in found]
