"""What every way of exchanging files can do. Connectors remember nothing: what must be remembered the caller keeps."""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

import msgspec


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A file to be sent. The name is its own for ever; `key` is the same for each attempt at sending it."""

    name: str
    content: bytes
    kind: str
    """837P, 276, 270 or 278."""
    key: str
    laid_down: bool = False
    """An earlier attempt had laid all of it down under its temporary name, and nobody knows how it ended."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The partner has it, under that name or number. `answer`: what it said at once, where it answers in real time."""

    reference: str
    answer: bytes | None = None


class Remote(msgspec.Struct, frozen=True, kw_only=True):
    """A file that waits for us at the partner."""

    id: str
    name: str
    size: int | None = None
    stamp: str = ""
    """The same for the same bytes under the same id."""


class Connector(Protocol):
    """A session with a partner: a context manager. Raises `Unreachable` or `Refused`."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def send(self, file: Outgoing, laid_down: Callable[[], None]) -> Receipt:
        """Send it once, however often this is called. `laid_down` is called when all of it lies at the partner under
        a name that the partner ignores, just before it gets its own: where it returns, that must be remembered.
        """
        ...

    def list(self) -> list[Remote]:
        """The files that wait, oldest first."""
        ...

    def fetch(self, remote: Remote) -> bytes: ...

    def confirm(self, remote: Remote) -> None:
        """It is safe with us: take it off the list. Harmless when it is off already."""
        ...
