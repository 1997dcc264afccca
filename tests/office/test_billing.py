"""Visits of the books to claims: the same claims as without books, charged to the cent, sent once."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db.models import Max, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.office.conftest import NOW, WEEK
from tests.office.office_cli import Answer, run

from rehabill.almanac.load import load
from rehabill.base.errors import InputError
from rehabill.engine.life_cycle.move import IllegalTransition
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.standing import Event
from rehabill.office.claims import billing, sending
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.models import Claim, ClaimEvent, ClaimLine, ClaimVersion
from rehabill.office.claims.timeline import timeline
from rehabill.office.claims.versions import correct, void
from rehabill.office.coverage.models import Authorization, AuthorizationUse, PlanOfCare, Policy, ProgressReport
from rehabill.office.exchange.models import File, Submission
from rehabill.office.money.models import Close, Decision, Entry, Owed, Posting
from rehabill.office.money.posting.file import post_file
from rehabill.office.money.rebuild import differences
from rehabill.office.practices.models import Charge, Practice
from rehabill.office.visits.models import Visit
from rehabill.office.worklists.models import Task

FILES = ["claims.837", "claims.jsonl", "held.jsonl", "summary.json"]
LISTS_BEFORE = ["claims-1.jsonl", "held-1.jsonl", "summary-1.json"]
MOMENT = dt.datetime(2026, 3, 9, 8, 0)
TODAY = MOMENT.date()


def bill(out: Path, *options: object, at: str = "2026-03-09T08:00") -> Answer:
    return run("bill", "--out", out, "--created", at, *options)


def take(*records: dict[str, Any]) -> None:
    assert run("import", "visits", "-", data=b"".join(json.dumps(one).encode() + b"\n" for one in records)).code in (
        0,
        1,
    )


def visits() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (WEEK / "visits.jsonl").read_text().splitlines()]


def rows(path: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in map(json.loads, path.read_text().splitlines())}


def claims_of(path: Path) -> dict[str, str]:
    """By its number each claim's own text in an 837P: from CLM to the next level."""
    found: dict[str, str] = {}
    number = ""
    for segment in path.read_text().split("~"):
        tag, *elements = segment.strip().split("*")
        if tag == "CLM":
            number = elements[0]
        elif tag in ("HL", "SE"):
            number = ""
        if number:
            found[number] = found.get(number, "") + segment
    return found


def state_of_the_books() -> list[object]:
    """All that must be the same however often a run was stopped: nothing of numbers, moments and order."""
    return [
        sorted(
            Claim.objects.values_list("number", "insurance", "owes", "paid", "charge_cents", "open_cents", "version")
        ),
        sorted(ClaimVersion.objects.values_list("claim__number", "number", "edition")),
        sorted(ClaimLine.objects.values_list("line_id", "code", "modifiers", "units", "charge_cents")),
        sorted(ClaimEvent.objects.values_list("claim__number", "kind", "insurance")),
        sorted(Posting.objects.values_list("account", "party", "order", "claim", "line", "cents")),
        sorted(Owed.objects.values_list("claim__number", "account", "party", "cents", "sent_on")),
        sorted(Submission.objects.values_list("version__claim__number", "version__number")),
        sorted(Visit.objects.values_list("number", "state", "why")),
    ]


@pytest.fixture
def week(practice: Practice) -> Practice:
    assert run("import", "visits", WEEK / "visits.csv", WEEK / "visits.jsonl").code == 0
    return practice


# ------------------------------------------------------------------------------------------ the same claims


def test_the_week_gives_the_claims_that_it_gives_without_books(week: Practice, tmp_path: Path) -> None:
    books, files = tmp_path / "books", tmp_path / "files"
    by_books = bill(books)
    by_files = run("bill", WEEK / "visits.csv", WEEK / "visits.jsonl", "--practice", WEEK / "practice.yaml", "--out",
                   files, "--created", "2026-03-09T08:00")  # fmt: skip
    assert by_books.code == by_files.code == 1
    assert sorted(path.name for path in books.iterdir()) == FILES
    assert rows(books / "claims.jsonl") == rows(files / "claims.jsonl")
    assert rows(books / "held.jsonl") == rows(files / "held.jsonl")
    assert claims_of(books / "claims.837") == claims_of(files / "claims.837")
    summaries = [json.loads((folder / "summary.json").read_text()) for folder in (books, files)]
    for one in summaries:
        del one["control_number"]
    assert summaries[0].pop("files")[0]["claims"] == 61
    assert summaries[0] == summaries[1]
    for row in rows(files / "claims.jsonl").values():
        if row["state"] in ("ready", "self_pay"):
            version = ClaimVersion.objects.get(claim__number=row["claim_number"])
            assert msgspec.to_builtins(version.record) == msgspec.to_builtins(
                msgspec.convert(row["claim"], ClaimRecord)
            )


def test_charges_are_owed_to_the_cent_and_follow_from_the_lines(week: Practice, tmp_path: Path) -> None:
    bill(tmp_path)
    assert Posting.objects.aggregate(of=Sum("cents"))["of"] == 0
    for claim in Claim.objects.annotate(of=Sum("versions__lines__charge_cents")):
        assert claim.charge_cents == claim.open_cents == claim.of > 0
    assert Owed.objects.aggregate(of=Sum("cents"))["of"] == 1_064_700
    assert set(Owed.objects.filter(account="patient_receivable").values_list("claim__visit__state", flat=True)) == {
        "self_pay"
    }
    assert list(differences()) == []


def test_what_becomes_of_visits(week: Practice, tmp_path: Path) -> None:
    bill(tmp_path)
    states = dict(Visit.objects.values_list("state").annotate(of=Max("id")))
    assert set(states) == {"billed", "held", "self_pay"}
    assert Visit.objects.get(number="EX0302-15").why.startswith("PT311 Diagnosis 1")
    assert Claim.objects.count() == 65 and not Claim.objects.filter(visit__state="held").exists()
    walk_in = Claim.objects.get(number="EX0306-09")
    assert (walk_in.owes, walk_in.standings, walk_in.sent_on) == ("patient", (), None)
    one = Claim.objects.get(number="EX0302-01")
    assert (one.insurance, one.owes, one.paid, one.sent_on) == ("sent", "first", "unpaid", TODAY)
    assert [event.kind for event in one.events.order_by("id")] == ["made", "released", "sent"]
    assert one.events.first().edition.startswith("medicare-b@2026-03-02")
    assert Owed.objects.get(claim=one).sent_on == TODAY


def test_again_bills_and_sends_nothing_twice(week: Practice, tmp_path: Path) -> None:
    bill(tmp_path)
    sent, state = (tmp_path / "claims.837").read_bytes(), state_of_the_books()
    again = bill(tmp_path, at="2026-03-10T08:00")
    assert "5 visits: 5 held" in again.out and "no 837P to send" in again.out
    assert state_of_the_books() == state
    assert (tmp_path / "claims.837").read_bytes() == sent == bytes(File.objects.get().content)


def test_a_held_visit_goes_when_it_was_mended(week: Practice, tmp_path: Path) -> None:
    bill(tmp_path)
    held = Visit.objects.get(number="EX0302-15")
    mended = msgspec.structs.replace(held.record, diagnoses=("M25.561",))
    take(msgspec.to_builtins(mended))
    answer = bill(tmp_path, at="2026-03-10T08:00")
    assert "1 ready to send, 4 held" in answer.out
    assert Visit.objects.get(number="EX0302-15").state == "billed"
    assert list(claims_of(tmp_path / "claims-000000002.837")) == ["EX0302-15"]


def test_the_answer_to_the_week_finds_every_claim(week: Practice, tmp_path: Path) -> None:
    """What was billed is what payers answer: the example's remittance, posted on these books."""
    bill(tmp_path)
    outcome = post_file("remittance.835", (WEEK / "remittance.835").read_bytes(), load(), "test", NOW)
    assert outcome.state == "posted" and sum(one.unknown for one in outcome.payments) == 0
    assert not Decision.objects.filter(claim=None).exists()
    assert set(Claim.objects.filter(decisions=None).values_list("visit__state", flat=True)) == {"self_pay"}
    assert list(differences()) == []


# ------------------------------------------------------------------------------------------ nothing lost, nothing twice


@given(at_once=st.integers(1, 40), stop_after=st.integers(0, 70), keeps=st.booleans())
@settings(max_examples=4, suppress_health_check=list(HealthCheck))
def test_a_run_that_was_stopped_anywhere_ends_where_one_does_that_was_not(
    week: Practice, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, at_once: int,
    stop_after: int, keeps: bool,
) -> None:  # fmt: skip
    from django.db import transaction

    ends = []
    for is_stopped in (False, True):
        with transaction.atomic():
            out = tmp_path_factory.mktemp("out")
            monkeypatch.setattr(billing, "_AT_ONCE", at_once)
            if is_stopped:
                _stop(week, out, stop_after, keeps)
            bill(out)
            number = json.loads((out / "summary.json").read_text())["control_number"]
            ends.append((state_of_the_books(), claims_of(out / "claims.837"), number))
            assert Submission.objects.count() == 61
            transaction.set_rollback(True)
    assert ends[0] == ends[1]


def _stop(practice: Practice, out: Path, after: int, keeps: bool) -> None:
    """Bill some visits; then begin to send and fail before the file counts as sent."""
    billed = billing.bill_waiting(practice, load(), TODAY, "test", NOW)
    for _, _one in zip(range(after), billed, strict=False):
        pass
    billed.close()

    def fail(number: int, file: File) -> None:
        if keeps:
            (out / f".claims-{number:09d}.837.draft").write_bytes(file.content)
        raise OSError("the disk is full")

    if Claim.objects.filter(insurance="ready").exists():
        with pytest.raises(OSError, match="full"):
            list(sending.send_ready(practice, load(), MOMENT, "test", NOW, fail))
        assert not File.objects.exists() and not Claim.objects.filter(insurance="sent").exists()


def test_a_file_that_counts_as_sent_and_was_not_named_is_there_after_the_next_run(
    week: Practice, tmp_path: Path
) -> None:
    """Killed between the books and the folder."""
    bill(tmp_path)
    sent = (tmp_path / "claims.837").read_bytes()
    (tmp_path / "claims.837").rename(tmp_path / ".claims-000000001.837.draft")
    (tmp_path / ".claims-000000002.837.draft").write_bytes(b"of a run that was killed before it was sent")
    answer = bill(tmp_path, at="2026-03-10T08:00")
    assert (tmp_path / "claims.837").read_bytes() == sent and "earlier run" in answer.out
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted((*FILES, *LISTS_BEFORE))


def test_the_lists_of_every_run_are_kept(week: Practice, tmp_path: Path) -> None:
    bill(tmp_path)
    first = (tmp_path / "claims.jsonl").read_bytes()
    answer = bill(tmp_path, at="2026-03-10T08:00")
    assert "Lists of the run before: claims-1.jsonl, held-1.jsonl, summary-1.json" in answer.out
    bill(tmp_path, at="2026-03-11T08:00")
    assert (tmp_path / "claims-1.jsonl").read_bytes() == first
    assert (tmp_path / "claims-2.jsonl").read_bytes() == (tmp_path / "claims.jsonl").read_bytes() != first


def test_a_file_nobody_has_fetched_is_not_written_over(week: Practice, tmp_path: Path) -> None:
    bill(tmp_path)
    first = (tmp_path / "claims.837").read_bytes()
    take({**visits()[2], "id": "LATER", "date": "2026-03-05"})
    bill(tmp_path, at="2026-03-10T08:00")
    assert (tmp_path / "claims.837").read_bytes() == first
    assert list(claims_of(tmp_path / "claims-000000002.837")) == ["LATER"]


def test_control_numbers_go_on_for_ever(week: Practice, tmp_path: Path) -> None:
    bill(tmp_path, "--control-number", "500")
    take({**visits()[2], "id": "LATER", "date": "2026-03-05"})
    assert bill(tmp_path, "--control-number", "500").code == 2
    bill(tmp_path)
    assert sorted(set(Submission.objects.values_list("interchange", flat=True))) == ["000000500", "000000501"]


def test_the_queries_do_not_grow_with_the_visits(
    week: Practice, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(80):
        bill(tmp_path)


# ------------------------------------------------------------------------------------------ what the books know


def test_a_visit_that_says_little_is_completed_from_the_books(practice: Practice, tmp_path: Path) -> None:
    full = visits()[2]
    take(full)
    take({**full, "id": "BRIEF", "date": "2026-03-05", "patient": full["patient"]["id"], "subscriber": None})
    assert bill(tmp_path).code == 0
    brief = ClaimVersion.objects.get(claim__number="BRIEF").record
    assert brief.patient.address.city == full["patient"]["address"]["city"]
    assert brief.subscriber.member_id == full["subscriber"]["member_id"]


def test_the_years_dollars_go_on_from_what_was_told(practice: Practice, tmp_path: Path) -> None:
    told = visits()[2]
    untold = {**told, "id": "NEXT", "date": "2026-03-05", "context": {**told["context"]}}
    del untold["context"]["therapy_ytd_cents"]
    unknown = {**untold, "id": "OTHER", "patient": {**told["patient"], "id": "NEW"}}
    take(told, untold, {**untold, "id": "THIRD", "date": "2026-03-06"}, unknown)
    bill(tmp_path)
    first, second, third, other = (
        ClaimVersion.objects.get(claim__number=one) for one in (told["id"], "NEXT", "THIRD", "OTHER")
    )
    before = told["context"]["therapy_ytd_cents"] + first.priced.allowed_cents
    assert second.record.context.therapy_ytd_cents == before
    assert third.record.context.therapy_ytd_cents == before + second.priced.allowed_cents
    assert other.record.context.therapy_ytd_cents is msgspec.UNSET


def test_dollars_of_later_visits_and_of_voided_claims_are_not_counted(practice: Practice, tmp_path: Path) -> None:
    told = visits()[2]
    untold = {**told, "id": "LATER", "date": "2026-03-06", "context": {**told["context"]}}
    del untold["context"]["therapy_ytd_cents"]
    take(told, untold)
    bill(tmp_path)
    take({**untold, "id": "BETWEEN", "date": "2026-03-05"}, {**untold, "id": "AFTER", "date": "2026-03-07"})
    bill(tmp_path, at="2026-03-10T08:00")
    first, between = (ClaimVersion.objects.get(claim__number=one) for one in (told["id"], "BETWEEN"))
    before = told["context"]["therapy_ytd_cents"] + first.priced.allowed_cents
    assert between.record.context.therapy_ytd_cents == before
    for number in ("LATER", "BETWEEN", "AFTER"):
        claim = Claim.objects.get(number=number)
        said(claim, "rejected")
        void(claim, "wrong patient", "test", NOW, load(), TODAY)
    take({**untold, "id": "LAST", "date": "2026-03-09"})
    bill(tmp_path, at="2026-03-11T08:00")
    assert ClaimVersion.objects.get(claim__number="LAST").record.context.therapy_ytd_cents == before


def test_a_plan_a_report_and_an_authorization_of_the_books_go_with_the_visit(
    practice: Practice, tmp_path: Path
) -> None:
    visit = {**visits()[1], "context": {"therapy_ytd_cents": 0}}
    days = ("2026-03-03", "2026-03-04", "2026-03-05")
    take(*({**visit, "id": f"A{day[-1]}", "date": day} for day in days))
    policy = Policy.objects.get()
    plan = PlanOfCare.objects.create(
        patient=policy.patient, starts=dt.date(2026, 1, 5), ends=dt.date(2026, 4, 4), certified_on=dt.date(2026, 1, 9)
    )
    ProgressReport.objects.create(plan=plan, written_on=dt.date(2026, 3, 3))
    Authorization.objects.create(policy=policy, number="A-1", visits=10, visits_before=4)
    bill(tmp_path)
    records = [ClaimVersion.objects.get(claim__number=f"A{day[-1]}").record for day in days]
    assert [one.context.plan_of_care.certified_on for one in records] == [dt.date(2026, 1, 9)] * 3
    assert [one.context.authorization.visits_left for one in records] == [6, 5, 4]
    assert [one.context.visits_since_progress_report for one in records] == [0, 0, 1]
    assert AuthorizationUse.objects.count() == 3


def test_a_second_policy_makes_the_claim_ask_two(practice: Practice, tmp_path: Path) -> None:
    take(visits()[2])
    patient = visits()[2]["patient"]["id"]
    table = tmp_path / "c.csv"
    table.write_text(f"patient_id,payer,member_id,order\n{patient},commercial,C-9,secondary\n")
    run("import", "coverages", table)
    bill(tmp_path / "out")
    version = ClaimVersion.objects.get()
    assert [(one.payer, one.order) for one in version.booked.payers] == [("medicare-b", "P"), ("commercial", "S")]
    assert version.record.other_insurance[0].payer_id == "EXCOM"
    assert [(one.order, one.status) for one in version.claim.standings] == [("P", "sent"), ("S", "waiting")]
    assert Owed.objects.get().party == "medicare-b"


def test_what_nobody_charges_for_is_held(practice: Practice, tmp_path: Path) -> None:
    Charge.objects.filter(code="97110").delete()
    take({**visits()[10], "treatments": [{"code": "97110", "minutes": 30}]})
    assert bill(tmp_path).code == 1
    held = Visit.objects.get()
    assert held.state == "held" and "97110 has no charge" in held.why and not Claim.objects.exists()


def test_an_unknown_payer_holds_the_visit_and_no_other(practice: Practice, tmp_path: Path) -> None:
    take({**visits()[2], "id": "ODD", "payer": "nobody-knows"}, visits()[2])
    assert bill(tmp_path).code == 3
    assert dict(Visit.objects.values_list("number", "state")) == {"ODD": "held", visits()[2]["id"]: "billed"}
    assert "nobody-knows" in Visit.objects.get(number="ODD").why


def test_a_claim_of_that_number_that_is_not_the_visits_holds_it(week: Practice, tmp_path: Path) -> None:
    visit = Visit.objects.get(number="EX0302-01")
    Claim.objects.create(
        number="EX0302-01", patient=visit.patient, payer="medicare-b", service_day=TODAY, acted_on=TODAY
    )
    bill(tmp_path)
    visit.refresh_from_db()
    assert visit.state == "held" and "already" in visit.why


def test_a_closed_month_takes_no_charge(week: Practice, tmp_path: Path) -> None:
    Close.objects.create(last_day=dt.date(2026, 3, 31), at=NOW, by="test", balances={})
    answer = bill(tmp_path)
    assert answer.code == 3 and "closed" in answer.err and not Claim.objects.exists()


def test_charges_of_another_year_are_those_of_the_day(practice: Practice, tmp_path: Path) -> None:
    Charge.objects.filter(code="97110").update(ends=dt.date(2026, 3, 3))
    Charge.objects.create(code="97110", cents=9_900, starts=dt.date(2026, 3, 4))
    treatments = [{"code": "97110", "minutes": 15}]
    take(*({**visits()[10], "id": f"D{day}", "date": f"2026-03-0{day}", "treatments": treatments} for day in (3, 4)))
    bill(tmp_path)
    assert dict(Claim.objects.values_list("number", "charge_cents")) == {"D3": 6_000, "D4": 9_900}


# ------------------------------------------------------------------------------------------ corrected, taken back


def billed(tmp_path: Path, index: int = 4) -> Claim:
    """One claim, sent; the fifth visit's payer takes replacements."""
    take(visits()[index])
    assert bill(tmp_path).code == 0
    found: Claim = Claim.objects.get()
    return found


def said(claim: Claim, *events: Event) -> None:
    record([Happened(claim.id, "P", one) for one in events], "test", NOW)
    claim.refresh_from_db()


def with_units(claim: Claim, units: int) -> ClaimRecord:
    """The last line as it should have been billed, with its charge."""
    record: ClaimRecord = claim.versions.get(number=claim.version).record
    line = record.lines[-1]
    each = line.charge_cents // line.units  # type: ignore[operator]
    new = msgspec.structs.replace(line, units=units, charge_cents=each * units, minutes=units * 15)
    return msgspec.structs.replace(record, lines=(*record.lines[:-1], new))


def change(claim: Claim, new: ClaimRecord) -> ClaimVersion:
    version = correct(claim, new, "one unit too many", "test", NOW, load(), TODAY)
    claim.refresh_from_db()
    return version


def test_a_correction_is_a_new_version_that_replaces_the_old_one(practice: Practice, tmp_path: Path) -> None:
    claim = billed(tmp_path)
    before = claim.charge_cents
    said(claim, "accepted", "denied")
    Claim.objects.update(payer_claim_number="ICN-1")
    units = claim.versions.get().record.lines[-1].units
    version = change(claim, with_units(claim, units + 1))
    assert (version.number, version.record.frequency, version.record.payer_claim_number) == (2, "7", "ICN-1")
    assert (claim.version, claim.insurance) == (2, "ready") and claim.charge_cents > before
    assert [entry.kind for entry in Entry.objects.order_by("id")] == ["charge", "correction"]
    assert list(differences()) == []
    bill(tmp_path, at="2026-03-12T08:00")
    assert ":B:7*" in claims_of(tmp_path / "claims-000000002.837")[claim.number]
    claim.refresh_from_db()
    assert (claim.insurance, claim.standings[0].sent, claim.sent_on) == ("sent", 2, dt.date(2026, 3, 12))
    first = claim.versions.get(number=1)
    assert first.record.lines[-1].units == units, "what was sent never changes"


def test_a_rejected_claim_is_corrected_as_a_new_one(practice: Practice, tmp_path: Path) -> None:
    claim = billed(tmp_path, 2)
    said(claim, "rejected")
    assert change(claim, claim.versions.get().record).record.frequency == "1"
    assert claim.insurance == "ready"


def test_a_line_taken_off_is_charged_no_more_and_stays_known(practice: Practice, tmp_path: Path) -> None:
    claim = billed(tmp_path)
    said(claim, "rejected")
    record = claim.versions.get().record
    version = change(claim, msgspec.structs.replace(record, lines=record.lines[:1]))
    assert claim.charge_cents == record.lines[0].charge_cents
    assert [line.charge_cents for line in version.booked.lines][1:] == [0] * (len(record.lines) - 1)
    assert {line.line_id for line in version.booked.lines} == {line.line_id for line in record.lines}
    assert list(differences()) == []
    told = [one.what for one in timeline(claim.number, load()).happenings if one.kind == "version"]
    assert told[1].startswith("version 2 made: 1 line, $")


@pytest.mark.parametrize("is_paid_first", [True, False])
def test_it_does_not_matter_whether_the_payer_answers_before_or_after(
    week: Practice, tmp_path: Path, is_paid_first: bool
) -> None:
    """The books of a claim follow from its charges and all decisions."""
    bill(tmp_path)
    claim = Claim.objects.get(number="EX0304-14")
    data = (WEEK / "remittance.835").read_bytes()
    Claim.objects.update(payer_claim_number="ICN")
    units = claim.versions.get().record.lines[-1].units
    if is_paid_first:
        post_file("week.835", data, load(), "test", NOW)
        claim.refresh_from_db()
    else:
        said(claim, "accepted")
    change(claim, with_units(claim, units + 1))
    if not is_paid_first:
        post_file("week.835", data, load(), "test", NOW)
    found = Posting.objects.filter(claim=claim.number).values_list("account", "order", "line", "reason")
    sums = {key[:4]: key[4] for key in found.annotate(of=Sum("cents")) if key[4]}
    assert sum(sums.values()) == 0
    charge = claim.versions.get(number=2).booked.lines[-1].charge_cents
    paid = [
        one
        for one in Decision.objects.get(claim=claim).decided
        if one.line_id == claim.versions.get(number=2).booked.lines[-1].line_id
    ]
    left = charge - sum(one.paid_cents + sum(each.cents for each in one.adjustments) for one in paid)
    assert sums["insurance_receivable", "P", paid[0].line_id, ""] == left
    assert list(differences()) == []


def test_a_correction_that_would_be_held_is_refused_and_changes_nothing(practice: Practice, tmp_path: Path) -> None:
    claim = billed(tmp_path)
    said(claim, "rejected")
    state, record = state_of_the_books(), claim.versions.get().record
    wrong = [
        (msgspec.structs.replace(record, diagnoses=("M25.56",)), "PT311"),
        (msgspec.structs.replace(record, payer="medicare-b"), "same payer"),
        (msgspec.structs.replace(record, patient="SOMEBODY"), "same patient"),
    ]
    for new, why in wrong:
        with pytest.raises(InputError, match=why):
            change(claim, new)
    assert state_of_the_books() == state


def test_what_nobody_has_answered_is_not_corrected_yet(practice: Practice, tmp_path: Path) -> None:
    claim = billed(tmp_path)
    with pytest.raises(IllegalTransition, match="What can happen now"):
        change(claim, claim.versions.get().record)


def test_a_payer_that_takes_no_replacements_is_not_sent_one(practice: Practice, tmp_path: Path) -> None:
    claim = billed(tmp_path, 2)
    said(claim, "accepted", "denied")
    with pytest.raises(InputError, match="reopening"):
        change(claim, claim.versions.get().record)


def test_a_claim_the_insurer_has_is_taken_back_by_a_void(practice: Practice, tmp_path: Path) -> None:
    claim = billed(tmp_path)
    said(claim, "accepted")
    Claim.objects.update(payer_claim_number="ICN-1")
    answer = run("claim", "void", claim.number, "--why", "another patient was treated")
    assert answer.code == 0 and "goes out with the next" in answer.out
    claim.refresh_from_db()
    assert (claim.charge_cents, claim.open_cents, claim.insurance, claim.owes) == (0, 0, "ready", "nobody")
    bill(tmp_path, at="2026-03-12T08:00")
    assert ":B:8*" in claims_of(tmp_path / "claims-000000002.837")[claim.number]
    assert not Owed.objects.exists() and list(differences()) == []
    assert "voided" in Visit.objects.get().why
    assert run("claim", "void", claim.number, "--why", "again").code == 3


def test_a_claim_the_insurer_never_had_is_void_at_once(practice: Practice, tmp_path: Path) -> None:
    claim = billed(tmp_path)
    said(claim, "rejected")
    void(claim, "not our patient", "test", NOW, load(), TODAY)
    claim.refresh_from_db()
    assert (claim.insurance, claim.charge_cents) == ("voided", 0)
    assert "no 837P to send" in bill(tmp_path).out


def test_the_verb_corrects_from_a_file(practice: Practice, tmp_path: Path) -> None:
    claim = billed(tmp_path)
    said(claim, "rejected")
    row = rows(tmp_path / "claims.jsonl")[claim.number]
    row["claim"]["lines"] = row["claim"]["lines"][:1]
    (tmp_path / "claim.json").write_text(json.dumps(row))
    answer = run("claim", "correct", claim.number, tmp_path / "claim.json", "--why", "one line was not given")
    assert answer.code == 0 and "version 2, ready" in answer.out
    event = ClaimEvent.objects.filter(claim=claim, kind="corrected").get()
    assert event.why == "one line was not given" and event.version == 2
    assert run("claim", "correct", "NONE", tmp_path / "claim.json", "--why", "x").code == 3
    (tmp_path / "claim.json").write_text("{oops")
    assert run("claim", "correct", claim.number, tmp_path / "claim.json", "--why", "x").code == 3


def test_a_line_that_comes_back_is_the_line_it_was(practice: Practice, tmp_path: Path) -> None:
    """What the insurer decided of it is laid on it again, and not on a line that nobody knows."""
    claim = billed(tmp_path)
    said(claim, "rejected")
    record = claim.versions.get().record
    change(claim, msgspec.structs.replace(record, lines=record.lines[:1]))
    unnamed = tuple(msgspec.structs.replace(line, line_id=None) for line in record.lines)
    version = change(claim, msgspec.structs.replace(record, lines=unnamed))
    assert [line.line_id for line in version.booked.lines] == [line.line_id for line in record.lines]


def test_a_line_does_not_take_the_number_of_another_claims(practice: Practice, tmp_path: Path) -> None:
    other = billed(tmp_path)
    take({**visits()[4], "id": "OTHER", "date": "2026-03-05"})
    assert bill(tmp_path / "more").code == 0
    claim = Claim.objects.exclude(id=other.id).get()
    said(claim, "rejected")
    record = claim.versions.get().record
    foreign = msgspec.structs.replace(record.lines[0], line_id=other.versions.get().record.lines[0].line_id)
    with pytest.raises(InputError, match="is the number of another claim's line"):
        change(claim, msgspec.structs.replace(record, lines=(foreign, *record.lines[1:])))


def test_a_correction_that_waits_is_given_up_for_a_void(practice: Practice, tmp_path: Path) -> None:
    claim = billed(tmp_path)
    said(claim, "accepted", "denied")
    Claim.objects.update(payer_claim_number="ICN-1")
    first = claim.versions.get().record
    change(claim, with_units(claim, first.lines[-1].units + 1))
    version = void(claim, "not our patient", "test", NOW, load(), TODAY)
    claim.refresh_from_db()
    assert (version.number, version.record.frequency, claim.insurance, claim.charge_cents) == (3, "8", "ready", 0)
    assert version.record.lines == first.lines, "the insurer is told what it has"
    assert list(differences()) == []


def test_a_void_that_waits_is_given_up_for_a_correction(practice: Practice, tmp_path: Path) -> None:
    claim = billed(tmp_path)
    said(claim, "accepted", "denied")
    Claim.objects.update(payer_claim_number="ICN-1")
    before = claim.charge_cents
    void(claim, "not our patient", "test", NOW, load(), TODAY)
    claim.refresh_from_db()
    version = change(claim, claim.versions.get(number=1).record)
    assert (version.record.frequency, claim.charge_cents, claim.insurance) == ("7", before, "ready")
    assert not claim.standings[0].void and Visit.objects.get().why == ""
    assert list(differences()) == []


def test_a_credit_that_a_correction_uses_up_is_off_the_list(practice: Practice, tmp_path: Path) -> None:
    claim = billed(tmp_path)
    said(claim, "rejected")
    Task.objects.create(action="credit", claim=claim, payer=claim.payer, cents=100, why="too much", opened_at=NOW)
    record = claim.versions.get().record
    change(claim, with_units(claim, record.lines[-1].units + 1))
    assert Task.objects.get().state == "done"
