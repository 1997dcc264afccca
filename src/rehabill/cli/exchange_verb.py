"""`rehabill exchange`: what came and went, what became of it, and what to do by hand."""

import datetime as dt
from pathlib import Path

import click
import msgspec

from rehabill.almanac.load import load
from rehabill.cli.books import books, now, practice_option, who
from rehabill.cli.lists import DAY, asked, limit_option
from rehabill.cli.page import say, table
from rehabill.cli.records import CLEAN, FINDINGS, json_option
from rehabill.cli.x12.files import chunks, counted, write_json


@click.group("exchange")
def command() -> None:
    """Files that came and went: list, egress, reconcile; take, resend and retry by hand."""


@command.command("list")
@limit_option
@practice_option
@json_option
def list_(limit: int, slug: str | None, as_json: bool) -> None:
    """The last files that came and went, and what became of each."""
    with asked(slug):
        from rehabill.office.exchange.listing import files

        rows = files(limit)
    if as_json:
        for one in rows:
            write_json(one)
        return
    table(
        ("when", "way", "file", "kind", "partner", "state", "what"),
        [(f"{one.at:%Y-%m-%d %H:%M}", one.way, one.name, one.kind, one.partner, one.state, one.what) for one in rows],
    )


@command.command("egress")
@limit_option
@practice_option
@json_option
def egress(limit: int, slug: str | None, as_json: bool) -> None:
    """Everything that left this machine, or may have: each attempt, with where it went and the hash of its bytes."""
    with asked(slug):
        from rehabill.office.exchange.listing import left

        rows = left(limit)
    if as_json:
        for one in rows:
            write_json(one)
        return
    table(
        ("when", "what", "file", "bytes", "sha256", "where", "words"),
        [(f"{one.at:%Y-%m-%d %H:%M:%S}", one.what.replace("_", " "), one.name, one.size, one.sha256[:12], one.where,
          one.words) for one in rows],
    )  # fmt: skip


@command.command("reconcile")
@click.option("--from", "first", type=DAY, metavar="DAY", help="Files written on that day or later.")
@click.option("--to", "last", type=DAY, metavar="DAY", help="Files written until that day.")
@practice_option
@json_option
def reconcile(first: dt.date | None, last: dt.date | None, slug: str | None, as_json: bool) -> None:
    """Claims sent = accepted + rejected + waiting, file by file. Exit code 1: some wait."""
    with asked(slug):
        from rehabill.office.exchange.reconcile import reconciled

        rows = reconciled(first, last)
    if as_json:
        for one in rows:
            write_json(one)
    else:
        sums = tuple(sum(getattr(one, name) for one in rows) for name in ("sent", "accepted", "rejected", "waiting"))
        table(
            ("file", "day", "partner", "state", "sent", "accepted", "rejected", "waiting"),
            [(one.file, one.day, one.partner, one.state, one.sent, one.accepted, one.rejected, one.waiting)
             for one in rows],
            [("all", None, "", "", *sums)],
        )  # fmt: skip
    raise SystemExit(FINDINGS if any(one.waiting for one in rows) else CLEAN)


@command.command("take")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@practice_option
@json_option
def take(files: tuple[Path, ...], slug: str | None, as_json: bool) -> None:
    """Files that came another way (downloaded by hand): stored, typed by what is in them, applied once.

    TA1, 999, 277CA and 277 move claims; an 835 is posted. Exit code 1: a file could not be applied.
    """
    aside = False
    with books(slug):
        from rehabill.office.exchange import inbox

        almanac = load()
        for path in files:
            at = now()
            arrival = inbox.store(path.name, b"".join(chunks(path)), who(), at)
            if arrival.state == "fetched":
                arrival = inbox.apply(arrival.id, almanac, who(), at)
            aside |= arrival.state == "quarantined"
            kind = arrival.file.kind if arrival.file else ""
            if as_json:
                write_json({"file": arrival.name, "kind": kind, "state": arrival.state, "what": arrival.why})
            else:
                say(f"{arrival.name}  {kind}  {arrival.state}: {arrival.why}")
    raise SystemExit(FINDINGS if aside else CLEAN)


@command.command("resend")
@click.argument("numbers", nargs=-1, required=True, metavar="CLAIM…")
@click.option("--why", required=True, help="It stays on record with each claim.")
@practice_option
@json_option
def resend(numbers: tuple[str, ...], why: str, slug: str | None, as_json: bool) -> None:
    """Send claims again, unchanged, in new files: what got lost, or was turned back through no fault of its own."""
    with books(slug) as practice, asked(None):
        from rehabill.office.exchange.again import resend as again

        moment = now()
        sent = again(practice, load(), numbers, why, moment, who(), moment.astimezone(dt.UTC))
    for one in sent:
        if as_json:
            write_json(msgspec.to_builtins(one._asdict()))
        else:
            say(f"{counted(one.claims, 'claim')} in interchange {one.control_number}: goes with the next sync.")


@command.command("retry")
@click.argument("name", metavar="FILE")
@practice_option
def retry(name: str, slug: str | None) -> None:
    """Try a file anew that was refused on its way out, or put aside when it came: what was wrong is mended."""
    with asked(slug):
        from rehabill.office.exchange.again import retry as again

        what = again(name, now())
    say(f"{name} {what}.")
