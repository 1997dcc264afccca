"""One door for whatever comes: each kind of file lands in its own field, and nothing is silent."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabill.edi.read import Contents, read

EXAMPLES = Path(__file__).parents[2] / "examples" / "x12"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "x12"
needs_shared = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"other people's files are not there ({SAMPLES})")

HELD_IN = {
    "837p": "claims", "835": "remittances", "277": "statuses", "276": "status_requests", "271": "eligibility",
    "270": "eligibility_requests",
}  # fmt: skip


def held(contents: Contents) -> list[str]:
    fields = [name for name in HELD_IN.values() if getattr(contents, name)]
    return fields + ["acknowledgments"] * bool(contents.acknowledgments.groups or contents.acknowledgments.batches)


def test_claims_and_remittances_of_one_file() -> None:
    contents = read((EXAMPLES / "claims.837").read_bytes() + (EXAMPLES / "remittance.835").read_bytes())
    assert [one.claim.claim_number for one in contents.claims] == ["RB00001-0000", "RB00001-0001"]
    assert [claim.claim_number for one in contents.remittances for claim in one.claims] == [
        "RB00001-0000",
        "RB00001-0001",
    ]


def test_what_is_no_x12_is_told() -> None:
    assert [finding.rule for finding in read(b"%PDF-1.4").findings] == ["X100"]


@needs_shared
def test_each_kind_of_other_peoples_files_lands_in_its_field() -> None:
    for kind, field in HELD_IN.items():
        for file in sorted((SAMPLES / kind).iterdir()):
            contents = read(file.read_bytes())
            assert held(contents) == [field] or contents.findings, file.name
    for kind in ("999", "997"):
        for file in sorted((SAMPLES / kind).iterdir()):
            assert held(read(file.read_bytes())) == ["acknowledgments"], file.name


@given(st.integers(0, 2_000), st.binary(max_size=20))
def test_a_damaged_file_gives_something_or_says_why(at: int, damage: bytes) -> None:
    data = (EXAMPLES / "claims.837").read_bytes()
    contents = read(data[:at] + damage + data[at + len(damage) :])
    assert held(contents) or contents.findings
