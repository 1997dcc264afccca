"""A file as a tree that JSON can hold, and back: for every input, the same bytes, in flat memory.

    {"format": "rehabill-x12/2", "interchanges": [
    {"separators": {…}, "content": [
    {"id":"ISA","elements":[…]},
    {"group": [
    {"id":"GS",…},
    {"set": [
    {"id":"ST",…},
    …
    {"id":"SE",…}
    ]},
    {"id":"GE",…}
    ]},
    {"id":"IEA",…}
    ]}
    ], "after": {"text":"\\n"}}

One segment a line. An element is a text; one with components is a list of texts, one that is repeated an object
`{"repeated": […]}`. The line ends around a segment stand in its `before` and `after`, those inside it in `as_read`,
which is believed only while it says the same as the elements. Text is read as UTF-8; a segment whose bytes are not that
says `"encoding": "latin-1"`, and so does text outside any interchange (`before` one, or `after` the last).
"""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from rehabill.base.errors import InputError
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.scan import Batch, batches
from rehabill.x12.tools.json_pieces import Pieces

FORMAT = "rehabill-x12/2"
_OPENS = {"GS": "group", "ST": "set"}
_CLOSES = {"GE": "group", "SE": "set"}
_STAYS_OPEN = {"ISA": ("",), "IEA": ("",), "GS": ("",), "GE": ("", "group"), "ST": ("", "group")}
"""What may be open around a segment of the envelope; everything else ends there."""
_INSIDE = {"": ("group", "set"), "group": ("set",), "set": ()}
"""What can be opened in what."""
_AT_ONCE = 1 << 20

Encoding = Literal["utf-8", "latin-1"]


class Outside(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """Text outside any interchange."""

    text: str
    encoding: Encoding = "utf-8"


class Repeated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An element that is given more than once."""

    repeated: list[str | list[str]]


Element = str | list[str] | Repeated


class Node(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """A segment."""

    id: str
    elements: list[Element] = []
    before: str = ""
    after: str = ""
    as_read: str | None = None
    unterminated: bool = False
    encoding: Encoding = "utf-8"


# ------------------------------------------------------------------------------------------------------- X12 to JSON


def to_json(data: bytes, indent: int = 0) -> bytes:
    """Any bytes as JSON."""
    return b"".join(json_of(batches([data], []), indent))


def json_of(read: Iterable[Batch], indent: int = 0) -> Iterator[bytes]:
    """A file as JSON, in pieces as it is read. `indent`: blanks by which segments are spread over lines; 0: not."""
    writer = _Writer(indent)
    for batch in read:
        if batch.pieces:
            writer.take(batch)
            yield writer.written()
        elif batch.before:
            writer.after = batch.before
    writer.finish()
    yield writer.written()


class _Writer:
    """Batches in, JSON out. `around`: what is open, the innermost last; `""` is the content of an interchange."""

    def __init__(self, indent: int) -> None:
        self.indent = indent
        self.around: list[str] = []
        self.after = ""
        self._encoder = msgspec.json.Encoder()
        self._out: list[bytes] = [b'{"format": "%s", "interchanges": [' % FORMAT.encode()]
        self._comma = b"\n"
        """What stands before the next entry: a line end, and a comma where another entry stands before."""

    def written(self) -> bytes:
        """What was written since it was last asked."""
        told = b"".join(self._out)
        self._out.clear()
        return told

    def take(self, batch: Batch) -> None:
        marks = batch.delimiters
        if batch.opens:
            self._close_to(0)
            self._open_interchange(batch)
        is_ascii = all(mark.isascii() for mark in msgspec.structs.astuple(marks))
        last = len(batch.pieces) - 1
        for index, (piece, text) in enumerate(zip(batch.pieces, batch.segments, strict=True)):
            name = text.partition(marks.element)[0]
            stays = _STAYS_OPEN.get(name)
            while stays is not None and self.around[-1] not in stays:
                self._close()
            if name in _OPENS:
                self._open(_OPENS[name])
            node = _node(piece, text, marks, is_ascii)
            node.unterminated = index == last and not batch.closed
            self._entry(self._encoder.encode(node))
            if _CLOSES.get(name) == self.around[-1]:
                self._close()

    def finish(self) -> None:
        self._close_to(0)
        self._out.append(b"\n]")
        if self.after:
            self._out.append(b', "after": ' + self._encoder.encode(_outside(self.after)))
        self._out.append(b"}\n")

    def _open_interchange(self, batch: Batch) -> None:
        before = b'"before": %s, ' % self._encoder.encode(_outside(batch.before)) if batch.before else b""
        marks = self._encoder.encode(batch.delimiters)
        self._out.append(b'%s{%s"separators": %s, "content": [' % (self._comma, before, marks))
        self.around.append("")
        self._comma = b"\n"

    def _open(self, name: str) -> None:
        self._out.append(b'%s{"%s": [' % (self._comma, name.encode()))
        self.around.append(name)
        self._comma = b"\n"

    def _close(self) -> None:
        self.around.pop()
        self._out.append(b"\n]}")
        self._comma = b",\n"

    def _close_to(self, depth: int) -> None:
        while len(self.around) > depth:
            self._close()

    def _entry(self, encoded: bytes) -> None:
        if self.indent:
            encoded = msgspec.json.format(encoded, indent=self.indent)
        self._out.append(self._comma)
        self._out.append(encoded)
        self._comma = b",\n"


def _outside(text: str) -> Outside:
    as_utf8 = _utf8(text)
    return Outside(text, "latin-1") if as_utf8 is None else Outside(as_utf8)


def _utf8(text: str) -> str | None:
    """Text read byte by byte (Latin-1) as the UTF-8 it is; None when it is not."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return None


def _node(piece: str, text: str, marks: Delimiters, is_ascii: bool) -> Node:
    """A segment. Where the separators are not ASCII, bytes of UTF-8 could be taken for them: then all is Latin-1."""
    encoding: Encoding = "utf-8"
    if not piece.isascii():
        as_utf8 = _utf8(piece) if is_ascii else None
        if as_utf8 is None:
            encoding = "latin-1"
        else:
            piece, text = as_utf8, _utf8(text) or ""
    name, *values = text.split(marks.element)
    if name not in ("ISA", "BIN"):
        elements = [_element(value, marks) for value in values]
    else:
        elements = list[Element](values)
    node = Node(name, elements, encoding=encoding)
    begun = piece.find(text)
    if begun < 0:
        node.as_read = piece
    else:
        node.before, node.after = piece[:begun], piece[begun + len(text) :]
    return node


def _element(value: str, marks: Delimiters) -> Element:
    if marks.repetition and marks.repetition in value:
        return Repeated([_components(one, marks) for one in value.split(marks.repetition)])
    return _components(value, marks)


def _components(value: str, marks: Delimiters) -> str | list[str]:
    return value.split(marks.component) if marks.component in value else value


# ------------------------------------------------------------------------------------------------------- JSON to X12


def from_json(data: bytes) -> bytes:
    """The file that the JSON of `to_json` describes. Raises `InputError` for anything else."""
    return b"".join(x12_of([data]))


def x12_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same, in pieces as the JSON is read; what is wrong may show only when much was given already.

    Spread over lines or not, keys in another order: it is read, but flat in memory only while `separators` stand before
    `content`.
    """
    waiting: list[str] = []
    size = 0
    try:
        for text in _texts(Pieces(chunks)):
            waiting.append(text)
            size += len(text)
            if size > _AT_ONCE:
                yield "".join(waiting).encode("latin-1")
                waiting, size = [], 0
        yield "".join(waiting).encode("latin-1")
    except UnicodeEncodeError:
        raise InputError("encoding", "a text holds a character that cannot be written in its encoding") from None


def _texts(source: Pieces) -> Iterator[str]:
    """The file as text that is to be written as Latin-1."""
    found, after = "", ""
    for key in source.keys():  # noqa: SIM118 (no mapping: each is read once, in the order of the file)
        if key == "format":
            found = source.value(str)
        elif key == "after":
            after = _written(source.value(Outside))
        elif key == "interchanges" and found == FORMAT:
            for _ in source.items():
                yield from _interchange(source)
        else:
            break
    if found != FORMAT:
        raise InputError("format", f'the JSON must begin with "format": "{FORMAT}", as `x12 to-json` writes it')
    source.end()
    yield after


def _interchange(source: Pieces) -> Iterator[str]:
    marks: Delimiters | None = None
    held: list[Node] = []
    """Segments that came before their separators."""
    has_content = False
    for key in source.keys():  # noqa: SIM118
        if key == "before" and not has_content:
            yield _written(source.value(Outside))
        elif key == "separators" and marks is None:
            marks = source.value(Delimiters)
            yield from (_segment(node, _known(marks)) for node in held)
        elif key == "content" and not has_content:
            has_content = True
            for node in _nodes(source, ""):
                if marks is None:
                    held.append(node)
                else:
                    yield _segment(node, marks)
        else:
            raise InputError("interchanges", f"'{key[:20]}' cannot stand here in an interchange")
    _known(marks)


def _known(marks: Delimiters | None) -> Delimiters:
    if marks is None or not (marks.element and marks.component and marks.segment):
        raise InputError(
            "interchanges", "an interchange must say its separators: element, component, repetition, segment"
        )
    return marks


def _nodes(source: Pieces, around: str) -> Iterator[Node]:
    """The segments of a content, group or set."""
    for _ in source.items():
        name = source.opens(("group", "set"))
        if not name:
            yield source.value(Node)
        elif name in _INSIDE[around]:
            yield from _nodes(source, name)
            source.close()
        else:
            raise InputError("interchanges", f"a {name} cannot stand in a {around}")


def _written(outside: Outside) -> str:
    return _bytes_of(outside.text, outside.encoding)


def _bytes_of(text: str, encoding: Encoding) -> str:
    """Text as the characters that its bytes are in Latin-1."""
    return text if encoding == "latin-1" or text.isascii() else text.encode("utf-8").decode("latin-1")


def _segment(node: Node, marks: Delimiters) -> str:
    text = marks.element.join([node.id, *(_joined(one, marks) for one in node.elements)])
    if node.as_read is not None and _bare(node.as_read, marks) == text:
        whole = node.as_read
    else:
        whole = f"{node.before}{text}{node.after}"
    if not whole.isascii() and all(mark.isascii() for mark in msgspec.structs.astuple(marks)):
        whole = _bytes_of(whole, node.encoding)
    return whole if node.unterminated else whole + marks.segment


def _bare(text: str, marks: Delimiters) -> str:
    """A piece without the line ends in it, as the reader takes them out."""
    for mark in "\r\n":
        if mark != marks.segment:
            text = text.replace(mark, "")
    return text.lstrip(" \t") if text[:1] in (" ", "\t") else text


def _joined(element: Element, marks: Delimiters) -> str:
    if isinstance(element, Repeated):
        return marks.repetition.join(_with_components(one, marks) for one in element.repeated)
    return _with_components(element, marks)


def _with_components(element: str | list[str], marks: Delimiters) -> str:
    return element if isinstance(element, str) else marks.component.join(element)
