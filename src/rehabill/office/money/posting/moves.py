"""Money a payment moves apart from claims (PLB), each once."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Sum

from rehabill.engine.post.payment import Payment as Key
from rehabill.engine.post.provider import claim_named, numbers_named, place_of, post_provider_adjustment
from rehabill.model.books import PostingTask
from rehabill.model.remittance import Remittance
from rehabill.office.bulk import among
from rehabill.office.claims.models import Claim
from rehabill.office.money import journal
from rehabill.office.money.models import Payment, Posting, ProviderMove
from rehabill.office.money.posting.claims import numbered
from rehabill.office.worklists.tasks import open_tasks


def post_moves(
    told: Remittance, parts: Sequence[str], payment: Payment, key: Key, by: str, at: dt.datetime
) -> tuple[int, int, list[PostingTask]]:
    """How many were new, their cents as told, and what a person must look at."""
    known = set(ProviderMove.objects.filter(identity__in=among("text", parts)).values_list("identity", flat=True))
    posted = cents = 0
    tasks: list[PostingTask] = []
    for number, (one, part) in enumerate(zip(told.provider_adjustments, parts, strict=True), 1):
        if part in known:
            continue
        claim = claim_named(one, numbered(numbers_named(one)))
        place = place_of(one, key, claim)
        standing = Posting.objects.filter(
            account=place.account, party=place.party, claim=place.claim, reason=place.reason
        ).aggregate(of=Sum("cents"))["of"]
        made, task = post_provider_adjustment(one, number, key, claim, standing or 0)
        ids = journal.write([made], by, at) if made else [None]
        ProviderMove.objects.create(
            payment=payment, identity=part, reason=one.reason, reference=one.reference, cents=one.cents, entry_id=ids[0]
        )
        if task:
            tasks.append(task)
            ours = Claim.objects.filter(number=claim).values_list("id", flat=True).first() if claim else None
            open_tasks([(task, ours)], key.key, at)
        posted += 1
        cents += one.cents
    return posted, cents, tasks
