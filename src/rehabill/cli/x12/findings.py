"""Findings in a file, as a table a tired biller can read."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import groupby
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rehabill.base.finding import Finding, Position
from rehabill.cli.x12.files import chunks, plain, width
from rehabill.edi.reply.sent import business_path
from rehabill.x12.check.report import FileReport, SetReport

_MOST = 200
"""So many findings are shown; --json has them all."""
_STYLE = {"error": "bold red", "warning": "yellow", "info": "cyan", "no data": "dim"}
_COMMONEST = 8


class Placed(msgspec.Struct, frozen=True):
    """A finding with its set, its line in the file (where it has lines) and the field of ours it is about."""

    finding: Finding
    transaction: SetReport | None
    line: int | None
    field: str


class Watched(Collection[bytes]):
    """The bytes of a file, to be gone through as often as one likes; remembers where its lines end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.held = list(chunks(path)) if str(path) == "-" else None
        self.ends = array("Q")
        self.is_known = False

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for block in chunks(self.path) if self.held is None else self.held:
            at = -1 if self.is_known else block.find(b"\n")
            while at >= 0:
                self.ends.append(read + at)
                at = block.find(b"\n", at + 1)
            read += len(block)
            yield block
        self.is_known = True

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, block: object) -> bool:
        return any(block == one for one in self)

    def line_of(self, byte: int) -> int | None:
        """The line of a byte, from 1; None when the file is all one line."""
        return bisect_left(self.ends, byte) + 1 if len(self.ends) > 1 else None


def business_field(finding: Finding, transaction: SetReport | None) -> str:
    """Our own name for what a finding is about; empty where there is none."""
    at = finding.at
    if not at or transaction is None or transaction.id != "837":
        return ""
    line = None
    if ".lines[" in finding.path:
        line = int(finding.path.partition(".lines[")[2].partition("]")[0])
    return business_path(at.loop, at.segment, "", at.element, line)


def show(name: str, report: FileReport, placed: list[Placed]) -> None:
    """A file's findings by claim, then what they add up to."""
    console = Console(highlight=False, width=width())
    console.print(Text(plain(name), style="bold"), end="")
    console.print(Text(f"  {_holds(report)}", style="dim"))
    for (transaction, claim), of_claim in groupby(placed[:_MOST], _claim):
        findings = list(of_claim)
        if claim:
            console.print(Text.assemble("\n", (f"claim {plain(claim)}", "bold"), (f"  set {transaction}", "dim")))
        elif transaction:
            console.print(Text.assemble("\n", (f"set {plain(transaction)}", "bold")))
        else:
            console.print(Text.assemble("\n", ("envelope", "bold")))
        console.print(_table(findings))
    if len(placed) > _MOST:
        console.print(f"\n… and {len(placed) - _MOST:,} more; --json lists them all")
    console.print(_sum(placed))


def _holds(report: FileReport) -> str:
    sets: Counter[str] = Counter()
    for interchange in report.interchanges:
        for group in interchange.groups:
            sets.update(f"{one.id} {one.version}" for one in group.sets)
    sets.update(f"{one.id} {one.version}" for one in report.loose_sets)
    return ", ".join(f"{count} × {plain(kind)}" if count > 1 else plain(kind) for kind, count in sets.items())


def _claim(placed: Placed) -> tuple[str, str]:
    at = placed.finding.at or Position(0)
    return (at.set_control or (placed.transaction.control if placed.transaction else "")), at.claim


def _label(finding: Finding) -> str:
    """How bad it is; `no data` for what could not be checked."""
    return "no data" if finding.status == "no_data" else finding.severity


def _table(placed: list[Placed]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(width=2)
    for share in ("severity", "rule", "where"):
        table.add_column(share, no_wrap=True)
    table.add_column("message", overflow="fold", ratio=1)
    table.add_column("place", no_wrap=True, justify="right")
    for one in placed:
        finding, at = one.finding, one.finding.at or Position(0)
        where = f"{at.loop} {at.element or at.segment}".strip() if at.loop != at.segment else at.element or at.segment
        message = Text(plain(finding.message))
        if one.field:
            message.append(f" ({one.field})", style="dim")
        place = f"line {one.line}" if one.line else f"byte {at.byte}"
        label = _label(finding)
        table.add_row("", Text(label, _STYLE[label]), finding.rule, plain(where), message,
                      Text(place, "dim"))  # fmt: skip
    return table


def _sum(placed: list[Placed]) -> Text:
    """How many of each severity; the commonest kinds, when there are many."""
    if not placed:
        return Text("  nothing wrong is found", style="green")
    severities: Counter[str] = Counter(_label(one.finding) for one in placed)
    counts = [(each, severities[each]) for each in _STYLE if severities[each]]
    told = ", ".join(f"{count:,} {_plural(each, count)}" for each, count in counts)
    text = Text.assemble("\n", (told, "bold"))
    kinds = Counter(f"{one.finding.rule} {one.finding.slug}" for one in placed)
    if len(placed) > _COMMONEST:
        text.append(": " + ", ".join(f"{kind} {count:,}" for kind, count in kinds.most_common(_COMMONEST)), "dim")
    return text


def _plural(label: str, count: int) -> str:
    if label == "no data":
        return "not checked for want of data"
    return label if count == 1 or label == "info" else f"{label}s"
