"""A paper EOB as a biller types it: the same remittance as an 835, posted alike, checked alike."""

import copy
import datetime as dt
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.edi.remit import file_of
from tests.post.books import MEDICARE, ONE_PAYER, Books, claims

from rehabill.base.errors import InputError
from rehabill.edi.remittance_835 import remittances
from rehabill.intake import eob
from rehabill.model.remittance import Adjustment, Reference

TYPED = """
payer: Plain Health
payer_tax_id: "512345678"
check: CHK1001
date: 4/1/2026
amount: 65.00
claims:
  - claim: PT-1
    payer_claim: ICN1
    lines:
      - code: 97110 GP
        date: 2026-03-02
        units: 2
        charge: 100
        paid: 0
        adjustments: {CO-97: 100}
        remarks: [n130]
      - {code: 97140-GP, date: 2026-03-02, charge: 50, allowed: 38, paid: 30,
         adjustments: {CO45: 12, CO-253: .60, PR-2: 7.40}}
      - code: 97530 GP
        line: LINE-3
        charge: $80.00
        paid: 40.00
        adjustments: {CO-45: 30, PR-3: 10}
provider_adjustments:
  - {reason: wo, reference: claim of May, amount: 5}
"""
THE_835 = file_of(
    "CLP*PT-1*1*230*70*17.4*MB*ICN1*11*1",
    "SVC*HC:97110:GP*100*0**2", "DTM*472*20260302", "CAS*CO*97*100", "LQ*HE*N130",
    "SVC*HC:97140:GP*50*30**1", "DTM*472*20260302", "CAS*CO*45*12**253*.6", "CAS*PR*2*7.4", "AMT*B6*38",
    "SVC*HC:97530:GP*80*40**1", "CAS*CO*45*30", "CAS*PR*3*10", "REF*6R*LINE-3",
    amount="65", plb=("PLB*1234567893*20261231*WO:claim of May*5",),
)  # fmt: skip


def raw(text: str = TYPED) -> Any:
    return yaml.load(text, Loader=yaml.BaseLoader)


def typed(**changes: Any) -> dict[str, Any]:
    """The EOB above with other values at `a__0__b`."""
    found = copy.deepcopy(raw())
    for path, value in changes.items():
        place, (*parents, name) = found, [int(part) if part.isdigit() else part for part in path.split("__")]
        for parent in parents:
            place = place[parent]
        if value is None:
            del place[name]
        else:
            place[name] = value
    return found  # type: ignore[no-any-return]


def test_it_is_posted_as_the_835_that_says_the_same() -> None:
    answer = eob.read(raw())
    assert answer.unbalanced == ()
    theirs = Books(ONE_PAYER).post(claims(THE_835))
    ours = Books(ONE_PAYER).post(answer.remittance.claims)
    assert (ours.owed(), ours.by_account(), ours.told()) == (theirs.owed(), theirs.by_account(), theirs.told())
    assert ours.claim.decided == theirs.claim.decided


def test_the_payment_is_told_as_in_the_835() -> None:
    ours = eob.read(raw()).remittance
    (theirs,), _ = remittances(THE_835)
    for field in ("amount_cents", "method", "payment_date", "trace_number"):
        assert getattr(ours, field) == getattr(theirs, field), field
    assert ours.payer.name == "Plain Health" and ours.payer_tax_id == "512345678"
    (moved,), (their,) = ours.provider_adjustments, theirs.provider_adjustments
    assert (moved.reason, moved.reference, moved.cents) == (their.reason, their.reference, their.cents)
    (claim,), (told,) = ours.claims, theirs.claims
    for field in ("claim_number", "payer_claim_number", "status", "charge_cents", "paid_cents",
                  "patient_responsibility_cents"):  # fmt: skip
        assert getattr(claim, field) == getattr(told, field), field
    for line, other in zip(claim.lines, told.lines, strict=True):
        for field in ("code", "modifiers", "charge_cents", "paid_cents", "first_day", "units_paid", "adjustments",
                      "remarks", "line_id", "allowed_cents"):  # fmt: skip
            assert getattr(line, field) == getattr(other, field), field


def test_json_with_numbers_reads_the_same() -> None:
    line = {"code": "97110 GP", "charge": 100, "paid": 54.6, "adjustments": {"CO-45": 30, "PR-2": 14.0, "CO-253": 1.4}}
    paid = {
        "payer": "P",
        "eft": "E1",
        "date": "2026-04-01",
        "amount": 54.6,
        "claims": [{"claim": "A", "lines": [line]}],
    }
    answer = eob.read(paid)
    assert answer.unbalanced == () and answer.remittance.method == "ACH"
    (only,) = answer.remittance.claims[0].lines
    assert only.adjustments == (
        Adjustment("CO", "45", 3_000),
        Adjustment("PR", "2", 1_400),
        Adjustment("CO", "253", 140),
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount": "60"}, [("amount", "$5.00 too much is typed below")]),
        ({"amount": "70"}, [("amount", "$5.00 too little is typed below")]),
        ({"claims__0__lines__1__paid": "29", "amount": "64"},
         [("claims[0].lines[1]", "leaves $30.00; paid is $29.00: $1.00 is not explained")]),
        ({"claims__0__paid": "71", "amount": "66"}, [("claims[0].paid", "the claim says $71.00 paid")]),
        ({"claims__0__charge": "200"}, [("claims[0].charge", "its own adjustments come to $230.00")]),
        ({"claims__0__lines__0__adjustments": {}, "amount": "1"},
         [("claims[0].lines[0]", "$100.00 is not explained"), ("amount", "$64.00 too much")]),
    ],
)  # fmt: skip
def test_what_does_not_add_up_is_told_where_it_was_typed(changes: dict[str, Any], told: list[tuple[str, str]]) -> None:
    answer = eob.read(typed(**changes))
    assert [one.path for one in answer.unbalanced] == [path for path, _ in told]
    for one, (_, words) in zip(answer.unbalanced, told, strict=True):
        assert words in one.message


def test_what_does_not_add_up_is_posted_to_suspense() -> None:
    answer = eob.read(typed(claims__0__lines__1__paid="29", amount="64"))
    books = Books(ONE_PAYER).post(answer.remittance.claims)
    assert books.by_account()["suspense"] == 100 and ("line_unbalanced", "LINE-2", 100) in books.told()


def test_a_claim_by_patient_and_day() -> None:
    claim = eob.read(
        typed(claims__0__claim=None, claims__0__patient="Example, Ann", claims__0__patient_id="EX-001",
              claims__0__member_id="M1", claims__0__date="3/2/2026")
    ).remittance.claims[0]  # fmt: skip
    assert claim.patient and (claim.patient.name, claim.patient.first, claim.patient.id) == ("Example", "Ann", "M1")
    assert claim.references == (Reference("EA", "EX-001"),) and claim.claim_number == ""
    assert {line.first_day for line in claim.lines} == {dt.date(2026, 3, 2)} == {claim.statement_from}


def test_a_reversal_and_its_correction_leave_what_the_correction_says() -> None:
    whole = eob.read(raw()).remittance.claims
    back = [{"claim": "PT-1", "as": "reversal", "lines": [
        {"code": "97140 GP", "date": "2026-03-02", "charge": "-50", "paid": "(30.00)",
         "adjustments": {"CO-45": "-12", "CO-253": "-.60", "PR-2": "-7.40"}}]}]  # fmt: skip
    taken = eob.read(typed(claims=back, amount="-35", check="CHK1002"))
    assert taken.unbalanced == () and taken.remittance.claims[0].status == "22"
    books = Books(ONE_PAYER).post(whole).post(taken.remittance.claims, MEDICARE)
    assert books.owed()["medicare-b", "LINE-2"] == 5_000


def test_a_claim_told_as_a_whole_and_a_letter_that_pays_nothing() -> None:
    denied = [{"claim": "PT-1", "as": "denied", "charge": "230", "paid": "0", "adjustments": {"CO-29": "230"}}]
    answer = eob.read({"payer": "P", "notice": "letter of 4/1", "date": "2026-04-01", "amount": "0", "claims": denied})
    assert answer.unbalanced == () and (answer.remittance.method, answer.remittance.handling) == ("NON", "H")
    assert [task for task, _, _ in Books(ONE_PAYER).post(answer.remittance.claims).told()] == ["denied"] * 3


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"check": None}, "check", "name one of"),
        ({"eft": "E1"}, "check", "name one of"),
        ({"check": None, "notice": "x"}, "notice", "a notice pays nothing"),
        ({"payer": None}, "payer", "missing"),
        ({"date": "soon"}, "date", "is no date"),
        ({"amount": "much"}, "amount", "no amount of dollars"),
        ({"claims__0__claim": None}, "claims[0].claim", "or name the patient"),
        ({"claims__0__claim": None, "claims__0__member_id": "M1"}, "claims[0].date", "the patient and the day find it"),
        ({"claims__0__as": "paid"}, "claims[0].as", "primary, secondary"),
        ({"claims__0__lines": []}, "claims[0]", "needs its own charge and paid"),
        ({"claims__0__lines__1__charge": ""}, "claims[0].lines[1].charge", "no amount of dollars"),
        ({"claims__0__lines__1__paid": None}, "claims[0].lines[1].paid", "missing"),
        ({"claims__0__lines__1__payed": "1"}, "claims[0].lines[1].payed", "no field called 'payed' here; did you mean"),
        ({"claims__0__lines__1__code": "9714"}, "claims[0].lines[1].code", "such as 97110 GP KX"),
        ({"claims__0__lines__1__units": "one"}, "claims[0].lines[1].units", "the units must be a whole number"),
        ({"claims__0__lines__1__adjustments": {"45": "1"}}, "claims[0].lines[1].adjustments", "such as CO-45"),
        ({"claims__0__lines__1__adjustments": {"CO-45": "x"}}, "claims[0].lines[1].adjustments.CO-45", "no amount"),
        ({"provider_adjustments__0__amount": float("nan")}, "provider_adjustments[0].amount", "no amount"),
    ],
)
def test_what_cannot_be_read_is_located(changes: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        eob.read(typed(**changes))
    assert error.value.path == path and message in error.value.message


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["5", "CO-45"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["claims", "lines", "adjustments", "code", "paid", "charge", "payer", "check", "CO-45"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(plain, st.sampled_from(["", "amount", "date", "claims", "claims__0__lines", "claims__0__lines__1__adjustments"]))
def test_anything_typed_is_answered(value: Any, where: str) -> None:
    try:
        eob.read(typed(**{where: value}) if where and value is not None else value)
    except InputError as error:
        assert error.message
