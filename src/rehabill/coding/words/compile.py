"""Compile the lexicon's YAML to the msgpack that is shipped: unknown keys, roles, codes and twice-given phrases
are errors, so that a slip in the data is found here and not in a bill.

    python -m rehabill.coding.words.compile [--check]
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from rehabill.coding.words.index import build
from rehabill.coding.words.model import (
    ROLES,
    SCOPES,
    STATUSES,
    Band,
    Choice,
    Entry,
    Lexicon,
    Purpose,
    Purposeful,
    Shipped,
    Window,
)
from rehabill.coding.words.vocabulary import Vocabulary

HERE = Path(__file__).resolve().parent.parent
SOURCE = HERE / "lexicon"
TARGET = HERE / "lexicon.msgpack"
_TABLES = {
    "codes": dict[str, Window],
    "names": dict[str, tuple[Choice, ...]],
    "purposes": dict[str, Purpose],
    "kinds": dict[str, Purposeful],
    "bands": tuple[Band, ...],
    "group_exempt": tuple[str, ...],
    "supervised": tuple[str, ...],
    "rewrites": tuple[tuple[str, str, str], ...],
    "shorthand": dict[str, str],
    "leave_alone": tuple[str, ...],
    "whole_words": tuple[str, ...],
    "goal_words": tuple[str, ...],
    "goal_verbs": tuple[str, ...],
    "abbreviated": tuple[str, ...],
    "observed_words": tuple[str, ...],
    "deficit_words": tuple[str, ...],
    "service_words": tuple[str, ...],
    "ordinary": tuple[str, ...],
    "passed_over": tuple[str, ...],
}


class LexiconError(ValueError):
    """The lexicon's YAML says something it may not; the message names the file and the entry."""


class _Loader(yaml.SafeLoader):
    """Refuses a key given twice, which plain YAML would let the second silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise LexiconError(f"{node.start_mark}: given twice: {', '.join(twice)}")
        return super().construct_mapping(node, deep)


def compile_lexicon(folder: Path = SOURCE) -> Lexicon:
    tables: dict[str, Any] = {}
    entries: list[Entry] = []
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.load(path.read_text("utf-8"), _Loader)
        for key, value in data.items():
            if key == "entries":
                entries += [_convert(item, Entry, f"{path.name}: {item.get('id', item)}") for item in value]
            elif key in _TABLES and key not in tables:
                tables[key] = _convert(value, _TABLES[key], f"{path.name}: {key}")
            elif key != "about":
                raise LexiconError(f"{path.name}: unknown or repeated table {key!r}")
    missing = sorted(set(_TABLES) - set(tables))
    if missing:
        raise LexiconError(f"no table {', '.join(missing)}")
    lexicon = Lexicon(entries=tuple(entries), **tables)
    problems = [*_check_entries(lexicon), *_check_codes(lexicon), *_check_phrases(lexicon)]
    if problems:
        raise LexiconError("\n".join(problems))
    return lexicon


def _convert(value: Any, shape: Any, where: str) -> Any:
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise LexiconError(f"{where}: {error}") from None


def _check_entries(lexicon: Lexicon) -> Iterator[str]:
    ids = [entry.id for entry in lexicon.entries]
    yield from (f"id given twice: {name}" for name in sorted({i for i in ids if ids.count(i) > 1}))
    known = set(ids) | set(lexicon.kinds)
    for entry in lexicon.entries:
        if entry.role not in ROLES:
            yield f"{entry.id}: role {entry.role!r}"
        if (entry.role == "status") != (entry.status in STATUSES):
            yield f"{entry.id}: status {entry.status!r}"
        if (entry.role == "none") != (entry.scope in SCOPES):
            yield f"{entry.id}: scope {entry.scope!r}"
        if entry.role == "activity" and (entry.kind is None) == (not entry.choose):
            yield f"{entry.id}: an activity has a kind or a choose list"
        if entry.kind is not None and entry.kind not in lexicon.kinds:
            yield f"{entry.id}: no kind {entry.kind!r}"
        if entry.role in ("activity", "none") and not entry.why:
            yield f"{entry.id}: no reason"
        yield from (f"{entry.id}: no purpose {name!r}" for name in entry.purposes if name not in lexicon.purposes)
        yield from (f"{entry.id}: unknown {name!r}" for name in (*entry.absorbs, *entry.spares) if name not in known)
        if entry.reach not in ("segment", "sentence", "text"):
            yield f"{entry.id}: reach {entry.reach!r}"


def _check_codes(lexicon: Lexicon) -> Iterator[str]:
    choices = [(e.id, c) for e in lexicon.entries for c in e.choose]
    choices += [(name, c) for name, rows in lexicon.names.items() for c in rows]
    used = [(where, code) for where, choice in choices for code in choice.codes]
    used += [(name, code) for name, kind in lexicon.kinds.items() for code in (*kind.by.values(), *kind.also)]
    used += [(name, kind.default) for name, kind in lexicon.kinds.items() if kind.default]
    used += [(e.id, e.label) for e in lexicon.entries if e.label]
    used += [(name, purpose.code) for name, purpose in lexicon.purposes.items()]
    used += [(code, now) for code, window in lexicon.codes.items() for now in window.now]
    for where, code in used:
        if code.removeprefix("@") not in (lexicon.names if code.startswith("@") else lexicon.codes):
            yield f"{where}: no code {code!r}"
    for name, kind in lexicon.kinds.items():
        yield from (f"{name}: no purpose {p!r}" for p in kind.by if p not in lexicon.purposes)
        if kind.default is None and kind.ask is None:
            yield f"{name}: neither a default nor a question"


def _check_phrases(lexicon: Lexicon) -> Iterator[str]:
    vocabulary = Vocabulary(lexicon, build(lexicon))
    seen: dict[str, str] = {}
    for entry in lexicon.entries:
        for phrase in entry.phrases:
            key = " ".join(vocabulary.phrase(phrase))
            if not key:
                yield f"{entry.id}: {phrase!r} leaves no words"
            elif key in seen:
                yield f"{entry.id}: {phrase!r} already means {seen[key]}"
            seen[key] = f"{entry.id} ({phrase!r})"


def encode(lexicon: Lexicon) -> bytes:
    return msgspec.msgpack.Encoder(order="deterministic").encode(Shipped(lexicon, build(lexicon)))


def main(arguments: list[str]) -> int:
    try:
        packed = encode(compile_lexicon())
    except LexiconError as error:
        print(error, file=sys.stderr)
        return 1
    if "--check" in arguments:
        same = TARGET.exists() and TARGET.read_bytes() == packed
        print(f"{TARGET.name} is {'up to date' if same else 'not what the YAML compiles to'}")
        return 0 if same else 1
    TARGET.write_bytes(packed)
    print(f"{TARGET.name}: {len(packed)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
