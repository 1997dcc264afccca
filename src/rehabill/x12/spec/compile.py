"""The specs' YAML, read strictly and compiled to the one file that is shipped (`make gen`).

A spec that is almost right must not load: every error names the file and the entry.

    python -m rehabill.x12.spec.compile [--check]
"""

import re
import sys
from pathlib import Path
from typing import Any

import msgspec
import yaml

from rehabill.x12.spec.guide import GuideReader
from rehabill.x12.spec.schema import Package, SegmentDefinition, TransactionSpec
from rehabill.x12.spec.standard import Standard
from rehabill.x12.spec.strict import SpecError

__all__ = ["COMPILED", "HERE", "TABLES", "SpecError", "compile_folder", "encode"]

HERE = Path(__file__).parent
COMPILED = HERE / "specs.msgpack"
TABLES = ("codes", "elements", "segments")
"""The files that hold no transaction."""


class _UniqueKeys(yaml.SafeLoader):
    """YAML in which a key stated twice is an error instead of a silent overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if key in seen:
                raise SpecError(f"'{key}' is stated twice")
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict[Any, Any]:
    with path.open(encoding="utf-8") as file:
        try:
            data = yaml.load(file, Loader=_UniqueKeys)
        except yaml.YAMLError as error:
            raise SpecError(f"{path.name}: is not valid YAML ({error})") from None
        except SpecError as error:
            raise SpecError(f"{path.name}: {error}") from None
    if not isinstance(data, dict):
        raise SpecError(f"{path.name}: must hold a mapping")
    return data


def _read_guide(path: Path) -> dict[Any, Any]:
    text = path.read_text("utf-8")
    used = {f"&{name}" for name in re.findall(r"\*(\w+)", text)}
    if idle := sorted(set(re.findall(r"&\w+", text)) - used):
        raise SpecError(f"{path.name}: nothing points at {', '.join(idle)}")
    return read_yaml(path)


class Compiled(msgspec.Struct, frozen=True):
    """All that the files of a folder say."""

    segments: dict[str, SegmentDefinition]
    specs: dict[str, TransactionSpec]
    meanings: dict[str, dict[str, str]]


def compile_folder(folder: Path = HERE) -> Compiled:
    """Raises `SpecError` for a file that does not say what it must."""
    standard = Standard(read_yaml(folder / "elements.yaml"), read_yaml(folder / "segments.yaml"))
    specs: dict[str, TransactionSpec] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.stem not in TABLES:
            specs[path.stem] = GuideReader(standard, path.stem, _read_guide(path)).read()
    taken: dict[tuple[str, str, str], str] = {}
    for spec in specs.values():
        for version in spec.versions:
            for purpose in spec.purposes or ("",):
                other = taken.setdefault((spec.set, version, purpose), spec.id)
                if other != spec.id:
                    raise SpecError(f"{spec.id}.yaml: {other}.yaml speaks for {spec.set} {version} already")
    return Compiled(standard.definitions(), specs, _meanings(standard, read_yaml(folder / "codes.yaml")))


def _meanings(standard: Standard, data: dict[Any, Any]) -> dict[str, dict[str, str]]:
    """codes.yaml: data element → code → our words. 507 is X12's number for the list of claim status categories."""
    found: dict[str, dict[str, str]] = {}
    for number, rows in data.items():
        where = f"codes.yaml {number}"
        if str(number) not in standard.elements and str(number) != "507":
            raise SpecError(f"{where}: there is no such data element")
        if not isinstance(rows, dict) or not all(isinstance(part, str) for row in rows.items() for part in row):
            raise SpecError(f"{where}: must hold codes and meanings, both texts (put 01, no and yes in quotes)")
        found[str(number)] = rows
    return found


def encode(compiled: Compiled) -> bytes:
    pack = msgspec.msgpack.Encoder(order="deterministic").encode
    index = {name: (spec.set, spec.versions, spec.purposes) for name, spec in compiled.specs.items()}
    specs = {name: msgspec.Raw(pack(spec)) for name, spec in compiled.specs.items()}
    segments, meanings = msgspec.Raw(pack(compiled.segments)), msgspec.Raw(pack(compiled.meanings))
    return pack(Package(index, segments, meanings, specs))


def main(arguments: list[str]) -> int:
    try:
        data = encode(compile_folder())
    except SpecError as error:
        print(error, file=sys.stderr)
        return 1
    if "--check" not in arguments:
        COMPILED.write_bytes(data)
    elif not COMPILED.exists() or COMPILED.read_bytes() != data:
        print(f"{COMPILED.name} is not what its source files say: run `make gen`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
