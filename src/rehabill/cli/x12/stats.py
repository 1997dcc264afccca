"""`rehabill x12 stats`: what files hold."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rehabill.base.money import dollars
from rehabill.cli.records import json_option
from rehabill.cli.x12.files import Reader, counted, files_argument, name_of, plain, width, write_json
from rehabill.cli.x12.meanings import meaning
from rehabill.x12.describe import iso_day
from rehabill.x12.spec.load import meanings
from rehabill.x12.tools.stats import Kind, Money, Procedure, Stats

_MOST = 12
Row = tuple[str, str, str, str, str]
"""A code, how often, how much, how much of that is paid, what it means."""
_VERDICTS = {"CLP": "1029", "STC": "507", "IK5": "717", "AK5": "717"}
"""The data elements that tell what a status means."""


@click.command()
@files_argument
@click.option("--each", is_flag=True, help="Count every file by itself instead of all together.")
@json_option
def stats(files: tuple[Path, ...], each: bool, as_json: bool) -> None:
    """What FILES hold: transaction sets, claims, charges, payments, payers, procedures, adjustments, days of care.

    What is billed (837) and what is decided (835) is counted apart, and so is what an 837 tells of other payers.
    """
    reader = Reader(as_json)
    for group in [[path] for path in files] if each else [list(files)]:
        held = Stats()
        for path in group:
            held.take(reader.segments(path))
        names = [name_of(path) for path in group if path not in reader.missed]
        if not names:
            continue
        if as_json:
            write_json({"files": names, **msgspec.to_builtins(held)})
        else:
            _show(names, held)
    reader.finish()


def _show(names: list[str], held: Stats) -> None:
    console = Console(highlight=False, width=width())
    console.print(plain(names[0]) if len(names) == 1 else f"{len(names)} files", style="bold", markup=False)
    days = dict.fromkeys(iso_day(day) for day in (held.first_day, held.last_day) if day)
    facts = [
        ("payments", _money(held.payment_cents)),
        ("taken by PLB", _money(held.provider_adjustment_cents)),
        ("service days", " to ".join(days)),
        ("unreadable", counted(held.unreadable_amounts, "amount") if held.unreadable_amounts else ""),
    ]
    for name, value in facts:
        if value:
            console.print(f"  {name:15} {value}", markup=False)
    for kind in held.kinds.values():
        _show_kind(console, kind)
    console.print()


def _show_kind(console: Console, kind: Kind) -> None:
    name = kind.name or "(not known here)"
    console.print(f"\n{plain(kind.set)} {plain(kind.version)}  {name}".rstrip(), style="bold", markup=False)
    counts = [counted(kind.sets, "set"), f"{kind.units:,} × {kind.unit}" if kind.units else ""]
    counts += [counted(kind.segments, "segment")]
    money = {
        "charged": kind.charge_cents, "paid": kind.paid_cents, "other payers paid": kind.other_payers_paid_cents,
    }  # fmt: skip
    counts += [f"{what} {dollars(cents)}" for what, cents in money.items() if cents]
    console.print("  " + ", ".join(part for part in counts if part), markup=False)
    _ranked(console, "payers", [(name, f"{count:,}", "", "", "") for name, count in _most(kind.payers)])
    _ranked(console, "procedures", _of_procedures(kind.procedures))
    _ranked(console, "adjustments", _of_money(kind.adjustments))
    _ranked(console, "adjustments of other payers", _of_money(kind.other_payers))
    rows = [(name.partition(" ")[2], f"{count:,}", "", "", _status(name)) for name, count in _most(kind.statuses)]
    _ranked(console, "statuses", rows)


def _money(cents: int) -> str:
    return dollars(cents) if cents else ""


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _of_money(held: Mapping[str, Money]) -> Iterable[Row]:
    for code, money in sorted(held.items(), key=lambda one: (-abs(one[1].cents), one[0])):
        yield code, f"{money.count:,}", dollars(money.cents), "", _reason(code)


def _of_procedures(held: Mapping[str, Procedure]) -> Iterable[Row]:
    for code, one in sorted(held.items(), key=lambda one: (-abs(one[1].charge_cents), one[0])):
        paid = f"paid {dollars(one.paid_cents)}" if one.paid_cents else ""
        yield code, f"{one.count:,}", dollars(one.charge_cents), paid, meaning("cpt", code)


def _reason(code: str) -> str:
    return meaning("carc", code.partition("-")[2])


def _status(name: str) -> str:
    segment, _, code = name.partition(" ")
    number = _VERDICTS[segment]
    return (meaning("claim_status_category", code) if segment == "STC" else "") or meanings().get(number, {}).get(
        code, ""
    )


def _ranked(console: Console, title: str, rows: Iterable[Row]) -> None:
    """The first rows of a ranking, and how many more there are."""
    held = list(rows)
    if not held:
        return
    console.print(f"  {title}", style="bold")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(width=3)
    table.add_column(no_wrap=True)
    for _ in range(3):
        table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold", style="dim")
    for row in held[:_MOST]:
        table.add_row("", *(Text(plain(cell)) for cell in row))
    console.print(table)
    if len(held) > _MOST:
        console.print(f"    … and {len(held) - _MOST:,} more (--json lists them all)", style="dim")
