"""A file as a tree that JSON can hold, and back: for every input, the same bytes.

    {"format": "rehabill-x12/1", "encoding": "utf-8", "interchanges": [{"separators": {…}, "content": [
        {"id": "ISA", "elements": […]},
        {"group": [{"id": "GS", …}, {"set": [{"id": "ST", …}, …, {"id": "SE", …}]}, {"id": "GE", …}]},
        {"id": "IEA", …}]}], "after": "\\n"}

An element is a text; one with components is a list of texts, one that is repeated an object `{"repeated": […]}`. The
line ends around a segment stand in its `before` and `after`, those inside it in `as_read`, which is believed only while
it says the same as the elements.
"""

from collections.abc import Iterable, Iterator

import msgspec

from rehabill.base.errors import InputError
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.document import Document, Segment, read

FORMAT = "rehabill-x12/1"
_OPENS = {"GS": "group", "ST": "set"}
_CLOSES = {"GE": "group", "SE": "set"}
_STAYS_OPEN = {"ISA": ("",), "IEA": ("",), "GS": ("",), "GE": ("", "group"), "ST": ("", "group")}
"""What may be open around a segment of the envelope; everything else ends there."""


class Repeated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An element that is given more than once."""

    repeated: list[str | list[str]]


Element = str | list[str] | Repeated


class Node(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """A segment (`id` and `elements`), or a group or set with what stands in it."""

    id: str | None = None
    elements: list[Element] = []
    before: str = ""
    after: str = ""
    as_read: str | None = None
    unterminated: bool = False
    group: "list[Node] | None" = None
    set: "list[Node] | None" = None


class Part(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """One interchange. `before`: text outside any interchange ahead of it."""

    separators: Delimiters
    content: list[Node]
    before: str = ""


class Tree(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """A whole file. `encoding` is how its text becomes bytes."""

    format: str
    encoding: str
    interchanges: list[Part]
    after: str = ""


def to_json(data: bytes, indent: int = 0) -> bytes:
    """Any bytes as JSON."""
    encoded = msgspec.json.encode(tree(read(data), _encoding_of(data)))
    return msgspec.json.format(encoded, indent=indent) if indent else encoded


def from_json(data: bytes) -> bytes:
    """The file that the JSON of `to_json` describes. Raises `InputError` for anything else."""
    try:
        decoded = msgspec.json.decode(data, type=Tree)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InputError("", f"this is not the JSON that `x12 to-json` writes: {_why(error)}") from None
    if decoded.format != FORMAT or decoded.encoding not in ("utf-8", "latin-1"):
        raise InputError("format", f'the JSON must say "format": "{FORMAT}" and "encoding": utf-8 or latin-1')
    try:
        return "".join(_texts(decoded)).encode(decoded.encoding)
    except UnicodeEncodeError:
        raise InputError("encoding", f"a text cannot be written as {decoded.encoding}") from None


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, msgspec.DecodeError) else "it cannot be decoded"


def _encoding_of(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def tree(document: Document, encoding: str) -> Tree:
    """A document as the structs that JSON is made of."""
    if any(not mark.isascii() for one in document.interchanges for mark in msgspec.structs.astuple(one.delimiters)):
        encoding = "latin-1"
    said = _Said(encoding)
    parts = [Part(one.delimiters, said.nested(one.segments), said.text(one.before)) for one in document.interchanges]
    return Tree(format=FORMAT, encoding=encoding, interchanges=parts, after=said.text(document.after))


class _Said:
    """Turns text that was read byte by byte (Latin-1) into text in the encoding of the file."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding

    def text(self, text: str) -> str:
        return text if text.isascii() or self.encoding == "latin-1" else text.encode("latin-1").decode("utf-8")

    def nested(self, segments: Iterable[Segment]) -> list[Node]:
        """Sets inside groups; a segment that opens or closes out of turn stands where it was found."""
        top: list[Node] = []
        around: list[tuple[str, list[Node]]] = [("", top)]
        for segment in segments:
            name = segment.id
            stays = _STAYS_OPEN.get(name)
            while stays is not None and around[-1][0] not in stays:
                around.pop()
            if name in _OPENS:
                inner: list[Node] = []
                around[-1][1].append(Node(group=inner) if name == "GS" else Node(set=inner))
                around.append((_OPENS[name], inner))
            around[-1][1].append(self.segment(segment))
            if _CLOSES.get(name) == around[-1][0]:
                around.pop()
        return top

    def segment(self, segment: Segment) -> Node:
        marks, name = segment.delimiters, segment.id
        values = segment.text.split(marks.element)[1:]
        is_plain = name in ("ISA", "BIN")
        elements = [self.text(value) if is_plain else self.element(value, marks) for value in values]
        node = Node(self.text(name), elements, unterminated=not segment.closed)
        begun = segment.piece.find(segment.text)
        if begun < 0:
            node.as_read = self.text(segment.piece)
        else:
            node.before = self.text(segment.piece[:begun])
            node.after = self.text(segment.piece[begun + len(segment.text) :])
        return node

    def element(self, value: str, marks: Delimiters) -> Element:
        if marks.repetition and marks.repetition in value:
            return Repeated([self.components(one, marks) for one in value.split(marks.repetition)])
        return self.components(value, marks)

    def components(self, value: str, marks: Delimiters) -> str | list[str]:
        if marks.component in value:
            return [self.text(part) for part in value.split(marks.component)]
        return self.text(value)


def _texts(whole: Tree) -> Iterator[str]:
    for part in whole.interchanges:
        yield part.before
        for node in part.content:
            yield from _node(node, part.separators)
    yield whole.after


def _node(node: Node, marks: Delimiters) -> Iterator[str]:
    """The text of a segment, or of all that stands in a group or set."""
    inner = node.group if node.group is not None else node.set
    if inner is not None:
        for one in inner:
            yield from _node(one, marks)
        return
    if node.id is None:
        raise InputError("interchanges", "an entry of a content must have an id, a group or a set")
    text = marks.element.join([node.id, *(_element(one, marks) for one in node.elements)])
    if node.as_read is not None and _bare(node.as_read, marks) == text:
        yield node.as_read
    else:
        yield f"{node.before}{text}{node.after}"
    if not node.unterminated:
        yield marks.segment


def _bare(text: str, marks: Delimiters) -> str:
    """A piece without the line ends in it, as the reader takes them out."""
    for mark in "\r\n":
        if mark != marks.segment:
            text = text.replace(mark, "")
    return text.lstrip(" \t") if text[:1] in (" ", "\t") else text


def _element(element: Element, marks: Delimiters) -> str:
    if isinstance(element, Repeated):
        return marks.repetition.join(_components(one, marks) for one in element.repeated)
    return _components(element, marks)


def _components(element: str | list[str], marks: Delimiters) -> str:
    return element if isinstance(element, str) else marks.component.join(element)
