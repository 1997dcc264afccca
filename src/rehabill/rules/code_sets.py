"""What rules ask of an edition or a case again and again, worked out once and kept in its memo."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from rehabill.almanac.edition import Edition


class Remembers(Protocol):
    """An edition or a case."""

    memo: dict[Any, Any]


H = TypeVar("H", bound=Remembers)
T = TypeVar("T")


def kept(holder: H, name: str, work_out: Callable[[H], T]) -> T:
    """What `work_out` says of an edition or a case, asked once."""
    try:
        found: T = holder.memo[name]
    except KeyError:
        found = holder.memo[name] = work_out(holder)
    return found


def outside_table(edition: Edition, name: str) -> bool:
    """Whether the edition's days lie before or after those a table speaks for."""
    table = edition.law.almanac.tables[name]
    return edition.law.first < table.first or edition.law.first > table.last


def evaluations(edition: Edition) -> frozenset[str]:
    """Codes of evaluations and re-evaluations in force."""
    return kept(edition, "rules.evaluations", _evaluations)


def _evaluations(edition: Edition) -> frozenset[str]:
    return frozenset(name for name, code in edition.codes.items() if code.evaluation)
