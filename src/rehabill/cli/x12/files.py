"""X12 files in, with a progress bar for large ones; text and bytes out; the exit code that sums up a run."""

import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from rehabill.base.finding import Finding
from rehabill.cli.records import CLEAN, UNREADABLE, open_input
from rehabill.x12.outline import Placed, outline
from rehabill.x12.scan import CHUNK, batches

LARGE = 5_000_000
"""From so many bytes on a progress bar is shown."""
_PIPED_WIDTH = 100

file_argument = click.argument("file", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False))
files_argument = click.argument("files", nargs=-1, required=True,
                                type=click.Path(path_type=Path, allow_dash=True, dir_okay=False))  # fmt: skip
personal_option = click.option("--show-personal", is_flag=True,
                               help="Show names, numbers and days of patients instead of masking them.")  # fmt: skip


def name_of(path: Path) -> str:
    """The file as messages call it."""
    return "standard input" if str(path) == "-" else str(path)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, or standard input for `-`."""
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    with open_input(path) as file:
        yield file


def chunks(path: Path, is_printing: bool = False) -> Iterator[bytes]:
    """The bytes of a file in blocks, with a progress bar on standard error when it is large and somebody watches.

    `is_printing`: results are written while the file is read; on a screen the bar would stand among them.
    """
    is_watched = sys.stderr.isatty() and not (is_printing and sys.stdout.isatty())
    with opened(path) as file:
        size = 0 if str(path) == "-" else path.stat().st_size
        blocks = iter(lambda: file.read(CHUNK), b"")
        try:
            yield from _watched(blocks, size, path) if size > LARGE and is_watched else blocks
        except OSError as error:
            click.echo(f"{name_of(path)}: cannot be read ({error.strerror})", err=True)
            raise SystemExit(UNREADABLE) from None


def _watched(blocks: Iterator[bytes], size: int, path: Path) -> Iterator[bytes]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(path.name, total=size)
        for block in blocks:
            yield block
            progress.advance(task, len(block))


class Reader:
    """Reads files; what cannot be read is told on standard error and kept for the exit code."""

    def __init__(self) -> None:
        self.exit_code = CLEAN

    def segments(self, path: Path, is_printing: bool = False) -> Iterator[Placed]:
        """Every segment of a file; at its end, what kept something from being read is told."""
        faults: list[Finding] = []
        yield from outline(batches(chunks(path, is_printing), faults))
        self.tell(path, faults)

    def tell(self, path: Path, faults: Iterable[Finding]) -> None:
        for fault in faults:
            place = f" byte {fault.at.byte}:" if fault.at and fault.at.byte else ""
            # Text outside of any interchange can hold anything: its sample stays out of what may be logged.
            message = fault.message.partition(": '")[0] + "." if ": '" in fault.message else fault.message
            click.echo(f"{name_of(path)}:{place} {message}", err=True)
            if fault.severity == "error":
                self.exit_code = UNREADABLE

    def fail(self, path: Path, message: str) -> None:
        """Something about a file that makes it of no use here."""
        click.echo(f"{name_of(path)}: {message}", err=True)
        self.exit_code = UNREADABLE

    def finish(self, code: int = CLEAN) -> None:
        """Leave; what could not be read outranks what was found."""
        sys.stdout.flush()
        raise SystemExit(self.exit_code or code)


_encoder = msgspec.json.Encoder()


def write_json(value: Any) -> None:
    """One line of JSON."""
    click.echo(_encoder.encode(value), nl=True)


def plain(text: str) -> str:
    """Text that can be shown: what a terminal would take for a command becomes a mark."""
    return text if text.isprintable() else "".join(mark if mark.isprintable() else "\ufffd" for mark in text)


def width() -> int:
    """Columns there are; a page's width where nobody watches."""
    return shutil.get_terminal_size((_PIPED_WIDTH, 24)).columns


def write_whole(out: Path, blocks: Iterable[bytes]) -> int:
    """The file appears whole or not at all; `-` writes to standard output. Gives the bytes written."""
    if str(out) == "-":
        return sum(sys.stdout.buffer.write(block) for block in blocks)
    draft = out.with_name(f".{out.name}.draft")
    written = 0
    try:
        with draft.open("wb") as file:
            for block in blocks:
                written += file.write(block)
        draft.replace(out)
    except OSError as error:
        raise click.UsageError(f"{out} cannot be written ({error.strerror})") from None
    finally:
        draft.unlink(missing_ok=True)
    return written
