"""`rehabill x12 stats`: what files hold."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rehabill.base.money import dollars
from rehabill.cli.records import json_option
from rehabill.cli.x12.files import Reader, files_argument, name_of, plain, width, write_json
from rehabill.cli.x12.meanings import meaning
from rehabill.x12.describe import iso_day
from rehabill.x12.spec.load import meanings
from rehabill.x12.tools.stats import Money, Stats

_MOST = 12
Row = tuple[str, str, str, str]
"""A code, how often, how much, what it means."""
_VERDICTS = {"CLP": "1029", "STC": "507", "IK5": "717", "AK5": "717"}
"""The data elements that tell what a status means."""


@click.command()
@files_argument
@click.option("--each", is_flag=True, help="Count every file by itself instead of all together.")
@json_option
def stats(files: tuple[Path, ...], each: bool, as_json: bool) -> None:
    """What FILES hold: transaction sets, claims, charges, payments, payers, procedures, adjustments, days of care."""
    reader = Reader()
    for group in [[path] for path in files] if each else [list(files)]:
        counted = Stats()
        for path in group:
            counted.take(reader.segments(path))
        names = [name_of(path) for path in group]
        if as_json:
            write_json({"files": names, **msgspec.to_builtins(counted)})
        else:
            _show(names, counted)
    reader.finish()


def _show(names: list[str], counted: Stats) -> None:
    console = Console(highlight=False, width=width())
    title = plain(names[0]) if len(names) == 1 else f"{len(names)} files"
    console.print(f"{title}", style="bold", markup=False)
    for kind in counted.kinds.values():
        what = f"{plain(kind.set)} {plain(kind.version)}"
        counted_as = f", {kind.units:,} × {kind.unit}" if kind.units else ""
        sets = f"{kind.sets:,} set{'s' * (kind.sets != 1)}"
        name = f"  {kind.name}" if kind.name else "  (not known here)"
        console.print(f"  {what}{name}: {sets}{counted_as}, {kind.segments:,} segments", markup=False)
        money = [f"charged {dollars(kind.charge_cents)}"] if kind.charge_cents else []
        money += [f"paid {dollars(kind.paid_cents)}"] if kind.paid_cents else []
        if money:
            console.print("    " + ", ".join(money), markup=False)
    days = dict.fromkeys(iso_day(day) for day in (counted.first_day, counted.last_day) if day)
    facts = [
        ("payments", _money(counted.payment_cents)),
        ("taken by PLB", _money(counted.provider_adjustment_cents)),
        (
            "service days",
            " to ".join(days),
        ),
        ("unreadable", f"{counted.unreadable_amounts} amounts" if counted.unreadable_amounts else ""),
    ]
    for name, value in facts:
        if value:
            console.print(f"  {name:15} {value}", markup=False)
    _ranked(console, "payers", [(name, f"{count:,}", "", "") for name, count in _most(counted.payers)])
    _ranked(console, "procedures", _of_money(counted.procedures, lambda code: meaning("cpt", code)))
    _ranked(console, "adjustments", _of_money(counted.reasons, _reason))
    statuses = [(name.partition(" ")[2], f"{count:,}", "", _status(name)) for name, count in _most(counted.statuses)]
    _ranked(console, "statuses", statuses)
    console.print()


def _money(cents: int) -> str:
    return dollars(cents) if cents else ""


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _of_money(held: Mapping[str, Money], words: Callable[[str], str]) -> Iterable[Row]:
    for code, money in sorted(held.items(), key=lambda one: (-abs(one[1].cents), one[0])):
        yield code, f"{money.count:,}", dollars(money.cents), words(code)


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
    console.print(f"\n  {title}", style="bold")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(width=2)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold", style="dim")
    for row in held[:_MOST]:
        table.add_row("", *(Text(plain(cell)) for cell in row))
    console.print(table)
    if len(held) > _MOST:
        console.print(f"    … and {len(held) - _MOST:,} more (--json lists them all)", style="dim")
