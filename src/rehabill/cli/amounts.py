"""How amounts of money and the day of an entry are typed at the command line."""

import datetime as dt
from typing import Any

import click

from rehabill.base.errors import InputError
from rehabill.cli.books import now
from rehabill.cli.lists import DAY
from rehabill.intake.cells import amount


class _Amount(click.ParamType[int]):
    """`25`, `25.00`, `$25`, `1,250.00` → cents."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            cents = value if isinstance(value, int) else amount(value.strip(), "")
        except InputError:
            self.fail(f"'{value}' is no amount of dollars; write it as 25.00", param, ctx)
        if cents <= 0:
            self.fail(f"{value} is not more than nothing", param, ctx)
        return cents


class _AmountOrAll(_Amount):
    """An amount, or `all` → `ALL`: as much as there is."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        return ALL if value in ("all", ALL) else super().convert(value, param, ctx)


ALL = -1
AMOUNT = _Amount()
AMOUNT_OR_ALL = _AmountOrAll()
on_option = click.option("--on", "day", type=DAY, metavar="DAY", help="The day it happened (today).")


def on(day: dt.date | None) -> dt.date:
    """The day given, or today where the practice is."""
    return day or now().date()
