"""What is imported is there once, completed and never emptied; what is wrong is told and stops nothing else."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from tests.office.conftest import NOW, WEEK
from tests.office.office_cli import Answer, run

from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.models import Claim
from rehabill.office.coverage.models import Authorization, PlanOfCare, Policy
from rehabill.office.people.models import Guarantor, Patient
from rehabill.office.practices.models import Practice
from rehabill.office.visits.models import Visit


def visits() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (WEEK / "visits.jsonl").read_text().splitlines()]


def take(*records: dict[str, Any], json_: bool = True) -> Answer:
    data = b"".join(json.dumps(one).encode() + b"\n" for one in records)
    return run("import", "visits", "-", *(["--json"] if json_ else []), data=data)


def table(what: str, path: Path, text: str) -> Answer:
    path.write_text(text)
    return run("import", what, path)


def test_a_week_is_there_with_its_patients_and_policies(practice: Practice) -> None:
    answer = run("import", "visits", WEEK / "visits.csv", WEEK / "visits.jsonl")
    assert answer.code == 0 and "57 visits: 57 new" in answer.out
    assert Visit.objects.count() == 70
    alma = Patient.objects.get(number="EX-001")
    assert (alma.first, alma.last, alma.birth_date) == ("Alma", "Example", dt.date(1948, 5, 1))
    assert [one.member_id for one in alma.policies.all()] == ["9XX0XX0XX01"]
    assert set(Visit.objects.values_list("state", flat=True)) == {"recorded"}


def test_the_same_file_again_changes_nothing_and_says_so(practice: Practice) -> None:
    run("import", "visits", WEEK / "visits.csv")
    before = (Patient.objects.count(), Policy.objects.count())
    again = run("import", "visits", WEEK / "visits.csv")
    assert again.code == 0 and "57 there already" in again.out
    assert (Patient.objects.count(), Policy.objects.count()) == before


def test_a_later_visit_completes_the_patient_and_empties_nothing(practice: Practice) -> None:
    first, second = visits()[0], {**visits()[0], "id": "LATER", "date": "2026-03-05"}
    first["patient"] = {"id": "P-1", "last": "Testcase", "phone": "205-555-0199"}
    first["subscriber"] = {"member_id": "M-1"}
    second["patient"] = {"id": "P-1", "first": "Frank", "last": "Testcase"}
    second["subscriber"] = {"member_id": "M-1", "group_number": "G-1"}
    take(first)
    take(second)
    patient = Patient.objects.get(number="P-1")
    assert (patient.first, patient.phone) == ("Frank", "205-555-0199")
    assert [(one.member_id, one.subscriber.group_number) for one in patient.policies.all()] == [("M-1", "G-1")]


def test_another_person_under_the_same_number_is_refused_and_the_next_visit_goes_on(practice: Practice) -> None:
    first, second, third = visits()[:3]
    second["patient"] = {"id": first["patient"]["id"], "last": "Somebody-Else", "birth_date": "1990-01-01"}
    answer = take(first, second, third)
    assert answer.code == 3
    assert [row.get("what") for row in answer.rows] == ["new", None, "new"]
    assert answer.rows[1]["error"]["path"] == "patient.id" and answer.rows[1]["error"]["line"] == 2
    assert "Somebody-Else" not in answer.out
    assert Patient.objects.get(number=first["patient"]["id"]).last == first["patient"]["last"]


def test_a_visit_that_changed_is_replaced_while_it_waits(practice: Practice) -> None:
    visit = visits()[0]
    take(visit)
    visit["treatments"][0]["minutes"] = 51
    answer = take(visit)
    assert [(row["what"], row["id"]) for row in answer.rows] == [("replaced", visit["id"])] and answer.code == 0
    assert Visit.objects.get().record.treatments[0].minutes == 51


def test_a_visit_that_changed_after_it_was_billed_is_refused(practice: Practice, tmp_path: Path) -> None:
    visit = visits()[2]
    take(visit)
    run("bill", "--out", tmp_path, "--created", "2026-03-09")
    visit["treatments"][0]["minutes"] = 51
    answer = take(visit)
    assert answer.code == 1 and answer.rows[0]["what"] == "refused" and "claim correct" in answer.rows[0]["why"]
    assert Visit.objects.get().state == "billed"


def test_a_visit_under_another_number_is_recognised_and_not_billed_twice(practice: Practice, tmp_path: Path) -> None:
    visit = visits()[4]
    take(visit)
    again, other = {**visit, "id": "AGAIN"}, {**visit, "id": "OTHER", "date": "2026-03-05"}
    answer = take(again, other, {**other, "id": "TWICE"})
    assert answer.code == 1 and [row["what"] for row in answer.rows] == ["refused", "new", "refused"]
    assert answer.rows[0]["why"].startswith(f"it is visit {visit['id']} under another number")
    assert "it is visit OTHER" in answer.rows[2]["why"]
    different = [
        {**visit, "id": "A", "payer": "medicare-b"}, {**visit, "id": "B", "rendering_npi": "1999999976"},
        {**visit, "id": "C", "treatments": visit["treatments"][:1]},
        {**visit, "id": "D", "patient": {**visit["patient"], "id": "P-2"}},
    ]  # fmt: skip
    assert [row["what"] for row in take(*different).rows] == ["new"] * 4
    (tmp_path / "one.jsonl").write_text(json.dumps(again))
    assert "1 new" in run("import", "visits", tmp_path / "one.jsonl", "--anyway").out


def test_a_visit_whose_claim_was_voided_is_recorded_again_under_another_number(
    practice: Practice, tmp_path: Path
) -> None:
    visit = visits()[4]
    take(visit)
    run("bill", "--out", tmp_path, "--created", "2026-03-09")
    claim = Claim.objects.get()
    record([Happened(claim.id, "P", "rejected")], "test", NOW)
    assert take({**visit, "id": "AGAIN"}).rows[0]["what"] == "refused"
    assert run("claim", "void", claim.number, "--why", "the wrong payer").code == 0
    assert take({**visit, "id": "AGAIN"}).rows[0]["what"] == "new"


@pytest.mark.parametrize(
    ("change", "path"),
    [({"id": None}, "id"), ({"id": "X" * 41}, "id"), ({"patient": None}, "patient.id"),
     ({"patient": {"last": "Doe"}}, "patient.id"), ({"payer": 7}, "payer")],
)  # fmt: skip
def test_what_the_books_cannot_do_without_is_told_where(practice: Practice, change: dict[str, Any], path: str) -> None:
    answer = take({**visits()[0], **change}, visits()[1])
    assert answer.code == 3 and answer.rows[0]["error"]["path"] == path
    assert Visit.objects.count() == 1


def test_a_character_that_no_database_keeps_spoils_its_visit_alone(practice: Practice) -> None:
    odd = {**visits()[0], "treatments": [{"code": "97110", "minutes": 30, "text": "a\0b"}]}
    answer = take(odd, visits()[1])
    assert answer.code == 3 and "U+0000" in answer.rows[0]["error"]["message"]
    assert list(Visit.objects.values_list("number", flat=True)) == [visits()[1]["id"]]


def test_a_number_twice_in_one_file_is_told(practice: Practice) -> None:
    one, other = visits()[:2]
    answer = take(one, {**other, "id": one["id"]})
    assert answer.code == 3 and "earlier record" in answer.rows[1]["error"]["message"]


def test_a_file_that_is_not_there_stops_no_other(practice: Practice, tmp_path: Path) -> None:
    answer = run("import", "visits", tmp_path / "none.csv", WEEK / "visits.csv")
    assert answer.code == 3 and "cannot be read" in answer.err and Visit.objects.count() == 57


def test_patients_with_who_answers_for_them(practice: Practice, tmp_path: Path) -> None:
    head = "patient_id,first_name,last_name,birth_date,phone,guarantor_first,guarantor_last,guarantor_relationship\n"
    row = "K-1,Kim,Minor,2015-02-01,,Pat,Minor,child\n"
    answer = table("patients", tmp_path / "patients.csv", head + row + "K-2,,Nameless,,,,,\n")
    assert answer.code == 3 and "1 new, 1 wrong" in answer.out and "first_name" in answer.err
    kim = Patient.objects.get()
    assert kim.guarantor is not None and (kim.guarantor.first, kim.guarantor.relationship) == ("Pat", "child")
    assert "1 there already" in table("patients", tmp_path / "patients.csv", head + row).out
    assert "1 completed" in table("patients", tmp_path / "patients.csv", head + row.replace(",,Pat", ",205-1,Pat")).out
    assert Guarantor.objects.count() == 1


def test_coverages_and_authorizations_of_patients_who_are_there(practice: Practice, tmp_path: Path) -> None:
    take(visits()[1])
    number = visits()[1]["patient"]["id"]
    rows = f"{number},medicare-advantage,EXMA0000002,2026-01-01,\n{number},commercial,C-9,,secondary\nNOBODY,x,1,,\n"
    answer = table("coverages", tmp_path / "c.csv", "patient_id,payer,member_id,starts,order\n" + rows)
    assert answer.code == 3 and "1 new, 1 completed, 1 wrong" in answer.out and "no patient" in answer.err
    found = [(one.order, one.payer, one.starts) for one in Policy.objects.order_by("order")]
    assert found == [("P", "medicare-advantage", dt.date(2026, 1, 1)), ("S", "commercial", None)]
    head = "patient_id,payer,number,visits,visits_used,codes\n"
    rows = f"{number},medicare-advantage,A-1,12,2,97110;97140\n"
    assert "1 new" in table("authorizations", tmp_path / "a.csv", head + rows).out
    assert "1 there already" in table("authorizations", tmp_path / "a.csv", head + rows).out
    one = Authorization.objects.get()
    assert (one.visits, one.visits_before, one.codes) == (12, 2, ["97110", "97140"])


def test_a_thousand_visits_take_few_queries(
    practice: Practice, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    some = visits()
    first = dt.date(2026, 1, 1).toordinal()
    many = [
        {**some[at % len(some)], "id": f"V{at}", "date": str(dt.date.fromordinal(first + at // len(some)))}
        for at in range(1_000)
    ]
    (tmp_path / "many.jsonl").write_text("\n".join(map(json.dumps, many)))
    with django_assert_max_num_queries(60):
        assert run("import", "visits", tmp_path / "many.jsonl").code == 0
    assert Visit.objects.count() == 1_000


def test_what_looks_wrong_is_taken_in_and_told(practice: Practice, tmp_path: Path) -> None:
    one = {**visits()[0], "payer": "comercial", "patient": "J-O3"}
    answer = take(one, json_=False)
    assert answer.code == 1 and Visit.objects.count() == 1
    assert (
        "there is no payer 'comercial'" in answer.out and "its patient J-O3 is new, and not even a name" in answer.out
    )
    answer = table(
        "coverages", tmp_path / "c.csv", "patient_id,payer,member_id\nJ-O3,blue-cross,M1\nJ-O3,commercial,M2\n"
    )
    assert answer.code == 1 and answer.out.count("the practice has no payer 'blue-cross'") == 1
    assert Policy.objects.filter(patient__number="J-O3", member_id__in=("M1", "M2")).count() == 2
    text = "patient_id,first_name,last_name,birth_date\nS-1,Ann,Test,1950-01-02\nS-2,ann,TEST,1/2/1950\nS-3,Ann,Test,\n"
    answer = table("patients", tmp_path / "p.csv", text)
    assert answer.code == 1 and "patient S-2 new: the same name and birth date as patient S-1" in answer.out
    assert "S-3 new:" not in answer.out


def test_days_that_have_not_come_are_wrong(practice: Practice, tmp_path: Path) -> None:
    answer = take({**visits()[0], "date": "2062-10-07"})
    assert answer.code == 3 and "2062-10-07 has not come yet" in answer.out
    answer = table("patients", tmp_path / "p.csv", "patient_id,first_name,last_name,birth_date\nS-1,A,B,2062-01-02\n")
    assert answer.code == 3 and "2062-01-02 has not come yet" in answer.err
    assert not Visit.objects.exists() and not Patient.objects.exists()


def test_plans_of_care_with_their_reports(practice: Practice, tmp_path: Path) -> None:
    take(visits()[0])
    number = Patient.objects.get().number
    head = "patient_id,starts,ends,certified_on,progress_reports\n"
    first = table("plans", tmp_path / "a.csv", f"{head}{number},2026-02-02,2026-04-30,,2026-02-27\n")
    assert first.code == 0 and "1 plan: 1 new" in first.out
    row = f"{number},2/2/2026,,2/6/2026,2026-02-27; 2026-03-20\n"
    assert "1 plan: 1 completed" in table("plans", tmp_path / "b.csv", head + row).out
    assert "1 plan: 1 there already" in table("plans", tmp_path / "b.csv", head + row).out
    (plan,) = PlanOfCare.objects.all()
    assert (plan.ends, plan.certified_on) == (dt.date(2026, 4, 30), dt.date(2026, 2, 6))
    assert plan.reports.count() == 2
    assert "2026-04-30" in run("patient", "show", number).out
    wrong = f"NOBODY,2026-02-02,,,\n{number},2026-02-02,2026-01-01,,\n{number},2026-02-02,,,2026-01-01\n{number},,,,\n"
    answer = table("plans", tmp_path / "c.csv", head + wrong)
    assert answer.code == 3 and [part in answer.err for part in ("import the patients", "row 3: ends", "row 4: prog",
                                                                 "row 5: starts")] == [True] * 4  # fmt: skip


def test_a_visit_is_taken_out_and_brought_back(practice: Practice, tmp_path: Path) -> None:
    take(*visits()[:2])
    first, second = (str(one["id"]) for one in visits()[:2])
    assert run("visit", "drop", first).code == 2 and run("visit", "drop", "NONE", "--why", "x").code == 2
    assert run("visit", "drop", first, "--why", "wrong patient").code == 0
    assert run("visit", "list", "--state", "dropped", "--json").rows[0]["why"].startswith("wrong patient (")
    assert run("visit", "drop", first, "--why", "again").code == 2
    run("bill", "--out", tmp_path, "--created", "2026-03-09T08:00")
    assert set(Claim.objects.values_list("number", flat=True)) <= {second}
    assert "there already" in take(visits()[0], json_=False).out
    assert "new" in take({**visits()[0], "id": "OTHER"}, json_=False).out
    assert run("visit", "drop", second, "--why", "x").code == (2 if Claim.objects.exists() else 0)
    assert run("visit", "drop", first, "--undo").code == 0
    assert Visit.objects.get(number=first).state == "recorded"
    assert run("visit", "drop", first, "--undo").code == 2
