"""What a remittance is in the books: which payment, and whether a claim's part of it is there already.

Clearinghouses write files anew and split them, so neither the file's hash nor the trace number alone tells: a part is
the same when payer, trace number, numbers, status and all amounts are.
"""

import datetime as dt
from collections.abc import Hashable, Iterable
from hashlib import blake2b
from typing import TypeVar

import msgspec

from rehabill.model.remittance import ProviderAdjustment, RemittanceClaim

Adjusted = tuple[str, str, int]
"""Group, CARC, cents."""


class Payment(msgspec.Struct, frozen=True):
    """The payment a claim came with: `key` is ours, one for a payer and its trace number; `day` that of the posting."""

    key: str
    payer: str
    """Our name for the payer; where nobody has told that yet, what `payers.payer_of` gives."""
    day: dt.date
    known_as: frozenset[str] = frozenset()
    """All our names that it may pay under; empty: nobody has told yet whose payments these are."""
    name: str = ""
    """What it calls itself."""


class ClaimPayment(msgspec.Struct, frozen=True):
    """What makes a claim's payment the same one again, whatever file it comes in.

    `occurrence`: of claims alike to the cent in one payment the first, the second …: a payment balances only with all
    of them, so each is meant.
    """

    payer: str
    trace: str
    claim_number: str
    payer_claim_number: str
    status: str
    charge_cents: int
    paid_cents: int
    adjusted: tuple[Adjusted, ...]
    """Of the claim as a whole."""
    lines: tuple[tuple[str, int, int, tuple[Adjusted, ...]], ...]
    """Code, charge, paid and adjustments of each, sorted: files written anew keep no order."""
    occurrence: int = 1


class AdjustmentPayment(msgspec.Struct, frozen=True):
    """The same of money moved apart from claims (PLB)."""

    payer: str
    trace: str
    reason: str
    reference: str
    cents: int
    occurrence: int = 1


Part = TypeVar("Part", ClaimPayment, AdjustmentPayment)


def claim_payments(told: Iterable[RemittanceClaim], payer: str, trace: str) -> list[ClaimPayment]:
    """The identities of all claims of one payment, in their order."""
    return _numbered(claim_payment(one, payer, trace) for one in told)


def adjustment_payments(told: Iterable[ProviderAdjustment], payer: str, trace: str) -> list[AdjustmentPayment]:
    """The identities of all provider adjustments of one payment, in their order."""
    return _numbered(AdjustmentPayment(payer, trace, one.reason, one.reference.strip(), one.cents) for one in told)


def claim_payment(told: RemittanceClaim, payer: str, trace: str) -> ClaimPayment:
    """The identity of a claim's payment that is the first of its kind."""
    adjusted = tuple(sorted([(one.group, one.carc, one.cents) for one in told.adjustments]))
    lines = [
        (
            line.code, line.charge_cents, line.paid_cents,
            tuple(sorted([(one.group, one.carc, one.cents) for one in line.adjustments])),
        )
        for line in told.lines
    ]  # fmt: skip
    return ClaimPayment(
        payer, trace, told.claim_number, told.payer_claim_number, told.status, told.charge_cents, told.paid_cents,
        adjusted, tuple(sorted(lines)),
    )  # fmt: skip


def digest(part: ClaimPayment | AdjustmentPayment) -> str:
    """An identity as 32 characters, for a unique index; the same in every version of the program."""
    return blake2b(msgspec.msgpack.encode(part), digest_size=16).hexdigest()


def _numbered(parts: Iterable[Part]) -> list[Part]:
    """Parts alike become the first, second … of their kind."""
    seen: dict[Hashable, int] = {}
    found = []
    for part in parts:
        number = seen[part] = seen.get(part, 0) + 1
        found.append(part if number == 1 else msgspec.structs.replace(part, occurrence=number))
    return found
