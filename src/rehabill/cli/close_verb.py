"""`rehabill close`: a month looked over and locked."""

from typing import TYPE_CHECKING

import click

from rehabill.base.money import dollars
from rehabill.cli.books import now, practice_option, who
from rehabill.cli.lists import asked, write_rows
from rehabill.cli.page import Cents, say, table
from rehabill.cli.records import CLEAN, FINDINGS, json_option
from rehabill.cli.x12.files import write_json

if TYPE_CHECKING:
    from rehabill.office.money.close import Closing


@click.command("close")
@click.argument("month", metavar="MONTH|list")
@click.option("--anyway", is_flag=True, help="Close it although something is open.")
@click.option("--dry-run", is_flag=True, help="Show what stands against it, and close nothing.")
@practice_option
@json_option
def command(month: str, anyway: bool, dry_run: bool, slug: str | None, as_json: bool) -> None:
    """Close a month (2026-03): nothing can be dated in it or before any more. `close list` shows the closed ones.

    What would stop a careful biller is shown first; with any of it the month is closed only --anyway. Exit code 1: it
    is not closed.
    """
    with asked(slug):
        if month == "list":
            _list(as_json)
            return
        from rehabill.office.money import close

        at = now()
        last_day = close.month(month)
        closing = close.prepare(last_day, at.astimezone().date())
        is_stopped = any(one.forbids for one in closing.matters) or bool(closing.matters and not anyway)
        is_closed = not dry_run and not is_stopped
        if is_closed:
            closing = close.close(last_day, who(), at, anyway=anyway)
    if as_json:
        told = {"month": month, "closed": is_closed, "matters": closing.matters}
        write_json(told | {"balances_cents": closing.balances})
    else:
        _show(closing, is_closed, is_stopped)
    raise SystemExit(FINDINGS if is_stopped else CLEAN)


def _show(closing: "Closing", is_closed: bool, is_stopped: bool) -> None:
    name = f"{closing.last_day:%Y-%m}"
    if closing.matters:
        table(
            ("", "what", "amount"), [(one.count, one.what, Cents(one.cents)) for one in closing.matters]
        )  # fmt: skip
    if is_closed:
        debits = sum(cents for cents in closing.balances.values() if cents > 0)
        say(f"{name} is closed: {dollars(debits)} on either side, to zero.", "green")
    elif any(one.forbids for one in closing.matters):
        say(f"{name} is not closed, and cannot be like this: run `rehabill ledger --check`.", "red")
    elif is_stopped:
        say(f"{name} is not closed. To close it all the same: --anyway", "yellow")
    else:
        say(f"{name} can be closed.", "green")


def _list(as_json: bool) -> None:
    from rehabill.office.money.close import closed

    rows = closed()
    if as_json:
        write_rows(rows)
        return
    table(
        ("month", "closed", "by", "owed by insurers", "owed by patients"),
        [
            (f"{one.last_day:%Y-%m}", one.at.date(), one.by, Cents(one.balances_cents.get("insurance_receivable", 0)),
             Cents(one.balances_cents.get("patient_receivable", 0)))
            for one in rows
        ],
    )  # fmt: skip
