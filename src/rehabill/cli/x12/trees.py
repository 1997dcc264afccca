"""`rehabill x12 to-json` and `from-json`: a file as a tree, and back to the same bytes."""

import sys
from pathlib import Path

import click

from rehabill.base.errors import InputError
from rehabill.cli.records import UNREADABLE
from rehabill.cli.x12.files import chunks, file_argument, name_of, write_whole
from rehabill.x12.tools import trees

out_option = click.option("--out", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False), default="-",
                          help="The file to write; standard output without it.")  # fmt: skip


@click.command("to-json")
@file_argument
@out_option
@click.option("--indent/--no-indent", default=None, help="Spread over lines or not; on a screen it is.")
def to_json(file: Path, out: Path, indent: bool | None) -> None:
    """FILE as JSON: interchanges, groups, sets, segments, elements, components; from-json gives the same bytes back.

    It holds everything the file holds, personal data too.
    """
    spread = sys.stdout.isatty() if indent is None else indent
    write_whole(out, (trees.to_json(b"".join(chunks(file)), 2 if spread else 0), b"\n"))


@click.command("from-json")
@file_argument
@out_option
def from_json(file: Path, out: Path) -> None:
    """The X12 file that FILE, the JSON of to-json, describes. Counts and control numbers are written as they stand."""
    try:
        data = trees.from_json(b"".join(chunks(file)))
    except InputError as error:
        click.echo(f"{name_of(file)}: {error}", err=True)
        raise SystemExit(UNREADABLE) from None
    write_whole(out, (data,))
