"""Money for claims that were not known when it came is posted on them, once, as soon as they are in the books."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from django.db.models import Sum
from tests.edi.remit import file_of
from tests.office.booked import enter
from tests.office.conftest import NOW, WEEK
from tests.office.office_cli import run
from tests.post.test_any_order import as_billed

from rehabill.almanac.load import load
from rehabill.cli.practice import read_practice
from rehabill.demo.x12_files import remittance_835
from rehabill.edi.remittance_835 import remittances
from rehabill.ledger.entry import Place, entry
from rehabill.model.books import BookedClaim, BookedLine, BookedPayer
from rehabill.office.claims.models import Claim
from rehabill.office.money.journal import write
from rehabill.office.money.models import Decision, Entry, Owed, Posting
from rehabill.office.money.posting.file import post_file
from rehabill.office.money.posting.paper import post_eob
from rehabill.office.money.posting.waiting import Laid, lay_waiting
from rehabill.office.money.rebuild import differences
from rehabill.office.people.models import Patient
from rehabill.office.practices.models import PayerIdentity, Practice
from rehabill.office.practices.records import save_practice
from rehabill.office.practices.scope import working_in
from rehabill.office.worklists.models import Task

LATER = NOW + dt.timedelta(days=3)
DAY = dt.date(2026, 3, 2)
CLAIM = BookedClaim(
    claim_number="PT-1", patient="EX-1", last_name="Doe", payers=(BookedPayer("medicare-b", "P", "", "MB"),),
    lines=(BookedLine(line_id="PT-1-1", date=DAY, code="97110", modifiers=("GP",), charge_cents=10_000),),
)  # fmt: skip
PAID = ("CLP*PT-1*1*100*60*10*MB*ICN1*11*1", "SVC*HC:97110:GP*100*60**2", "DTM*472*20260302", "CAS*CO*45*30",
        "CAS*PR*2*10")  # fmt: skip
DENIED = ("CLP*PT-1*1*100*0*0*MB*ICN1*11*1", "SVC*HC:97110:GP*100*0**2", "DTM*472*20260302", "CAS*CO*50*100")


def post(data: bytes, name: str = "payer.835") -> None:
    assert post_file(name, data, load(), "test", NOW).state == "posted"


def lay() -> list[Laid]:
    return lay_waiting(load(), "test", LATER)


def standing() -> dict[object, object]:
    """Every balance and where each claim stands."""
    rows = Posting.objects.values_list("account", "party", "order", "claim", "line", "reason").annotate(of=Sum("cents"))
    claims = Claim.objects.values_list("number", "insurance", "owes", "paid", "open_cents", "payer_claim_number")
    tasks = Task.objects.filter(state="open").values_list("claim__number", "action", "cents", "line", "why")
    return {row[:6]: row[6] for row in rows if row[6]} | {row[0]: row[1:] for row in claims} | {"t": sorted(tasks)}


def test_it_is_posted_once_the_claim_is_known(practice: Practice) -> None:
    post(file_of(*PAID, amount="60"))
    assert Task.objects.get().action == "claim_unknown" and lay() == []
    enter([CLAIM], NOW)
    (laid,) = lay()
    assert (laid.claim, laid.trace, laid.paid_cents, laid.is_laid, laid.tasks) == ("PT-1", "CHK1001", 6_000, True, ())
    assert dict(Owed.objects.values_list("party", "cents")) == {"EX-1": 1_000}
    claim = Claim.objects.get()
    assert (claim.owes, claim.paid, claim.open_cents, claim.payer_claim_number) == (
        "patient", "partly_paid", 1_000, "ICN1",
    )  # fmt: skip
    assert not Posting.objects.filter(account="suspense").aggregate(of=Sum("cents"))["of"]
    decision = Decision.objects.get()
    assert decision.claim == claim and decision.told is None and decision.entry.day == LATER.date()
    task = Task.objects.get()
    assert (task.state, task.closed_at, task.closed_by) == ("done", LATER, "test") and "PT-1" in task.closed_why
    assert list(differences()) == []


def test_nothing_is_laid_twice_and_the_file_again_is_known(practice: Practice) -> None:
    data = file_of(*PAID, amount="60")
    post(data)
    enter([CLAIM], NOW)
    lay()
    entries = Entry.objects.count()
    assert lay() == [] and post_file("again.835", data, load(), "test", LATER).state == "seen before"
    assert Entry.objects.count() == entries


def test_a_decision_without_money_is_laid_and_asks_what_it_must(practice: Practice) -> None:
    post(file_of(*DENIED, amount="0"))
    assert not Entry.objects.exists()
    enter([CLAIM], NOW)
    (laid,) = lay()
    assert [task.action for task in laid.tasks] == ["denied"]
    assert list(Task.objects.filter(state="open").values_list("action", "claim__number")) == [("denied", "PT-1")]
    assert Claim.objects.get().insurance == "denied"


def test_a_payer_that_was_not_known_is_learned_from_the_claim(practice: Practice) -> None:
    post(file_of(*PAID, amount="60"))
    assert not PayerIdentity.objects.exists()
    enter([CLAIM], NOW)
    lay()
    assert set(PayerIdentity.objects.values_list("payer", flat=True)) == {"medicare-b"}


@pytest.mark.parametrize("payer", ["medicare-b", "Plain Health"])
def test_what_was_typed_from_paper_is_laid_too(practice: Practice, payer: str) -> None:
    eob = (
        f"payer: {payer}\ncheck: '77'\ndate: 2026-03-20\namount: 60\nclaims:\n- claim: PT-1\n  lines:\n"
        "  - {code: 97110 GP, date: 2026-03-02, units: 2, charge: 100, paid: 60, adjustments: {CO-45: 30, PR-2: 10}}\n"
    )
    assert post_eob("typed.yaml", eob.encode(), load(), "test", NOW).state == "posted"
    enter([CLAIM], NOW)
    assert [(one.claim, one.is_laid) for one in lay()] == [("PT-1", True)]
    assert dict(Owed.objects.values_list("party", "cents")) == {"EX-1": 1_000}
    assert not Task.objects.filter(state="open").exists()


def test_only_what_is_known_is_laid(practice: Practice) -> None:
    other = tuple(one.replace("PT-1", "XX-9").replace("ICN1", "ICN9") for one in PAID)
    post(file_of(*PAID, *other, amount="120"))
    enter([CLAIM], NOW)
    assert [one.claim for one in lay()] == ["PT-1"]
    (waits,) = Decision.objects.filter(claim=None)
    assert waits.claim_number == "XX-9" and waits.told is not None
    (task,) = Task.objects.filter(state="open")
    assert "XX-9" in task.why
    assert Posting.objects.filter(account="suspense").aggregate(of=Sum("cents"))["of"] == -6_000


def test_a_claim_that_none_of_its_payers_decided_goes_on_waiting_until_one_did(practice: Practice) -> None:
    enter([msgspec.structs.replace(CLAIM, payers=(BookedPayer("commercial", "P"),))], NOW)
    PayerIdentity.objects.create(identity="number 12345", payer="medicare-b")
    post(file_of(*PAID, amount="60"))
    assert Task.objects.get().action == "payer_unknown"
    (told,) = lay()
    assert not told.is_laid and "none of the claim's payers" in told.why
    PayerIdentity.objects.all().delete()
    (laid,) = lay()
    assert laid.is_laid and not Task.objects.filter(state="open").exists()
    assert dict(Owed.objects.values_list("party", "cents")) == {"EX-1": 1_000}


def test_money_that_a_person_took_out_of_suspense_is_not_laid(practice: Practice) -> None:
    post(file_of(*PAID, amount="60"))
    place = Posting.objects.get(account="suspense")
    moved = {Place("suspense", place.party, claim="PT-1", reason="unknown"): 6_000, Place("refunds", "X"): -6_000}
    write([entry(NOW.date(), "refund", "by hand", moved)], "test", NOW)
    enter([CLAIM], NOW)
    (told,) = lay()
    assert not told.is_laid and "moved by hand" in told.why
    assert Decision.objects.get().claim is None and Claim.objects.get().paid_cents == 0


def test_a_payment_and_its_reversal_wait_and_are_laid_together(practice: Practice) -> None:
    back = ("CLP*PT-1*22*-100*-60*-10*MB*ICN1*11*1", "SVC*HC:97110:GP*-100*-60**2", "DTM*472*20260302",
            "CAS*CO*45*-30", "CAS*PR*2*-10")  # fmt: skip
    again = tuple(one.replace("*100*60*10", "*100*70*0").replace("*100*60", "*100*70") for one in PAID[:-1])
    post(file_of(*PAID, *back, *again, amount="70"))
    enter([CLAIM], NOW)
    assert [one.is_laid for one in lay()] == [True] * 3
    claim = Claim.objects.get()
    assert (claim.open_cents, claim.paid_cents, claim.adjusted_cents) == (0, 7_000, 3_000)
    assert not Task.objects.filter(state="open").exists() and list(differences()) == []


@pytest.mark.parametrize("seed", [3, 8])
def test_books_end_as_if_the_claims_had_been_known(db: None, seed: int) -> None:
    data = b"".join(remittance_835(40, seed))
    found = {}
    for told in remittances(data)[0][0].claims:
        if told.status != "22":
            found.setdefault(told.claim_number, as_billed(told))
    ends = []
    for slug in ("known", "late"):
        with working_in(save_practice(slug, read_practice(WEEK / "practice.yaml")).id):
            PayerIdentity.objects.create(identity="tax number 999999999", payer="medicare-b")  # for its interest
            if slug == "late":
                post(data)
                enter(list(found.values())[::2], NOW - dt.timedelta(days=30))
                lay()
                enter(list(found.values())[1::2], NOW - dt.timedelta(days=30))
                lay()
                assert not Decision.objects.filter(claim=None).exists()
            else:
                enter(list(found.values()), NOW - dt.timedelta(days=30))
                post(data)
            assert list(differences()) == []
            ends.append(standing())
    assert ends[0] == ends[1]


def test_many_are_laid_in_few_queries(practice: Practice, django_assert_max_num_queries: object) -> None:
    data = b"".join(remittance_835(200, 4))
    post(data)
    claims = {one.claim_number: as_billed(one) for one in remittances(data)[0][0].claims if one.status != "22"}
    enter(list(claims.values()), NOW)
    with django_assert_max_num_queries(120):  # type: ignore[operator]
        assert len(lay()) > 150


def test_opening_balances_take_up_what_came_before_them(practice: Practice, tmp_path: Path) -> None:
    post(file_of(*PAID, amount="60"))
    Patient.objects.create(number="EX-1", last="Doe", first="Ann")
    table = tmp_path / "open.csv"
    table.write_text("claim,patient_id,date,open,payer,code\nPT-1,EX-1,2026-03-02,100,medicare-b,97110\n")
    answer = run("import", "opening", table, "--on", "2026-04-01")
    assert answer.code == 0 and "claim PT-1: $60.00 of payment CHK1001 was posted from suspense" in answer.out
    assert dict(Owed.objects.values_list("party", "cents")) == {"EX-1": 1_000}
    assert run("import", "opening", table).out.strip().endswith("1 there already")


def test_the_verb_lays_what_waits_and_says_so(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "payer.835").write_bytes(file_of(*PAID, amount="60"))
    assert run("post", tmp_path / "payer.835", "--on", "2026-04-02").code == 1
    enter([CLAIM], NOW)
    answer = run("post", "--waiting", "--on", "2026-04-05")
    assert answer.code == 0
    assert "claim PT-1: $60.00 of payment" in answer.out
    assert Decision.objects.get().claim is not None
    assert run("post", "--waiting").out == ""
    assert run("post").code == 2
