"""Claims as an 837P (005010X222A1), the electronic professional claim.

    faults = problems(claim, practice, profiles)      # everything wrong with one claim, in a biller's words
    parts = split_claim(claim)                        # when it has over 50 lines or 12 diagnoses
    data = write_837p(claims, practice, profiles, Envelope(control_number=7, created=now))

`iter_837p` yields the same text in pieces. The same input gives the same bytes: control numbers and the moment of
writing are the caller's.
"""

from collections.abc import Iterable, Mapping

from rehabill.base.errors import InputError
from rehabill.edi.p837.batch import Held, iter_837p
from rehabill.edi.p837.profile import Envelope, PayerX12
from rehabill.edi.p837.split import split_claim
from rehabill.edi.p837.writer import ClaimWriter
from rehabill.model.claim import Claim
from rehabill.model.practice import Practice

__all__ = [
    "ClaimWriter", "Envelope", "Held", "PayerX12", "iter_837p", "problems", "split_claim", "write_837p",
]  # fmt: skip


def write_837p(
    claims: Iterable[Claim],
    practice: Practice,
    profiles: Mapping[str, PayerX12],
    envelope: Envelope,
    held: Held | None = None,
) -> bytes:
    """One interchange as bytes (ASCII, no line ends). Raises `InputError` as `iter_837p` does.

    Empty when `held` took every claim; to be given no claim at all is an `InputError`.
    """
    told = 0

    def holding(index: int, claim: Claim, faults: tuple[InputError, ...]) -> None:
        nonlocal told
        told += 1
        if held is not None:
            held(index, claim, faults)

    pieces = iter_837p(claims, practice, profiles, envelope, None if held is None else holding)
    data = b"".join([piece.encode("ascii") for piece in pieces])
    if not data and not told:
        raise InputError("claims", "there is no claim to send")
    return data


def problems(claim: Claim, practice: Practice, profiles: Mapping[str, PayerX12]) -> tuple[InputError, ...]:
    """Everything that keeps `claim` from being sent, all at once; empty when it can go.

    Paths are the claim's (`subscriber.member_id`, `lines[0].charge_cents`, counted from 0) or the practice's
    (`practice.address.zip`). For many claims make one `ClaimWriter` and ask its `problems`.
    """
    return ClaimWriter(practice, profiles).problems(claim)
