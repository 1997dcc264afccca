"""One file into several, each an interchange that is valid by itself."""

from collections.abc import Iterable, Iterator

import msgspec

from rehabill.base.errors import InputError
from rehabill.x12.outline import Head, Placed
from rehabill.x12.scan import shown
from rehabill.x12.tools.envelopes import (
    NotSuited,
    Style,
    control_number,
    following,
    in_envelope,
    style_of,
    with_value,
)
from rehabill.x12.units import Rest, Unit, units

_LONGEST_REFERENCE = 30


class Piece(msgspec.Struct, frozen=True):
    """One file to write: its text (Latin-1), the set's control number, how many claims are in it."""

    text: str
    control: str
    claims: int


class Pieces:
    """Splits a file while it is read. `left_out` counts levels of the hierarchy without a claim, which no piece has."""

    def __init__(self, claims: int | None = None, first_number: int | None = None) -> None:
        self.claims = claims
        self.first_number = first_number
        self.style: Style | None = None
        self.count = 0
        self.left_out = 0

    def of(self, segments: Iterable[Placed]) -> Iterator[Piece]:
        """A piece for each set, or for each `claims` claims of an 837P. Raises `InputError` for what cannot be
        cut, `NotSuited` for what cannot be cut so.
        """
        found: list[Unit] = []
        for unit in units(self._watched(segments)):
            if isinstance(unit, Unit):
                found.append(unit)
                continue
            if not unit.head.isa or not unit.head.gs:
                raise InputError("", "a transaction set stands without an envelope (ISA, GS): it cannot be cut out")
            if unit.segments[-1].id != "SE":
                raise InputError("", f"the transaction set {unit.head.control} has no trailer (SE)")
            yield from self._by_claims(unit, found) if self.claims else self._whole(unit, found)
            found = []

    def _watched(self, segments: Iterable[Placed]) -> Iterator[Placed]:
        for placed in segments:
            if self.style is None and placed.id == "GS":
                self.style = style_of(placed)
            yield placed

    def _whole(self, rest: Rest, found: list[Unit]) -> Iterator[Piece]:
        """All segments of the set as they stand."""
        inside = {id(placed): placed for unit in found for placed in unit.segments}
        everything = sorted([*inside.values(), *rest.segments], key=lambda placed: placed.number)
        yield self._piece(rest.head, [placed.elements for placed in everything], len(found))

    def _by_claims(self, rest: Rest, found: list[Unit]) -> Iterator[Piece]:
        if rest.head.kind != "837p":
            raise NotSuited("", f"only an 837P is cut by claims; this is a {shown(rest.head.id)}: cut it by set")
        opening = [placed for placed in rest.segments if not placed.loops or placed.loops[0].id in ("1000A", "1000B")]
        self.left_out += sum(placed.id == "HL" for placed in rest.segments)
        assert self.claims is not None
        for number, units_of_piece in enumerate(_batched(found, self.claims)):
            header = [placed.elements for placed in opening[:-1]]
            if number and len(header) > 1 and header[1][0] == "BHT" and len(header[1]) > 3:
                header[1] = with_value(header[1], 3, _numbered(header[1][3], number + 1))
            body = [*header, *_levels(units_of_piece)]
            body.append(["SE", str(len(body) + 1), rest.head.control])
            yield self._piece(rest.head, body, len(units_of_piece))

    def _piece(self, head: Head, segments: list[list[str]], claims: int) -> Piece:
        assert self.style is not None
        if self.first_number is None:
            self.first_number = control_number(head.isa, 13)
        number = following(self.first_number, self.count)
        self.count += 1
        body = [self.style.write(elements) for elements in segments]
        return Piece(in_envelope(head.isa, head.gs, body, number, self.style), head.control, claims)


def _batched(found: list[Unit], size: int) -> Iterator[list[Unit]]:
    for begun in range(0, len(found), size):
        yield found[begun : begun + size]


def _numbered(reference: str, number: int) -> str:
    """A batch number of its own for each piece."""
    tail = f"-{number}"
    return reference[: _LONGEST_REFERENCE - len(tail)] + tail


def _levels(found: Iterable[Unit]) -> list[list[str]]:
    """The claims under their provider, subscriber and patient, whose levels are numbered anew."""
    written: list[list[str]] = []
    open_levels: list[tuple[int, list[str]]] = []
    """The levels now open: which HL of the file it is, and the one written for it."""
    count = 0
    for unit in found:
        for depth, level in enumerate(_by_level(unit.context)):
            if depth < len(open_levels) and open_levels[depth][0] == level[0].byte:
                continue
            del open_levels[depth:]
            count += 1
            above = open_levels[-1][1] if open_levels else None
            if above is not None:
                above[4] = "1"
            own = ["HL", str(count), above[1] if above else "", level[0].value(3), "0"]
            open_levels.append((level[0].byte, own))
            written += [own, *(placed.elements for placed in level[1:])]
        written += [placed.elements for placed in unit.own]
    return written


def _by_level(context: list[Placed]) -> list[list[Placed]]:
    """What stands around a claim, a list for each level, its HL first."""
    levels: list[list[Placed]] = []
    for placed in context:
        if placed.id == "HL" or not levels:
            levels.append([])
        levels[-1].append(placed)
    if levels and levels[0][0].id != "HL":
        raise InputError("", "a claim stands under no level (HL): the file cannot be cut by claims")
    return levels
