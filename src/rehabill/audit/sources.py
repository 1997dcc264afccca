"""Where a file's bytes come from: memory or a disk."""

from pathlib import Path

Source = bytes | str | Path


def open_source(source: Source) -> "InMemory | OnDisk":
    return InMemory(source) if isinstance(source, bytes) else OnDisk(Path(source))


class InMemory:
    def __init__(self, data: bytes) -> None:
        self.data, self.size = data, len(data)

    def read(self, start: int, length: int) -> bytes:
        return self.data[start : start + length]

    def close(self) -> None:
        pass


class OnDisk:
    def __init__(self, path: Path) -> None:
        self.file = path.open("rb", buffering=0)
        self.size = path.stat().st_size

    def read(self, start: int, length: int) -> bytes:
        self.file.seek(start)
        parts, missing = [], length
        while missing > 0 and (part := self.file.read(missing)):
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        self.file.close()
