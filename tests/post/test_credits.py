"""Money that is somebody else's: paid twice, paid too much, paid by the patient before the insurer."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.edi.remit import file_of
from tests.post.books import LINES, ONE_PAYER, POSTED, SUPPLEMENT, TWO_PAYERS, Books, claims
from tests.post.test_any_order import claim, lines, remittance_line

from rehabill.engine.post.payment import Payment
from rehabill.ledger.balance import balances
from rehabill.model.books import Beside
from rehabill.model.remittance import Adjustment, RemittanceClaim, RemittanceLine

SECOND_CHECK = Payment("MEDICARE/CHK2002", "medicare-b", POSTED)
LINE = ("SVC*HC:97140:GP*50*30**1", "DTM*472*20260302", "CAS*CO*45*12*1*253*.6", "CAS*PR*2*7.4", "REF*6R*LINE-2")
PRIMARY = claims(file_of("CLP*PT-1*1*50*30*7.4*MB*ICN1*11*1", *LINE, amount="30"))
SECONDARY = claims(
    file_of(
        "CLP*PT-1*2*50*5.9*1.5*CI*S1*11*1", "SVC*HC:97140:GP*50*5.9**1", "DTM*472*20260302", "CAS*OA*23*42.6",
        "CAS*PR*3*1.5", "REF*6R*LINE-2", amount="5.9",
    )
)  # fmt: skip


def credits(books: Books) -> list[tuple[int, str]]:
    return [(task.cents, task.owed_to) for task in books.tasks if task.action == "credit"]


def test_a_decision_paid_twice_adjusts_once_and_owes_the_money_back() -> None:
    books = Books(ONE_PAYER).post(PRIMARY).post(PRIMARY, SECOND_CHECK)
    assert books.owed()["medicare-b", "LINE-2"] == -3_000
    assert books.owed()["EX-001", "LINE-2"] == 740
    assert books.by_account()["contractual"] == 1_200
    assert books.by_account()["sequestration"] == 60
    assert books.told() == [("credit", "", 3_000)]
    assert credits(books) == [(3_000, "medicare-b")]
    assert "MEDICARE/CHK2002: it had said and paid the same before" in books.tasks[0].why


def test_a_decision_paid_twice_and_taken_back_once_is_right() -> None:
    back = claims(
        file_of(
            "CLP*PT-1*22*-50*-30*-7.4*MB*ICN1*11*1", "SVC*HC:97140:GP*-50*-30**1", "DTM*472*20260302",
            "CAS*CO*45*-12*1*253*-.6", "CAS*PR*2*-7.4", "REF*6R*LINE-2", amount="-30",
        )
    )  # fmt: skip
    once = Books(ONE_PAYER).post(PRIMARY)
    books = Books(ONE_PAYER).post(PRIMARY).post(PRIMARY, SECOND_CHECK).post(back)
    assert books.owed() == once.owed()
    assert books.by_account() == once.by_account()
    again = books.post(PRIMARY, SECOND_CHECK)
    assert credits(again) == [(3_000, "medicare-b")] * 2, "paid, taken back, and paid twice again"


def test_a_denial_told_twice_is_told_once() -> None:
    denied = claims(file_of("CLP*PT-1*4*100*0**MB*I*11*1", "SVC*HC:97110:GP*100*0**1", "CAS*CO*97*100", amount="0"))
    books = Books(ONE_PAYER).post(denied).post(denied, SECOND_CHECK)
    assert books.told() == [("denied", "LINE-1", 10_000)]
    assert books.owed()["medicare-b", "LINE-1"] == 10_000


def test_two_equal_parts_of_a_line_are_no_repetition() -> None:
    part = ("SVC*HC:97110:GP*50*30**1", "DTM*472*20260302", "CAS*CO*45*12", "CAS*PR*2*8")
    halves = claims(file_of("CLP*PT-1*1*100*60*16*MB*I*11*1", *part, *part, amount="60"))
    books = Books(ONE_PAYER).post(halves)
    assert books.told() == []
    assert books.owed()["EX-001", "LINE-1"] == 1_600
    books.post(halves, SECOND_CHECK)
    assert credits(books) == [(6_000, "medicare-b")]
    assert books.by_account()["contractual"] == 2_400


def test_one_remittance_with_a_claim_twice_is_two_payments_of_it() -> None:
    """Its amount is that of both, so both were paid; the second is a credit."""
    books = Books(ONE_PAYER).post([*PRIMARY, *PRIMARY])
    assert credits(books) == [(3_000, "medicare-b")]


def test_a_payer_that_pays_above_what_is_owed_is_owed_the_rest() -> None:
    """Corrected without a reversal: 30 paid before, now 40 on the same line."""
    more = claims(
        file_of(
            "CLP*PT-1*1*50*40**MB*ICN2*11*1", "SVC*HC:97140:GP*50*40**1", "CAS*CO*45*10", "REF*6R*LINE-2", amount="40"
        )
    )
    books = Books(ONE_PAYER).post(PRIMARY).post(more, SECOND_CHECK)
    assert credits(books) == [(5_000, "medicare-b")]
    assert "said and paid the same" not in books.tasks[-1].why


def test_what_another_line_still_owes_pays_for_no_overpayment() -> None:
    books = Books(ONE_PAYER).post(PRIMARY).post(PRIMARY, SECOND_CHECK)
    assert books.owed()["medicare-b", "LINE-1"] == 10_000
    assert credits(books) == [(3_000, "medicare-b")]


def test_a_later_payer_that_answers_first_has_paid_nothing_too_much() -> None:
    books = Books(TWO_PAYERS).post(SECONDARY, SUPPLEMENT)
    assert books.owed()["supplement", "LINE-2"] == -740
    assert credits(books) == []
    assert credits(books.post(PRIMARY)) == []


def test_a_later_payer_that_pays_twice_is_owed_its_money() -> None:
    books = Books(TWO_PAYERS).post(PRIMARY).post(SECONDARY, SUPPLEMENT)
    books.post(SECONDARY, Payment("SUPPLEMENT/CHK8", "supplement", POSTED))
    assert credits(books) == [(590, "supplement")]


ONE_LINE = msgspec.structs.replace(ONE_PAYER, lines=LINES[1:2])


def test_a_patient_who_paid_before_the_insurer_is_owed_what_was_too_much() -> None:
    books = Books(ONE_LINE).patient_pays(2_000).post(PRIMARY)
    assert credits(books) == [(1_260, "EX-001")]
    assert "patient" in books.tasks[-1].why
    assert sum(cents for (who, _), cents in books.owed().items() if who == "EX-001") == -1_260


@pytest.mark.parametrize("cents", [740, 500, 0])
def test_a_patient_who_paid_the_share_or_less_is_owed_nothing(cents: int) -> None:
    assert credits(Books(ONE_LINE).patient_pays(cents).post(PRIMARY)) == []


def test_while_an_insurer_owes_a_patients_money_is_paid_ahead() -> None:
    assert credits(Books(ONE_PAYER).patient_pays(2_000).post(PRIMARY)) == [], "two lines are not decided"
    two = msgspec.structs.replace(TWO_PAYERS, lines=LINES[1:2])
    books = Books(two).patient_pays(740).post(PRIMARY)
    assert credits(books) == [], "the supplement is asked first"
    assert credits(books.post(SECONDARY, SUPPLEMENT)) == [(590, "EX-001")]


def test_what_was_written_off_of_a_line_and_then_paid_is_too_much_and_nobodys() -> None:
    """The payer has paid 30 of the 50: a refund would give it money of ours."""
    written_off = msgspec.structs.replace(ONE_LINE, beside=(Beside("P", "LINE-2", -5_000),))
    assert credits(Books(written_off).post(PRIMARY)) == [(5_000, "")]


def test_a_reversal_makes_no_credit() -> None:
    back = [msgspec.structs.replace(PRIMARY[0], status="22")]
    assert credits(Books(ONE_LINE).patient_pays(740).post(back)) == []


@given(st.data(), st.integers(2, 4))
def test_a_repetition_moves_its_money_and_nothing_else(data: st.DataObject, times: int) -> None:
    said: list[RemittanceLine] = [data.draw(lines(ours)) for ours in LINES]
    told: RemittanceClaim = claim(said, "1")
    once, often = Books(ONE_PAYER).post([told]), Books(ONE_PAYER)
    for number in range(times):
        often.post([told], Payment(f"MEDICARE/CHK{number}", "medicare-b", POSTED))
    assert sum(often.by_account().values()) == 0
    for account in ("contractual", "sequestration", "patient_receivable", "suspense"):
        assert often.by_account().get(account, 0) == once.by_account().get(account, 0)
    assert often.by_account().get("cash_clearing", 0) == times * told.paid_cents
    assert balances(often.entries, lambda place: place.party).get("medicare-b", 0) == (
        balances(once.entries, lambda place: place.party).get("medicare-b", 0) - (times - 1) * told.paid_cents
    )


def test_a_line_with_an_adjustment_that_raises_it_is_repeated_like_any_other() -> None:
    said = remittance_line(LINES[0], 11_000, (Adjustment("CO", "144", -1_000),))
    books = Books(ONE_PAYER).post([claim([said], "1")]).post([claim([said], "1")], SECOND_CHECK)
    assert credits(books) == [(11_000, "medicare-b")]


@pytest.mark.parametrize(("given_up", "told"), [(10_000, [10_000]), (1_000, [1_000]), (0, [])])
def test_what_was_written_off_before_the_payer_answered_is_no_overpayment(given_up: int, told: list[int]) -> None:
    """Refunding it would give the payer money that it never paid."""
    beside = (Beside("P", "LINE-1", -given_up),) if given_up else ()
    books = Books(msgspec.structs.replace(ONE_PAYER, beside=beside, lines=LINES[:1]))
    body = ("CLP*PT-1*1*100*60*10*MB*ICN1*11*1", "SVC*HC:97110:GP*100*60**2", "DTM*472*20260302", "CAS*CO*45*30",
            "CAS*PR*2*10", "REF*6R*LINE-1")  # fmt: skip
    books.post(claims(file_of(*body, amount="60")))
    found = [task for task in books.tasks if task.action == "credit"]
    assert [task.cents for task in found] == told
    assert all("written off or handed on" in task.why and not task.owed_to for task in found)


def test_the_payer_is_owed_no_more_than_it_has_paid() -> None:
    """The claim was voided: nothing is charged any more, and yet the payer answers."""
    books = Books(msgspec.structs.replace(ONE_PAYER, lines=(msgspec.structs.replace(LINES[0], charge_cents=0),)))
    body = ("CLP*PT-1*1*100*60*10*MB*ICN1*11*1", "SVC*HC:97110:GP*100*60**2", "DTM*472*20260302", "CAS*CO*45*30",
            "CAS*PR*2*10", "REF*6R*LINE-1")  # fmt: skip
    books.post(claims(file_of(*body, amount="60")))
    assert [(task.cents, task.owed_to) for task in books.tasks if task.action == "credit"] == [(6_000, "medicare-b")]
