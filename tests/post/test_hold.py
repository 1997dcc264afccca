"""Which files are held, and in what words; what holds none."""

from collections.abc import Callable

import pytest
from tests.edi.remit import PAID, file_of

from rehabill.demo.x12_files import remittance_835
from rehabill.edi.check.file import check_file
from rehabill.edi.remittance_835 import remittances
from rehabill.engine.post.envelope import envelope_findings
from rehabill.engine.post.hold import Held, hold

RIGHT = file_of(*PAID, amount="80")


def held(data: bytes) -> tuple[Held, ...]:
    found, findings = remittances(data)
    return hold(found, [*findings, *envelope_findings([data])])


def put(before: bytes, after: bytes) -> Callable[[bytes], bytes]:
    def changed(data: bytes) -> bytes:
        assert before in data
        return data.replace(before, after, 1)

    return changed


@pytest.mark.parametrize(
    ("spoil", "rule", "words"),
    [
        (put(b"SE*37*", b"SE*36*"), "X132", "segments"),
        (put(b"SE*37*0001", b"SE*37*0002"), "X131", "trailer (SE02)"),
        (put(b"GE*1*1", b"GE*2*1"), "X122", "sets"),
        (put(b"GE*1*1", b"GE*1*7"), "X121", "GE02"),
        (put(b"IEA*1*", b"IEA*3*"), "X112", "groups"),
        (put(b"IEA*1*000000001", b"IEA*1*000000009"), "X111", "IEA02"),
        (put(b"IEA*1*000000001~", b""), "X110", "cut short"),
        (put(b"BPR*I*80", b"BPR*I*81"), "X300", "$1.00 out of balance"),
        (put(b"BPR*I*80*", b"BPR*I*EIGHTY*"), "X310", "is not an amount"),
        (put(b"TRN*1*CHK1001*1512345678~", b""), "X317", "which payment it is cannot be told"),
        (lambda data: data[: len(data) // 2], "X104", "cut short"),
        (lambda data: data[data.index(b"ST*") : data.index(b"GE*")], "X108", "without an envelope"),
        (lambda _: b"HELLO", "X100", "Ask the sender"),
        (put(b"ST*835*", b"ST*999*"), "X315", "holds no remittance"),
    ],
)  # fmt: skip
def test_a_broken_envelope_or_payment_holds_the_file(spoil: Callable[[bytes], bytes], rule: str, words: str) -> None:
    assert held(RIGHT) == ()
    found = held(spoil(RIGHT))
    assert rule in [one.rule for one in found]
    assert any(words in one.why for one in found)
    assert all(one.why.endswith(".") for one in found)


def test_a_file_cut_short_is_told_once_for_file_and_payment() -> None:
    assert [one.rule for one in held(RIGHT[: RIGHT.index(b"SE*")]) if "whole of it" in one.why] == ["X316", "X110"]


def test_the_payment_that_does_not_balance_is_named() -> None:
    """Two payments in one file: the second takes back 10.00 and does not say so in its amount."""
    first = RIGHT.index(b"ST*"), RIGHT.index(b"GE*")
    second = RIGHT[first[0] : first[1]].replace(b"0001", b"0002").replace(b"BPR*I*80", b"BPR*I*70")
    data = RIGHT[: first[1]] + second + RIGHT[first[1] :].replace(b"GE*1*", b"GE*2*")
    assert [(one.rule, one.payment) for one in held(data)] == [("X300", 1)]


@pytest.mark.parametrize(
    "harmless",
    [
        put(b"*100*60**2", b"*100*61**2"),
        put(b"CLP*PT-1*1*150", b"CLP*PT-1*1*151"),
        put(b"SVC*HC:97110", b"SVC*NU:0420"),
        put(b"DTM*472*20260302", b"DTM*472*20261399"),
        put(b"*260401*0800*^", b"*260499*0800*^"),
    ],
    ids=["line out of balance", "claim out of balance", "another code list", "no day", "odd header"],
)  # fmt: skip
def test_what_can_be_posted_holds_nothing(harmless: Callable[[bytes], bytes]) -> None:
    data = harmless(RIGHT)
    assert remittances(data)[1] or envelope_findings([data]) or b"NU:" in data
    assert held(data) == ()


def test_many_sets_and_groups_are_whole() -> None:
    data = b"".join(remittance_835(4_600, 3))
    assert held(data) == ()


@pytest.mark.parametrize("at", range(0, len(RIGHT), 41))
def test_a_file_cut_anywhere_is_held(at: int) -> None:
    assert held(RIGHT[:at])


@pytest.mark.parametrize("at", range(106, len(RIGHT), 23))
def test_the_envelope_alone_finds_what_the_whole_check_finds(at: int) -> None:
    """With a piece of the file missing."""
    data = RIGHT[:at] + RIGHT[at + 40 :]
    whole = [one for one in check_file([data]).all_findings() if one.rule < "X140"]
    alone = envelope_findings([data])
    assert {(one.rule, one.at) for one in alone if one.rule not in ("X115",)} == {
        (one.rule, one.at) for one in whole if one.rule not in ("X115", "X134")
    }
