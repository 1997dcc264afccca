"""What follows from the journal and is kept beside it, so that a million claims answer at once: what is owed of each
claim and by whom (`Owed`), and each claim's sums. Both can be made anew from the journal, and are checked against it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rehabill.ledger.entry import Entry as Made
from rehabill.office.bulk import among, delete, insert, update
from rehabill.office.claims.models import Claim
from rehabill.office.money.models import Owed
from rehabill.office.practices.scope import practice_id

RECEIVABLE = frozenset({"insurance_receivable", "patient_receivable"})
CHARGED = frozenset({"charges", "opening"})
ADJUSTED = frozenset({"contractual", "sequestration", "write_off"})
DECIDED_KINDS = frozenset({"charge", "correction", "opening", "remittance"})
"""Kinds of entries that follow from a claim's charges and its payers' decisions; all others stand beside them."""
PAID_BY_PATIENTS = frozenset({"patient_payment", "patient_credit", "refund"})
"""Kinds of entries that move a patient's own money."""
_AT_ONCE = 500


class Debtor(NamedTuple):
    """Who owes a claim: the key of `Owed` within a claim."""

    account: str
    party: str
    order: str


class Sums:
    """What some entries do to one claim."""

    __slots__ = ("adjusted", "beside", "charged", "owed")

    def __init__(self) -> None:
        self.charged = 0
        self.adjusted = 0
        self.owed: dict[Debtor, int] = {}
        self.beside = False


def sums(entries: Iterable[Made]) -> dict[str, Sums]:
    """By claim number."""
    found: dict[str, Sums] = {}
    for one in entries:
        for posting in one.postings:
            place = posting.place
            if not place.claim:
                continue
            of = found.get(place.claim)
            if of is None:
                of = found[place.claim] = Sums()
            if place.account in RECEIVABLE:
                debtor = Debtor(place.account, place.party, place.order)
                of.owed[debtor] = of.owed.get(debtor, 0) + posting.cents
                of.beside = of.beside or one.kind not in DECIDED_KINDS
            elif place.account in CHARGED:
                of.charged -= posting.cents
            elif place.account in ADJUSTED:
                of.adjusted += posting.cents
    return found


class Known(NamedTuple):
    """What `Owed` keeps of a claim."""

    id: int
    patient_id: int
    therapist_npi: str
    service_day: object
    sent_on: object


def apply(entries: Sequence[Made], day: dt.date) -> None:
    """Move the summaries as these entries do, written that day. Entries of claims we do not know move none."""
    moved = sums(entries)
    claims = claims_by_number(list(moved))
    totals = []
    for number, claim in claims.items():
        of = moved[number]
        opened = sum(of.owed.values())
        totals.append((claim.id, of.charged, of.adjusted, opened, of.charged - of.adjusted - opened, day))
    # First the claims: whoever else writes about one of them waits here, so what is owed can be read and written back.
    update(
        Claim._meta.db_table,
        "charge_cents = charge_cents + c1, adjusted_cents = adjusted_cents + c2, open_cents = open_cents + c3, "
        "paid_cents = paid_cents + c4, acted_on = c5",
        ("bigint", "bigint", "bigint", "bigint", "date"),
        totals,
    )
    _owe([(claim, moved[number].owed) for number, claim in claims.items()], day)
    beside = [claim.id for number, claim in claims.items() if moved[number].beside]
    if beside:
        Claim.objects.filter(id__in=beside).update(has_beside=True)


def _owe(moves: Sequence[tuple[Known, dict[Debtor, int]]], day: dt.date) -> None:
    """What is owed now of these claims: rows made, changed, and deleted where nothing is."""
    known: dict[int, dict[Debtor, tuple[int, int, dt.date]]] = {}
    ids = [claim.id for claim, _ in moves]
    for start in range(0, len(ids), _AT_ONCE):
        rows = Owed.objects.filter(claim__in=among("bigint", ids[start : start + _AT_ONCE]))
        names = ("claim_id", "account", "party", "order", "id", "cents", "acted_on")
        for claim_id, account, party, order, *row in rows.values_list(*names):
            known.setdefault(claim_id, {})[Debtor(account, party, order)] = tuple(row)
    new, changed, settled = [], [], []
    practice = practice_id()
    for claim, owed in moves:
        before = known.get(claim.id, {})
        for debtor, (id_, cents, acted_on) in before.items():
            now = cents + owed.get(debtor, 0)
            if not now:
                settled.append(id_)
            elif (now, day) != (cents, acted_on):
                changed.append((id_, now, day))
        new += [
            (practice, claim.id, *debtor, cents, claim.patient_id, claim.therapist_npi, claim.service_day,
             claim.sent_on, day)
            for debtor, cents in owed.items() if cents and debtor not in before
        ]  # fmt: skip
    delete(Owed, settled)
    update(Owed._meta.db_table, "cents = c1, acted_on = c2", ("bigint", "date"), changed)
    insert(
        Owed,
        ("practice", "claim", "account", "party", "order", "cents", "patient", "therapist_npi", "service_day",
         "sent_on", "acted_on"),
        new,
    )  # fmt: skip


def claims_by_number(numbers: Sequence[str]) -> dict[str, Known]:
    """The practice's claims of these numbers, as far as there are any."""
    found: dict[str, Known] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        rows = (
            Claim.objects.filter(number__in=among("text", numbers[start : start + _AT_ONCE]))
            .order_by("id")
            .values_list("number", "id", "patient_id", "therapist_npi", "service_day", "sent_on")
        )
        found.update((row[0], Known(*row[1:])) for row in rows)
    return found
