"""Other people's 999, 997, 276, 277, 270, 271 and 278 files, counted; and any noise: results or located findings."""

import csv
import functools
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rehabill.base.finding import Finding, Position
from rehabill.edi.acknowledgments import read_acknowledgments, tie
from rehabill.edi.attachment_275 import read_275
from rehabill.edi.authorization_278 import read_278, read_278_requests
from rehabill.edi.eligibility_270 import read_270, read_271
from rehabill.edi.status_276 import read_276, read_277

SHARED = Path(__file__).parents[3] / "shared" / "samples"
KINDS = ("999", "997", "276", "277", "270", "271", "278")
READERS: dict[str, Callable[[bytes], tuple[object, list[Finding]]]] = {
    "acknowledgments": read_acknowledgments, "276": read_276, "277": read_277, "270": read_270, "271": read_271,
    "278": read_278, "278 requests": read_278_requests, "275": read_275,
}  # fmt: skip
PEOPLE = {"Kartik_X12-Parser-Encoder__gainwell_271_redacted.edi": 153}
"""One a set, for the one file with many sets; elsewhere HL segments are counted."""
TOLD = {
    "270/badx12__unknown_segment_error.edi": {"A102", "A104"},
    "276/stupidedi__X212__case__1.edi": {"X103"},
    "278/stupidedi__X217__pass__admission-request-for-review.edi": {"A104"},
    "278/stupidedi__X217__pass__request-for-home-health-care.edi": {"A104"},
    "999/edi-generator__PT_999_seed1_n6.edi": {"A113"},
    "999/edi-generator__PT_999_seed2_n6.edi": {"A113"},
    "999/edi-generator__PT_999_seed3_n6.edi": {"A113"},
    "278/edi-generator__PT_278_seed1_n4.edi": {"A102"},
    "278/edi-generator__PT_278_seed2_n4.edi": {"A102"},
    "278/edi-generator__PT_278_seed3_n4.edi": {"A102"},
}
"""What is wrong with a file: a wrong segment count, text ahead, segments out of place, an error without its code."""


@functools.cache
def expected() -> dict[str, dict[str, str]]:
    path = SHARED / "x12" / "EXPECTED.csv"
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {row["local_path"]: row for row in csv.DictReader(file) if row["kind"] in KINDS}


ABSENT = f"other people's files are not there: {SHARED}"
FILES = sorted(expected()) or [pytest.param("", marks=pytest.mark.skip(ABSENT))]


def count(data: bytes, *texts: bytes) -> int:
    return sum(data.count(text) for text in texts)


def results(kind: str, data: bytes) -> tuple[int, list[Finding]]:
    """How many things people count were read: answers to sets, questions, people."""
    if kind in ("999", "997"):
        answers, findings = read_acknowledgments(data)
        return sum(len(group.sets) for group in answers.groups), findings
    if kind == "277":
        found, findings = read_277(data)
        return sum(len(one.claims) for one in found), findings
    if kind == "278":
        requests, findings = read_278_requests(data)
        decided, more = read_278(data)
        told = [one for one in (*findings, *more) if one.rule not in ("A100", "A105")]
        return len(requests) + len(decided), told
    listed, findings = READERS[kind](data)
    assert isinstance(listed, list)
    return len(listed), findings


def wanted(kind: str, name: str, data: bytes) -> int:
    """The same, counted naively in the bytes."""
    mark = data[data.index(b"ISA") + 3 : data.index(b"ISA") + 4]
    data = data.replace(mark, b"*")
    if kind in ("999", "997"):
        return count(data, b"AK2*")
    if kind in ("276", "277"):
        if kind == "276":
            return count(data, b"TRN*")
        return count(data, b"TRN*2*") - count(data, b"*21*0~")
    if kind == "270":
        return 0 if "badx12" in name else count(data, b"*22*0", b"*23*0")
    if kind == "271":
        failed = count(data, b"*21*0") or int(b"HL*3*" not in data)
        return PEOPLE.get(name) or count(data, b"*22*0", b"*23*0") + failed
    return count(data, b"*EV*")


@pytest.mark.parametrize("path", FILES)
def test_other_peoples_files(path: str) -> None:
    row = expected()[path]
    data = (SHARED / path).read_bytes()
    number, findings = results(row["kind"], data)
    name = path.partition("/")[2]
    assert {finding.rule for finding in findings} == TOLD.get(name, set())
    assert number == wanted(row["kind"], name.partition("/")[2], data)
    for finding in findings:
        assert isinstance(finding.at, Position) and 0 <= finding.at.byte <= len(data)


def harmless(data: bytes) -> None:
    """Every reader gives something it can be written down as, and places that exist."""
    for read in READERS.values():
        found, findings = read(data)
        msgspec.json.encode(found)
        for finding in findings:
            assert isinstance(finding.at, Position) and 0 <= finding.at.byte <= len(data)
            assert finding.message
    msgspec.json.encode(tie(read_acknowledgments(data)[0], data))


@pytest.mark.parametrize("path", FILES)
def test_files_cut_short(path: str) -> None:
    data = (SHARED / path).read_bytes()[:6000]
    for length in range(0, len(data), max(len(data) // 25, 1)):
        harmless(data[:length])


ISA = b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260309*0800*^*00501*000000007*0*T*:~"
PIECES = [
    "ST*999*0001*005010X231A1", "ST*997*0001", "ST*277*0001*005010X214", "ST*277*0002*005010X212", "ST*277*0003",
    "ST*271*0001*005010X279A1", "ST*270*1*005010X279A1", "ST*276*1*005010X212", "ST*278*1*005010X217",
    "ST*275*1*005010X210", "ST*837*0001*005010X222A1", "GS*FA*A*B*20260309*0800*1*X*005010X231A1", "GE*1*1",
    "IEA*1*7", "BHT*0085*08*R*20260309*0800*TH", "BHT*0010*08*R*20260309*0800*DG", "BHT*0022*11*R*20260309*0800",
    "BHT*0007*11*R*20260309*0800", "BHT*0007*13*R*20260309*0800", "BHT*0019*00*R*20260309*0800*CH",
    "BGN*02*A*20260309", "HL*1**20*1", "HL*2*1*21*1", "HL*3*2*19*1", "HL*3*2*22*0", "HL*4*3*PT", "HL*4*3*22*1",
    "HL*5*4*23*0", "HL*4*3*EV*0", "HL*5*4*SS*0", "NM1*PR*2*P*****PI*1", "NM1*AY*2*P*****46*1", "NM1*41*2*S*****46*1",
    "NM1*85*2*B*****XX*1222222220", "NM1*1P*2*B*****XX*1222222220", "NM1*QC*1*L*F****MI*1", "NM1*IL*1*L*F****MI*1",
    "NM1*X3*2*P*****PI*1", "TRN*1*A", "TRN*2*A", "TRN*2", "STC*A2:20*20260309*WQ*10", "STC*A7:164:IL*2026*U*x", "STC",
    "STC*::*", "QTY*90*1", "QTY*AA*x", "AMT*YU*1", "AMT*YY*.", "REF*1K*1", "REF*FJ*A-1", "REF*EJ*A", "REF",
    "DTP*472*D8*20260230", "DTP*472*RD8*20260301-20260302", "DTP*050*D8*20260309", "DTP", "SVC*HC:97110*10*5****1",
    "SVC", "EB*1**30", "EB*F**PT^AE***23***VS*12", "EB*A*****29**.5", "EB", "HSD*VS*x", "HSD*VS*2*WK*1*35*6",
    "MSG*30 VISITS LEFT", "LS*2120", "LE*2120", "AAA*N**72*C", "AAA", "INS*N*19", "DMG*D8*19991301*F", "EQ*30^PT",
    "III*ZZ*11", "UM*HS*I*PT*11:B", "HCR*A1*AUTH", "HCR", "SV1*HC:97110**UN*2", "HI*ABK:M5450", "AK1*HC*1",
    "AK2*837*0001", "IK3*SV1*3*2400*8", "IK3*SV1*x", "IK4*1:2*1*7*V", "IK4", "CTX*CLM01:A",
    "CTX*SITUATIONAL TRIGGER*CLM*3**5:3", "CTX", "IK5*R*5", "IK5", "AK9*P*1*1*0", "AK9",
    "TA1*000000007*260309*0800*R*001", "TA1", "SE*9*0001", "LX*1", "CLM*A*10***11:B:1", "BIN*3*a*b", "BIN*99*a",
    "CAT*PN*TX", "EFI*05", "1", "", "É*Ñ",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.binary(max_size=20))
@example(["ST*277*0001*005010X214", "STC*A2:20"], b"")
@example(["ST*275*1*005010X210", "LX*1", "BIN"], b"")
@example(["AK9"], b"")
def test_segments_in_any_order(pieces: list[str], noise: bytes) -> None:
    harmless(ISA + "~".join(pieces).encode("latin-1") + noise)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    harmless(data)
    harmless(ISA + data)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(expected()) or [""]), st.integers(0, 3000), st.binary(min_size=1, max_size=4))
def test_spoiled_files(path: str, place: int, noise: bytes) -> None:
    if not path:
        pytest.skip(ABSENT)
    data = (SHARED / path).read_bytes()[:4000]
    harmless(data[:place] + noise + data[place + len(noise) :])
