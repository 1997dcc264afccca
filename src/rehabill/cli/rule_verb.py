"""`rehabill rule`: one rule of the rule book, or the list."""

import click

from rehabill.base.errors import RehabillError


@click.command("rule")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """What a rule asks, why, what to do, and the law it rests on (NAME: PT210 or kx-missing-over-threshold)."""
    from rehabill.rules.catalog import message
    from rehabill.rules.page import page
    from rehabill.rules.registry import all_rules, rule

    if name is None:
        for found in all_rules():
            click.echo(f"{found.id}  {found.severity:<8}{found.slug:<44}{message(found.id, 'title')}")
        return
    wanted = rule(name)
    if wanted is None:
        raise click.UsageError(f"there is no rule '{name}'; `rehabill rule` lists them")
    try:
        click.echo(page(wanted))
    except RehabillError as error:
        raise click.ClickException(str(error)) from None
