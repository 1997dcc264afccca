"""`rehabill import`: visits, patients, coverages and authorisations into the books."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rehabill.base.errors import InputError
from rehabill.cli.books import books, practice_option
from rehabill.cli.records import FINDINGS, Output, Record, json_option, opened
from rehabill.cli.visits import read_visits
from rehabill.cli.x12.files import chunks, counted, name_of
from rehabill.intake import coverages, patients
from rehabill.intake.table import Sheet

if TYPE_CHECKING:
    from rehabill.office.people.intake import TakenIn

    Take = Callable[[Iterable[Any]], list[TakenIn | InputError]]

_files = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
_WORDS = {
    "new": "new", "completed": "completed", "replaced": "replaced", "same": "there already", "refused": "refused",
    "wrong": "wrong",
}  # fmt: skip


@click.group("import")
def command() -> None:
    """Files into the books. The same file again changes nothing; a row that is wrong stops no other."""


@command.command("visits")
@_files
@practice_option
@json_option
def visits(files: tuple[Path, ...], slug: str | None, as_json: bool) -> None:
    """Visits (JSON Lines, or CSV with one row per treatment), with the patients and policies they speak of.

    A visit that is there already and differs is replaced while it waits to be billed, and refused once it is.
    """
    out = Output(as_json)
    with books(slug):
        from rehabill.office.visits.intake import take_in

        for path in files:
            records = _records(path, out)
            if records is None:
                continue
            found = take_in(record.wrong or record.value for record in records)
            _tell(path, records, found, "visit", out)
    out.finish()


@command.command("patients")
@_files
@practice_option
@json_option
def patients_(files: tuple[Path, ...], slug: str | None, as_json: bool) -> None:
    """Patients (CSV, a row each): made, or completed by what the file says of them."""
    with books(slug):
        from rehabill.office.people.intake import take_patients

        _rosters(files, patients.read, take_patients, "patient", Output(as_json))


@command.command("coverages")
@_files
@practice_option
@json_option
def coverages_(files: tuple[Path, ...], slug: str | None, as_json: bool) -> None:
    """Insurance policies (CSV, a row each) of patients who are in the books."""
    with books(slug):
        from rehabill.office.coverage.intake import take_policies

        _rosters(files, coverages.read_policies, take_policies, "policy", Output(as_json))


@command.command("authorizations")
@_files
@practice_option
@json_option
def authorizations(files: tuple[Path, ...], slug: str | None, as_json: bool) -> None:
    """Authorisations (CSV, a row each) of policies that are in the books."""
    with books(slug):
        from rehabill.office.coverage.intake import take_authorizations

        _rosters(files, coverages.read_authorizations, take_authorizations, "authorisation", Output(as_json))


def _records(path: Path, out: Output) -> list[Record] | None:
    """The records of a file; None, and told, when it cannot be read at all."""
    try:
        if str(path) != "-":
            opened(path).close()
        return list(read_visits([path]))
    except InputError as wrong:
        out.error(Record(None, None, str(path)), wrong)
        return None


def _rosters(
    files: Iterable[Path],
    read: Callable[[bytes], Sheet[Any]],
    take: "Take",
    noun: str,
    out: Output,
) -> None:
    for path in files:
        try:
            sheet = read(b"".join(chunks(path)))
        except InputError as wrong:
            out.error(Record(None, None, str(path)), wrong)
            continue
        if sheet.ignored:
            click.echo(f"{path}: nothing was read from the columns {', '.join(sheet.ignored)}", err=True)
        records = [Record(None, row.number, str(path), row.found) for row in sheet.rows]
        _tell(path, records, take(record.value for record in records), noun, out)
    out.finish()


def _tell(path: Path, records: list[Record], found: "list[TakenIn | InputError]", noun: str, out: Output) -> None:
    """What became of each row (with --json), or of those that need a look, and how many of each there were."""
    counts: Counter[str] = Counter()
    for record, one in zip(records, found, strict=True):
        if isinstance(one, InputError):
            counts["wrong"] += 1
            out.error(record, one)
            continue
        counts[one.what] += 1
        if one.what == "refused":
            out.exit_code = max(out.exit_code, FINDINGS)
        if out.as_json:
            place = {"line": record.line, "file": record.file}
            out.write({"id": one.number, "what": one.what, "why": one.why, **place})
        elif one.why:
            click.echo(f"{noun} {one.number} {_WORDS[one.what]}: {one.why}")
    if not out.as_json:
        words = ", ".join(f"{counts[what]} {words}" for what, words in _WORDS.items() if counts[what])
        click.echo(f"{name_of(path)}: {counted(len(found), noun)}{f': {words}' if words else ''}")
