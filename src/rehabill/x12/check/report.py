"""What checking found, in the order of the envelope: what a TA1 and a 999 are made of."""

import msgspec

from rehabill.base.finding import Finding
from rehabill.x12.delimiters import Delimiters


class SetReport(msgspec.Struct):
    """One transaction set: ST01, ST02, ST03 and what is wrong in it."""

    id: str
    control: str
    version: str
    byte: int
    segments: int = 0
    findings: list[Finding] = []


class GroupReport(msgspec.Struct):
    """One group: GS01, GS02, GS03, GS06, GS08, GS04; `declared` is the number of sets GE01 says."""

    functional_id: str
    sender: str
    receiver: str
    control: str
    version: str
    byte: int
    day: str = ""
    declared: str = ""
    sets: list[SetReport] = []
    findings: list[Finding] = []


class InterchangeReport(msgspec.Struct):
    """One interchange: the sixteen elements of its header, and what is wrong with its envelope."""

    isa: list[str]
    delimiters: Delimiters
    byte: int
    groups: list[GroupReport] = []
    findings: list[Finding] = []

    @property
    def control(self) -> str:
        return self.isa[12] if len(self.isa) > 12 else ""


class FileReport(msgspec.Struct):
    """A file: its interchanges, sets that stand in no group, and what is wrong outside of both."""

    interchanges: list[InterchangeReport] = []
    loose_sets: list[SetReport] = []
    findings: list[Finding] = []

    def all_findings(self) -> list[Finding]:
        """Every finding, in the order of the file."""
        found = list(self.findings)
        for loose in self.loose_sets:
            found += loose.findings
        for interchange in self.interchanges:
            found += interchange.findings
            for group in interchange.groups:
                found += group.findings
                for one in group.sets:
                    found += one.findings
        return sorted(found, key=lambda finding: finding.at.byte if finding.at else 0)
