"""The money of remittances (835): lines, claims, reversals and payments, as the reader of remittances finds them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from rehabill.base.finding import Finding
from rehabill.edi.remittance_835 import read_835
from rehabill.model.remittance import RemittanceClaim, RemittanceEnd
from rehabill.x12.check.report import FileReport, SetReport
from rehabill.x12.faults import KINDS

BALANCE = 3
_MONEY = ("CLP", "SVC")


def add_balances(chunks: Iterable[bytes], report: FileReport) -> None:
    """Add what does not balance to the sets it stands in.

    Where a CLP or SVC is missing, what stands behind it is counted to the claim or line before: of that claim, and of a
    payment whose claims are not all there, nothing is told.
    """
    sets = [one for interchange in report.interchanges for group in interchange.groups for one in group.sets]
    sets += report.loose_sets
    remittances = sorted((one for one in sets if one.id == "835"), key=lambda one: one.byte)
    if not remittances:
        return
    begins = [one.byte for one in remittances]
    lost = sorted(place for one in remittances for place in _lost(one))
    found: list[Finding] = []
    without_claim = False
    for event in read_835(chunks, found):
        is_mixed = False
        if isinstance(event, RemittanceClaim):
            first = bisect_left(lost, (event.source.byte, ""))
            inside = lost[first : bisect_left(lost, (event.source.byte + event.source.length, ""))]
            is_mixed = bool(inside)
            without_claim |= any(segment == "CLP" for _, segment in inside)
        elif isinstance(event, RemittanceEnd):
            is_mixed, without_claim = without_claim, False
        for finding in found:
            if finding.at and KINDS[finding.rule].level == BALANCE and not is_mixed:
                _holder(finding.at.byte, begins, remittances).findings.append(finding)
        found.clear()


def _lost(one: SetReport) -> list[tuple[int, str]]:
    """Where a CLP or SVC is missing: the byte of the segment found in its place, and which of the two."""
    return [
        (finding.at.byte, finding.at.segment)
        for finding in one.findings
        if finding.rule == "X202" and finding.at and finding.at.segment in _MONEY
    ]


def _holder(byte: int, begins: list[int], sets: list[SetReport]) -> SetReport:
    """The set that begins last before the byte."""
    return sets[max(bisect_right(begins, byte) - 1, 0)]
