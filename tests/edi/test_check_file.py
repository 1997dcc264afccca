"""One planted error a file, as a partner or a clearinghouse would make it: each is found; the good files have none."""

from pathlib import Path

import pytest

from rehabill.base.finding import Finding
from rehabill.edi.check import check_file

FILES = Path(__file__).parents[2] / "examples" / "x12"
CLAIMS = (FILES / "claims.837").read_text().replace("\n", "")
REMITTANCE = (FILES / "remittance.835").read_text().replace("\n", "")


def found(text: str, levels: frozenset[int] | None = None) -> list[Finding]:
    data = [text.encode("latin-1")]
    return (check_file(data) if levels is None else check_file(data, levels)).all_findings()


def planted(text: str, old: str, new: str) -> list[tuple[str, str]]:
    assert old in text, old
    return [(one.rule, one.at.element) for one in found(text.replace(old, new, 1)) if one.at]


def without(text: str, segment: str) -> str:
    """The file without its first segment of that beginning, its count kept right."""
    begins = text.index("~" + segment) + 1
    text = text[:begins] + text[text.index("~", begins) + 1 :]
    count = text[text.index("~SE*") + 4 :].partition("*")[0]
    return text.replace(f"SE*{count}*", f"SE*{int(count) - 1}*")


@pytest.mark.parametrize("text", [CLAIMS, REMITTANCE], ids=["837P", "835"])
def test_good_files_have_no_findings(text: str) -> None:
    assert found(text) == []


class TestClaims:
    @pytest.mark.parametrize(
        ("old", "new", "rule", "element"),
        [
            ("SE*70*", "SE*71*", "X132", "SE01"),
            ("HL*2*1*22*0", "HL*2*3*22*0", "X231", "HL02"),
            ("DMG*D8*19540117*F", "DMG*D8*19540117*W", "X216", "DMG03"),
            ("XX*1200000259", "XX*1200000258", "X223", "NM109"),
            ("CLM*RB00001-0000*390*", "CLM*RB00001-0000*391*", "X350", "CLM02"),
            ("SV1*HC:97110:GP*128*UN*2***1:2:3:4", "SV1*HC:97110:GP*128*UN*2***5", "X360", "SV107-1"),
            ("DTP*472*D8*20260521", "DTP*472*D8*20260532", "X217", "DTP03"),
            ("ABK:M79671", "ABK:M79679Z", "X510", "HI01-2"),
            ("ABK:M79671", "ABK:M79", "X511", "HI01-2"),
            ("ABK:M79671", "ABK:M79.671", "X512", "HI01-2"),
            ("ABK:M79671", "BK:7295", "X514", "HI01-2"),
            ("SV1*HC:97110", "SV1*HC:97799Q", "X520", "SV101-2"),
            ("SV1*HC:97110", "SV1*HC:97198", "X521", "SV101-2"),
            ("SV1*HC:97110", "SV1*HC:99999", "X521", "SV101-2"),
            ("SV1*HC:97110", "SV1*HC:97762", "X522", "SV101-2"),
            ("SV1*HC:97110", "SV1*HC:99213", "X523", "SV101-2"),
            ("SV1*HC:97110:GP", "SV1*HC:97110:G!", "X524", "SV101-3"),
            ("N4*SPOKANE*WA*992010001", "N4*SPOKANE*WA*9920", "X224", "N403"),
            ("N4*TULSA*OK*741030001", "N4*TULSA*OK*74103", "X225", "N403"),
            ("CLM*RB00001-0001*412", "CLM*RB00001-0000*412", "X361", "CLM01"),
            ("N4*SPOKANE*WA*", "N4*SPOKANE*ZQ*", "X500", "N402"),
            ("***11:B:1", "***98:B:1", "X500", "CLM05-1"),
            ("PXC*225100000X", "PXC*225199999X", "X502", "PRV03"),
            ("REF*6R*00001-0000L2", "REF*6R*00001-0000L1", "X362", "REF02"),
            ("LX*2~", "LX*3~", "X363", "LX01"),
            ("DTP*472*D8*20260521", "DTP*472*D8*20270521", "X370", "DTP03"),
            ("DMG*D8*19540117*F", "DMG*D8*20260601*F", "X371", "DTP03"),
            ("PWK*OZ*BM***AC*ATT00001", "DTP*439*D8*20260601", "X372", "DTP03"),
            ("DMG*D8*19540117*F", "DMG*D8*20260701*F", "X373", "DMG02"),
            ("MI*6P75KT9QN93", "MI*6P75KT9QN9", "X700", "NM109"),
            (":GP*128*UN*2", ":GP*128.001*UN*2", "X354", "SV102"),
            (":GP*128*UN*2", ":GP*128*UN*-2", "X355", "SV104"),
            (":GP*128*UN*2", ":GP*128*UN*0", "X355", "SV104"),
            ("***11:B:1", "***11:B:9", "X374", "CLM05-3"),
        ],
    )
    def test_one_error(self, old: str, new: str, rule: str, element: str) -> None:
        told = planted(CLAIMS, old, new)
        assert (rule, element) in told
        assert len(told) <= 2, told

    @pytest.mark.parametrize(("segment", "rule"), [("HI*", "X202"), ("DMG*", "X202"), ("NM1*PR", "X203")])
    def test_a_missing_segment(self, segment: str, rule: str) -> None:
        assert rule in [one.rule for one in found(without(CLAIMS, segment))]

    def test_findings_name_the_business_field(self) -> None:
        text = CLAIMS.replace("SV1*HC:97530:GP*144*UN*2***1:2:3:4", "SV1*HC:97530:GP*144*UN*2***1:9")
        (finding,) = found(text)
        assert finding.path == "claims[1].lines[1].diagnosis_pointers"
        assert finding.topic == "pointer"
        assert finding.at is not None
        assert (finding.at.loop, finding.at.segment, finding.at.claim) == ("2400", "SV1", "RB00001-0001")

    def test_an_error_above_a_claim_is_not_blamed_on_the_claim_before(self) -> None:
        (finding,) = found(CLAIMS.replace("DMG*D8*19450117*F", "DMG*D8*19450117*X"))
        assert finding.at is not None
        assert (finding.path, finding.at.claim, finding.at.loop) == ("", "", "2010BA")

    def test_a_missing_segment_belongs_to_its_claim_not_to_the_last_line(self) -> None:
        first, other = found(without(CLAIMS, "HI*"))[:2]
        missing = first if first.rule == "X202" else other
        assert missing.path == "claims[0]"
        assert [one.path for one in found(without(REMITTANCE, "TRN*")) if one.rule == "X202"] == [""]

    def test_situations_are_told_in_words(self) -> None:
        (finding,) = found(
            CLAIMS.replace(":B:1*Y*A*Y*Y~", ":B:1*Y*A*Y*Y**AA~DTP*439*D8*20260501~", 1).replace("SE*70", "SE*71")
        )
        assert "CLM11 says AA" in finding.message

    def test_levels_choose_what_is_looked_for(self) -> None:
        text = CLAIMS.replace("CLM*RB00001-0000*390*", "CLM*RB00001-0000*391*").replace("SE*70*", "SE*71*")
        assert [one.rule for one in found(text)] == ["X350", "X132"]
        assert [one.rule for one in found(text, frozenset({1}))] == ["X132"]
        assert [one.rule for one in found(text, frozenset({3}))] == ["X350"]


COB = "SBR*S*18*******CI~AMT*D*{claim_paid}~OI***Y***Y~NM1*IL*1*ST CLAIR*PETRA****MI*Z1~NM1*PR*2*FIRST PLAN*****PI*P1~"
DECISIONS = "SVD*P1*{paid}*HC:97110:GP**2~CAS*CO*45*{adjusted}~DTP*573*D8*20260530~"


def secondary(claim_paid: str, paid: str, adjusted: str) -> str:
    """The first claim after another payer decided its first line."""
    text = CLAIMS.replace("LX*1~", COB.format(claim_paid=claim_paid) + "LX*1~", 1)
    text = text.replace("0000L1~", "0000L1~" + DECISIONS.format(paid=paid, adjusted=adjusted), 1)
    return text.replace("SE*70*", "SE*78*")


class TestOtherPayers:
    def test_a_line_accounted_for(self) -> None:
        assert found(secondary("100", "100", "28")) == []

    def test_cents_left_over(self) -> None:
        (finding,) = found(secondary("100", "100", "27.5"))
        assert finding.rule == "X351"
        assert "$0.50 is left over" in finding.message

    def test_the_claims_sum_is_another(self) -> None:
        (finding,) = found(secondary("90", "100", "28"))
        assert finding.rule == "X352"


class TestRemittances:
    @pytest.mark.parametrize(
        ("old", "new", "rule"),
        [
            ("BPR*I*119.34*", "BPR*I*119.35*", "X300"),
            ("*133*77.21*19.29*", "*133*77.22*19.29*", "X301"),
            ("SVC*HC:97110:GP:CQ:KX*64*36.36*", "SVC*HC:97110:GP:CQ:KX*64*36.35*", "X302"),
            ("CAS*CO*45*18.56", "CAS*CO*ZZZ*18.56", "X503"),
            ("CAS*CO*45*18.56", "CAS*CO*999*18.56", "X502"),
            ("CAS*CO*45*18.56", "CAS*CX*45*18.56", "X216"),
            ("LQ*HE*N782", "LQ*HE*N99999", "X503"),
            ("LQ*HE*N782", "LQ*HE*N9999", "X502"),
            ("CLP*RB00001-0000*1*", "CLP*RB00001-0000*77*", "X216"),
            ("PLB*1000000012*20261231*L6:99*-2", "PLB*1000000012*20261231*L6:99*2", "X300"),
        ],
    )
    def test_one_error(self, old: str, new: str, rule: str) -> None:
        assert rule in [told for told, _ in planted(REMITTANCE, old, new)]

    def test_the_technical_contact_is_missing(self) -> None:
        assert [one.rule for one in found(without(REMITTANCE, "PER*BL"))] == ["X202"]

    def test_a_list_that_covers_the_day_says_unknown(self) -> None:
        text = REMITTANCE.replace("20260615", "20240115").replace("*260615*", "*240115*")
        assert "X500" in [told for told, _ in planted(text, "CAS*CO*45*18.56", "CAS*CO*888*18.56")]


def test_nothing_raises_on_files_cut_anywhere() -> None:
    for text in (CLAIMS, REMITTANCE):
        for length in range(0, len(text), 37):
            assert found(text[:length])
