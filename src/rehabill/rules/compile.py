"""The YAML twins of the rules, read strictly: messages for the program, cases for the tests (`make gen`)."""

import sys
from pathlib import Path
from typing import Any, Literal

import msgspec

from rehabill.almanac.compile import read_yaml, write_or_check
from rehabill.base.errors import AlmanacError

HERE = Path(__file__).parent
COMPILED = HERE / "messages.msgpack"


class RuleCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One case a biller can read: a claim, and what the rule says of it (`at` names the path of the finding)."""

    name: str
    claim: dict[str, Any]
    expect: Literal["pass", "fail", "bypassed", "no_data"]
    at: str | None = None
    today: str | None = None


class Twin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: str
    title: str
    messages: dict[str, str]
    cases: tuple[RuleCase, ...]
    claim: dict[str, Any] = {}
    """What every case's claim holds unless it says otherwise (merged key by key)."""


def twins(folder: Path = HERE) -> dict[str, Twin]:
    """Every rule's YAML by rule id. Raises `AlmanacError` for a file that does not say what it must."""
    found: dict[str, Twin] = {}
    for path in sorted(folder.glob("pt*.yaml")):
        try:
            twin = msgspec.convert(read_yaml(path), Twin)
        except msgspec.ValidationError as error:
            raise AlmanacError(path.name, str(error)) from None
        if not path.name.startswith(f"{twin.rule.lower()}_"):
            raise AlmanacError(path.name, f"is named for another rule than {twin.rule}")
        found[twin.rule] = twin
    return found


def encode(found: dict[str, Twin]) -> bytes:
    messages = {rule: {"title": twin.title, **twin.messages} for rule, twin in found.items()}
    return msgspec.msgpack.encode(messages, order="deterministic")


def main(arguments: list[str]) -> int:
    """`python -m rehabill.rules.compile [--check]`."""
    return write_or_check(COMPILED, encode(twins()), check="--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
