"""X12 files in, with a progress bar for large ones; text and bytes out; the exit code that sums up a run."""

import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import click
import msgspec

from rehabill.base.errors import InputError
from rehabill.base.finding import Finding, Position
from rehabill.cli.records import CLEAN, UNREADABLE, opened
from rehabill.x12.faults import fault
from rehabill.x12.outline import Placed, element, outline
from rehabill.x12.scan import CHUNK, Batch, batches

LARGE = 5_000_000
"""From so many bytes on a progress bar is shown."""
UNREAD = frozenset({"X100", "X101", "X104", "X105", "X106", "X108", "X110"})
"""Faults by which a file, or a part of it, is no X12 or is not there (exit code 3)."""
_NOTHING_READ = "X100"
_PIPED_WIDTH = 100

file_argument = click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
files_argument = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
personal_option = click.option("--show-personal", is_flag=True,
                               help="Show names, numbers and days of patients instead of masking them.")  # fmt: skip


def name_of(path: Path) -> str:
    """The file as messages call it."""
    return "standard input" if str(path) == "-" else str(path)


def counted(number: int, noun: str) -> str:
    """`1 claim`, `2,000 claims`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


@contextmanager
def _source(path: Path) -> Iterator[BinaryIO]:
    """The file, or standard input for `-`. Raises `InputError` for one that cannot be read."""
    try:
        if str(path) == "-":
            yield sys.stdin.buffer
            return
        with opened(path) as file:
            yield file
    except OSError as error:
        raise InputError("", f"cannot be read ({error.strerror})") from None


def chunks(path: Path, is_printing: bool = False) -> Iterator[bytes]:
    """The bytes of a file in blocks, with a progress bar on standard error when it is large and somebody watches.
    Raises `InputError` for a file that cannot be read.

    `is_printing`: results are written while the file is read; on a screen the bar would stand among them.
    """
    is_watched = sys.stderr.isatty() and not (is_printing and sys.stdout.isatty())
    with _source(path) as file:
        size = 0 if str(path) == "-" else path.stat().st_size
        blocks = iter(lambda: file.read(CHUNK), b"")
        yield from _watched(blocks, size, path) if size > LARGE and is_watched else blocks


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
    """Reads files, one after the other. What cannot be read of one is told, in a line on standard error or as an error
    object, and kept for the exit code; the next is read all the same.
    """

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json
        self.exit_code = CLEAN
        self.missed: set[Path] = set()
        """Files of which nothing could be read."""
        self._told: set[Path] = set()

    def segments(self, path: Path, is_printing: bool = False, held: Iterable[bytes] | None = None) -> Iterator[Placed]:
        """Every segment of a file, or of what is `held` of it already."""
        return outline(self.batches(path, is_printing, held))

    def batches(self, path: Path, is_printing: bool = False, held: Iterable[bytes] | None = None) -> Iterator[Batch]:
        """A file's batches; what is wrong is told before the batch it concerns, and once however often one reads."""
        faults: list[Finding] = []
        is_new = path not in self._told
        self._told.add(path)
        gaps = Gaps()
        try:
            for batch in batches(chunks(path, is_printing) if held is None else held, faults):
                faults += gaps.before(batch)
                if is_new:
                    self._tell(path, faults)
                faults.clear()
                yield batch
        except InputError as error:
            self.missed.add(path)
            if is_new:
                self.fail(path, error.message)
            return
        if is_new:
            self._tell(path, [*faults, *(gaps.at_end() if path not in self.missed else ())])

    def _tell(self, path: Path, faults: Iterable[Finding]) -> None:
        for one in faults:
            # Text outside of any interchange can hold anything: its sample stays out of what may be logged.
            message = one.message.partition(": '")[0] + "." if ": '" in one.message else one.message
            byte = one.at.byte if one.at else 0
            if one.rule == _NOTHING_READ:
                self.missed.add(path)
            if one.severity == "error":
                self.fail(path, message, byte)
            else:
                click.echo(_located(path, message, byte), err=True)

    def fail(self, path: Path, message: str, byte: int = 0) -> None:
        """Something about a file that makes it of no use here, or only a part of it of use."""
        self.exit_code = UNREADABLE
        if self.as_json:
            place = {"file": name_of(path), "line": None, "byte": byte, "path": "", "message": message}
            write_json({"id": None, "error": place})
        else:
            click.echo(_located(path, message, byte), err=True)

    def finish(self, code: int = CLEAN) -> NoReturn:
        """Leave; what could not be read outranks what was found."""
        sys.stdout.flush()
        raise SystemExit(self.exit_code or code)


class Gaps:
    """Watches what is missing from a file that can be read: the end of an interchange; anything inside of it."""

    def __init__(self) -> None:
        self.has_content = False
        """Did a set, or an answer to an interchange, begin?"""
        self._open: Finding | None = None
        """What is to be told if the present interchange has no end."""

    def before(self, batch: Batch) -> list[Finding]:
        """What is missing ahead of a batch."""
        missing = [self._open] if batch.opens and self._open else []
        if batch.opens:
            self._open = _unclosed(batch)
        if batch.segments and batch.segments[-1].startswith("IEA"):
            self._open = None
        begins = tuple(name + batch.delimiters.element for name in ("ST", "TA1"))
        self.has_content = self.has_content or any(text.startswith(begins) for text in batch.segments)
        return missing

    def at_end(self) -> list[Finding]:
        """What is missing at the end of the file."""
        missing = [self._open] if self._open else []
        return missing if self.has_content else [*missing, fault("X136", Position(0), what="file")]


def _unclosed(batch: Batch) -> Finding | None:
    """A set that lost its envelope has nothing to be closed."""
    header = batch.segments[0].split(batch.delimiters.element)
    return fault("X110", Position(batch.byte_of(0)), control=element(header, 13)) if header[0] == "ISA" else None


def _located(path: Path, message: str, byte: int) -> str:
    return f"{name_of(path)}:{f' byte {byte}:' if byte else ''} {message}"


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
