"""Files exchanged through directories: a clearinghouse's own transfer program, a shared drive, the simulator."""

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from rehabill.office.exchange.connectors.connector import Outgoing, Receipt, Remote
from rehabill.office.exchange.connectors.errors import Refused, Unreachable
from rehabill.office.exchange.connectors.layouts import Layout


class FolderConnector:
    """`partner`: what messages call it."""

    def __init__(self, partner: str, root: Path, layout: Layout) -> None:
        self._partner = partner
        self._root = root
        self._layout = layout

    def __enter__(self) -> Self:
        for name in (self._layout.put, *self._layout.get):
            if not (self._root / name).is_dir():
                raise Refused(f"{self._partner}: there is no directory {self._root / name}: make it, or mend `path`")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""

    def send(self, file: Outgoing, laid_down: Callable[[], None]) -> Receipt:
        final = self._root / self._layout.put / file.name
        temporary = self._root / self._layout.put / self._layout.temporary(file.name)
        try:
            if final.exists():
                return self._there_already(final, file)
            if file.laid_down and not temporary.exists():
                return Receipt(reference=str(final))  # it got its name, and the partner has taken it
            if not temporary.exists() or temporary.read_bytes() != file.content:
                _write(temporary, file.content)
            if not file.laid_down:
                laid_down()
            temporary.replace(final)
            _settle(final.parent)
        except OSError as error:
            raise self._trouble(error, f"{file.name} could not be written") from None
        return Receipt(reference=str(final))

    def _there_already(self, final: Path, file: Outgoing) -> Receipt:
        if final.read_bytes() != file.content:
            raise Refused(f"{self._partner}: {final} is there already and is another file: look who else writes there")
        return Receipt(reference=str(final))

    def list(self) -> list[Remote]:
        found = []
        try:
            for name in self._layout.get:
                for entry in os.scandir(self._root / name):
                    if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                        about = entry.stat()
                        stamp = f"{about.st_mtime_ns}-{about.st_size}"
                        remote = Remote(id=f"{name}/{entry.name}", name=entry.name, size=about.st_size, stamp=stamp)
                        found.append((about.st_mtime_ns, remote))
        except OSError as error:
            raise self._trouble(error, "its files could not be listed") from None
        return [remote for _, remote in sorted(found, key=lambda one: (one[0], one[1].id))]

    def fetch(self, remote: Remote) -> bytes:
        try:
            return (self._root / remote.id).read_bytes()
        except OSError as error:
            raise self._trouble(error, f"{remote.name} could not be read") from None

    def confirm(self, remote: Remote) -> None:
        taken = self._root / remote.id
        try:
            done = taken.parent / self._layout.done if self._layout.done else None
            if not taken.exists() or _stamp(taken.stat()) != remote.stamp:
                return  # it is away, or another came under its name, which is listed the next time
            if done is None:
                taken.unlink()
            else:
                done.mkdir(exist_ok=True)
                taken.replace(_free(done / taken.name))
        except OSError as error:
            raise self._trouble(error, f"{remote.name} could not be moved away") from None

    def _trouble(self, error: OSError, what: str) -> Unreachable:
        return Unreachable(f"{self._partner}: {what} ({error.strerror or type(error).__name__})")


def _stamp(about: os.stat_result) -> str:
    return f"{about.st_mtime_ns}-{about.st_size}"


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """A name is safe once its directory is written."""
    if os.name == "posix":
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _free(path: Path) -> Path:
    """The path, or with a number where an earlier file of that name lies: none is written over."""
    number = 1
    found = path
    while found.exists():
        found = path.with_name(f"{path.name}.{number}")
        number += 1
    return found
