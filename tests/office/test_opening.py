"""A practice moves from another system: what is owed there is owed here, and what payers still say of it is posted."""

import datetime as dt
from pathlib import Path

import pytest
from django.db.models import Sum
from tests.edi.remit import file_of
from tests.office.booked import enter
from tests.office.conftest import NOW
from tests.office.office_cli import Answer, run
from tests.post.books import ONE_PAYER

from rehabill.almanac.load import load
from rehabill.office.claims.models import Claim, ClaimVersion
from rehabill.office.exchange.models import File
from rehabill.office.money.models import Close, Decision, Entry, Owed, Posting
from rehabill.office.money.posting.file import post_file
from rehabill.office.money.rebuild import differences
from rehabill.office.people.models import Patient
from rehabill.office.practices.models import Practice
from rehabill.office.worklists.models import Task

HEAD = "claim,patient_id,date,open,payer,order,owed_by,code,line,charge\n"
TWO_LINES = """OLD-1,EX-1,3/2/2026,$100.00,medicare-b,,,97110,LINE-1,
OLD-1,EX-1,3/2/2026,50,medicare-b,,payer,97140,LINE-2,
"""
SHARED = """OLD-2,EX-1,2026-02-02,20.00,medicare-b,P,patient,97110,,100
OLD-2,EX-1,2026-02-02,12.60,commercial,secondary,payer,97110,,100
OLD-3,EX-2,2026-02-02,35.00,,,,,,
OLD-4,EX-2,2026-02-02,-5.00,,,,,,
"""
PAID = (
    "CLP*OLD-1*1*150*126*24*MB*ICN1*11*1", "NM1*QC*1*OF EX-1*ANN****MI*1EG4TE5MK73",
    "SVC*HC:97110:GP*100*84**2", "DTM*472*20260302", "CAS*PR*2*16", "REF*6R*LINE-1",
    "SVC*HC:97140:GP*50*42**1", "DTM*472*20260302", "CAS*PR*2*8", "REF*6R*LINE-2",
)  # fmt: skip


@pytest.fixture(autouse=True)
def patients(practice: Practice) -> None:
    for number in ("EX-1", "EX-2"):
        Patient.objects.create(number=number, last=f"Of {number}", first="Ann")


def bring(path: Path, text: str, *options: object) -> Answer:
    path.write_text(HEAD + text)
    return run("import", "opening", path, "--on", "2026-04-01", *options)


def owed() -> dict[tuple[str, str], int]:
    return {row[:2]: row[2] for row in Owed.objects.values_list("claim__number", "party", "cents")}


def trial() -> dict[str, int]:
    sums = Posting.objects.values_list("account").annotate(of=Sum("cents"))
    return {account: cents for account, cents in sums if cents}


def post(*body: str, amount: str, name: str = "payer.835") -> None:
    assert post_file(name, file_of(*body, amount=amount), load(), "test", NOW).state == "posted"


def test_what_was_owed_there_is_owed_here_and_comes_to_zero(tmp_path: Path) -> None:
    answer = bring(tmp_path / "open.csv", TWO_LINES + SHARED)
    assert answer.code == 0 and "6 balances: 6 new" in answer.out
    assert owed() == {
        ("OLD-1", "medicare-b"): 15_000, ("OLD-2", "EX-1"): 2_000, ("OLD-2", "commercial"): 1_260,
        ("OLD-3", "EX-2"): 3_500, ("OLD-4", "EX-2"): -500,
    }  # fmt: skip
    assert trial() == {"insurance_receivable": 16_260, "patient_receivable": 5_000, "opening": -21_260}
    assert set(Entry.objects.values_list("kind", "day")) == {("opening", dt.date(2026, 4, 1))}
    assert list(differences()) == []


def test_where_each_claim_stands(tmp_path: Path) -> None:
    bring(tmp_path / "open.csv", TWO_LINES + SHARED)
    found = {
        one.number: ([(each.order, each.status) for each in one.standings], one.insurance, one.owes)
        for one in Claim.objects.all()
    }
    assert found == {
        "OLD-1": ([("P", "sent")], "sent", "first"),
        "OLD-2": ([("P", "closed"), ("S", "sent")], "sent", "second"),
        "OLD-3": ([], "closed", "patient"),
        "OLD-4": ([], "closed", "practice"),
    }
    events = list(Claim.objects.get(number="OLD-2").events.order_by("id").values_list("kind", flat=True))
    assert events == ["opened", "brought_over", "closed", "brought_over"]


def test_a_second_insurer_waits_for_the_first(tmp_path: Path) -> None:
    bring(tmp_path / "o.csv", "O,EX-1,2026-02-02,9,medicare-b,,,97110,,\nO,EX-1,2026-02-02,0,commercial,S,,97110,,\n")
    assert [(one.order, one.status) for one in Claim.objects.get().standings] == [("P", "sent"), ("S", "waiting")]


def test_a_later_835_posts_on_it_and_the_patient_pays_the_rest(tmp_path: Path) -> None:
    bring(tmp_path / "open.csv", TWO_LINES)
    before = trial()
    post(*PAID, amount="126")
    assert owed() == {("OLD-1", "EX-1"): 2_400}
    claim = Claim.objects.get()
    assert (claim.insurance, claim.owes, claim.paid, claim.payer_claim_number) == (
        "closed", "patient", "partly_paid", "ICN1",
    )  # fmt: skip
    assert not Task.objects.exists() and sum(before.values()) == sum(trial().values()) == 0
    assert trial() == {"patient_receivable": 2_400, "cash_clearing": 12_600, "opening": -15_000}
    assert list(differences()) == []


def test_a_later_835_that_pays_all_brings_it_to_zero(tmp_path: Path) -> None:
    bring(tmp_path / "open.csv", "OLD-9,EX-1,3/2/2026,100,medicare-b,,,,,\n")
    post("CLP*OLD-9*1*100*100*0*MB*ICN9*11*1", "SVC*HC:97110:GP*100*100**2", "DTM*472*20260302", amount="100")
    claim = Claim.objects.get()
    assert (claim.open_cents, claim.paid_cents, claim.paid, claim.owes) == (0, 10_000, "paid", "nobody")
    assert owed() == {} and trial() == {"cash_clearing": 10_000, "opening": -10_000}
    assert not Task.objects.exists() and list(differences()) == []


@pytest.mark.parametrize("number", ["OLD-1", "old 1", "SOMETHING-ELSE"])
def test_it_is_found_by_its_number_written_another_way_or_by_patient_and_day(tmp_path: Path, number: str) -> None:
    bring(tmp_path / "open.csv", TWO_LINES)
    post(PAID[0].replace("OLD-1", number), *PAID[1:], amount="126")
    assert owed() == {("OLD-1", "EX-1"): 2_400} and not Decision.objects.filter(claim=None).exists()


def test_it_is_found_by_the_payers_number_once_that_is_known(tmp_path: Path) -> None:
    bring(tmp_path / "open.csv", TWO_LINES)
    post(*PAID, amount="126")
    back = ("CLP*WRONG*22*-150*-126*-24*MB*ICN1*11*1", "SVC*HC:97110:GP*-100*-84**2", "CAS*PR*2*-16",
            "SVC*HC:97140:GP*-50*-42**1", "CAS*PR*2*-8")  # fmt: skip
    data = file_of(*back, amount="126", bpr="BPR*I*{amount}*D*CHK************20260401").replace(b"CHK1001", b"CHK1002")
    outcome = post_file("back.835", data, load(), "test", NOW)
    assert outcome.state == "posted", outcome.held
    assert owed() == {("OLD-1", "medicare-b"): 15_000}
    assert Claim.objects.get().insurance == "reversed"


def test_the_same_file_twice_does_nothing(tmp_path: Path) -> None:
    bring(tmp_path / "open.csv", TWO_LINES + SHARED)
    before = (Entry.objects.count(), Claim.objects.count(), ClaimVersion.objects.count(), File.objects.count(), owed())
    post(*PAID, amount="126")
    entries = Entry.objects.count()
    again = bring(tmp_path / "again.csv", TWO_LINES + SHARED)
    assert again.code == 0 and "6 balances: 6 there already" in again.out
    assert Entry.objects.count() == entries == before[0] + 1
    assert (Claim.objects.count(), ClaimVersion.objects.count()) == before[1:3]
    assert File.objects.filter(kind="OPENING").count() == 1


def test_other_figures_for_a_claim_that_is_there_are_refused(tmp_path: Path) -> None:
    bring(tmp_path / "open.csv", TWO_LINES)
    other = bring(tmp_path / "other.csv", TWO_LINES.replace("$100.00", "$90.00") + SHARED, "--json")
    assert other.code == 1
    assert [row["what"] for row in other.rows] == ["refused"] * 2 + ["new"] * 4
    assert "differs" in other.rows[0]["why"] and owed()["OLD-1", "medicare-b"] == 15_000


def test_payer_and_patient_together_do_not_owe_more_than_was_charged(tmp_path: Path) -> None:
    line = "OLD-2,EX-1,2026-02-02,{},medicare-b,P,{},97110,,100\n"
    rows = line.format("20", "patient") + line.format("{}", "payer")
    wrong = bring(tmp_path / "open.csv", rows.format("80.01"))
    assert wrong.code == 3 and "$100.01 is open of this line, but only $100.00 was charged" in wrong.err and not owed()
    assert bring(tmp_path / "open.csv", rows.format("80.00")).code == 0


def test_what_was_taken_back_is_brought_over_again_with_other_figures(tmp_path: Path) -> None:
    bring(tmp_path / "open.csv", TWO_LINES)
    number = Entry.objects.get().pk
    assert run("ledger", "reverse", number, "--why", "mistyped").code == 0 and not owed()
    same = bring(tmp_path / "open.csv", TWO_LINES)
    assert "2 there already" in same.out and not owed()
    other = TWO_LINES.replace("$100.00", "$84.00").replace("EX-1", "EX-2") + SHARED.replace("OLD-2,EX-1", "OLD-2,EX-2")
    answer = bring(tmp_path / "other.csv", other)
    assert answer.code == 0 and "6 balances: 4 new, 2 replaced" in answer.out
    assert owed()["OLD-1", "medicare-b"] == 13_400
    claim = Claim.objects.get(number="OLD-1")
    assert (claim.version, claim.patient.number, claim.insurance, claim.charge_cents) == (2, "EX-2", "sent", 13_400)
    assert (
        "2 there already"
        in bring(tmp_path / "again.csv", TWO_LINES.replace("$100.00", "$84.00").replace("EX-1", "EX-2")).out
    )
    assert run("ledger", "--check").code == 0
    assert run("claim", "timeline", "OLD-1").code == 0
    assert trial()["opening"] == -sum(owed().values())


def test_what_a_payer_has_answered_is_not_brought_over_again(tmp_path: Path) -> None:
    bring(tmp_path / "open.csv", TWO_LINES)
    post(*PAID, amount="126")
    for number in Entry.objects.order_by("-id").values_list("id", flat=True):
        run("ledger", "reverse", number, "--why", "all wrong")
    answer = bring(tmp_path / "other.csv", TWO_LINES.replace("$100.00", "$90.00"))
    assert answer.code == 1 and "2 refused" in answer.out and Claim.objects.get(number="OLD-1").version == 1


def test_books_do_not_begin_on_a_day_that_has_not_come(tmp_path: Path) -> None:
    (tmp_path / "open.csv").write_text(HEAD + TWO_LINES)
    answer = run("import", "opening", tmp_path / "open.csv", "--on", "2999-01-01")
    assert answer.code == 3 and "2999-01-01 has not come yet" in answer.err and not Claim.objects.exists()


def test_a_claim_that_was_billed_here_is_not_brought_over(tmp_path: Path) -> None:
    enter([ONE_PAYER], NOW)
    answer = bring(tmp_path / "open.csv", "PT-1,EX-1,2026-03-02,100,medicare-b,,,97110,,\n")
    assert answer.code == 1 and "billed here" in answer.out and trial()["insurance_receivable"] == 23_000


@pytest.mark.parametrize(
    ("row", "path", "message"),
    [
        ("OLD-1,EX-1,03-02-2026,5,medicare-b,,,97110,,", "row 3: date", "is no date"),
        ("OLD-1,EX-2,2026-03-02,5,medicare-b,,,97140,,", "row 3: patient_id", "another patient of this claim"),
        ("OLD-1,EX-1,2026-03-02,5,medicare-b,,,97530000X,,", "row 3: code", "too long"),
    ],
)
def test_a_claim_comes_whole_or_not_at_all_and_the_others_go_on(
    tmp_path: Path, row: str, path: str, message: str
) -> None:
    first = "OLD-1,EX-1,2026-03-02,100,medicare-b,,,97110,,\n"
    answer = bring(tmp_path / "open.csv", f"{first}{row}\nOLD-3,EX-2,2026-02-02,35.00,,,,,,\n", "--json")
    assert answer.code == 3 and owed() == {("OLD-3", "EX-2"): 3_500}
    held, wrong, good = answer.rows
    assert (wrong["error"]["path"], wrong["error"]["line"]) == (path, 3) and message in wrong["error"]["message"]
    assert held["error"]["path"] == "row 2" and "row 3" in held["error"]["message"] and good["what"] == "new"
    mended = bring(tmp_path / "mended.csv", f"{first}OLD-3,EX-2,2026-02-02,35.00,,,,,,\n")
    assert mended.code == 0 and "1 new, 1 there already" in mended.out


@pytest.mark.parametrize(
    ("row", "path"),
    [
        ("OLD-1,NOBODY,2026-03-02,5,medicare-b,,,97110,,", "row 2: patient_id"),
        ("OLD-1,EX-1,2026-03-02,5,Medicair,,,97110,,", "row 2: payer"),
        (f"{'9' * 41},EX-1,2026-03-02,5,medicare-b,,,97110,,", "row 2: claim"),
        (f"OLD-1,EX-1,2026-03-02,5,medicare-b,,,97110,{'9' * 51},", "row 2: line"),
        ("OLD-1,EX-1,2062-03-02,5,medicare-b,,,97110,,", "row 2: date"),
        ("OLD-1,EX-1,2026-03-02,8000,medicare-b,,,97110,,80", "row 2: open"),
    ],
)
def test_what_the_books_cannot_know_is_told(tmp_path: Path, row: str, path: str) -> None:
    answer = bring(tmp_path / "open.csv", f"{row}\n", "--json")
    assert answer.code == 3 and answer.rows[0]["error"]["path"] == path
    assert not Claim.objects.exists() and not File.objects.exists()


def test_a_day_that_is_closed_is_refused(tmp_path: Path) -> None:
    Close.objects.create(last_day=dt.date(2026, 4, 30), at=NOW, by="test", balances={})
    answer = bring(tmp_path / "open.csv", TWO_LINES)
    assert answer.code == 3 and "2026-04 is closed" in answer.err and not Claim.objects.exists()


def test_what_the_insurer_pays_of_a_claim_paid_by_others_before_is_a_credit(tmp_path: Path) -> None:
    """$100.00 charged, $70.00 of it paid elsewhere; the insurer decides the whole $100.00."""
    bring(tmp_path / "open.csv", "OLD-9,EX-1,2026-02-02,30.00,medicare-b,P,payer,97110,LINE-9,100\n")
    paid = ("CLP*OLD-9*1*100*40*0*MB*ICN9*11*1", "SVC*HC:97110:GP*100*40**1", "DTM*472*20260202", "CAS*CO*45*60",
            "REF*6R*LINE-9")  # fmt: skip
    post(*paid, amount="40")
    assert owed() == {("OLD-9", "medicare-b"): -7_000}
    assert [(one.action, one.cents) for one in Task.objects.all()] == [("credit", 7_000)]


def test_what_was_brought_over_is_corrected_where_it_was_billed(tmp_path: Path) -> None:
    bring(tmp_path / "open.csv", TWO_LINES)
    answer = run("claim", "void", "OLD-1", "--why", "not ours")
    assert answer.code == 3
    assert "brought over" in answer.err
    assert owed() == {("OLD-1", "medicare-b"): 15_000}


def test_it_is_shown_like_any_claim(tmp_path: Path) -> None:
    bring(tmp_path / "open.csv", TWO_LINES + SHARED)
    post(*PAID, amount="126")
    for number in ("OLD-1", "OLD-2", "OLD-3"):
        assert run("claim", "show", number).code == 0
        assert "brought over" in run("claim", "timeline", number).out or number == "OLD-3"
    assert run("ledger", "--check").code == 0


def test_a_thousand_claims_take_few_queries(tmp_path: Path, django_assert_max_num_queries: object) -> None:
    rows = "".join(f"OLD-{at},EX-1,2026-03-02,{at}.05,medicare-b,,,97110,,\n" for at in range(1, 1_001))
    with django_assert_max_num_queries(80):  # type: ignore[operator]
        assert "1,000 balances: 1000 new" in bring(tmp_path / "open.csv", rows).out
    assert trial()["insurance_receivable"] == sum(at * 100 + 5 for at in range(1, 1_001))
