"""A transaction's spec as a graph to walk: from where one segment stands, where the next one can.

Neighbours that begin with the same segment id may come in any order among themselves (the REFs of a claim, the loops
2310A to 2310F); all else comes in the order of the spec, and a segment is looked for ahead in its own loop, then in the
loops around it.
"""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from rehabill.x12.check.outside import listed_places
from rehabill.x12.check.pattern import Glance, glance
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.situations import SITUATIONS
from rehabill.x12.spec.load import spec_for
from rehabill.x12.spec.schema import CompositeSpec, LoopSpec, SegmentSpec, TransactionSpec

_SEEN_LIMIT = 2048
_SHAPE_LIMIT = 64
_NAMING = frozenset({"name", "id", "claim"})


class Node:
    """One place of a segment: in its `loop`, at `place` of the loop's body."""

    def __init__(self, spec: SegmentSpec, loop: "Loop", place: int, delimiters: Delimiters) -> None:
        self.spec = spec
        self.loop = loop
        self.place = place
        self.delimiters = delimiters
        self.glance: Glance | None = None
        """Compiled when the first segment comes here: most places of a guide are never used."""
        self.known: dict[str, Known] = {}
        """Segments that came after this one and were found right: parties, dates and codes repeat throughout a file."""
        self.seldom_twice = _seldom_twice(spec)
        """Elements by which a segment is unlikely to come again: it is not kept."""
        self.moves: dict[str, Move] = {}
        """Where the next segment stands, by its key."""
        self.listed = listed_places(spec)

    def is_right(self, text: str) -> object:
        """True-ish when there is surely nothing wrong with these elements."""
        if self.glance is None:
            self.glance = glance(self.spec, self.delimiters)
        return self.glance(text)

    def remember(self, text: str, known: "Known") -> None:
        """A segment that came after this one and was found right."""
        elements = known[1]
        for at in known[0].node.seldom_twice:
            if at < len(elements) and elements[at]:
                return
        if len(self.known) >= _SEEN_LIMIT:
            self.known.clear()
        self.known[text] = known


class Loop:
    """One loop; `body` holds its segments and inner loops in order, `ranks` which of them share a place in it."""

    def __init__(self, spec: LoopSpec, parent: "Loop | None", place: int, delimiters: Delimiters) -> None:
        self.spec = spec
        self.id = spec.id
        self.parent = parent
        self.place = place
        self.body: list[Node | Loop] = [
            Node(inner, self, index, delimiters)
            if isinstance(inner, SegmentSpec)
            else Loop(inner, self, index, delimiters)
            for index, inner in enumerate(spec.body)
        ]
        self.ranks = _ranks(self.body)
        self.complaints: dict[tuple[int, ...], tuple[tuple[int, int], ...]] = {}
        """By what stood in an instance (places in order): the places to look at, and how often each stood."""

    @property
    def opener(self) -> Node:
        first = self.body[0]
        assert isinstance(first, Node)
        return first

    def judge(self, shape: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        """What of the loop's body is missing, too often, not to be used, or depends on a situation."""
        found = []
        for place, entry in enumerate(self.body):
            count, spec = shape.count(place), entry.spec
            missing = not count and (spec.usage == "R" or spec.when in SITUATIONS)
            unwanted = count > spec.repeat or (count and (spec.usage == "N" or spec.only))
            if missing or unwanted:
                found.append((place, count))
        if len(shape) <= _SHAPE_LIMIT and len(self.complaints) < _SEEN_LIMIT:
            self.complaints[shape] = tuple(found)
        return tuple(found)


def _seldom_twice(spec: SegmentSpec) -> tuple[int, ...]:
    """The elements that name a person or a claim."""
    return tuple(
        number
        for number, place in enumerate(spec.elements, 1)
        if any(part.personal in _NAMING for part in (place.parts if isinstance(place, CompositeSpec) else (place,)))
    )


def _ranks(body: list[Node | Loop]) -> list[int]:
    """For each place the first of the run of neighbours with the same kind and segment id."""
    ranks: list[int] = []
    for index, entry in enumerate(body):
        same = index > 0 and _begins(body[index - 1]) == _begins(entry)
        ranks.append(ranks[-1] if same else index)
    return ranks


def _begins(entry: Node | Loop) -> tuple[bool, str]:
    is_loop = isinstance(entry, Loop)
    return is_loop, opener_of(entry).spec.id


def opener_of(entry: Node | Loop) -> Node:
    return entry.opener if isinstance(entry, Loop) else entry


class Move(msgspec.Struct, frozen=True):
    """From a node to the next: loops to leave, loops to enter (two only where an opener is missing), and whether that
    goes back in the order.
    """

    node: Node
    leave: int = 0
    enter: tuple[Loop, ...] = ()
    is_late: bool = False
    is_key_wrong: bool = False
    """The segment belongs here by its id, but its qualifier is none of those allowed."""


Known = tuple[Move, list[str], bool, bool]
"""Where a segment stands, its elements, whether it tells a situation or a level, whether an observer wants it."""


class Graph:
    """A spec made ready for one set of separators."""

    def __init__(self, spec: TransactionSpec, delimiters: Delimiters) -> None:
        self.spec = spec
        self.delimiters = delimiters
        root = LoopSpec(spec.set, spec.name, "R", 1, spec.body)
        self.root = Loop(root, None, 0, delimiters)
        self.keys = _keys(self.root)
        self._looked_at_by: tuple[object, ...] = ()

    @property
    def start(self) -> Move:
        """To the first segment, ST."""
        first = self.root.body[0]
        assert isinstance(first, Node)
        return Move(first)

    def looked_at_by(self, *who: object) -> None:
        """What was found right by others (another judge of codes, another day) is to be looked at again."""
        if self._looked_at_by != who:
            self._looked_at_by = who
            for node in _nodes(self.root):
                node.known.clear()

    def step(self, node: Node, elements: list[str]) -> Move | None:
        """Where a segment (split at its elements) that comes after `node` stands; None when it has no place."""
        key = elements[0]
        for element, component in self.keys.get(key, ()):
            value = elements[element] if element < len(elements) else ""
            if component:
                parts = value.split(self.delimiters.component)
                value = parts[component - 1] if len(parts) >= component else ""
            key += "*" + value
        move = node.moves.get(key)
        if move is None:
            move = self._find(node, elements)
            if move is not None and len(node.moves) < _SEEN_LIMIT:
                node.moves[key] = move
        return move

    def _find(self, node: Node, elements: list[str]) -> Move | None:
        ahead = list(self._candidates(node, False))
        for moves in (ahead, self._candidates(node, True), _without_opener(ahead)):
            for move in moves:
                spec = move.node.spec
                if spec.id == elements[0] and spec.is_keyed(
                    elements, self.delimiters.component, self.delimiters.repetition
                ):
                    return move
        return self._despite_key(node, elements[0])

    def _despite_key(self, node: Node, name: str) -> Move | None:
        """A segment whose qualifier is none of those allowed: it can only be the one required, or the only one."""
        ahead = [move for move in self._candidates(node, False) if move.node.spec.id == name]
        required = [move for move in ahead if move.node.spec.usage == "R" and move.node is not node and not move.leave]
        for move in required[:1] or (ahead if len(ahead) == 1 else []):
            return msgspec.structs.replace(move, is_key_wrong=True)
        return None

    def qualifiers(self, node: Node, name: str) -> list[str]:
        """The qualifiers with which a segment of that name can follow `node`."""
        found: set[str] = set()
        for move in self._candidates(node, False):
            if move.node.spec.id == name and move.node.spec.key is not None:
                found |= move.node.spec.key.codes
        return sorted(found)

    def _candidates(self, node: Node, is_late: bool) -> Iterator[Move]:
        """Every place that can follow, the nearest first: ahead (or, when late, behind) in each loop outwards."""
        loop: Loop | None = node.loop
        place, leave = node.place, 0
        while loop is not None:
            begin = max(loop.ranks[place], 1 if loop.parent else 0)
            span = range(1 if loop.parent else 0, begin) if is_late else range(begin, len(loop.body))
            for index in span:
                entry = loop.body[index]
                if isinstance(entry, Loop):
                    yield Move(entry.opener, leave, (entry,), is_late)
                else:
                    yield Move(entry, leave, (), is_late)
            place, leave, loop = loop.place, leave + 1, loop.parent


@lru_cache(maxsize=32)
def graph_for(transaction: str, version: str, purpose: str, delimiters: Delimiters) -> Graph | None:
    """The graph of a transaction set (ST01, ST03 or GS08, BHT02); None when no spec is known."""
    spec = spec_for(transaction, version, purpose)
    return None if spec is None else Graph(spec, delimiters)


def _without_opener(ahead: list[Move]) -> Iterator[Move]:
    """The loops inside those ahead, as if the outer one's first segment had been left out."""
    for move in ahead:
        for loop in move.enter:
            for inner in loop.body:
                if isinstance(inner, Loop):
                    yield Move(inner.opener, move.leave, (loop, inner))


def _keys(root: Loop) -> dict[str, tuple[tuple[int, int], ...]]:
    """By segment id, the elements and components that tell its uses apart."""
    found: dict[str, dict[tuple[int, int], None]] = {}
    for node in _nodes(root):
        if node.spec.key is not None:
            found.setdefault(node.spec.id, {})[node.spec.key.element, node.spec.key.component] = None
    return {name: tuple(keys) for name, keys in found.items()}


def _nodes(loop: Loop) -> Iterator[Node]:
    for entry in loop.body:
        if isinstance(entry, Loop):
            yield from _nodes(entry)
        else:
            yield entry
