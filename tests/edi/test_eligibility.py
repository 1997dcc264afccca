"""Is she covered: questions written and read by another library, benefits read for therapy."""

import datetime as dt
import json
from pathlib import Path

import msgspec
import pytest
from tests.edi.independent import models
from x12sdk.generate import generate_271

from rehabill.base.errors import InputError
from rehabill.edi.claim_837p import PayerX12
from rehabill.edi.eligibility_270 import Envelope, eligibility_request, read_270, read_271, write_270
from rehabill.model.claim import Claim
from rehabill.model.eligibility import Eligibility, EligibilityRequest, TherapyBenefits
from rehabill.model.practice import Practice
from rehabill.x12.check.file import check

GOLDEN = Path(__file__).parents[1] / "golden" / "837p"
SETUP = json.loads((GOLDEN / "practice.json").read_text())
PRACTICE = msgspec.convert(SETUP["practice"], Practice)
PROFILES = msgspec.convert(SETUP["profiles"], dict[str, PayerX12])
ENVELOPE = Envelope(control_number=9, created=dt.datetime(2026, 5, 1, 8, 0))

HEAD = (
    "ISA*00*          *00*          *ZZ*RECEIVER9      *ZZ*SUBMITTER1     *260501*0800*^*00501*000000005*0*T*:~"
    "GS*HB*GROUP9*SUBMITTER1*20260501*0800*5*X*005010X279A1~"
)
PAYER = (
    "ST*271*0001*005010X279A1~BHT*0022*11*R-9*20260501*0800~HL*1**20*1~NM1*PR*2*EXAMPLE HEALTH*****PI*00431~"
    "HL*2*1*21*1~NM1*1P*2*MADE-UP PHYSICAL THERAPY*****XX*1222222220~"
)
MEMBER = (
    "HL*3*2*22*0~TRN*2*E-1*9123456789~NM1*IL*1*PATIENT*PAULA****MI*COM123456~DMG*D8*19500203*F~"
    "DTP*346*D8*20260101~DTP*347*D8*20261231~"
)


def requests(*types: str) -> list[EligibilityRequest]:
    found = [
        claim
        for name in ("medicare", "dependent", "accident")
        for claim in msgspec.convert(json.loads((GOLDEN / f"{name}.json").read_text())["claims"], tuple[Claim, ...])
    ]
    return [
        eligibility_request(claim, PRACTICE, f"E-{index}", service_types=types, profile=PROFILES[claim.payer])
        for index, claim in enumerate(found)
    ]


def file(body: str) -> bytes:
    return f"{HEAD}{body}SE*{body.count('~') + 1}*0001~GE*1*5~IEA*1*000000005~".encode()


def answers(body: str) -> list[Eligibility]:
    data = file(body)
    assert check([data]).all_findings() == []
    found, findings = read_271(data)
    assert not findings
    return found


def therapy(benefits: str) -> TherapyBenefits:
    (found,) = answers(PAYER + MEMBER + "EB*1**30**GOLD PLAN~" + benefits)
    assert found.coverage == "active" and found.other == ()
    return found.therapy


class TestWritten:
    @pytest.mark.parametrize("types", [("30",), ("30", "PT"), ("AE",)])
    def test_our_check_and_the_independent_reader_accept(self, types: tuple[str, ...], tmp_path: Path) -> None:
        asked = requests(*types)
        data = write_270(asked, PRACTICE, ENVELOPE)
        assert check([data]).all_findings() == []
        members = [member for model in models(data, tmp_path) for member in model.members()]  # type: ignore[attr-defined]
        assert len(members) == len(asked)
        assert all(sorted(member.service_type_codes) == sorted(types) for member in members)
        assert sum(member.is_dependent for member in members) == sum(one.relationship != "self" for one in asked)

    def test_one_question_alone(self, tmp_path: Path) -> None:
        assert len(models(write_270(requests("30")[:1], PRACTICE, ENVELOPE), tmp_path)) == 1

    def test_at_most_99_people_a_set(self) -> None:
        one = requests("30")[0]
        many = [msgspec.structs.replace(one, trace=f"E{index}") for index in range(100)]
        data = write_270(many, PRACTICE, ENVELOPE)
        assert check([data]).all_findings() == [] and data.count(b"ST*270*") == 2

    def test_it_is_read_back(self) -> None:
        asked = requests("30", "PT")
        back, findings = read_270(write_270(asked, PRACTICE, ENVELOPE))
        assert not findings
        by_trace = {one.trace: one for one in back}
        for one in asked:
            other = by_trace[one.trace]
            same = ("payer_id", "service_types", "first_day")
            assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]
            assert (one.relationship == "self") == (other.relationship == "self")
            assert one.patient.birth_date == other.patient.birth_date

    def test_the_same_input_gives_the_same_bytes(self) -> None:
        assert write_270(requests("30"), PRACTICE, ENVELOPE) == write_270(requests("30"), PRACTICE, ENVELOPE)

    def test_what_is_missing_is_named(self) -> None:
        one = requests("30")[0]
        with pytest.raises(InputError, match="birth date"):
            nobody = msgspec.structs.replace(one.patient, birth_date=None)
            write_270([msgspec.structs.replace(one, patient=nobody)], PRACTICE, ENVELOPE)
        with pytest.raises(InputError, match="'QQ' is no service type"):
            write_270([msgspec.structs.replace(one, service_types=("QQ",))], PRACTICE, ENVELOPE)
        with pytest.raises(InputError, match="say what is asked"):
            write_270([msgspec.structs.replace(one, service_types=())], PRACTICE, ENVELOPE)


class TestCoverage:
    def test_active_with_its_days(self) -> None:
        (found,) = answers(f"{PAYER}{MEMBER}EB*1**30**GOLD PLAN~")
        assert (found.trace, found.coverage, found.plan) == ("E-1", "active", "GOLD PLAN")
        assert (found.plan_begins, found.plan_ends) == (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
        assert found.sentence == "The patient is covered: GOLD PLAN."

    def test_inactive(self) -> None:
        (found,) = answers(f"{PAYER}{MEMBER}EB*6**30~")
        assert found.coverage == "inactive" and "not covered" in found.sentence

    def test_refused_for_the_subscriber_in_words(self) -> None:
        body = PAYER + MEMBER.split("DMG")[0] + "AAA*N**71*C~"
        (found,) = answers(body)
        assert found.coverage == "refused"
        assert found.sentence == (
            "The payer did not answer: patient's birth date differs from the file (correct and send again)."
        )
        assert found.refusals[0].about == "subscriber"

    def test_refused_as_a_whole(self) -> None:
        body = PAYER[: PAYER.index("HL*2")].replace("HL*1**20*1", "HL*1**20*0") + "AAA*N**42*R~"
        (found,) = answers(body)
        assert found.coverage == "refused" and found.subscriber is None
        assert "try later" in found.sentence

    def test_a_day_of_the_plan_told_after_the_benefits_is_still_the_plans(self) -> None:
        (found,), findings = read_271(file(f"{PAYER}{MEMBER}EB*1**30~".replace("DTP*347*D8*20261231~", "")
                                           + "DTP*347*D8*20261130~"))  # fmt: skip
        assert (found.plan_ends, found.other, findings) == (dt.date(2026, 11, 30), (), [])

    def test_a_dependent_is_the_patient(self) -> None:
        body = (
            f"{PAYER}HL*3*2*22*1~NM1*IL*1*PATIENT*PARENT****MI*COM123456~HL*4*3*23*0~TRN*2*E-2*9123456789~"
            "NM1*03*1*PATIENT*KID~DMG*D8*20120709*M~INS*N*19~DTP*346*D8*20260101~EB*1**30~EB*B**PT***27*25*****Y~"
        )
        (found,) = answers(body)
        assert found.dependent and found.dependent.first == "KID" and found.relationship == "19"
        assert (found.trace, found.coverage, found.plan_begins) == ("E-2", "active", dt.date(2026, 1, 1))
        assert found.therapy.shares[0].cents == 2500


class TestTherapy:
    def test_visits_allowed_and_left(self) -> None:
        found = therapy("EB*F**PT***23***VS*30~EB*F**PT***29***VS*18~")
        assert [(one.allowed, one.left) for one in found.visits] == [(30, None), (None, 18)]

    def test_visits_in_a_delivery(self) -> None:
        found = therapy("EB*F**PT~HSD*VS*20***23~EB*F**AE~HSD*VS*7***29~")
        assert [(one.allowed, one.left, one.from_text) for one in found.visits] == [
            (20, None, False), (None, 7, False),
        ]  # fmt: skip

    def test_visits_told_in_text_are_marked(self) -> None:
        found = therapy("EB*F**PT~MSG*LIMITED TO 30 COMBINED VISITS PER YEAR~EB*F**PT~MSG*12 VISITS REMAINING~")
        assert [(one.allowed, one.left, one.from_text) for one in found.visits] == [
            (30, None, True), (None, 12, True),
        ]  # fmt: skip
        assert found.messages == ("LIMITED TO 30 COMBINED VISITS PER YEAR", "12 VISITS REMAINING")

    def test_what_the_patient_bears(self) -> None:
        found = therapy(
            "EB*C*IND*30***23*500*****Y~EB*C*IND*30***29*120.5*****Y~EB*B**PT***27*40*****Y~EB*A**PT*****.2****N~"
            "EB*G*FAM*30***23*6000~EB*B**98***27*10~"
        )
        assert [(one.kind, one.cents, one.fraction, one.left, one.in_network) for one in found.shares] == [
            ("deductible", 50000, None, False, True), ("deductible", 12050, None, True, True),
            ("copay", 4000, None, False, True), ("coinsurance", None, ".2", False, False),
            ("out_of_pocket", 600000, None, False, None),
        ]  # fmt: skip

    def test_a_benefit_in_words(self) -> None:
        (found,) = answers(f"{PAYER}{MEMBER}EB*A**PT*****.2**{''}**N~")
        assert found.benefits[0].words == "coinsurance 20%, physical therapy, out of network"

    @pytest.mark.parametrize(("mark", "needed"), [("Y", True), ("N", False), ("U", None), ("", None)])
    def test_authorisation(self, mark: str, needed: bool | None) -> None:
        eb = "EB*B**PT***27*40****" + (f"{mark}*Y" if mark else "*Y")
        assert therapy(f"{eb}~").authorization is needed

    def test_not_covered(self) -> None:
        assert therapy("EB*I**PT~").not_covered and not therapy("EB*I**35~").not_covered

    def test_another_insurer(self) -> None:
        found = therapy(
            "EB*R**30*MA~DTP*290*D8*20260101~LS*2120~NM1*PRP*2*OTHER HEALTH*****PI*00999~LE*2120~"
        ).other_insurers
        assert [(one.name, one.id, one.role, one.insurance) for one in found] == [
            ("OTHER HEALTH", "00999", "PRP", "MA")
        ]  # fmt: skip
        assert found[0].dates[0].first == dt.date(2026, 1, 1)

    def test_medicare_dollars_are_candidates_only(self) -> None:
        found = therapy("EB*D**AE*MB**23*1410.22~EB*D**AD*MB**23*80~EB*B**PT***23*20~EB*1**30*QM~")
        assert [(one.cents, one.service_types) for one in found.medicare_amounts] == [
            (141022, ("AE",)), (8000, ("AD",)),
        ]  # fmt: skip
        assert found.medicaid_pays_share

    @pytest.mark.parametrize("seed", range(12))
    def test_another_librarys_answers_are_read_alike(self, seed: int, tmp_path: Path) -> None:
        data = generate_271(seed=seed, members=7).encode()
        theirs = [member for model in models(data, tmp_path) for member in model.members()]  # type: ignore[attr-defined]
        ours = [one for one in read_271(data)[0] if one.benefits]
        assert sum(len(member.benefits) for member in theirs) == sum(len(one.benefits) for one in ours)
        names = sorted((one.dependent or one.subscriber).name for one in ours)  # type: ignore[union-attr]
        assert names == sorted(member.name[0] for member in theirs if member.benefits)
