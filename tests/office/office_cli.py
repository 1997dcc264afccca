"""How the office's tests call the program: in this process, against the test's own books."""

import json
from typing import Any, NamedTuple

from click.testing import CliRunner

from rehabill.cli.main import cli


class Answer(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        return [json.loads(line) for line in self.out.split("\n") if line]


def run(*arguments: object, data: bytes | None = None) -> Answer:
    """What the verb answered; what it did not mean to raise is raised."""
    result = CliRunner().invoke(cli, [str(one) for one in arguments], input=data)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Answer(result.exit_code, result.stdout, result.stderr)
