"""The generated files: the same each time, balanced, and what pyx12 (which checks structure, not money) accepts."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyx12.params import ParamsBase
from pyx12.x12n_document import x12n_document

from rehabill.demo.people import mbi, npi
from rehabill.demo.x12_files import claims_837p, remittance_835

Writer = Callable[[int, int], Iterator[bytes]]
both = pytest.mark.parametrize(("write", "mark"), [(remittance_835, b"~CLP*"), (claims_837p, b"~CLM*")])


@both
@pytest.mark.parametrize("count", [0, 1, 2, 499, 501, 1_003])
def test_as_many_claims_as_asked_for(write: Writer, mark: bytes, count: int) -> None:
    assert b"".join(write(count, 3)).count(mark) == count


@both
def test_the_same_each_time_and_another_with_another_seed(write: Writer, mark: bytes) -> None:
    assert b"".join(write(40, 3)) == b"".join(write(40, 3)) != b"".join(write(40, 4))


@both
def test_pyx12_finds_nothing_wrong(write: Writer, mark: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"".join(write(520, 5)))
    assert x12n_document(param=ParamsBase(), src_file=str(path), fd_997=io.StringIO(), fd_html=None)


def test_every_set_of_an_835_balances_by_the_oracle(oracle: Any) -> None:
    for payment in oracle.remittances(b"".join(remittance_835(1_600, 9))):
        taken = sum(amount for _, amount in payment["plb"])
        assert payment["paid"] == sum(claim["paid"] for claim in payment["claims"]) - taken
        for claim in payment["claims"]:
            assert len(claim["lines"]) == 4
            adjusted = [amount for owner in (claim, *claim["lines"]) for *_, amount in owner["cas"]]
            assert claim["charge"] - sum(adjusted) == claim["paid"]
            for line in claim["lines"]:
                assert line["charge"] - sum(amount for *_, amount in line["cas"]) == line["paid"]


def test_every_claim_of_an_837p_balances_by_the_oracle(oracle: Any) -> None:
    for claim in oracle.claims(b"".join(claims_837p(1_100, 9))):
        assert len(claim["lines"]) == 4
        assert claim["charge"] == sum(line["charge"] for line in claim["lines"])
        for line in claim["lines"]:
            for svd in line["svd"]:
                assert line["charge"] == svd["paid"] + sum(amount for *_, amount in svd["cas"])
        for other in claim["others"]:
            assert other["amt"]["D"] == sum(svd["paid"] for line in claim["lines"] for svd in line["svd"])


def test_numbers_are_well_formed() -> None:
    from random import Random

    from rehabill.base.ids import npi_is_valid

    assert all(npi_is_valid(npi(number)) for number in range(0, 100_000, 777))
    assert all(len(mbi(Random(seed))) == 11 for seed in range(20))
