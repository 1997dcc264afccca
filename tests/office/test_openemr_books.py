"""The eight remittances that OpenEMR's posting got wrong (E1 to E8), through `rehabill post` and the database."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.models import Sum
from tests.edi.remit import file_of
from tests.office.booked import enter
from tests.office.conftest import NOW
from tests.office.office_cli import Answer, run
from tests.post.test_openemr import CLAIM, DENIED, OTHER, OWED, PAID, SECOND, TWO_LINES_PAID

from rehabill.office.claims.models import Claim
from rehabill.office.money.models import Entry, Posting
from rehabill.office.money.rebuild import differences
from rehabill.office.practices.models import Practice
from rehabill.office.worklists.models import Task

Post = Callable[[bytes], Answer]
RECEIVABLE = ("insurance_receivable", "patient_receivable")
SECOND_OWED = {("EX-002", "PT-2-1"): 740}


@pytest.fixture(autouse=True)
def claims(practice: Practice) -> None:
    """Two claims: $230.00 in three lines, and $50.00 in one on another day."""
    enter([CLAIM, OTHER], NOW - dt.timedelta(days=20))


@pytest.fixture
def post(tmp_path: Path) -> Post:
    files = iter(range(9))

    def posted(data: bytes) -> Answer:
        path = tmp_path / f"{next(files)}.835"
        path.write_bytes(data)
        answer = run("post", path, "--on", "2026-04-02", "--json")
        assert not Posting.objects.aggregate(of=Sum("cents"))["of"]
        assert list(differences()) == []
        return answer

    return posted


def owed(claim: str) -> dict[tuple[str, str], int]:
    """Who owes of each line, by the journal."""
    rows = Posting.objects.filter(claim=claim, account__in=RECEIVABLE).values_list("party", "line")
    return {row[:2]: row[2] for row in rows.annotate(of=Sum("cents")) if row[2]}


def balance(account: str) -> int:
    return Posting.objects.filter(account=account).aggregate(of=Sum("cents"))["of"] or 0


def todo(claim: str = "PT-1") -> list[tuple[str, str, int]]:
    rows = Task.objects.filter(claim__number=claim, state="open").order_by("id")
    return list(rows.values_list("action", "line", "cents"))


def status(number: str) -> tuple[str, str, int]:
    claim = Claim.objects.get(number=number)
    return claim.insurance, claim.owes, claim.paid_cents


def test_e1_a_denied_first_line_leaves_the_other_two_posted(post: Post) -> None:
    answer = post(file_of(*TWO_LINES_PAID, amount="70"))
    assert (answer.code, answer.rows[0]["state"]) == (1, "posted")
    assert owed("PT-1") == OWED
    assert todo() == [("denied", "LINE-1", 10_000)]
    assert status("PT-1") == ("decided", "first", 7_000)
    assert balance("write_off") == 0


def test_e2_a_denied_last_line_ends_the_same(post: Post) -> None:
    post(file_of(TWO_LINES_PAID[0], *PAID, *DENIED, amount="70"))
    assert owed("PT-1") == OWED
    assert todo() == [("denied", "LINE-1", 10_000)]


def test_e3_a_reversal_takes_back_what_was_paid_with_its_signs(post: Post) -> None:
    post(file_of(*TWO_LINES_PAID, amount="70"))
    post(file_of(
        "CLP*PT-1*22*-230*-70*-17.4*MB*ICN1*11*1",
        "SVC*HC:97110:GP*-100*0**2", "DTM*472*20260302", "CAS*CO*97*-100", "REF*6R*LINE-1",
        "SVC*HC:97140:GP*-50*-30**1", "DTM*472*20260302", "CAS*CO*45*-12.6", "CAS*PR*2*-7.4", "REF*6R*LINE-2",
        "SVC*HC:97530:GP*-80*-40**1", "DTM*472*20260302", "CAS*CO*45*-30", "CAS*PR*2*-10", "REF*6R*LINE-3",
        amount="-70",
    ))  # fmt: skip
    assert owed("PT-1") == {("medicare-b", f"LINE-{n}"): cents for n, cents in ((1, 10_000), (2, 5_000), (3, 8_000))}
    assert (balance("cash_clearing"), balance("contractual"), status("PT-1")) == (0, 0, ("reversed", "first", 0))
    assert todo() == [("reversed", "", -7_000)]


def test_e4_a_denied_claim_stays_owed_and_says_why(post: Post) -> None:
    post(file_of("CLP*PT-2*4*50*0**MB*ICN2*11*1", "SVC*HC:97140:GP*50*0**1", "DTM*472*20260309", "CAS*CO*197*50",
                 amount="0"))  # fmt: skip
    assert owed("PT-2") == {("medicare-b", "PT-2-1"): 5_000}
    task = Task.objects.get()
    assert (task.action, task.cents, task.carcs) == ("denied", 5_000, "CO-197")
    assert status("PT-2") == ("denied", "first", 0)


def test_e4_a_denial_in_the_words_of_a_price_is_a_denial(post: Post) -> None:
    """All of the charge as CO-45: nothing paid, nothing left to the patient, and nothing written off."""
    post(file_of("CLP*PT-2*1*50*0**MB*ICN2*11*1", "SVC*HC:97140:GP*50*0**1", "DTM*472*20260309", "CAS*CO*45*50",
                 amount="0"))  # fmt: skip
    assert owed("PT-2") == {("medicare-b", "PT-2-1"): 5_000}
    assert todo("PT-2") == [("denied", "PT-2-1", 5_000)]
    assert (status("PT-2"), balance("contractual")) == (("denied", "first", 0), 0)


def test_e5_a_delivery_method_in_the_header_refuses_nothing(post: Post) -> None:
    told = file_of(*TWO_LINES_PAID, amount="70")
    told = told.replace(b"~LX*1~", b"~RDM*EM*CLINIC*BILLING@EXAMPLE.COM~LX*1~")
    count = told.count(b"~", told.index(b"ST*"), told.index(b"GE*"))
    post(told.replace(b"SE*%d*" % (count - 1), b"SE*%d*" % count))
    assert owed("PT-1") == OWED


def test_e6_a_service_of_another_code_list_stops_nothing(post: Post) -> None:
    odd = ("SVC*NU:0420*45*25**1", "DTM*472*20260302", "CAS*CO*45*20")
    first = ("CLP*PT-1*1*275*95*17.4*MB*ICN1*11*1", *DENIED, *odd, *PAID)
    post(file_of(*first, *SECOND, "DTM*472*20260309", amount="125"))
    assert owed("PT-1") == OWED
    assert ("line_unknown", "", 2_500) in todo()
    assert balance("suspense") == -2_500
    assert owed("PT-2") == SECOND_OWED


def test_e6_a_wrong_segment_count_holds_the_file_before_anything_is_posted(post: Post) -> None:
    answer = post(file_of(*TWO_LINES_PAID, amount="70").replace(b"~SE*", b"~SE*9"))
    assert (answer.code, answer.rows[0]["state"]) == (1, "held")
    assert [held["rule"] for held in answer.rows[0]["held"]] == ["X132"]
    assert set(Entry.objects.values_list("kind", flat=True)) == {"charge"}
    assert Task.objects.get().action == "file_held"


def test_e7_a_claim_without_a_day_does_not_take_that_of_the_claim_before(post: Post) -> None:
    post(file_of(*TWO_LINES_PAID, *SECOND, amount="100"))
    assert owed("PT-2") == SECOND_OWED
    assert (todo("PT-2"), balance("suspense")) == ([], 0)


@pytest.mark.parametrize("marks", ["*:~", "*:\n", "|>!", "+:'"])
def test_e8_every_remark_the_provider_adjustments_and_any_terminator(post: Post, marks: str) -> None:
    plb = ("PLB*1234567893*20261231*L6:INTEREST*-1.25",)
    post(file_of(*TWO_LINES_PAID, amount="71.25", plb=plb, marks=marks))
    assert Task.objects.get(action="denied").remarks == "N130 MA18"
    assert owed("PT-1") == OWED
    assert (balance("interest"), balance("cash_clearing")) == (-125, 7_125)


def test_a_reversal_without_its_original_makes_no_credit_of_the_patient(post: Post) -> None:
    """The original was never fetched. The patient has paid nothing, so nothing can be refunded or laid elsewhere."""
    back = (
        "CLP*PT-1*22*-130*-70*-17.4*MB*ICN1*11*1",
        "SVC*HC:97140:GP*-50*-30**1", "DTM*472*20260302", "CAS*CO*45*-12.6", "CAS*PR*2*-7.4", "REF*6R*LINE-2",
        "SVC*HC:97530:GP*-80*-40**1", "DTM*472*20260302", "CAS*CO*45*-30", "CAS*PR*2*-10", "REF*6R*LINE-3",
    )  # fmt: skip
    post(file_of(*back, amount="-70"))
    assert owed("PT-1") == {("medicare-b", f"LINE-{n}"): cents for n, cents in ((1, 10_000), (2, 5_000), (3, 8_000))}
    assert (balance("patient_credit"), balance("suspense"), balance("cash_clearing")) == (0, 7_000, -7_000)
    assert todo() == [("reversed", "", -7_000)]


def test_a_share_written_off_and_then_lowered_makes_no_credit_of_the_patient(post: Post) -> None:
    paid = "CLP*PT-2*1*50*30*20*MB*ICN2*11*1", "SVC*HC:97140:GP*50*30**1", "DTM*472*20260309", "CAS*PR*2*20"
    post(file_of(*paid, amount="30"))
    assert run("claim", "write-off", "PT-2", "all", "--reason", "charity").code == 0
    more = "CLP*PT-2*22*-50*-30*-20*MB*ICN2*11*1", "SVC*HC:97140:GP*-50*-30**1", "DTM*472*20260309", "CAS*PR*2*-20"
    anew = "CLP*PT-2*1*50*45*5*MB*ICN3*11*1", "SVC*HC:97140:GP*50*45**1", "DTM*472*20260309", "CAS*PR*2*5"
    post(file_of(*more, *anew, amount="15"))
    assert (balance("patient_credit"), balance("patient_receivable")) == (0, -1_500)
    assert todo("PT-2") == [("credit", "", 1_500)]
    assert "written off" in Task.objects.get(state="open").why
