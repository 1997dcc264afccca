"""What is wrong with a remittance apart from its money: days, codes, provider numbers; each beside what is right."""

from pathlib import Path

import pytest

from rehabill.base.finding import Finding
from rehabill.edi.check import check_file

REMITTANCE = (Path(__file__).parents[2] / "examples" / "x12" / "remittance.835").read_text().replace("\n", "")


def found(text: str) -> list[Finding]:
    return check_file([text.encode("latin-1")]).all_findings()


def planted(old: str, new: str, text: str = REMITTANCE) -> list[tuple[str, str, str]]:
    assert old in text, old
    return [(one.rule, one.at.element, one.path) for one in found(text.replace(old, new, 1)) if one.at]


def with_lines(*lines: str) -> str:
    """The file with these segments behind its first claim's second line, counted."""
    more = "".join(f"{line}~" for line in lines)
    return REMITTANCE.replace("CLP*RB00001-0001", more + "CLP*RB00001-0001").replace("SE*47*", f"SE*{47 + len(lines)}*")


LINE = "claims[0].lines[0]"


class TestServices:
    @pytest.mark.parametrize(
        ("old", "new", "rule", "element", "path"),
        [
            ("SVC*HC:97110:GP:CQ", "SVC*HC:9711:GP:CQ", "X520", "SVC01-2", f"{LINE}.code"),
            ("SVC*HC:97110:GP:CQ", "SVC*HC:971100:GP:CQ", "X520", "SVC01-2", f"{LINE}.code"),
            ("SVC*HC:97110:GP:CQ", "SVC*HC:97110:G!:CQ", "X524", "SVC01-3", f"{LINE}.modifiers"),
            ("SVC*HC:97110:GP:CQ", "SVC*HC:97110:GP:cq", "X524", "SVC01-4", f"{LINE}.modifiers"),
            ("36.36**1~", "36.36**1*HC:9753O~", "X520", "SVC06-2", f"{LINE}.submitted"),
            ("36.36**1~", "36.36**1*HC:97530:G?~", "X524", "SVC06-3", f"{LINE}.submitted"),
        ],
    )
    def test_what_is_no_procedure_or_modifier(self, old: str, new: str, rule: str, element: str, path: str) -> None:
        assert planted(old, new) == [(rule, element, path)]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("SVC*HC:97110:GP:CQ", "SVC*HC:99213:25"),  # not in our table, but a payer's word
            ("SVC*HC:97110:GP:CQ", "SVC*HC:G0283:GP:59"),
            ("SVC*HC:97110:GP:CQ", "SVC*HC:0552T"),
            ("36.36**1~", "36.36**1*HC:97530:GP~"),
            ("SVC*HC:97110:GP:CQ:KX*", "SVC*NU:0420*"),
        ],
    )
    def test_what_is_one(self, old: str, new: str) -> None:
        assert planted(old, new) == []


class TestDays:
    @pytest.mark.parametrize(
        ("old", "new", "rule", "path"),
        [
            ("DTM*472*20260322", "DTM*472*20260618", "X306", f"{LINE}.first_day"),  # paid on the 17th
            ("DTM*472*20260322", "DTM*472*20360322", "X306", f"{LINE}.first_day"),
            ("DTM*232*20260322", "DTM*232*20270322", "X306", "claims[0].statement_from"),
            ("DTM*233*20260322", "DTM*233*20270322", "X306", "claims[0].statement_to"),
            ("DTM*050*20260601", "DTM*050*20260718", "X306", "claims[0].received"),
            ("DTM*472*20260322", "DTM*472*18500322", "X307", f"{LINE}.first_day"),
            ("DTM*232*20260322", "DTM*232*19060322", "X307", "claims[0].statement_from"),
            ("DTM*233*20260322", "DTM*233*20260321", "X308", "claims[0].statement_to"),
        ],
    )
    def test_a_day_that_cannot_be(self, old: str, new: str, rule: str, path: str) -> None:
        assert planted(old, new) == [(rule, "DTM02", path)]

    def test_a_service_that_ends_before_it_begins(self) -> None:
        wrong = "DTM*150*20260322~DTM*151*20260320"
        text = REMITTANCE.replace("SE*47*", "SE*48*")
        assert planted("DTM*472*20260322", wrong, text) == [("X308", "DTM02", f"{LINE}.last_day")]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("DTM*472*20260322", "DTM*472*20260617"),  # the day of the payment
            ("DTM*472*20260322", "DTM*472*20140322"),  # a long dispute
            ("DTM*472*20260322", "DTM*472*19900101"),
            ("DTM*233*20260322", "DTM*233*20260715"),  # equipment rented by the month, in advance
            ("DTM*232*20260322~DTM*233*20260322", "DTM*233*20260322~DTM*232*20260322"),
        ],
    )
    def test_a_day_that_may_be(self, old: str, new: str) -> None:
        assert planted(old, new) == []

    def test_each_line_has_a_beginning_of_its_own(self) -> None:
        text = REMITTANCE.replace("DTM*472*20260322", "DTM*150*20260322", 1).replace(
            "DTM*472*20260322", "DTM*151*20260320", 1
        )
        assert found(text) == []

    def test_a_service_to_come_is_priced_in_advance(self) -> None:
        text = REMITTANCE.replace("DTM*472*20260323", "DTM*472*20260923")
        assert [one.rule for one in found(text)] == ["X306"]
        assert found(text.replace("CLP*RB00001-0001*1*", "CLP*RB00001-0001*25*")) == []


class TestPayment:
    @pytest.mark.parametrize("day", ["18500617", "20240615", "20270701", "20990617"])
    def test_a_payment_far_from_its_file(self, day: str) -> None:
        assert planted("*20260617~", f"*{day}~") == [("X309", "BPR16", "payment_date")]

    @pytest.mark.parametrize("day", ["20260601", "20260801", "20250701", "20270601"])
    def test_a_transfer_dated_ahead_or_a_file_made_later(self, day: str) -> None:
        assert planted("*20260617~", f"*{day}~") == []

    def test_a_file_sent_again_years_later(self) -> None:
        """By the day it was made (DTM*405), not by the day of the new envelope."""
        assert found(REMITTANCE.replace("*20260615*0800*1*X", "*20290615*0800*1*X")) == []

    def test_a_payment_far_off_moves_no_other_limit(self) -> None:
        text = REMITTANCE.replace("*20260617~", "*20990617~")
        assert ("X306", "DTM02", f"{LINE}.first_day") in planted("DTM*472*20260322", "DTM*472*20300322", text)


class TestProvider:
    def test_a_number_like_an_npi_with_a_wrong_digit(self) -> None:
        assert planted("PLB*1000000012", "PLB*1000000013") == [("X320", "PLB01", "provider_adjustments[0].provider_id")]

    def test_in_the_summary_too(self) -> None:
        text = REMITTANCE.replace("SE*47*", "SE*48*")
        assert planted("LX*1~", "LX*1~TS3*1000000013*11*20261231*2*197~", text) == [("X320", "TS301", "")]
        assert planted("LX*1~", "LX*1~TS3*1000000012*11*20261231*2*197~", text) == []

    @pytest.mark.parametrize("number", ["990000001", "PROV-77", "3000000013"])
    def test_a_payers_own_number(self, number: str) -> None:
        assert planted("PLB*1000000012", f"PLB*{number}") == []

    def test_a_payee_without_npi_may_have_any_number(self) -> None:
        text = REMITTANCE.replace("*XX*1000000012~", "*FI*990000001~")
        assert planted("PLB*1000000012", "PLB*1000000013", text) == []

    @pytest.mark.parametrize("day", ["18501231", "20091231", "20281231"])
    def test_a_fiscal_year_that_cannot_be(self, day: str) -> None:
        assert planted("*20261231*L6", f"*{day}*L6") == [("X321", "PLB02", "provider_adjustments[0].fiscal_year_end")]

    @pytest.mark.parametrize("day", ["20260630", "20270331", "20191231"])
    def test_a_fiscal_year_that_may_be(self, day: str) -> None:
        assert planted("*20261231*L6", f"*{day}*L6") == []

    def test_reasons(self) -> None:
        assert planted("*L6:99*", "*ZZ:99*") == [("X216", "PLB03-1", "")]
        for reason in ("WO", "FB", "72", "CS", "J1", "50", "AP"):
            assert planted("*L6:99*", f"*{reason}:99*") == []


class TestReasons:
    """The lists of reasons reach to June 2024."""

    EARLY = (
        REMITTANCE.replace("20260322", "20231101").replace("20260323", "20231101").replace("20260601", "20231110")
        .replace("20260615", "20240115").replace("20260617", "20240117").replace("20261231", "20241231")
    )  # fmt: skip

    def test_a_code_before_its_first_day(self) -> None:
        assert found(self.EARLY) == []
        assert planted("LQ*HE*N782", "LQ*HE*N893", self.EARLY) == [("X504", "LQ02", LINE)]
        (finding,) = found(self.EARLY.replace("LQ*HE*N782", "LQ*HE*N893", 1))
        assert "begins on 2024-03-01" in finding.message

    def test_from_its_first_day(self) -> None:
        on = self.EARLY.replace("*20240115*0800*1*X", "*20240301*0800*1*X")
        assert planted("LQ*HE*N782", "LQ*HE*N893", on) == []
        before = self.EARLY.replace("*20240115*0800*1*X", "*20240229*0800*1*X")
        assert planted("LQ*HE*N782", "LQ*HE*N893", before) == [("X504", "LQ02", LINE)]

    def test_a_code_of_no_list_and_one_that_has_ended(self) -> None:
        assert planted("LQ*HE*N782", "LQ*HE*N9999", self.EARLY) == [("X500", "LQ02", LINE)]
        assert planted("CAS*CO*45*", "CAS*CO*15*", self.EARLY) == [("X501", "CAS02", LINE)]
        (finding,) = found(self.EARLY.replace("CAS*CO*45*", "CAS*CO*15*", 1))
        assert "ended on 2018-05-01" in finding.message


class TestMoneyOfClaimsThatRunTogether:
    def without(self, segment: str, which: int) -> str:
        begin = -1
        for _ in range(which):
            begin = REMITTANCE.index("~" + segment, begin + 1)
        text = REMITTANCE[:begin] + REMITTANCE[REMITTANCE.index("~", begin + 1) :]
        return text.replace("SE*47*", "SE*46*")

    @pytest.mark.parametrize("segment", ["CLP*", "SVC*"])
    def test_of_a_claim_without_its_beginning_no_balance_is_told(self, segment: str) -> None:
        assert [one.rule for one in found(self.without(segment, 2))] == ["X202"]

    def test_of_the_other_claims_it_is(self) -> None:
        text = self.without("SVC*", 2).replace("64*40.13*0*12", "64*40.12*0*12")
        assert sorted(one.rule for one in found(text)) == ["X202", "X300", "X301"]
