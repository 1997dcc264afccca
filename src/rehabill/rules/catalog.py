"""The wording of every rule's findings, compiled from the YAML files beside the rules (`make gen`)."""

from functools import cache
from importlib import resources

import msgspec


@cache
def _messages() -> dict[str, dict[str, str]]:
    data = resources.files("rehabill.rules").joinpath("messages.msgpack").read_bytes()
    return msgspec.msgpack.decode(data, type=dict[str, dict[str, str]])


def message(rule: str, say: str) -> str:
    """The template of one message of one rule."""
    return _messages()[rule][say]


def messages_of(rule: str) -> dict[str, str]:
    """Every template of one rule by name, its title apart."""
    return {say: text for say, text in _messages()[rule].items() if say != "title"}
