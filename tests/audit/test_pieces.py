"""However a file is cut and by however many it is read, its tables are the same; for either kind of file."""

from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="NOT TESTED: the bulk readers need rehabill[audit]")

from rehabill.audit import iter_claims, iter_remittances, read_claims, read_remittances
from rehabill.demo.x12_files import claims_837p, remittance_835

KINDS = {"837P": (read_claims, iter_claims, claims_837p), "835": (read_remittances, iter_remittances, remittance_835)}


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> tuple[Any, Any, bytes]:
    """How it is read at once, how in parts, and a file of it."""
    read, read_parts, generate = KINDS[request.param]
    return read, read_parts, b"".join(generate(1_200))


@pytest.mark.parametrize("piece", [1_024, 5_000, 40_000, 400_000])
def test_pieces_change_nothing(kind: tuple[Any, Any, bytes], piece: int) -> None:
    read, _, generated = kind
    data = generated[:300_000] if piece < 5_000 else generated
    whole, parts = read(data), read(data, piece_bytes=piece)
    for name in whole._fields:
        assert getattr(parts, name).to_pylist() == getattr(whole, name).to_pylist(), name


def test_a_file_on_disk_several_workers_and_a_stream_give_the_same(kind: tuple[Any, Any, bytes], tmp_path: Any) -> None:
    read, read_parts, generated = kind
    path = tmp_path / "file.x12"
    path.write_bytes(generated)
    whole = read(generated)
    pooled = read(path, workers=2, piece_bytes=200_000)
    parts = list(read_parts(str(path), piece_bytes=100_000))
    assert len(parts) > 5
    for name in whole._fields:
        rows = getattr(whole, name).to_pylist()
        assert getattr(pooled, name).to_pylist() == rows, name
        assert [row for part in parts for row in getattr(part, name).to_pylist()] == rows, name
