"""Planted errors in a good file: each is found once, at its place, and the good file has none."""

from pathlib import Path

import pytest

from rehabill.base.finding import Finding
from rehabill.x12.check.file import check

FILES = Path(__file__).parents[2] / "examples" / "x12"
CLAIMS = (FILES / "claims.837").read_text().replace("\n", "")
REMITTANCE = (FILES / "remittance.835").read_text().replace("\n", "")


def found(text: str) -> list[Finding]:
    return check([text.encode("latin-1")]).all_findings()


@pytest.mark.parametrize("text", [CLAIMS, REMITTANCE], ids=["837P", "835"])
def test_good_files_have_no_findings(text: str) -> None:
    assert found(text) == []


def planted(text: str, old: str, new: str) -> list[Finding]:
    """What is found when the first `old` after the header becomes `new` (segment counts kept right by the caller)."""
    assert old in text, old
    return found(text.replace(old, new, 1))


class TestEnvelope:
    @pytest.mark.parametrize(
        ("old", "new", "rule", "element"),
        [
            ("SE*70*", "SE*71*", "X132", "SE01"),
            ("SE*70*0001", "SE*70*0002", "X131", "SE02"),
            ("GE*1*", "GE*2*", "X122", "GE01"),
            ("GE*1*1", "GE*1*9", "X121", "GE02"),
            ("IEA*1*", "IEA*3*", "X112", "IEA01"),
            ("IEA*1*000000001", "IEA*1*000000009", "X111", "IEA02"),
            ("*T*:~", "*X*:~", "X114", "ISA15"),
            ("*260615*0800*^", "*261315*0800*^", "X114", "ISA09"),
            ("*260615*0800*^", "*260615*2500*^", "X114", "ISA10"),
            ("GS*HC*", "GS*HP*", "X124", "ST01"),
            ("ST*837*0001*005010X222A1", "ST*837*0001*005010X222", "X135", "ST03"),
        ],
    )
    def test_counts_and_numbers(self, old: str, new: str, rule: str, element: str) -> None:
        told = planted(CLAIMS, old, new)
        assert [(one.rule, one.at.element) for one in told if one.at] == [(rule, element)]

    @pytest.mark.parametrize(("trailer", "rule"), [("SE*", "X130"), ("GE*", "X120"), ("IEA*", "X110")])
    def test_a_missing_trailer(self, trailer: str, rule: str) -> None:
        begins = CLAIMS.index("~" + trailer) + 1
        cut = CLAIMS[:begins] + CLAIMS[CLAIMS.index("~", begins) + 1 :]
        assert rule in {one.rule for one in found(cut)}

    def test_the_same_interchange_twice(self) -> None:
        assert [one.rule for one in found(CLAIMS + CLAIMS)] == ["X113"]

    def test_two_sets_with_one_number(self) -> None:
        body = CLAIMS[CLAIMS.index("ST*") : CLAIMS.index("GE*")]
        assert [one.rule for one in found(CLAIMS.replace("GE*1*", body + "GE*2*"))] == ["X133"]

    def test_a_version_not_known_is_told_and_its_envelope_checked(self) -> None:
        text = CLAIMS.replace("005010X222A1", "005010X999").replace("SE*70", "SE*99")
        assert [one.rule for one in found(text)] == ["X134", "X132"]


class TestStructure:
    @pytest.mark.parametrize(
        ("old", "new", "rule", "loop", "place"),
        [
            ("HL*2*1*22*0~", "HL*2*9*22*0~", "X231", "2000B", "HL02"),
            ("HL*3*1*22*0~", "HL*4*1*22*0~", "X230", "2000B", "HL01"),
            ("HL*1**20*1~", "HL*1**20*0~", "X232", "2000A", "HL04"),
            ("HL*2*1*22*0~", "HL*2*1*22*1~", "X232", "2000B", "HL04"),
            ("NM1*85*2*", "NM1*84*2*", "X216", "2010AA", "NM101"),
            ("REF*EI*990000001~", "REF*XX*990000001~", "X216", "2010AA", "REF01"),
            (":B:1*Y*A*Y*Y~", ":B:7*Y*A*Y*Y~", "X202", "2300", ""),
            (":B:1*Y*A*Y*Y~", ":B:1*Y*A*Y*Y**AA~", "X226", "2300", "CLM11-4"),
        ],
    )
    def test_loops_and_levels(self, old: str, new: str, rule: str, loop: str, place: str) -> None:
        told = planted(CLAIMS, old, new)
        assert (rule, loop, place) in [(one.rule, one.at.loop, one.at.element) for one in told if one.at], told

    @pytest.mark.parametrize(
        ("segment", "loop"),
        [("HI*", "2300"), ("DMG*", "2010BA"), ("SV1*", "2400"), ("DTP*472", "2400"), ("N4*TULSA", "2010AA")],
    )
    def test_a_missing_segment_is_named_with_its_loop(self, segment: str, loop: str) -> None:
        begins = CLAIMS.index("~" + segment) + 1
        cut = CLAIMS[:begins] + CLAIMS[CLAIMS.index("~", begins) + 1 :]
        told = found(cut.replace("SE*70*", "SE*69*"))
        assert [(one.rule, one.at.loop) for one in told if one.at] == [("X202", loop)]

    def test_a_missing_loop_is_named(self) -> None:
        begins = CLAIMS.index("NM1*PR*")
        cut = CLAIMS[:begins] + CLAIMS[CLAIMS.index("~", begins) + 1 :]
        told = found(cut.replace("SE*70*", "SE*69*"))
        assert [one.rule for one in told] == ["X203"]
        assert "2010BB" in told[0].message

    def test_a_segment_of_no_guide(self) -> None:
        told = found(CLAIMS.replace("LX*1~", "LX*1~ZZZ*1~", 1).replace("SE*70*", "SE*71*"))
        assert [one.rule for one in told] == ["X200"]

    def test_a_segment_out_of_order_and_one_too_often(self) -> None:
        swapped = planted(CLAIMS, "N3*1 EXAMPLE ST~N4*TULSA*OK*741030001~", "N4*TULSA*OK*741030001~N3*1 EXAMPLE ST~")
        assert [one.rule for one in swapped] == ["X206"]
        twice = found(CLAIMS.replace("LX*1~", "LX*1~", 1).replace("DMG*D8*", "DMG*D8*19400101*F~DMG*D8*", 1))
        assert "X204" in {one.rule for one in twice}

    def test_more_than_fifty_lines(self) -> None:
        line = "LX*{}~SV1*HC:97110:GP*64*UN*1***1~DTP*472*D8*20260408~"
        lines = "".join(line.format(number) for number in range(5, 60))
        told = found(CLAIMS.replace("SE*70*", lines + f"SE*{70 + 55 * 3}*"))
        assert [one.rule for one in told] == ["X205"]


class TestElements:
    @pytest.mark.parametrize(
        ("old", "new", "rule", "element"),
        [
            ("DMG*D8*19540117*F", "DMG*D8*19540117*X", "X216", "DMG03"),
            ("DMG*D8*19540117*F", "DMG*D8*19540231*F", "X217", "DMG02"),
            ("DTP*472*D8*20260521", "DTP*472*D8*20261321", "X217", "DTP03"),
            ("DTP*472*D8*20260521", "DTP*472*RD8*20260521-20260520", "X217", "DTP03"),
            ("741030001", "7410", "X224", "N403"),
            ("741030001", "74103", "X225", "N403"),
            ("XX*1000000012", "XX*1000000013", "X223", "NM109"),
            ("SV1*HC:97110:GP*128*", "SV1*HC:97110:GP*12.8.0*", "X215", "SV102"),
            ("SV1*HC:97110:GP*128*", "SV1*HC:97110:GP**", "X210", "SV102"),
            ("SV1*HC:97110:GP*", "SV1*XX:97110:GP*", "X216", "SV101-1"),
            ("SV1*HC:97110:GP*", "SV1*HC:97110:GP:1:2:3:4:5:6*", "X221", "SV101"),
            ("UN*2***1:2:3:4~", "UN*2***1:2:3:13~", "X216", "SV107-4"),
            ("UN*2***1:2:3:4~", "UN*2***1:2:3:4~", "", ""),
            ("UN*2***1:2:3:4~", "UN*2***1:2:3:4**~", "X222", ""),
            ("UN*2***1:2:3:4~", "UN*2*11*X*1:2:3:4~", "X219", "SV106"),
            ("NM1*IL*1*ST CLAIR*", f"NM1*IL*1*{'A' * 61}*", "X214", "NM103"),
            ("NM1*IL*1*ST CLAIR*", "NM1*IL*1*ST CL\xc1IR*", "X215", "NM103"),
            ("PER*IC*EDI DESK*TE*5555550102", "PER*IC*EDI DESK*TE*555555010", "X224", "PER04"),
            ("PER*IC*EDI DESK*TE*5555550102", "PER*IC*EDI DESK*TE*5555550102*FX", "X211", "PER05"),
            ("PWK*OZ*BM***AC*ATT00001", "PWK*OZ*BM***AC", "X211", "PWK05"),
            ("PWK*OZ*BM***AC*ATT00001", "PWK*OZ*BM", "X226", "PWK05"),
        ],
    )
    def test_one_wrong_element(self, old: str, new: str, rule: str, element: str) -> None:
        told = planted(CLAIMS, old, new)
        expected = [(rule, element)] if rule else []
        assert [(one.rule, one.at.element) for one in told if one.at][:1] == expected, told

    def test_a_finding_names_place_claim_and_field(self) -> None:
        told = planted(CLAIMS, "SV1*HC:97530:GP*144*UN*2", "SV1*HC:97530:GP*144*UN*X")
        finding = told[0]
        assert finding.at is not None
        assert (finding.at.loop, finding.at.element, finding.at.claim) == ("2400", "SV104", "RB00001-0001")
        assert finding.path == "claims[1].lines[1]"
        assert CLAIMS.encode()[finding.at.byte :].startswith(b"SV1*HC:97530")
        assert "SV104" in finding.message


class TestRemittance:
    @pytest.mark.parametrize(
        ("old", "new", "rule", "element"),
        [
            ("CLP*RB00001-0000*1*", "CLP*RB00001-0000*99*", "X216", "CLP02"),
            ("CAS*CO*45*", "CAS*XX*45*", "X216", "CAS01"),
            ("BPR*I*119.34*C*ACH*CCP", "BPR*I*119.34*C*ACH*", "X226", "BPR05"),
            ("LQ*HE*N782", "LQ*HX*N782", "X216", "LQ01"),
        ],
    )
    def test_one_wrong_element(self, old: str, new: str, rule: str, element: str) -> None:
        told = planted(REMITTANCE, old, new)
        assert [(one.rule, one.at.element) for one in told if one.at][:1] == [(rule, element)], told

    def test_the_technical_contact_is_required(self) -> None:
        begins = REMITTANCE.index("PER*BL")
        cut = REMITTANCE[:begins] + REMITTANCE[REMITTANCE.index("~", begins) + 1 :]
        told = found(cut.replace("SE*47*", "SE*46*"))
        assert [(one.rule, one.at.loop) for one in told if one.at] == [("X202", "1000A")]


def test_an_empty_segment_is_told_and_a_blank_line_is_none() -> None:
    assert [one.rule for one in found(CLAIMS.replace("LX*1~", "LX*1~~", 1))] == ["X109"]
    assert found(CLAIMS.replace("~", "~\n\n")) == []


def test_blank_lines_count_as_nothing_where_the_line_end_is_the_terminator() -> None:
    assert found(CLAIMS.replace("~", "\n\n")) == []


def test_an_envelope_around_nothing_is_told() -> None:
    isa, iea = CLAIMS[:106], "IEA*{}*000000001~"
    empty_group = "GS*HC*A1*B1*20260615*0800*1*X*005010X222A1~GE*0*1~"
    assert [one.rule for one in found(isa + iea.format(0))] == ["X136"]
    assert [one.rule for one in found(isa + empty_group + iea.format(1))] == ["X136"]
    assert found(isa + "TA1*000000009*260614*0800*A*000~" + iea.format(0)) == []
