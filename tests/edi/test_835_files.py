"""Remittance files of others, broken files, any cut, any separators, any bytes; and a plain second reader."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.edi.remit import PAID, file_of, sums

from rehabill.base.finding import Finding
from rehabill.demo.x12_files import remittance_835
from rehabill.edi.remittance_835 import Event, claim_difference, line_difference, read_835, remittances
from rehabill.model.remittance import RemittanceClaim, RemittanceEnd, RemittanceHeader
from rehabill.x12 import values

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
EXPECTED: list[dict[str, str]] = []
if (SAMPLES / "x12" / "EXPECTED.csv").exists():
    with (SAMPLES / "x12" / "EXPECTED.csv").open(newline="") as file:
        EXPECTED = [row for row in csv.DictReader(file) if row["kind"] == "835"]
needs_samples = pytest.mark.skipif(not EXPECTED, reason="the published samples are not beside this checkout")

DEMO = b"".join(remittance_835(60, 3))

# Faults of the samples themselves, each looked at; the rest have none.
KNOWN = {
    # the procedure stands in two elements instead of two components
    "LinuxForHealth_x12__835_005010X221A1__cob-contractural-adjustment.835": {"X312"},
    "LinuxForHealth_x12__835_005010X221A1__secondary-payment.835": {"X312"},
    "LinuxForHealth_x12__835_005010X221A1__tertiary-payment.835": {"X312", "X302", "X303"},
    # the payment's date is the 16th of a 23rd month
    "LinuxForHealth_x12__835_005010X221A1__managed-care.835": {"X311"},
    # no envelope; a line without amounts
    "edi-835-parser__blue_cross_nc_sample.txt": {"X108", "X312"},
    # the line is another claim's
    "EdiFabric_X12.NET__Custom835.txt": {"X300", "X301", "X303"},
    # every adjustment stands once at the line and once more at the claim; PLB with the wrong sign
    "edi-generator__PT_835_seed1_n8.edi": {"X300", "X301"},
    "edi-generator__PT_835_seed2_n8.edi": {"X300", "X301"},
    "edi-generator__PT_835_seed3_n8.edi": {"X300", "X301"},
    # words before the interchange; two PLB that the payment leaves out
    "stupidedi__X221__case__1.edi": {"X103"},
    "stupidedi__X221__case__2.edi": {"X103"},
    "stupidedi__X221__case__3a.edi": {"X103", "X300"},
}


def balance(findings: list[Finding], rule: str) -> str:
    """As EXPECTED.csv writes it."""
    count = sum(finding.rule == rule for finding in findings)
    return "y" if not count else "n" if rule == "X300" else f"n({count})"


@needs_samples
@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: Path(row["local_path"]).name)
def test_published_samples(row: dict[str, str]) -> None:
    path = SAMPLES / row["local_path"]
    found, findings = remittances(path.read_bytes())
    assert {finding.rule for finding in findings} == KNOWN.get(path.name, set())
    claims = [claim for remittance in found for claim in remittance.claims]
    if row["parse_ok"] != "y":  # the one without an envelope: its publisher says what it holds
        assert (len(claims), claims[0].paid_cents, found[0].amount_cents) == (1, 192286, 192286)
        return
    assert len(found) == int(row["n_st"])
    assert len(claims) == int(row["n_claims"])
    assert sum(claim.charge_cents for claim in claims) == Decimal(row["total_charge"]) * 100
    assert sum(claim.paid_cents for claim in claims) == Decimal(row["total_paid"]) * 100
    assert sum(remittance.amount_cents for remittance in found) == Decimal(row["bpr"]) * 100
    assert balance(findings, "X301") == row["clp_balance"]
    assert balance(findings, "X302") == row["svc_balance"]
    assert balance(findings, "X300") == row["bpr_balance"]


# ---- one right file, however it comes


def test_the_demonstration_file_is_clean_and_says_what_a_plain_reader_says() -> None:
    found, findings = remittances(DEMO)
    assert findings == []
    plain = sums(DEMO)
    claims = [claim for remittance in found for claim in remittance.claims]
    assert len(claims) == plain["claims"]
    assert sum(claim.charge_cents for claim in claims) == plain["charge"] * 100
    assert sum(claim.paid_cents for claim in claims) == plain["paid"] * 100
    assert sum(one.cents for remittance in found for one in remittance.provider_adjustments) == plain["moved"] * 100
    lines = [line for claim in claims for line in claim.lines]
    told = [one for part in (*claims, *lines) for one in part.adjustments]
    assert sum(one.cents for one in told) == plain["adjusted"] * 100
    assert not any(map(claim_difference, claims)) and not any(map(line_difference, lines))


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def read(data: bytes, size: int) -> tuple[list[Event], list[Finding]]:
    findings: list[Finding] = []
    return list(read_835(cut(data, size), findings)), findings


@pytest.mark.parametrize("size", [1, 2, 7, 100, 5000])
def test_chunks_of_any_size_give_the_same(size: int) -> None:
    broken = DEMO.replace(b"*GP*", b"*G~", 1).replace(b"CAS*PR*2*", b"CAS*PR*2*1", 3).replace(b"DTM*050", b"DTM*05", 2)
    for data in (DEMO[:20000], broken[:20000]):
        assert read(data, size) == read(data, len(data))


def places(events: list[Event]) -> list[Event]:
    """Without bytes, which noise moves."""
    return [
        type(event)(**{name: getattr(event, name) for name in event.__struct_fields__ if name != "source"}, source=None)
        if not isinstance(event, RemittanceEnd) else event
        for event in events
    ]  # fmt: skip


@given(
    marks=st.lists(st.sampled_from("*|:>+!%#;\x1d\x1e\x1f\xa7"), min_size=3, max_size=3, unique=True),
    end=st.sampled_from(["", "\n", "\r\n", "\r", "\n\n"]), size=st.integers(1, 3000),
)  # fmt: skip
@settings(max_examples=60)
def test_any_separators_and_line_ends_give_the_same(marks: list[str], end: str, size: int) -> None:
    body = [*PAID, "CLP*B*1*10*9", "SVC*HC:97110*10*9", "CAS*CO*45*2"]
    usual, told = read(file_of(*body, amount="89", plb=("PLB*1*20261231*WO:X*1",)), 10**6)
    events, findings = read(
        file_of(*body, amount="89", plb=("PLB*1*20261231*WO:X*1",), marks="".join(marks), end=end), size
    )
    assert places(events) == places(usual)
    assert [(one.rule, one.path, one.message) for one in findings] == [
        (one.rule, one.path, one.message) for one in told
    ]
    assert [one.at.number for one in findings if one.at] == [one.at.number for one in told if one.at]


def test_forgetting_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = remittances(DEMO)
    for module in ("x12.values", "edi.p835.facts"):
        monkeypatch.setattr(f"rehabill.{module}.REMEMBERED", 3)
    assert remittances(DEMO) == expected
    assert values.REMEMBERED == 3


# ---- wrong files


def test_a_file_cut_at_any_byte_never_raises_and_always_tells() -> None:
    data = file_of(*PAID, *(one.replace("PT-1", "PT-2") for one in PAID), amount="160")
    whole = data.index(b"SE*")
    for end in range(len(data)):
        found, findings = remittances(data[:end])
        assert findings or end >= whole, end
        if data.index(b"ST*") + 8 < end < whole:
            assert "X316" in {one.rule for one in findings} and not found[0].complete


@given(st.binary(max_size=300))
def test_any_bytes_give_a_result_or_a_fault(data: bytes) -> None:
    found, findings = remittances(data)
    assert found or findings


NAMES = [
    "ST", "SE", "GS", "GE", "ISA", "IEA", "BPR", "TRN", "N1", "N3", "N4", "PER", "REF", "DTM", "LX", "CLP", "CAS",
    "NM1", "MOA", "MIA", "AMT", "QTY", "SVC", "LQ", "PLB", "ZZZ", "TS3",
]  # fmt: skip
TEXTS = [
    "", "1", "22", "835", "PR", "PE", "QC", "82", "472", "405", "6R", "B6", "CO", "45", "HC:97110:GP", "HC", "-5",
    "1.5", "x", "20260302", "20269999", "PEÑA", "\xff", ":", "::::::::::", "9" * 30, "²", "1e5", ".",
]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.lists(st.sampled_from(TEXTS), max_size=22)), max_size=40))
@settings(max_examples=400)
def test_any_segments_in_any_order_give_results_and_faults(parts: list[tuple[str, list[str]]]) -> None:
    body = ["*".join((name, *elements)) for name, elements in parts]
    data = file_of(*PAID, *(one.encode().decode("latin-1") for one in body), amount="80")
    findings: list[Finding] = []
    headers = ends = claims = 0
    for event in read_835(cut(data, 500), findings):
        headers += isinstance(event, RemittanceHeader)
        ends += isinstance(event, RemittanceEnd)
        claims += isinstance(event, RemittanceClaim)
        if isinstance(event, RemittanceClaim):
            assert data[event.source.byte :].startswith(b"CLP")
    assert headers == ends >= 1 and claims >= 1
    assert all(one.message and "{" not in one.message for one in findings)


def test_memory_stays_flat() -> None:
    """What the reader holds at any time is a few batches, not the file."""
    import tracemalloc

    block = DEMO[DEMO.index(b"CLP") : DEMO.index(b"PLB" if b"PLB" in DEMO else b"SE*")]
    start = DEMO[: DEMO.index(b"CLP")]

    def peak(times: int) -> int:
        findings: list[Finding] = []
        tracemalloc.start()
        for _ in read_835((start, *(block for _ in range(times))), findings):
            pass
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    assert peak(60) < peak(20) * 1.2
