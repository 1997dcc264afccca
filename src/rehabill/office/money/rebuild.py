"""What follows from the journal, made anew from it: to compare with what is kept beside it, and to put that right."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec
from django.db import connection, transaction
from django.db.models import F, Q, Sum

from rehabill.base.money import dollars
from rehabill.office.claims.models import Claim
from rehabill.office.money.models import Decision, Owed, Posting
from rehabill.office.money.summary import ADJUSTED, CHARGED, RECEIVABLE
from rehabill.office.practices.scope import practice_id

_AT_ONCE = 500
_BESIDE = ("patient_payment", "patient_credit", "opening", "reversal")
"""Kinds of entries that move a line by other money than that of a payer's decision."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Something kept that does not follow from the journal. Cents where it is a sum."""

    what: Literal["balance", "owed", "days", "claim", "line"]
    claim: str
    text: str
    kept_cents: int = 0
    journal_cents: int = 0


def differences() -> Iterator[Difference]:
    """All that is not as the journal says, in the order of how much it matters. Reads the whole journal."""
    yield from _trial()
    yield from _owed()
    yield from _days()
    yield from _claims()
    yield from _lines()


def rebuild() -> None:
    """Make `Owed` and the claims' sums anew."""
    practice = practice_id()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM money_owed WHERE practice_id = %s", [practice])
        cursor.execute(
            'INSERT INTO money_owed (practice_id, claim_id, account, party, "order", cents, patient_id, therapist_npi, '
            "service_day, sent_on, acted_on) SELECT c.practice_id, c.id, o.account, o.party, o.the_order, o.cents, "
            f"c.patient_id, c.therapist_npi, c.service_day, c.sent_on, c.acted_on FROM ({_OWED}) AS o "
            "JOIN claims_claim c ON c.id = o.claim_id WHERE o.cents <> 0",
            [practice],
        )
        cursor.execute(
            "UPDATE claims_claim SET charge_cents = s.charged, adjusted_cents = s.adjusted, open_cents = s.owed, "
            f"paid_cents = s.charged - s.adjusted - s.owed FROM ({_SUMS}) AS s WHERE claims_claim.id = s.claim_id AND "
            "(charge_cents <> s.charged OR adjusted_cents <> s.adjusted OR open_cents <> s.owed)",
            [practice, practice],
        )


def _some(accounts: frozenset[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(accounts))


_OWED = (
    'SELECT c.id AS claim_id, p.account, p.party, p."order" AS the_order, sum(p.cents) AS cents FROM money_posting p '
    "JOIN claims_claim c ON c.practice_id = p.practice_id AND c.number = p.claim "
    f"WHERE p.practice_id = %s AND p.claim <> '' AND p.account IN ({_some(RECEIVABLE)}) "
    'GROUP BY c.id, p.account, p.party, p."order"'
)
_SUMS = (
    "SELECT c.id AS claim_id, coalesce(charged, 0) AS charged, coalesce(adjusted, 0) AS adjusted, "
    "coalesce(owed, 0) AS owed FROM claims_claim c LEFT JOIN (SELECT claim, "
    f"-sum(CASE WHEN account IN ({_some(CHARGED)}) THEN cents ELSE 0 END) AS charged, "
    f"sum(CASE WHEN account IN ({_some(ADJUSTED)}) THEN cents ELSE 0 END) AS adjusted, "
    f"sum(CASE WHEN account IN ({_some(RECEIVABLE)}) THEN cents ELSE 0 END) AS owed "
    "FROM money_posting WHERE practice_id = %s AND claim <> '' GROUP BY claim) AS p "
    "ON p.claim = c.number WHERE c.practice_id = %s"
)
"""Values: the practice twice."""


def _trial() -> Iterator[Difference]:
    cents = Posting.objects.aggregate(of=Sum("cents"))["of"] or 0
    if cents:
        yield Difference(what="balance", claim="", text="all postings together are not zero", journal_cents=cents)


def _owed() -> Iterator[Difference]:
    rows = _rows(
        "SELECT c.number, b.account, b.party, b.kept, b.told FROM ("
        "SELECT claim_id, account, party, the_order, sum(kept) AS kept, sum(told) AS told FROM ("
        f"SELECT claim_id, account, party, the_order, 0 AS kept, cents AS told FROM ({_OWED}) AS journal UNION ALL "
        'SELECT claim_id, account, party, "order", cents, 0 FROM money_owed WHERE practice_id = %s) AS both_sides '
        "GROUP BY claim_id, account, party, the_order HAVING sum(kept) <> sum(told)) AS b "
        "JOIN claims_claim c ON c.id = b.claim_id ORDER BY c.number",
        [practice_id(), practice_id()],
    )
    for number, account, party, kept, told in rows:
        # a patient's number stands in the claim already
        who = party if account == "insurance_receivable" else "the patient"
        yield Difference(
            what="owed", claim=number, text=f"owed by {who}", kept_cents=int(kept), journal_cents=int(told)
        )  # fmt: skip


def _days() -> Iterator[Difference]:
    is_same = Q(
        patient=F("claim__patient"), therapist_npi=F("claim__therapist_npi"), service_day=F("claim__service_day"),
        acted_on=F("claim__acted_on"),
    ) & (Q(sent_on=F("claim__sent_on")) | Q(sent_on=None, claim__sent_on=None))  # fmt: skip
    wrong = Owed.objects.exclude(is_same).order_by("claim__number").values_list("claim__number", flat=True)
    for number in wrong.distinct():
        yield Difference(what="days", claim=number, text="aging has another day, patient or therapist than the claim")


def _claims() -> Iterator[Difference]:
    rows = _rows(
        "SELECT c.number, c.charge_cents, s.charged, c.adjusted_cents, s.adjusted, c.open_cents, s.owed "
        f"FROM claims_claim c JOIN ({_SUMS}) AS s ON s.claim_id = c.id WHERE c.charge_cents <> s.charged "
        "OR c.adjusted_cents <> s.adjusted OR c.open_cents <> s.owed ORDER BY c.number",
        [practice_id(), practice_id()],
    )
    for number, *sums in rows:
        for name, kept, told in zip(("charge", "adjusted", "open"), sums[::2], sums[1::2], strict=True):
            if kept != told:
                yield Difference(
                    what="claim", claim=number, text=name, kept_cents=int(kept), journal_cents=int(told)
                )  # fmt: skip


def _lines() -> Iterator[Difference]:
    """Of every line: charge = paid + adjusted + open. What payers paid on it is taken from their decisions as told, so
    the journal is compared with something other than itself.
    """
    last = 0
    while claims := list(Claim.objects.filter(id__gt=last).order_by("id").values_list("id", "number")[:_AT_ONCE]):
        last = claims[-1][0]
        numbers = dict(claims)
        paid: dict[tuple[str, str], int] = {}
        for claim, decided in Decision.objects.filter(claim__in=numbers).values_list("claim_id", "decided"):
            for one in decided:
                key = (numbers[claim], one.line_id)
                paid[key] = paid.get(key, 0) + one.paid_cents
        moved = _by_line(list(numbers.values()))
        for number, line in sorted(moved.keys() | paid.keys()):
            told, kept = -moved.get((number, line), 0), paid.get((number, line), 0)
            if told != kept:
                text = f"line {line}: charge is not paid + adjusted + open, by {dollars(told - kept)}"
                yield Difference(what="line", claim=number, text=text, kept_cents=kept, journal_cents=told)


def _by_line(numbers: Sequence[str]) -> dict[tuple[str, str], int]:
    """What stands on each line together: but for payers' money every entry comes to zero on it."""
    rows = (
        Posting.objects.filter(claim__in=numbers)
        .exclude(claim="")
        .exclude(line="")
        .exclude(entry__kind__in=_BESIDE)
        .values_list("claim", "line")
        .annotate(of=Sum("cents"))
    )
    return {(claim, line): cents for claim, line, cents in rows if cents}


def _rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall())
