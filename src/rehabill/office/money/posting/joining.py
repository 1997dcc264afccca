"""Insurers that answer a claim and are not named on it: the patient's policy with them tells in whose turn."""

from collections.abc import Sequence

from django.db.models import Q

from rehabill.base.errors import InputError
from rehabill.engine.post.payers import joining, payer_in_turn
from rehabill.engine.post.payment import Payment as Key
from rehabill.engine.post.tasks import PREDETERMINATION
from rehabill.model.books import BookedPayer
from rehabill.model.remittance import RemittanceClaim
from rehabill.office.claims.models import Claim
from rehabill.office.claims.versions import join
from rehabill.office.coverage.models import Policy
from rehabill.office.money.posting.claims import Found, Ours, find
from rehabill.office.money.posting.desk import Desk
from rehabill.office.practices.models import PayerEnrolment


def find_and_join(told: Sequence[RemittanceClaim], payment: Key, desk: Desk) -> Found:
    """`find`; a claim that none of its payers has decided gets the one that did, where a policy says who that is."""
    found = find(told)
    strange = [
        (one, ours)
        for one, ours in zip(told, found, strict=True)
        if ours and one.status != PREDETERMINATION and payer_in_turn(one, payment, ours.booked) is None
    ]
    joined = [_join(one, ours, payment, desk) for one, ours in strange]
    return find(told) if any(joined) else found


def _join(told: RemittanceClaim, ours: Ours, payment: Key, desk: Desk) -> bool:
    day = ours.booked.lines[0].date
    in_force = (Q(starts=None) | Q(starts__lte=day)) & (Q(ends=None) | Q(ends__gte=day))
    rows = Policy.objects.filter(in_force, patient=ours.patient).exclude(order="P").order_by("-starts", "-id")
    names = dict(PayerEnrolment.objects.values_list("payer", "name"))
    others = [BookedPayer(payer, order, names.get(payer, "")) for order, payer in rows.values_list("order", "payer")]
    payer = joining(told, payment, ours.booked, others)
    claim = Claim.objects.get(id=ours.id)
    if payer is None or any(one.order == payer.order for one in claim.standings):  # another of this batch joined it
        return False
    why = f"{payer.payer} answered it with payment {payment.key}; the patient's policy says it pays in this turn."
    try:
        join(claim, payer, why, desk.by, desk.at, desk.day)
    except InputError:  # brought over from another system: what it owed was told there
        return False
    return True
