"""`rehabill x12 pseudonymize`: a file with its people replaced by invented ones."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import click

from rehabill.base.errors import InputError
from rehabill.cli.records import UNREADABLE
from rehabill.cli.x12.files import Reader, file_argument, name_of, write_whole
from rehabill.x12.tools.pseudonymize import Pseudonymizer

_KEY_BYTES = 32
_SHORTEST_KEY = 16
_WARNING = (
    "This is not HIPAA de-identification: diagnoses, procedures, amounts, sex, state and intervals between days stay "
    "as they were. Treat the file as health information."
)


@click.command()
@file_argument
@click.option("--out", required=True, type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
              help="The file to write.")  # fmt: skip
@click.option("--key", "key_file", type=click.Path(path_type=Path, dir_okay=False), metavar="KEYFILE",
              help="The secret that decides who becomes whom; it is made when the file is not there.")  # fmt: skip
def pseudonymize(file: Path, out: Path, key_file: Path | None) -> None:
    """FILE with its people replaced by invented ones, to try programs with and to show in a bug report.

    THIS IS NOT HIPAA DE-IDENTIFICATION. Names, numbers, addresses, birthdays and free text are replaced, all days moved
    by one number of weeks; diagnoses, procedures, amounts, sex and state stay, and can be enough to know somebody.
    What does not fit its place may be anything: it becomes other letters and digits. Text outside is left out.

    With the same KEYFILE the same person, claim and provider get the same invented ones in every file, so that an 837,
    its 277CA and its 835 still fit together. Who has the key can recompute them: keep it apart from the files. Control
    numbers, counts and amounts stay, so the result is as valid as FILE was.
    """
    if str(file) != "-" and str(out) != "-" and out.exists() and file.exists() and out.samefile(file):
        raise click.UsageError("--out is FILE itself: write to another file")
    reader = Reader()
    work = Pseudonymizer(_key(key_file))

    def blocks() -> Iterator[bytes]:
        for text in work.write(reader.segments(file)):
            yield text.encode("latin-1")
        if reader.exit_code:
            click.echo("Nothing is written: a file that cannot be read whole may hold more than was replaced", err=True)
            raise SystemExit(UNREADABLE)

    try:
        write_whole(out, [b"".join(blocks())] if str(out) == "-" else blocks())
    except InputError as error:
        click.echo(f"{name_of(file)}: {error.message}", err=True)
        raise SystemExit(UNREADABLE) from None
    if work.left_out:
        click.echo(f"{work.left_out} characters outside any interchange are left out", err=True)
    if work.odd:
        click.echo(
            f"{work.odd:,} segments are not what their guide says (`rehabill x12 check`): whatever in them may be a"
            " person's is replaced by other letters and digits", err=True,
        )  # fmt: skip
    click.echo(_WARNING, err=True)
    reader.finish()


def _key(path: Path | None) -> bytes:
    """The key of the file; a new one where there is none."""
    if path is None:
        click.echo("A key for this run alone is used: give --key KEYFILE to have the same names again", err=True)
        return secrets.token_bytes(_KEY_BYTES)
    try:
        key = path.read_bytes().strip()
    except FileNotFoundError:
        key = secrets.token_hex(_KEY_BYTES).encode()
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(key + b"\n")
        except OSError as error:
            raise click.UsageError(f"{path} cannot be written ({error.strerror})") from None
        click.echo(f"A new key was written to {path}: keep it, and keep it apart from the files", err=True)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read ({error.strerror})") from None
    if len(key) < _SHORTEST_KEY:
        raise click.UsageError(f"the key in {path} is too short: at least {_SHORTEST_KEY} characters are needed")
    return key
