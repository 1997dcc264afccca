"""Lists and single things of the books, as a biller asks for them at the command line."""

import datetime as dt
import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pytest_django import DjangoAssertNumQueries
from tests.office.builders import DAY, claim, pay
from tests.office.conftest import NOW, WEEK
from tests.office.test_posting import enter_answered, generated, post

from rehabill.almanac.load import load
from rehabill.base.errors import InputError
from rehabill.cli.main import cli
from rehabill.cli.practice import read_practice
from rehabill.model.party import Subscriber
from rehabill.model.visit import Treatment
from rehabill.model.visit import Visit as VisitRecord
from rehabill.office.claims.detail import show
from rehabill.office.claims.listing import Wanted, page
from rehabill.office.claims.models import Claim
from rehabill.office.claims.timeline import timeline
from rehabill.office.coverage.models import Authorization, AuthorizationUse, PlanOfCare, Policy
from rehabill.office.money.models import BankLine, Decision, Deposit, Entry, Payment, Posting
from rehabill.office.people.listing import patient, patients
from rehabill.office.people.models import Patient
from rehabill.office.practices.listing import payer, payers
from rehabill.office.practices.models import Practice
from rehabill.office.practices.records import save_practice
from rehabill.office.practices.scope import working_in
from rehabill.office.visits.listing import visit, visits
from rehabill.office.visits.models import Visit
from rehabill.office.worklists.listing import done, kinds, open_tasks
from rehabill.office.worklists.models import Task


@pytest.fixture
def claims(practice: Practice) -> list[Claim]:
    """Twelve claims of three patients and two payers, on six days."""
    return [
        claim(f"C{at:02d}", patient=f"P{at % 3}", payer="commercial" if at % 4 == 0 else "medicare-b",
              day=DAY + dt.timedelta(days=at // 2), cents=1_000 * (at + 1), sent=DAY if at % 2 else None)
        for at in range(12)
    ]  # fmt: skip


def numbers(**wanted: Any) -> list[str]:
    return [one.number for one in page(Wanted(**wanted)).rows]


@pytest.mark.parametrize("sort", ["newest", "oldest", "open", "number"])
@pytest.mark.parametrize("limit", [1, 2, 5, 11, 12, 13])
def test_pages_together_are_the_whole_list_each_claim_once(claims: list[Claim], sort: str, limit: int) -> None:
    whole = numbers(sort=sort)
    assert len(whole) == 12
    found: list[str] = []
    mark = ""
    for _ in range(20):
        part = page(Wanted(sort=sort, limit=limit, after=mark))  # type: ignore[arg-type]
        found += [one.number for one in part.rows]
        mark = part.after
        if not mark:
            break
    assert found == whole


def test_a_page_goes_on_where_it_ended_though_claims_were_added(claims: list[Claim]) -> None:
    first = page(Wanted(sort="newest", limit=4))
    claim("NEW", day=DAY + dt.timedelta(days=30))
    second = page(Wanted(sort="newest", limit=4, after=first.after))
    assert [one.number for one in second.rows] == ["C07", "C06", "C05", "C04"]


def test_claims_are_chosen_by_state_debtor_payer_patient_and_day(claims: list[Claim]) -> None:
    assert numbers(state="sent", sort="number") == ["C01", "C03", "C05", "C07", "C09", "C11"]
    assert numbers(owes="first", payer="commercial") == []
    assert numbers(payer="commercial", sort="number") == ["C00", "C04", "C08"]
    assert numbers(patient="P1", sort="number") == ["C01", "C04", "C07", "C10"]
    assert numbers(first=DAY, last=DAY, sort="number") == ["C00", "C01"]
    assert numbers(sort="open", limit=2) == ["C11", "C10"]
    with pytest.raises(InputError, match="no patient"):
        numbers(patient="NOBODY")
    with pytest.raises(InputError, match="no mark of a page"):
        numbers(after="yesterday")


def test_over_so_many_days_means_open_and_older(claims: list[Claim]) -> None:
    pay("C00", 1_000, DAY, payer="commercial")
    today = DAY + dt.timedelta(days=31)
    assert numbers(over=30, today=today, sort="oldest") == ["C01"]
    assert numbers(over=29, today=today, sort="oldest") == ["C01", "C02", "C03"]


def test_lists_ask_few_questions(claims: list[Claim], django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(1):
        page(Wanted())
    with django_assert_max_num_queries(2):
        page(Wanted(patient="P1"))
    with django_assert_max_num_queries(2):
        patients()
    with django_assert_max_num_queries(2):
        payers()
    with django_assert_max_num_queries(1):
        visits()
    for one in claims:
        Task.objects.create(action="denied", claim=one, why="look", opened_at=NOW)
    with django_assert_max_num_queries(1):
        open_tasks()


def test_a_claim_is_shown_to_the_cent(
    claims: list[Claim], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    pay("C03", 2_000, DAY, contract=1_500, patient_part=500, patient="P0")
    with django_assert_max_num_queries(7):
        found = show("C03")
    (line,) = found.lines
    assert (line.charge_cents, line.paid_cents, line.adjusted_cents, line.open_cents) == (4_000, 2_000, 1_500, 500)
    assert found.patient_owes_cents == 500
    assert [(one.turn, one.status, one.owes_cents) for one in found.insurers] == [("first", "sent", 0)]
    with pytest.raises(InputError, match="no claim"):
        show("NONE")


def test_a_patient_is_shown_with_coverage_and_what_is_used_of_it(practice: Practice) -> None:
    claim("C1")
    one = Patient.objects.get()
    policy = Policy.objects.create(patient=one, payer="medicare-b", member_id="M1", subscriber=Subscriber())
    approval = Authorization.objects.create(policy=policy, number="A1", visits=10)
    treated = record_visit(one, "V1")
    AuthorizationUse.objects.create(authorization=approval, visit=treated, units=3)
    PlanOfCare.objects.create(patient=one, starts=DAY)
    found = patient("EX-001")
    assert (found.visits, found.claims, found.open_claims, found.insurers_owe_cents) == (1, 1, 1, 10_000)
    assert [(each.payer, each.turn) for each in found.policies] == [("medicare-b", "first")]
    assert [(each.visits_used, each.visits, each.units_used) for each in found.authorizations] == [(1, 10, 3)]
    assert len(found.plans) == 1
    assert [each.number for each in patients(payer="medicare-b").rows] == ["EX-001"]
    assert patients(payer="commercial").rows == ()
    assert [each.number for each in patients(name="of ex").rows] == ["EX-001"]


def record_visit(one: Patient, number: str, **more: Any) -> Visit:
    treatments = (Treatment(code="97110", minutes=33), Treatment(code="97140", minutes=7))
    record = VisitRecord(id=number, date=DAY, payer="medicare-b", discipline="PT", treatments=treatments)
    made: Visit = Visit.objects.create(
        number=number, patient=one, date=DAY, payer="medicare-b", record=record, therapist_npi="1999999984", **more
    )
    return made


def test_visits_are_listed_with_their_claims(practice: Practice) -> None:
    made = claim("C1")
    made.visit = record_visit(made.patient, "V1", state="billed")
    made.save()
    record_visit(made.patient, "V2", state="held", why="the plan of care has ended")
    rows = visits().rows
    assert {one.number: one.claim for one in rows} == {"V1": "C1", "V2": ""}
    assert [one.number for one in visits(state="held", patient="EX-001").rows] == ["V2"]
    assert len(visit("V1").record.treatments) == 2
    with pytest.raises(InputError, match="no visit"):
        visit("V3")


def test_payers_are_listed_with_what_they_owe(claims: list[Claim]) -> None:
    found = {one.payer: one for one in payers()}
    assert (found["commercial"].open_cents, found["commercial"].open_claims) == (1_000 + 5_000 + 9_000, 3)
    assert found["medicare-advantage"].open_cents == 0
    assert payer("commercial").payer == found["commercial"]
    with pytest.raises(InputError, match="no payer"):
        payer("unheard-of")


def test_tasks_come_by_day_amount_or_action_and_are_done_once(claims: list[Claim]) -> None:
    for action, cents, due in (("denied", 500, None), ("credit", 900, DAY), ("denied", 700, DAY - dt.timedelta(1))):
        Task.objects.create(action=action, cents=cents, due_on=due, why="look", opened_at=NOW, claim=claims[0])
    assert [one.cents for one in open_tasks()] == [700, 900, 500]
    assert [one.cents for one in open_tasks(sort="amount")] == [900, 700, 500]
    assert [one.cents for one in open_tasks(sort="action")] == [900, 700, 500]
    assert [one.cents for one in open_tasks(due_by=DAY - dt.timedelta(1))] == [700]
    assert [(one.action, one.count, one.cents) for one in kinds()] == [("denied", 2, 1_200), ("credit", 1, 900)]
    first = open_tasks()[0]
    done(first.id, "called the payer", "biller", NOW)
    row = Task.objects.get(id=first.id)
    assert (row.state, row.closed_by, row.closed_why) == ("done", "biller", "called the payer")
    with pytest.raises(InputError, match="done already"):
        done(first.id, "again", "biller", NOW)
    with pytest.raises(InputError, match="no task"):
        done(987_654, "x", "biller", NOW)


def test_no_list_shows_another_practices_rows(claims: list[Claim]) -> None:
    other = save_practice("other", read_practice(WEEK / "practice.yaml"))
    with working_in(other.id):
        assert page(Wanted()).rows == ()
        assert patients().rows == ()
        assert visits().rows == ()
        assert open_tasks() == []
        with pytest.raises(InputError):
            show("C01")


def test_a_timeline_tells_minutes_lines_and_every_entry_once(practice: Practice) -> None:
    data = generated(30, 21)
    enter_answered(data)
    post(data)
    deposited()
    for one in Claim.objects.all():
        found = timeline(one.number, load())
        entries = [each.entry for each in found.happenings if each.entry is not None]
        touched = set(Posting.objects.filter(claim=one.number).values_list("entry_id", flat=True))
        assert len(entries) == len(set(entries))
        assert set(entries) == touched
        assert found.sums.unexplained_cents == in_suspense(one.number)
        assert found.sums.open_cents == one.open_cents == sum(found.open_by.values())
        assert found.sums.charge_cents == one.charge_cents == sum(line.charge_cents for line in found.lines)
        if Decision.objects.filter(claim=one).exists():
            assert any(each.kind == "deposit" for each in found.happenings)
        assert [each.at for each in found.happenings] == sorted(each.at for each in found.happenings)


def in_suspense(number: str) -> int:
    return sum(
        Posting.objects.filter(claim=number, account="suspense").exclude(line="").values_list("cents", flat=True)
    )


def deposited() -> None:
    """Every payment is seen at the bank."""
    from rehabill.ledger.entry import Place, entry
    from rehabill.office.exchange.models import File
    from rehabill.office.money.journal import write

    file = File.objects.create(sha256="b", name="bank.csv", kind="BANK", is_ours=False, content=b"", at=NOW, by="test")
    for number, one in enumerate(Payment.objects.all()):
        line = BankLine.objects.create(
            account="1", line_id=str(number), day=NOW.date(), cents=one.amount_cents, description=one.trace, file=file
        )
        moved = {Place("bank"): one.amount_cents, Place("cash_clearing", one.key): -one.amount_cents}
        (made,) = write([entry(NOW.date(), "deposit", str(number), moved)], "test", NOW)
        Deposit.objects.create(line=line, payment=one, cents=one.amount_cents, why="trace", entry_id=made)


def test_a_timeline_says_which_minutes_became_which_units(
    practice: Practice, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = claim("C1")
    made.visit = record_visit(made.patient, "V1", state="billed")
    made.save()
    almanac = load()
    with django_assert_max_num_queries(12):
        story = timeline("C1", almanac).story
    assert story is not None
    assert [(one.code, one.minutes, one.lines) for one in story.treatments] == [
        ("97110", 33, (1,)), ("97140", 7, (2,)),
    ]  # fmt: skip
    assert [(one.code, one.units, one.treatments) for one in story.lines] == [("97110", 2, (1,)), ("97140", 1, (2,))]


def test_a_reversed_payment_is_told_in_the_sums(practice: Practice) -> None:
    from rehabill.office.money.ledger import reverse

    claim("C1")
    reverse(pay("C1", 6_000, DAY, contract=2_500, patient_part=1_500), "wrong", "biller", NOW)
    sums = timeline("C1", load()).sums
    assert (sums.taken_back_cents, sums.adjusted_cents, sums.open_cents) == (-6_000, 0, 10_000)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


@pytest.fixture
def at_that_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for verb in ("aging_verb", "claim_list", "close_verb", "ledger_verb", "work_verb"):
        monkeypatch.setattr(f"rehabill.cli.{verb}.now", lambda: NOW)


ASKED = [
    ("patient list", 0), ("patient show P1", 0), ("visit list", 0), ("visit show V1", 0), ("payer list", 0),
    ("payer show commercial", 0), ("claim list --over 0 --sort oldest --limit 3", 0), ("claim show C01", 0),
    ("claim timeline C01", 0), ("aging", 0), ("aging --by patient --basis submitted", 0), ("aging --claims 31-60", 0),
    ("aging --as-of 2026-03-31", 0), ("ledger", 0), ("ledger --account charges", 0), ("ledger --patient P1", 0),
    ("ledger --claim C01 --from 2026-03-01", 0), ("ledger --check", 0), ("ledger --rebuild", 0), ("work", 1),
    ("close 2026-03 --dry-run", 1), ("close list", 0),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code"), ASKED)
@pytest.mark.usefixtures("at_that_time")
def test_every_verb_answers_as_a_page_and_as_json_lines(claims: list[Claim], asked: str, code: int) -> None:
    record_visit(claims[0].patient, "V1")
    Task.objects.create(action="denied", why="look", cents=5, opened_at=NOW, claim=claims[1])
    shown = run(*asked.split())
    assert (shown.exit_code, shown.output != "" or asked == "close list") == (code, True), shown.output
    told = run(*asked.split(), "--json")
    assert told.exit_code == code
    for line in told.output.splitlines():
        assert isinstance(json.loads(line), dict)


@pytest.mark.parametrize(
    "asked",
    ["claim show NONE", "patient show NONE", "visit show NONE", "payer show none", "ledger --account none",
     "ledger --party x", "ledger --check --claim C01", "claim list --after nonsense", "claim list --from yesterday",
     "aging --as-of 2026-01-01 --basis action", "work done 987654 --why x", "ledger reverse 987654 --why x",
     "close March", "close 2030-01"],
)  # fmt: skip
@pytest.mark.usefixtures("at_that_time")
def test_what_was_asked_wrongly_is_told_in_a_line(claims: list[Claim], asked: str) -> None:
    found = run(*asked.split())
    assert found.exit_code == 2
    assert "Error: " in found.output


@pytest.mark.usefixtures("at_that_time")
def test_a_month_is_closed_and_an_entry_taken_back_at_the_command_line(claims: list[Claim]) -> None:
    assert run("close", "2026-03").exit_code == 1
    assert "2026-03 is closed" in run("close", "2026-03", "--anyway").output
    assert "2026-03" in run("close", "list").output
    entry = Entry.objects.order_by("id").first()
    assert entry is not None
    assert "of 2026-04-02" in run("ledger", "reverse", str(entry.pk), "--why", "a test").output
    assert run("ledger", "--check").exit_code == 0


@pytest.mark.usefixtures("at_that_time")
def test_a_task_is_done_at_the_command_line(claims: list[Claim]) -> None:
    task = Task.objects.create(action="denied", why="look", opened_at=NOW, claim=claims[1])
    assert "denied of claim C01" in run("work", "done", str(task.id), "--why", "appealed").output
    assert run("work").exit_code == 0
