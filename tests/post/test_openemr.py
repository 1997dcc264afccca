"""The eight remittances that OpenEMR's posting got wrong when it was run with them (E1 to E8), each posted right.

Every file goes the whole way: read, held or not, seen before or not, claims found, posted.
"""

import pytest
from tests.edi.remit import file_of
from tests.post.books import DAY, LINES, TWO_PAYERS, Office

from rehabill.model.books import BookedClaim, BookedLine, BookedPayer

LEARNED = {"tax number 512345678": ("medicare-b",)}
PAYER = (BookedPayer("medicare-b", "P"),)
CLAIM = BookedClaim(claim_number="PT-1", patient="EX-001", payers=PAYER, lines=LINES)
OTHER_DAY = DAY.replace(day=9)
OTHER = BookedClaim(
    claim_number="PT-2",
    patient="EX-002",
    payers=PAYER,
    lines=(BookedLine(line_id="PT-2-1", date=OTHER_DAY, code="97140", modifiers=("GP",), charge_cents=5_000),),
)
DENIED = (
    "SVC*HC:97110:GP*100*0**2", "DTM*472*20260302", "CAS*CO*97*100", "REF*6R*LINE-1", "LQ*HE*N130", "LQ*HE*MA18",
)  # fmt: skip
PAID = (
    "SVC*HC:97140:GP*50*30**1", "DTM*472*20260302", "CAS*CO*45*12.6", "CAS*PR*2*7.4", "REF*6R*LINE-2",
    "SVC*HC:97530:GP*80*40**1", "DTM*472*20260302", "CAS*CO*45*30", "CAS*PR*2*10", "REF*6R*LINE-3",
)  # fmt: skip
TWO_LINES_PAID = ("CLP*PT-1*1*230*70*17.4*MB*ICN1*11*1", *DENIED, *PAID)
SECOND = ("CLP*PT-2*1*50*30*7.4*MB*ICN2*11*1", "SVC*HC:97140:GP*50*30**1", "CAS*CO*45*12.6", "CAS*PR*2*7.4")
OWED = {("medicare-b", "LINE-1"): 10_000, ("EX-001", "LINE-2"): 740, ("EX-001", "LINE-3"): 1_000}


def posted(data: bytes) -> Office:
    office = Office(CLAIM, OTHER).post(data, LEARNED)
    assert office.held == ()
    assert sum(office.balances().values()) == 0
    return office


def test_e1_a_denied_first_line_leaves_the_other_two_posted() -> None:
    books = posted(file_of(*TWO_LINES_PAID, amount="70")).books["PT-1"]
    assert books.owed() == OWED
    assert books.told() == [("denied", "LINE-1", 10_000)]
    assert "write_off" not in books.by_account()


def test_e2_a_denied_last_line_ends_the_same() -> None:
    books = posted(file_of(TWO_LINES_PAID[0], *PAID, *DENIED, amount="70")).books["PT-1"]
    assert books.owed() == OWED
    assert books.told() == [("denied", "LINE-1", 10_000)]


def test_e3_a_reversal_is_posted_with_its_signs() -> None:
    office = posted(file_of(*TWO_LINES_PAID, amount="70"))
    back = (
        "CLP*PT-1*22*-230*-70*-17.4*MB*ICN1*11*1",
        "SVC*HC:97110:GP*-100*0**2", "DTM*472*20260302", "CAS*CO*97*-100", "REF*6R*LINE-1",
        "SVC*HC:97140:GP*-50*-30**1", "DTM*472*20260302", "CAS*CO*45*-12.6", "CAS*PR*2*-7.4", "REF*6R*LINE-2",
        "SVC*HC:97530:GP*-80*-40**1", "DTM*472*20260302", "CAS*CO*45*-30", "CAS*PR*2*-10", "REF*6R*LINE-3",
    )  # fmt: skip
    office.post(file_of(*back, amount="-70"), LEARNED)
    books = office.books["PT-1"]
    assert books.by_account() == {"insurance_receivable": 23_000, "charges": -23_000}
    assert books.told()[-1] == ("reversed", "", -7_000)


def test_e4_a_denied_claim_stays_owed_and_says_why() -> None:
    body = ("CLP*PT-2*4*50*0**MB*ICN2*11*1", "SVC*HC:97140:GP*50*0**1", "DTM*472*20260309", "CAS*CO*197*50")
    books = posted(file_of(*body, amount="0")).books["PT-2"]
    assert books.owed() == {("medicare-b", "PT-2-1"): 5_000}
    assert [(task.action, task.cents, task.carcs) for task in books.tasks] == [("denied", 5_000, ("CO-197",))]


def test_e5_a_delivery_method_in_the_header_refuses_nothing() -> None:
    """RDM says how the remittance is delivered (loop 1000B)."""
    told = file_of(*TWO_LINES_PAID, amount="70")
    told = told.replace(b"~LX*1~", b"~RDM*EM*CLINIC*BILLING@EXAMPLE.COM~LX*1~")
    count = told.count(b"~", told.index(b"ST*"), told.index(b"GE*"))
    told = told.replace(b"SE*%d*" % (count - 1), b"SE*%d*" % count)
    assert posted(told).books["PT-1"].owed() == OWED


def test_e6_a_service_of_another_code_list_stops_nothing() -> None:
    """NU: a revenue code. The claim's other lines, the claims before and behind it are posted; its money waits."""
    odd = ("SVC*NU:0420*45*25**1", "DTM*472*20260302", "CAS*CO*45*20")
    first = ("CLP*PT-1*1*275*95*17.4*MB*ICN1*11*1", *DENIED, *odd, *PAID)
    office = posted(file_of(*first, *SECOND, "DTM*472*20260309", amount="125"))
    assert office.books["PT-1"].owed() == OWED
    assert ("line_unknown", "", 2_500) in office.books["PT-1"].told()
    assert office.books["PT-1"].by_account()["suspense"] == -2_500
    assert office.books["PT-2"].owed() == {("EX-002", "PT-2-1"): 740}


def test_e6_a_wrong_segment_count_is_seen_before_anything_is_posted() -> None:
    told = file_of(*TWO_LINES_PAID, amount="70")
    office = Office(CLAIM, OTHER).post(told.replace(b"~SE*", b"~SE*9"), LEARNED)
    assert [held.rule for held in office.held] == ["X132"]
    assert len(office.books["PT-1"].entries) == 1, "the charges alone"


def test_e7_a_claim_without_a_day_does_not_take_that_of_the_claim_before() -> None:
    """PT-2 was another day than PT-1. Its line is laid on its own."""
    office = posted(file_of(*TWO_LINES_PAID, *SECOND, amount="100"))
    assert office.books["PT-2"].owed() == {("EX-002", "PT-2-1"): 740}
    assert office.books["PT-2"].told() == []
    assert office.tasks == []


@pytest.mark.parametrize("marks", ["*:~", "*:\n", "|>!", "+:'"])
def test_e8_every_remark_the_provider_adjustments_and_any_terminator(marks: str) -> None:
    plb = ("PLB*1234567893*20261231*L6:INTEREST*-1.25",)
    office = posted(file_of(*TWO_LINES_PAID, amount="71.25", plb=plb, marks=marks))
    assert office.books["PT-1"].tasks[0].remarks == ("N130", "MA18")
    assert office.books["PT-1"].owed() == OWED
    assert office.balances()["interest"] == -125
    assert office.balances()["cash_clearing"] == 7_125


def test_the_same_file_again_or_wrapped_anew_changes_nothing() -> None:
    plb = ("PLB*1234567893*20261231*L6:INTEREST*-1.25",)
    office = posted(file_of(*TWO_LINES_PAID, amount="71.25", plb=plb))
    once = office.balances()
    office.post(file_of(*TWO_LINES_PAID, amount="71.25", plb=plb, marks="|>\n", end="\r"), LEARNED)
    assert office.balances() == once
    assert len(office.books["PT-1"].entries) == 2


def test_a_file_seen_in_part_posts_the_rest_of_it() -> None:
    """A payment told in part first (its amount the part's), then as a whole under the same trace."""
    office = posted(file_of(*TWO_LINES_PAID, amount="70"))
    office.post(file_of(*TWO_LINES_PAID, *SECOND, amount="100"), LEARNED)
    assert office.books["PT-1"].owed() == OWED
    assert office.books["PT-2"].owed() == {("EX-002", "PT-2-1"): 740}
    assert office.balances()["cash_clearing"] == 10_000


def test_claims_of_the_system_before_are_kept_in_suspense_and_disturb_nothing() -> None:
    old = ("CLP*OLD-7*1*100*60*10*MB*ICN9*11*1", "CAS*CO*45*30", "CAS*PR*2*10")
    office = posted(file_of(*old, *TWO_LINES_PAID, amount="130"))
    assert office.books["PT-1"].owed() == OWED
    assert [(task.action, task.claim, task.cents) for task in office.tasks] == [("claim_unknown", "OLD-7", 6_000)]
    assert office.balances()["suspense"] == -6_000


def test_a_payer_that_is_none_of_the_claims_waits_for_a_person() -> None:
    """The supplement's answer, learned to be the supplement's: the claim has no such payer."""
    answer = ("CLP*PT-1*2*50*5.9*1.5*12*S1*11*1", "SVC*HC:97140:GP*50*5.9**1", "CAS*OA*23*42.6", "CAS*PR*3*1.5")
    office = Office(CLAIM).post(file_of(*answer, amount="5.9"), {"tax number 512345678": ("supplement",)})
    assert office.books["PT-1"].told() == [("payer_unknown", "", 590)]
    assert office.books["PT-1"].by_account()["suspense"] == -590
    office = Office(TWO_PAYERS).post(file_of(*answer, amount="5.9"), {"tax number 512345678": ("supplement",)})
    assert office.books["PT-1"].told() == []
