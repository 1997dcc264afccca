"""How the specs' sources are taken: strictly, or not at all."""

from typing import Any

import msgspec


class SpecError(ValueError):
    """The specs' YAML says something it may not; the message names the file and the entry."""


def converted(value: Any, shape: Any, where: str) -> Any:
    """`value` as a `shape` of ours; `where` names the file and the entry."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise SpecError(f"{where}: {error}") from None
