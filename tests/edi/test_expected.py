"""Other people's files: counts, charges, payments, balances and trailers as `EXPECTED.csv` has them.

The one difference is explained in `docs/x12/README.md`.
"""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from rehabill.base.finding import Finding
from rehabill.edi.check import check_file
from rehabill.edi.read_837p import read_837p
from rehabill.edi.remittance_835 import remittances

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"other people's files are not there ({SAMPLES})")

WITHOUT_EXPECTATION = "x12/835/edi-835-parser__blue_cross_nc_sample.txt"
"""A set that lost its envelope: the list has no figures for it, we read one claim."""

Row = dict[str, str]


def rows() -> list[Row]:
    if not SAMPLES.is_dir():
        return []
    with (SAMPLES / "x12" / "EXPECTED.csv").open() as lines:
        return list(csv.DictReader(lines))


def data(row: Row) -> bytes:
    return (SAMPLES / row["local_path"]).read_bytes()


def cents(text: str) -> int:
    return int(Decimal(text or "0") * 100)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["local_path"].rpartition("/")[2])
def test_trailers_and_balances(row: Row) -> None:
    told = {finding.rule for finding in check_file([data(row)]).all_findings()}
    wrong = {
        "se_count_ok": {"X132"}, "control_ok": {"X111", "X121", "X131"}, "clp_balance": {"X301"},
        "svc_balance": {"X350"} if row["kind"] == "837p" else {"X302"}, "bpr_balance": {"X300"},
    }  # fmt: skip
    for column, rules in wrong.items():
        if row[column] and row["kind"] != "837i":
            assert (row[column][0] == "y") == told.isdisjoint(rules), column


@pytest.mark.parametrize("row", [row for row in rows() if row["kind"] == "835"], ids=lambda row: row["local_path"])
def test_remittances(row: Row) -> None:
    found, _ = remittances(data(row))
    claims = [claim for one in found for claim in one.claims]
    got = (
        len(claims),
        sum(claim.charge_cents for claim in claims),
        sum(claim.paid_cents for claim in claims),
        sum(one.amount_cents for one in found),
    )
    if row["local_path"] == WITHOUT_EXPECTATION:
        assert got == (1, 210_000, 192_286, 192_286)
    else:
        assert got == (int(row["n_claims"]), *(cents(row[name]) for name in ("total_charge", "total_paid", "bpr")))


@pytest.mark.parametrize("row", [row for row in rows() if row["kind"] == "837p"], ids=lambda row: row["local_path"])
def test_claims(row: Row) -> None:
    faults: list[Finding] = []
    claims = list(read_837p([data(row)], faults))
    assert len(claims) == int(row["n_claims"])
    assert sum(claim.total_cents or 0 for claim in claims) == cents(row["total_charge"])
