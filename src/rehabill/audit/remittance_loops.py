"""An 835's loops in a piece: which claim and line each segment stands under, and what is said there."""

from functools import cached_property

import numpy as np

from rehabill.audit.arrays import Ints, Span, last_of, word
from rehabill.audit.columns import Amounts
from rehabill.audit.envelopes import NAMES as ENVELOPE
from rehabill.audit.envelopes import envelopes, owners
from rehabill.audit.pieces import Piece
from rehabill.audit.values import Text

_OPENERS = ("LX", "PLB", "CLP", "SVC")
NAMES = (*ENVELOPE, *_OPENERS, "CAS", "NM1", "REF", "DTM", "AMT", "LQ", "MOA", "BPR", "TRN", "N1")
_KIND = {name: NAMES.index(name) + 1 for name in NAMES}


class Loops:
    """`claims` and `lines`: the segments that open each, in order."""

    def __init__(self, piece: Piece) -> None:
        text = self.text = Text(piece, NAMES)
        self.envelopes = envelopes(text, "835")
        self.shift = int(self.envelopes.first_is_carried)
        """Set numbers here less this are rows of the table of payments."""
        self.openers = found = owners(text, _OPENERS, self.envelopes)
        self._within: dict[str, tuple[Ints, Ints]] = {}
        self._coded: dict[tuple[str, str, bool], tuple[Ints, Ints]] = {}
        is_claim, is_line = found.kind == _KIND["CLP"], found.kind == _KIND["SVC"]
        last = last_of(~is_line)
        inside = is_claim[last] & (last >= 0)
        for row in found.rows[is_line & ~inside]:
            text.fault(row, "outside-claim")
        is_line &= inside
        self._claim = np.where(inside, (np.cumsum(is_claim) - 1)[last], -1)
        self._line = np.where(is_line, np.cumsum(is_line) - 1, -1)
        self.claims, self.lines = text.keep(found.rows[is_claim]), text.keep(found.rows[is_line])
        self.claim_of_line = self._claim[is_line]
        self.set_of_claim = found.set[is_claim]

    def within(self, name: str) -> tuple[Ints, Ints]:
        """The claim and the line of all segments of that name; -1 for none."""
        if name not in self._within:
            opener = self.openers.opener[self.text.rows(name)]
            claim, line = self._claim[opener], self._line[opener]
            if len(opener) and opener[0] < 0:
                claim, line = np.where(opener < 0, -1, claim), np.where(opener < 0, -1, line)
            self._within[name] = claim, line
        return self._within[name]

    def sets_of(self, rows: Ints) -> Ints:
        """The sets of segments; -1 for none."""
        opener = self.openers.opener[rows]
        return np.where(opener >= 0, self.openers.set[opener], -1) if len(opener) else opener

    def heading(self, name: str, code: str = "") -> tuple[Ints, Ints]:
        """Which segments of that name (with `code` as first element) stand in the heading of a set, and its number."""
        rows = self.text.rows(name)
        at = np.flatnonzero(self.text.qualifiers(name) == word(code)) if code else np.arange(len(rows))
        number = self.sets_of(rows[at])
        here = (number >= 0) & (self.openers.kind[self.openers.opener[rows[at]]] == _KIND["ST"])
        return at[here], number[here]

    def coded(self, name: str, code: str, of_lines: bool) -> tuple[Ints, Ints]:
        """Which segments of that name have `code` as first element, and whose they are: lines' or claims'."""
        key = name, code, of_lines
        if key not in self._coded:
            claim, line = self.within(name)
            at = np.flatnonzero(self.text.qualifiers(name) == word(code))
            group = line[at] if of_lines else claim[at]
            here = group >= 0 if of_lines else (group >= 0) & (line[at] < 0)
            self._coded[key] = (at, group) if here.all() else (at[here], group[here])
        return self._coded[key]

    def count(self, of_lines: bool) -> int:
        return len(self.lines if of_lines else self.claims)

    def value(self, name: str, code: str, number: int, of_lines: bool = False) -> Span:
        """An element of the first such segment of each claim or line."""
        at, group = self.coded(name, code, of_lines)
        return self.text.of(name, number).pick(at).scattered(group, self.count(of_lines))

    def money(self, code: str, of_lines: bool = False) -> Amounts:
        """An AMT of each."""
        at, group = self.coded("AMT", code, of_lines)
        amounts = self.text.amounts_of(self.text.of("AMT", 2).pick(at), self.text.rows("AMT")[at], 2, True)
        return amounts.scattered(group, self.count(of_lines))

    def days(self, code: str, of_lines: bool = False) -> Amounts:
        """A DTM of each."""
        at, group = self.coded("DTM", code, of_lines)
        return self.all_days.pick(at).scattered(group, self.count(of_lines))

    @cached_property
    def all_days(self) -> Amounts:
        """Of every DTM."""
        return self.text.dates(self.text.of("DTM", 2), self.text.rows("DTM"), 2)
