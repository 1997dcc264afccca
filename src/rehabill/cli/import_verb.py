"""`rehabill import`: visits, patients, coverages, authorisations, plans of care, open balances into the books."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rehabill.almanac.load import load
from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.cli.books import books, now, practice_option, who
from rehabill.cli.lists import DAY
from rehabill.cli.records import CLEAN, FINDINGS, Output, Record, json_option, opened
from rehabill.cli.visits import billed_before, read_visits
from rehabill.cli.x12.files import chunks, counted, name_of
from rehabill.intake import coverages, opening, patients, treatment_rows
from rehabill.intake.table import Columns, Sheet

if TYPE_CHECKING:
    from rehabill.office.money.posting.waiting import Laid
    from rehabill.office.people.intake import TakenIn

    Take = Callable[[Iterable[Any]], list[TakenIn | InputError]]

_files = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
_WORDS = {
    "new": "new", "billed": "new and billed elsewhere", "completed": "completed", "replaced": "replaced",
    "same": "there already", "refused": "refused", "wrong": "wrong",
}  # fmt: skip


def _told(columns: Columns) -> str:
    """Which columns a CSV may have."""
    others = ", ".join(name for name in columns.readers if name not in columns.required)
    return f"Columns of the CSV: {', '.join(columns.required)}; and where there are, {others}."


@click.group("import")
def command() -> None:
    """Files into the books. The same file again changes nothing; a row that is wrong stops no other."""


@command.command("visits", epilog=_told(treatment_rows.COLUMNS))
@_files
@click.option("--anyway", is_flag=True, help="Take in what looks like another visit: the patient came twice that day.")
@practice_option
@json_option
def visits(files: tuple[Path, ...], anyway: bool, slug: str | None, as_json: bool) -> None:
    """Visits (JSON Lines, or CSV with one row per treatment), with the patients and policies they speak of.

    A visit that is there already and differs is replaced while it waits to be billed, and refused once it is. One that
    is there under another number (same patient, day, therapist, payer and services) is refused. What `rehabill export`
    calls billed is not billed again: what is still owed of it comes by `import opening`.
    """
    out = Output(as_json)
    with books(slug):
        from rehabill.office.visits.intake import Known, take_in

        law, today = load().data.payers, now().date()
        for path in files:
            records = _records(path, out)
            if records is None:
                continue
            known = Known(law, today, billed_before(path), anyway)
            found = take_in((record.wrong or record.value for record in records), known)
            _tell(path, records, found, "visit", out)
    out.finish()


@command.command("patients", epilog=_told(patients.COLUMNS))
@_files
@practice_option
@json_option
def patients_(files: tuple[Path, ...], slug: str | None, as_json: bool) -> None:
    """Patients (CSV, a row each): made, or completed by what the file says of them."""
    with books(slug):
        from rehabill.office.people.intake import take_patients

        today = now().date()
        _rosters(files, patients.read, lambda rows: take_patients(rows, today), "patient", Output(as_json))


@command.command("coverages", epilog=_told(coverages.POLICY_COLUMNS))
@_files
@practice_option
@json_option
def coverages_(files: tuple[Path, ...], slug: str | None, as_json: bool) -> None:
    """Insurance policies (CSV, a row each) of patients who are in the books."""
    with books(slug):
        from rehabill.office.coverage.intake import take_policies

        law = load().data.payers
        _rosters(files, coverages.read_policies, lambda rows: take_policies(rows, law), "coverage", Output(as_json))


@command.command("authorizations", epilog=_told(coverages.APPROVAL_COLUMNS))
@_files
@practice_option
@json_option
def authorizations(files: tuple[Path, ...], slug: str | None, as_json: bool) -> None:
    """Authorisations (CSV, a row each) of policies that are in the books."""
    with books(slug):
        from rehabill.office.coverage.intake import take_authorizations

        _rosters(files, coverages.read_authorizations, take_authorizations, "authorisation", Output(as_json))


@command.command("plans", epilog=_told(coverages.PLAN_COLUMNS))
@_files
@practice_option
@json_option
def plans(files: tuple[Path, ...], slug: str | None, as_json: bool) -> None:
    """Plans of care (CSV, a row each) with their progress reports, of patients who are in the books.

    A visit that says nothing of its plan is billed under the last that had begun that day.
    """
    with books(slug):
        from rehabill.office.coverage.plans import take_plans

        _rosters(files, coverages.read_plans, take_plans, "plan", Output(as_json))


@command.command("opening", epilog=_told(opening.COLUMNS))
@_files
@click.option("--on", type=DAY, metavar="DAY", help="The day on which these books begin (today).")
@practice_option
@json_option
def opening_(files: tuple[Path, ...], on: dt.date | None, slug: str | None, as_json: bool) -> None:
    """What is still owed of the claims of another system (CSV, a row for each amount of a claim or line).

    Patients must be in the books. Each claim comes whole or not at all, and once.
    Payments that came before it, and wait in suspense, are posted on it.
    """
    out, at = Output(as_json), now()
    day = on or dt.date.today()  # noqa: DTZ011 (the user's own calendar day)
    with books(slug):
        from rehabill.office.money.opening import take_opening
        from rehabill.office.money.posting.waiting import lay_waiting

        almanac = load()
        for path in files:
            try:
                data = b"".join(chunks(path))
                sheet = opening.read(data)
                found = take_opening(path.name, data, sheet.rows, day, almanac, who(), at)
            except InputError as wrong:
                out.error(Record(None, None, str(path)), wrong)
                continue
            _tell(path, _rows_of(path, sheet), found, "balance", out)
        _tell_laid(lay_waiting(almanac, who(), at), out)
    out.finish()


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
        records = _rows_of(path, sheet)
        _tell(path, records, take(record.value for record in records), noun, out)
    out.finish()


def _rows_of(path: Path, sheet: Sheet[Any]) -> list[Record]:
    """The rows of a table; what nothing was read from is told."""
    if sheet.ignored:
        click.echo(f"{path}: nothing was read from the columns {', '.join(sheet.ignored)}", err=True)
    return [Record(None, row.number, str(path), row.found) for row in sheet.rows]


def _tell(path: Path, records: list[Record], found: "list[TakenIn | InputError]", noun: str, out: Output) -> None:
    """What became of each row (with --json), or of those that need a look, and how many of each there were."""
    counts: Counter[str] = Counter()
    for record, one in zip(records, found, strict=True):
        if isinstance(one, InputError):
            counts["wrong"] += 1
            out.error(record, one)
            continue
        counts[one.what] += 1
        if one.what == "refused" or (one.what in ("new", "billed") and one.why):
            out.exit_code = max(out.exit_code, FINDINGS)
        if out.as_json:
            place = {"line": record.line, "file": record.file}
            out.write({"id": one.number, "what": one.what, "why": one.why, **place})
        elif one.why:
            click.echo(f"{noun} {one.number} {_WORDS[one.what]}: {one.why}")
    if not out.as_json:
        words = ", ".join(f"{counts[what]} {words}" for what, words in _WORDS.items() if counts[what])
        click.echo(f"{name_of(path)}: {counted(len(found), noun)}{f': {words}' if words else ''}")


def _tell_laid(laid: "list[Laid]", out: Output) -> None:
    """Payments that waited for these claims."""
    for one in laid:
        out.exit_code = max(out.exit_code, FINDINGS if one.tasks or not one.is_laid else CLEAN)
        if out.as_json:
            out.write(one)
        else:
            what = "was posted from suspense" if one.is_laid else f"stays in suspense: {one.why}"
            click.echo(f"claim {one.claim}: {dollars(one.paid_cents)} of payment {one.trace} {what}")
