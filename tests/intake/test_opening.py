"""Balances of an old system: into the books to the cent, and open for what payers still say of them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.edi.remit import file_of
from tests.post.books import MEDICARE, SUPPLEMENT, claims

from rehabill.base.errors import InputError
from rehabill.engine.post.claim import post_claim
from rehabill.engine.post.opening import OpenedClaim, open_claims
from rehabill.engine.post.owed import charged
from rehabill.intake import opening
from rehabill.ledger.balance import balances, trial_balance
from rehabill.ledger.entry import Entry, check
from rehabill.model.opening import OpenBalance

BEGIN = dt.date(2026, 4, 1)
HEAD = "claim,patient_id,date,open,payer,order,owed_by,code,line,charge\n"


def rows(text: str) -> list[OpenBalance]:
    sheet = opening.read((HEAD + text).encode())
    assert all(isinstance(row.found, OpenBalance) for row in sheet.rows), sheet
    return [row.found for row in sheet.rows]  # type: ignore[misc]


def opened(text: str) -> list[OpenedClaim]:
    return open_claims(rows(text), BEGIN)


def owed(*entries: Entry | None) -> dict[tuple[str, str, str], int]:
    """(who, turn, line) → cents."""
    found = balances(
        [one for one in entries if one], lambda place: (place.account, place.party, place.order, place.line)
    )
    return {key[1:]: cents for key, cents in found.items() if key[0].endswith("_receivable")}


LINES = """OLD-1,EX-1,3/2/2026,$100.00,medicare-b,,,97110,LINE-1,
OLD-1,EX-1,3/2/2026,50,medicare-b,,payer,97140,LINE-2,
"""
SECONDARY = """OLD-2,EX-1,2026-02-02,20.00,medicare-b,P,patient,97110,,100
OLD-2,EX-1,2026-02-02,12.60,supplement,secondary,payer,97110,,100
OLD-3,EX-2,2026-02-02,35.00,,,,,,
OLD-4,EX-2,2026-02-02,-5.00,,,,,,
"""


def test_what_is_open_stands_where_it_is_owed_against_opening() -> None:
    first, second, third = opened(LINES + SECONDARY)[:3]
    assert owed(first.entry) == {("medicare-b", "P", "LINE-1"): 10_000, ("medicare-b", "P", "LINE-2"): 5_000}
    assert owed(second.entry) == {("EX-1", "", "OLD-2-1"): 2_000, ("supplement", "S", "OLD-2-1"): 1_260}
    assert owed(third.entry) == {("EX-2", "", "OLD-3-1"): 3_500}
    assert second.entry and (second.entry.kind, second.entry.source, second.entry.day) == ("opening", "OLD-2", BEGIN)
    assert trial_balance([second.entry])["opening"] == -3_260
    assert {posting.place.claim for posting in second.entry.postings} == {"OLD-2"}


def test_an_835_for_a_claim_of_the_old_system_is_posted() -> None:
    (one,) = opened(LINES)
    body = (
        "CLP*OLD-1*1*150*90*24*MB*ICN1*11*1",
        "SVC*HC:97110:GP*100*60**2", "DTM*472*20260302", "CAS*CO*45*24", "CAS*PR*2*16", "REF*6R*LINE-1",
        "SVC*HC:97140:GP*50*30**1", "DTM*472*20260302", "CAS*CO*45*12", "CAS*PR*2*8",
    )  # fmt: skip
    (told,) = claims(file_of(*body, amount="90"))
    posted = post_claim(told, one.claim, MEDICARE)
    assert [task.action for task in posted.tasks] == []
    assert owed(one.entry, posted.entry) == {("EX-1", "", "LINE-1"): 1_600, ("EX-1", "", "LINE-2"): 800}


def test_a_secondary_answer_to_a_claim_of_the_old_system_is_posted() -> None:
    one = next(one for one in opened(SECONDARY) if one.claim.claim_number == "OLD-2")
    body = ("CLP*OLD-2*2*100*12.60*0*MB*ICN2*11*1", "SVC*HC:97110*100*12.60**1", "DTM*472*20260202", "CAS*OA*23*87.40")
    (told,) = claims(file_of(*body, amount="12.60"))
    posted = post_claim(told, one.claim, SUPPLEMENT)
    assert [task.action for task in posted.tasks] == []
    assert owed(one.entry, posted.entry) == {("EX-1", "", "OLD-2-1"): 2_000}


def test_a_claim_keeps_its_payers_although_the_patient_owes() -> None:
    one = opened("OLD-5,EX-1,2026-02-02,20,medicare-b,,patient,97110,,100\n")[0]
    assert [payer.payer for payer in one.claim.payers] == ["medicare-b"]
    assert owed(one.entry) == {("EX-1", "", "OLD-5-1"): 2_000}


def test_nothing_open_is_a_claim_without_an_entry() -> None:
    (one,) = opened("OLD-6,EX-1,2026-02-02,0,medicare-b,,,97110,,100\n")
    assert one.entry is None and one.claim.lines[0].charge_cents == 10_000


def test_the_charge_of_a_line_is_all_that_is_open_where_it_is_not_told() -> None:
    (one,) = opened(
        "OLD-7,EX-1,2026-02-02,20,medicare-b,,patient,97110,,\nOLD-7,EX-1,2026-02-02,5,medicare-b,,,97110,,\n"
    )
    assert one.claim.lines[0].charge_cents == 2_500


@pytest.mark.parametrize(
    ("second", "path", "message"),
    [
        ("OLD-1,EX-2,2026-03-02,5,medicare-b,,patient,97110,,", "row 3: patient_id", "another patient of this claim"),
        ("OLD-1,EX-1,2026-03-02,5,commercial,P,patient,97110,,", "row 3: payer", "in this turn than row 2"),
        ("OLD-1,EX-1,2026-03-02,5,medicare-b,,patient,97110,,90", "row 3: charge", "another charge of this line"),
        ("OLD-1,EX-1,2026-03-02,5,medicare-b,,,97110,,", "row 3: open", "the same is owed of this line in row 2"),
        ("OLD-2,EX-1,2026-03-02,5,,,payer,97110,,", "row 3: payer", "is missing"),
        ("OLD-2,EX-1,2026-03-02,5,,,nobody,97110,,", "row 3: owed_by", "must be payer or patient"),
        ("OLD-2,EX-1,2026-03-02,,,,,97110,,", "row 3: open", "is missing"),
        ("OLD-2,EX-1,03-02-2026,5,,,,97110,,", "row 3: date", "is no date"),
        (",EX-1,2026-03-02,5,,,,97110,,", "row 3: claim", "is missing"),
    ],
)  # fmt: skip
def test_a_row_that_contradicts_another_or_cannot_be_read_is_told(second: str, path: str, message: str) -> None:
    text = f"{HEAD}OLD-1,EX-1,2026-03-02,100,medicare-b,P,payer,97110,,100\n{second}\nOLD-9,EX-1,2026-03-02,1,,,,,,\n"
    good, bad, after = opening.read(text.encode()).rows
    assert isinstance(good.found, OpenBalance) and isinstance(after.found, OpenBalance)
    assert isinstance(bad.found, InputError) and bad.found.path == path and message in bad.found.message


def test_equal_lines_of_a_day_are_two_by_their_numbers() -> None:
    one = opened("O,EX-1,2026-03-02,9,m,,,97110,1,9\nO,EX-1,2026-03-02,9,m,,,97110,2,9\n")[0]
    assert [line.line_id for line in one.claim.lines] == ["1", "2"] and sum(owed(one.entry).values()) == 1_800


open_rows = st.lists(
    st.builds(
        OpenBalance,
        claim=st.sampled_from(["A", "B"]), patient_id=st.just("EX-1"), date=st.just(dt.date(2026, 2, 2)),
        cents=st.integers(-5_000, 20_000), is_patient=st.booleans(), code=st.sampled_from(["97110", "97140", ""]),
        payer=st.just("p"), order=st.sampled_from(["P", "S"]), charge_cents=st.none() | st.just(20_000),
    ),
    max_size=8,
)  # fmt: skip


@given(open_rows)
def test_opening_is_whole_and_what_claims_say_of_themselves_is_what_is_owed(balances_: list[OpenBalance]) -> None:
    """A claim's charges and what moved beside payers' decisions come to what the entry says is owed."""
    for one in open_claims(balances_, BEGIN):
        check(one.entry.postings if one.entry else ())
        sums = {
            (place.order, place.line): cents
            for place, cents in charged(one.claim).items()
            if place.account != "charges"
        }
        for beside in one.claim.beside:
            key = beside.order, beside.line_id
            sums[key] = sums.get(key, 0) + beside.cents
        stood = {(turn, line): cents for (_, turn, line), cents in owed(one.entry).items()}
        assert {key: cents for key, cents in sums.items() if cents} == stood
    total = sum(one.cents for one in balances_)
    assert sum(-cents for one in open_claims(balances_, BEGIN) if one.entry
               for account, cents in trial_balance([one.entry]).items() if account == "opening") == total  # fmt: skip


@given(st.text(alphabet='A1,;"\n\r\x00 é$.-/2026\udc80', max_size=100))
def test_any_text_under_a_good_header_is_answered(text: str) -> None:
    try:
        sheet = opening.read(HEAD.encode() + text.encode("utf-8", "surrogateescape"))
    except InputError as error:
        assert error.path.startswith("row ")
        return
    open_claims([row.found for row in sheet.rows if isinstance(row.found, OpenBalance)], BEGIN)
