"""The money of remittances (835): lines, claims, reversals and payments, as the reader of remittances finds them."""

from bisect import bisect_right
from collections.abc import Iterable

from rehabill.base.finding import Finding
from rehabill.edi.remittance_835 import read_835
from rehabill.x12.check.report import FileReport, SetReport
from rehabill.x12.faults import KINDS

BALANCE = 3


def add_balances(chunks: Iterable[bytes], report: FileReport) -> None:
    """Add what does not balance to the sets it stands in."""
    sets = [one for interchange in report.interchanges for group in interchange.groups for one in group.sets]
    sets += report.loose_sets
    remittances = sorted((one for one in sets if one.id == "835"), key=lambda one: one.byte)
    if not remittances:
        return
    begins = [one.byte for one in remittances]
    found: list[Finding] = []
    for _ in read_835(chunks, found):
        for finding in found:
            if finding.at and KINDS[finding.rule].level == BALANCE:
                _holder(finding.at.byte, begins, remittances).findings.append(finding)
        found.clear()


def _holder(byte: int, begins: list[int], sets: list[SetReport]) -> SetReport:
    """The set that begins last before the byte."""
    return sets[max(bisect_right(begins, byte) - 1, 0)]
