"""`rehabill export`: everything of a practice back out of the books."""

from pathlib import Path

import click

from rehabill.base.errors import InputError
from rehabill.cli.books import books, practice_option
from rehabill.cli.page import say, table
from rehabill.cli.records import json_option
from rehabill.cli.x12.files import write_json


@click.command("export")
@click.argument("folder", metavar="OUT_DIR", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json", "parquet", "beancount"]),
    default="csv",
    show_default=True,
    help="A file for each table as CSV, JSON Lines or Parquet; or the journal for beancount.",
)
@practice_option
@json_option
def command(folder: Path, form: str, slug: str | None, as_json: bool) -> None:
    """Everything back out: patients, policies, visits, claims with all versions and events, journal, payments, files.

    OUT_DIR must be new or empty; it appears whole or not at all. Money is in whole cents, days are ISO dates.
    `rehabill import` reads patients.csv, coverages.csv, authorizations.csv and visits.csv back into other books.
    """
    with books(slug):
        from rehabill.office.export.everything import JOURNAL, export_journal, export_tables

        try:
            counts = {JOURNAL: export_journal(folder)} if form == "beancount" else export_tables(folder, form)  # type: ignore[arg-type]
        except InputError as error:
            raise click.UsageError(error.message) from None
        except OSError as error:
            raise click.UsageError(f"{folder} cannot be written ({error.strerror})") from None
        except ModuleNotFoundError as missing:
            message = f"this format needs `pip install rehabill[audit]` ({missing.name} is missing)"
            raise click.UsageError(message) from None
    if as_json:
        write_json({"folder": str(folder), "rows": counts})
        return
    say(str(folder), "bold")
    table(("what", "rows"), [(name, number) for name, number in counts.items() if number])
