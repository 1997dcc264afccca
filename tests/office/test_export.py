"""Everything that is in the books comes out again, to the cent and to the letter; what came in goes in again."""

import csv
import datetime as dt
import json
import tracemalloc
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db.models import Count, Sum
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.office.conftest import NOW, WEEK
from tests.office.office_cli import run
from tests.office.test_init_verb import call

from rehabill.almanac.load import load
from rehabill.cli.practice import read_practice
from rehabill.intake import coverages, patients
from rehabill.ledger.beancount import account_name
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.party import Address, Person, Subscriber
from rehabill.model.roster import Approval, Policy, Registered
from rehabill.office.accounts.models import User
from rehabill.office.claims.models import Claim, ClaimEvent, ClaimVersion
from rehabill.office.coverage.models import Authorization, PlanOfCare, ProgressReport
from rehabill.office.coverage.models import Policy as PolicyRow
from rehabill.office.exchange.models import File
from rehabill.office.export import formats, rosters
from rehabill.office.export.columns import Column, Table
from rehabill.office.export.tables import AS_IMPORTED, FOLLOWS, PLAIN, tables
from rehabill.office.money.entries import read_entries
from rehabill.office.money.models import Entry, Posting
from rehabill.office.money.posting.file import post_file
from rehabill.office.practices.models import Practice
from rehabill.office.practices.owned import owned_models
from rehabill.office.practices.records import save_practice
from rehabill.office.practices.scope import working_in
from rehabill.office.visits.models import Visit
from rehabill.office.worklists.models import Task

FORMATS = ("csv", "json", "parquet")


@pytest.fixture
def worked(practice: Practice, tmp_path: Path) -> Practice:
    """The example's week, billed and paid; with a guarantor, a plan and an authorisation."""
    assert run("import", "visits", WEEK / "visits.csv", WEEK / "visits.jsonl").code == 0
    run("bill", "--out", tmp_path / "billed", "--created", "2026-03-09T08:00")
    post_file("remittance.835", (WEEK / "remittance.835").read_bytes(), load(), "test", NOW)
    head = "patient_id,first_name,last_name,guarantor_first,guarantor_last,guarantor_address,guarantor_city,"
    row = 'EX-001,Alma,Example,Pat,Example,"1 Main St, Suite 2",Exampleville,AL,35099,spouse\n'
    (tmp_path / "patients.csv").write_text(f"{head}guarantor_state,guarantor_zip,guarantor_relationship\n{row}")
    assert run("import", "patients", tmp_path / "patients.csv").code == 0
    policy = PolicyRow.objects.order_by("id").first()
    Authorization.objects.create(policy=policy, number="A-1", codes=["97110", "97140"], visits=12, visits_before=2)
    plan = PlanOfCare.objects.create(patient=policy.patient, starts=dt.date(2026, 1, 5), order_on_file=True)
    ProgressReport.objects.create(plan=plan, written_on=dt.date(2026, 3, 3))
    return practice


def export(folder: Path, form: str, name: str = "out") -> Path:
    answer = run("export", folder / name, "--format", form)
    assert answer.code == 0, answer.err
    return folder / name


def read(folder: Path, name: str, form: str) -> list[dict[str, Any]]:
    if form == "csv":
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if form == "json":
        return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]
    pq = pytest.importorskip("pyarrow.parquet")
    found: list[dict[str, Any]] = pq.read_table(folder / f"{name}.parquet").to_pylist()
    return found


# ------------------------------------------------------------------------------------------ nothing lost


def test_every_table_of_a_practice_comes_out(db: None) -> None:
    assert set(owned_models()) == {*PLAIN, *AS_IMPORTED, *FOLLOWS}
    names = [one.name for one in tables_of(Practice())]
    assert len(names) == len(set(names))


def tables_of(practice: Practice) -> list[Table]:
    with working_in(practice.id or 0):
        return tables()


def test_no_two_columns_of_a_table_have_one_name(practice: Practice) -> None:
    for one in tables():
        names = [column.name for column in one.columns]
        assert len(names) == len(set(names)), one.name
        assert not [name for name in names if name == "cents" or name.endswith("_ptr")]


@pytest.mark.parametrize("form", FORMATS)
def test_all_rows_are_there_and_money_is_the_books(worked: Practice, tmp_path: Path, form: str) -> None:
    out = export(tmp_path, form)
    rows = {one.name: read(out, one.name, form) for one in tables()}
    for model, name in PLAIN.items():
        assert len(rows[name]) == model.objects.count(), name  # type: ignore[attr-defined]
    assert len(rows["practice"]) == 1 and rows["practice"][0]["name"] == "Example Rehab Clinic, LLC"
    assert sum(int(row["amount_cents"]) for row in rows["postings"]) == 0
    by_account: dict[str, int] = {}
    for row in rows["postings"]:
        by_account[row["account"]] = by_account.get(row["account"], 0) + int(row["amount_cents"])
    books = Posting.objects.values_list("account").annotate(of=Sum("cents"))
    assert by_account == dict(books) and len(by_account) > 5
    charged = {row["claim"]: (int(row["charge_cents"]), int(row["open_cents"])) for row in rows["claims"]}
    assert charged == {row[0]: row[1:] for row in Claim.objects.values_list("number", "charge_cents", "open_cents")}
    assert {row["claim"] for row in rows["decisions"]} <= charged.keys()


@pytest.mark.parametrize("form", FORMATS)
def test_records_are_kept_as_they_are(worked: Practice, tmp_path: Path, form: str) -> None:
    out = export(tmp_path, form)
    found = read(out, "claim_versions", form)
    for row, version in zip(found, ClaimVersion.objects.order_by("id"), strict=True):
        told = row["record"] if form == "json" else json.loads(row["record"])
        assert msgspec.convert(told, ClaimRecord) == version.record
        assert str(row["claim"]) == version.claim.number
    moments = {dt.datetime.fromisoformat(str(row["at"])) for row in read(out, "claim_events", form)}
    assert moments == set(ClaimEvent.objects.values_list("at", flat=True)) and NOW in moments
    days = {str(row["service_day"]) for row in read(out, "claims", form)}
    assert days == {str(day) for day in Claim.objects.values_list("service_day", flat=True)}


def test_files_come_out_byte_for_byte(worked: Practice, tmp_path: Path) -> None:
    out = export(tmp_path, "csv")
    kept = {one.sha256: bytes(one.content) for one in File.objects.all()}
    assert {path.name: path.read_bytes() for path in (out / "files").iterdir()} == kept
    assert (WEEK / "remittance.835").read_bytes() in kept.values()
    assert {row["sha256"] for row in read(out, "files", "csv")} == kept.keys()


def test_the_same_books_give_the_same_bytes(worked: Practice, tmp_path: Path) -> None:
    for form in ("csv", "json"):
        one, other = export(tmp_path, form, f"{form}-1"), export(tmp_path, form, f"{form}-2")
        for path in one.iterdir():
            if path.is_file():
                assert path.read_bytes() == (other / path.name).read_bytes()


def test_only_the_practices_own_rows(worked: Practice, tmp_path: Path) -> None:
    other = save_practice("other", read_practice(WEEK / "practice.yaml"))
    with working_in(other.id):
        run("import", "visits", WEEK / "visits.jsonl", "--practice", "other")
    answer = run("export", tmp_path / "other", "--practice", "other", "--json")
    assert answer.rows[0]["rows"]["visits"] == 13 and answer.rows[0]["rows"]["claims"] == 0


def test_somebody_a_task_is_given_to_is_told_by_name(worked: Practice, tmp_path: Path) -> None:
    someone = User.objects.create(username="kim")
    Task.objects.create(action="denied", why="look", opened_at=NOW, assignee=someone)
    tasks = read(export(tmp_path, "json"), "tasks", "json")
    assert [row["assignee"] for row in tasks if row["why"] == "look"] == ["kim"]


# ------------------------------------------------------------------------------------------ whole or not at all


def test_a_folder_with_something_in_it_is_left_alone(worked: Practice, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    answer = run("export", tmp_path / "out")
    assert answer.code == 2 and "new or empty" in answer.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_the_folder_one_works_in_is_not_taken_away(
    practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run("export", ".")
    assert answer.code == 2 and "name a new one inside it" in answer.err and list(tmp_path.iterdir()) == []


def test_a_link_to_an_empty_folder_is_filled(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    assert run("export", tmp_path / "link").code == 0
    assert (tmp_path / "there" / "patients.csv").is_file() and (tmp_path / "link").is_symlink()


def test_what_fails_leaves_nothing_behind(worked: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(formats._FORMATS, "json", (fail, "jsonl"))
    answer = run("export", tmp_path / "out", "--format", "json")
    assert answer.code == 2 and "No space left" in answer.err
    assert not (tmp_path / "out").exists() and not (tmp_path / ".out.draft").exists()


def test_a_draft_of_a_run_that_was_killed_is_in_nobodys_way(worked: Practice, tmp_path: Path) -> None:
    (tmp_path / ".out.draft").mkdir()
    (tmp_path / ".out.draft" / "old.csv").write_text("old")
    out = export(tmp_path, "csv")
    assert not (out / "old.csv").exists() and not (tmp_path / ".out.draft").exists()


# ------------------------------------------------------------------------------------------ beancount


def test_bean_check_accepts_the_journal_and_comes_to_the_same(worked: Practice, tmp_path: Path) -> None:
    loader = pytest.importorskip("beancount.loader")
    out = export(tmp_path, "beancount")
    found, errors, _ = loader.load_file(str(out / "journal.beancount"))
    assert errors == []
    theirs: dict[str, int] = {}
    for directive in found:
        for posting in getattr(directive, "postings", None) or ():
            theirs[posting.account] = theirs.get(posting.account, 0) + int(posting.units.number * 100)
    ours: dict[str, int] = {}
    for one in read_entries(list(Entry.objects.values_list("id", flat=True))).values():
        for each in one.postings:
            ours[account_name(each.place)] = ours.get(account_name(each.place), 0) + each.cents
    assert theirs == ours and len(ours) > 10


# ------------------------------------------------------------------------------------------ and back in again


def test_what_was_exported_goes_into_fresh_books_and_gives_the_same_rows(worked: Practice, tmp_path: Path) -> None:
    first = export(tmp_path, "csv", "first")
    names = ("patients", "coverages", "authorizations", "visits")
    fresh = save_practice("fresh", read_practice(WEEK / "practice.yaml"))
    for name in names:
        answer = run("import", name, first / f"{name}.csv", "--practice", "fresh")
        assert answer.code == 0, answer.err
    run("export", tmp_path / "second", "--practice", "fresh")
    for name in names:
        one, other = (read(folder, name, "csv") for folder in (first, tmp_path / "second"))
        assert len(one) > 0 and [_own(row) for row in one] == [_own(row) for row in other], name
    again = run("import", "visits", first / "visits.csv", "--practice", "fresh")
    assert "70 visits: 70 there already" in again.out
    with working_in(fresh.id):
        assert dict(Visit.objects.values_list("state").annotate(Count("id"))) == {"billed": 65, "recorded": 5}
    assert "5 visits: 5 held" in run("bill", "--out", tmp_path / "twice", "--practice", "fresh").out


def _own(row: dict[str, Any]) -> dict[str, Any]:
    """But for the rows' own numbers, and what becomes of a visit when it is billed."""
    left_out = ("id", "guarantor_id", "policy_id", "state", "why", "visits_before", "units_before")
    return {name: value for name, value in row.items() if name not in left_out}


NAME = st.text("bÄß,;\"'\n =", max_size=6).map(lambda text: f"A{text}z")
NAMES = st.none() | NAME
DAYS = st.none() | st.dates(dt.date(1930, 1, 1), dt.date(2030, 1, 1))
ADDRESSES = st.none() | st.builds(
    Address, line1=NAME, line2=NAMES, city=NAME, state=st.just("AL"), zip=st.just("35099"),
    country=st.none() | st.just("CA"),
)  # fmt: skip
SEXES = st.none() | st.sampled_from(["F", "M", "U"])
PERSONS = st.builds(
    Person, first=NAME, last=NAME, middle=NAMES, suffix=NAMES, birth_date=DAYS, sex=SEXES,
    address=ADDRESSES, phone=NAMES,
)  # fmt: skip
REGISTERED = st.builds(
    Registered,
    patient=PERSONS.map(lambda one: msgspec.structs.replace(one, id="P-1")),
    guarantor=st.none() | st.builds(Person, first=NAME, last=NAMES, address=ADDRESSES, phone=NAMES),
    guarantor_relationship=st.none() | st.sampled_from(["child", "spouse"]),
)  # fmt: skip
POLICIES = st.builds(
    Policy, patient_id=st.just("P-1"), payer=st.just("commercial"), order=st.sampled_from(["P", "S", "T"]),
    subscriber=st.builds(
        Subscriber, member_id=NAME, relationship=st.sampled_from(["self", "child"]), group_number=NAMES,
        group_name=NAMES, person=st.none() | PERSONS, organization=NAMES, property_casualty_claim=NAMES,
        medicare_secondary_reason=NAMES, assigns_benefits=st.booleans(), release_signed=st.booleans(),
    ),
)  # fmt: skip
APPROVALS = st.builds(
    Approval, patient_id=st.just("P-1"), payer=st.just("commercial"), number=NAME, starts=DAYS,
    codes=st.lists(st.sampled_from(["97110", "97140"]), unique=True).map(tuple), visits=st.none() | st.integers(0, 99),
    visits_used=st.integers(0, 99), units=st.none() | st.integers(0, 99), units_used=st.integers(0, 99),
)  # fmt: skip


@pytest.mark.parametrize(
    ("records", "placed", "reader"),
    [
        (REGISTERED, patients.PLACED, patients.read),
        (POLICIES, coverages.POLICY, coverages.read_policies),
        (APPROVALS, coverages.APPROVAL, coverages.read_authorizations),
    ],
    ids=["patients", "coverages", "authorizations"],
)
@given(data=st.data())
@settings(max_examples=60)
def test_nothing_of_a_record_is_lost_in_its_columns(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, records: Any, placed: Any, reader: Any
) -> None:
    record = data.draw(records)
    folder = tmp_path_factory.mktemp("t")
    table = Table("t", rosters._columns(placed), lambda: iter([rosters._values(placed, record)]))
    formats.write_table(table, folder, "csv")
    (row,) = reader((folder / "t.csv").read_bytes()).rows
    assert row.found == record


def test_a_record_that_is_no_visit_is_told_and_the_next_goes_on(practice: Practice, tmp_path: Path) -> None:
    good = (WEEK / "visits.jsonl").read_text().splitlines()[0]
    with (tmp_path / "visits.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("visit_id", "record"), ("A", '{"date": 7}'), ("B", "no json"), ("C", good)])
    answer = run("import", "visits", tmp_path / "visits.csv", "--json")
    assert answer.code == 3 and [row.get("what") for row in answer.rows] == [None, None, "new"]
    assert [row["error"]["path"] for row in answer.rows[:2]] == ["row 2: record.date", "row 3: record"]


# ------------------------------------------------------------------------------------------ memory, and books in use


@pytest.mark.parametrize("form", FORMATS)
def test_rows_are_written_as_they_are_read(tmp_path: Path, form: formats.Format) -> None:
    columns = (Column("id", "int"), Column("text", "text"), Column("day", "day"), Column("record", "json"))
    day, text = dt.date(2026, 3, 2), "x" * 200

    def table(count: int) -> Table:
        return Table("t", columns, lambda: ((at, f"{text}{at}", day, f'{{"n": "{text}{at}"}}') for at in range(count)))

    def peak(count: int) -> int:
        tracemalloc.start()
        assert formats.write_table(table(count), tmp_path, form) == count
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)  # what is imported and kept once
    assert peak(30_000) < 1.5 * peak(6_000)
    assert len(read(tmp_path, "t", form)) == 6_000


def test_books_of_a_process_of_its_own(tmp_path: Path) -> None:
    """Outside of a test's transaction: the export begins one itself, and gives it back."""
    home, database = tmp_path / "home", "rehabill_export"
    for arguments in (("init", WEEK / "practice.yaml"), ("import", "visits", WEEK / "visits.jsonl")):
        assert call(home, *arguments, database=database).returncode == 0
    for form in ("csv", "beancount"):
        answer = call(home, "export", tmp_path / form, "--format", form, database=database)
        assert answer.returncode == 0, answer.stderr
    assert len(read(tmp_path / "csv", "visits", "csv")) == 13
