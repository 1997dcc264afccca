"""Headers of interchanges and groups: what cannot be in them, what may, and the codes of TA1 and 999 that say so."""

import datetime as dt
from pathlib import Path

import pytest

from rehabill.x12.acknowledge import acknowledge_999, reply, ta1
from rehabill.x12.check.file import check

CLAIMS = (Path(__file__).parents[2] / "examples" / "x12" / "claims.837").read_text().replace("\n", "")
GS = "GS*HC*REHABDEMOSENDER*REHABDEMORECEIV*20260615*0800*1*X*005010X222A1~"
NOW = dt.datetime(2026, 6, 16, 8)


def told(text: str) -> list[tuple[str, str]]:
    return [(one.rule, one.at.element) for one in check([text.encode("latin-1")]).all_findings() if one.at]


def with_group(gs: str) -> str:
    assert GS in CLAIMS
    return CLAIMS.replace(GS, gs)


def answers(text: str) -> tuple[str, str]:
    """TA105 of the TA1; AK901 and the codes behind the counts of the 999."""
    (received,) = check([text.encode("latin-1")]).interchanges
    envelope = reply(received, 9, NOW, "T")
    note = ta1(received, envelope).partition("~TA1*")[2].partition("~")[0].split("*")[4]
    ak9 = acknowledge_999(received, envelope).partition("~AK9*")[2].partition("~")[0].split("*")
    return note, "*".join([ak9[0], *ak9[4:]])


class TestGroup:
    @pytest.mark.parametrize(
        ("old", "new", "element"),
        [
            ("*REHABDEMOSENDER*REHAB", "**REHAB", "GS02"),
            ("*REHABDEMORECEIV*2026", "* *2026", "GS03"),
            ("*20260615*", "*20260631*", "GS04"),
            ("*20260615*", "*260615*", "GS04"),
            ("*20260615*", "**", "GS04"),
            ("*0800*1*", "*2400*1*", "GS05"),
            ("*0800*1*", "*8:00*1*", "GS05"),
            ("*X*005010", "*T*005010", "GS07"),
            ("*X*005010", "**005010", "GS07"),
        ],
    )
    def test_an_element_that_cannot_be(self, old: str, new: str, element: str) -> None:
        assert old in GS
        text = with_group(GS.replace(old, new))
        assert told(text) == [("X125", element)]
        assert answers(text) == ("024", "A")

    @pytest.mark.parametrize(
        ("old", "new"), [("*0800*1*", "*080059*1*"), ("*0800*1*", "*08005999*1*"), ("*REHABDEMOSENDER*", "*A B 7*")]
    )
    def test_what_may_be(self, old: str, new: str) -> None:
        assert told(with_group(GS.replace(old, new))) == []

    @pytest.mark.parametrize("number", ["", "A1", "1234567890", "-1"])
    def test_a_number_that_is_none(self, number: str) -> None:
        text = with_group(GS.replace("*1*X*", f"*{number}*X*")).replace("GE*1*1~", f"GE*1*{number}~")
        assert told(text) == [("X126", "GS06")]
        assert answers(text) == ("000", "R*6")

    @pytest.mark.parametrize("number", ["1", "000000001", "123456789"])
    def test_numbers(self, number: str) -> None:
        assert told(with_group(GS.replace("*1*X*", f"*{number}*X*")).replace("GE*1*1~", f"GE*1*{number}~")) == []

    def test_a_version_not_known_is_told_once(self) -> None:
        assert told(with_group(GS.replace("X222A1", "X222A9"))) == [("X135", "ST03")]


class TestInterchange:
    @pytest.mark.parametrize("mark", ["U", "0", " ", ":", "a"])
    def test_a_repetition_separator_that_is_none(self, mark: str) -> None:
        text = CLAIMS.replace("*0800*^*00501*", f"*0800*{mark}*00501*")
        assert told(text) == [("X114", "ISA11")]
        assert answers(text)[0] == "016"

    @pytest.mark.parametrize("mark", ["^", "!", "\x1f", "{"])
    def test_other_repetition_separators(self, mark: str) -> None:
        assert told(CLAIMS.replace("*0800*^*00501*", f"*0800*{mark}*00501*")) == []

    def test_the_standard_of_old_versions(self) -> None:
        old = CLAIMS.replace("*0800*^*00501*", "*0800*U*00401*").replace("005010X222A1", "004010X098A1")
        assert told(old) == [("X134", "ST01")]  # the guide is not known, the header is right

    @pytest.mark.parametrize("day", ["260231", "260000", "26061 ", "261315"])
    def test_a_day_that_is_none(self, day: str) -> None:
        text = CLAIMS.replace("*260615*0800*^", f"*{day}*0800*^")
        assert told(text) == [("X114", "ISA09")]
        assert answers(text)[0] == "014"

    def test_a_leap_day(self) -> None:
        assert told(CLAIMS.replace("*260615*0800*^", "*240229*0800*^")) == []

    def test_versions_of_interchange_and_group(self) -> None:
        text = CLAIMS.replace("*0800*^*00501*", "*0800*U*00401*")
        assert told(text) == [("X128", "GS08")]
        assert answers(text) == ("000", "E*2")

    @pytest.mark.parametrize("mark", ["*", "A", " "])
    def test_a_component_separator_that_is_none_leaves_the_file_unread(self, mark: str) -> None:
        assert ("X101", "") in told(CLAIMS.replace("*T*:~", f"*T*{mark}~"))


def test_a_time_that_is_none_is_told_once() -> None:
    bht = "BHT*0019*00*000001*20260615*{}*CH~"
    assert told(CLAIMS.replace(bht.format("0800"), bht.format("2561"))) == [("X218", "BHT05")]
    assert told(CLAIMS.replace(bht.format("0800"), bht.format("2359"))) == []
