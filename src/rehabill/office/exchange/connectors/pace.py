"""Patience with partners: what fails for the moment is tried again after growing pauses, never too often a minute."""

import random
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from rehabill.office.exchange.connectors.connector import Connector, Outgoing, Receipt, Remote
from rehabill.office.exchange.connectors.errors import Unreachable
from rehabill.office.exchange.connectors.settings import PartnerSettings

T = TypeVar("T")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 20.0
_MINUTE = 60.0


class Paced:
    """A connector around another: each step is tried so often as the settings say, in a new session each time."""

    def __init__(
        self,
        make: Callable[[], Connector],
        settings: PartnerSettings,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._make = make
        self._attempts = max(1, settings.attempts)
        self._per_minute = settings.per_minute
        self._sleep = sleep
        self._clock = clock
        self._chance = chance
        self._inner: Connector | None = None
        self._last: deque[float] = deque()

    def __enter__(self) -> Self:
        self._again_and_again(lambda inner: None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def send(self, file: Outgoing, laid_down: Callable[[], None]) -> Receipt:
        is_down = file.laid_down

        def laid() -> None:
            nonlocal is_down
            laid_down()
            is_down = True

        def step(inner: Connector) -> Receipt:
            now = Outgoing(name=file.name, content=file.content, kind=file.kind, key=file.key, laid_down=is_down)
            return inner.send(now, laid)

        return self._again_and_again(step)

    def list(self) -> list[Remote]:
        return self._again_and_again(lambda inner: inner.list())

    def fetch(self, remote: Remote) -> bytes:
        return self._again_and_again(lambda inner: inner.fetch(remote))

    def confirm(self, remote: Remote) -> None:
        self._again_and_again(lambda inner: inner.confirm(remote))

    def _again_and_again(self, step: Callable[[Connector], T]) -> T:
        for attempt in range(1, self._attempts + 1):
            self._wait_for_turn()
            try:
                return step(self._entered())
            except Unreachable as error:
                self._leave()
                if attempt == self._attempts or (error.after_seconds or 0) > _LONGEST_PAUSE:
                    raise
                most = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt)
                self._sleep(max(most * self._chance(), error.after_seconds or 0))
        raise AssertionError("unreachable")

    def _entered(self) -> Connector:
        if self._inner is None:
            self._inner = self._make().__enter__()
        return self._inner

    def _leave(self) -> None:
        inner, self._inner = self._inner, None
        if inner is not None:
            inner.__exit__(None, None, None)

    def _wait_for_turn(self) -> None:
        if not self._per_minute:
            return
        while self._last and self._clock() - self._last[0] >= _MINUTE:
            self._last.popleft()
        if len(self._last) >= self._per_minute:
            self._sleep(_MINUTE - (self._clock() - self._last[0]))
            self._last.popleft()
        self._last.append(self._clock())
