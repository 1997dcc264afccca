"""The specs' YAML, read strictly and compiled to the one file that is shipped (`make gen`).

A spec that is almost right must not load: every error names the file and the entry.

    python -m rehabill.x12.spec.compile [--check]
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import yaml

from rehabill.x12.spec.schema import (
    FORMS,
    LISTS,
    MANY,
    PERSONAL,
    CompositeSpec,
    ElementSpec,
    Key,
    LoopSpec,
    Package,
    Relation,
    SegmentDefinition,
    SegmentSpec,
    TransactionSpec,
    Type,
    Usage,
)

HERE = Path(__file__).parent
COMPILED = HERE / "specs.msgpack"
TABLES = ("codes", "elements", "segments")
"""The files that hold no transaction."""

_KEY = re.compile(
    r"(?P<loop>loop )?(?P<id>[A-Z0-9]+) (?P<usage>[RSN]) (?P<repeat>[1-9]\d*|>1) (?P<name>[^?]+?)"
    r"(?: \?(?P<only>!)? (?P<when>\w+))?"
)
_RELATION = re.compile(r"([PRECL])((?:\d\d){2,})")
_TIMES = re.compile(r"([RSN])(\d+)")
_MORE = re.compile(r"(\d+) more")


class SpecError(ValueError):
    """The specs' YAML says something it may not; the message names the file and the entry."""


class Place(msgspec.Struct, frozen=True):
    """One line of segments.yaml: the data element or composite at a place, and our name for it."""

    number: str
    name: str


class Shape(msgspec.Struct, frozen=True):
    """A segment or composite as segments.yaml has it."""

    id: str
    name: str
    places: tuple[Place, ...]
    relations: tuple[Relation, ...]
    key: tuple[int, int] | None


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    elements: list[str]
    relations: list[str] = []
    key: str | int | None = None


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One transaction's file as it is written."""

    set: str
    group: str
    name: str
    versions: tuple[str, ...]
    body: list[Any]
    unit: str = ""
    purposes: tuple[str, ...] = ()
    situations: dict[str, str] = {}
    unverified: str = ""
    shapes: Any = None
    """Element lists that the file's body points at (`*name`); not read by themselves."""


class _UniqueKeys(yaml.SafeLoader):
    """YAML in which a key stated twice is an error instead of a silent overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if key in seen:
                raise SpecError(f"{key_node.start_mark.name}: '{key}' is stated twice")
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict[Any, Any]:
    with path.open(encoding="utf-8") as file:
        try:
            data = yaml.load(file, Loader=_UniqueKeys)
        except yaml.YAMLError as error:
            raise SpecError(f"{path.name}: is not valid YAML ({error})") from None
        except SpecError as error:
            raise SpecError(str(error).replace(str(path), path.name)) from None
    if not isinstance(data, dict):
        raise SpecError(f"{path.name}: must hold a mapping")
    return data


class Standard:
    """elements.yaml and segments.yaml: what X12 itself says, before any guide."""

    def __init__(self, folder: Path) -> None:
        self.elements: dict[str, tuple[Type, int, int]] = {}
        for number, row in read_yaml(folder / "elements.yaml").items():
            self.elements[str(number)] = _element_row(f"elements.yaml {number}", row)
        data = read_yaml(folder / "segments.yaml")
        composites = data.pop("composites", {})
        self.composites = {name: self._shape(name, entry) for name, entry in composites.items()}
        self.segments = {name: self._shape(name, entry) for name, entry in data.items()}
        used = {
            place.number for shape in (*self.segments.values(), *self.composites.values()) for place in shape.places
        }
        if idle := sorted((set(self.elements) | set(self.composites)) - used):
            raise SpecError(f"segments.yaml: nothing uses {', '.join(idle)}")

    def _shape(self, name: str, data: Any) -> Shape:
        where = f"segments.yaml {name}"
        entry = _convert(data, Entry, where)
        places = []
        for line in entry.elements:
            number, _, words = str(line).partition(" ")
            if number not in self.elements and not (number.startswith("C") and number != name):
                raise SpecError(f"{where}: there is no data element {number} in elements.yaml")
            if number.startswith("C") and hasattr(self, "composites") and number not in self.composites:
                raise SpecError(f"{where}: there is no composite {number}")
            if not words:
                raise SpecError(f"{where}: {number} has no name")
            places.append(Place(number, words))
        relations = tuple(_relation(where, text, len(places)) for text in entry.relations)
        return Shape(name, entry.name, tuple(places), relations, _key_place(where, entry.key, len(places)))

    def definitions(self) -> dict[str, SegmentDefinition]:
        return {
            shape.id: SegmentDefinition(shape.id, shape.name, tuple(map(self._any, shape.places)), shape.relations)
            for shape in self.segments.values()
        }

    def _any(self, place: Place) -> ElementSpec | CompositeSpec:
        if place.number not in self.composites:
            return ElementSpec(place.name, place.number, "S", *self.elements[place.number])
        shape = self.composites[place.number]
        parts = tuple(ElementSpec(part.name, part.number, "S", *self.elements[part.number]) for part in shape.places)
        return CompositeSpec(place.name, place.number, "S", parts, shape.relations)


class Reader:
    """Reads one transaction's file against the standard."""

    def __init__(self, standard: Standard, name: str, path: Path) -> None:
        self.standard = standard
        self.name = name
        self.file = path.name
        self.sheet: Sheet = _convert(read_yaml(path), Sheet, path.name)
        if idle := _idle_anchors(path.read_text("utf-8")):
            raise SpecError(f"{path.name}: nothing points at {', '.join(idle)}")
        self.situations: set[str] = set()

    def read(self) -> TransactionSpec:
        sheet = self.sheet
        body = self._body(sheet.body, "")
        if idle := sorted(set(sheet.situations) - self.situations):
            raise SpecError(f"{self.file}: no entry uses the situation {', '.join(idle)}")
        if sheet.unit and sheet.unit not in set(_loops(body)):
            raise SpecError(f"{self.file}: unit names the loop {sheet.unit}, which is not there")
        return TransactionSpec(
            self.name, sheet.set, sheet.group, sheet.name, sheet.versions, sheet.purposes, sheet.unit,
            sheet.situations, sheet.unverified, body,
        )  # fmt: skip

    def _body(self, rows: Any, loop: str) -> tuple[SegmentSpec | LoopSpec, ...]:
        where = f"{self.file} {loop}".rstrip()
        if not isinstance(rows, list) or not rows:
            raise SpecError(f"{where}: must hold a list of segments and loops")
        body: list[SegmentSpec | LoopSpec] = []
        for row in rows:
            if not isinstance(row, dict) or len(row) != 1:
                raise SpecError(f"{where}: {row!r} is not one entry with its list")
            [(key, value)] = row.items()
            body.append(self._entry(str(key), value, where, loop))
        if loop and not isinstance(body[0], SegmentSpec):
            raise SpecError(f"{where}: a loop begins with a segment")
        self._check_siblings(body, where)
        return tuple(body)

    def _entry(self, key: str, value: Any, where: str, loop: str) -> SegmentSpec | LoopSpec:
        match = _KEY.fullmatch(key)
        if match is None:
            raise SpecError(f"{where}: '{key}' is not 'ID usage repeat name' (R, S or N; a number or >1)")
        usage: Usage = match["usage"]  # type: ignore[assignment]
        repeat = MANY if match["repeat"] == ">1" else int(match["repeat"])
        when = self._situation(match["when"] or "", f"{where} {match['id']}")
        only = match["only"] is not None
        if match["loop"]:
            body = self._body(value, match["id"])
            return LoopSpec(match["id"], match["name"], usage, repeat, body, when, only)
        shape = self.standard.segments.get(match["id"])
        place = f"{where} {match['id']} {match['name']}"
        if shape is None:
            raise SpecError(f"{place}: there is no segment {match['id']} in segments.yaml")
        elements = self._elements(shape, value, place)
        return SegmentSpec(
            shape.id, match["name"], usage, repeat, elements, shape.relations, _key(shape, elements), when, only
        )

    def _elements(self, shape: Shape, value: Any, where: str) -> tuple[ElementSpec | CompositeSpec, ...]:
        given = _spread(value, where)
        if len(given) != len(shape.places):
            raise SpecError(f"{where}: {len(given)} elements are given, {shape.id} has {len(shape.places)}")
        made: list[ElementSpec | CompositeSpec] = []
        for number, (place, text) in enumerate(zip(shape.places, given, strict=True), start=1):
            at = f"{where}, {shape.id}{number:02}"
            if place.number in self.standard.composites:
                made.append(self._composite(place, text, at))
            elif isinstance(text, str):
                made.append(self._element(place, text, at))
            else:
                raise SpecError(f"{at}: data element {place.number} has no components")
        return tuple(made)

    def _composite(self, place: Place, value: Any, where: str) -> CompositeSpec:
        shape = self.standard.composites[place.number]
        if value == "N":
            return CompositeSpec(place.name, place.number, "N")
        if not isinstance(value, list) or not value:
            raise SpecError(f"{where}: the composite {place.number} is a list: its own usage, then its components")
        own = ElementSpec(place.name, place.number, "S", "AN", 1, MANY)
        head = self._element(own, str(value[0]), where) if value[0] != "N" else own
        rest = _spread(value[1:], where)
        if len(rest) != len(shape.places):
            raise SpecError(f"{where}: {len(rest)} components are given, {shape.id} has {len(shape.places)}")
        if head.codes or head.list or head.form or head.personal:
            raise SpecError(f"{where}: '{value[0]}': a composite itself has a usage, repetitions and a situation only")
        parts = tuple(
            self._element(part, text, f"{where}-{number}")
            for number, (part, text) in enumerate(zip(shape.places, rest, strict=True), start=1)
        )
        return CompositeSpec(place.name, place.number, head.usage, parts, shape.relations, head.repeat, head.when)

    def _element(self, place: Place | ElementSpec, text: str, where: str) -> ElementSpec:
        if not isinstance(text, str):
            raise SpecError(f"{where}: {text!r} is not a text")
        low: int
        high: int
        if isinstance(place, ElementSpec):
            kind, low, high = place.type, place.low, place.high
        else:
            kind, low, high = self.standard.elements[place.number]
        usage, *marks = text.split()
        if usage not in get_args(Usage):
            raise SpecError(f"{where}: '{text}' begins with none of R, S and N")
        if usage == "N" and marks:
            raise SpecError(f"{where}: '{text}': what is not used says nothing more")
        codes: set[str] = set()
        single = {"@": "", "=": "", "~": "", "?": ""}
        repeat = 1
        for mark in marks:
            if mark[0] in single:
                if single[mark[0]]:
                    raise SpecError(f"{where}: '{text}' says {mark[0]} twice")
                single[mark[0]] = mark[1:]
            elif mark[0] == "x" and mark[1:].isdigit():
                repeat = int(mark[1:])
            elif ".." in mark:
                narrow = [int(number) for number in mark.split("..")]
                if not low <= narrow[0] <= narrow[1] <= high:
                    raise SpecError(f"{where}: {mark} is not within {low}..{high}")
                low, high = narrow
            else:
                codes.add(self._code(mark.replace("_", " "), codes, low, high, where))
        for given, known, what in (
            ("@", LISTS, "list"),
            ("=", FORMS, "form"),
            ("~", PERSONAL, "kind of personal data"),
        ):
            if single[given] and single[given] not in known:
                raise SpecError(f"{where}: there is no {what} '{single[given]}'")
        return ElementSpec(
            place.name, place.number, usage, kind, low, high, frozenset(codes),  # type: ignore[arg-type]
            single["@"], single["="], repeat, single["~"], self._situation(single["?"], where),
        )  # fmt: skip

    def _code(self, code: str, codes: set[str], low: int, high: int, where: str) -> str:
        if code in codes:
            raise SpecError(f"{where}: the code {code} is listed twice")
        if not low <= len(code) <= high:
            raise SpecError(f"{where}: the code {code} is not {low} to {high} characters long")
        if code != code.upper():
            raise SpecError(f"{where}: '{code}' is neither a code nor a mark (@list =form ~kind ?situation 1..9 x9)")
        return code

    def _situation(self, name: str, where: str) -> str:
        if name and name not in self.sheet.situations:
            raise SpecError(f"{where}: the situation '{name}' is not explained under `situations`")
        self.situations.add(name)
        return name

    def _check_siblings(self, body: list[SegmentSpec | LoopSpec], where: str) -> None:
        """Two uses of one segment side by side must be told apart by their codes; a loop's id stands once."""
        ids = [node.id for node in body if isinstance(node, LoopSpec)]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise SpecError(f"{where}: the loop {', '.join(twice)} stands twice")
        segments = [node if isinstance(node, SegmentSpec) else node.opener for node in body]
        for index, one in enumerate(segments):
            for other in segments[index + 1 :]:
                if one.id == other.id and not _apart(one, other):
                    raise SpecError(f"{where}: nothing tells {one.id} '{one.name}' from {other.id} '{other.name}'")


def _apart(one: SegmentSpec, other: SegmentSpec) -> bool:
    return (
        one.key is not None
        and other.key is not None
        and (one.key.element, one.key.component) == (other.key.element, other.key.component)
        and one.key.codes.isdisjoint(other.key.codes)
    )


def _idle_anchors(text: str) -> list[str]:
    """The shapes (`&name`) that nothing uses (`*name`)."""
    return sorted(set(re.findall(r"&\w+", text)) - {f"&{name}" for name in re.findall(r"\*(\w+)", text)})


def _loops(body: tuple[SegmentSpec | LoopSpec, ...]) -> Iterator[str]:
    for node in body:
        if isinstance(node, LoopSpec):
            yield node.id
            yield from _loops(node.body)


def _convert(value: Any, shape: Any, where: str) -> Any:
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise SpecError(f"{where}: {error}") from None


def _element_row(where: str, row: Any) -> tuple[Type, int, int]:
    kind, low, high = _convert(row, tuple[Type, int, int], where)
    if not 1 <= low <= high:
        raise SpecError(f"{where}: {low}..{high} is no length")
    return kind, low, high


def _relation(where: str, text: str, places: int) -> Relation:
    match = _RELATION.fullmatch(text)
    numbers = tuple(int(match[2][at : at + 2]) for at in range(0, len(match[2]), 2)) if match else ()
    if match is None or not all(1 <= number <= places for number in numbers):
        raise SpecError(f"{where}: '{text}' is not a relation between its {places} places")
    return Relation(match[1], numbers)  # type: ignore[arg-type]


def _key_place(where: str, key: str | int | None, places: int) -> tuple[int, int] | None:
    if key is None:
        return None
    element, _, component = str(key).partition("-")
    if not element.isdigit() or not 1 <= int(element) <= places:
        raise SpecError(f"{where}: the key {key} is none of its {places} places")
    return int(element), int(component or 0)


def _key(shape: Shape, elements: tuple[ElementSpec | CompositeSpec, ...]) -> Key | None:
    if shape.key is None:
        return None
    element, component = shape.key
    place = elements[element - 1]
    if isinstance(place, CompositeSpec):
        if not place.parts:
            return None
        place = place.parts[component - 1]
    return Key(element, component, place.codes) if place.codes else None


def _spread(value: Any, where: str) -> list[Any]:
    """`N3` is three places not used, `S4` four that are situational; `10 more` repeats the place before it."""
    if not isinstance(value, list) or not value:
        raise SpecError(f"{where}: must hold a list of elements")
    spread: list[Any] = []
    for item in value:
        if isinstance(item, str) and (match := _TIMES.fullmatch(item)):
            spread += [match[1]] * int(match[2])
        elif isinstance(item, str) and (match := _MORE.fullmatch(item)):
            if not spread:
                raise SpecError(f"{where}: '{item}' has nothing before it")
            spread += [spread[-1]] * int(match[1])
        else:
            spread.append(item)
    return spread


class Compiled(msgspec.Struct, frozen=True):
    """All that the files of a folder say."""

    segments: dict[str, SegmentDefinition]
    specs: dict[str, TransactionSpec]
    meanings: dict[str, dict[str, str]]


def compile_folder(folder: Path = HERE) -> Compiled:
    """Raises `SpecError` for a file that does not say what it must."""
    standard = Standard(folder)
    specs: dict[str, TransactionSpec] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.stem not in TABLES:
            specs[path.stem] = Reader(standard, path.stem, path).read()
    taken: dict[tuple[str, str, str], str] = {}
    for spec in specs.values():
        for version in spec.versions:
            for purpose in spec.purposes or ("",):
                other = taken.setdefault((spec.set, version, purpose), spec.id)
                if other != spec.id:
                    raise SpecError(f"{spec.id}.yaml: {other}.yaml speaks for {spec.set} {version} already")
    return Compiled(standard.definitions(), specs, _meanings(standard, folder))


def _meanings(standard: Standard, folder: Path) -> dict[str, dict[str, str]]:
    """codes.yaml: data element → code → our words. 507 is X12's number for the list of claim status categories."""
    found: dict[str, dict[str, str]] = {}
    for number, rows in read_yaml(folder / "codes.yaml").items():
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
