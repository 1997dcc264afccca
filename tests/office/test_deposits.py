"""Bank statements at the command line: lines once, payments found in them, what is unclear left to a person."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum
from pytest_django import DjangoAssertNumQueries
from tests.office.builders import DAY, claim, move, owed, pay
from tests.office.conftest import NOW
from tests.office.office_cli import Answer, run
from tests.office.test_posting import enter_answered, generated, post

from rehabill.almanac.load import load
from rehabill.edi.remittance_835 import remittances
from rehabill.ledger.entry import Place
from rehabill.office.claims.models import Claim
from rehabill.office.claims.timeline import timeline
from rehabill.office.money.close import close, month
from rehabill.office.money.deposits import match
from rehabill.office.money.models import BankLine, Deposit, Entry, PatientPayment, Payment, Posting
from rehabill.office.money.statements import take_statement
from rehabill.office.practices.models import Practice
from rehabill.office.worklists.models import Task

MARCH = dt.date(2026, 3, 20)
HEAD = "Posting Date,Description,Amount,Check or Slip #"


@pytest.fixture(autouse=True)
def books_balance(practice: Practice) -> Iterator[None]:
    """Whatever a test does; and every line that was matched explains its payments to the cent."""
    yield
    assert Posting.objects.aggregate(of=Sum("cents"))["of"] in (0, None)
    for line in BankLine.objects.exclude(deposits=None):
        assert line.deposits.aggregate(of=Sum("cents"))["of"] == line.cents


def told(key: str, cents: int, *, payer: str = "medicare-b", method: str = "ACH", day: dt.date = MARCH) -> str:
    """A payment of a payer, posted: its claim is paid by it. `key`: the trace number."""
    claim(f"C-{key}", payer=payer, cents=cents, sent=DAY)
    moved = f"{payer}/{key}"
    Payment.objects.create(
        key=moved, payer=payer, trace=key, method=method, paid_on=day, amount_cents=cents, at=NOW
    )  # fmt: skip
    move(moved, {Place("cash_clearing", moved, claim=f"C-{key}"): cents, owed(f"C-{key}", payer): -cents}, day)
    return moved


def statement(folder: Path, *rows: str, name: str = "bank.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((HEAD, *rows)) + "\n")
    return path


def balances() -> dict[str, int]:
    sums = Posting.objects.filter(account__in=("bank", "cash_clearing")).values_list("account").annotate(Sum("cents"))
    return {account: cents for account, cents in sums if cents}


def rows(answer: Answer, what: str) -> list[Any]:
    return [one for one in answer.rows if one.get("what") == what]


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_transfer_is_found_by_its_trace_and_no_longer_only_told(tmp_path: Path) -> None:
    told("EFT0012345", 10_000)
    answer = run("bank", statement(tmp_path, "03/21/2026,MEDICARE HCCLAIMPMT TRN*1*EFT0012345*1512345678,100.00,"))
    assert answer.code == 0
    assert "1 line, 1 new" in flat(answer.out) and "trace number" in flat(answer.out)
    assert answer.out.rstrip().endswith("Every payment that was told is at the bank, and nothing else came.")
    assert balances() == {"bank": 10_000}
    made = Deposit.objects.select_related("entry", "line").get()
    assert (made.why, made.entry.day, made.entry.kind) == ("trace", dt.date(2026, 3, 21), "deposit")


def test_the_same_lines_again_are_nothing_new_whatever_statement_they_come_in(tmp_path: Path) -> None:
    told("EFT0012345", 10_000)
    first = "03/21/2026,TRN*1*EFT0012345*1512345678,100.00,"
    copay = "03/22/2026,DEPOSIT,25.00,"
    run("bank", statement(tmp_path, first, copay, copay))
    before = Entry.objects.count()
    for path in (
        statement(tmp_path, first, copay, copay),
        statement(tmp_path, copay, copay, "03/23/2026,RENT,-900.00,", name="next.csv"),
    ):
        assert rows(run("bank", path, "--json"), "matched") == []
    assert BankLine.objects.count() == 4
    assert (Entry.objects.count(), balances()) == (before, {"bank": 10_000})
    (taken,) = rows(run("bank", statement(tmp_path, first, copay), "--json"), "statement")
    assert (taken["lines"], taken["new"]) == (2, 0)


def test_the_account_given_once_is_remembered_for_the_file(tmp_path: Path) -> None:
    path = statement(tmp_path, "03/22/2026,DEPOSIT,25.00,")
    run("bank", path, "--account", "6789")
    run("bank", path)
    assert [one.account for one in BankLine.objects.all()] == ["6789"]


OFX = b"""OFXHEADER:100
DATA:OFXSGML

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>6789</BANKACCTFROM><BANKTRANLIST>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260321120000<TRNAMT>100.00<FITID>F1<NAME>MEDICARE<MEMO>TRN*1*EFT0012345*1</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def test_an_ofx_statement_is_read_as_well(tmp_path: Path) -> None:
    told("EFT0012345", 10_000)
    path = tmp_path / "statement.qfx"
    path.write_bytes(OFX)
    assert run("bank", path).code == 0
    assert balances() == {"bank": 10_000}


def test_a_payment_posted_after_its_statement_is_found_at_the_next_run(tmp_path: Path) -> None:
    data = generated(20, 5)
    enter_answered(data)
    (told_,) = remittances(data)[0]
    amount = f"{told_.amount_cents / 100:.2f}"
    path = statement(tmp_path, f"{told_.payment_date:%m/%d/%Y},TRN*1*{told_.trace_number}*1,{amount},")
    assert "Came to the bank, for no payment that was told" in run("bank", path).out
    post(data)
    (one,) = Payment.objects.all()
    (found,) = rows(run("bank", "--json"), "matched")
    assert (found["why"], [each["payment"] for each in found["payments"]]) == ("trace", [one.key])
    assert rows(run("bank", "--json"), "matched") == []
    assert balances() == {"bank": one.amount_cents}
    number = Claim.objects.filter(decisions__payment=one).values_list("number", flat=True)[0]
    (said,) = [each.what for each in timeline(number, load()).happenings if each.kind == "deposit"]
    assert said.startswith(f"{one.trace} at the bank on {one.paid_on}:")


def test_checks_and_cash_carried_to_the_bank_together_are_one_deposit(tmp_path: Path) -> None:
    told("1001", 8_000, method="CHK")
    claim("C2", sent=DAY)
    pay("C2", 0, MARCH, patient_part=10_000)
    run("patient", "pay", "EX-001", "25", "--method", "check", "--reference", "204", "--on", MARCH)
    assert balances() == {"cash_clearing": 10_500}
    answer = run("bank", statement(tmp_path, "03/24/2026,DEPOSIT,105.00,"), "--json")
    (found,) = rows(answer, "matched")
    assert (found["why"], len(found["payments"])) == ("batch", 2)
    assert balances() == {"bank": 10_500}
    assert Deposit.objects.get(patient_payment__isnull=False).patient_payment == PatientPayment.objects.get()
    said = [one.what for one in timeline("C2", load()).happenings if one.kind == "deposit"]
    assert said == ["check 204 at the bank on 2026-03-24: $25.00 of the whole payment"]


def test_the_cards_of_a_day_are_found_in_what_the_terminal_pays_out(tmp_path: Path) -> None:
    claim("C1", sent=DAY)
    for cents in ("25.00", "40.00"):
        assert run("patient", "pay", "EX-001", cents, "--method", "card", "--on", MARCH).code == 0
    assert run("bank", statement(tmp_path, "03/23/2026,MERCHANT BANKCD DEPOSIT,65.00,")).code == 0
    assert balances() == {"bank": 6_500}
    assert [(one.why, one.cents) for one in Deposit.objects.order_by("id")] == [("batch", 2_500), ("batch", 4_000)]


@pytest.mark.parametrize("year", [1, 9999])
def test_a_payment_of_a_mistyped_year_stops_no_other(tmp_path: Path, year: int) -> None:
    told("ODD", 700, day=dt.date(year, 1, 1))
    told("EFT0012345", 10_000)
    run("bank", statement(tmp_path, "03/21/2026,TRN*1*EFT0012345*1512345678,100.00,"))
    assert balances() == {"bank": 10_000, "cash_clearing": 700}


def test_what_could_be_either_is_a_task_until_a_person_says_which(tmp_path: Path) -> None:
    one, other = told("1001", 8_000), told("1002", 8_000)
    answer = run("bank", statement(tmp_path, "03/21/2026,MEDICARE,80.00,", "03/22/2026,MEDICARE,80.00,"))
    assert answer.code == 1
    assert balances() == {"cash_clearing": 16_000}
    assert Task.objects.filter(action="deposit_unclear", state="open").count() == 2
    assert run("bank").code == 1
    assert Task.objects.count() == 2
    first, second = BankLine.objects.order_by("id")
    assert run("bank", "--match", first.pk, "--payment", one).code == 0
    assert Deposit.objects.get().why == "by hand"
    assert Task.objects.get(state="done").source == one
    # one answer is left for the other
    (found,) = rows(run("bank", "--json"), "matched")
    assert (found["line"]["line"], found["payments"][0]["payment"]) == (second.pk, other)
    assert not Task.objects.filter(state="open").exists()
    assert balances() == {"bank": 16_000}


def test_a_task_that_a_person_called_done_is_not_opened_again(tmp_path: Path) -> None:
    told("EFT0012345", 10_000)
    run("bank", statement(tmp_path, "03/21/2026,TRN*1*EFT0012345*1,95.00,"))
    task = Task.objects.get()
    assert "the amount differs by -$5.00" in task.why
    run("work", "done", task.pk, "--why", "the payer sends the rest")
    run("bank")
    assert Task.objects.count() == 1


def test_a_line_of_another_amount_is_matched_only_when_it_is_said_and_the_rest_stays_open(tmp_path: Path) -> None:
    key = told("EFT0012345", 10_000)
    run("bank", statement(tmp_path, "03/21/2026,TRN*1*EFT0012345*1,95.00,"))
    line = BankLine.objects.get()
    refused = run("bank", "--match", line.pk, "--payment", key)
    assert refused.code == 2 and "the line is $95.00, what is open of the payments $100.00" in flat(refused.err)
    assert run("bank", "--match", line.pk, "--payment", key, "--anyway").code == 0
    (left,) = rows(run("bank", "--json"), "payment")
    assert (left["cents"], left["lines"]) == (500, [])
    assert balances() == {"bank": 9_500, "cash_clearing": 500}
    (found,) = rows(
        run("bank", statement(tmp_path, "04/01/2026,TRN*1*EFT0012345*1,5.00,", name="b"), "--json"), "matched"
    )
    assert found["line"]["cents"] == 500
    assert balances() == {"bank": 10_000}


def test_an_undone_match_is_reversed_and_made_again_only_by_a_person(tmp_path: Path) -> None:
    key = told("EFT0012345", 10_000)
    run("bank", statement(tmp_path, "03/21/2026,TRN*1*EFT0012345*1,100.00,"))
    line = BankLine.objects.get()
    assert run("bank", "--undo", line.pk).code == 2
    answer = run("bank", "--undo", line.pk, "--why", "it was another clinic's")
    assert f"Line {line.pk} of 2026-03-21, $100.00, is matched to nothing" in flat(answer.out)
    assert balances() == {"cash_clearing": 10_000}
    assert Entry.objects.filter(kind="reversal").get().text == "it was another clinic's"
    again = run("bank")
    assert "it was another clinic's" in flat(again.out)
    assert balances() == {"cash_clearing": 10_000}
    assert run("bank", "--undo", line.pk, "--why", "x").code == 2
    assert run("bank", "--match", line.pk, "--payment", key).code == 0
    assert balances() == {"bank": 10_000}


def test_a_match_taken_back_in_the_ledger_is_not_made_again_by_the_program(tmp_path: Path) -> None:
    told("EFT0012345", 10_000)
    run("bank", statement(tmp_path, "03/21/2026,TRN*1*EFT0012345*1512345678,100.00,"))
    assert run("ledger", "reverse", Deposit.objects.get().entry_id, "--why", "another clinic's").code == 0
    run("bank")
    assert balances() == {"cash_clearing": 10_000} and not Deposit.objects.exists()
    assert [(one.state, one.why) for one in BankLine.objects.all()] == [("by_hand", "another clinic's")]


def test_money_that_is_no_payment_of_claims_is_set_aside_and_brought_back(tmp_path: Path) -> None:
    path = statement(tmp_path, "03/21/2026,TRN*1*EFT0012345*1,100.00,", "03/22/2026,RENT,-900.00,")
    assert "1 line of -$900.00 went out" in flat(run("bank", path).out)
    line = BankLine.objects.get(cents=10_000)
    run("bank", "--aside", line.pk, "--why", "a loan of the owner")
    assert [one["cents"] for one in rows(run("bank", "--json"), "line")] == [-90_000]
    told("EFT0012345", 10_000)
    assert rows(run("bank", "--json"), "matched") == []
    run("bank", "--undo", line.pk, "--why", "it is Medicare's")
    assert len(rows(run("bank", "--json"), "matched")) == 1
    matched = run("bank", "--aside", line.pk, "--why", "x")
    assert matched.code == 2 and "is matched to a payment; undo that first" in flat(matched.err)


def test_a_deposit_of_a_closed_month_is_entered_on_the_first_open_day(tmp_path: Path) -> None:
    told("EFT0012345", 10_000)
    close(month("2026-03"), "biller", NOW, anyway=True)
    run("bank", statement(tmp_path, "03/21/2026,TRN*1*EFT0012345*1,100.00,"))
    made = Deposit.objects.select_related("entry", "line").get()
    assert (made.entry.day, made.line.day) == (dt.date(2026, 4, 1), dt.date(2026, 3, 21))


def test_a_refund_that_went_out_is_found(tmp_path: Path) -> None:
    claim("C2", sent=DAY)
    run("patient", "pay", "EX-001", "25", "--method", "check", "--reference", "204", "--claim", "C2", "--on", MARCH)
    pay("C2", 10_000, MARCH)
    run("patient", "refund", "EX-001", "25", "--method", "check", "--reference", "90871234", "--on", MARCH)
    path = statement(tmp_path, "03/24/2026,DEPOSIT,25.00,204", "03/25/2026,CHECK PAID,-25.00,90871234")
    assert len(rows(run("bank", path, "--json"), "matched")) == 2
    assert Posting.objects.filter(account="bank").aggregate(of=Sum("cents"))["of"] == 0


def test_a_check_that_comes_back_is_found_as_well_and_the_patient_owes_again(tmp_path: Path) -> None:
    claim("C2", sent=DAY)
    pay("C2", 7_500, MARCH, patient_part=2_500)
    run("patient", "pay", "EX-001", "25", "--method", "check", "--reference", "90871234", "--on", MARCH)
    run("bank", statement(tmp_path, "03/24/2026,DEPOSIT,25.00,90871234"))
    assert Claim.objects.get().open_cents == 0
    run("ledger", "reverse", PatientPayment.objects.get().entry_id, "--why", "no funds")
    assert Claim.objects.get().open_cents == 2_500
    back = statement(tmp_path, "03/30/2026,RETURNED CHECK,-25.00,90871234", name="back.csv")
    (found,) = rows(run("bank", back, "--json"), "matched")
    assert found["payments"][0]["payment"] == PatientPayment.objects.get().key
    assert balances() == {"cash_clearing": 7_500}


def test_what_cannot_be_read_is_told_and_the_rest_is_taken(tmp_path: Path) -> None:
    told("EFT0012345", 10_000)
    path = statement(tmp_path, "03/21/2026,TRN*1*EFT0012345*1,100.00,", "03/41/2026,DEPOSIT,5.00,")
    other = tmp_path / "letter.txt"
    other.write_text("Dear customer\n")
    answer = run("bank", other, path, tmp_path / "missing.csv")
    assert answer.code == 3
    assert "row 3: posting_date: '03/41/2026' is no date" in answer.err
    assert "letter.txt: header: no row of headers" in answer.err
    assert "missing.csv: cannot be read" in answer.err
    assert balances() == {"bank": 10_000}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--match", "7", "--payment", "x/1"), "there is no line 7"),
        (("--match", "7"), "--match and --payment go together"),
        (("--payment", "x/1"), "--match and --payment go together"),
        (("--undo", "7", "--why", "x"), "there is no line 7"),
        (("--undo", "7", "--aside", "7", "--why", "x"), "one at a time"),
        (("--why", "x"), "which goes with nothing else"),
    ],
)
def test_what_was_asked_wrongly_is_told(arguments: tuple[str, ...], said: str) -> None:
    answer = run("bank", *arguments)
    assert answer.code == 2 and said in flat(answer.err.replace("│", " "))


def test_a_payment_that_does_not_wait_is_not_matched_by_hand(tmp_path: Path) -> None:
    key = told("EFT0012345", 10_000)
    run("bank", statement(tmp_path, "03/21/2026,TRN*1*EFT0012345*1,100.00,", "03/22/2026,X,100.00,"))
    first, second = BankLine.objects.order_by("id")
    for line, said in ((second, f"{key} does not wait for the bank"), (first, "is matched already; undo that first")):
        answer = run("bank", "--match", line.pk, "--payment", key)
        assert answer.code == 2 and said in flat(answer.err)


def test_a_statement_of_many_lines_takes_few_queries(
    tmp_path: Path, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    lines = [
        f"03/21/2026,TRN*1*EFT00{told(f'EFT0010{at:03}', 1_000 + at)[-5:]}*1,{10 + at / 100:.2f}," for at in range(40)
    ]
    data = "\n".join((HEAD, *lines)).encode()
    with django_assert_max_num_queries(45):
        take_statement("bank.csv", data, "", "test", NOW)
        assert len(match("test", NOW).found) == 40
