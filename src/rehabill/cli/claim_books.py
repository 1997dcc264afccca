"""`rehabill claim correct|void`: a claim of the books changed by a new version. Included by `claim_verb`."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rehabill.almanac.load import load
from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.cli.books import books, now, practice_option, who
from rehabill.cli.x12.files import chunks
from rehabill.model.claim import Claim
from rehabill.model.decode import decode

if TYPE_CHECKING:
    from rehabill.office.claims.models import Claim as ClaimRow

_why_option = click.option("--why", required=True, help="Why, for everybody who reads the claim's history.")


@click.command("correct")
@click.argument("number")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@_why_option
@practice_option
def correct(number: str, file: Path, why: str, slug: str | None) -> None:
    """Replace what was billed under NUMBER by the claim in FILE (JSON, as `claim record` and `bill` write it).

    The new version goes out with the next `rehabill bill`: as a replacement (frequency 7) where the insurer has the
    claim, else as a new one. What it would be held for is told, and then nothing changes. Of a claim that was only
    sent, say first whether the insurer has it: `rehabill claim heard`.
    """
    with books(slug):
        from rehabill.office.claims import versions

        claim = _find(number)
        before = claim.charge_cents
        versions.correct(claim, _record(file), why, who(), now(), load(), _today())
        _tell(claim, before, "corrected")


@click.command("record")
@click.argument("number")
@practice_option
def record(number: str, slug: str | None) -> None:
    """The claim NUMBER as it was billed last, as JSON: change it, and `claim correct` takes it in."""
    with books(slug):
        claim = _find(number)
        last = claim.versions.order_by("number").last()
        if last is None:
            raise InputError("", f"claim {number} has no version yet")
        click.echo(msgspec.json.format(msgspec.json.encode(last.record), indent=2))


@click.command("void")
@click.argument("number")
@_why_option
@practice_option
def void(number: str, why: str, slug: str | None) -> None:
    """Take the claim NUMBER back, and its charges out of the books.

    Where the insurer has it, a void (frequency 8) goes out with the next `rehabill bill`; where it never did, the
    claim is void at once. Of a claim that was only sent, say first which it is: `rehabill claim heard`.
    """
    with books(slug):
        from rehabill.office.claims import versions

        claim = _find(number)
        before = claim.charge_cents
        versions.void(claim, why, who(), now(), load(), _today())
        _tell(claim, before, "voided")


def _find(number: str) -> "ClaimRow":
    from rehabill.office.claims.models import Claim as ClaimRow

    found: ClaimRow | None = ClaimRow.objects.filter(number=number).first()
    if found is None:
        raise InputError("", f"the books have no claim {number!r}")
    return found


def _record(file: Path) -> Claim:
    data = b"".join(chunks(file))
    try:
        inside = msgspec.json.decode(data, type=dict[str, msgspec.Raw]).get("claim")
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        inside = None  # decoding it as a claim says what is wrong
    return decode(data if inside is None else bytes(inside), Claim)


def _today() -> dt.date:
    return now().date()


def _tell(claim: "ClaimRow", before: int, what: str) -> None:
    claim.refresh_from_db()
    by = claim.charge_cents - before
    charges = (
        f"charges {dollars(claim.charge_cents)} ({'+' if by > 0 else ''}{dollars(by)})"
        if by
        else (f"charges {dollars(claim.charge_cents)}, as before")
    )
    click.echo(f"Claim {claim.number} {what}: version {claim.version}, {claim.insurance}; {charges}")
    if claim.insurance == "ready":
        click.echo("It goes out with the next `rehabill bill`.")
