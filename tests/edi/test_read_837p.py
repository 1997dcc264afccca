"""Reading 837P: published samples, our own writer turned round, broken files, any cut, any separators."""

import csv
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.edi.professional import COLLEAGUE, ENVELOPE, GOLDEN, ORDERER, PAYERS, PHYSICIAN
from tests.edi.professional import PRACTICE as CAPITALS
from tests.edi.professional import PROFILES as SETUP

from rehabill.base.finding import Finding, Position
from rehabill.edi.claim_837p import PayerX12, problems, write_837p
from rehabill.edi.read_837p import read_837p
from rehabill.model.claim import Adjustment, Attachment, Claim, ClaimLine, LineAdjudication, OtherInsurance
from rehabill.model.party import Address, Person, Subscriber
from rehabill.model.practice import PayerAccount, Practice
from rehabill.model.submitted import SubmittedClaim
from rehabill.x12.clean import clean

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "samples" / "x12"
PRACTICE = msgspec.structs.replace(CAPITALS, upper_case=False)
PROFILES = SETUP | {"auto": msgspec.structs.replace(SETUP["auto"], send_initial_treatment_date=True)}

HEAD = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260331*1705*^*00501*000000042*0*T*:~"
    "GS*HC*SENDER*RECEIVER*20260331*1705*42*X*005010X222A1~"
)
OPEN = "ST*837*0001*005010X222A1~BHT*0019*00*B1*20260331*1705*CH~NM1*41*2*US*****46*S1~NM1*40*2*THEM*****46*R1~"
BILLING = "HL*1**20*1~NM1*85*2*MADE UP PT*****XX*1222222220~N3*1 A ST~N4*TULSA*OK*741030001~REF*EI*001234567~"
SELF = "HL*2*1*22*0~SBR*P*18*G1******CI~NM1*IL*1*DOE*JO****MI*M1~N3*2 B ST~N4*TULSA*OK*74103~DMG*D8*19500203*F~"
PAYER = "NM1*PR*2*PLAN*****PI*P1~"
CLM = "CLM*C1*100***11:B:1*Y*A*Y*Y~HI*ABK:M5450*ABF:M25561~"
LINE = "LX*1~SV1*HC:97110:GP*100*UN*2***1:2~DTP*472*D8*20260302~REF*6R*L1~"


def file_of(body: str, head: str = HEAD) -> bytes:
    """A whole file around the segments of a set; SE counts them."""
    text = OPEN + body
    return f"{head}{text}SE*{text.count('~') + 1}*0001~GE*1*42~IEA*1*000000042~".encode("latin-1")


def read(data: bytes, chunk: int = 0, **options: Any) -> tuple[list[SubmittedClaim], list[Finding]]:
    faults: list[Finding] = []
    chunks = [data[at : at + chunk] for at in range(0, len(data), chunk)] if chunk else [data]
    return list(read_837p(chunks, faults, **options)), faults


def one(body: str, rules: tuple[str, ...] = ()) -> SubmittedClaim:
    """The only claim of a set; `rules` are the faults it must have, and no other."""
    claims, faults = read(file_of(body))
    assert tuple(fault.rule for fault in faults) == rules
    (claim,) = claims
    return claim


def said(claims: list[SubmittedClaim]) -> list[Any]:
    """What claims say, without where they stand."""
    return [
        msgspec.to_builtins(msgspec.structs.replace(claim, at=Position(0), findings=())) for claim in claims
    ]  # fmt: skip


# ---- published samples


def _expected() -> list[dict[str, str]]:
    if not (SAMPLES / "EXPECTED.csv").exists():
        return []
    with (SAMPLES / "EXPECTED.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["kind"] in ("837p", "837i", "837d")]


EXPECTED = _expected()
OUR_KIND = [row for row in EXPECTED if row["kind"] == "837p"]
needs_samples = pytest.mark.skipif(not EXPECTED, reason="the published samples are not beside this checkout")
WRONG_COMPONENT = {
    # their header declares ':' between components and their segments use '>': nothing inside a composite can be told
    "demo.cob.2ndary.example4", "demo.example6", "demo.example9", "demo.example11", "demo.example12",
}  # fmt: skip
OTHERS = {"demo.cob.example3.A": {"R124"}, "stupidedi__X222__case__1": {"X103"}}
"""One names an other payer without its number; one has prose before its ISA."""


def _sample(row: dict[str, str]) -> bytes:
    return (SAMPLES / row["local_path"].removeprefix("x12/")).read_bytes()


def _short(row: dict[str, str]) -> str:
    return Path(row["local_path"]).stem.removeprefix("LinuxForHealth_x12__837_005010X222A2__")


@needs_samples
@pytest.mark.parametrize("row", OUR_KIND, ids=_short)
def test_a_published_sample_has_its_claims_charges_and_codes(row: dict[str, str]) -> None:
    claims, faults = read(_sample(row))
    assert len(claims) == int(row["n_claims"])
    assert sum(claim.total_cents or 0 for claim in claims) == round(float(row["total_charge"]) * 100)
    lines = [line for claim in claims for line in claim.claim.lines]
    balanced = row["svc_balance"] == "y"
    assert (sum(line.charge_cents for line in lines) == sum(claim.total_cents or 0 for claim in claims)) == balanced
    wanted = row["therapy_codes"].split()
    assert sorted({line.code for line in lines} & set(wanted)) == wanted
    told = {fault.rule for fault in faults}
    if _short(row) in WRONG_COMPONENT:
        assert "R124" in told and told <= {"R122", "R124"}
    else:
        assert told == OTHERS.get(_short(row), set())


COMPARED_ELSEWHERE = {
    "HL", "LX", "SV1", "SV5", "CLM", "HI", "SVD", "CAS", "AMT", "HCP", "OI", "DMG", "CTP", "LIN",
}  # fmt: skip
"""Structure, flags and money."""
FORMS = {"TE", "EX", "FX", "EM", "PXC", "ZZ", "18", "XZ", "Y4", "6R", "G1", "9F", "F8", "ADD"}
BEFORE_VALUES = {"REF": 0, "NM1": 0, "DTP": 2, "PER": 1, "PWK": 0, "PRV": 2}


@needs_samples
@pytest.mark.parametrize("row", OUR_KIND, ids=_short)
def test_nothing_of_a_published_sample_is_lost(row: dict[str, str]) -> None:
    """Every value of two characters or more stands somewhere in what was read."""
    if _short(row) in WRONG_COMPONENT:
        pytest.skip("the file does not keep to the separators it declares")
    data = _sample(row).decode().replace("\n", "").replace("\r", "")
    body = data[data.index("~NM1*41") : data.index("~SE*")]
    claims, _ = read(_sample(row))
    told = re.sub(r"[-.\\]", "", msgspec.json.encode(claims).decode())
    missing = []
    for segment in body.split("~")[1:]:
        fields = segment.split("*")
        if fields[0] in COMPARED_ELSEWHERE:
            continue
        values = "*".join(fields[BEFORE_VALUES.get(fields[0], 0) + 1 :])
        for value in re.split("[*:-]" if fields[0] == "DTP" else "[*:]", values):
            plain = re.sub(r"[-.\\]", "", value)
            if len(plain) > 1 and plain not in FORMS and plain not in told:
                missing.append(f"{segment}: {value}")
    assert missing == []


@needs_samples
@pytest.mark.parametrize("row", [row for row in EXPECTED if row["kind"] != "837p"], ids=_short)
def test_institutional_and_dental_are_told_to_be_out_of_scope(row: dict[str, str]) -> None:
    claims, faults = read(_sample(row))
    assert claims == []
    assert {fault.rule for fault in faults} == {"R101"}
    assert faults[0].at.segment == "ST" and "out of scope" in faults[0].message


@needs_samples
@pytest.mark.parametrize("row", OUR_KIND, ids=_short)
def test_cut_after_any_segment_it_never_raises_and_always_tells(row: dict[str, str]) -> None:
    data = _sample(row)
    for end in [found.end() for found in re.finditer(rb"~", data)][:-1]:
        claims, faults = read(data[:end])
        assert any(fault.severity == "error" for fault in faults), data[:end][-40:]
        assert len(claims) <= int(row["n_claims"])


# ---- our own writer, turned round


def back(*claims: Claim) -> list[Claim]:
    data = write_837p(claims, PRACTICE, PROFILES, ENVELOPE)
    read_back, faults = read(data, payers=PAYERS)
    assert faults == []
    return [claim.claim for claim in read_back]


FIELDS = (
    "lines", "diagnoses", "place_of_service", "frequency", "sequence", "claim_number", "payer", "payer_claim_number",
    "referral_number", "accident", "note", "patient_paid_cents", "attachments", "delay_reason", "special_program",
)  # fmt: skip


def normal(claim: Claim, read_back: Claim) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both claims with what a file cannot tell apart made equal: what is never sent, and what is sent cleaned."""
    place = claim.place_of_service if isinstance(claim.place_of_service, str) else "11"
    accident = claim.accident
    if accident is not None:
        accident = msgspec.structs.replace(accident, state=accident.state.upper() if accident.state else None)
    sent = msgspec.structs.replace(
        claim, lines=tuple(_line(claim, number, place) for number, line in enumerate(claim.lines) if line.units),
        place_of_service=place, accident=accident, note=clean(claim.note, False) if claim.note else None,
    )  # fmt: skip
    return {name: getattr(sent, name) for name in FIELDS}, {name: getattr(read_back, name) for name in FIELDS}


def _line(claim: Claim, index: int, place: str) -> ClaimLine:
    line = claim.lines[index]
    date = line.date or claim.date
    alike = {
        name: None if getattr(line, name) == getattr(claim, name) else getattr(line, name)
        for name in ("rendering_npi", "referring_npi", "supervising_npi", "prior_authorization", "referral_number")
    }
    sent_as = {
        number: place for place, number in enumerate((n for n, one in enumerate(claim.lines, 1) if one.units), 1)
    }
    asked = PROFILES[claim.payer].send_initial_treatment_date if claim.payer in PROFILES else False
    return ClaimLine(
        **alike,
        ordering_npi=None if line.ordering_npi == (line.rendering_npi or claim.rendering_npi) else line.ordering_npi,
        end_date=line.end_date if line.end_date != date else None, attachments=line.attachments, unit=line.unit,
        emergency=line.emergency or None, note=clean(line.note, False) if line.note else None,
        initial_treatment_date=line.initial_treatment_date if asked else None,
        code=line.code, units=line.units, modifiers=line.modifiers, diagnosis_pointers=line.diagnosis_pointers,
        charge_cents=line.charge_cents, date=date,
        line_id=line.line_id or f"{claim.claim_number}-{index + 1}",
        place_of_service=None if line.place_of_service == place else line.place_of_service,
        description=clean(line.description, False) if line.description else None,
        adjudications=tuple(_decided(line, one, sent_as) for one in line.adjudications),
    )  # fmt: skip


def _decided(line: ClaimLine, decided: LineAdjudication, sent_as: dict[int, int]) -> LineAdjudication:
    """With the code it was decided under, and the reasons by group, as segments hold them."""
    same = decided.code is None and not decided.modifiers
    groups = list(dict.fromkeys(reason.group for reason in decided.adjustments))
    return msgspec.structs.replace(
        decided, bundled_into=sent_as[decided.bundled_into] if decided.bundled_into else None,
        code=decided.code or line.code, modifiers=line.modifiers if same else decided.modifiers,
        adjustments=tuple(sorted(decided.adjustments, key=lambda reason: groups.index(reason.group))),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["accident", "dependent", "medicare", "replacement", "secondary"])
def test_a_golden_claim_comes_back(name: str) -> None:
    claims = msgspec.convert(json.loads((GOLDEN / f"{name}.json").read_text())["claims"], tuple[Claim, ...])
    for claim, read_back in zip(claims, back(*claims), strict=True):
        sent, got = normal(claim, read_back)
        assert got == sent
        assert isinstance(claim.patient, Person) and isinstance(read_back.patient, Person)
        assert read_back.patient.last == claim.patient.last
        assert read_back.patient.birth_date == claim.patient.birth_date
        assert claim.subscriber and read_back.subscriber
        assert read_back.subscriber.group_number == claim.subscriber.group_number
        assert [other.paid_cents for other in read_back.other_insurance] == [
            other.paid_cents for other in claim.other_insurance
        ]


PLACES = [("OH", "43000", None), ("ON", "M5V2T6", "CA"), ("", "10115", "DE"), ("BCN", "22000", "MX")]
OWED = st.integers(0, 10**6)
WORD = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ'-", min_size=2, max_size=12).filter(lambda text: text.strip("'-"))
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))
NUMBER = st.text(alphabet="ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=2, max_size=15)


@st.composite
def any_claim(draw: st.DrawFn) -> Claim:
    state, postal, country = draw(st.sampled_from(PLACES))
    address = Address(
        line1=draw(WORD), line2=draw(st.none() | WORD), city=draw(WORD), state=state, zip=postal, country=country
    )  # fmt: skip
    codes = draw(st.lists(st.sampled_from(["M54.50", "M25.561", "M62.81", "R26.2", "M17.11"]), min_size=1, unique=True))
    pointers = st.lists(st.integers(1, len(codes)), min_size=1, max_size=4, unique=True).map(tuple)
    line = st.builds(
        ClaimLine, code=st.sampled_from(["97110", "97140", "97530", "G0283"]), units=st.integers(1, 99), date=DAYS,
        charge_cents=st.integers(0, 10**8), diagnosis_pointers=pointers,
        modifiers=st.lists(st.sampled_from(["GP", "KX", "CQ", "59"]), unique=True).map(tuple),
        place_of_service=st.sampled_from([None, "12"]),
    )  # fmt: skip
    lines = [draw(more_of(one)) for one in draw(st.lists(line, min_size=1, max_size=8))]
    relationship = draw(st.sampled_from(["self", "spouse", "child", "employee", "other"]))
    holder = Person(first=draw(WORD), last=draw(WORD)) if relationship != "self" else None
    claim = Claim(
        payer=draw(st.sampled_from(["commercial", "auto"])), claim_number=draw(NUMBER), diagnoses=tuple(codes),
        lines=tuple(lines),
        place_of_service=draw(st.sampled_from(["11", "22"])), rendering_npi="1333333338", referring_npi="1444444446",
        note=draw(st.none() | WORD), patient_paid_cents=draw(st.none() | st.integers(1, 10**6)),
        attachments=draw(PAPERS), delay_reason=draw(st.sampled_from([None, "1", "11"])),
        special_program=draw(st.sampled_from([None, "02", "09"])),
        referral_number=draw(st.none() | NUMBER), prior_authorization=draw(st.none() | NUMBER),
        patient=Person(
            first=draw(WORD), last=draw(WORD), middle=draw(st.none() | WORD), birth_date=draw(DAYS),
            sex=draw(st.sampled_from(["F", "M", "U"])), address=address,
        ),
        subscriber=Subscriber(
            member_id=draw(NUMBER), relationship=relationship, person=holder, group_number=draw(st.none() | NUMBER),
            assigns_benefits=draw(st.booleans()), release_signed=draw(st.booleans()),
        ),
    )  # fmt: skip
    return draw(secondary(claim)) if draw(st.booleans()) else claim


PAPERS = st.lists(
    st.builds(
        Attachment, kind=st.sampled_from(["OZ", "PN", "03"]), way=st.sampled_from(["BM", "EL", "FX"]),
        control_number=NUMBER,
    ) | st.just(Attachment(kind="OZ", way="AA")),
    max_size=3,
).map(tuple)  # fmt: skip


@st.composite
def more_of(draw: st.DrawFn, line: ClaimLine) -> ClaimLine:
    """The line with some of what few lines have."""
    begun = line.date or dt.date(2026, 1, 1)
    choices: dict[str, st.SearchStrategy[Any]] = {
        "end_date": st.integers(1, 90).map(lambda days: begun + dt.timedelta(days=days)), "note": WORD,
        "attachments": PAPERS, "rendering_npi": st.sampled_from([COLLEAGUE, PRACTICE.npi, "1333333338"]),
        "referring_npi": st.sampled_from([PHYSICIAN, "1444444446"]), "supervising_npi": st.just(PHYSICIAN),
        "ordering_npi": st.sampled_from([PHYSICIAN, ORDERER, COLLEAGUE]), "prior_authorization": NUMBER,
        "referral_number": NUMBER, "initial_treatment_date": DAYS, "emergency": st.booleans(), "unit": st.just("MJ"),
        "description": WORD,
    }  # fmt: skip
    names = draw(st.sets(st.sampled_from(sorted(choices)), max_size=5))
    return msgspec.structs.replace(line, **{name: draw(choices[name]) for name in sorted(names)})


@st.composite
def secondary(draw: st.DrawFn, claim: Claim) -> Claim:
    """The same claim to a second payer, balanced to the cent."""
    lines, paid = [], 0
    for number, line in enumerate(claim.lines, 1):
        charge = line.charge_cents
        assert isinstance(charge, int)
        share = draw(st.integers(0, charge))
        paid += share
        rest = (Adjustment(group="CO", carc="45", cents=charge - share),) if charge > share else ()
        decided = LineAdjudication(
            payer_id="FIRST", paid_cents=share, paid_units=line.units, paid_on=draw(DAYS), code=line.code,
            modifiers=line.modifiers, adjustments=rest, remaining_liability_cents=draw(st.none() | OWED),
            bundled_into=draw(st.sampled_from([None, *(n for n in range(1, len(claim.lines) + 1) if n != number)])),
        )  # fmt: skip
        lines.append(msgspec.structs.replace(line, adjudications=(decided,)))
    other = OtherInsurance(
        payer_name="First Plan", payer_id="FIRST", sequence="P", filing_indicator="BL",
        subscriber=Subscriber(member_id="F1", relationship="spouse", person=Person(first="A", last="Holder")),
        paid_cents=paid, payer_claim_number="PCN1", remarks=("MA01",),
    )  # fmt: skip
    return msgspec.structs.replace(claim, sequence="S", lines=tuple(lines), other_insurance=(other,))


@settings(max_examples=200)
@given(st.lists(any_claim(), min_size=1, max_size=4, unique_by=lambda claim: claim.claim_number))
def test_what_we_write_we_read(claims: list[Claim]) -> None:
    for claim, got in zip(claims, back(*claims), strict=True):
        sent, came = normal(claim, got)
        assert came == sent
        assert got.patient == claim.patient
        assert got.prior_authorization == claim.prior_authorization
        assert (got.rendering_npi, got.referring_npi) == (claim.rendering_npi, claim.referring_npi)
        assert got.subscriber == claim.subscriber
        assert got.other_insurance == claim.other_insurance


# ---- scenarios


def test_all_around_a_claim() -> None:
    claim = one(
        BILLING + "PER*IC*DESK*TE*5550100*EX*12~NM1*87*2~N3*PO BOX 7~N4*TULSA*OK*74101~" + SELF + PAYER + CLM + LINE
    )
    assert claim.billing.provider and claim.billing.pay_to and claim.billing.pay_to.address
    assert (claim.billing.provider.npi, claim.billing.provider.tax_id) == ("1222222220", "001234567")
    assert claim.billing.provider.contacts[0].extension == "12"
    assert claim.billing.pay_to.address.line1 == "PO BOX 7"
    assert claim.submission.submitter and claim.submission.submitter.id == "S1"
    assert (claim.submission.version, claim.submission.usage, claim.submission.set_control) == (
        "005010X222A1", "T", "0001",
    )  # fmt: skip
    assert claim.claim.submitted == dt.date(2026, 3, 31)
    assert claim.claim.payer == "commercial" and not claim.payer_is_assumed
    assert claim.claim.rendering_npi == "1222222220", "nobody else is named: who bills treated"
    assert claim.claim.diagnoses == ("M54.50", "M25.561")
    data = file_of(
        BILLING + "PER*IC*DESK*TE*5550100*EX*12~NM1*87*2~N3*PO BOX 7~N4*TULSA*OK*74101~" + SELF + PAYER + CLM + LINE
    )
    assert data[claim.at.byte :].startswith(b"CLM*C1")
    assert data.decode().split("~")[1 + claim.at.number].startswith("CLM*C1")


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("reference", ["REF*6R*", "REF*6R"])
def test_a_line_with_an_empty_number_has_none_wherever_it_stands(count: int, reference: str) -> None:
    """A line with a decision is read by another way than most."""
    odd = LINE.replace("REF*6R*L1", reference)
    lines = "".join(odd.replace("LX*1", f"LX*{number}") for number in range(1, count + 1))
    decided = f"{odd}SVD*P2*50*HC:97110**1~DTP*573*D8*20260305~"
    for body in (lines, decided):
        claim = one(BILLING + SELF + PAYER + CLM + body)
        assert [line.line_id for line in claim.claim.lines] == [None] * body.count("LX*")


def test_a_person_is_read_alike_with_and_without_the_empty_elements_at_the_end() -> None:
    short = "NM1*IL*1*DOE*JO~N3*2 B ST~N4*TULSA*OK*74103~DMG*D8*19500203*F~"
    long = short.replace("*JO~", "*JO*****~")
    first, second = (
        one(BILLING + "HL*2*1*22*0~SBR*P*18*G1******CI~" + who + PAYER + CLM + LINE) for who in (short, long)
    )
    assert first.subscriber == second.subscriber
    assert first.subscriber is not None and (first.subscriber.first, first.subscriber.id) == ("JO", None)


def test_a_dependent_patient() -> None:
    above = SELF.replace("*22*0", "*22*1").replace("SBR*P*18*", "SBR*P**")
    claim = one(BILLING + above + PAYER + "HL*3*2*23*0~PAT*19~NM1*QC*1*DOE*KIM~N3*2 B ST~N4*TULSA*OK*74103~"
                "DMG*D8*20150607*M~REF*Y4*INS9~" + CLM + LINE)  # fmt: skip
    assert isinstance(claim.claim.patient, Person) and claim.claim.subscriber and claim.claim.subscriber.person
    assert (claim.claim.patient.first, claim.claim.patient.birth_date) == ("KIM", dt.date(2015, 6, 7))
    assert (claim.claim.subscriber.relationship, claim.claim.subscriber.person.first) == ("child", "JO")
    assert (claim.claim.subscriber.member_id, claim.relationship) == ("M1", "19")
    assert claim.claim.subscriber.property_casualty_claim == "INS9"


def test_an_employer_holds_the_policy_of_workers_compensation() -> None:
    claim = one(BILLING + "HL*2*1*22*1~SBR*P********WC~NM1*IL*2*BIG STEEL*****MI*E1~" + PAYER + "HL*3*2*23*0~PAT*20~"
                "NM1*QC*1*DOE*JO~N3*2 B ST~N4*TULSA*OK*74103~DMG*D8*19500203*F~"
                "CLM*C1*100***11:B:1*Y*A*Y*Y**EM~DTP*439*D8*20260105~HI*ABK:M5450~" + LINE)  # fmt: skip
    assert claim.claim.subscriber and claim.claim.accident
    assert (claim.claim.subscriber.organization, claim.claim.subscriber.relationship) == ("BIG STEEL", "employee")
    assert (claim.claim.accident.kind, claim.claim.accident.on) == ("employment", dt.date(2026, 1, 5))
    assert claim.payer_is_assumed and claim.filing_indicator == "WC"


SECOND = (
    "SBR*P*01*G9******CI~CAS*CO*253*5~AMT*D*60~AMT*EAF*15.5~OI***N***I~MOA***MA01*N130~NM1*IL*1*DOE*SAM****MI*S1~"
    "NM1*PR*2*OTHER*****PI*OTH~DTP*573*D8*20260320~REF*F8*OCN~NM1*82*1~REF*G2*X1~"
)
DECIDED = "SVD*OTH*65*HC:97110:GP**2*1~CAS*PR*1*20**2*15~AMT*EAF*35~"


def test_a_second_payer_with_what_the_first_decided() -> None:
    claim = one(BILLING + SELF.replace("SBR*P", "SBR*S") + PAYER + CLM + SECOND + LINE + DECIDED)
    (other,), (detail,) = claim.claim.other_insurance, claim.other_payers
    assert (other.payer_id, other.paid_cents, other.remaining_liability_cents) == ("OTH", 6000, 1550)
    assert (other.remarks, other.payer_claim_number) == (("MA01", "N130"), "OCN")
    assert other.adjustments == (Adjustment(group="CO", carc="253", cents=500),)
    assert not other.subscriber.assigns_benefits and not other.subscriber.release_signed
    assert detail.providers[0].references[0].value == "X1"
    (decided,) = claim.claim.lines[0].adjudications
    assert decided.paid_on == dt.date(2026, 3, 20), "the payer's own day serves for the line"
    assert (decided.paid_cents, decided.bundled_into, decided.remaining_liability_cents) == (6500, 1, 3500)
    assert [(reason.carc, reason.cents) for reason in decided.adjustments] == [("1", 2000), ("2", 1500)]


def test_a_line_with_everything() -> None:
    claim = one(BILLING + SELF + PAYER + CLM + "LX*1~SV1*HC:97799:GP::::SPECIAL*100*UN*1.5*12**1**Y~PWK*OZ*EL***AC*A1~"
                "DTP*472*RD8*20260302-20260305~DTP*454*D8*20260101~DTP*607*D8*20260102~REF*6R*L9~REF*G1*AU1~REF*G1*AU2*"
                "*2U:OTH~REF*F4*X~AMT*T*1.5~NTE*ADD*TWO SITES~NTE*DCP*MORE~K3*FREE~HCP*03*80*20*NET1~"
                "LIN**N4*00001000010~CTP****2*ML~REF*XZ*RX1~NM1*82*1*LINE*LEE****XX*1333333338~PRV*PE*PXC*225100000X~",
                ("R125",))  # fmt: skip
    (line,), detail = claim.claim.lines, claim.lines[0]
    assert (line.units, detail.quantity, line.description, line.emergency) == (2, "1.5", "SPECIAL", True)
    assert (line.date, line.end_date) == (dt.date(2026, 3, 2), dt.date(2026, 3, 5))
    assert (line.line_id, line.prior_authorization, line.note) == ("L9", "AU1", "TWO SITES")
    assert (line.rendering_npi, line.initial_treatment_date) == ("1333333338", dt.date(2026, 1, 1))
    assert line.attachments[0].control_number == "A1"
    assert [(ref.kind, ref.value, ref.payer) for ref in detail.references] == [("G1", "AU2", "OTH"), ("F4", "X", None)]
    assert detail.drug and (detail.drug.ndc, detail.drug.quantity, detail.drug.prescription) == (
        "00001000010", "2", "RX1",
    )  # fmt: skip
    assert detail.repricing and (detail.repricing.allowed_cents, detail.repricing.savings_cents) == (8000, 2000)
    assert detail.providers[0].taxonomy == "225100000X" and detail.other[0].text == "K3*FREE"
    assert claim.findings and claim.findings[0].path == "lines[0].units"


def test_a_claim_with_everything() -> None:
    codes = "HI*" + "*".join(f"{'ABK' if n == 0 else 'ABF'}:M25{n:02d}" for n in range(10)) + "~HI*BG:01~"
    claim = one(BILLING + SELF + PAYER + "CLM*C1*100***11:B:7*N*C*N*I*P*AA:OA::CA*02********5~DTP*431*D8*20260201~"
                "DTP*439*D8*20260202~DTP*435*DT*202602031200~PWK*03*AA~AMT*F5*20~REF*9F*RF1~REF*F8*ICN1~REF*EA*MRN~"
                "K3*STATE~NTE*ADD*NOTE~NTE*CER*PLAN~" + codes + "HCP*00*0**NET~NM1*DN*1*REF*DOC****XX*1444444446~"
                "NM1*DQ*1*SUP*DOC****XX*1555555550~NM1*77*2*POOL~N3*3 C ST~N4*TULSA*OK*741030001~" + LINE)  # fmt: skip
    got = claim.claim
    assert len(got.diagnoses or ()) == 10 and claim.codes == (("BG", "01"),)
    assert got.accident and (got.accident.kind, got.accident.state, claim.causes) == ("auto", "CA", ("AA", "OA", "CA"))
    assert (got.delay_reason, got.special_program, got.frequency) == ("5", "02", "7")
    assert (got.payer_claim_number, got.referral_number, got.patient_paid_cents) == ("ICN1", "RF1", 2000)
    assert (got.supervising_npi, got.location, got.accepts_assignment) == ("1555555550", "POOL", False)
    assert got.subscriber and not got.subscriber.assigns_benefits and not got.subscriber.release_signed
    assert got.attachments[0].way == "AA" and claim.notes[0].text == "PLAN" and got.note == "NOTE"
    assert claim.dates[0].first == dt.date(2026, 2, 3) and claim.references[0].value == "MRN"
    assert [other.text for other in claim.other] == ["K3*STATE"]


def test_names_in_utf8_and_in_latin_1() -> None:
    body = BILLING + SELF.replace("DOE", "MUÑOZ") + PAYER + CLM + LINE
    latin = file_of(body)
    for data in (latin, latin.replace("Ñ".encode("latin-1"), "Ñ".encode())):
        (claim,), faults = read(data)
        assert faults == [] and isinstance(claim.claim.patient, Person) and claim.claim.patient.last == "MUÑOZ"


def test_the_caller_says_which_profile() -> None:
    data = file_of(BILLING + SELF.replace("CI~", "MC~") + PAYER + CLM + LINE)
    assert read(data)[0][0].payer_is_assumed
    assert read(data, payers={"MC": "medicaid"})[0][0].claim.payer == "medicaid"
    assert read(data, payers={"MC": "medicaid", "P1": "medicare-b"})[0][0].claim.payer == "medicare-b"


def test_several_interchanges_with_their_own_separators() -> None:
    first = file_of(BILLING + SELF + PAYER + CLM + LINE)
    second = first.replace(b"*", b"|").replace(b"~", b"\n").replace(b":", b">").replace(b"C1", b"C2")
    claims, faults = read(first + b"\r\n" + second + first)
    assert [claim.claim.claim_number for claim in claims] == ["C1", "C2", "C1"] and faults == []
    assert [claim.index for claim in claims] == [0, 1, 2]
    assert said(claims[:1])[0]["claim"] == said(claims[2:])[0]["claim"]


# ---- what is wrong


DECISION = "lines[0].adjudications[0]"
DAY_DECIDED = "DTP*573*D8*20260303~"
BEHIND = "REF*6R*L1~"


@pytest.mark.parametrize(
    ("right", "wrong", "rule", "element", "path"),
    [
        ("*100*UN", "*1O0*UN", "R120", "SV102", "lines[0].charge_cents"),
        ("*UN*2", "*UN*two", "R122", "SV104", "lines[0].units"),
        ("*UN*2", "*UN*", "R124", "SV104", "lines[0].units"),
        ("*UN*2", "*XX*2", "R123", "SV103", "lines[0].unit"),
        ("20260302", "20261302", "R121", "DTP03", "lines[0].date"),
        ("DTP*472*D8*20260302~", "", "R124", "DTP03", "lines[0].date"),
        ("1:2~", "1:B~", "R122", "SV107-2", "lines[0].diagnosis_pointers"),
        ("HC:97110", "HC:", "R124", "SV101-2", "lines[0].code"),
        ("CLM*C1*100", "CLM*C1*1.0.0", "R120", "CLM02", "total_cents"),
        ("CLM*C1", "CLM*", "R124", "CLM01", "claim_number"),
        ("11:B:1", "11:B", "R124", "CLM05-3", "frequency"),
        ("ABK:M5450", "ABK:", "R124", "HI01-2", "diagnoses"),
        ("19500203*F", "19500231*F", "R121", "DMG02", "subscriber.birth_date"),
        ("19500203*F", "19500203*X", "R123", "DMG03", "subscriber.sex"),
        ("SBR*P", "SBR*Q", "R123", "SBR01", "sequence"),
        ("HL*2*1*22", "HL*2*9*22", "R111", "HL02", ""),
        ("HL*2*1*22", "HL*7*1*22", "R110", "HL01", ""),
        ("HI*ABK", "ZZZ*ABK", "R115", "", ""),
        (PAYER, "", "R124", "NM101", "payer"),
        (LINE, "", "R117", "", "lines"),
        ("SV1*", "SV5*", "R118", "", "lines[0]"),
        ("SV1*", "SV2*", "R118", "", "lines[0]"),
        (BEHIND, f"{BEHIND}SV1*HC:97140*1*UN*1~", "R116", "", "lines[0]"),
        (BEHIND, f"{BEHIND}SVD*P*1*HC:97110**1~", "R124", "DTP03", f"{DECISION}.paid_on"),
        (BEHIND, f"{BEHIND}SVD*P*x*HC:97110**1~{DAY_DECIDED}", "R120", "SVD02", f"{DECISION}.paid_cents"),
        (BEHIND, f"{BEHIND}SVD*P*1*HC:97110**1~CAS*XX*1*1~{DAY_DECIDED}", "R123", "CAS01", f"{DECISION}.adjustments"),
        (BEHIND, f"{BEHIND}SVD*P*1*HC:97110**1~CAS*CO*45*x~{DAY_DECIDED}", "R120", "CAS03", f"{DECISION}.adjustments"),
        ("ST*837*0001*005010X222A1", "ST*837*0001*005010X999", "R107", "ST03", ""),
        ("*0001~GE", "*0009~GE", "R105", "SE02", ""),
    ],
)  # fmt: skip
def test_one_fault_is_told_with_its_place_and_the_rest_is_read(
    right: str, wrong: str, rule: str, element: str, path: str
) -> None:
    whole = file_of(BILLING + SELF + PAYER + CLM + LINE).decode()
    assert whole.count(right) >= 1
    data = whole.replace(right, wrong, 1)
    body = data[data.index("ST*") : data.index("SE*")]
    data = re.sub(r"SE\*\d+", f"SE*{body.count('~') + 1}", data)
    claims, faults = read(data.encode())
    assert len(claims) == 1 and claims[0].claim.claim_number in ("C1", None)
    (fault,) = [fault for fault in faults if fault.rule == rule]
    assert (fault.at.element, fault.path) == (element, path)
    assert data[fault.at.byte :].startswith(fault.at.segment)
    assert data[data.index("ST*") :].split("~")[fault.at.number - 1].startswith(fault.at.segment)
    assert fault.message.format() == fault.message and "None" not in fault.message


def test_a_claim_without_clm_a_line_before_a_claim_and_a_claim_under_nobody() -> None:
    without = SELF.replace("HL*2*", "HL*3*")
    claims, faults = read(file_of(BILLING + SELF + PAYER + LINE + without + PAYER + CLM + LINE))
    assert len(claims) == 1 and claims[0].at.number > 10
    rules = [fault.rule for fault in faults]
    assert rules == ["R115", "R115", "R114"], "LX and SV1 stand under no claim"
    (alone,), faults = read(file_of(CLM + LINE))
    assert [fault.rule for fault in faults] == ["R113", "R113"] and alone.claim.lines[0].code == "97110"


@pytest.mark.parametrize("name", ["NM1P", "REFX", "DMGX", "DTPX", "CLMX", "SV1X", "PERé"])
def test_a_name_that_goes_on_after_three_letters_is_told(name: str) -> None:
    """Found by the fuzzer: segments are told apart by three letters."""
    whole = BILLING + SELF + PAYER + CLM + LINE
    claims, faults = read(file_of(whole.replace(name[:3] + "*", f"{name}*") + f"{name}~"))
    assert {"R126", "R115", "R121", "R124", "R118"} & {fault.rule for fault in faults}
    assert len(claims) <= 2


def test_a_file_without_an_837_says_so() -> None:
    for data, rule in ((b"", "X100"), (b"hello", "X100"), (HEAD.encode() + b"GE*0*42~IEA*0*000000042~", "R100")):
        claims, faults = read(data)
        assert claims == [] and rule in {fault.rule for fault in faults}
    claims, faults = read(file_of("").replace(b"ST*837", b"ST*835"))
    assert claims == [] and {fault.rule for fault in faults} == {"R100", "R102"}


def test_a_set_without_its_envelope_is_read() -> None:
    text = OPEN + BILLING + SELF + PAYER + CLM + LINE
    claims, faults = read(f"{text}SE*{text.count('~') + 1}*0001~".encode())
    assert len(claims) == 1 and "X108" in {fault.rule for fault in faults}


def test_no_end_of_the_set_the_group_the_interchange() -> None:
    data = file_of(BILLING + SELF + PAYER + CLM + LINE)
    for mark, rule in ((b"SE*", "R103"), (b"GE*", "R106"), (b"IEA*", "R106")):
        claims, faults = read(data[: data.index(mark)])
        assert len(claims) == 1 and rule in {fault.rule for fault in faults}
        begin = data.index(mark)
        without = data[:begin] + data[data.index(b"~", begin) + 1 :]
        claims, faults = read(without)
        assert len(claims) == 1 and rule in {fault.rule for fault in faults}
    lost = data.replace(b"HI*ABK:M5450*ABF:M25561~", b"")
    assert [fault.rule for fault in read(lost)[1]] == ["R104"]


# ---- any bytes

WHOLE = file_of(
    BILLING
    + SELF
    + PAYER
    + CLM
    + SECOND
    + LINE
    + DECIDED
    + LINE.replace("LX*1", "LX*2")
    + CLM.replace("C1", "C2")
    + LINE
)


@given(
    st.sampled_from("*|\x1d^!"), st.sampled_from(":>\x1f+"), st.sampled_from("~\n'\x1c\r"),
    st.sampled_from(["", "\n", "\r\n"]), st.integers(1, 400),
)  # fmt: skip
def test_separators_line_ends_and_chunks_change_nothing(
    element: str, component: str, terminator: str, noise: str, chunk: int
) -> None:
    text = WHOLE.decode().replace("^*00501", "U*00501")
    text = text.translate(
        str.maketrans({"*": element, ":": component, "~": terminator + noise * (terminator not in "\r\n")})
    )
    plain, _ = read(WHOLE)
    claims, faults = read(text.encode("latin-1"), chunk)
    assert said(claims) == said(plain) and faults == []
    for claim in claims:
        assert text[claim.at.byte :].startswith("CLM" + element)


@settings(max_examples=300)
@given(st.data())
def test_damaged_files_never_raise(data: st.DataObject) -> None:
    """Segments lost, doubled, swapped; bytes changed: results or located faults."""
    parts = WHOLE.split(b"~")
    for _ in range(data.draw(st.integers(1, 6))):
        at, to = data.draw(st.integers(1, len(parts) - 1)), data.draw(st.integers(1, len(parts) - 1))
        match data.draw(st.sampled_from(["lose", "double", "swap", "change", "cut"])):
            case "lose":
                parts[at] = b""
            case "double":
                parts[at] += b"~" + parts[at]
            case "swap":
                parts[at], parts[to] = parts[to], parts[at]
            case "change":
                place = data.draw(st.integers(0, len(parts[at])))
                parts[at] = parts[at][:place] + data.draw(st.binary(max_size=4)) + parts[at][place + 1 :]
            case "cut":
                parts[at] = parts[at][: data.draw(st.integers(0, len(parts[at])))]
    damaged = b"~".join(parts)
    claims, faults = read(damaged, data.draw(st.sampled_from([0, 1, 50, 1000])))
    json_ready = msgspec.json.encode([claims, faults])
    assert json_ready and all(0 <= fault.at.byte <= len(damaged) for fault in faults)


@given(st.binary(max_size=300), st.integers(0, 40))
def test_noise_behind_a_header_never_raises(noise: bytes, chunk: int) -> None:
    read(HEAD.encode() + OPEN.encode() + noise, chunk)


# ---- read, written by us, read again


def mended(claim: SubmittedClaim) -> Claim:
    """The claim with numbers that can be sent today: samples have invented NPIs and codes of ICD-9."""
    lines = tuple(
        msgspec.structs.replace(line, description=None, ordering_npi="1444444446" if line.ordering_npi else None)
        for line in claim.claim.lines
    )
    codes = tuple(f"M25.{100 + number}" for number in range(len(claim.claim.diagnoses or ())))
    npis = {"rendering_npi": "1333333338", "referring_npi": "1444444446" if claim.claim.referring_npi else None}
    return msgspec.structs.replace(
        claim.claim, **npis, supervising_npi=None, location=None, diagnoses=codes, lines=lines
    )


def practice_of(claim: SubmittedClaim) -> tuple[Practice, dict[str, PayerX12]]:
    """A practice that could have sent the claim."""
    provider, payer = claim.billing.provider, claim.payer
    account = PayerAccount(name=payer.name if payer else "", payer_id=(payer.id if payer else None) or "")
    practice = msgspec.structs.replace(
        PRACTICE, name=provider.name if provider else "", payers={claim.claim.payer: account}
    )  # fmt: skip
    return practice, {claim.claim.payer: PayerX12(filing_indicator=claim.filing_indicator)}


@needs_samples
def test_published_samples_that_our_writer_can_express_come_back() -> None:
    """The rest is refused for a reason (no balance, no address, no point), never altered in silence."""
    written = 0
    for row in OUR_KIND:
        for claim in read(_sample(row))[0]:
            sent, made = mended(claim), practice_of(claim)
            if problems(sent, *made):
                continue
            payers = {made[0].payers[sent.payer].payer_id: sent.payer}
            (again,), faults = read(write_837p([sent], *made, ENVELOPE), payers=payers)
            assert faults == []
            assert again.total_cents == sum(line.charge_cents for line in sent.lines)
            wanted, got = normal(sent, again.claim)
            assert got == wanted
            written += 1
    assert written >= 45


def test_an_independent_reader_finds_the_same_claims() -> None:
    """x12sdk, where it is installed (with its own dependencies 40 MB, so no test requirement)."""
    sdk = pytest.importorskip("x12sdk.io", reason="x12sdk is not installed: the second opinion is left out")
    for row in OUR_KIND:
        try:
            with sdk.X12ModelReader(str(SAMPLES / row["local_path"].removeprefix("x12/"))) as reader:
                models = list(reader.models())
        except Exception:  # it refuses some of the samples
            continue
        theirs = re.findall(r"total_claim_charge_amount=Decimal\('([0-9.]+)'\)", repr(models))
        assert [round(float(amount) * 100) for amount in theirs] == [
            claim.total_cents for claim in read(_sample(row))[0]
        ]
