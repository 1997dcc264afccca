"""What a biller expects of the books when a remittance comes in; each of these has gone wrong in a known product."""

import msgspec
import pytest
from tests.edi.remit import file_of
from tests.post.books import LINES, MEDICARE, ONE_PAYER, POSTED, SUPPLEMENT, TWO_PAYERS, Books, claims

from rehabill.engine.post.claim import post_unknown
from rehabill.engine.post.payment import Payment
from rehabill.engine.post.provider import post_provider_adjustment
from rehabill.ledger.balance import trial_balance
from rehabill.model.books import BookedClaim
from rehabill.model.priced import PricedLine
from rehabill.model.remittance import ProviderAdjustment

DENIED_FIRST = (
    "SVC*HC:97110:GP*100*0**2", "DTM*472*20260302", "CAS*CO*97*100", "REF*6R*LINE-1", "LQ*HE*N130", "LQ*HE*MA18",
)  # fmt: skip
SECOND = ("SVC*HC:97140:GP*50*30**1", "DTM*472*20260302", "CAS*CO*45*12*1*253*.6", "CAS*PR*2*7.4", "REF*6R*LINE-2")
THIRD = ("SVC*HC:97530:GP*80*40**1", "DTM*472*20260302", "CAS*CO*45*30", "CAS*PR*2*10", "REF*6R*LINE-3")
HEAD = "CLP*PT-1*1*230*70*17.4*MB*ICN1*11*1"
MEDICARE_OPEN = ("medicare-b", "LINE-1")


def test_a_denied_first_line_holds_up_nothing_and_is_not_written_off() -> None:
    books = Books(ONE_PAYER).post(claims(file_of(HEAD, *DENIED_FIRST, *SECOND, *THIRD, amount="70")))
    assert books.owed() == {MEDICARE_OPEN: 10_000, ("EX-001", "LINE-2"): 740, ("EX-001", "LINE-3"): 1_000}
    assert books.by_account() == {
        "insurance_receivable": 10_000, "charges": -23_000, "patient_receivable": 1_740, "contractual": 4_200,
        "sequestration": 60, "cash_clearing": 7_000,
    }  # fmt: skip
    assert books.told() == [("denied", "LINE-1", 10_000)]
    assert books.tasks[0].carcs == ("CO-97",)
    assert books.tasks[0].remarks == ("N130", "MA18")


def test_the_order_of_lines_does_not_matter() -> None:
    first = Books(ONE_PAYER).post(claims(file_of(HEAD, *DENIED_FIRST, *SECOND, *THIRD, amount="70")))
    last = Books(ONE_PAYER).post(claims(file_of(HEAD, *SECOND, *THIRD, *DENIED_FIRST, amount="70")))
    assert first.owed() == last.owed()
    assert first.by_account() == last.by_account()


_SIGNS = {
    "*100*0**2": "*-100*0**2", "*50*30**1": "*-50*-30**1", "*80*40**1": "*-80*-40**1", "*97*100": "*97*-100",
    "*45*12*1*253*.6": "*45*-12*1*253*-.6", "*2*7.4": "*2*-7.4", "*45*30": "*45*-30", "*2*10": "*2*-10",
}  # fmt: skip


def taken_back(segment: str) -> str:
    for amounts, negative in _SIGNS.items():
        segment = segment.replace(amounts, negative)
    return segment


REVERSED = (
    "CLP*PT-1*22*-230*-70*-17.4*MB*ICN1*11*1",
    *(taken_back(segment) for segment in (*DENIED_FIRST, *SECOND, *THIRD)),
)
CORRECTED = (
    "CLP*PT-1*1*230*120*30*MB*ICN1*11*1",
    "SVC*HC:97110:GP*100*50**2", "DTM*472*20260302", "CAS*CO*45*37.4", "CAS*PR*2*12.6", "REF*6R*LINE-1",
    *SECOND, *THIRD,
)  # fmt: skip


def test_a_reversal_takes_back_what_was_posted_and_its_correction_stands() -> None:
    paid = claims(file_of(HEAD, *DENIED_FIRST, *SECOND, *THIRD, amount="70"))
    books = Books(ONE_PAYER).post(paid)
    books.post(claims(file_of(*REVERSED, amount="-70")))
    assert books.owed() == {
        ("medicare-b", "LINE-1"): 10_000, ("medicare-b", "LINE-2"): 5_000, ("medicare-b", "LINE-3"): 8_000,
    }  # fmt: skip
    assert books.by_account() == {"insurance_receivable": 23_000, "charges": -23_000}
    books.post(claims(file_of(*CORRECTED, amount="120")))
    assert books.owed() == {("EX-001", "LINE-1"): 1_260, ("EX-001", "LINE-2"): 740, ("EX-001", "LINE-3"): 1_000}
    assert books.by_account()["cash_clearing"] == 12_000


def test_a_denied_claim_stays_owed_with_a_task_for_each_line() -> None:
    body = ("CLP*PT-1*4*230*0**MB*ICN1*11*1", "CAS*CO*29*230")
    books = Books(ONE_PAYER).post(claims(file_of(*body, amount="0")))
    assert sum(books.owed().values()) == 23_000
    assert books.told() == [("denied", "LINE-1", 10_000), ("denied", "LINE-2", 5_000), ("denied", "LINE-3", 8_000)]
    assert len(books.entries) == 1, "nothing moved, so nothing is entered"


def test_a_claim_without_days_is_laid_on_its_own_lines() -> None:
    dayless = [one for one in (*SECOND, *THIRD) if not one.startswith(("DTM", "REF"))]
    books = Books(ONE_PAYER).post(claims(file_of("CLP*PT-1*1*130*70*17.4*MB*ICN1*11*1", *dayless, amount="70")))
    assert books.owed() == {MEDICARE_OPEN: 10_000, ("EX-001", "LINE-2"): 740, ("EX-001", "LINE-3"): 1_000}


def test_modifiers_that_the_payer_drops_do_not_unmatch_a_line() -> None:
    body = ("CLP*PT-1*1*50*30*7.4*MB*ICN1*11*1", "SVC*HC:97140*50*30**1", "CAS*CO*45*12*1*253*.6", "CAS*PR*2*7.4")
    books = Books(ONE_PAYER).post(claims(file_of(*body, amount="30")))
    assert books.told() == []
    assert books.owed()["EX-001", "LINE-2"] == 740


def test_a_line_that_the_payer_split_is_one_of_ours() -> None:
    body = (
        "CLP*PT-1*1*100*60*20*MB*ICN1*11*1",
        "SVC*HC:97110:GP*60*36**1", "DTM*472*20260302", "CAS*CO*45*12", "CAS*PR*2*12",
        "SVC*HC:97110:GP*40*24**1", "DTM*472*20260302", "CAS*CO*45*8", "CAS*PR*2*8",
    )  # fmt: skip
    books = Books(ONE_PAYER).post(claims(file_of(*body, amount="60")))
    assert books.told() == []
    assert books.owed() == {
        ("EX-001", "LINE-1"): 2_000, ("medicare-b", "LINE-2"): 5_000, ("medicare-b", "LINE-3"): 8_000,
    }  # fmt: skip


def test_a_line_we_never_billed_goes_to_suspense_and_the_rest_is_posted() -> None:
    body = (
        "CLP*PT-1*1*95*55*7.4*MB*ICN1*11*1",
        *SECOND,
        "SVC*HC:97035:GP*45*25**1",
        "DTM*472*20260302",
        "CAS*CO*45*20",
    )
    books = Books(ONE_PAYER).post(claims(file_of(*body, amount="55")))
    assert books.by_account()["suspense"] == -2_500
    assert books.told() == [("line_unknown", "", 2_500)]
    assert books.owed()["EX-001", "LINE-2"] == 740


def test_a_line_out_of_balance_posts_its_difference_to_suspense() -> None:
    """50 charged, 12 + 7.40 adjusted, 28 paid: 2.60 of it nobody explains."""
    body = (
        "CLP*PT-1*1*50*28*7.4*MB*ICN1*11*1",
        "SVC*HC:97140:GP*50*28**1",
        "CAS*CO*45*12",
        "CAS*PR*2*7.4",
        "REF*6R*LINE-2",
    )
    books = Books(ONE_PAYER).post(claims(file_of(*body, amount="28")))
    assert books.told() == [("line_unbalanced", "LINE-2", 260)]
    assert books.by_account()["suspense"] == 260
    assert ("medicare-b", "LINE-2") not in books.owed()


def test_a_claim_that_pays_more_than_its_lines_posts_the_rest_to_suspense() -> None:
    body = ("CLP*PT-1*1*50*35*7.4*MB*ICN1*11*1", *SECOND)
    books = Books(ONE_PAYER).post(claims(file_of(*body, amount="35")))
    assert ("claim_unbalanced", "", 500) in books.told()
    assert books.by_account()["suspense"] == -500
    assert books.by_account()["cash_clearing"] == 3_500


PRIMARY = claims(file_of("CLP*PT-1*1*50*30*7.4*MB*ICN1*11*1", *SECOND, amount="30"))
SECONDARY = claims(
    file_of(
        "CLP*PT-1*2*50*5.9*1.5*CI*S1*11*1",
        "SVC*HC:97140:GP*50*5.9**1",
        "DTM*472*20260302",
        "CAS*OA*23*42.6",
        "CAS*PR*3*1.5",
        "REF*6R*LINE-2",
        amount="5.9",
    )
)


def test_the_share_of_the_patient_is_asked_of_the_next_payer_first() -> None:
    books = Books(TWO_PAYERS).post(PRIMARY)
    assert books.owed()["supplement", "LINE-2"] == 740
    assert books.told() == [("bill_secondary", "", 740)]
    books.post(SECONDARY, SUPPLEMENT)
    assert books.owed() == {MEDICARE_OPEN: 10_000, ("medicare-b", "LINE-3"): 8_000, ("EX-001", "LINE-2"): 150}


def test_a_forwarded_claim_needs_no_bill_to_the_next_payer() -> None:
    forwarded = [msgspec.structs.replace(one, status="19") for one in PRIMARY]
    assert Books(TWO_PAYERS).post(forwarded).told() == []


def test_the_secondary_may_answer_before_the_primary() -> None:
    early = Books(TWO_PAYERS).post(SECONDARY, SUPPLEMENT).post(PRIMARY)
    late = Books(TWO_PAYERS).post(PRIMARY).post(SECONDARY, SUPPLEMENT)
    assert early.owed() == late.owed()
    assert early.by_account() == late.by_account()


def test_a_secondary_that_tells_the_contractual_part_again_takes_it_off_once() -> None:
    again = claims(
        file_of(
            "CLP*PT-1*2*50*5.9*1.5*CI*S1*11*1",
            "SVC*HC:97140:GP*50*5.9**1",
            "DTM*472*20260302",
            "CAS*OA*23*30",
            "CAS*CO*45*12.6",
            "CAS*PR*3*1.5",
            "REF*6R*LINE-2",
            amount="5.9",
        )
    )
    books = Books(TWO_PAYERS).post(PRIMARY).post(again, SUPPLEMENT)
    assert books.owed()["EX-001", "LINE-2"] == 150
    assert ("supplement", "LINE-2") not in books.owed()
    assert books.by_account()["contractual"] == 1_200


def test_an_adjustment_of_the_whole_claim_lowers_what_its_lines_say_was_paid() -> None:
    """Lines pay 30 + 40, each balanced; the claim's own deductible of 14 leaves 56."""
    body = ("CLP*PT-1*1*130*56*31.4*MB*ICN1*11*1", "CAS*PR*1*14", *SECOND, *THIRD)
    books = Books(ONE_PAYER).post(claims(file_of(*body, amount="56")))
    assert books.told() == []
    assert books.by_account()["cash_clearing"] == 5_600
    assert books.owed() == {MEDICARE_OPEN: 10_000, ("EX-001", "LINE-2"): 740 + 600, ("EX-001", "LINE-3"): 1_000 + 800}


def test_an_adjustment_of_the_whole_claim_may_be_what_its_lines_lack() -> None:
    body = (
        "CLP*PT-1*1*130*70*60*MB*ICN1*11*1", "CAS*PR*1*60",
        "SVC*HC:97140:GP*50*30**1", "DTM*472*20260302", "SVC*HC:97530:GP*80*40**1", "DTM*472*20260302",
    )  # fmt: skip
    books = Books(ONE_PAYER).post(claims(file_of(*body, amount="70")))
    assert books.told() == []
    assert books.owed() == {MEDICARE_OPEN: 10_000, ("EX-001", "LINE-2"): 2_000, ("EX-001", "LINE-3"): 4_000}


def test_a_claim_we_do_not_know_is_kept_in_suspense() -> None:
    posted = post_unknown(PRIMARY[0], MEDICARE)
    assert posted.entry
    assert trial_balance([posted.entry]) == {"cash_clearing": 3_000, "suspense": -3_000}
    assert [task.action for task in posted.tasks] == ["claim_unknown"]


@pytest.mark.parametrize(
    ("reason", "cents", "account"),
    [("L6", -125, "interest"), ("WO", 5_000, "recoupment"), ("FB", -5_000, "forward_balance"), ("72", -900, "refunds"),
     ("CS", 300, "suspense"), ("J1", 1, "suspense"), ("IR", 2_400, "withheld"), ("50", 75, "penalties")],
)  # fmt: skip
def test_money_apart_from_claims_goes_to_its_account_and_a_positive_amount_lowers_the_check(
    reason: str, cents: int, account: str
) -> None:
    made, _ = post_provider_adjustment(ProviderAdjustment("1999999992", None, reason, "REF", cents), 1, MEDICARE)
    assert made
    assert trial_balance([made]) == {account: cents, "cash_clearing": -cents}


def whole(*adjustments: str, paid: str = "0") -> Books:
    """Line 1 of 100.00 with these adjustments."""
    body = ("CLP*PT-1*1*100*" + paid + "**MB*I*11*1", "SVC*HC:97110:GP*100*" + paid + "**1", *adjustments)
    return Books(ONE_PAYER).post(claims(file_of(*body, "REF*6R*LINE-1", amount=paid)))


@pytest.mark.parametrize("reason", ["CO*45", "PI*45", "OA*45", "CO*59", "CO*P12", "CO*P24", "CO*A2"])
def test_all_of_a_charge_above_the_price_is_a_denial_and_not_written_off(reason: str) -> None:
    books = whole(f"CAS*{reason}*100")
    assert books.owed()[MEDICARE_OPEN] == 10_000
    assert books.told() == [("denied", "LINE-1", 10_000)]
    assert "contractual" not in books.by_account()


@pytest.mark.parametrize("reason", ["246", "131", "237", "104"])
def test_what_a_contract_takes_whole_and_means_it_is_taken(reason: str) -> None:
    """A code that only reports, a discount of the whole claim."""
    books = whole(f"CAS*CO*{reason}*100")
    assert MEDICARE_OPEN not in books.owed()
    assert books.tasks == []


def test_a_price_that_leaves_the_patient_something_is_one() -> None:
    books = whole("CAS*CO*45*60", "CAS*PR*1*40")
    assert (books.by_account()["contractual"], books.owed()["EX-001", "LINE-1"]) == (6_000, 4_000)
    assert books.tasks == []


def test_a_denial_in_the_words_of_a_price_taken_back_leaves_nothing() -> None:
    body = ("CLP*PT-1*22*-100*0**MB*I*11*1", "SVC*HC:97110:GP*-100*0**1", "CAS*CO*45*-100", "REF*6R*LINE-1")
    books = whole("CAS*CO*45*100").post(claims(file_of(*body, amount="0")))
    assert books.by_account() == {"insurance_receivable": 23_000, "charges": -23_000}


def test_a_later_payer_with_nothing_to_add_takes_the_share_off() -> None:
    """Medicaid pays no more than its own price; what Medicare left may not be asked of the patient."""
    second = ("CLP*PT-1*2*100*0**MC*S1*11*1", "SVC*HC:97110:GP*100*0**1", "CAS*CO*45*100", "REF*6R*LINE-1")
    first = ("CLP*PT-1*1*100*56**MB*I*11*1", "SVC*HC:97110:GP*100*56**1", "CAS*CO*45*30", "CAS*PR*2*14")
    books = Books(TWO_PAYERS).post(claims(file_of(*first, "REF*6R*LINE-1", amount="56")))
    books.post(claims(file_of(*second, amount="0")), SUPPLEMENT)
    assert books.by_account()["contractual"] == 4_400
    assert [who for who, line in books.owed() if line == "LINE-1"] == []
    assert [action for action, _, _ in books.told()] == ["bill_secondary"]


def test_a_predetermination_decides_nothing() -> None:
    """CLP02 25: what would be paid, asked before the service."""
    body = ("CLP*PT-1*25*100*0**12*I*11*1", "SVC*HC:97110:GP*100*0**1", "CAS*CO*45*30", "CAS*PR*2*70", "REF*6R*LINE-1")
    books = Books(ONE_PAYER).post(claims(file_of(*body, amount="0")))
    assert books.by_account() == {"insurance_receivable": 23_000, "charges": -23_000}
    assert books.claim.decided == ()
    assert [(task.action, "predetermination" in task.why) for task in books.tasks] == [("claim_unknown", True)]


def expecting(payer: int, patient: int) -> BookedClaim:
    priced = PricedLine(2, "97140", ("GP",), 1, 3_700, (), 3_700, payer, patient)
    lines = tuple(msgspec.structs.replace(one, expected=priced) if one.line_id == "LINE-2" else one for one in LINES)
    return msgspec.structs.replace(ONE_PAYER, lines=lines)


def test_a_line_paid_short_is_told_with_the_amount() -> None:
    books = Books(expecting(payer=3_300, patient=740)).post(PRIMARY)
    assert books.told() == [("underpaid", "LINE-2", 300)]


@pytest.mark.parametrize(("payer", "patient"), [(3_000, 740), (3_001, 740), (2_000, 1_740)])
def test_a_cent_of_rounding_or_a_deductible_is_no_underpayment(payer: int, patient: int) -> None:
    assert Books(expecting(payer=payer, patient=patient)).post(PRIMARY).told() == []


def test_entries_carry_the_day_of_posting_and_what_caused_them() -> None:
    made = Books(ONE_PAYER).post(PRIMARY).entries[-1]
    assert (made.day, made.kind, made.source) == (POSTED, "remittance", "MEDICARE/CHK1001/PT-1/ICN1/1")


TOLD = (HEAD, *DENIED_FIRST, *SECOND, *THIRD)
CHARGED = {("medicare-b", "LINE-1"): 10_000, ("medicare-b", "LINE-2"): 5_000, ("medicare-b", "LINE-3"): 8_000}


def test_a_reversal_of_what_nobody_told_doubles_no_debt_and_makes_no_credit() -> None:
    """The file with the original was never fetched, or comes later: until then the money taken waits in suspense."""
    books = Books(ONE_PAYER).post(claims(file_of(*REVERSED, amount="-70")))
    assert books.owed() == CHARGED
    assert books.by_account() == {
        "insurance_receivable": 23_000, "charges": -23_000, "cash_clearing": -7_000, "suspense": 7_000,
    }  # fmt: skip
    assert books.told() == [("reversed", "", -7_000)]
    assert "no remittance told of" in books.tasks[0].why
    books.post(claims(file_of(*TOLD, amount="70")))
    assert books.owed() == CHARGED
    assert books.by_account() == {"insurance_receivable": 23_000, "charges": -23_000}


def test_what_is_taken_back_twice_is_taken_back_once() -> None:
    books = Books(ONE_PAYER).post(claims(file_of(*TOLD, amount="70")))
    books.post(claims(file_of(*REVERSED, amount="-70")))
    books.post(claims(file_of(*REVERSED, amount="-70")), Payment("MEDICARE/CHK1002", "medicare-b", POSTED))
    assert books.owed() == CHARGED
    assert books.by_account() == {
        "insurance_receivable": 23_000, "charges": -23_000, "cash_clearing": -7_000, "suspense": 7_000,
    }  # fmt: skip
    assert [("no remittance" in task.why) for task in books.tasks if task.action == "reversed"] == [False, True]


def test_a_correction_and_its_reversal_before_the_original_end_as_in_their_order() -> None:
    usual, early = Books(ONE_PAYER), Books(ONE_PAYER)
    for body, amount in ((TOLD, "70"), (REVERSED, "-70"), (CORRECTED, "120")):
        usual.post(claims(file_of(*body, amount=amount)))
    for body, amount in ((REVERSED, "-70"), (CORRECTED, "120"), (TOLD, "70")):
        early.post(claims(file_of(*body, amount=amount)))
    assert early.owed() == usual.owed()
    assert early.by_account() == usual.by_account()
    assert "suspense" not in early.by_account()
