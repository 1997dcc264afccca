"""What a 999 says of a file: only what it can tell, and always why."""

import datetime as dt
from pathlib import Path

from rehabill.edi.check import check_file
from rehabill.x12.acknowledge import acknowledge_999, reply, ta1

CLAIMS = (Path(__file__).parents[2] / "examples" / "x12" / "claims.837").read_text().replace("\n", "")


def answered(text: str) -> str:
    (received,) = check_file([text.encode()]).interchanges
    return acknowledge_999(received, reply(received, 9, dt.datetime(2026, 6, 16, 8), "T"))


def test_a_good_file_is_accepted() -> None:
    assert "IK5*A~AK9*A*1*1*1~" in answered(CLAIMS)


def test_a_fault_is_told_with_segment_claim_and_element() -> None:
    answer = answered(CLAIMS.replace("SV1*HC:97530:GP*144*UN*2", "SV1*HC:97530:GP*144*UN*X"))
    assert "IK3*SV1*59*2400*8~CTX*CLM01:RB00001-0001~IK4*4**6~IK5*R*5~AK9*R*1*1*0~" in answer


def test_charges_that_do_not_add_up_are_no_matter_of_syntax() -> None:
    assert "IK5*A~AK9*A*1*1*1~" in answered(CLAIMS.replace("CLM*RB00001-0000*390", "CLM*RB00001-0000*391"))


def test_a_group_of_the_wrong_kind_accepts_nothing() -> None:
    assert "AK9*R*1*1*0*1~" in answered(CLAIMS.replace("GS*HC*", "GS*HP*"))


def test_a_ta1_names_the_header_element() -> None:
    (received,) = check_file([CLAIMS.replace("*260615*0800*^", "*261315*0800*^").encode()]).interchanges
    assert "TA1*000000001*261315*0800*R*014~" in ta1(received, reply(received, 9, dt.datetime(2026, 6, 16, 8), "T"))
