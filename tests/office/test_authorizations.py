"""An authorisation lasts for so many visits or units: each visit billed counts once, and what is left is known."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from tests.office.conftest import NOW, WEEK
from tests.office.office_cli import Answer, run

from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.models import Claim, ClaimVersion
from rehabill.office.coverage.models import AuthorizationUse
from rehabill.office.practices.models import Practice
from rehabill.office.visits.models import Visit

VISIT = [json.loads(line) for line in (WEEK / "visits.jsonl").read_text().splitlines()][1]
del VISIT["context"]["authorization"]
PATIENT, PAYER = VISIT["patient"]["id"], VISIT["payer"]
HEAD = "patient_id,payer,number,starts,ends,visits,visits_used,units,units_used,codes\n"


@pytest.fixture(autouse=True)
def covered(practice: Practice, tmp_path: Path) -> None:
    """The patient and the policy, without a visit."""
    patient = VISIT["patient"]
    table("patients", tmp_path, f"patient_id,first_name,last_name\n{PATIENT},{patient['first']},{patient['last']}\n")
    table("coverages", tmp_path, f"patient_id,payer,member_id\n{PATIENT},{PAYER},EXMA0000002\n")


def table(what: str, folder: Path, text: str) -> Answer:
    (folder / f"{what}.csv").write_text(text)
    answer = run("import", what, folder / f"{what}.csv")
    assert answer.code == 0, answer.err
    return answer


def approve(folder: Path, *rows: str) -> None:
    table("authorizations", folder, HEAD + "".join(f"{PATIENT},{PAYER},{row}\n" for row in rows))


def treat(folder: Path, *days: str, at: str = "2026-03-09T08:00", **changes: Any) -> Answer:
    """Visits of those days in March, recorded and billed."""
    visits = [{**VISIT, "id": f"A{day}", "date": f"2026-03-{day}", **changes} for day in days]
    data = b"".join(json.dumps(one).encode() + b"\n" for one in visits)
    assert run("import", "visits", "-", data=data).code == 0
    return run("bill", "--out", folder / "out", "--created", at)


def shown() -> list[dict[str, Any]]:
    (row,) = run("patient", "show", PATIENT, "--json").rows
    found: list[dict[str, Any]] = row["authorizations"]
    return found


def told() -> dict[str, tuple[int | None, int | None]]:
    """What each claim was told to be left before it."""
    return {
        one.claim.number: (one.record.context.authorization.visits_left, one.record.context.authorization.units_left)
        for one in ClaimVersion.objects.select_related("claim")
    }


def units(number: str) -> int:
    return sum(line.units for line in ClaimVersion.objects.get(claim__number=number).record.lines)


def test_what_was_used_elsewhere_before_counts_and_each_visit_once(tmp_path: Path) -> None:
    approve(tmp_path, "A-1,2026-01-01,2026-12-31,10,4,,,")
    treat(tmp_path, "03", "04", "05")
    assert told() == {"A03": (6, None), "A04": (5, None), "A05": (4, None)}
    (left,) = shown()
    assert (left["visits"], left["visits_used"], left["visits_left"], left["units_left"]) == (10, 7, 3, None)
    treat(tmp_path)  # nothing new to bill: nothing counts again
    assert shown() == [left] and AuthorizationUse.objects.count() == 3


def test_units_count_as_billed(tmp_path: Path) -> None:
    approve(tmp_path, "A-1,,,,,40,5,")
    treat(tmp_path, "03", "04")
    used = units("A03") + units("A04")
    (left,) = shown()
    assert used > 2 and (left["units_used"], left["units_left"]) == (5 + used, 35 - used)
    assert told() == {"A03": (None, 35), "A04": (None, 35 - units("A03"))}


def test_what_is_used_up_holds_the_visit_until_more_is_approved(tmp_path: Path) -> None:
    approve(tmp_path, "A-1,,,3,1,,,")
    assert treat(tmp_path, "03", "04", "05").code == 1
    states = dict(Visit.objects.values_list("number", "state"))
    assert states == {"A03": "billed", "A04": "billed", "A05": "held"}
    assert "PT381" in Visit.objects.get(number="A05").why
    assert "0" in run("patient", "show", PATIENT).out and shown()[0]["visits_left"] == 0
    approve(tmp_path, "A-1,,,4,1,,,")
    treat(tmp_path, at="2026-03-10T08:00")
    assert Visit.objects.get(number="A05").state == "billed" and shown()[0]["visits_used"] == 4


def test_a_void_gives_the_visit_back(tmp_path: Path) -> None:
    approve(tmp_path, "A-1,,,3,1,,,")
    treat(tmp_path, "03", "04", "05")
    record([Happened(Claim.objects.get(number="A03").id, "P", "accepted", payer_claim_number="ICN1")], "test", NOW)
    assert run("claim", "void", "A03", "--why", "billed for the wrong day").code == 0
    assert shown()[0]["visits_left"] == 1
    treat(tmp_path, at="2026-03-10T08:00")
    assert Visit.objects.get(number="A05").state == "billed" and shown()[0]["visits_left"] == 0


def test_the_authorisation_of_the_day_counts(tmp_path: Path) -> None:
    approve(tmp_path, "A-1,2026-01-01,2026-03-03,9,,,,", "A-2,2026-03-04,2026-06-30,9,,,,")
    treat(tmp_path, "03", "04", "05")
    assert [(one["number"], one["visits_used"]) for one in shown()] == [("A-1", 1), ("A-2", 2)]


def test_the_same_number_for_later_days_is_another(tmp_path: Path) -> None:
    """An extension under the number of before, on a policy of its own days."""
    policy = f"patient_id,payer,member_id,starts,ends\n{PATIENT},{PAYER},EXMA0000002,2025-01-01,2025-12-31\n"
    table("coverages", tmp_path, policy)
    approve(tmp_path, "A-1,,,9,,,,")
    table("coverages", tmp_path, policy.replace("2025-01-01,2025-12-31", "2026-01-01,"))
    treat(tmp_path, "03")
    assert [one["visits_used"] for one in shown()] == [0]


def test_only_codes_that_are_authorised_count(tmp_path: Path) -> None:
    """An evaluation needs none with many payers: it is billed beside, and is no visit of the authorisation."""
    approve(tmp_path, "A-1,,,9,,30,,97110")
    treat(tmp_path, "03", treatments=[{"code": "97161", "minutes": 40}, {"code": "97110", "minutes": 23}])
    treat(tmp_path, "04", treatments=[{"code": "97161", "minutes": 40}], diagnoses=["M54.59"])
    assert dict(Visit.objects.values_list("number", "state")) == {"A03": "billed", "A04": "billed"}
    (left,) = shown()
    assert (left["visits_used"], left["units_used"]) == (1, 2)


def test_a_number_that_the_visit_tells_is_looked_up(tmp_path: Path) -> None:
    approve(tmp_path, "A-1,,,9,,,,", "A-2,,,5,3,,,")
    treat(tmp_path, "03", context={"authorization": {"number": "A-2"}})
    assert told() == {"A03": (2, None)}
    assert [(one["number"], one["visits_used"]) for one in shown()] == [("A-1", 0), ("A-2", 4)]


def test_another_payers_authorisation_of_that_number_is_left_alone(tmp_path: Path) -> None:
    table("coverages", tmp_path, f"patient_id,payer,member_id,order\n{PATIENT},commercial,C-9,secondary\n")
    table("authorizations", tmp_path, f"{HEAD}{PATIENT},commercial,A-1,,,9,,,,\n")
    approve(tmp_path, "A-1,,,5,,,,")
    treat(tmp_path, "03")
    assert {one["payer"]: one["visits_used"] for one in shown()} == {"commercial": 0, PAYER: 1}


def test_a_visit_that_none_covers_counts_nowhere(tmp_path: Path) -> None:
    approve(tmp_path, "A-1,2025-01-01,2025-12-31,9,,,,")
    treat(tmp_path, "03")
    assert shown()[0]["visits_used"] == 0 and Claim.objects.get().service_day == dt.date(2026, 3, 3)
