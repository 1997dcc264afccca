"""`rehabill partner`: the clearinghouses and payers with whom the practice exchanges files."""

from pathlib import Path
from typing import Any

import click
import yaml

from rehabill.base.errors import InputError
from rehabill.cli.books import books, practice_option
from rehabill.cli.lists import asked
from rehabill.cli.page import say, table
from rehabill.cli.records import CLEAN, FINDINGS, json_option
from rehabill.cli.x12.files import write_json


@click.group("partner")
def command() -> None:
    """Clearinghouses and payers with whom files are exchanged: add, list, test, pause, resume."""


@command.command("add")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@practice_option
def add(file: Path, slug: str | None) -> None:
    """Add the partners that FILE (YAML) describes, or bring them up to it.

    \b
      clearinghouse:
        name: Example Clearinghouse
        usage: T                    # T test, P production: as the practice's own
        takes: [837P, 276]
        payers: []                  # empty: every payer that no other partner names
        receiver: {name: EXAMPLE CLEARINGHOUSE, id: "123456789"}
        patience: {receipt_business_days: 1, acceptance_business_days: 3, decision_days: 30}
        by:
          connector: sftp           # folder, sftp or http
          host: sftp.clearinghouse.example
          user: practice1
          key: file:~/.ssh/clearinghouse
          host_keys: ["SHA256:…"]

    Secrets are never written here: only where they are (env:NAME, file:PATH, keyring:SERVICE/NAME).
    """
    with asked(slug):
        from rehabill.office.exchange.partners import save

        everybody = save(_read(file))
    _show(everybody)


def _read(file: Path) -> dict[str, Any]:
    from rehabill.model.decode import convert
    from rehabill.office.exchange.partner import PartnerRecord

    try:
        raw = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # numbers keep their zeros
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file} is not readable YAML: {error}") from None
    return convert(raw, dict[str, PartnerRecord], strict=False)


@command.command("list")
@practice_option
@json_option
def list_(slug: str | None, as_json: bool) -> None:
    """The practice's partners."""
    with asked(slug):
        from rehabill.office.exchange.models import Partner

        everybody = list(Partner.objects.order_by("name"))
    if as_json:
        for one in everybody:
            write_json({"partner": one.name, "paused_why": one.paused_why, "record": one.record})
    else:
        _show(everybody)


def _show(everybody: list[Any]) -> None:
    if not everybody:
        say("There is no partner: `rehabill partner add FILE`.")
        return
    table(
        ("partner", "name", "by", "where", "usage", "takes", "payers", "paused"),
        [
            (one.name, one.record.name, one.record.by.connector, one.record.by.url or one.record.by.host
             or one.record.by.path, one.record.usage, " ".join(one.record.takes),
             " ".join(one.record.payers) or "all others", one.paused_why)
            for one in everybody
        ],
    )  # fmt: skip


@command.command("test")
@click.argument("name")
@practice_option
def test(name: str, slug: str | None) -> None:
    """Connect to the partner NAME and list what waits there; nothing is sent or fetched. Exit code 1: it failed."""
    with books(slug):
        from rehabill.office.exchange.connectors.errors import Refused, Unreachable
        from rehabill.office.exchange.connectors.open import open_connector
        from rehabill.office.exchange.partners import named

        try:
            partner = named(name)
            with open_connector(partner.name, partner.record.by) as connector:
                waiting = connector.list()
        except (Unreachable, Refused, InputError) as error:
            click.echo(str(error), err=True)
            raise SystemExit(FINDINGS) from None
    say(f"{name} answers; {len(waiting)} file{'s' * (len(waiting) != 1)} there for us.")
    raise SystemExit(CLEAN)


@command.command("pause")
@click.argument("name")
@click.option("--why", required=True, help="It stays on record until the partner is resumed.")
@practice_option
def pause(name: str, why: str, slug: str | None) -> None:
    """Send nothing to the partner NAME and fetch nothing from it."""
    with asked(slug):
        from rehabill.office.exchange.partners import pause as stop

        stop(name, why)
    say(f"{name} is paused: {why}")


@command.command("resume")
@click.argument("name")
@practice_option
def resume(name: str, slug: str | None) -> None:
    """Take up a partner that was paused."""
    with asked(slug):
        from rehabill.office.exchange.partners import pause as stop

        stop(name, "")
    say(f"{name} goes on.")
