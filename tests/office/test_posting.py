"""Remittances posted into the books, file by file."""

import datetime as dt

import pytest
from django.db.models import Sum
from tests.office.booked import enter
from tests.office.conftest import NOW
from tests.post.test_any_order import as_billed

from rehabill.almanac.load import load
from rehabill.demo.x12_files import remittance_835
from rehabill.edi.remittance_835 import remittances
from rehabill.engine.life_cycle.move import start
from rehabill.model.books import BookedClaim
from rehabill.office.claims.models import Claim, ClaimEvent
from rehabill.office.money.models import Decision, Entry, Owed, Payment, PaymentFile, Posting
from rehabill.office.money.posting.file import FileOutcome, post_file
from rehabill.office.practices.models import Practice
from rehabill.office.worklists.models import Task

pytestmark = pytest.mark.django_db


def post(data: bytes, name: str = "payer.835", **options: bool) -> FileOutcome:
    return post_file(name, data, load(), "test", NOW, **options)


def generated(count: int, seed: int) -> bytes:
    return b"".join(remittance_835(count, seed))


def enter_answered(data: bytes) -> None:
    """The claims that a remittance answers, each once."""
    found: dict[str, BookedClaim] = {}
    for one in remittances(data)[0]:
        for told in one.claims:
            if told.claim_number not in found and told.status != "22":
                found[told.claim_number] = as_billed(told)
    enter(list(found.values()), NOW - dt.timedelta(days=30))


def trial() -> int:
    return Posting.objects.aggregate(of=Sum("cents"))["of"] or 0


def cash() -> int:
    return Posting.objects.filter(account="cash_clearing").aggregate(of=Sum("cents"))["of"] or 0


def test_a_file_is_posted_whole_and_its_cash_is_the_payment(practice: Practice) -> None:
    data = generated(60, 1)
    enter_answered(data)
    outcome = post(data)
    assert outcome.state == "posted"
    assert [one.unknown for one in outcome.payments] == [0]
    assert trial() == 0
    assert cash() == sum(one.amount_cents for one in remittances(data)[0])
    assert sum(claim.open_cents for claim in Claim.objects.all()) == Owed.objects.aggregate(of=Sum("cents"))["of"]


def test_the_same_file_again_changes_nothing_and_says_so(practice: Practice) -> None:
    data = generated(40, 2)
    enter_answered(data)
    post(data)
    before = (Entry.objects.count(), Decision.objects.count(), Task.objects.count(), cash())
    again = post(data, "again.835")
    assert again.state == "seen before"
    assert (Entry.objects.count(), Decision.objects.count(), Task.objects.count(), cash()) == before


def test_a_dry_run_says_the_same_and_keeps_nothing(practice: Practice) -> None:
    data = generated(40, 3)
    enter_answered(data)
    entries = Entry.objects.count()
    dry = post(data, dry_run=True)
    assert (Entry.objects.count(), Payment.objects.count(), Task.objects.count()) == (entries, 0, 0)
    assert post(data).payments == dry.payments


def test_a_file_cut_short_is_held_and_posts_nothing(practice: Practice) -> None:
    data = generated(40, 4)
    enter_answered(data)
    entries = Entry.objects.count()
    outcome = post(data[: len(data) * 2 // 3])
    assert outcome.state == "held"
    assert Entry.objects.count() == entries
    assert Task.objects.get().action == "file_held"
    assert not PaymentFile.objects.exists()


def test_claims_we_do_not_know_wait_in_suspense_to_the_cent(practice: Practice) -> None:
    data = generated(20, 5)
    outcome = post(data)
    assert outcome.payments[0].unknown == outcome.payments[0].posted
    balances = dict(Posting.objects.values_list("account").annotate(Sum("cents")))
    (told,) = remittances(data)[0]
    assert -balances["suspense"] == sum(one.paid_cents for one in told.claims)
    assert Task.objects.filter(action="claim_unknown").count() == len(told.claims)
    assert Decision.objects.filter(claim=None, told=None).count() == 0


def test_an_answer_to_a_claim_never_sent_from_here_is_posted_and_somebody_looks(practice: Practice) -> None:
    data = generated(3, 6)
    enter_answered(data)
    for claim in Claim.objects.all():
        claim.standings = tuple(start(one.order) for one in claim.standings)
        claim.save()
    outcome = post(data)
    assert (outcome.state, outcome.payments[0].unknown) == ("posted", 0)
    assert cash() == sum(one.amount_cents for one in remittances(data)[0])
    assert {task.claim.number for task in Task.objects.filter(action="never_sent")} == {
        claim.number for claim in Claim.objects.all()
    }
    assert all(claim.standings[0].status not in ("draft", "sent") for claim in Claim.objects.all())
    assert ClaimEvent.objects.filter(kind="brought_over").count() == Claim.objects.count()


def test_an_insurer_that_answered_and_owes_nothing_is_done_with(practice: Practice) -> None:
    data = generated(60, 1)
    enter_answered(data)
    post(data)
    for claim in Claim.objects.prefetch_related("owed"):
        owes = {one.order for one in claim.owed.all()}
        for standing in claim.standings:
            if standing.status in ("decided", "denied", "closed"):
                assert (standing.status == "closed") == (standing.order not in owes), claim.number
    assert Claim.objects.filter(insurance="closed").exists()


def test_a_held_file_is_done_when_its_payments_came_in_another(practice: Practice) -> None:
    data = generated(20, 4)
    enter_answered(data)
    cut = data.replace(b"IEA*1*", b"IEA*2*")
    assert post(cut, "cut.835").state == "held"
    task = Task.objects.get(action="file_held")
    assert post(data, "whole.835").state == "posted"
    task.refresh_from_db()
    assert (task.state, task.closed_why) == ("done", "Its payments came in another file.")


def test_a_held_file_stays_open_while_a_payment_of_it_has_not_come(practice: Practice) -> None:
    data = generated(20, 4)
    enter_answered(data)
    post(data.replace(b"IEA*1*", b"IEA*2*").replace(b"*EFT0", b"*EFT9"), "other.835")
    assert post(data, "whole.835").state == "posted"
    assert Task.objects.get(action="file_held").state == "open"
