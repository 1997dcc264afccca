"""`rehabill remit`: remittances to read and to print."""

from pathlib import Path

import click
import msgspec
from rich.text import Text

from rehabill.almanac import code_lists
from rehabill.base.errors import InputError, PdfMissing
from rehabill.base.finding import Finding
from rehabill.base.money import dollars
from rehabill.cli.page import Cents, console, table
from rehabill.cli.records import FINDINGS
from rehabill.cli.x12.files import (
    Reader,
    chunks,
    counted,
    files_argument,
    name_of,
    plain,
    write_json,
    write_whole,
)
from rehabill.edi.remittance_835 import remittances
from rehabill.engine.advice.pdf import render
from rehabill.engine.advice.table import Advice, AdviceClaim, Figures, advice
from rehabill.x12.spec.load import meanings


@click.group("remit")
def command() -> None:
    """What payers paid, and why not more."""


@command.command("show")
@files_argument
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Also write the remittances as a PDF.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each payment.")
def show(files: tuple[Path, ...], pdf: Path | None, as_json: bool) -> None:
    """Remittances (835) claim by claim and line by line: what was paid, adjusted, refused, and whether it adds up.

    Patients are named: it is the page a biller works from.
    """
    reader = Reader(as_json)
    every: list[Advice] = []
    has_findings = False
    for path in files:
        advices, findings = _read(path, reader)
        every += advices
        has_findings = has_findings or bool(findings)
        if as_json:
            for one in advices:
                write_json({"file": name_of(path), **msgspec.to_builtins(one)})
            for finding in findings:
                write_json({"file": name_of(path), "finding": finding})
            continue
        for one in advices:
            _print(one)
        for finding in findings:
            click.echo(f"{name_of(path)}: {finding.rule} {finding.message}")
    if pdf is not None and every:
        try:
            written = write_whole(pdf, [render(every)])
        except PdfMissing as missing:
            raise click.UsageError(str(missing)) from None
        if not as_json:
            click.echo(f"Written to {pdf}: {counted(len(every), 'payment')} ({written:,} bytes)")
    reader.finish(FINDINGS if has_findings else 0)


def _read(path: Path, reader: Reader) -> tuple[list[Advice], list[Finding]]:
    """The payments of a file, and what is wrong in it; a file without one is told and skipped."""
    try:
        data = b"".join(chunks(path))
    except InputError as error:
        reader.fail(path, error.message)
        return [], []
    told, findings = remittances(data)
    if not told:
        reader.fail(path, "; ".join(finding.message for finding in findings) or "holds no remittance (835)")
        return [], []
    lists = code_lists.load()
    return [advice(one, lists, meanings()) for one in told], findings


_MONEY = {
    "charged": "charge", "allowed": "allowed", "contract": "contractual", "sequestr.": "sequestration",
    "patient": "patient", "prior": "prior", "refused": "refused", "paid": "paid",
}  # fmt: skip
"""Columns, and the figure in each; those without an amount in a payment are left out of it."""
_ALWAYS = ("charged", "allowed", "paid")
_NARROW, _TOLD_BY_REASONS = 100, ("contract", "sequestr.", "refused")
"""On a narrower screen, what the reasons tell anyway has no columns."""


def _print(one: Advice) -> None:
    day = f", {one.day}" if one.day else ""
    console.print(Text(f"{one.payer or 'Payer without a name'} → {one.payee or 'payee without a name'}", style="bold"))
    console.print(
        Text(f"{one.method} {one.trace}{day}: {dollars(one.amount_cents)} for {_claims(one)}; {_balance(one)}")
    )
    money = _columns(one)
    for claim in one.claims:
        console.print()
        _claim(claim, money)
    console.print()
    if one.moves or one.rest:
        console.print(Text(f"Paid on claims {dollars(one.total.paid)}"))
        for move in one.moves:
            words = " ".join(part for part in (move.reason, move.words, plain(move.reference)) if part)
            console.print(Text(f"  {dollars(-move.cents)}  PLB {words}"))
        console.print(Text(f"Payment {dollars(one.amount_cents)}"))
    for code, words in one.meanings:
        console.print(Text(f"{code:>6}  {words}", style="dim"))
    console.print()


def _claims(one: Advice) -> str:
    return counted(len(one.claims), "claim")


def _balance(one: Advice) -> str:
    return f"{dollars(one.rest)} out of balance" if one.rest else "balanced"


def _columns(one: Advice) -> list[str]:
    figures = [line.figures for claim in one.claims for line in claim.lines]
    used = [n for n, field in _MONEY.items() if n in _ALWAYS or any(getattr(each, field) for each in figures)]
    return used if console.width >= _NARROW else [name for name in used if name not in _TOLD_BY_REASONS]


def _claim(claim: AdviceClaim, money: list[str]) -> None:
    who = " ".join(part for part in (plain(claim.patient), plain(claim.member_id)) if part) or "patient not told"
    forwarded = f" to {plain(claim.forwarded_to)}" if claim.forwarded_to else ""
    number = f"  payer's number {plain(claim.payer_claim_number)}" if claim.payer_claim_number else ""
    name = plain(claim.claim_number) or "claim without a number"
    console.print(Text.assemble((name, "bold"), f"  {who}  ", (claim.status + forwarded, "cyan"), (number, "dim")))
    rows = [
        (line.day, line.service, Text(line.units, justify="right"), *_amounts(line.figures, money),
         ", ".join(line.reasons))
        for line in claim.lines
    ]  # fmt: skip
    total = [("claim", "", "", *_amounts(claim.total, money), "")] if len(claim.lines) > 1 else []
    table(("day", "service", "units", *money, "why"), rows, total, indent=2)
    if claim.total.rest:
        console.print(Text(f"  The payer's figures leave {dollars(claim.total.rest)} unexplained.", style="red"))


def _amounts(figures: Figures, money: list[str]) -> list[Cents]:
    return [Cents(getattr(figures, _MONEY[column])) for column in money]
