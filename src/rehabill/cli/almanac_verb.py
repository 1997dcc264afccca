"""`rehabill almanac show`: what the program takes the law to be on a day, and where it stands."""

import datetime as dt

import click

from rehabill.almanac.edition import Edition
from rehabill.almanac.load import load
from rehabill.base.errors import InputError, NotInForce


@click.group("almanac")
def command() -> None:
    """The dated law the program rests on."""


@command.command("show")
@click.argument("names", nargs=-1)
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day of service (today).")
@click.option("--payer", default="medicare-b", show_default=True, help="Payer profile.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON Lines.")
def show(names: tuple[str, ...], day: dt.datetime | None, payer: str, as_json: bool) -> None:
    """Parameters, `payer.` settings and `table.` ages in force on a day, or all whose name or label holds a word given.

    `rehabill almanac show kx --on 2026-03-04` or `rehabill almanac show payer. --payer commercial`.
    """
    on = day.date() if day else dt.date.today()  # noqa: DTZ011 (the user's own calendar day)
    try:
        edition = load().edition(payer, on)
    except InputError as error:
        raise click.UsageError(str(error)) from None
    words = [word.casefold() for word in names]
    found = [
        name for name in _all_names(edition) if not words or any(word in _searched(edition, name) for word in words)
    ]
    if not found:
        raise click.UsageError(f"nothing in the almanac is called {' or '.join(names)}")
    if not as_json:
        click.echo(f"In force on {on} for {edition.profile.label} ({edition.stamp(on)})\n")
    for name in found:
        _show(edition, name, as_json)


def _all_names(edition: Edition) -> list[str]:
    settings = [f"payer.{name}" for name in sorted(edition.settings)]
    tables = [f"table.{name}" for name in sorted(edition.law.almanac.tables)]
    return [*sorted(edition.law.almanac.parameters), *settings, *tables]


def _searched(edition: Edition, name: str) -> str:
    """A parameter is found by its name or by the words that explain it."""
    parameter = edition.law.almanac.parameters.get(name)
    return f"{name} {parameter.label}".casefold() if parameter else name


def _show(edition: Edition, name: str, as_json: bool) -> None:
    import msgspec

    label = edition.law.almanac.parameters[name].label if name in edition.law.almanac.parameters else ""
    try:
        ref = edition.cite(name)
    except NotInForce as missing:
        click.echo(msgspec.json.encode({"name": name, "error": str(missing)}) if as_json else f"{name}\n  {missing}")
        return
    if as_json:
        click.echo(msgspec.json.encode(ref).decode())
        return
    since = f" since {ref.since}" if ref.since else ""
    mark = "" if ref.verified else "  [unverified]"
    click.echo(f"{ref.name} = {ref.value}{since}{mark}")
    if label:
        click.echo(f"  {label}")
    click.echo(f"  {ref.source}" + (f"  [{ref.table_age}]" if ref.table_age else ""))
