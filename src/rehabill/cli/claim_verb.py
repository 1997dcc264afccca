"""`rehabill claim`: claims of the books (`claim_list`, `claim_books`, `claim_money`); `claim 1500`: one PDF of CMS-1500
forms out.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from rehabill.almanac.edition import Almanac
from rehabill.almanac.load import load
from rehabill.base.errors import InputError, PdfMissing
from rehabill.cli.claim_books import correct, record, void
from rehabill.cli.claim_heard import heard
from rehabill.cli.claim_list import list_, show, timeline
from rehabill.cli.claim_money import give_up, hand_on
from rehabill.cli.practice import read_practice
from rehabill.cli.records import CLEAN, FINDINGS, Output, Record, id_of, json_option, lines, opened
from rehabill.edi.claim_1500 import Form, Note, Page, PayerX12, fill, render
from rehabill.model.claim import Claim
from rehabill.model.decode import decode
from rehabill.model.practice import Practice

_FARTHEST = 1.0
_LIKE = "commercial"


def _inches(ctx: click.Context, param: click.Parameter, value: str) -> tuple[float, float]:
    """`X,Y` in inches."""
    try:
        right, down = (float(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(f"'{value}' is not two numbers with a comma between, such as 0.05,-0.02") from None
    if not (abs(right) <= _FARTHEST and abs(down) <= _FARTHEST):
        raise click.BadParameter(f"'{value}' moves the print by more than an inch")
    return right, down


@click.group("claim")
def command() -> None:
    """Claims: in the books, and on paper."""


for _verb in (list_, show, timeline, record, heard, correct, void, give_up, hand_on):
    command.add_command(_verb)


@command.command("1500")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--practice", "practice_file", required=True,
              type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="The practice: practice.yaml.")  # fmt: skip
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The PDF to write.")
@click.option("--form", type=click.Choice(["data", "drawn"]), default="data", show_default=True,
              help="Only the data, for the preprinted red form; or in a drawing of the form, for screens.")  # fmt: skip
@click.option("--offset", callback=_inches, default="0,0", metavar="X,Y",
              help="Move the data right and down by inches, to fit the printer.")  # fmt: skip
@json_option
def form_1500(
    files: tuple[Path, ...], practice_file: Path, out: Path, form: Form, offset: tuple[float, float], as_json: bool
) -> None:
    """Claims (JSON Lines, as for `scrub`) in; one PDF of CMS-1500 (02/12) forms out, six service lines a sheet.

    A claim that cannot be printed is left out, with every reason; what paper cannot hold is noted.
    """
    run = _Run(read_practice(practice_file), load(), Output(as_json))
    run.out.each(_claims(files), run.work, run.show)
    if not run.pages and run.out.exit_code == CLEAN:
        run.out.error(Record(None, None), InputError("", "there is no claim in the input, so there is no PDF"))
    if run.pages:
        try:
            data = render(run.pages, form, offset)
        except PdfMissing as missing:
            raise click.UsageError(str(missing)) from None
        _write(out, data)
    run.finish(out, form)


_NOT_FOR_PAPER = {
    "held": "the claim is held: mend what its findings say, and bill it again",
    "nothing_to_bill": "there is nothing to bill",
    "self_pay": "the patient pays; no payer waits for this form",
}
"""By the state that `bill` gave a claim."""


def _claims(files: tuple[Path, ...]) -> Iterator[Record]:
    """Claims, one a line, bare or as the `claim` of a record of `bill`; a file that cannot be opened is told, and the
    others are done.
    """
    for path in files or (Path("-"),):
        try:
            for name, number, data in lines([path], opened):
                yield _claim(name, number, data)
        except InputError as error:
            yield Record(None, None, str(path), wrong=error)


def _claim(name: str | None, number: int, data: bytes) -> Record:
    try:
        claim, state = _claim_in(data)
        return Record(id_of(data), number, name, _Given(decode(claim, Claim), number, name, state))
    except InputError as error:
        return Record(id_of(data), number, name, wrong=error)


def _claim_in(data: bytes) -> tuple[bytes, str]:
    """The claim's own record, and what `bill` made of it."""
    try:
        found = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return data, ""  # decoding it as a claim says what is wrong
    if "claim" in found:
        return bytes(found["claim"]), bytes(found["state"]).decode().strip('"') if "state" in found else ""
    if "state" in found and "edition" in found:
        message = "this record of 'bill' names no patient: give the claim itself, as 'scrub' reads it"
        raise InputError("claim", message)
    return data, ""


class _Given(msgspec.Struct, frozen=True):
    """A claim and where it stood."""

    claim: Claim
    line: int
    file: str | None
    state: str = ""


class _Run:
    """The sheets of one run, and what has been said of the practice already."""

    def __init__(self, practice: Practice, almanac: Almanac, out: Output) -> None:
        self.practice = practice
        self.almanac = almanac
        self.out = out
        self.pages: list[Page] = []
        self._claims = 0
        self._of_practice: dict[str, None] = {}

    def work(self, given: _Given) -> tuple[Any, bool]:
        claim = given.claim
        faults: list[InputError] = []
        if given.state in _NOT_FOR_PAPER:
            faults.append(InputError("state", _NOT_FOR_PAPER[given.state]))
        pages, notes = fill(claim, self.practice, self._profile(claim), faults)
        name = claim.claim_number if claim.id is None else claim.id
        place = {"id": name, "line": given.line, "file": given.file}
        if faults:
            wrong = [{"path": fault.path, "message": fault.message} for fault in faults]
            return {**place, "sheets": [], "notes": [], "cannot_be_printed": wrong}, True
        first = len(self.pages) + 1
        self.pages.extend(pages)
        self._claims += 1
        sheets = list(range(first, len(self.pages) + 1))
        return {**place, "sheets": sheets, "notes": notes, "cannot_be_printed": []}, False

    def _profile(self, claim: Claim) -> PayerX12 | None:
        """The payer's habits; one the almanac does not know is like any plan, of the kind the practice says."""
        day = claim.date or next((line.date for line in claim.lines if line.date), None)
        day = day or dt.date.today()  # noqa: DTZ011 (a claim without a date is refused anyway)
        if claim.payer in self.almanac.data.payers:
            return PayerX12.of(self.almanac.edition(claim.payer, day))
        account = self.practice.payers.get(claim.payer)
        if account is None or account.filing_indicator is None:
            return None
        like = PayerX12.of(self.almanac.edition(_LIKE, day))
        return msgspec.structs.replace(like, filing_indicator=account.filing_indicator)

    def show(self, result: dict[str, Any]) -> None:
        """What a person should know of one claim; what concerns the practice is said once, at the end."""
        name = result["id"] or f"line {result['line']}"
        if result["cannot_be_printed"]:
            click.echo(f"{name}  not printed ({result['file'] or 'standard input'} line {result['line']})")
            for fault in result["cannot_be_printed"]:
                click.echo(f"    {fault['path']}: {fault['message']}")
            return
        sheets = result["sheets"]
        where = f"sheet {sheets[0]}" if len(sheets) == 1 else f"sheets {sheets[0]} to {sheets[-1]}"
        click.echo(f"{name}  {where}")
        notes: tuple[Note, ...] = result["notes"]
        for note in notes:
            if note.path.startswith("practice."):
                self._of_practice[f"    {note.path}: {note.message}"] = None
            else:
                click.echo(f"    {note.message}")

    def finish(self, out: Path, form: Form) -> None:
        if not self.out.as_json:
            if self._of_practice:
                click.echo("The practice")
            for line in self._of_practice:
                click.echo(line)
            if self.pages:
                kind = "data only, for the preprinted form" if form == "data" else "drawn, for screens"
                claims = "1 claim" if self._claims == 1 else f"{self._claims} claims"
                sheets = "1 sheet" if len(self.pages) == 1 else f"{len(self.pages)} sheets"
                click.echo(f"Written to {out}: {claims} on {sheets} ({kind})")
            elif self.out.exit_code == FINDINGS:
                click.echo("No claim could be printed, so there is no PDF.")
        self.out.finish()


def _write(out: Path, data: bytes) -> None:
    """The file appears whole or not at all."""
    draft = out.with_name(f".{out.name}.draft")
    try:
        draft.write_bytes(data)
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise click.UsageError(f"{out} cannot be written ({error.strerror})") from None
