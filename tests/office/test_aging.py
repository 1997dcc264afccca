"""Aging: what is owed stands in the right column, whoever is asked, and as of whatever day."""

import datetime as dt
from collections import Counter
from random import Random

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.office.builders import DAY, THERAPIST, claim, move, owed, owed_by_patient, pay

from rehabill.base.errors import InputError
from rehabill.ledger.entry import Place
from rehabill.office.claims.models import Claim
from rehabill.office.money.aging import BUCKETS, Aging, Basis, By, Query, aging, claims_in
from rehabill.office.money.models import Posting
from rehabill.office.practices.models import Practice

TODAY = dt.date(2026, 6, 30)


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def now(basis: Basis = "service", **more: str) -> Query:
    return Query(as_of=TODAY, today=TODAY, basis=basis, **more)  # type: ignore[arg-type]


def told(found: Aging) -> dict[tuple[str, str], tuple[int, ...]]:
    """(who owes, key) → the buckets, unsent, credit, total."""
    return {
        (part.owed_by, one.key): (*one.buckets, one.unsent_cents, one.credit_cents, one.total_cents)
        for part in found.parts
        for one in part.rows
    }


def test_every_day_stands_in_its_column(practice: Practice) -> None:
    for at, (days, cents) in enumerate([(0, 1), (30, 2), (31, 4), (60, 8), (61, 16), (90, 32), (91, 64), (120, 128),
                                        (121, 256), (500, 512)]):  # fmt: skip
        claim(f"C{at}", day=ago(days), cents=cents)
    assert told(aging("payer", now())) == {("insurers", "medicare-b"): (3, 12, 48, 192, 768, 0, 0, 1023)}


def test_a_day_to_come_counts_among_the_youngest(practice: Practice) -> None:
    claim("C1", day=TODAY + dt.timedelta(days=9), cents=5)
    assert told(aging("payer", now())) == {("insurers", "medicare-b"): (5, 0, 0, 0, 0, 0, 0, 5)}
    (one,) = claims_in("0-30", now())
    assert one.age_days == 0


def test_insurers_and_patients_are_told_apart_and_credits_lower_no_column(practice: Practice) -> None:
    claim("C1", day=ago(40))
    pay("C1", 6_000, ago(10), contract=2_500, patient_part=1_500)
    claim("C2", day=ago(40), cents=8_000)
    claim("C3", day=ago(100), cents=5_000)
    pay("C3", 7_000, ago(10))
    found = aging("payer", now())
    assert told(found) == {
        ("insurers", "medicare-b"): (0, 8_000, 0, 0, 0, 0, -2_000, 6_000),
        ("patients", ""): (0, 1_500, 0, 0, 0, 0, 0, 1_500),
    }
    assert found.total.total_cents == 7_500
    assert [one.claim for one in claims_in("credit", now())] == ["C3"]


def test_by_submission_what_was_never_sent_has_no_age(practice: Practice) -> None:
    claim("C1", day=ago(100), sent=ago(5))
    claim("C2", day=ago(100))
    assert told(aging("payer", now("submitted"))) == {
        ("insurers", "medicare-b"): (10_000, 0, 0, 0, 0, 10_000, 0, 20_000)
    }
    (unsent,) = claims_in("unsent", now("submitted"))
    assert (unsent.claim, unsent.day, unsent.age_days) == ("C2", None, None)


def test_names_are_those_of_payers_therapists_and_patients(practice: Practice) -> None:
    claim("C1", day=ago(3))
    rows = {by: aging(by, now()).parts[0].rows[0] for by in ("payer", "provider", "patient")}
    assert {by: (row.key, row.name) for by, row in rows.items()} == {
        "payer": ("medicare-b", "Example Medicare Contractor"),
        "provider": (THERAPIST, "Sample, Pat"),
        "patient": ("EX-001", "Of EX-001, Pat"),
    }


def test_the_largest_are_shown_and_the_sum_is_of_all(practice: Practice) -> None:
    for number in range(7):
        claim(f"C{number}", patient=f"P{number}", cents=1_000 + number)
    part = aging("patient", now(), limit=3).parts[0]
    assert [one.key for one in part.rows] == ["P6", "P5", "P4"]
    assert (part.count, part.total.total_cents) == (7, 7_021)


def test_claims_of_a_column_come_oldest_first(practice: Practice) -> None:
    for number in range(6):
        claim(f"C{number}", day=ago(61 + number), cents=100)
    assert [one.claim for one in claims_in("61-90", now(), limit=4)] == ["C5", "C4", "C3", "C2"]


def test_narrowed_to_one_payer_patient_or_therapist(practice: Practice) -> None:
    claim("C1", patient="A", day=ago(5), cents=100)
    claim("C2", patient="B", payer="commercial", therapist="1999999976", day=ago(5), cents=200)
    for narrowed in (now(payer="commercial"), now(patient="B"), now(provider="1999999976")):
        assert [one.claim for one in claims_in("0-30", narrowed)] == ["C2"]
        assert aging("payer", narrowed).total.total_cents == 200


def test_what_cannot_be_answered_is_refused(practice: Practice) -> None:
    with pytest.raises(InputError, match="only as it is now"):
        aging("payer", Query(as_of=ago(1), today=TODAY, basis="action"))
    with pytest.raises(InputError, match="no bucket"):
        claims_in("30-60", now())
    with pytest.raises(InputError, match="no patient"):
        aging("payer", now(patient="NOBODY"))


def test_the_number_of_queries_does_not_grow(
    practice: Practice, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        claim(f"C{number}", patient=f"P{number % 9}", payer=f"payer-{number % 5}", day=ago(number * 4))
    for by in ("payer", "patient", "provider"):
        with django_assert_max_num_queries(3):
            aging(by, now())
    with django_assert_max_num_queries(1):
        claims_in("61-90", now())


def scatter(chance: Random, count: int) -> None:
    """Claims of all kinds, on some of which money came, too little or too much."""
    payers, patients = ["medicare-b", "commercial", "plan-a"], ["A", "B", "C", "D"]
    for at in range(count):
        number, payer, patient = f"C{at}", chance.choice(payers), chance.choice(patients)
        day = ago(chance.randrange(200))
        sent = day + dt.timedelta(days=chance.randrange(5)) if chance.random() < 0.8 else None
        cents = chance.randrange(1_000, 20_000)
        claim(number, patient=patient, payer=payer, day=day, sent=sent, cents=cents,
              therapist=chance.choice([THERAPIST, "1999999976"]))  # fmt: skip
        for _ in range(chance.randrange(3)):
            part = chance.randrange(cents)
            later = min(day + dt.timedelta(days=chance.randrange(90)), TODAY)
            pay(number, part // 2, later, payer=payer, contract=part // 4, patient_part=part // 8, patient=patient)


def expected(by: By, basis: Basis, as_of: dt.date) -> dict[tuple[str, str], tuple[int, ...]]:
    """The same, added up posting by posting in plain words."""
    balances: Counter[tuple[str, str, str, str]] = Counter()
    for one in Posting.objects.select_related("entry"):
        if one.account.endswith("_receivable") and one.entry.day <= as_of:
            balances[one.claim, one.account, one.party, one.order] += one.cents
    found: dict[tuple[str, str], list[int]] = {}
    claims = {one.number: one for one in Claim.objects.select_related("patient")}
    for (number, account, party, _), cents in balances.items():
        of = claims[number]
        is_insurer = account == "insurance_receivable"
        keys = {"payer": party if is_insurer else "", "patient": of.patient.number, "provider": of.therapist_npi}
        row = found.setdefault(("insurers" if is_insurer else "patients", keys[by]), [0] * 8)
        day = {"service": of.service_day, "submitted": of.sent_on, "action": of.acted_on}[basis]
        if cents < 0:
            row[6] += cents
        elif day is None:
            row[5] += cents
        else:
            age = (as_of - day).days
            row[0 if age <= 30 else 1 if age <= 60 else 2 if age <= 90 else 3 if age <= 120 else 4] += cents
        row[7] += cents
    return {key: tuple(row) for key, row in found.items() if any(row)}


@pytest.mark.parametrize("seed", range(3))
def test_random_books_age_as_when_added_up_by_hand(practice: Practice, seed: int) -> None:
    scatter(Random(seed), 40)
    by: By
    basis: Basis
    for by in ("payer", "patient", "provider"):
        for basis in ("service", "submitted", "action"):
            assert told(aging(by, now(basis))) == expected(by, basis, TODAY)
        for days in (1, 45, 120):
            past = Query(as_of=ago(days), today=TODAY)
            assert told(aging(by, past)) == expected(by, "service", ago(days))
    for bucket in BUCKETS:
        column = sum(one.buckets[BUCKETS.index(bucket)] for part in aging("payer", now()).parts for one in part.rows)
        assert sum(one.cents for one in claims_in(bucket, now(), limit=1_000)) == column


def test_a_past_day_knows_nothing_of_what_came_later(practice: Practice) -> None:
    claim("C1", day=ago(50))
    pay("C1", 10_000, ago(5))
    assert told(aging("payer", now())) == {}
    past = Query(as_of=ago(6), today=TODAY)
    assert told(aging("payer", past)) == {("insurers", "medicare-b"): (0, 10_000, 0, 0, 0, 0, 0, 10_000)}
    assert [one.cents for one in claims_in("31-60", past)] == [10_000]


def test_a_transfer_moves_what_is_owed_from_insurer_to_patient(practice: Practice) -> None:
    claim("C1", day=DAY)
    move("person", {owed("C1"): -10_000, owed_by_patient("C1"): 10_000}, ago(2), "transfer")
    move("X/1", {Place("cash_clearing", "X/1"): 4_000, owed_by_patient("C1"): -4_000}, ago(1), "patient_payment")
    assert told(aging("payer", now())) == {("patients", ""): (0, 0, 0, 6_000, 0, 0, 0, 6_000)}
