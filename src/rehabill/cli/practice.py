"""The practice's own file."""

from pathlib import Path

import click
import yaml

from rehabill.base.errors import InputError
from rehabill.model.decode import convert
from rehabill.model.practice import Practice


def read_practice(path: Path) -> Practice:
    """`practice.yaml` as a `Practice`; every scalar is text until the field says otherwise (an NPI keeps its zeros)."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        return convert(raw, Practice, strict=False)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path} is not readable YAML: {error}") from None
    except InputError as error:
        raise click.UsageError(f"{path}: {error}") from None
