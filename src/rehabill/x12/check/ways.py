"""The ways to read a segment that does not simply follow the one before it: each says where it stands, or is put aside.

They depend on where the walk is and on the segment's id and qualifier alone; which of them is best, `reading` tells.
"""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from rehabill.x12.check.graph import Graph, Loop, Move, Node

_SAME_NAMES = 3
"""Places ahead that are tried for one segment."""


class Reading(msgspec.Struct, frozen=True):
    """`move`: where the segment stands. Without one it is put aside for `rule`, and the walk goes on from where it was.

    `home`: where a segment put aside belongs: in the loop `leave` further out (-1: in none that is open), or, when
    `is_before`, in one that has yet to begin there. No rule: a loop's first segment stands twice, which its end tells.
    """

    move: Move | None = None
    rule: str = ""
    home: Node | None = None
    leave: int = 0
    is_before: bool = False
    is_misnamed: bool = False


ASIDE = Reading(rule="X201")


class Ways(msgspec.Struct, frozen=True):
    """All readings: with its own qualifier, the likeliest first; with another; in loops without their first segment."""

    named: tuple[Reading, ...] = ()
    misnamed: tuple[Reading, ...] = ()
    unopened: tuple[Reading, ...] = ()


def ways(graph: Graph, node: Node, elements: list[str]) -> Ways:
    """Those of a segment, split at its elements, that comes after `node`."""
    return _ways(graph, node, _name(graph, elements))


def _name(graph: Graph, elements: list[str]) -> tuple[str, ...]:
    """The segment with its id and qualifiers alone, all else empty."""
    found = elements[:1]
    for element, component in sorted(graph.keys.get(elements[0], ())):
        found += [""] * (min(element + 1, len(elements)) - len(found))
        if element < len(elements):
            mark = graph.delimiters.component
            found[element] = mark.join(elements[element].split(mark)[:component]) if component else elements[element]
    return tuple(found)


@lru_cache(4096)
def _ways(graph: Graph, node: Node, name: tuple[str, ...]) -> Ways:
    elements = list(name)
    homes = [one for one in graph.nodes if one.spec.id == name[0]]
    if not homes:
        return Ways()
    ahead = [move for move in graph.ahead(node) if move.node.spec.id == name[0]]
    misnamed = tuple(Reading(move, is_misnamed=True) for move in ahead if not graph.is_of(move.node, elements))
    return Ways(tuple(_named(graph, node, elements)), misnamed, tuple(_unopened(graph, node, elements)))


def _named(graph: Graph, node: Node, elements: list[str]) -> Iterator[Reading]:
    ahead = [move for move in graph.ahead(node) if graph.is_of(move.node, elements)]
    behind = [move for move in graph.behind(node) if graph.is_of(move.node, elements)]
    for move in ahead[:_SAME_NAMES]:
        yield Reading(move)
    for move in behind:
        if _is_aside(move):
            yield Reading(rule="X233", home=move.node, leave=move.leave)
        else:
            yield Reading(move)
    if not ahead and not behind:
        yield from _from_elsewhere(graph, node, elements)
    for move in behind:
        if _is_aside(move):
            yield Reading(move)
    if node is node.loop.opener and graph.is_of(node, elements):
        yield Reading(home=node)


def _is_aside(move: Move) -> bool:
    """It goes back to a loop around this one, and opens none there."""
    return move.leave > 0 and not move.enter


def _from_elsewhere(graph: Graph, node: Node, elements: list[str]) -> Iterator[Reading]:
    """A segment that can stand in one loop only, which is not open."""
    homes = [one for one in graph.nodes if graph.is_of(one, elements)]
    if len({one.loop.id for one in homes}) != 1 or homes[0] is homes[0].loop.opener:
        return
    for move in graph.ahead(node):
        for home in homes:
            if home.loop in move.enter:
                yield Reading(rule="X233", home=home, leave=move.leave, is_before=True)
                return
    yield Reading(rule="X233", home=homes[0], leave=-1)


def _unopened(graph: Graph, node: Node, elements: list[str]) -> Iterator[Reading]:
    for move in (*graph.ahead(node), *graph.behind(node)):
        for loop in move.enter:
            for inner in loop.body[1:]:
                if isinstance(inner, Loop):
                    if graph.is_of(inner.opener, elements):
                        yield Reading(Move(inner.opener, move.leave, (loop, inner), move.is_late))
                elif graph.is_of(inner, elements):
                    yield Reading(Move(inner, move.leave, (loop,), move.is_late))
