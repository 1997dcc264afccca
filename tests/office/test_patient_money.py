"""Patients' money at the command line: copays, statements, refunds, write-offs, balances handed on."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db.models import Sum
from pytest_django import DjangoAssertNumQueries
from tests.office.booked import enter
from tests.office.builders import DAY, claim, move, owed, owed_by_patient, pay
from tests.office.conftest import NOW
from tests.office.office_cli import Answer, run
from tests.post.books import TWO_PAYERS

from rehabill.almanac.load import load
from rehabill.ledger.entry import Place
from rehabill.model.books import PostingTask
from rehabill.model.visit import Treatment
from rehabill.model.visit import Visit as VisitRecord
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.models import Claim, ClaimEvent
from rehabill.office.claims.timeline import timeline
from rehabill.office.money.balances import owed_of_claim
from rehabill.office.money.close import close, month
from rehabill.office.money.models import Entry, PatientPayment, Posting
from rehabill.office.money.patient_money import settle_credit
from rehabill.office.money.rebuild import differences
from rehabill.office.people.models import Patient
from rehabill.office.practices.models import Practice
from rehabill.office.visits.models import Visit
from rehabill.office.worklists.models import Task
from rehabill.office.worklists.tasks import Answer as Said
from rehabill.office.worklists.tasks import close_answered, open_tasks

PAID = DAY + dt.timedelta(days=20)
WHO = "EX-001"


def record_visit(number: str, patient: str = WHO) -> Visit:
    who, _ = Patient.objects.get_or_create(number=patient, defaults={"last": "Of"})
    record = VisitRecord(date=DAY, payer="medicare-b", treatments=(Treatment(code="97110", minutes=30),))
    made: Visit = Visit.objects.create(number=number, patient=who, date=DAY, payer="medicare-b", record=record)
    return made


def answered(number: str, patient_part: int, day: dt.date = DAY) -> None:
    """A claim of $100.00 that its payer paid but for the patient's part."""
    claim(number, day=day, sent=day)
    pay(number, 10_000 - patient_part, PAID, patient_part=patient_part)


def balance(account: str, claim: str | None = None) -> int:
    rows = Posting.objects.filter(account=account)
    if claim is not None:
        rows = rows.filter(claim=claim)
    return rows.aggregate(of=Sum("cents"))["of"] or 0


def owes(number: str) -> tuple[str, str, int]:
    one = Claim.objects.get(number=number)
    return one.owes, one.paid, one.open_cents


def decided(number: str) -> None:
    record([Happened(Claim.objects.get(number=number).pk, "P", "decided")], "test", NOW)


def events(number: str) -> list[str]:
    return list(ClaimEvent.objects.filter(claim__number=number).order_by("id").values_list("kind", flat=True))


def patient_pays(amount: str, *more: str, on: dt.date = PAID, method: str = "check") -> Answer:
    return run("patient", "pay", WHO, amount, "--method", method, "--on", on, *more)


@pytest.fixture(autouse=True)
def books_balance(practice: Practice) -> Iterator[None]:
    """Whatever a test does."""
    yield
    assert Posting.objects.aggregate(of=Sum("cents"))["of"] in (0, None)
    # payers' answers are entries alone here, without the decisions that lines are checked against
    assert [one for one in differences() if one.what != "line"] == []


@pytest.mark.parametrize("typed", ["25", "25.00", "$25", "$25.00"])
def test_an_amount_is_typed_as_people_write_it(typed: str) -> None:
    answered("C1", 4_000)
    assert patient_pays(typed).code == 0
    assert PatientPayment.objects.get().cents == 2_500


@pytest.mark.parametrize("typed", ["0", "-5", "twenty", "1.234"])
def test_what_is_no_amount_is_refused_and_nothing_is_entered(typed: str) -> None:
    answered("C1", 4_000)
    answer = run("patient", "pay", "--method", "cash", "--on", PAID, "--", WHO, typed)
    assert answer.code == 2 and "AMOUNT" in answer.err
    assert not PatientPayment.objects.exists()


def test_a_statement_paid_goes_to_the_oldest_visit_first_and_the_rest_is_paid_ahead() -> None:
    answered("NEW", 3_000, DAY + dt.timedelta(days=7))
    answered("OLD", 2_000)
    answer = patient_pays("60", "--reference", "204")
    assert answer.out.splitlines() == [
        f"EX-001 paid $60.00 by check 204 on {PAID}: entry {PatientPayment.objects.get().entry_id}",
        "  $20.00 on claim OLD", "  $30.00 on claim NEW", "  $10.00 paid ahead for nothing yet",
        "  owes $0.00, has paid ahead $10.00",
    ]  # fmt: skip
    assert owes("OLD") == owes("NEW") == ("nobody", "paid", 0)
    assert (balance("cash_clearing"), balance("patient_credit")) == (8_000 + 7_000 + 6_000, -1_000)


def test_a_payment_for_a_claim_pays_no_older_one() -> None:
    answered("OLD", 2_000)
    answered("NEW", 3_000, DAY + dt.timedelta(days=7))
    assert patient_pays("25", "--claim", "NEW").code == 0
    assert (owes("OLD")[2], owes("NEW")[2]) == (2_000, 500)
    assert events("NEW")[-1] == "patient_payment"


def test_a_copay_at_the_visit_waits_for_its_claim_and_is_laid_on_it_when_the_patient_owes() -> None:
    record_visit("C1")
    answered("OLD", 2_000)
    patient_pays("25", "--visit", "C1", on=DAY, method="cash")
    assert owes("OLD")[2] == 2_000
    assert balance("patient_credit", "C1") == -2_500
    made = claim("C1", sent=DAY)
    made.visit = Visit.objects.get()
    made.save()
    assert run("patient", "settle", "--on", PAID).out.startswith("No money")
    pay("C1", 8_000, PAID, patient_part=2_000)
    (row,) = run("patient", "settle", "--on", PAID, "--json").rows
    # what its own claim does not need is free, for no insurer has more to say
    assert row["owed"] == [{"claim": "C1", "cents": -2_000}, {"claim": "OLD", "cents": -500}]
    assert (owes("C1"), owes("OLD")[2]) == (("nobody", "paid", 0), 1_500)
    assert run("patient", "settle", "--on", PAID).out.startswith("No money")
    assert patient_pays("5", "--visit", "C1").code == 0


def test_the_timeline_of_a_claim_tells_of_the_copay() -> None:
    claim("C1", sent=DAY)
    patient_pays("20", "--claim", "C1", on=DAY)
    pay("C1", 8_500, PAID, patient_part=1_500)
    run("patient", "settle", WHO, "--on", PAID)
    told = timeline("C1", load())
    assert [one.what.partition(":")[0] for one in told.happenings if one.kind == "event"][-2:] == [
        "patient payment", "patient credit",
    ]  # fmt: skip
    # the remittance of this test is an entry alone, without what the payer said
    assert (told.sums.patient_paid_cents, told.sums.unexplained_cents, told.sums.open_cents) == (1_500, 8_500, 0)


def test_the_same_check_twice_is_refused_until_the_first_is_taken_back() -> None:
    answered("C1", 4_000)
    patient_pays("25", "--reference", "204")
    entry = PatientPayment.objects.get().entry_id
    again = patient_pays("$25.00", "--reference", "204")
    assert again.code == 2
    assert f"$25.00 of {PAID} with reference 204 is in the books already, as entry {entry}" in " ".join(
        again.err.split()
    )
    assert owes("C1")[2] == 1_500
    assert run("ledger", "reverse", entry, "--why", "typed for the wrong patient").code == 0
    assert owes("C1")[2] == 4_000
    assert patient_pays("25", "--reference", "204").code == 0
    assert owes("C1")[2] == 1_500


def test_two_copays_alike_on_a_day_are_both_taken_and_it_is_said() -> None:
    answered("C1", 4_000)
    assert "Another" not in patient_pays("10", method="cash").out
    assert "Another payment of this amount on this day" in patient_pays("10", method="cash").out
    assert owes("C1")[2] == 2_000


def test_a_refund_gives_back_what_is_left_after_what_is_owed() -> None:
    answered("C1", 1_500)
    move(
        "S", {Place("cash_clearing", "patient/0"): 5_000, Place("patient_credit", WHO): -5_000}, DAY, "patient_payment"
    )
    too_much = run("patient", "refund", WHO, "50", "--method", "check", "--on", PAID)
    assert too_much.code == 2 and "which is $35.00" in " ".join(too_much.err.split())
    assert owes("C1")[2] == 1_500
    assert run("patient", "refund", WHO, "35", "--method", "check", "--reference", "901", "--on", PAID).code == 0
    assert owes("C1") == ("nobody", "paid", 0)
    assert balance("patient_credit") == 0
    assert PatientPayment.objects.get().cents == -3_500


def test_what_a_correction_made_too_much_is_refunded() -> None:
    answered("C1", 2_000)
    patient_pays("20")
    # the payer thinks again, and pays the patient's part as well
    move("back", {owed_by_patient("C1"): -2_000, Place("cash_clearing", "medicare-b/T2", claim="C1"): 2_000}, PAID)
    assert Claim.objects.get(number="C1").open_cents == -2_000
    assert run("patient", "refund", WHO, "20", "--method", "card", "--on", PAID).code == 0
    assert (owes("C1"), balance("patient_credit")) == (("nobody", "paid", 0), 0)
    assert events("C1")[-2:] == ["patient_credit", "refund"]


def test_a_closed_month_takes_no_payment_and_says_from_when_on() -> None:
    claim("C1", sent=DAY)
    close(month(f"{DAY:%Y-%m}"), "biller", NOW, anyway=True)
    answer = patient_pays("25", on=DAY)
    assert answer.code == 2
    assert "2026-03 is closed: the first day that can be entered is 2026-04-01" in " ".join(answer.err.split())
    assert not PatientPayment.objects.exists()
    assert patient_pays("25", on=dt.date(2026, 4, 1)).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pay", "NOBODY", "5", "--method", "cash"), "the books have no patient NOBODY"),
        (("pay", "EX-001", "5", "--method", "cash", "--claim", "C9"), "patient EX-001 has no claim C9"),
        (("pay", "EX-001", "5", "--method", "cash", "--claim", "C2"), "patient EX-001 has no claim C2"),
        (("pay", "EX-001", "5", "--method", "cash", "--visit", "V2"), "patient EX-001 has no visit V2"),
        (("pay", "EX-001", "5", "--method", "cash", "--on", "2999-01-01"), "2999-01-01 has not come yet"),
        (("pay", "EX-001", "5", "--method", "cash", "--on", "0206-03-02"), "0206-03-02 is before 2000-01-01"),
        (("settle", "NOBODY"), "the books have no patient NOBODY"),
    ],
)
def test_what_is_not_there_is_told(arguments: tuple[str, ...], said: str) -> None:
    claim("C1")
    claim("C2", patient="EX-002")
    record_visit("V2", "EX-002")
    answer = run("patient", *arguments)
    assert answer.code == 2 and said in " ".join(answer.err.split())
    assert not PatientPayment.objects.exists()


def test_settling_many_patients_takes_no_more_queries_than_few(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for at in range(30):
        number, who = f"C{at}", f"P{at}"
        claim(number, patient=who, sent=DAY)
        pay(number, 9_000, PAID, patient_part=1_000, patient=who)
        moved = {Place("cash_clearing", f"patient/{at}"): 600, Place("patient_credit", who): -600}
        move(f"S{at}", moved, DAY, "patient_payment")
    with django_assert_max_num_queries(40):
        found = settle_credit((), PAID, "test", NOW)
    assert [one.owed_cents for one in found] == [400] * 30


def test_a_small_balance_is_written_off_and_the_insurer_done_with() -> None:
    claim("C1", sent=DAY)
    move("part", {owed("C1"): -9_800, Place("cash_clearing", "medicare-b/T1", claim="C1"): 9_800}, PAID)
    decided("C1")
    Task.objects.create(
        action="underpaid", claim=Claim.objects.get(), payer="medicare-b", why="paid short", opened_at=NOW
    )
    answer = run("claim", "write-off", "C1", "$2", "--reason", "small_balance", "--on", PAID)
    assert answer.out.splitlines() == [
        f"Claim C1: $2.00 of medicare-b written off (entry {Entry.objects.order_by('id').last().pk})",
        "  owed now: nothing",
    ]
    one = Claim.objects.get()
    assert (one.insurance, one.owes, one.paid, one.adjusted_cents) == ("closed", "nobody", "paid", 200)
    assert events("C1")[-2:] == ["write_off", "closed"]
    assert Task.objects.get().state == "done"
    assert balance("write_off", "C1") == 200


def test_an_insurer_that_still_owes_is_not_done_with() -> None:
    claim("C1", sent=DAY)
    decided("C1")
    assert run("claim", "write-off", "C1", "40", "--reason", "timely_filing", "--on", PAID).code == 0
    assert (Claim.objects.get().insurance, owes("C1")) == ("decided", ("first", "unpaid", 6_000))
    too_much = run("claim", "write-off", "C1", "60.01", "--reason", "timely_filing", "--on", PAID)
    assert too_much.code == 2 and "which is $60.00" in " ".join(too_much.err.split())


def test_where_two_owe_it_must_be_said_whose_debt_is_given_up() -> None:
    claim("C1", sent=DAY)
    move("part", {owed("C1"): -2_000, owed_by_patient("C1"): 2_000}, PAID)
    answer = run("claim", "write-off", "C1", "all", "--reason", "charity", "--on", PAID)
    assert answer.code == 2 and "medicare-b $80.00, patient $20.00" in " ".join(answer.err.split())
    assert run("claim", "write-off", "C1", "all", "--reason", "charity", "--owed-by", "patient", "--on", PAID).code == 0
    assert owes("C1") == ("first", "unpaid", 8_000)
    again = run("claim", "write-off", "C1", "all", "--reason", "charity", "--owed-by", "patient", "--on", PAID)
    assert again.code == 2 and "patient owes nothing of claim C1" in " ".join(again.err.split())


def statuses(number: str) -> list[str]:
    return [one.status for one in Claim.objects.get(number=number).standings]


def hand_on(amount: str, to: str, *more: str) -> Answer:
    return run("claim", "transfer", "PT-1", amount, "--to", to, "--on", PAID, *more)


@pytest.fixture
def two_payers(practice: Practice) -> None:
    """A claim of $230.00 with a second insurer, sent to the first, which has decided."""
    enter([TWO_PAYERS], NOW - dt.timedelta(days=30))
    decided("PT-1")


def test_what_the_first_insurer_will_not_pay_is_handed_to_the_second_and_back(two_payers: None) -> None:
    answer = hand_on("all", "supplement", "--why", "Medicare says it is the second payer")
    assert answer.out.splitlines() == [
        "Claim PT-1: $230.00 now owed by supplement, no longer by medicare-b "
        f"(entry {Entry.objects.order_by('id').last().pk})",
        "  owed now: supplement $230.00",
    ]
    assert (owes("PT-1"), statuses("PT-1")) == (("second", "unpaid", 23_000), ["closed", "draft"])
    assert events("PT-1")[-3:] == ["transfer", "closed", "due"]
    assert "Medicare says it is the second payer" in Entry.objects.order_by("id").last().text
    assert hand_on("230", "medicare-b").code == 0
    assert owes("PT-1") == ("first", "unpaid", 23_000)
    assert {one.place.line: one.cents for one in owed_of_claim("PT-1")} == {
        "LINE-1": 10_000, "LINE-2": 5_000, "LINE-3": 8_000
    }  # fmt: skip


def test_a_part_is_handed_to_the_patient_whose_credit_is_laid_on_it(two_payers: None) -> None:
    patient_pays("20", "--claim", "PT-1")
    assert hand_on("50", "patient").code == 0
    assert (owes("PT-1"), statuses("PT-1")[0]) == (("first", "unpaid", 23_000), "decided")
    run("patient", "settle", "--on", PAID)
    assert owes("PT-1") == ("first", "partly_paid", 21_000)
    back = hand_on("all", "medicare-b")
    assert back.out.splitlines()[1] == "  owed now: medicare-b $210.00"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("all", "aetna"), "aetna is none of the payers of claim PT-1; it can be medicare-b, supplement, patient"),
        (("all", "medicare-b"), "medicare-b owes this already"),
        (("231", "patient"), "$231.00 is more than what is owed, which is $230.00"),
        (("10", "patient", "--owed-by", "supplement"), "supplement owes nothing of claim PT-1; owed by medicare-b"),
        (("0", "patient"), "is not more than nothing"),
    ],
)
def test_what_cannot_be_handed_on_is_told_and_nothing_moves(
    two_payers: None, arguments: tuple[str, ...], said: str
) -> None:
    entries = Entry.objects.count()
    answer = hand_on(*arguments)
    assert answer.code == 2 and said in " ".join(answer.err.split())
    assert Entry.objects.count() == entries


def test_write_offs_in_a_closed_month_and_of_no_claim_are_refused(two_payers: None) -> None:
    close(month("2026-03"), "biller", NOW, anyway=True)
    late = run("claim", "write-off", "PT-1", "all", "--reason", "charity", "--on", PAID)
    assert late.code == 2 and "2026-03 is closed" in late.err
    nobody = run("claim", "write-off", "PT-9", "all", "--reason", "charity")
    assert nobody.code == 2 and "the books have no claim PT-9" in nobody.err
    assert owes("PT-1") == ("first", "unpaid", 23_000)


def overpaid(number: str, over: int) -> None:
    """The patient paid too much of it, and that is on the list."""
    claim(number, sent=DAY)
    pay(number, 10_000 - 2_000, PAID, patient_part=2_000)
    assert patient_pays(f"{(2_000 + over) / 100:.2f}", "--claim", number).code == 0
    Task.objects.create(
        action="credit", claim=Claim.objects.get(number=number), cents=over, why="paid too much", opened_at=NOW
    )


def open_credits() -> list[tuple[str, int]]:
    return list(Task.objects.filter(action="credit", state="open").values_list("claim__number", "cents"))


def test_a_credit_is_off_the_list_when_all_of_it_went_back() -> None:
    overpaid("C1", 1_500)
    assert run("patient", "refund", WHO, "10.00", "--method", "check", "--on", PAID).code == 0
    assert open_credits() == [("C1", 1_500)], "five dollars are still the patient's"
    assert run("patient", "refund", WHO, "5.00", "--method", "check", "--on", PAID).code == 0
    assert open_credits() == []
    assert Task.objects.get().closed_at is not None


def test_a_credit_is_off_the_list_when_it_was_used_for_another_claim() -> None:
    overpaid("C1", 1_500)
    answered("C2", 1_500)
    decided("C1")
    assert run("patient", "settle", WHO, "--on", PAID).code == 0
    assert balance("patient_credit") == 0 and open_credits() == []


def test_a_credit_is_off_the_list_when_the_payment_was_taken_back() -> None:
    overpaid("C1", 1_500)
    entry = PatientPayment.objects.get().entry_id
    assert run("ledger", "reverse", entry, "--why", "no funds").code == 0
    assert open_credits() == []


def test_an_insurers_credit_is_off_the_list_when_its_line_stands_at_zero_and_not_before() -> None:
    """One line pays for no other: what is open of the second does not answer for the first."""
    made = claim("C1", sent=DAY)
    second = Place("insurance_receivable", "medicare-b", "P", "C1", "C1-2")
    move("more", {second: 15_000, Place("charges", claim="C1", line="C1-2"): -15_000}, DAY)
    for key in ("a/1", "a/2"):
        move(key, {Place("cash_clearing", key, claim="C1"): 10_000, owed("C1"): -10_000}, PAID)
    Task.objects.create(action="credit", claim=made, payer="medicare-b", cents=10_000, why="twice", opened_at=NOW)
    said = Said(made.pk, "medicare-b", frozenset({"C1-2"}))
    close_answered([said], NOW)
    assert open_credits() == [("C1", 10_000)]
    move("back", {Place("cash_clearing", "a/2", claim="C1"): -10_000, owed("C1"): 10_000}, PAID)
    close_answered([said], NOW)
    assert open_credits() == []


def test_a_credit_that_the_same_payment_took_back_is_never_waited_for() -> None:
    """The new decision came before the reversal of the old one."""
    made = claim("C1", sent=DAY)
    told = PostingTask(action="credit", cents=100, why="twice", claim="C1", payer="medicare-b", owed_to="medicare-b")
    open_tasks([(told, made.pk)], "a/1", NOW)
    assert Task.objects.count() == 1 and open_credits() == []


def test_aging_tells_what_is_paid_ahead_and_knows_its_payers(practice: Practice) -> None:
    record_visit("V1")
    assert run("patient", "pay", WHO, "25", "--method", "cash", "--on", "2026-03-02").code == 0
    assert "Paid ahead by patients: $25.00" in run("aging").out
    assert "Paid ahead" not in run("aging", "--as-of", "2026-03-01").out
    answer = run("aging", "--payer", "comercial")
    assert answer.code == 2 and "nobody here is called 'comercial'" in answer.err
    assert run("aging", "--payer", "comercial", "--claims", "credit").code == 2
    assert run("aging", "--payer", "commercial").code == 0
