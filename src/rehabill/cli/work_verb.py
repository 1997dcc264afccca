"""`rehabill work`: what waits for a person."""

import datetime as dt
from typing import TYPE_CHECKING

import click

from rehabill.cli.books import now, practice_option, who
from rehabill.cli.lists import DAY, asked, limit_option, write_rows
from rehabill.cli.page import Cents, say, table
from rehabill.cli.records import CLEAN, FINDINGS, json_option
from rehabill.cli.x12.files import counted, write_json

if TYPE_CHECKING:
    from rehabill.office.worklists.listing import Sort


@click.group("work", invoke_without_command=True)
@click.option("--action", default="", help="Only of this kind, such as denied.")
@click.option("--payer", default="", help="Only with this payer.")
@click.option("--claim", default="", metavar="NUMBER", help="Only of this claim.")
@click.option("--due", "due_by", type=DAY, metavar="DAY", help="Due on that day or before.")
@click.option("--sort", type=click.Choice(["due", "amount", "action"]), default="due", show_default=True)
@limit_option
@practice_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, action: str, payer: str, claim: str, due_by: dt.date | None, sort: "Sort", limit: int,
    slug: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Open tasks: why, how much, on which claim, until when. Exit code 1: there are some."""
    if ctx.invoked_subcommand:
        return
    with asked(slug):
        from rehabill.office.worklists.listing import kinds, open_tasks, visits_held

        rows = open_tasks(action=action, payer=payer, claim=claim, due_by=due_by, sort=sort, limit=limit)
        counts = [] if as_json else kinds()
        held = 0 if as_json else visits_held()
    if as_json:
        write_rows(rows)
        ctx.exit(FINDINGS if rows else CLEAN)
    if counts:
        say("Open tasks", "bold")
        table(
            ("what", "tasks", "amount"),
            [(one.action.replace("_", " "), one.count, Cents(one.cents)) for one in counts],
            [("all", sum(one.count for one in counts), Cents(sum(one.cents for one in counts)))],
        )
        say("")
    table(
        ("task", "due", "what", "line or claim", "payer", "amount", "why"),
        [
            (str(one.id), one.due_on, one.action.replace("_", " "), one.line or one.claim, one.payer, Cents(one.cents),
             one.why)
            for one in rows
        ],
    )  # fmt: skip
    if not rows:
        say("None of these." if counts else "No task is open.")
    if held:
        say(f"{counted(held, 'visit')} held and not billed: rehabill visit list --state held", "dim")
    ctx.exit(FINDINGS if rows else CLEAN)


@command.command("done")
@click.argument("task", type=int)
@click.option("--why", required=True, help="What was done about it: it stays on record.")
@practice_option
@json_option
def done(task: int, why: str, slug: str | None, as_json: bool) -> None:
    """A task is done."""
    with asked(slug):
        from rehabill.office.worklists.listing import done as finished

        one = finished(task, why, who(), now())
    if as_json:
        write_json(one)
    else:
        say(f"Task {task} is done: {one.action.replace('_', ' ')}{f' of claim {one.claim}' if one.claim else ''}.")
