"""SFTP (asyncssh): the partner's host key is pinned, files are laid down under a name of ours and then renamed."""

import asyncio
import logging
import posixpath
import stat
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncssh

from rehabill.office.exchange.connectors.connector import Outgoing, Receipt, Remote
from rehabill.office.exchange.connectors.errors import NotLetIn, Refused, Unreachable
from rehabill.office.exchange.connectors.layouts import Layout
from rehabill.office.exchange.connectors.secrets import secret
from rehabill.office.exchange.connectors.settings import PartnerSettings

logging.getLogger("asyncssh").setLevel(logging.WARNING)
_PIECE = 1 << 16
_ABSENT = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)
T = TypeVar("T")


class SftpConnector:
    """A session of its own event loop, so that callers need not be asynchronous."""

    def __init__(self, partner: str, settings: PartnerSettings, layout: Layout) -> None:
        self._partner = partner
        self._settings = settings
        self._layout = layout
        self._loop = asyncio.new_event_loop()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    def __enter__(self) -> Self:
        try:
            self._do("connect", self._connect())
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop.is_closed():
            return
        if self._connection is not None:
            self._connection.abort()
            self._loop.run_until_complete(
                asyncio.wait([self._loop.create_task(self._connection.wait_closed())], timeout=1)
            )
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def send(self, file: Outgoing, laid_down: Callable[[], None]) -> Receipt:
        final = self._path(self._layout.put, file.name)
        temporary = self._path(self._layout.put, self._layout.temporary(file.name))
        if self._do("look for the file", self._is_there_already(final, file)):
            return Receipt(reference=final)
        if file.laid_down and self._do("look for the file", self._size(temporary)) is None:
            return Receipt(reference=final)  # it got its name, and the partner has taken it
        self._do("upload", self._lay_down(temporary, file.content))
        if not file.laid_down:
            laid_down()
        self._do("rename", self._rename(temporary, final))
        return Receipt(reference=final)

    def list(self) -> list[Remote]:
        return [*self._do("list the files", self._listed())]

    def fetch(self, remote: Remote) -> bytes:
        return self._do("download", self._fetched(remote))

    def confirm(self, remote: Remote) -> None:
        self._do("move the file away", self._put_away(remote))

    async def _connect(self) -> None:
        settings = self._settings
        keys = []
        if settings.key:
            phrase = secret(settings.key_passphrase, "by.key_passphrase") if settings.key_passphrase else None
            try:
                keys = [asyncssh.import_private_key(secret(settings.key, "by.key"), phrase)]
            except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
                raise Refused(
                    f"{self._partner}: the private key cannot be read: look at `key` and its passphrase"
                ) from None
        pins = _Pins(settings)
        self._connection, _ = await asyncssh.create_connection(
            lambda: pins, settings.host, settings.port, username=settings.user, client_keys=keys, agent_path=None,
            password=secret(settings.password, "by.password") if settings.password else None,
            known_hosts=b"", config=None, login_timeout=settings.timeout_seconds,
            connect_timeout=settings.timeout_seconds, keepalive_interval=settings.timeout_seconds,
        )  # fmt: skip
        self._client = await self._connection.start_sftp_client()

    @property
    def _sftp(self) -> asyncssh.SFTPClient:
        assert self._client is not None
        return self._client

    def _path(self, *parts: str) -> str:
        for part in parts[1:]:
            if part in ("", ".", "..") or "/" in part or "\0" in part:
                raise Refused(f"{self._partner}: a file there has a name that is none: {part!r}")
        return posixpath.join(self._settings.path or ".", *parts)

    async def _size(self, path: str) -> int | None:
        try:
            return (await self._sftp.stat(path)).size or 0
        except _ABSENT:
            return None

    async def _is_there_already(self, final: str, file: Outgoing) -> bool:
        size = await self._size(final)
        if size is None:
            return False
        if size != len(file.content) or await self._read(final) != file.content:
            raise Refused(f"{self._partner}: {final} is there already and is another file: look who else writes there")
        return True

    async def _lay_down(self, path: str, content: bytes) -> None:
        """Go on where an earlier attempt ended, if what lies there is the beginning of ours."""
        there = await self._size(path)
        start = there or 0
        if start and (start > len(content) or await self._read(path) != content[:start]):
            start = 0
        if there is None or not start:
            async with self._sftp.open(path, "wb"):
                pass  # made, or emptied
        async with self._sftp.open(path, "r+b") as file:
            for begin in range(start, len(content), _PIECE):
                await file.write(content[begin : begin + _PIECE], begin)
            with suppress(asyncssh.SFTPOpUnsupported):
                await file.fsync()
        if await self._size(path) != len(content):
            raise Unreachable(f"{self._partner}: {posixpath.basename(path)} did not arrive whole")

    async def _rename(self, temporary: str, final: str) -> None:
        try:
            await self._sftp.rename(temporary, final)
        except _ABSENT:
            raise Unreachable(f"{self._partner}: {posixpath.basename(final)} was gone before it got its name") from None

    async def _read(self, path: str) -> bytes:
        async with self._sftp.open(path, "rb") as file:
            content = await file.read()
            assert isinstance(content, bytes)
            return content

    async def _listed(self) -> Sequence[Remote]:
        found = []
        for directory in self._layout.get:
            for entry in await self._sftp.readdir(posixpath.join(self._settings.path or ".", directory)):
                name = entry.filename if isinstance(entry.filename, str) else entry.filename.decode("utf-8", "replace")
                if name.startswith(".") or not stat.S_ISREG(entry.attrs.permissions or stat.S_IFREG):
                    continue
                remote = Remote(
                    id=f"{directory}/{name}", name=name, size=entry.attrs.size,
                    stamp=_stamp(entry.attrs),
                )  # fmt: skip
                found.append((entry.attrs.mtime or 0, remote))
        return [remote for _, remote in sorted(found, key=lambda one: (one[0], one[1].id))]

    async def _fetched(self, remote: Remote) -> bytes:
        directory, _, name = remote.id.rpartition("/")
        path = self._path(directory, name)
        content = await self._read(path)
        if len(content) != await self._size(path):
            raise Unreachable(f"{self._partner}: {name} grew while it was read: it is fetched the next time")
        return content

    async def _put_away(self, remote: Remote) -> None:
        directory, _, name = remote.id.rpartition("/")
        path = self._path(directory, name)
        try:
            if _stamp(await self._sftp.stat(path)) != remote.stamp:
                return  # another came under its name, which is listed the next time
            if not self._layout.done:
                await self._sftp.remove(path)
                return
            folder = self._path(directory, self._layout.done)
            await self._sftp.makedirs(folder, exist_ok=True)
            target, number = posixpath.join(folder, name), 1
            while await self._size(target) is not None:
                target, number = posixpath.join(folder, f"{name}.{number}"), number + 1
            await self._sftp.rename(path, target)
        except _ABSENT:
            pass  # it is away already

    def _do(self, what: str, work: Coroutine[Any, Any, T]) -> T:
        """Run a step; what goes wrong is told in words. One that takes too long is given up."""
        partner = self._partner
        try:
            return self._loop.run_until_complete(asyncio.wait_for(work, self._settings.timeout_seconds))
        except (Refused, Unreachable):
            raise
        except asyncssh.HostKeyNotVerifiable:
            raise NotLetIn(_wrong_key(partner, self._settings)) from None
        except asyncssh.PermissionDenied:
            raise Refused(
                f"{partner}: it does not let {self._settings.user} in: look at `user`, `password`, `key`"
            ) from None
        except asyncssh.SFTPPermissionDenied:
            raise Refused(f"{partner}: it does not allow us to {what}: ask it for the right to") from None
        except asyncssh.SFTPNoSuchFile:
            raise Refused(f"{partner}: it has no such directory to {what} in: look at `path` and `layout`") from None
        except TimeoutError:
            raise Unreachable(f"{partner}: no answer within {self._settings.timeout_seconds} s ({what})") from None
        except (OSError, EOFError, asyncssh.Error) as error:
            words = getattr(error, "strerror", None) or type(error).__name__
            raise Unreachable(f"{partner}: the line was cut, or nobody answers ({what}: {words})") from None


def _stamp(about: asyncssh.SFTPAttrs) -> str:
    return f"{about.mtime or 0}-{about.size or 0}"


class _Pins(asyncssh.SSHClient):
    """Trusts the pinned keys and no other, before anything of ours is said."""

    def __init__(self, settings: PartnerSettings) -> None:
        self._pins = settings.host_keys

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        line = " ".join(key.export_public_key("openssh").decode().split()[:2])
        return key.get_fingerprint("sha256") in self._pins or line in {" ".join(one.split()[-2:]) for one in self._pins}


def _wrong_key(partner: str, settings: PartnerSettings) -> str:
    return (
        f"{partner}: the key of {settings.host} is none of its `host_keys`, so nothing was sent, not even the login. "
        "Ask the partner whether its key has changed, and never take the new one from the line itself"
    )
