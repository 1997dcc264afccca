"""Files of 835 to Arrow tables."""

from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa

from rehabill.audit.bulk import PIECE, Balance, Reader, iter_tables, read_tables
from rehabill.audit.remittances import read_piece
from rehabill.audit.sources import Source


class Remittances(NamedTuple):
    """Row numbers tie the tables: `claims.payment` is a row of `payments`, `lines.claim` one of `claims`, and so on.

    `is_balanced` is null where an amount that it needs is missing or is none; `difference_cents` says by how much.
    """

    payments: pa.Table
    claims: pa.Table
    lines: pa.Table
    adjustments: pa.Table
    """`line` is null for an adjustment of the claim as a whole."""
    remarks: pa.Table
    provider_adjustments: pa.Table
    faults: pa.Table


def read_remittances(source: Source, *, workers: int = 1, piece_bytes: int = PIECE) -> Remittances:
    """All of a file, given as bytes or as a path. Never raises on what the file may hold."""
    return Remittances(**read_tables(_READER, source, workers, piece_bytes))


def iter_remittances(source: Source, *, workers: int = 1, piece_bytes: int = PIECE) -> Iterator[Remittances]:
    """The same in parts of about `piece_bytes`, in flat memory. Row numbers count through the file.

    A payment comes with the part in which its set ends, which may be after its claims.
    """
    for tables in iter_tables(_READER, source, workers, piece_bytes):
        yield Remittances(**tables)


def _finish(payments: pa.Table, balances: list[Balance]) -> pa.Table:
    """The payments with what their claims and provider adjustments sum to, and whether that is what was paid."""
    paid = payments.column("paid_cents").to_pylist()
    differences = [
        one.cents - one.taken - amount if one.is_known and amount is not None else None
        for one, amount in zip(balances, paid, strict=True)
    ]
    columns = {
        "claims": [one.claims for one in balances], "claims_paid_cents": [one.cents for one in balances],
        "provider_adjusted_cents": [one.taken for one in balances], "difference_cents": differences,
    }  # fmt: skip
    for name, values in columns.items():
        payments = payments.append_column(name, pa.array(values, pa.int64()))
    balanced = [None if one is None else one == 0 for one in differences]
    return payments.append_column("is_balanced", pa.array(balanced, pa.bool_()))


_READER = Reader(
    "835",
    read_piece,
    "payments",
    {
        "claims": {"payment": "payments"},
        "lines": {"claim": "claims"},
        "adjustments": {"claim": "claims", "line": "lines"},
        "remarks": {"claim": "claims", "line": "lines"},
        "provider_adjustments": {"payment": "payments"},
    },
    _finish,
)
