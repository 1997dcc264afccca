"""A file of ours as it was sent: which claim, which line and which business field each of its segments belongs to."""

from functools import cache
from importlib import resources

import msgspec

from rehabill.base.finding import Position
from rehabill.edi.reply.loops import Found, graph_of, group_controls, placed
from rehabill.x12.document import Document, TransactionSet

_LEVELS = {"20": 1, "22": 2, "23": 3}
"""HL03 of an 837."""


class SentSegment(msgspec.Struct):
    """A segment with the claim it stands in. `claims`: all claims it concerns, where it stands above them."""

    found: Found
    claim: int | None
    line: int | None
    claims: range


class SentSet(msgspec.Struct):
    """One transaction set that was sent. `claims`: their numbers, in order; indices count through the whole file."""

    control: str
    group: str
    interchange: str
    kind: str
    reference: str
    first_claim: int
    claims: list[str]
    segments: dict[int, SentSegment]
    npis: dict[int, str]
    """Of each claim, by its index, the billing provider's NPI."""
    lines: dict[int, list[str]]
    """Of each claim, by its index, our number for each line (REF*6R)."""
    count: int

    def at(self, number: int) -> Position:
        found = self.segments[number].found
        return Position(found.byte, found.id[:3], "", found.loop, self.control, number)


class SentFile(msgspec.Struct):
    sets: list[SentSet]

    @property
    def claims(self) -> list[tuple[SentSet, str]]:
        return [(one, number) for one in self.sets for number in one.claims]


def sent_file(document: Document) -> SentFile:
    """Every set of the document; claims are counted through the file."""
    sets: list[SentSet] = []
    count = 0
    for interchange in document.interchanges:
        control = interchange.header.element(13)
        groups = group_controls(interchange)
        for one in interchange.sets():
            made = _Walk(one, groups.get(one.segments[0].byte, ""), control, count).sent
            count += len(made.claims)
            sets.append(made)
    return SentFile(sets)


class _Walk:
    """Follows one set from ST to SE."""

    def __init__(self, one: TransactionSet, group: str, interchange: str, first_claim: int) -> None:
        bht = one.segments[1].element(3) if len(one.segments) > 1 and one.segments[1].id == "BHT" else ""
        self.sent = SentSet(
            one.control, group, interchange, one.id, bht, first_claim, [], {}, {}, {}, len(one.segments)
        )
        self.line: int | None = None
        self.inside = False
        self.npi = ""
        self.above: dict[int, list[SentSegment]] = {0: [], 1: [], 2: [], 3: []}
        self.level = 0
        graph = graph_of(one)
        if graph is None:
            return
        for segment in placed(one, graph):
            self._take(segment.found)
        for level in self.above:
            self._close(level)

    def _take(self, found: Found) -> None:
        sent, name = self.sent, found.id
        if name == "HL" and sent.kind == "837":
            self.level = _LEVELS.get(found.get(3), self.level)
            for level in range(max(self.level, 1), 4):
                self._close(level)
            self.inside, self.line = False, None
        elif name == "CLM":
            self.inside, self.line = True, None
            sent.claims.append(found.get(1))
            index = sent.first_claim + len(sent.claims) - 1
            sent.npis[index], sent.lines[index] = self.npi, []
        elif name == "LX" and self.inside:
            self.line = 0 if self.line is None else self.line + 1
            sent.lines[self._claim()].append("")
        elif name == "REF" and found.get(1) == "6R" and self.line is not None:
            sent.lines[self._claim()][self.line] = found.get(2)
        elif name == "NM1" and found.get(1) == "85":
            self.npi = found.get(9)
        self._place(found)

    def _claim(self) -> int:
        return self.sent.first_claim + len(self.sent.claims) - 1

    def _place(self, found: Found) -> None:
        begins = self.sent.first_claim + len(self.sent.claims)
        if found.id == "SE":
            self.inside = False
        if self.inside:
            index = self._claim()
            segment = SentSegment(found, index, self.line, range(index, index + 1))
        else:
            segment = SentSegment(found, None, None, range(begins, begins))
            self.above[self.level].append(segment)
        self.sent.segments[found.number] = segment

    def _close(self, level: int) -> None:
        """The level's claims are all known."""
        end = self.sent.first_claim + len(self.sent.claims)
        for segment in self.above[level]:
            segment.claims = range(segment.claims.start, end)
        self.above[level] = []


@cache
def business_fields() -> dict[str, str]:
    data = resources.files("rehabill.edi.reply").joinpath("business_fields.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, dict[str, str]])["fields"]


def business_path(loop: str, segment: str, qualifier: str, element: str, line: int | None) -> str:
    """The field of our records behind a place of an 837P; empty where there is none."""
    fields = business_fields()
    whole = element.partition("-")[0]
    for key in (element, whole, f"{segment}*{qualifier}", segment):
        path = fields.get(f"{loop} {key}")
        if path is not None:
            return path.format(line=f"lines[{line}]" if line is not None else "lines")
    return ""
