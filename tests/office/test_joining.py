"""A supplement that the first payer sent the claim on to, and that nobody had entered when the claim was made."""

from pathlib import Path

import pytest
from django.db.models import Sum
from tests.edi.remit import file_of
from tests.office.booked import enter
from tests.office.conftest import NOW
from tests.office.office_cli import Answer, run
from tests.post.books import ONE_PAYER

from rehabill.office.claims.models import Claim, ClaimEvent
from rehabill.office.money.models import Posting
from rehabill.office.money.rebuild import differences
from rehabill.office.practices.models import Practice
from rehabill.office.worklists.models import Task

FIRST = (
    "CLP*PT-1*19*50*30*7.4*MB*ICN1*11*1",
    "SVC*HC:97140:GP*50*30**1", "DTM*472*20260302", "CAS*CO*45*12*1*253*.6", "CAS*PR*2*7.4", "REF*6R*LINE-2",
)  # fmt: skip
SECOND = (
    "CLP*PT-1*2*50*7.4**CI*S1*11*1",
    "SVC*HC:97140:GP*50*7.4**1", "DTM*472*20260302", "CAS*OA*23*42.6", "REF*6R*LINE-2",
)  # fmt: skip
POLICY = "patient_id,payer,order,member_id,starts,ends\n"


def supplement(amount: str = "7.4") -> bytes:
    data = file_of(*SECOND, amount=amount)
    other = ((b"CHK1001*1512345678", b"SUP1*1777777777"), (b"PLAIN HEALTH*XV*12345", b"SUPPLEMENTAL LIFE*XV*777"),
             (b"REF*2U*P77", b"REF*2U*S88"))  # fmt: skip
    for old, new in other:
        assert old in data
        data = data.replace(old, new)
    return data


@pytest.fixture(autouse=True)
def claim(practice: Practice) -> None:
    enter([ONE_PAYER], NOW)


def post(folder: Path, data: bytes, name: str) -> Answer:
    path = folder / name
    path.write_bytes(data)
    return run("post", path, "--on", "2026-04-02")


def policy(folder: Path, row: str) -> None:
    path = folder / "policies.csv"
    path.write_text(f"{POLICY}{row}\n")
    run("import", "coverages", path)


def balances() -> dict[str, int]:
    rows = Posting.objects.values_list("account").annotate(of=Sum("cents"))
    return {account: cents for account, cents in rows if cents}


PAID = {"insurance_receivable": 18_000, "charges": -23_000, "contractual": 1_200, "sequestration": 60,
        "cash_clearing": 3_740}  # fmt: skip


def test_its_money_waits_until_the_policy_is_there_and_is_laid_then(tmp_path: Path) -> None:
    post(tmp_path, file_of(*FIRST, amount="30"), "first.835")
    assert balances()["patient_receivable"] == 740
    post(tmp_path, supplement(), "second.835")
    assert balances()["suspense"] == -740 and balances()["patient_receivable"] == 740
    assert "import coverages" in Task.objects.get(action="payer_unknown").why
    policy(tmp_path, "EX-001,aarp,secondary,S1,,")
    assert "was posted from suspense" in run("post", "--waiting").out
    assert balances() == PAID
    claim = Claim.objects.get()
    assert [(one.order, one.status) for one in claim.standings][1] == ("S", "closed")
    assert claim.version == 2 and not Task.objects.filter(state="open").exists()
    assert "aarp answered it" in ClaimEvent.objects.get(kind="insurer_added").why
    assert [one["payer"] for one in run("claim", "show", "PT-1", "--json").rows[0]["insurers"]] == [
        "medicare-b",
        "aarp",
    ]
    assert list(differences()) == []
    assert run("claim", "timeline", "PT-1").code == 0


def test_with_the_policy_there_it_is_posted_at_once_in_any_order(tmp_path: Path) -> None:
    policy(tmp_path, "EX-001,aarp,secondary,S1,2026-01-01,2026-12-31")
    assert post(tmp_path, supplement(), "second.835").code == 0
    post(tmp_path, file_of(*FIRST, amount="30"), "first.835")
    assert balances() == PAID
    assert list(differences()) == []


@pytest.mark.parametrize(
    "row",
    ["EX-001,aarp,tertiary,S1,,", "EX-001,aarp,secondary,S1,2026-03-03,", "EX-001,aarp,secondary,S1,,2026-03-01"],
)
def test_a_policy_of_another_turn_or_day_is_not_it(tmp_path: Path, row: str) -> None:
    policy(tmp_path, row)
    post(tmp_path, file_of(*FIRST, amount="30"), "first.835")
    post(tmp_path, supplement(), "second.835")
    assert balances()["suspense"] == -740 and Claim.objects.get().version == 1


def test_of_two_supplements_the_one_of_that_name(tmp_path: Path) -> None:
    post(tmp_path, file_of(*FIRST, amount="30"), "first.835")
    policy(tmp_path, "EX-001,aarp,secondary,S1,,\nEX-001,supplemental life insurance company,secondary,S2,,")
    post(tmp_path, supplement(), "second.835")
    assert balances() == PAID
    assert "supplemental life" in ClaimEvent.objects.get(kind="insurer_added").why
