"""`rehabill x12 split` and `merge`: one file into several, several into one."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import click

from rehabill.base.errors import InputError
from rehabill.cli.records import UNREADABLE
from rehabill.cli.x12.files import (
    Reader,
    chunks,
    counted,
    file_argument,
    files_argument,
    name_of,
    write_json,
    write_whole,
)
from rehabill.x12.tools.envelopes import NotSuited
from rehabill.x12.tools.merge import Merger
from rehabill.x12.tools.split import Pieces

_control_number = click.option("--control-number", type=click.IntRange(1, 999_999_999),
                               help="First interchange control number; without it, that of the file.")  # fmt: skip


def _by(ctx: click.Context, param: click.Parameter, value: str) -> int | None:
    """`set` is None, `claims=N` is N."""
    if value == "set":
        return None
    name, _, number = value.partition("=")
    if name == "claims" and number.isdecimal() and int(number[:9]) > 0:
        return int(number[:9])
    raise click.BadParameter(f"'{value}' is neither set nor claims=N, such as claims=100")


@click.command()
@file_argument
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder to write to.")
@click.option("--by", callback=_by, default="set", show_default=True, metavar="set|claims=N",
              help="A piece for each transaction set; or, of an 837P, for each N claims.")  # fmt: skip
@_control_number
@click.option("--json", "as_json", is_flag=True, help="One JSON object a piece.")
def split(file: Path, out: Path, by: int | None, control_number: int | None, as_json: bool) -> None:
    """FILE into several files in a folder, each an interchange of its own with right counts and numbers.

    Interchange control numbers count on from the first. By claims, the levels (HL) are numbered anew.
    """
    reader, pieces = Reader(as_json), Pieces(by, control_number)
    stem, suffix = ("piece", ".x12") if str(file) == "-" else (file.stem, file.suffix)
    claims = 0
    try:
        for number, piece in enumerate(pieces.of(reader.segments(file)), 1):
            out.mkdir(parents=True, exist_ok=True)
            path = out / f"{stem}-{number:03d}{suffix}"
            if path.exists():
                raise click.UsageError(f"{path} is there already: choose an empty folder")
            write_whole(path, (piece.text.encode("latin-1"),))
            claims += piece.claims
            if as_json:
                write_json({"file": str(path), "set": piece.control, "claims": piece.claims, "bytes": len(piece.text)})
    except NotSuited as error:
        raise click.UsageError(f"{name_of(file)}: {error.message}") from None
    except InputError as error:
        reader.fail(file, error.message)
    except OSError as error:
        raise click.UsageError(f"{out} cannot be written ({error.strerror})") from None
    if not pieces.count and not reader.exit_code:
        raise click.UsageError(f"{name_of(file)} holds no transaction set (ST): there is nothing to cut")
    if pieces.count and not as_json:
        click.echo(f"Written to {out}: {counted(pieces.count, 'file')}, {counted(claims, 'claim')}")
    if pieces.left_out:
        click.echo(f"Levels (HL) without a claim that are left out: {pieces.left_out:,}", err=True)
    reader.finish()


@click.command()
@files_argument
@click.option("--out", required=True, type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
              help="The file to write.")  # fmt: skip
@_control_number
def merge(files: tuple[Path, ...], out: Path, control_number: int | None) -> None:
    """FILES of one kind, sender, receiver and version into one interchange. Set numbers are made unique.

    What cannot be merged is told, and nothing is written then.
    """
    reader, merger = Reader(), Merger(control_number)
    _no_file_twice(files)

    def blocks() -> Iterator[bytes]:
        for path in files:
            for text in merger.take(name_of(path), reader.segments(path)):
                yield text.encode("latin-1")
            if reader.exit_code:
                click.echo("Nothing is written: a file that cannot be read whole is not merged", err=True)
                reader.finish()
        yield merger.finish().encode("latin-1")

    try:
        write_whole(out, blocks())
    except NotSuited as error:
        raise click.UsageError(error.message) from None
    except InputError as error:
        click.echo(f"{error.message}; nothing is written", err=True)
        raise SystemExit(UNREADABLE) from None
    again = f"; made unique: {counted(merger.renamed, 'set number')}" if merger.renamed else ""
    told = f"Written to {out}: {counted(merger.sets, 'set')} from {counted(len(files), 'file')}{again}"
    click.echo(told, err=str(out) == "-")
    reader.finish()


def _no_file_twice(files: tuple[Path, ...]) -> None:
    """The same bytes twice would send every claim twice."""
    seen: dict[bytes, Path] = {}
    for path in files:
        if str(path) == "-":
            continue
        digest = sha256()
        try:
            for block in chunks(path):
                digest.update(block)
        except InputError:
            continue  # it is told when it is merged
        if digest.digest() in seen:
            raise click.UsageError(f"{path} and {seen[digest.digest()]} are the same file: every claim would go twice")
        seen[digest.digest()] = path
