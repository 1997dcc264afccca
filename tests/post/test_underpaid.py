"""What counts as paid short, and what does not. Figures by hand.

line      charge   allowed   payer    patient   sequestration
LINE-1    100.00     70.00   54.88      14.00            1.12
LINE-2     50.00     30.00   23.52       6.00             .48
LINE-3     80.00     50.00   39.20      10.00             .80
claim     230.00    150.00  117.60      30.00            2.40
"""

import msgspec
import pytest
from tests.edi.remit import file_of
from tests.post.books import LINES, SUPPLEMENT, TWO_PAYERS, Books, claims

from rehabill.model.books import BookedClaim, BookedLine, BookedPayer
from rehabill.model.priced import PricedLine, Reduction
from rehabill.model.remittance import RemittanceClaim

PRICES = ((7_000, 5_488, 1_400, 112), (3_000, 2_352, 600, 48), (5_000, 3_920, 1_000, 80))
"""Allowed, payer, patient, sequestration."""


def priced(line: BookedLine, allowed: int, payer: int, patient: int, sequestration: int) -> BookedLine:
    expected = PricedLine(
        line=1, code=line.code, modifiers=line.modifiers, units=line.units, full_cents=allowed,
        reductions=(Reduction("sequestration", sequestration, None),), allowed_cents=allowed, payer_cents=payer,
        patient_cents=patient,
    )  # fmt: skip
    return msgspec.structs.replace(line, expected=expected)


PRICED = tuple(priced(line, *prices) for line, prices in zip(LINES, PRICES, strict=True))
CLAIM = BookedClaim(claim_number="PT-1", patient="EX-001", payers=(BookedPayer("medicare-b", "P"),), lines=PRICED)
WITH_SUPPLEMENT = msgspec.structs.replace(TWO_PAYERS, lines=PRICED)


def told(*body: str) -> tuple[RemittanceClaim, ...]:
    return claims(file_of(*body, amount="0"))


def short(books: Books) -> list[tuple[str, int]]:
    """Lines and cents told as underpaid."""
    return [(line, cents) for action, line, cents in books.told() if action == "underpaid"]


def whole(paid: str, contract: str, *more: str, status: str = "1", charge: str = "230") -> tuple[RemittanceClaim, ...]:
    """The claim told without lines; its patient owes 30.00, and 2.40 are sequestration."""
    own = ("CAS*CO*45*" + contract + "**253*2.4", "CAS*PR*2*30")
    return told(f"CLP*PT-1*{status}*{charge}*{paid}*30*MB*I*11*1", *own, "DTM*232*20260302", *more)


def one_line(paid: str, *adjustments: str, status: str = "1") -> tuple[RemittanceClaim, ...]:
    """Only the first line, told as such."""
    head = f"CLP*PT-1*{status}*100*{paid}**MB*I*11*1"
    return told(head, f"SVC*HC:97110:GP*100*{paid}**1", "DTM*472*20260302", *adjustments, "REF*6R*LINE-1")


RIGHT = one_line("54.88", "CAS*CO*45*30**253*1.12", "CAS*PR*2*14")
CUT = one_line("44.88", "CAS*CO*45*40**253*1.12", "CAS*PR*2*14")
"""10.00 less."""
CUT_BACK = told(
    "CLP*PT-1*22*-100*-44.88**MB*I*11*1", "SVC*HC:97110:GP*-100*-44.88**1", "DTM*472*20260302",
    "CAS*CO*45*-40**253*-1.12", "CAS*PR*2*-14", "REF*6R*LINE-1",
)  # fmt: skip


def test_a_claim_told_without_lines_and_paid_in_full_is_not_short() -> None:
    """230.00 - 117.60 - 30.00 - 2.40 = 80.00 is by contract. Line 1 is 100/230 of all:
    100.00 - 34.78 - 1.04 - 13.04 = 51.14 were paid on it, not 54.88.
    """
    books = Books(CLAIM).post(whole("117.6", "80"))
    assert books.tasks == []
    assert {one.line_id: one.paid_cents for one in books.claim.decided}["LINE-1"] == 5_114
    assert sum(books.owed().values()) == 3_000


def test_a_claim_told_without_lines_is_short_as_a_whole() -> None:
    books = Books(CLAIM).post(whole("105.6", "92"))
    assert short(books) == [("", 1_200)]
    assert books.tasks[0].why == "$12.00 less than expected."


def test_a_cent_for_each_unit_is_let_pass_of_the_whole() -> None:
    assert short(Books(CLAIM).post(whole("117.57", "80.03"))) == []
    assert short(Books(CLAIM).post(whole("117.56", "80.04"))) == [("", 4)]


def test_sequestration_taken_twice_of_a_whole_claim_is_told() -> None:
    """117.60 - 2.40 = 115.20 paid; 4.80 taken."""
    body = ("CAS*CO*45*80**253*4.8", "CAS*PR*2*30", "DTM*232*20260302")
    books = Books(CLAIM).post(told("CLP*PT-1*1*230*115.2*30*MB*I*11*1", *body))
    assert short(books) == [("", 240)]
    assert "sequestration was taken twice: $4.80 where $2.40 is due" in books.tasks[0].why


def test_a_claim_of_one_line_told_without_it_is_that_line() -> None:
    books = Books(msgspec.structs.replace(CLAIM, lines=PRICED[:1]))
    books.post(told("CLP*PT-1*1*100*44.88*14*MB*I*11*1", "CAS*CO*45*40**253*1.12", "CAS*PR*2*14", "DTM*232*20260302"))
    assert short(books) == [("LINE-1", 1_000)]


def test_one_line_without_a_price_leaves_nothing_to_compare() -> None:
    unpriced = msgspec.structs.replace(CLAIM, lines=(*PRICED[:2], LINES[2]))
    assert short(Books(unpriced).post(whole("105.6", "92"))) == []


def test_an_adjustment_of_the_whole_claim_makes_no_line_short() -> None:
    """Lines allowed at 80, 40 and 60 (30 too much), and 30.00 taken off the claim: 150.00 as expected."""
    lines = (
        "SVC*HC:97110:GP*100*80**1", "DTM*472*20260302", "CAS*CO*45*20", "REF*6R*LINE-1",
        "SVC*HC:97140:GP*50*40**1", "DTM*472*20260302", "CAS*CO*45*10", "REF*6R*LINE-2",
        "SVC*HC:97530:GP*80*60**1", "DTM*472*20260302", "CAS*CO*45*20", "REF*6R*LINE-3",
    )  # fmt: skip
    fits = told("CLP*PT-1*1*230*150**MB*I*11*1", "CAS*CO*45*30", *lines)
    assert Books(CLAIM).post(fits).tasks == []
    less = told("CLP*PT-1*1*230*140**MB*I*11*1", "CAS*CO*45*40", *lines)
    assert short(Books(CLAIM).post(less)) == [("", 760)], "117.60 + 30.00 - 140.00"


def test_a_line_is_short_by_itself_where_lines_are_told() -> None:
    assert short(Books(CLAIM).post(RIGHT)) == []
    assert short(Books(CLAIM).post(CUT)) == [("LINE-1", 1_000)]


def test_a_reversal_is_not_short_and_a_correction_that_pays_all_is_not() -> None:
    books = Books(CLAIM).post(CUT).post(CUT_BACK).post(RIGHT)
    assert books.told() == [("underpaid", "LINE-1", 1_000), ("reversed", "", -4_488)]


def test_what_was_taken_back_before_it_came_is_not_short() -> None:
    """Files out of order: the reversal, the correction, and last what both are about."""
    books = Books(CLAIM).post(CUT_BACK).post(RIGHT).post(CUT)
    assert short(books) == []
    assert books.owed()["EX-001", "LINE-1"] == 1_400


def test_a_reversal_after_its_correction_awaits_none() -> None:
    books = Books(CLAIM).post(CUT).post(RIGHT).post(CUT_BACK)
    assert [action for action, _, _ in books.told()] == ["underpaid", "credit"]
    assert books.owed()["EX-001", "LINE-1"] == 1_400


def test_a_payment_taken_back_after_a_denial_awaits_a_correction() -> None:
    """The denial alone stands, and what was to be done about it is done: somebody must look again."""
    books = Books(CLAIM).post(one_line("0", "CAS*CO*16*100")).post(CUT).post(CUT_BACK)
    assert [action for action, _, _ in books.told()] == ["denied", "underpaid", "reversed"]


def test_the_rest_paid_later_without_a_reversal_is_not_short() -> None:
    """Paid 44.88 first, then the 10.00 that were missing."""
    rest = one_line("10", "CAS*CO*45*90")
    assert short(Books(CLAIM).post(CUT).post(rest)) == [("LINE-1", 1_000)], "the first alone"


@pytest.mark.parametrize(
    "adjustments",
    [("CAS*CO*97*100",), ("CAS*CO*16*86", "CAS*PR*2*14"), ("CAS*CO*45*30**50*70",), ("CAS*CO*45*100",)],
    ids=["all", "all but the patient's share", "by two codes", "in the words of a contract"],
)
@pytest.mark.parametrize("status", ["1", "4"])
def test_what_is_refused_is_denied_and_not_short(adjustments: tuple[str, ...], status: str) -> None:
    books = Books(CLAIM).post(one_line("0", *adjustments, status=status))
    assert {action for action, _, _ in books.told()} == {"denied"}


def test_a_whole_claim_denied_is_not_short() -> None:
    body = ("CAS*CO*29*230", "DTM*232*20260302")
    books = Books(CLAIM).post(told("CLP*PT-1*4*230*0**MB*I*11*1", *body))
    assert books.told() == [("denied", "LINE-1", 10_000), ("denied", "LINE-2", 5_000), ("denied", "LINE-3", 8_000)]


def test_a_denial_paid_later_is_compared_again() -> None:
    books = Books(CLAIM).post(one_line("0", "CAS*CO*16*100"))
    assert short(books.post(RIGHT)) == []
    assert short(Books(CLAIM).post(one_line("0", "CAS*CO*16*100")).post(CUT)) == [("LINE-1", 1_000)]


def test_the_supplement_pays_its_share_and_is_not_short() -> None:
    """Medicare leaves 14.00; the supplement pays 14.00, which is far less than 54.88 + 14.00."""
    share = told(
        "CLP*PT-1*2*100*14**12*S1*11*1", "SVC*HC:97110:GP*100*14**1", "DTM*472*20260302", "CAS*OA*23*86",
        "REF*6R*LINE-1",
    )  # fmt: skip
    books = Books(WITH_SUPPLEMENT).post(RIGHT).post(share, SUPPLEMENT)
    assert short(books) == []
    assert books.owed() == {("medicare-b", "LINE-2"): 5_000, ("medicare-b", "LINE-3"): 8_000}


@pytest.mark.parametrize("status", ["1", "2", "20"])
def test_a_first_payer_that_pays_after_another_is_not_short_but_somebody_looks(status: str) -> None:
    """We know Medicare as first; it paid 20.00 after an insurer that the books do not know."""
    books = Books(CLAIM).post(one_line("20", "CAS*OA*23*80", status=status))
    assert books.told() == [("denied", "LINE-1", 8_000)]
    assert books.tasks[0].carcs == ("OA-23",)
    assert books.owed()["medicare-b", "LINE-1"] == 8_000


def test_a_part_of_a_line_waits_for_the_other_part() -> None:
    """One of two parts, 50.00 charged each: 34.44 of 68.88 due. Then the other."""
    part = (
        "SVC*HC:97110:GP*50*{paid}**1", "DTM*472*20260302", "CAS*CO*45*{contract}", "CAS*PR*2*7", "REF*6R*LINE-1",
    )  # fmt: skip

    def paid(paid: str, contract: str) -> tuple[RemittanceClaim, ...]:
        body = [one.format(paid=paid, contract=contract) for one in part]
        return told(f"CLP*PT-1*1*50*{paid}**MB*I{paid}*11*1", *body)

    assert short(Books(CLAIM).post(paid("27.44", "15.56"))) == []
    assert short(Books(CLAIM).post(paid("27.44", "15.56")).post(paid("27.43", "15.57"))) == []
    assert short(Books(CLAIM).post(paid("27.44", "15.56")).post(paid("17.44", "25.56"))) == [("LINE-1", 1_000)]
