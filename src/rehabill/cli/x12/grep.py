"""`rehabill x12 grep`: find claims."""

from pathlib import Path
from typing import Any

import click
import msgspec

from rehabill.base.errors import InputError
from rehabill.cli.records import CLEAN, FINDINGS, json_option
from rehabill.cli.x12.describe import told
from rehabill.cli.x12.files import Reader, files_argument, name_of, personal_option, plain, width, write_json
from rehabill.cli.x12.meanings import meaning
from rehabill.x12.describe import Words
from rehabill.x12.masking import envelope_value, unit_number
from rehabill.x12.tools.search import Hit, matcher, raw, search
from rehabill.x12.units import Unit


@click.command()
@click.argument("pattern")
@files_argument
@click.option("--raw", "as_raw", is_flag=True, help="Print the claims as they stand in the file, one segment a line.")
@click.option("--count", is_flag=True, help="Only how many claims match, by file.")
@personal_option
@json_option
def grep(
    pattern: str, files: tuple[Path, ...], as_raw: bool, count: bool, show_personal: bool, as_json: bool
) -> None:  # fmt: skip
    """Claims of FILES in which PATTERN is found, with what matched; patients are masked.

    \b
    CLM01=A17        the claim of that number     SV101-2=97110   every claim with that code
    CLM02=120        amounts compare as amounts   NM109~^XY       a regular expression
    anything else    text anywhere in a segment, whatever its case

    --raw prints everything of a claim, personal data too. Exit codes: 0 found, 1 nothing found.
    """
    try:
        test = matcher(pattern)
    except InputError as error:
        raise click.UsageError(error.message) from None
    reader, words = Reader(as_json), Words(not show_personal, meaning)
    total = 0
    for path in files:
        found = 0
        for hit in search(reader.segments(path, is_printing=True), test):
            found += 1
            if count:
                continue
            if as_raw:
                click.echo(raw(hit.where).encode("latin-1"), nl=False)
            elif as_json:
                write_json(_record(path, hit, words))
            else:
                _show(path, hit, words)
        if count and path not in reader.missed:
            if as_json:
                write_json({"file": name_of(path), "claims": found})
            else:
                click.echo(f"{name_of(path)}: {found:,}")
        total += found
    reader.finish(CLEAN if total else FINDINGS)


def _number(hit: Hit, mask: bool) -> str:
    where = hit.where
    if not isinstance(where, Unit):
        return ""
    return unit_number(where) if mask else where.number


def _set(hit: Hit, mask: bool) -> dict[str, str]:
    """The set it stands in, as it may be shown."""
    head = hit.where.head
    if not mask:
        return {"id": head.id, "control": head.control, "version": head.version}
    return {
        "id": envelope_value(head.id, "set"),
        "control": envelope_value(head.control),
        "version": envelope_value(head.version, "version"),
    }


def _record(path: Path, hit: Hit, words: Words) -> dict[str, Any]:
    return {
        "file": name_of(path),
        "claim": _number(hit, words.mask) or None,
        "set": _set(hit, words.mask),
        "segments": [msgspec.to_builtins(words.line(placed)) for placed in hit.segments],
    }


def _show(path: Path, hit: Hit, words: Words) -> None:
    told_set, spec = _set(hit, words.mask), hit.where.head.spec
    what = f"claim {plain(_number(hit, words.mask))}" if isinstance(hit.where, Unit) else "outside the claims"
    kind = plain(spec.id if spec else told_set["id"])
    place = f"set {plain(told_set['control'])} ({kind})  byte {hit.segments[0].byte}"
    click.echo(click.style(what, bold=True) + click.style(f"  {plain(name_of(path))}  {place}", dim=True))
    for placed in hit.segments:
        line = msgspec.structs.replace(words.line(placed), depth=1, begins_unit=False, opens="")
        for text in told(line, width()):
            click.echo(text)
    click.echo()
