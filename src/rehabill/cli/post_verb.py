"""`rehabill post`: remittances into the books, as 835 or typed from paper."""

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.text import Text

from rehabill.almanac.edition import Almanac
from rehabill.almanac.load import load
from rehabill.base.errors import InputError
from rehabill.cli.books import books, now, practice_option, who
from rehabill.cli.page import Cents, console, table
from rehabill.cli.patient_money import show_settled
from rehabill.cli.records import CLEAN, FINDINGS, UNREADABLE, json_option
from rehabill.cli.waiting import lay_what_waits
from rehabill.cli.x12.files import chunks, counted, name_of, plain, write_json
from rehabill.model.books import PostingTask

if TYPE_CHECKING:
    from rehabill.office.money.posting.outcome import FileOutcome, PaymentOutcome

_MOST_TASKS = 20


@click.command("post")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--waiting", is_flag=True, help="Post what waits in suspense on claims that are known by now.")
@click.option("--dry-run", is_flag=True, help="Say what would be posted, and post nothing.")
@click.option("--anyway", is_flag=True, help="Post a typed EOB although it looks mistyped: what does not add up waits.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day of posting (today).")
@practice_option
@json_option
def command(
    files: tuple[Path, ...],
    waiting: bool,
    dry_run: bool,
    anyway: bool,
    day: dt.datetime | None,
    slug: str | None,
    as_json: bool,
) -> None:
    """Remittances into the books: each file whole or not at all, nothing twice.

    A file that begins with ISA is an 835. Any other is an EOB that came on paper, typed as YAML:

    \b
      payer: Plain Health
      check: "1001"            # or  eft: …  or, when nothing is paid,  notice: …
      date: 2026-03-20
      amount: 83.60            # of the whole payment
      claims:
        - claim: EX0302-01
          payer_claim: ICN-1
          lines:
            - code: 97110 GP
              date: 2026-03-02
              units: 2
              charge: 100
              paid: 83.60
              adjustments: {CO-45: 2.40, PR-2: 14.00}

    An 835 whose envelope is broken or whose payment does not balance is held, and so is an EOB of which anything does
    not add up. Claims that are not known, and what does not add up within a claim of an 835, wait in suspense and hold
    up nothing. What patients paid ahead is then laid on what is left to them. Exit code 1: there is something to do.
    """
    if not files and not waiting:
        raise click.UsageError("name files, or --waiting")
    at = now() if day is None else day.replace(hour=12, tzinfo=dt.UTC)
    exit_code = CLEAN
    with books(slug):
        almanac = load()
        is_posted = False
        for path in files:
            try:
                outcome = _post(path, almanac, at, dry_run, anyway)
            except InputError as error:
                _wrong(path, error, as_json)
                exit_code = UNREADABLE
                continue
            exit_code = max(exit_code, _exit_code(outcome))
            is_posted |= outcome.state == "posted"
            if as_json:
                write_json(msgspec.to_builtins(outcome) | {"dry_run": dry_run})
            else:
                _show(outcome, dry_run)
        if waiting and not dry_run:
            laid = lay_what_waits(almanac, at, as_json)
            is_posted |= any(one.is_laid for one in laid)
            exit_code = max(exit_code, FINDINGS if any(one.tasks or not one.is_laid for one in laid) else CLEAN)
        if is_posted and not dry_run:
            _settle(at, as_json)
    raise SystemExit(exit_code)


def _post(path: Path, almanac: Almanac, at: dt.datetime, dry_run: bool, anyway: bool) -> "FileOutcome":
    from rehabill.office.money.posting.file import post_file
    from rehabill.office.money.posting.paper import is_typed, post_eob

    data = b"".join(chunks(path))
    if is_typed(data):
        return post_eob(path.name, data, almanac, who(), at, dry_run, anyway)
    return post_file(path.name, data, almanac, who(), at, dry_run)


def _wrong(path: Path, error: InputError, as_json: bool) -> None:
    if as_json:
        place = {"line": None, "path": error.path, "message": error.message, "file": name_of(path)}
        write_json({"id": None, "error": place})
    else:
        click.echo(f"{name_of(path)}: {error}", err=True)


def _settle(at: dt.datetime, as_json: bool) -> None:
    from rehabill.office.money.patient_money import settle_credit

    found = settle_credit((), at.date(), who(), at)
    if as_json:
        for one in found:
            write_json({"settled": one})
    elif found:
        console.print(Text("Paid ahead by patients, and now laid on what they owe"))
        show_settled(found)


def _exit_code(outcome: "FileOutcome") -> int:
    if outcome.state == "unreadable":
        return UNREADABLE
    has_tasks = any(payment.tasks for payment in outcome.payments)
    return FINDINGS if outcome.held or has_tasks else CLEAN


def _show(outcome: "FileOutcome", dry_run: bool) -> None:
    words = {
        "posted": "would be posted" if dry_run else "posted",
        "seen before": "everything in it was posted before; nothing happened",
        "held": "held, nothing of it is posted",
        "unreadable": "holds no remittance (835)",
    }[outcome.state]
    console.print(Text.assemble((outcome.name, "bold"), f": {words}"))
    for held in outcome.held:
        console.print(Text(f"  {held.rule} {held.why}", style="red"))
    if outcome.payments:
        _payments(outcome.payments)
    _tasks([task for payment in outcome.payments for task in payment.tasks])
    console.print()


def _payments(payments: list["PaymentOutcome"]) -> None:
    table(
        ("payment", "payer", "amount", "claims", "paid on claims", "PLB", "before", "unknown"),
        [
            (one.trace, one.name or one.payer, Cents(one.amount_cents), one.posted or None, Cents(one.posted_cents),
             Cents(-one.moved_cents), one.known or None, one.unknown or None)
            for one in payments
        ],
        indent=2,
    )  # fmt: skip


def _tasks(tasks: list[PostingTask]) -> None:
    """How many there are of each kind, and the largest of them."""
    if not tasks:
        return
    kinds = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in Counter(t.action for t in tasks).items())
    console.print(Text(f"  {counted(len(tasks), 'task')}: {kinds}"))
    for task in sorted(tasks, key=lambda one: -abs(one.cents))[:_MOST_TASKS]:
        place = " ".join(part for part in (task.claim, task.line) if part)
        console.print(Text.assemble("    ", (plain(place), "cyan"), f" {plain(task.why)}"))
    if len(tasks) > _MOST_TASKS:
        console.print(Text(f"    and {len(tasks) - _MOST_TASKS} smaller ones: rehabill work", style="dim"))
