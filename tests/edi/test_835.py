"""Remittances as a biller meets them: paid, denied, reversed, taken back; and files that do not add up."""

import datetime as dt
from decimal import Decimal

import pytest
from tests.edi.remit import BPR, PAID, file_of

from rehabill.base.finding import Finding
from rehabill.edi.remittance_835 import claim_difference, line_difference, remittances
from rehabill.model.remittance import Adjustment, Reference, Remittance, RemittanceClaim, RemittanceParty, Service


def one(data: bytes) -> tuple[Remittance, list[Finding]]:
    found, findings = remittances(data)
    assert len(found) == 1
    return found[0], findings


def clean(data: bytes) -> Remittance:
    remittance, findings = one(data)
    assert findings == []
    return remittance


def rules(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.path) for finding in findings]


# ---- what is read


def test_who_pays_whom_how_much_and_when() -> None:
    got = clean(file_of(*PAID, amount="80"))
    assert (got.handling, got.amount_cents, got.method, got.payment_date) == ("I", 8000, "CHK", dt.date(2026, 4, 1))
    assert (got.trace_number, got.payer_tax_id, got.originator) == ("CHK1001", "512345678", "1512345678")
    assert (got.payer.name, got.payer.id, got.payer.references) == ("PLAIN HEALTH", "12345", (Reference("2U", "P77"),))
    assert (got.payer.contacts[0].kind, got.payer.contacts[0].phone, got.payer.contacts[0].extension) == (
        "BL", "8005551212", "9",
    )  # fmt: skip
    assert got.payer.address is not None and got.payer.address.city == "DENVER"
    assert (got.payee.name, got.payee.npi, got.payee.tax_id) == ("BETTER BACKS PT", "1234567893", "998877665")
    assert (got.production_date, got.set_control, got.version) == (dt.date(2026, 3, 31), "0001", "005010X221A1")
    assert got.complete and got.other == ()


def test_a_claim_with_its_people_dates_and_remarks() -> None:
    claim = clean(file_of(*PAID, amount="80")).claims[0]
    assert (claim.claim_number, claim.status, claim.payer_claim_number) == ("PT-1", "1", "PAYER-1")
    assert (claim.charge_cents, claim.paid_cents, claim.patient_responsibility_cents) == (15000, 8000, 2000)
    assert (claim.filing_indicator, claim.place_of_service, claim.frequency) == ("MB", "11", "1")
    assert claim.patient == RemittanceParty("DOE", "ANN", "Q", "", "1EG4TE5MK73", "MI")
    assert claim.corrected_insured == RemittanceParty("DOE", "ANNE", "", "", "1EG4TE5MK74", "C")
    assert claim.crossover_carrier == RemittanceParty("EXAMPLE SUPPLEMENT", id="55001", id_kind="PI", is_person=False)
    assert claim.rendering is not None and claim.rendering.id == "1234567893"
    assert claim.remarks == ("MA01", "MA18")
    assert (claim.statement_from, claim.received) == (dt.date(2026, 3, 2), dt.date(2026, 3, 10))
    assert claim.references == (Reference("EA", "MR-9"),)
    assert [(one.kind, one.cents) for one in claim.amounts] == [("AU", 10000)]


def test_a_line_with_its_allowed_amount_policy_and_remark() -> None:
    line = clean(file_of(*PAID, amount="80")).claims[0].lines[0]
    assert (line.kind, line.code, line.modifiers) == ("HC", "97110", ("GP", "KX"))
    assert (line.charge_cents, line.paid_cents, line.allowed_cents) == (10000, 6000, 7000)
    assert (line.units_paid, line.units_submitted, line.submitted) == (2, None, None)
    assert (line.first_day, line.last_day, line.line_id) == (dt.date(2026, 3, 2), dt.date(2026, 3, 2), "LINE-1")
    assert line.adjustments == (Adjustment("CO", "45", 3000), Adjustment("PR", "2", 1000))
    assert (line.references, line.remarks) == ((Reference("0K", "POLICY 7"),), ("N782",))


def test_a_changed_code_keeps_what_was_submitted() -> None:
    line = clean(file_of(*PAID, amount="80")).claims[0].lines[1]
    assert (line.code, line.submitted, line.units_paid, line.units_submitted) == ("97140", Service("HC", "97124"), 1, 2)
    assert (line.first_day, line.last_day) == (dt.date(2026, 3, 2), dt.date(2026, 3, 3))
    assert line.adjustments[0] == Adjustment("CO", "45", 1500, Decimal("1.5"))
    assert line.adjustments[1] == Adjustment("CO", "253", 500)


def test_the_raw_text_of_a_claim_can_be_had_again() -> None:
    data = file_of(*PAID, *(one.replace("PT-1", "PT-2") for one in PAID), amount="160", end="\r\n")
    for claim in clean(data).claims:
        at = claim.source
        raw = data[at.byte : at.byte + at.length]
        assert raw.startswith(b"CLP*" + claim.claim_number.encode())
        assert raw.rstrip().endswith(b"REF*6R*LINE-2~")
        assert raw.count(b"~") == at.segments == len(PAID)
        number = data[data.index(b"ST*") : at.byte].count(b"~") + 1
        assert at.number == number


# ---- what happens to claims


def test_a_denial_is_a_claim_paid_nothing_whatever_its_status() -> None:
    got = clean(file_of("CLP*A*4*100*0**12*X", "SVC*HC:97110*100*0**0", "CAS*CO*197*100", "LQ*HE*N54", amount="0"))
    line = got.claims[0].lines[0]
    assert (line.paid_cents, line.units_paid, line.adjustments, line.remarks) == (
        0, 0, (Adjustment("CO", "197", 10000),), ("N54",),
    )  # fmt: skip


def test_one_line_denied_and_one_paid() -> None:
    got = clean(file_of(
        "CLP*A*1*160*48*12*12*X", "SVC*HC:97110*100*0", "CAS*CO*97*100",
        "SVC*HC:97140*60*48", "CAS*PR*3*12", amount="48",
    ))  # fmt: skip
    assert [line.paid_cents for line in got.claims[0].lines] == [0, 4800]


def test_a_secondary_payer_pays_after_medicare() -> None:
    got = clean(file_of(
        "CLP*A*2*100*14.2**12*X", "NM1*QC*1*DOE*ANN", "NM1*PR*2*MEDICARE*****PI*04112", "SVC*HC:97110*100*14.2",
        "CAS*OA*23*85.8", amount="14.2",
    ))  # fmt: skip
    claim = got.claims[0]
    assert claim.status == "2" and claim.corrected_payer is not None and claim.corrected_payer.id == "04112"


def test_a_reversal_and_its_correction_cancel_out() -> None:
    got = clean(file_of(
        "CLP*A*22*-100*-60*-10*12*OLD", "SVC*HC:97110*-100*-60**-2", "CAS*CO*45*-30", "CAS*PR*3*-10",
        "CLP*A*1*100*70**12*NEW", "SVC*HC:97110*100*70**2", "CAS*CO*45*30", amount="10",
    ))  # fmt: skip
    assert [claim.paid_cents for claim in got.claims] == [-6000, 7000]
    assert got.claims[0].lines[0].adjustments[0].cents == -3000
    assert got.claims[0].patient_responsibility_cents == -1000


def test_a_reversal_whose_amounts_are_not_negated_is_told() -> None:
    _, findings = one(file_of("CLP*A*22*100*60", "CAS*CO*45*40", amount="60"))
    assert rules(findings) == [("X304", "claims[0].status")]


def test_money_taken_back_lowers_the_payment() -> None:
    got = clean(file_of(*PAID, amount="55.5", plb=("PLB*1234567893*20261231*WO:A 26000*25*L6:INT*-.5",)))
    taken, interest = got.provider_adjustments
    assert (taken.reason, taken.reference, taken.cents) == ("WO", "A 26000", 2500)
    assert (interest.reason, interest.cents, interest.fiscal_year_end) == ("L6", -50, dt.date(2026, 12, 31))


def test_an_adjustment_of_the_claim_as_a_whole() -> None:
    claim = clean(file_of("CLP*A*1*100*50", "CAS*OA*23*20", "SVC*HC:97110*100*70", "CAS*CO*45*30", amount="50")).claims[
        0
    ]
    assert claim.adjustments == (Adjustment("OA", "23", 2000),)
    assert claim_difference(claim) == line_difference(claim.lines[0]) == 0


def test_capitation_pays_nothing_for_claims_and_the_month_apart() -> None:
    body = ("CLP*A*1*100*0**HM*X", "SVC*HC:97110*100*0", "CAS*CO*24*100")
    got = clean(file_of(*body, amount="5000", plb=("PLB*1*20261231*CT:MARCH*-5000",)))
    assert (got.amount_cents, got.claims[0].paid_cents) == (500000, 0)


def test_notice_without_payment() -> None:
    got = clean(file_of("CLP*A*1*100*0", "CAS*PR*1*100", amount="0", bpr="BPR*H*{amount}*C*NON************20260401"))
    assert (got.handling, got.method) == ("H", "NON")
    _, findings = one(file_of(*PAID, amount="80", bpr=BPR.replace("*I*", "*H*")))
    assert rules(findings) == [("X305", "handling")]


def test_a_debit_takes_money_from_the_account() -> None:
    got = clean(file_of("CLP*A*22*-100*-60", "CAS*CO*45*-40", amount="60", bpr=BPR.replace("*C*CHK", "*D*ACH")))
    assert got.amount_cents == -6000


def test_two_payments_in_one_file_stay_apart() -> None:
    first, second = file_of(*PAID, amount="80"), file_of("CLP*B*1*9*9", amount="9", marks="|>!")
    found, findings = remittances(first + second)
    assert findings == []
    assert [(got.amount_cents, [claim.claim_number for claim in got.claims]) for got in found] == [
        (8000, ["PT-1"]), (900, ["B"]),
    ]  # fmt: skip


# ---- what does not add up


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("BPR*I*80*", "BPR*I*80.01*", [("X300", "amount_cents")]),
        ("CLP*PT-1*1*150*80*", "CLP*PT-1*1*150*79*", [("X301", "claims[0].paid_cents"), ("X300", "amount_cents")]),
        ("CLP*PT-1*1*150*", "CLP*PT-1*1*151*", [("X301", "claims[0].paid_cents"), ("X303", "claims[0].charge_cents")]),
        (
            "SVC*HC:97140:GP*50*20*", "SVC*HC:97140:GP*50*19*", [("X302", "claims[0].lines[1].paid_cents")],
        ),
        (
            "CAS*PR*2*10", "CAS*PR*2*1",
            [("X302", "claims[0].lines[0].paid_cents"), ("X301", "claims[0].paid_cents")],
        ),
    ],
)  # fmt: skip
def test_a_cent_that_is_missing_is_found_where_it_is_missing(
    right: str, wrong: str, told: list[tuple[str, str]]
) -> None:
    data = file_of(*PAID, amount="80").decode().replace(right, wrong).encode()
    _, findings = one(data)
    assert rules(findings) == told
    for finding in findings:
        assert finding.at and data[finding.at.byte :].startswith(finding.at.segment.encode())
        assert data[: finding.at.byte].count(b"~") - 2 + 1 == finding.at.number


def test_the_message_has_the_figures() -> None:
    data = file_of("CLP*A*1*100*50", "SVC*HC:97110*100*50", "CAS*CO*45*30", amount="50")
    _, findings = one(data)
    assert findings[0].message == (
        "Line 1 (97110) of claim A is $20.00 out of balance: charge $100.00 less adjustments $30.00 is $70.00, "
        "paid says $50.00."
    )


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("CLP*PT-1*1*150*", "CLP*PT-1*1*1S0*", ("X310", "claims[0].charge_cents", "CLP03")),
        ("CLP*PT-1*1*", "CLP**1*", ("X312", "claims[0].claim_number", "CLP01")),
        ("*100*60**2", "*100*60**two", ("X318", "claims[0].lines[0].units_paid", "SVC05")),
        ("*100*60**2", "**60**2", ("X312", "claims[0].lines[0].charge_cents", "SVC02")),
        ("HC:97110:GP:KX", "HC::GP:KX", ("X312", "claims[0].lines[0].code", "SVC01")),
        ("DTM*472*20260302", "DTM*472*20260230", ("X311", "claims[0].lines[0].dates", "DTM02")),
        ("CAS*PR*3*10", "CAS*PR*3*1,0", ("X310", "claims[0].lines[1].adjustments", "CAS03")),
        ("CAS*PR*3*10", "CAS*PR**10", ("X312", "claims[0].lines[1].adjustments", "CAS02")),
        ("CAS*PR*3*10", "CAS*PR*3*10**3*0**3*0**3*0**3*0**3", ("X312", "claims[0].lines[1].adjustments", "CAS18")),
        ("AMT*AU*100", "AMT*AU*1.005", ("X310", "claims[0].amounts", "AMT02")),
        ("REF*EA*MR-9", "XYZ*EA", ("X313", "claims[0]", "")),
        ("REF*EA*MR-9", "N3*1 MAIN", ("X314", "claims[0]", "")),
        ("LQ*HE*N782", "MOA***MA01", ("X314", "claims[0].lines[0]", "")),
        ("REF*EA*MR-9", "NM1*82*1*OTHER", ("X319", "claims[0]", "")),
        ("TRN*1*CHK1001*1512345678~", "", ("X317", "", "")),
        ("BPR*I*80*", "BPR*I*8O*", ("X310", "amount_cents", "BPR02")),
        ("DTM*405*20260331", "DTM*405*20263131", ("X311", "dates", "DTM02")),
        ("SE*37*0001~", "", ("X316", "", "")),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_and_the_rest_goes_on(right: str, wrong: str, told: tuple[str, str, str]) -> None:
    text = file_of(*PAID, amount="80").decode()
    assert right in text
    got, findings = one(text.replace(right, wrong, 1).encode())
    assert told in [(one.rule, one.path, one.at.element if one.at else "") for one in findings]
    assert got.claims[0].patient is not None and len(got.claims[0].lines) == 2


def test_a_claim_and_a_service_line_that_hold_nothing() -> None:
    got, findings = one(file_of("CLP", "SVC", "CAS*CO*45*1", amount="5"))
    assert len(got.claims[0].lines) == 1
    assert ("X302", "claims[0].lines[0].paid_cents") in rules(findings)


def test_segments_without_a_field_are_kept() -> None:
    body = [*PAID[:6], "MIA*0***500", "QTY*CA*2.5", "DTM*009*20260101", "PER*CX*HELP*TE*8005550000", *PAID[6:]]
    claim = clean(file_of(*body, amount="80")).claims[0]
    assert claim.other == ("MIA*0***500",)
    assert (claim.quantities[0].quantity, claim.dates[0].kind) == (Decimal("2.5"), "009")
    assert claim.contacts[0].name == "HELP"


def test_names_in_utf8_and_latin1_are_shown_as_written() -> None:
    for name in ("PEÑA".encode(), "PEÑA".encode("latin-1")):
        claim: RemittanceClaim = clean(file_of(*PAID, amount="80").replace(b"QC*1*DOE", b"QC*1*" + name)).claims[0]
        assert claim.patient is not None and claim.patient.name == "PEÑA"


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"%PDF-1.4", file_of("CLP*A", amount="0").replace(b"ST*835", b"ST*837")]
)
def test_a_file_without_a_remittance_says_so(data: bytes) -> None:
    found, findings = remittances(data)
    assert found == [] and findings and findings[-1].rule in ("X100", "X315")


def test_a_set_of_another_kind_is_passed_over_in_silence() -> None:
    other = file_of("CLP*A*1*x*y", "CAS*bad", amount="0").replace(b"ST*835", b"ST*277")
    found, findings = remittances(other + file_of(*PAID, amount="80"))
    assert len(found) == 1 and findings == []
