"""Files of 837P to Arrow tables."""

from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa

from rehabill.audit.bulk import PIECE, Balance, Reader, iter_tables, read_tables
from rehabill.audit.claims import read_piece
from rehabill.audit.sources import Source


class Claims(NamedTuple):
    """Row numbers tie the tables: `claims.set` is a row of `sets`, `lines.claim` one of `claims`, and so on.

    A claim is balanced when its lines' charges make its own; a payment of another payer when it and its adjustments
    make the line's charge. `is_balanced` is null where an amount that it needs is missing or is none.
    """

    sets: pa.Table
    claims: pa.Table
    lines: pa.Table
    diagnoses: pa.Table
    providers: pa.Table
    """`claim` is null for billing and pay-to providers, `line` for providers of the whole claim."""
    other_payers: pa.Table
    other_payments: pa.Table
    """What other payers paid on lines."""
    adjustments: pa.Table
    """Of other payers: of the claim (`other_payer`) or of a line (`other_payment`)."""
    faults: pa.Table


def read_claims(source: Source, *, workers: int = 1, piece_bytes: int = PIECE) -> Claims:
    """All of a file, given as bytes or as a path. Never raises on what the file may hold."""
    return Claims(**read_tables(_READER, source, workers, piece_bytes))


def iter_claims(source: Source, *, workers: int = 1, piece_bytes: int = PIECE) -> Iterator[Claims]:
    """The same in parts of about `piece_bytes`, in flat memory. Row numbers count through the file.

    A set comes with the part in which it ends, which may be after its claims.
    """
    for tables in iter_tables(_READER, source, workers, piece_bytes):
        yield Claims(**tables)


def _finish(sets: pa.Table, balances: list[Balance]) -> pa.Table:
    counts = pa.array([one.claims for one in balances], pa.int64())
    charges = pa.array([one.cents if one.is_known else None for one in balances], pa.int64())
    return sets.append_column("claims", counts).append_column("charge_cents", charges)


_READER = Reader(
    "837",
    read_piece,
    "sets",
    {
        "claims": {"set": "sets"},
        "lines": {"claim": "claims"},
        "diagnoses": {"claim": "claims"},
        "providers": {"claim": "claims", "line": "lines"},
        "other_payers": {"claim": "claims"},
        "other_payments": {"line": "lines"},
        "adjustments": {"other_payer": "other_payers", "other_payment": "other_payments"},
    },
    _finish,
)
