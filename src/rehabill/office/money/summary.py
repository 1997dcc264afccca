"""What follows from the journal and is kept beside it, so that a million claims answer at once: what is owed of each
claim and by whom (`Owed`), and each claim's sums. Both can be made anew from the journal, and are checked against it.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import connection

from rehabill.ledger.entry import Entry as Made
from rehabill.office.bulk import insert, update
from rehabill.office.claims.models import Claim
from rehabill.office.money.models import Owed
from rehabill.office.practices.scope import practice_id

RECEIVABLE = frozenset({"insurance_receivable", "patient_receivable"})
CHARGED = frozenset({"charges", "opening"})
ADJUSTED = frozenset({"contractual", "sequestration", "write_off"})
DECIDED_KINDS = frozenset({"charge", "correction", "opening", "remittance"})
"""Kinds of entries that follow from a claim's charges and its payers' decisions; all others stand beside them."""
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


def apply(entries: Sequence[Made]) -> None:
    """Move the summaries as these entries do. Entries of claims we do not know move none."""
    moved = sums(entries)
    claims = claims_by_number(list(moved))
    owed, totals = [], []
    practice = practice_id()
    for number, claim in claims.items():
        of = moved[number]
        opened = sum(of.owed.values())
        totals.append((claim.id, of.charged, of.adjusted, opened, of.charged - of.adjusted - opened))
        for debtor, cents in of.owed.items():
            if cents:
                owed.append((
                    practice, claim.id, *debtor, cents, claim.patient_id, claim.therapist_npi, claim.service_day,
                    claim.sent_on, claim.acted_on,
                ))  # fmt: skip
    update(
        Claim._meta.db_table,
        "charge_cents = charge_cents + c1, adjusted_cents = adjusted_cents + c2, open_cents = open_cents + c3, "
        "paid_cents = paid_cents + c4",
        ("bigint",) * 4,
        totals,
    )
    insert(
        Owed,
        ("practice", "claim", "account", "party", "order", "cents", "patient", "therapist_npi", "service_day",
         "sent_on", "acted_on"),
        owed,
        'ON CONFLICT (claim_id, account, party, "order") DO UPDATE SET cents = money_owed.cents + excluded.cents',
    )  # fmt: skip
    _forget_settled([claim.id for claim in claims.values()])
    beside = [claim.id for number, claim in claims.items() if moved[number].beside]
    if beside:
        Claim.objects.filter(id__in=beside).update(has_beside=True)


class Known(NamedTuple):
    """What `Owed` keeps of a claim."""

    id: int
    patient_id: int
    therapist_npi: str
    service_day: object
    sent_on: object
    acted_on: object


def claims_by_number(numbers: Sequence[str]) -> dict[str, Known]:
    """The practice's claims of these numbers, as far as there are any."""
    found: dict[str, Known] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        rows = (
            Claim.objects.filter(number__in=numbers[start : start + _AT_ONCE])
            .order_by("id")
            .values_list("number", "id", "patient_id", "therapist_npi", "service_day", "sent_on", "acted_on")
        )
        found.update((row[0], Known(*row[1:])) for row in rows)
    return found


def _forget_settled(claims: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DELETE FROM money_owed WHERE cents = 0 AND claim_id = ANY(%s)", [list(claims)])
        else:
            cursor.executemany("DELETE FROM money_owed WHERE cents = 0 AND claim_id = %s", [(n,) for n in claims])
