"""`rehabill ledger`: the trial balance, the entries behind it, whether the summaries follow from them."""

import datetime as dt
from itertools import islice
from typing import TYPE_CHECKING

import click

from rehabill.base.money import dollars
from rehabill.cli.books import now, practice_option, who
from rehabill.cli.lists import asked, from_to_options, limit_option, write_rows
from rehabill.cli.page import Cents, say, table
from rehabill.cli.records import CLEAN, FINDINGS, json_option
from rehabill.cli.x12.files import write_json

if TYPE_CHECKING:
    from rehabill.office.money.ledger import Balance, Ledger

_MOST = 100


@click.group("ledger", invoke_without_command=True)
@click.option("--account", default="", help="The entries of one account.")
@click.option("--party", default="", help="With --account: of one payer, patient or payment alone.")
@click.option("--patient", default="", metavar="NUMBER", help="All that touches a patient's claims and money.")
@click.option("--claim", default="", metavar="NUMBER", help="All that touches a claim.")
@from_to_options("Entries")
@limit_option
@click.option("--check", is_flag=True, help="Compare what is kept beside the journal with the journal.")
@click.option("--rebuild", is_flag=True, help="Make what is kept beside the journal anew from it.")
@practice_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, account: str, party: str, patient: str, claim: str, first: dt.date | None,
    last: dt.date | None, limit: int, check: bool, rebuild: bool, slug: str | None, as_json: bool,
) -> None:  # fmt: skip
    """The trial balance; with an account, patient or claim, its last entries with a running balance.

    Debits are positive, credits negative, and the whole of the books is zero. Exit code 1 where it is not, or where
    --check finds a difference.
    """
    if ctx.invoked_subcommand:
        return
    if sum(map(bool, (account, patient, claim, check, rebuild))) > 1:
        raise click.UsageError("one of --account, --patient, --claim, --check and --rebuild at a time")
    if party and not account:
        raise click.UsageError("--party goes with --account")
    with asked(slug):
        if check or rebuild:
            ctx.exit(_rebuild(as_json) if rebuild else _check(as_json))
        from rehabill.office.money import ledger

        period = ledger.Period(first, last)
        if not (account or patient or claim):
            ctx.exit(_trial(ledger.trial_balance(period), period.first, as_json))
        found = (
            ledger.account_ledger(account, party, period, limit) if account
            else ledger.patient_ledger(patient, period, limit) if patient
            else ledger.claim_ledger(claim, period, limit)
        )  # fmt: skip
    if as_json:
        write_rows(found.lines)
    else:
        _entries(found, {name for name, given in (("account", account), ("claim", claim)) if given})


def _trial(rows: "list[Balance]", first: dt.date | None, as_json: bool) -> int:
    rest = sum(one.cents for one in rows)
    if as_json:
        write_rows(rows)
        return FINDINGS if rest else CLEAN
    if not rows:
        say("Nothing is entered.")
        return CLEAN
    debit, credit = (sum(one.cents for one in rows if (one.cents > 0) is side) for side in (True, False))
    table(
        ("account", "", "debit", "credit"),
        [(one.account, one.title, Cents(max(one.cents, 0)), Cents(max(-one.cents, 0))) for one in rows],
        [("all", "", Cents(debit), Cents(-credit))],
    )
    what = "What moved" if first else "The books"
    say(f"{what}: {f'out of balance by {dollars(rest)}' if rest else 'balanced, to zero'}", "red" if rest else "green")
    return FINDINGS if rest else CLEAN


def _entries(found: "Ledger", asked: set[str]) -> None:
    """What was asked for stands in no column of its own; an entry's number, day and kind stand on its first line."""
    say(f"brought forward {dollars(found.brought_cents)}", "dim")
    rows = []
    before = 0
    for one in found.lines:
        is_same, before = one.entry == before, one.entry
        kind = one.kind.replace("_", " ")
        account = "" if "account" in asked else one.account.replace("_", " ")
        rows.append((
            *(("", "", "") if is_same else (str(one.entry), one.day, kind)),
            " ".join(part for part in (account, one.order, one.party) if part), "" if "claim" in asked else one.claim,
            one.line, " ".join(part for part in (one.reason, one.text) if part), Cents(one.cents),
            Cents(one.balance_cents),
        ))  # fmt: skip
    table(("entry", "day", "what", "where", "claim", "line", "why", "amount", "balance"), rows)
    of = " of what is owed" if found.counts else ""
    say(f"balance{of} {dollars(found.balance_cents)}", "bold")


def _check(as_json: bool) -> int:
    from rehabill.office.money.rebuild import differences

    found = list(islice(differences(), _MOST + 1))
    if as_json:
        write_rows(found[:_MOST])
        return FINDINGS if found else CLEAN
    if not found:
        say("What is owed, the claims' sums and every line follow from the journal.", "green")
        return CLEAN
    table(
        ("claim", "what", "kept", "by the journal"),
        [(one.claim, one.text, Cents(one.kept_cents), Cents(one.journal_cents)) for one in found[:_MOST]],
    )
    say("… and more" if len(found) > _MOST else "", "dim")
    say("`rehabill ledger --rebuild` makes sums anew; a line that differs is looked at with `claim timeline`.")
    return FINDINGS


def _rebuild(as_json: bool) -> int:
    from rehabill.office.money.rebuild import rebuild

    rebuild()
    return _check(as_json)


@command.command("reverse")
@click.argument("entry", type=int)
@click.option("--why", required=True, help="Why it is taken back: it stays on record.")
@practice_option
@json_option
def reverse(entry: int, why: str, slug: str | None, as_json: bool) -> None:
    """Take an entry back by its opposite, dated today, or on the first open day where today's month is closed."""
    with asked(slug):
        from rehabill.office.money.ledger import reverse as taken_back

        number, day = taken_back(entry, why, who(), now())
    if as_json:
        write_json({"entry": entry, "reversed_by": number, "day": day})
    else:
        say(f"Entry {entry} is taken back by entry {number} of {day}.")
        say(f"To bring it back: rehabill ledger reverse {number}", "dim")
