"""Results as tables a tired biller can read."""

import os
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rehabill.base.finding import Finding
from rehabill.base.money import dollars
from rehabill.cli.attention import Attention
from rehabill.engine.scrub import Scrubbed
from rehabill.model.coded import CodedLine, CodedVisit
from rehabill.model.priced import PricedClaim

_STYLE = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_VERDICT = {"pass": "green", "fail": "bold red", "no_data": "yellow"}
_PIPED = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 110
_console = Console(highlight=False, soft_wrap=False, width=_PIPED)


def _table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def coded(visit: CodedVisit, findings: tuple[Finding, ...]) -> None:
    """A coded visit: its lines, what is not billed, questions, findings."""
    _console.print(f"[bold]{escape(str(visit.id or 'visit'))}[/]  {visit.date}  [dim]{escape(visit.edition)}[/]")
    if visit.lines:
        table = _table("line", "code", "modifiers", "units", "minutes", "why", right=("line", "units", "minutes"))
        for line in visit.lines:
            minutes = "" if line.minutes is None else str(line.minutes)
            table.add_row(str(line.line), line.code, " ".join(line.modifiers), str(line.units), minutes,
                          escape(_why(line)))  # fmt: skip
        _console.print(table)
    for left in visit.not_billed:
        minutes = "" if left.minutes is None else f" {left.minutes} min"
        _console.print(f"  [yellow]not billed[/] {escape(left.code or 'treatment ' + str(left.treatments[0] + 1))}"
                       f"{minutes}: {escape(left.reason.what())}")  # fmt: skip
    for suggestion in visit.suggestions:
        if suggestion.ask:
            codes = ", ".join(suggestion.codes) or "none"
            _console.print(f"  [cyan]ask[/] treatment {suggestion.treatment + 1} (candidates: {codes})")
    _findings(findings)
    _console.print()


def _why(line: CodedLine) -> str:
    """What decided the helper, else the units, without the code that stands in its own column."""
    for stage in ("assistants", "units"):
        for step in line.because:
            if step.stage == stage:
                return step.what().removeprefix(f"{line.code}: ").removeprefix(f"{line.code} ")
    return ""


def scrubbed(result: Scrubbed) -> None:
    _console.print(f"[bold]{escape(str(result.id or 'claim'))}[/]  [{_VERDICT[result.verdict]}]{result.verdict}[/]  "
                   f"[dim]{escape(result.edition)}[/]")  # fmt: skip
    _findings(result.findings)
    _console.print()


def _findings(findings: tuple[Finding, ...]) -> None:
    """What failed, with its law; what a modifier bypasses; last, in one line, what could not be checked."""
    for finding in findings:
        if finding.status == "no_data":
            continue
        label = finding.severity if finding.status == "fail" else finding.status
        style = _STYLE[finding.severity] if finding.status == "fail" else "dim"
        _console.print(Text.assemble(("  ", ""), (f"{finding.rule} {label}", style), (f"  {finding.message}", "")))
        if finding.status == "fail":
            for ref in finding.law:
                since = f" since {ref.since}" if ref.since else ""
                mark = "" if ref.verified else " (unverified)"
                _console.print(Text(f"      {ref.name}: {ref.value}{since}. {ref.source}{mark}", style="dim"))
    unchecked = dict.fromkeys(f"{finding.rule} {finding.slug}" for finding in findings if finding.status == "no_data")
    if unchecked:
        _console.print(Text(f"  not checked, data not given: {', '.join(unchecked)}", style="dim"))


def priced(result: PricedClaim) -> None:
    """Money by line, then the totals."""
    _console.print(f"[bold]{escape(str(result.id or 'claim'))}[/]  [dim]{escape(result.edition)}[/]")
    if not result.lines:
        _console.print("  nothing to price\n")
        return
    money = ("full", "MPPR", "allowed", "patient", "CQ/CO", "sequ.", "payer")
    table = _table("line", "code", "modifiers", "units", *money, right=("line", "units", *money))
    for line in result.lines:
        if line.allowed_cents is None:
            table.add_row(str(line.line), line.code, " ".join(line.modifiers), str(line.units), "no price")
            continue
        cuts = {cut.kind: dollars(-cut.cents) for cut in line.reductions}
        table.add_row(
            str(line.line), line.code, " ".join(line.modifiers), str(line.units), _money(line.full_cents),
            cuts.get("mppr", ""), _money(line.allowed_cents), _money(line.patient_cents), cuts.get("assistant", ""),
            cuts.get("sequestration", ""), _money(line.payer_cents),
        )  # fmt: skip
    table.add_row("", "total", "", "", dollars(result.full_cents), "", dollars(result.allowed_cents),
                  dollars(result.patient_cents), "", "", dollars(result.payer_cents), style="bold")  # fmt: skip
    _console.print(table)
    for line in result.lines:
        if line.no_data:
            _console.print(f"  line {line.line}: {escape(line.no_data)}")
    for step in result.steps:
        _console.print(f"  [dim]{escape(step.what())}[/]")
    _console.print()


def _money(cents: int | None) -> str:
    return "" if cents is None else dollars(cents)


def attention(rows: Iterable[Attention]) -> None:
    """What a person must look at: where to find the visit, and under it what is wrong."""
    _console.print("\n[bold]To look at[/]")
    for row in rows:
        patient = f"patient {row.patient}" if row.patient else ""
        charged = f"charged {row.charged}" if row.charged else ""
        place = "  ".join(part for part in (row.day, patient, row.payer, charged) if part)
        _console.print(Text.assemble((row.name, "bold"), f"  {row.state}  {place}"))
        _console.print(Padding(Text(row.why), (0, 0, 0, 4)))
    _console.print()
