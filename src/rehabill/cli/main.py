"""`rehabill`: the group of verbs. Each verb's module is imported when it is called: start-up stays short."""

import gc
import sys
from importlib import import_module

import click

import rehabill

_VERBS = {
    "init": "The books made, and the practice put into them.",
    "import": "Visits, patients, coverages, authorisations and open balances into the books.",
    "export": "Everything of a practice back out of the books.",
    "code": "Visits in, coded lines out.",
    "scrub": "Claims in, findings out.",
    "price": "Claims or coded visits in, money out.",
    "bill": "Visits in; coded, scrubbed, priced claims and an 837P out.",
    "claim": "Claims of the books: list, show, timeline, correct, void, write-off, transfer; CMS-1500 forms.",
    "post": "Remittances into the books: 835, or typed from paper.",
    "bank": "Bank statements, and the payments found in them.",
    "remit": "Remittances (835) to read and to print.",
    "partner": "Clearinghouses and payers with whom files are exchanged.",
    "sync": "One round with all partners: fetch, apply, notice silence, send.",
    "eligibility": "Is the patient covered, and for what: ask payers, show what they said.",
    "worker": "Rounds with all partners again and again, and queued jobs.",
    "exchange": "Files that came and went: list, egress, reconcile; take, resend, retry.",
    "patient": "Patients of the books: list, show; what they pay: pay, refund, settle.",
    "visit": "Visits of the books: list, show.",
    "payer": "Payers of the books: list, show.",
    "work": "What waits for a person.",
    "aging": "What is owed, by whom, for how long.",
    "ledger": "The trial balance and the entries behind it.",
    "close": "A month looked over and locked.",
    "x12": "X12 files: read, check, compare, cut, join, search, disguise.",
    "explain": "Visits in, the story of their codes out.",
    "rule": "One rule of the rule book, or all of them.",
    "almanac": "The dated law the program rests on.",
}


class _Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _VERBS:
            return None
        command = import_module(f"rehabill.cli.{cmd_name}_verb").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table above: the help page must not import every verb."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_VERBS.items()))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(rehabill.__version__, prog_name="rehabill")
def cli() -> None:
    """A therapy visit becomes a clean, explained, priced claim.

    Every verb reads JSON Lines from files or - and writes a table, or JSON Lines with --json.
    Exit codes: 0 clean, 1 findings, 2 usage, 3 unreadable input.
    """


def seldom_collected() -> None:
    """Files make many small objects and no cycles: looking for cycles at Python's pace took a fifth of posting."""
    gc.set_threshold(200_000, 50, 1_000)


def main() -> None:
    """Entry point. A reader that goes away (`| head`) is no error."""
    seldom_collected()
    try:
        cli()
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
