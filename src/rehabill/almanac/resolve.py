"""Which of a payer's dated settings hold on a day."""

from datetime import date
from typing import Any

import msgspec

from rehabill.almanac import schema
from rehabill.almanac.profile import Profile
from rehabill.base.errors import AlmanacError


def resolve_settings(payer: schema.Payer, on: date, release: str) -> dict[str, schema.Setting]:
    """The settings in force: of those known by `release`, the latest known and latest begun wins."""
    chosen = {}
    for name, rows in payer.settings.items():
        fitting = [
            row
            for row in rows
            if row.known <= release and (row.first is None or row.first <= on) and (row.last is None or on <= row.last)
        ]
        if fitting:
            chosen[name] = max(fitting, key=lambda row: (row.known, row.first or date.min))
    return chosen


def profile_of(payer: schema.Payer, on: date, release: str) -> Profile:
    """The payer's settings on a day as a `Profile`. Raises `AlmanacError` where one is missing or misspelt."""
    raw: dict[str, Any] = {name: row.value for name, row in resolve_settings(payer, on, release).items()}
    if "modifier_order" in raw:
        raw["modifier_order"] = str(raw["modifier_order"]).split()
    try:
        return msgspec.convert({"name": payer.name, "label": payer.label, "family": payer.family, **raw}, Profile)
    except msgspec.ValidationError as error:
        raise AlmanacError(f"payers/{payer.name}.yaml on {on}", str(error)) from None
