"""The practice's own file."""

import re
from pathlib import Path
from typing import Any

import click
import yaml

from rehabill.base.errors import InputError
from rehabill.model.decode import convert
from rehabill.model.practice import Practice


def read_practice(path: Path) -> Practice:
    """`practice.yaml` as a `Practice`; every scalar is text until the field says otherwise (an NPI keeps its zeros)."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        _whole_cents(raw)
        return convert(raw, Practice, strict=False)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path} is not readable YAML: {error}") from None
    except InputError as error:
        raise click.UsageError(f"{path}: {error}") from None


def _whole_cents(raw: Any) -> None:
    """Raises `InputError` where a charge was written in dollars: 60.00 would be taken for sixty cents."""
    charges = raw.get("charges_cents") if isinstance(raw, dict) else None
    for code, written in charges.items() if isinstance(charges, dict) else ():
        if isinstance(written, str) and not re.fullmatch(r"\d+", written, re.ASCII):
            raise InputError(f"charges_cents.{code}", f"'{written}' is no number of cents; $60.00 is written 6000")
