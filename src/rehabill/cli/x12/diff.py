"""`rehabill x12 diff`: what differs between two files, claim by claim."""

from collections.abc import Callable, Iterable
from pathlib import Path

import click
import msgspec

from rehabill.cli.records import CLEAN, FINDINGS, json_option
from rehabill.cli.x12.files import Reader, chunks, counted, personal_option, plain, write_json
from rehabill.x12.outline import Placed
from rehabill.x12.tools.diff import Changed, Comparison, Difference
from rehabill.x12.tools.diff import diff as compare

_MOST = 100
_SIGN = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
_FILE = click.Path(path_type=Path, allow_dash=True)


@click.command()
@click.argument("first", type=_FILE)
@click.argument("second", type=_FILE)
@click.option("--strict", is_flag=True, help="Control numbers, days and times of the envelope count too.")
@personal_option
@json_option
def diff(first: Path, second: Path, strict: bool, show_personal: bool, as_json: bool) -> None:
    """What differs between FIRST and SECOND, claim by claim and in words.

    The same claims, payments or requests in another order, or in more or fewer sets, are equal; so are 120 and 120.00.
    Exit codes: 0 equal, 1 different.
    """
    if str(first) == str(second) == "-":
        raise click.UsageError("only one of the two can be standard input")
    reader = Reader(as_json)
    sources = [_source(path, reader) for path in (first, second)]
    found = compare(sources[0], sources[1], strict, not show_personal)
    if reader.missed:
        reader.finish()
    if as_json:
        write_json({**msgspec.to_builtins(found), "is_equal": not found.changes})
    else:
        _show(found)
    reader.finish(FINDINGS if found.changes else CLEAN)


def _source(path: Path, reader: Reader) -> Callable[[], Iterable[Placed]]:
    """A file that can be read twice."""
    held = [b"".join(chunks(path))] if str(path) == "-" else None
    return lambda: reader.segments(path, held=held)


def _show(found: Comparison) -> None:
    for change in found.changes[:_MOST]:
        sign, colour = _SIGN[change.state]
        click.echo(click.style(f"{sign} {_title(change)}", fg=colour, bold=True))
        for difference in change.differences:
            click.echo("    " + plain(_said(difference)))
    if len(found.changes) > _MOST:
        click.echo(f"… and {len(found.changes) - _MOST:,} more; --json lists them all")
    if found.changes:
        click.echo()
    claims = counted(found.second, "claim")
    counts = claims if found.first == found.second else f"{found.first:,} and {claims}"
    click.echo(f"{'Different' if found.changes else 'Equal'}: {counts}, {found.equal:,} of them the same in both")


def _title(change: Changed) -> str:
    if change.what == "envelope":
        return "envelope"
    number = plain(change.number)
    if change.what == "set":
        return f"payment {number}" if number else f"header of the {change.kind.upper()}"
    if change.claims > 1:
        return f"above {change.claims:,} claims"
    told = {"added": " only in the second file", "removed": " only in the first file", "changed": ""}[change.state]
    return f"claim {number}{told}"


def _said(difference: Difference) -> str:
    where = f"{difference.where}, " if difference.where else ""
    what = f"{where}{difference.element} {difference.name}".strip(" ,")
    if not difference.element:
        return f"{what}: {'added' if not difference.old else 'removed'} ({difference.new or difference.old})"
    if difference.old and difference.old == difference.new:
        return f"{what}: changed (masked; --show-personal tells)"
    return f"{what}: {difference.old or 'nothing'} -> {difference.new or 'nothing'}"
