"""What we write, as another library reads it."""

from pathlib import Path

from x12sdk.io import X12ModelReader


def models(data: bytes, tmp_path: Path) -> list[object]:
    path = tmp_path / "written.x12"
    path.write_bytes(data)
    with X12ModelReader(str(path)) as reader:
        return list(reader.models())
