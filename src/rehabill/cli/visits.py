"""Visits from JSON Lines or from a CSV with one row for each treatment, told apart by the file's name."""

from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path

from rehabill.base.errors import InputError
from rehabill.cli.records import Record, open_input, read_lines
from rehabill.intake import treatment_rows
from rehabill.model.visit import Visit


def read_visits(files: Iterable[Path]) -> Iterator[Record]:
    """Records with a `Visit` or what is wrong with it, file after file."""
    for path in list(files) or [Path("-")]:
        if path.suffix.lower() == ".csv":
            yield from _csv(path)
        else:
            yield from read_lines([path], Visit)


def billed_before(path: Path) -> frozenset[str]:
    """Numbers of the visits of the file that were billed in the books they were exported from."""
    if path.suffix.lower() != ".csv":
        return frozenset()
    with TextIOWrapper(open_input(path), encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        try:
            return treatment_rows.billed(file)
        except InputError:  # told when its visits are read
            return frozenset()


def _csv(path: Path) -> Iterator[Record]:
    try:
        # bytes that are not UTF-8 pass, so that they spoil one visit and not the file
        with TextIOWrapper(open_input(path), encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            for number, name, found in treatment_rows.read(file):
                if isinstance(found, Visit):
                    yield Record(found.id, number, str(path), found)
                else:
                    yield Record(name, number, str(path), wrong=found)
    except InputError as error:
        yield Record(None, 1, str(path), wrong=error)
