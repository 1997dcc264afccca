"""`rehabill x12 to-json` and `from-json`: a file as a tree, and back to the same bytes."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from rehabill.base.errors import InputError
from rehabill.cli.x12.files import Reader, chunks, file_argument, write_whole
from rehabill.x12.tools.trees import json_of, x12_of

_INDENT = 2

out_option = click.option("--out", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False), default="-",
                          help="The file to write; standard output without it.")  # fmt: skip


@click.command("to-json")
@file_argument
@out_option
@click.option("--indent/--no-indent", default=None, help="Spread each segment over lines or not; on a screen it is.")
def to_json(file: Path, out: Path, indent: bool | None) -> None:
    """FILE as JSON: interchanges, groups, sets, segments, elements, components; from-json gives the same bytes back.

    It holds everything the file holds, personal data too. Of a file that is not X12 nothing is written.
    """
    reader = Reader()
    spread = sys.stdout.isatty() if indent is None else indent

    def blocks() -> Iterator[bytes]:
        for block in json_of(reader.batches(file, is_printing=str(out) == "-"), _INDENT if spread else 0):
            if file in reader.missed:
                reader.finish()
            yield block

    write_whole(out, blocks())
    reader.finish()


@click.command("from-json")
@file_argument
@out_option
def from_json(file: Path, out: Path) -> None:
    """The X12 file that FILE, the JSON of to-json, describes. Counts and control numbers are written as they stand."""
    reader = Reader()
    try:
        write_whole(out, x12_of(chunks(file)))
    except InputError as error:
        reader.fail(file, str(error))
    reader.finish()
