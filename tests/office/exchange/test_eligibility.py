"""Coverage asked before visits, and kept with the day it was asked about."""

from pathlib import Path

import pytest
from tests.edi.test_eligibility import PAYER, file
from tests.office.conftest import WEEK
from tests.office.exchange.receiver import MONDAY, Office, Receiver, partner
from tests.office.office_cli import run

from rehabill.edi.eligibility_270 import read_270
from rehabill.office.coverage.models import Benefits, Policy
from rehabill.office.practices.models import Practice
from rehabill.office.worklists.models import Task
from rehabill.x12.check.file import check

PATIENT = "EX-001"


@pytest.fixture
def house(practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    monkeypatch.setattr("rehabill.cli.eligibility_verb.now", lambda: MONDAY)
    partner(tmp_path / "house", takes=("837P", "270"))
    run("import", "visits", WEEK / "visits.csv", WEEK / "visits.jsonl")
    return Receiver(tmp_path / "house")


@pytest.fixture
def office(house: Receiver, practice: Practice) -> Office:
    return Office(practice)


def answer(question: bytes, *benefits: str) -> bytes:
    """The same of everybody who was asked about."""
    people = ""
    for level, trace in enumerate((one.trace for one in read_270(question)[0]), 3):
        people += (
            f"HL*{level}*2*22*0~TRN*2*{trace}*9123456789~NM1*IL*1*PATIENT*PAULA****MI*COM123456~DMG*D8*19500203*F~"
            f"DTP*346*D8*20260101~{''.join(f'{one}~' for one in benefits)}"
        )
    return file(PAYER + people)


def tasks() -> dict[str, str]:
    return dict(Task.objects.filter(state="open").values_list("action", "why"))


def asked(office: Office, house: Receiver) -> bytes:
    assert run("eligibility", "ask", PATIENT, "--on", "2026-03-09").code == 0
    office.sync()
    (question,) = house.take()
    assert check([question]).all_findings() == []
    return question


def test_what_the_payer_says_is_kept_with_its_day(office: Office, house: Receiver) -> None:
    question = asked(office, house)
    assert "asked, not answered yet" in run("eligibility", "show", PATIENT).out
    benefits = (
        "EB*1**30**GOLD PLAN",
        "EB*C*IND*30***23*500",
        "EB*B**PT***27*30",
        "EB*A**PT*****.2",
        "EB*F**PT***29***VS*12",
    )
    house.give("1.271", answer(question, *benefits))
    told = office.sync(days=0.1)
    assert told.came[0].what == "1 active"
    row = Benefits.objects.get()
    assert (row.coverage, str(row.day), row.answer.therapy.visits[0].left) == ("active", "2026-03-09", 12)
    out = run("eligibility", "show", PATIENT).out
    for words in ("as of 2026-03-09", "$30.00", "20%", "12 left", "$500.00"):
        assert words in out
    assert tasks() == {}


@pytest.mark.parametrize(
    ("benefit", "action", "words"),
    [
        ("EB*6**30", "coverage_inactive", PATIENT),
        ("EB*F**PT***29***VS*1", "visits_run_out", "1 visits are left"),
        ("EB*1**PT********Y", "authorization_wanted", "none is on file"),
    ],
)
def test_what_must_be_known_before_the_visit(
    office: Office, house: Receiver, benefit: str, action: str, words: str
) -> None:
    plan = () if action == "coverage_inactive" else ("EB*1**30**GOLD PLAN",)
    house.give("1.271", answer(asked(office, house), *plan, benefit))
    office.sync(days=0.1)
    assert words in tasks()[action]


def test_a_later_answer_takes_the_place_of_an_earlier(office: Office, house: Receiver) -> None:
    house.give("1.271", answer(asked(office, house), "EB*6**30"))
    office.sync(days=0.1)
    house.give("2.271", answer(asked(office, house), "EB*1**30**GOLD PLAN"))
    office.sync(days=0.1)
    assert tasks() == {}
    assert "is covered" in run("eligibility", "show", PATIENT).out


def test_everybody_seen_of_late_once(office: Office, house: Receiver) -> None:
    first = run("eligibility", "ask", "--seen", "30", "--on", "2026-03-09", "--json").rows[0]
    assert first["asked"] + len(first["wrong"]) == Policy.objects.count() > 5
    again = run("eligibility", "ask", "--seen", "30", "--on", "2026-03-10", "--json").rows[0]
    assert again["asked"] == 0


def test_nobody_takes_the_question(practice: Practice, tmp_path: Path) -> None:
    partner(tmp_path / "house")
    run("import", "visits", WEEK / "visits.csv")
    told = run("eligibility", "ask", PATIENT, "--on", "2026-03-09")
    assert told.code == 1 and "no partner takes questions about coverage" in told.out


def test_a_patient_nobody_knows(practice: Practice) -> None:
    told = run("eligibility", "ask", "NOBODY")
    assert told.code == 2 and "no patient 'NOBODY'" in told.err


def test_an_answer_that_was_not_asked_for(office: Office, house: Receiver) -> None:
    question = asked(office, house)
    house.give("1.271", answer(question.replace(b"*000000001-1", b"*000000009-9"), "EB*1**30"))
    office.sync(days=0.1)
    assert "not asked for here" in tasks()["answer_unclear"]
