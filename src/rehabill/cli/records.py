"""Records in, results out: JSON Lines (or a CSV of treatments), one bad line never stops the rest.

Exit codes of the contract: 0 clean, 1 findings, 2 usage, 3 unreadable input.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click
import msgspec

from rehabill.base.errors import InputError, NotInForce
from rehabill.model.decode import decode

T = TypeVar("T")

CLEAN, FINDINGS, UNREADABLE = 0, 1, 3  # 2, wrong usage, is click's
_BOM = b"\xef\xbb\xbf"

files_argument = click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON Lines instead of a table.")


class Record(msgspec.Struct, frozen=True):
    """One record of the input with its place, or what is wrong with it; without a line, with the whole input."""

    id: Any
    line: int | None
    file: str | None = None
    value: Any = None
    wrong: InputError | None = None


def read_lines(files: Iterable[Path], kind: type[T]) -> Iterator[Record]:
    """Records of `kind` from JSON Lines files (`-` or none: standard input)."""
    for name, number, data in lines(files):
        try:
            value = decode(data, kind)
            yield Record(getattr(value, "id", None), number, name, value)
        except InputError as error:
            yield Record(id_of(data), number, name, wrong=error)


def opened(path: Path) -> BinaryIO:
    """Raises `InputError` for a file that cannot be opened: for verbs that do the others without it."""
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError("", f"cannot be read ({error.strerror})") from None


def open_input(path: Path) -> BinaryIO:
    """A file that cannot be opened ends the run: half of the input is not the input."""
    try:
        return opened(path)
    except InputError as error:
        click.echo(f"{path}: {error.message}", err=True)
        raise SystemExit(UNREADABLE) from None


def lines(
    files: Iterable[Path], open_file: Callable[[Path], BinaryIO] = open_input
) -> Iterator[tuple[str | None, int, bytes]]:
    for path in list(files) or [Path("-")]:
        if str(path) == "-":
            yield from ((None, number, line) for number, line in _numbered(sys.stdin.buffer))
            continue
        with open_file(path) as file:
            yield from ((str(path), number, line) for number, line in _numbered(file))


def _numbered(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(file, start=1):
        text = line.removeprefix(_BOM).strip() if number == 1 else line.strip()
        if text:
            yield number, text


def id_of(data: bytes) -> Any:
    """The id of a record that could not be read, if there is one, so that the error finds its way home."""
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    held = found.get("id") if isinstance(found, dict) else None
    return held if isinstance(held, str | int) else None


def failed(error: Exception) -> InputError:
    """A record that cannot be worked on: law not in force that day, or our own fault, said without its data."""
    if isinstance(error, NotInForce):
        return InputError("date", str(error))
    return InputError(
        "", f"rehabill failed on this record ({type(error).__name__}); report it with its codes and dates"
    )


class Output:
    """Writes results and keeps the exit code: unreadable input outranks findings."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.exit_code = CLEAN
        self._encoder = msgspec.json.Encoder()
        self._out = sys.stdout.buffer

    def each(
        self, records: Iterable[Record], work: Callable[[Any], tuple[Any, bool]], show: Callable[[Any], None]
    ) -> None:
        """`work` turns a record's value into (result, has findings); `show` prints a result as a table."""
        for record in records:
            wrong = record.wrong or self._try(record, work, show)
            if wrong is not None:
                self.error(record, wrong)

    def _try(
        self, record: Record, work: Callable[[Any], tuple[Any, bool]], show: Callable[[Any], None]
    ) -> InputError | None:
        try:
            result, findings = work(record.value)
        except InputError as error:
            return error
        except Exception as error:
            return failed(error)
        if findings and self.exit_code == CLEAN:
            self.exit_code = FINDINGS
        if self.as_json:
            self.write(result)
        else:
            show(result)
        return None

    def error(self, record: Record, wrong: InputError) -> None:
        """One located error object (with --json), or a line on standard error."""
        self.exit_code = UNREADABLE
        if self.as_json:
            place = {"line": record.line, "path": wrong.path, "message": wrong.message, "file": record.file}
            self.write({"id": record.id, "error": place})
            return
        line = "" if record.line is None else f"line {record.line}"
        where = " ".join(part for part in (record.file, line) if part)
        click.echo(": ".join(part for part in (where, wrong.path, wrong.message) if part), err=True)

    def write(self, result: Any) -> None:
        self._out.write(self._encoder.encode(result))
        self._out.write(b"\n")

    def finish(self) -> None:
        """Flush and leave with the exit code."""
        self._out.flush()
        raise SystemExit(self.exit_code)
