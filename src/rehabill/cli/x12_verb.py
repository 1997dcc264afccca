"""`rehabill x12`: files as insurers write them. Each verb's module is imported when it is called."""

from importlib import import_module

import click

_VERBS = {
    "describe": ("describe", "A file in words: every element with its meaning, personal data masked."),
    "check": ("check", "What is wrong with a file, claim by claim; the answer its sender is due."),
    "diff": ("diff", "What differs between two files, claim by claim, whatever their order."),
    "grep": ("grep", "Find claims: CLM01=A17, SV101-2=97110, NM109~^XY, or any text."),
    "stats": ("stats", "What files hold: claims, charges, payments, codes, payers, days."),
    "split": ("cut", "One file into several, each valid by itself."),
    "merge": ("cut", "Several files into one."),
    "to-json": ("trees", "A file as JSON, losing nothing."),
    "from-json": ("trees", "The JSON of to-json back into the file."),
    "pseudonymize": ("pseudonymize", "A file with its people replaced by invented ones. Not HIPAA de-identification."),
}


class _Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _VERBS:
            return None
        module = import_module(f"rehabill.cli.x12.{_VERBS[cmd_name][0]}")
        found = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(verb, told) for verb, (_, told) in _VERBS.items()])


@click.group("x12", cls=_Verbs)
def command() -> None:
    """Files as insurers write them: X12 005010 claims (837P), remittances (835), acknowledgments and the rest.

    Nothing leaves this machine, and personal data is masked unless you ask for it. A dash (-) reads standard input.
    """
