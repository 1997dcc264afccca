"""`rehabill init`: the books made, or brought up to this version, and the practice put into them."""

from pathlib import Path
from typing import Any

import click

from rehabill.almanac.load import load
from rehabill.base.errors import RehabillError
from rehabill.cli.practice import read_practice
from rehabill.cli.records import UNREADABLE
from rehabill.engine.practice_file import faults
from rehabill.model.practice import Practice


@click.command("init")
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--practice", "slug", help="What the command line calls the practice; by default made from its name.")
def command(file: Path | None, slug: str | None) -> None:
    """Make the books, and the practice from FILE (practice.yaml). May be repeated: what is there stays or is updated.

    The books are one SQLite file in the user's data folder (REHABILL_HOME), or the PostgreSQL database that
    REHABILL_DATABASE_URL names. Without FILE they are only made, or brought up to this version.
    """
    record = None if file is None else _practice(file)
    try:
        from rehabill.office.start import start
    except ModuleNotFoundError as missing:
        raise click.UsageError(f"the books need `pip install rehabill[office]` ({missing.name} is missing)") from None
    start()
    from django.db import DatabaseError, connection

    from rehabill.office.books import make

    try:
        make()
    except (DatabaseError, OSError, RehabillError) as error:
        click.echo(f"the books cannot be made: {error}", err=True)
        raise SystemExit(UNREADABLE) from None
    click.echo(f"Books: {_where(connection.settings_dict, connection.vendor)}")
    if record is not None:
        click.echo(f"Practice: {_save(record, slug)} ({record.name})")


def _practice(file: Path) -> Practice:
    """Raises `UsageError` where something in it cannot be right: claims would be held, or go nowhere."""
    record = read_practice(file)
    wrong = faults(record, load().data.payers)
    if wrong:
        raise click.UsageError("\n".join(f"{file}: {one}" for one in wrong))
    return record


def _where(settings: dict[str, Any], vendor: str) -> str:
    """Where the books are, without the password."""
    if vendor == "sqlite":
        return str(settings["NAME"])
    host = settings["HOST"] or "this computer"
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    return f"PostgreSQL database {settings['NAME']} on {host}{port}"


def _save(record: Practice, given: str | None) -> str:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_slug
    from django.utils.text import slugify

    from rehabill.office.practices.models import Practice as PracticeRow
    from rehabill.office.practices.records import save_practice

    longest = PracticeRow._meta.get_field("slug").max_length
    slug = given if given is not None else slugify(record.name)[:longest].strip("-")
    try:
        validate_slug(slug)
    except ValidationError:
        message = f"'{slug}' is no name for the command line: letters without accents, digits, - and _"
        raise click.BadParameter(message, param_hint="--practice") from None
    there = PracticeRow.objects.filter(slug=slug).first()
    if there is not None and there.npi != record.npi:
        message = f"the books have another practice of that name (NPI {there.npi}): give this one a name of its own"
        raise click.BadParameter(message, param_hint="--practice")
    return save_practice(slug, record).slug
