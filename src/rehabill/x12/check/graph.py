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
from rehabill.x12.values import in_order

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
        self.moves: dict[str, Move | None] = {}
        """Where the next segment stands, by its key."""
        self.listed = listed_places(spec, loop.id)

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
        first = self.body[0]
        assert isinstance(first, Node)  # the compiler of the specs sees to it
        self.opener = first
        self.ranks = _ranks(self.body)
        self.required = [place for place, entry in enumerate(self.body) if entry.spec.usage == "R"]
        self.complaints: dict[tuple[int, ...], tuple[tuple[int, int], ...]] = {}
        """By what stood in an instance (places in order): the places to look at, and how often each stood."""

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
    is_plain: bool = False
    """Nothing is wrong with it: it goes ahead, and past nothing that is required."""


Known = tuple[Move, list[str], bool, bool]
"""Where a segment stands, its elements, whether it tells a situation or a level, whether an observer wants it."""


class Graph:
    """A spec made ready for one set of separators."""

    def __init__(self, spec: TransactionSpec, delimiters: Delimiters) -> None:
        self.spec = spec
        self.delimiters = delimiters
        root = LoopSpec(spec.set, spec.name, "R", 1, spec.body)
        self.root = Loop(root, None, 0, delimiters)
        self.nodes = list(_nodes(self.root))
        self.keys = _keys(self.nodes)
        self._looked_at_by: tuple[object, ...] = ()

    @property
    def start(self) -> Move:
        """To the first segment, ST."""
        return Move(self.root.opener, is_plain=True)

    def looked_at_by(self, *who: object) -> None:
        """What was found right by others (another judge of codes, another day) is to be looked at again."""
        if self._looked_at_by != who:
            self._looked_at_by = who
            for node in self.nodes:
                node.known.clear()

    def step(self, node: Node, elements: list[str]) -> Move | None:
        """Where a segment (split at its elements) that comes after `node` stands, as far as can be told without looking
        further; None when it has no place.
        """
        key = elements[0]
        for element, component in self.keys.get(key, ()):
            value = elements[element] if element < len(elements) else ""
            if component:
                parts = value.split(self.delimiters.component)
                value = parts[component - 1] if len(parts) >= component else ""
            key += "*" + value
        move = node.moves.get(key)
        if move is None and key not in node.moves:
            move = self._find(node, elements)
            if len(node.moves) < _SEEN_LIMIT:
                node.moves[key] = move
        return move

    def _find(self, node: Node, elements: list[str]) -> Move | None:
        ahead = list(self.ahead(node))
        for move in ahead:
            if self.is_of(move.node, elements):
                return msgspec.structs.replace(move, is_plain=not _passes_required(node, move))
        for move in (*self.behind(node), *_without_opener(ahead)):
            if self.is_of(move.node, elements):
                return move
        return _despite_key(node, [move for move in ahead if move.node.spec.id == elements[0]])

    def is_of(self, node: Node, elements: list[str]) -> bool:
        """Can the segment stand at this place, by its id and qualifier?"""
        spec, marks = node.spec, self.delimiters
        return spec.id == elements[0] and spec.is_keyed(elements, marks.component, marks.repetition)

    def qualifiers(self, node: Node, elements: list[str]) -> list[str]:
        """The qualifiers with which a segment of that id can follow `node`; none when its own is among them."""
        found: set[str] = set()
        for move in self.ahead(node):
            if self.is_of(move.node, elements):
                return []
            if move.node.spec.id == elements[0] and move.node.spec.key is not None:
                found |= move.node.spec.key.codes
        return in_order(found)

    def ahead(self, node: Node) -> Iterator[Move]:
        """Every place that can follow, the nearest first: in the node's loop, then in each loop around it."""
        return self._around(node, False)

    def behind(self, node: Node) -> Iterator[Move]:
        """Every place in these loops that should have come before."""
        return self._around(node, True)

    def _around(self, node: Node, is_late: bool) -> Iterator[Move]:
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


def _despite_key(node: Node, ahead: list[Move]) -> Move | None:
    """A segment whose qualifier is none of those allowed: it can only be the one required, or the only one."""
    required = [move for move in ahead if move.node.spec.usage == "R" and move.node is not node and not move.leave]
    return next(iter(required or (ahead if len(ahead) == 1 else [])), None)


def _passes_required(node: Node, move: Move) -> bool:
    """Does something required stand between them?"""
    loop, rank = node.loop, node.loop.ranks[node.place]
    for _ in range(move.leave):
        if any(loop.ranks[place] > rank for place in loop.required):
            return True
        outer = loop.parent
        assert outer is not None
        loop, rank = outer, outer.ranks[loop.place]
    end = loop.ranks[(move.enter[0] if move.enter else move.node).place]
    return any(rank < loop.ranks[place] < end for place in loop.required)


def _keys(nodes: list[Node]) -> dict[str, tuple[tuple[int, int], ...]]:
    """By segment id, the elements and components that tell its uses apart."""
    found: dict[str, dict[tuple[int, int], None]] = {}
    for node in nodes:
        if node.spec.key is not None:
            found.setdefault(node.spec.id, {})[node.spec.key.element, node.spec.key.component] = None
    return {name: tuple(keys) for name, keys in found.items()}


def _nodes(loop: Loop) -> Iterator[Node]:
    for entry in loop.body:
        if isinstance(entry, Loop):
            yield from _nodes(entry)
        else:
            yield entry
