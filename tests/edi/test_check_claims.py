"""Claims with one error each, beside the claim next to it that is right: the first is told, of the second nothing."""

from pathlib import Path

import pytest

from rehabill.base.finding import Finding, Position
from rehabill.edi.check import check_file
from rehabill.x12.faults import KINDS

FILES = Path(__file__).parents[2] / "examples" / "x12"
CLAIMS = (FILES / "claims.837").read_text().replace("\n", "")


def found(text: str) -> list[Finding]:
    """The findings, the segments counted anew."""
    head, _, tail = text.partition("~SE*")
    count = head[head.index("~ST*837") :].count("~") + 1
    return check_file([f"{head}~SE*{count}*{tail.partition('*')[2]}".encode("latin-1")]).all_findings()


def told(text: str) -> list[tuple[str, str, str]]:
    return [(one.rule, one.at.loop, one.at.element) for one in found(text) if one.at]


def changed(old: str, new: str, text: str = CLAIMS) -> str:
    assert old in text, old
    return text.replace(old, new, 1)


def test_the_good_file() -> None:
    assert told(CLAIMS) == []


BILLING = "NM1*85*2*EXAMPLE PHYSICAL THERAPY 2*****XX*1000000012~N3*1 EXAMPLE ST~N4*TULSA*OK*741030001~"
NUMBERLESS = BILLING.replace("*****XX*1000000012", "")
PAYER = "NM1*PR*2*FICTION HEALTH PLAN*****PI*99002~"


class TestParties:
    @pytest.mark.parametrize(
        "street", ["PO BOX 12", "P.O. Box 12", "P O BOX 12", "POBOX 12", "P0 BOX 12", "POST OFFICE BOX 7", "LOCKBOX 9"]
    )
    def test_the_billing_provider_has_a_street(self, street: str) -> None:
        assert told(changed("N3*1 EXAMPLE ST~", f"N3*{street}~")) == [("X356", "2010AA", "N301")]
        assert told(changed("N3*1 EXAMPLE ST~", f"N3*1 EXAMPLE ST*{street}~")) == [("X356", "2010AA", "N302")]

    @pytest.mark.parametrize("street", ["12 BOXWOOD LN", "RR 2 BOX 152", "9 PO ST", "POBLANO AVE 4", "1 LOCKE ST"])
    def test_streets_that_sound_like_a_box(self, street: str) -> None:
        assert told(changed("N3*1 EXAMPLE ST~", f"N3*{street}~")) == []

    def test_a_box_may_stand_where_payment_is_sent_and_where_a_member_lives(self) -> None:
        pay_to = "REF*EI*990000001~NM1*87*2~N3*PO BOX 12~N4*TULSA*OK*74103~"
        assert told(changed("REF*EI*990000001~", pay_to)) == []
        assert told(changed("N3*524 EXAMPLE ST~", "N3*PO BOX 12~")) == []

    def test_the_billing_provider_is_known_by_a_number(self) -> None:
        (finding,) = found(changed(BILLING, NUMBERLESS))
        assert isinstance(finding.at, Position)
        assert (finding.rule, finding.at.loop, finding.at.claim) == ("X357", "2010AA", "")

    def test_a_provider_without_npi_has_the_payers_number_or_another(self) -> None:
        single = CLAIMS[: CLAIMS.index("HL*3*")] + CLAIMS[CLAIMS.index("SE*70") :]
        atypical = changed(BILLING, NUMBERLESS, single)
        assert told(atypical) == [("X357", "2010AA", "NM109")]
        assert told(changed(PAYER, PAYER + "REF*G2*A77~", atypical)) == []
        assert told(changed("REF*EI*990000001~", "REF*EI*990000001~REF*0B*L123~", atypical)) == []

    @pytest.mark.parametrize("npi", ["0000000006", "3333333334"])
    def test_an_npi_begins_with_1_or_2(self, npi: str) -> None:
        assert told(changed("XX*1200000259", f"XX*{npi}")) == [("X227", "2310B", "NM109")]
        assert told(changed("XX*1200000259", "XX*2000000002")) == []

    @pytest.mark.parametrize("number", ["000000000", "99000000", "99-0000001"])
    def test_a_tax_number(self, number: str) -> None:
        assert ("X224", "2010AA", "REF02") in told(changed("REF*EI*990000001", f"REF*EI*{number}"))


class TestAddresses:
    @pytest.mark.parametrize("code", ["99201-0001", "ABCDE", "00000", "000000000", "9920", "K1A0B1"])
    def test_a_zip_code_of_the_united_states(self, code: str) -> None:
        assert told(changed("N4*SPOKANE*WA*992010001", f"N4*SPOKANE*WA*{code}")) == [("X224", "2010BA", "N403")]
        assert told(changed("N4*SPOKANE*WA*992010001", f"N4*SPOKANE*WA*{code}*US")) == [("X224", "2010BA", "N403")]

    @pytest.mark.parametrize(
        "address",
        ["WA*99201", "WA*992010000", "WA*992010001*US", "ON*K1A0B1*CA", "*75001*FR", "*1010*AT", "*104 50*SE", "**IE"],
    )
    def test_addresses_at_home_and_abroad(self, address: str) -> None:
        assert told(changed("N4*SPOKANE*WA*992010001", f"N4*SOMEWHERE*{address}")) == []

    @pytest.mark.parametrize(("address", "place"), [("*992010001", "N402"), ("WA", "N403"), ("ON**CA", "N403")])
    def test_state_and_zip_code_are_given_unless_abroad(self, address: str, place: str) -> None:
        assert told(changed("SPOKANE*WA*992010001", f"SPOKANE*{address}")) == [("X226", "2010BA", place)]


class TestDays:
    @pytest.mark.parametrize("kind", ["431", "439", "453", "454", "304", "455"])
    def test_what_came_before_the_service(self, kind: str) -> None:
        for day, expected in (("20260522", [("X372", "2300", "DTP03")]), ("20260521", [])):
            assert told(changed("PWK*OZ*BM***AC*ATT00001~", f"DTP*{kind}*D8*{day}~")) == expected

    def test_the_first_treatment_of_a_line(self) -> None:
        service = "DTP*472*D8*20260521~"
        assert told(changed(service, service + "DTP*454*D8*20260522~")) == [("X372", "2400", "DTP03")]
        assert told(changed(service, service + "DTP*454*D8*20260301~")) == []

    def test_the_doctor_may_be_seen_between_two_services(self) -> None:
        two_days = changed("DTP*472*D8*20260521", "DTP*472*D8*20260601")
        assert told(changed("PWK*OZ*BM***AC*ATT00001~", "DTP*304*D8*20260528~", two_days)) == []
        assert told(changed("PWK*OZ*BM***AC*ATT00001~", "DTP*454*D8*20260528~", two_days)) == [
            ("X372", "2300", "DTP03")
        ]

    def test_a_disability_may_last_longer(self) -> None:
        assert told(changed("PWK*OZ*BM***AC*ATT00001~", "DTP*361*D8*20260901~")) == []


class TestDiagnosesAndServices:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("ABK:M79671*", "ABK:m79671*", [("X525", "2300", "HI01-2")]),
            ("ABF:R262*", "ABF:M79671*", [("X365", "2300", "HI02-2")]),
            ("ABF:R262*", "ABF:m79671*", [("X525", "2300", "HI02-2"), ("X365", "2300", "HI02-2")]),
            ("ABF:R262*", "ABF:M79672*", []),
            (":GP*128*UN*2***1:2:3:4", ":GP*128*UN*2***1:1", [("X366", "2400", "SV107-2")]),
            (":GP*128*UN*2***1:2:3:4", ":GP*128*UN*2***4:2:1:2", [("X366", "2400", "SV107-4")]),
            (":GP*128*UN*2***1:2:3:4", ":GP*128*UN*2***4:1", []),
            ("97110:GP*", "97110:GP:GP*", [("X526", "2400", "SV101-4")]),
            ("97110:GP*", "97110:GP:KX:GP*", [("X526", "2400", "SV101-5")]),
            ("97110:GP*", "97110:GP:KX*", []),
            ("97110:GP*128*UN*2*", "97110:GP*128*UN*1.5*", [("X367", "2400", "SV104")]),
            ("97110:GP*128*UN*2*", "97110:GP*128*UN*2.0*", []),
            ("97110:GP*128*UN*2*", "J1885*128*UN*1.5*", [("X523", "2400", "SV101-2")]),
            ("97110:GP*", "97110:GP:*", [("X222", "2400", "SV101")]),
            ("97110:GP*", "97110:GP:::*", [("X222", "2400", "SV101")]),
            ("UN*2***1:2:3:4~", "UN*2***1:2:~", [("X222", "2400", "SV107")]),
            ("97110:GP*", "97110:GP::::TEXT*", []),
        ],
    )
    def test_one_error_and_its_neighbour(self, old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
        assert told(changed(old, new)) == expected


LOOPS = (
    "SBR*P*18*******CI~{claim_cas}{paid}{claim_owed}OI***Y***Y~{moa}"
    "NM1*IL*1*ST CLAIR*PETRA****MI*Z1~NM1*PR*2*FIRST PLAN*****PI*P1~{claim_day}"
)
LINE = "SVD*{payer}*100*{code}**2~{cas}DTP*573*D8*{day}~{owed}"


def secondary(**parts: str) -> str:
    """The first claim after another payer decided its first line: what is named takes the place of what is right."""
    given = {
        "claim_cas": "", "paid": "AMT*D*100~", "claim_owed": "", "moa": "", "claim_day": "", "payer": "P1",
        "code": "HC:97110:GP", "cas": "CAS*CO*45*28~", "day": "20260530", "owed": "",
    } | parts  # fmt: skip
    text = changed("SBR*P*18*******HM", "SBR*S*18*******HM")
    text = changed("LX*1~", LOOPS.format(**given) + "LX*1~", text)
    return changed("0000L1~", "0000L1~" + LINE.format(**given), text)


class TestOtherPayers:
    def test_the_good_claim(self) -> None:
        assert told(secondary()) == []

    @pytest.mark.parametrize(
        ("parts", "expected"),
        [
            ({"paid": ""}, [("X353", "2320", "")]),
            ({"claim_owed": "AMT*EAF*5~", "owed": "AMT*EAF*5~"}, [("X358", "2320", "AMT02")]),
            ({"claim_owed": "AMT*EAF*5~", "owed": "AMT*EAF*6~"}, [("X358", "2320", "AMT02")]),
            ({"claim_owed": "AMT*EAF*5~"}, []),
            ({"owed": "AMT*EAF*5~"}, []),
            ({"claim_day": "DTP*573*D8*20260530~"}, [("X359", "2330B", "DTP03")]),
            ({"cas": "CAS*CO*45*28**97*0~"}, [("X368", "2430", "CAS06")]),
            ({"cas": "CAS*CO*45*28~CAS*PR*3*0.00~"}, [("X368", "2430", "CAS03")]),
            ({"cas": "CAS*CO*45*20**45*8~"}, [("X369", "2430", "CAS05")]),
            ({"cas": "CAS*CO*45*20~CAS*CO*45*8~"}, [("X369", "2430", "CAS02")]),
            ({"cas": "CAS*CO*45*20~CAS*PR*45*8~"}, []),
            ({"cas": "CAS*CO*45*30**253*-2~"}, []),
            ({"cas": "CAS*CO*45*28" + "*" * 17 + "A2*0~"}, [("X212", "2430", "")]),
            ({"code": "HC:9711Z:GP"}, [("X520", "2430", "SVD03-2")]),
            ({"code": "HC:97110:G!"}, [("X524", "2430", "SVD03-3")]),
            ({"code": "HC:97530:GP:59"}, []),
            ({"payer": "P2"}, [("X378", "2430", "SVD01")]),
            ({"day": "20260616"}, [("X375", "2430", "DTP03")]),
            ({"day": "20260520"}, [("X376", "2430", "DTP03")]),
            ({"day": "20260521"}, []),
            ({"day": "20260615"}, []),
        ],
    )
    def test_one_error_and_its_neighbour(self, parts: dict[str, str], expected: list[tuple[str, str, str]]) -> None:
        assert told(secondary(**parts)) == expected

    def test_the_day_of_a_whole_claim(self) -> None:
        """Where the payer decided the claim and no line, its day stands in 2330B."""
        whole = LOOPS.format(claim_cas="", paid="AMT*D*100~", claim_owed="", moa="", claim_day="DTP*573*D8*{day}~")
        text = changed("LX*1~", whole + "LX*1~", changed("SBR*P*18*******HM", "SBR*S*18*******HM"))
        assert told(text.format(day="20260530")) == []
        assert told(text.format(day="20260616")) == [("X375", "2330B", "DTP03")]
        assert told(text.format(day="20260520")) == [("X376", "2330B", "DTP03")]

    def test_each_payer_has_a_place_of_its_own(self) -> None:
        text = secondary()
        assert told(text.replace("SBR*P*18*******CI", "SBR*S*18*******CI")) == [("X377", "2320", "SBR01")]
        assert told(text.replace("SBR*S*18*******HM", "SBR*P*18*******HM")) == [("X377", "2320", "SBR01")]
        unknown = text.replace("SBR*P*18*******CI", "SBR*U*18*******CI")
        assert told(unknown.replace("SBR*S*18*******HM", "SBR*U*18*******HM")) == []

    def test_two_plans_of_one_insurer(self) -> None:
        """Both go by the insurer's number: their payments are held against the sum of their lines."""
        text = changed("SBR*S*18*******HM", "SBR*T*18*******HM", secondary())
        first = LOOPS.format(claim_cas="", paid="AMT*D*100~", claim_owed="", moa="", claim_day="")
        second = first.replace("SBR*P", "SBR*S").replace("AMT*D*100", "AMT*D*{paid}")
        text = changed(first, first + second, text)
        decision = LINE.format(payer="P1", code="HC:97110:GP", cas="CAS*CO*45*28~", day="20260530", owed="")
        other = decision.replace("*100*", "*20*").replace("CAS*CO*45*28", "CAS*OA*23*{rest}")
        text = changed(decision, decision + other, text)
        assert told(text.format(paid="20", rest="108")) == []
        assert told(text.format(paid="21", rest="108")) == [("X352", "2320", "AMT02")]
        assert told(text.format(paid="20", rest="107")) == [("X351", "2430", "SVD02")]

    def test_a_service_that_a_payer_split_in_two(self) -> None:
        decision = LINE.format(payer="P1", code="HC:97110:GP", cas="CAS*CO*45*28~", day="20260530", owed="")
        halves = decision.replace("*100*", "*60*") + decision.replace("*100*", "*40*").replace("CAS*CO*45*28~", "")
        assert told(changed(decision, halves, secondary())) == []
        assert told(changed(decision, halves.replace("*40*", "*41*"), secondary())) == [
            ("X352", "2320", "AMT02"),
            ("X351", "2430", "SVD02"),
            ("X351", "2430", "SVD02"),
        ]

    def test_what_was_adjusted_on_the_claim(self) -> None:
        text = secondary(claim_cas="CAS*OA*94*-10~", paid="AMT*D*110~")
        assert told(text) == []
        assert told(text.replace("CAS*OA*94*-10", "CAS*OA*94*-9")) == [("X352", "2320", "AMT02")]


class TestCodesOfOtherPayers:
    """Reasons and remarks are held against the lists of the day on which the payer used them."""

    def of_2024(self, **parts: str) -> str:
        text = secondary(**parts).replace("*260615*", "*240115*").replace("20260615", "20240115")
        return text.replace("20260521", "20240102").replace("20260408", "20240103")

    def test_a_reason_that_no_list_has(self) -> None:
        assert told(self.of_2024(day="20240110", cas="CAS*CO*888*28~")) == [("X500", "2430", "CAS02")]
        assert told(self.of_2024(day="20240110", cas="CAS*CO*ZZZZ*28~")) == [("X503", "2430", "CAS02")]
        assert told(self.of_2024(day="20240110")) == []

    def test_the_payers_day_counts_and_not_the_files(self) -> None:
        """The file is of 2026, which our list does not reach; the payer decided in 2024, which it does."""
        late = secondary(day="20240110", cas="CAS*CO*888*28~").replace("20260521", "20240102")
        assert told(late) == [("X500", "2430", "CAS02")]
        assert told(secondary(cas="CAS*CO*888*28~")) == [("X502", "2430", "CAS02")]

    def test_on_the_claim_and_as_remarks(self) -> None:
        text = self.of_2024(day="20240110", claim_cas="CAS*OA*888*-10~", paid="AMT*D*110~", moa="MOA***N99999*MA01~")
        assert told(text) == [("X500", "2320", "CAS02"), ("X503", "2320", "MOA03")]


class TestMedicareAndTheFile:
    def test_part_b_takes_no_replacement(self) -> None:
        claim = "CLM*RB00001-0001*412***11:B:{}*Y*A*Y*Y~"
        replacement = claim.format(7) + "REF*F8*1234567890~"
        assert told(changed(claim.format(1), replacement)) == [("X701", "2300", "CLM05-3")]
        assert told(changed(claim.format(1), replacement).replace("*MB~", "*HM~")) == []

    def test_diagnoses_after_the_last_release_we_hold(self) -> None:
        text = CLAIMS.replace("20260615", "20400615").replace("20260521", "20400521").replace("20260408", "20400408")
        assert {(rule, place) for rule, _, place in told(text) if rule == "X513"} == {
            ("X513", f"HI0{number}-2") for number in range(1, 5)
        }

    @pytest.mark.parametrize("count", [5000, 5001])
    def test_claims_of_one_set(self, count: int) -> None:
        head, block = CLAIMS[: CLAIMS.index("HL*2*")], CLAIMS[CLAIMS.index("HL*2*") : CLAIMS.index("HL*3*")]
        block = block[: block.index("LX*2~")].replace("*390*", "*128*")
        blocks = (
            block.replace("HL*2*", f"HL*{number + 2}*").replace("RB00001-0000", f"RB{number}")
            for number in range(count)
        )
        told_of = [(one.rule, one.message) for one in found(head + "".join(blocks) + CLAIMS[CLAIMS.index("SE*70") :])]
        assert [rule for rule, _ in told_of] == ([] if count == 5000 else ["X364"])
        assert all("5,001 claims" in message and "at most 5,000" in message for _, message in told_of)


def test_every_kind_is_planted_here_or_in_the_test_of_files() -> None:
    tests = "".join(
        (Path(__file__).parent / name).read_text() for name in ("test_check_claims.py", "test_check_file.py")
    )
    kinds = [rule for rule in KINDS if "X350" <= rule < "X400" or "X510" <= rule < "X530" or rule >= "X700"]
    assert [rule for rule in kinds if f'"{rule}"' not in tests] == []
