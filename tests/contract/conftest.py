"""How these tests call the program: in this process, with bytes in and JSON Lines out."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from rehabill.cli.main import cli


class Answer(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        return [json.loads(line) for line in self.out.split("\n") if line]


Run = Callable[..., Answer]


@pytest.fixture(scope="session")
def run() -> Run:
    """`run("code", "--json", records=[{…}])`, or `data=b"…"` for the bytes themselves."""

    def call(*arguments: object, records: list[Any] | None = None, data: bytes | None = None) -> Answer:
        if records is not None:
            data = b"".join(json.dumps(record).encode() + b"\n" for record in records)
        result = CliRunner().invoke(cli, [str(argument) for argument in arguments], input=data)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    return call
