"""The journal in the database: what is written is whole, and what follows from it follows."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from tests.office.conftest import NOW

from rehabill.ledger.entry import Entry as Made
from rehabill.ledger.entry import Place, entry
from rehabill.office.claims.models import Claim
from rehabill.office.money.journal import write
from rehabill.office.money.models import Close, Entry, Owed, Posting, Seal
from rehabill.office.people.models import Patient
from rehabill.office.practices.models import Practice

DAY = dt.date(2026, 3, 2)


def charge(claim: str = "PT-1", cents: int = 10_000, day: dt.date = DAY) -> Made:
    owed = Place("insurance_receivable", "medicare-b", "P", claim, "L1")
    return entry(day, "charge", claim, {owed: cents, Place("charges", claim=claim, line="L1"): -cents})


@pytest.fixture
def claim(practice: Practice) -> Claim:
    patient = Patient.objects.create(number="EX-001", last="Example")
    return Claim.objects.create(
        number="PT-1", patient=patient, payer="medicare-b", service_day=DAY, acted_on=DAY, therapist_npi="1999999984"
    )


def test_an_entry_moves_what_is_owed_and_the_claims_sums(claim: Claim) -> None:
    paid = {
        Place("cash_clearing", "MEDICARE/1"): 6_000,
        Place("contractual", "medicare-b", "P", "PT-1", "L1", "45"): 2_500,
        Place("patient_receivable", "EX-001", "", "PT-1", "L1"): 1_500,
        Place("insurance_receivable", "medicare-b", "P", "PT-1", "L1"): -10_000,
    }
    write([charge(), entry(DAY, "remittance", "MEDICARE/1", paid)], "test", NOW)
    claim.refresh_from_db()
    assert (claim.charge_cents, claim.paid_cents, claim.adjusted_cents, claim.open_cents) == (
        10_000,
        6_000,
        2_500,
        1_500,
    )
    assert list(Owed.objects.values_list("account", "party", "cents")) == [("patient_receivable", "EX-001", 1_500)]
    assert Posting.objects.aggregate(of=Sum("cents"))["of"] == 0
    assert Entry.objects.count() == Seal.objects.count() == 2


def test_an_unbalanced_or_empty_entry_cannot_be_sealed(claim: Claim) -> None:
    for cents in ([100, -99], []):
        with pytest.raises(IntegrityError, match="does not sum to zero"), transaction.atomic():
            Entry.objects.create(id=77, day=DAY, kind="x", source="x", at=NOW, by="x", seal_id=77)
            for number, each in enumerate(cents, 1):
                Posting.objects.create(
                    entry_id=77, number=number, account="bank", party="", order="", claim="", line="", reason="",
                    cents=each,
                )  # fmt: skip
            Seal.objects.create(id=77)


def test_an_entry_without_a_seal_cannot_be_committed(claim: Claim) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(id=78, day=DAY, kind="x", source="x", at=NOW, by="x", seal_id=78)
        connection.check_constraints()


def test_a_closed_month_takes_no_entry(claim: Claim) -> None:
    Close.objects.create(last_day=dt.date(2026, 3, 31), at=NOW, by="test", balances={})
    with pytest.raises(IntegrityError, match="month is closed"), transaction.atomic():
        write([charge()], "test", NOW)
    write([charge(day=dt.date(2026, 4, 1))], "test", NOW)
