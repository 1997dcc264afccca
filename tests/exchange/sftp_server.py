"""A real SFTP server on loopback, over a directory, whose line can be cut at any step."""

import asyncio
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncssh

PASSWORD = "of the tests"


class Cuts:
    """Which step the line is cut at, how often, and what was tried."""

    def __init__(self) -> None:
        self.step = ""
        self.times = 0
        self.seen: list[str] = []

    def at(self, step: str) -> bool:
        self.seen.append(step)
        if step == self.step and self.times:
            self.times -= 1
            return True
        return False


class SftpServer:
    """A context manager: its port, the fingerprint of its key, and `cuts`. `takes`: it takes a file away at once."""

    def __init__(self, root: Path, takes: bool = False) -> None:
        for name in ("in", "out"):
            (root / name).mkdir(parents=True, exist_ok=True)
        self.root = root
        self.cuts = Cuts()
        self.taken: list[bytes] = []
        self.logins: list[str] = []
        self.takes = takes
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self.fingerprint = self._key.get_fingerprint("sha256")
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = self._server.get_port()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        others = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _listen(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            lambda: _Login(self), "127.0.0.1", 0, server_host_keys=[self._key],
            sftp_factory=lambda channel: _Files(channel, self),
        )  # fmt: skip


class _Login(asyncssh.SSHServer):
    def __init__(self, server: SftpServer) -> None:
        self._server = server

    def begin_auth(self, username: str) -> bool:
        self._server.logins.append(username)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return password == PASSWORD


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: Any, server: SftpServer) -> None:
        super().__init__(channel, chroot=str(server.root).encode())
        self._server = server
        self._connection = channel.get_connection()

    def _cut(self, step: str) -> None:
        if self._server.cuts.at(step):
            self._connection.abort()
            raise asyncssh.SFTPConnectionLost("cut")

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        if self._server.cuts.at("upload"):
            super().write(file_obj, offset, data[: len(data) // 2])
            getattr(file_obj, "flush", lambda: None)()
            self._connection.abort()
            raise asyncssh.SFTPConnectionLost("cut")
        return super().write(file_obj, offset, data)  # type: ignore[return-value]

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        self._cut("download")
        return super().read(file_obj, offset, size)  # type: ignore[return-value]

    def scandir(self, path: bytes) -> Any:
        self._cut("list")
        return super().scandir(path)

    def rename(self, oldpath: bytes, newpath: bytes, flags: int = 0) -> None:
        self._cut("before rename")
        super().rename(oldpath, newpath)
        name = newpath.decode().rpartition("/")[2]
        final = self._server.root / "in" / name
        if self._server.takes and final.exists():
            self._server.taken.append(final.read_bytes())
            final.unlink()
        self._cut("after rename")

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        self.rename(oldpath, newpath)
