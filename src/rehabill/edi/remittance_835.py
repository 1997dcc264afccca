"""Remittances (835) read, typed and balanced: a file of any size claim by claim, or a whole file at once."""

from collections.abc import Iterable, Iterator

import msgspec

from rehabill.base.finding import Finding
from rehabill.edi.p835.balance import claim_difference, line_difference
from rehabill.edi.p835.reader import Event, events
from rehabill.model.remittance import Remittance, RemittanceClaim, RemittanceEnd, RemittanceHeader

__all__ = ["Event", "claim_difference", "line_difference", "read_835", "remittances"]


def read_835(chunks: Iterable[bytes], findings: list[Finding]) -> Iterator[Event]:
    """A file in chunks: for every 835 in it a `RemittanceHeader`, its `RemittanceClaim`s, a `RemittanceEnd`.

    Memory holds one claim and one chunk. What is wrong goes to `findings` before the event it concerns; take findings
    off the list as you go where a file may have many. Never raises, whatever the bytes.
    """
    return events(chunks, findings)


def remittances(data: bytes) -> tuple[list[Remittance], list[Finding]]:
    """Every remittance of a file, and everything wrong with it."""
    found: list[Remittance] = []
    findings: list[Finding] = []
    claims: list[RemittanceClaim] = []
    header: RemittanceHeader | None = None
    for event in read_835((data,), findings):
        if isinstance(event, RemittanceClaim):
            claims.append(event)
        elif isinstance(event, RemittanceHeader):
            header, claims = event, []
        elif header is not None:
            found.append(_whole(header, claims, event))
    return found, findings


def _whole(header: RemittanceHeader, claims: list[RemittanceClaim], end: RemittanceEnd) -> Remittance:
    fields = msgspec.structs.asdict(header)
    fields["other"] += end.other
    return Remittance(
        **fields, claims=tuple(claims), provider_adjustments=end.provider_adjustments, complete=end.complete
    )
