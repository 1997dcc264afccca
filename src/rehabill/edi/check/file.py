"""Every check of a file."""

from collections.abc import Collection

from rehabill.almanac import icd10cm
from rehabill.almanac.load import load
from rehabill.base.finding import Finding
from rehabill.edi.check.balances import add_balances
from rehabill.edi.check.lists import judge
from rehabill.edi.check.professional import Professional
from rehabill.edi.check.remittance import Remittance
from rehabill.x12.check.file import FileCheck
from rehabill.x12.check.report import FileReport, GroupReport, SetReport
from rehabill.x12.check.walk import Observer, Walk
from rehabill.x12.faults import KINDS
from rehabill.x12.scan import batches

ALL_LEVELS = frozenset(range(1, 8))


def check_file(chunks: Collection[bytes], levels: frozenset[int] = ALL_LEVELS) -> FileReport:
    """Everything wrong with a file of any transaction we know, by SNIP levels. Never raises, whatever the bytes.

    `chunks` is gone through twice when it holds remittances, so it must be a collection of the file's bytes (a list, or
    something that opens the file anew), not an iterator.
    """
    numbers: set[str] = set()
    almanac, diagnoses = load(), icd10cm.load()

    def observe(walk: Walk, transaction: SetReport, group: GroupReport | None) -> Observer | None:
        if walk.graph.spec.id == "837p":
            return Professional(walk, almanac, diagnoses, numbers)
        if walk.graph.spec.id == "835":
            return Remittance(walk, group.day if group else "")
        return None

    checker = FileCheck(judge, observe)
    for batch in batches(chunks, checker.report.findings):
        checker.take(batch)
    report = checker.finish()
    add_balances(chunks, report)
    return report if levels == ALL_LEVELS else _only(report, levels)


def _only(report: FileReport, levels: frozenset[int]) -> FileReport:
    """The report with the findings of some levels alone."""

    def kept(findings: list[Finding]) -> list[Finding]:
        return [finding for finding in findings if KINDS[finding.rule].level in levels]

    report.findings = kept(report.findings)
    for loose in report.loose_sets:
        loose.findings = kept(loose.findings)
    for interchange in report.interchanges:
        interchange.findings = kept(interchange.findings)
        for group in interchange.groups:
            group.findings = kept(group.findings)
            for one in group.sets:
                one.findings = kept(one.findings)
    return report
