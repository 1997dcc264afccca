"""An 837P's loops in a piece: what each segment stands under, and what is said there."""

from typing import NamedTuple

import numpy as np

from rehabill.audit.arrays import Bools, Ints, Span, last_of, word
from rehabill.audit.columns import Amounts
from rehabill.audit.envelopes import NAMES as ENVELOPE
from rehabill.audit.envelopes import envelopes, owners
from rehabill.audit.pieces import Piece
from rehabill.audit.values import Text

_OPENERS = ("HL", "CLM", "SBR", "LX", "SVD", "LIN", "NM1")
NAMES = (*ENVELOPE, *_OPENERS, "SV1", "CAS", "REF", "DTP", "AMT", "HI", "DMG", "PAT", "PRV", "BHT")
_KIND = {name: NAMES.index(name) + 1 for name in NAMES}
CLAIM, OTHER_PAYER, LINE, PAYMENT, LEVEL = range(5)
"""Where a segment stands: under the claim itself, another payer's part of it, a line, another payer's word on a line,
or the billing provider, subscriber or patient.
"""


class Places(NamedTuple):
    """Of each segment of one name: where it stands, whether right there or under a party, and what it belongs to."""

    where: Ints
    is_direct: Bools
    of: tuple[Ints, ...]
    """By CLAIM, OTHER_PAYER, LINE, PAYMENT and LEVEL the number of each; -1 for none."""

    def at(self, where: int) -> tuple[Ints, Ints]:
        """Which of the segments stand there, and under which."""
        at = np.flatnonzero(self.where == where)
        return at, self.of[where][at]


class Loops:
    """`levels`, `claims`, `others`, `lines`, `payments`: the segments that open each, in order."""

    def __init__(self, piece: Piece) -> None:
        text = self.text = Text(piece, NAMES)
        self.envelopes = envelopes(text, "837")
        self.shift = int(self.envelopes.first_is_carried)
        """Set numbers here less this are rows of the table of sets."""
        self._places: dict[str, Places] = {}
        self._coded: dict[tuple[str, str, int], tuple[Ints, Ints]] = {}
        self.openers = owners(text, _OPENERS, self.envelopes)
        self._find_loops()
        self.counts = [len(rows) for rows in (self.claims, self.others, self.lines, self.payments, self.levels)]
        """How many there are, by CLAIM, OTHER_PAYER, LINE, PAYMENT, LEVEL."""

    def _find_loops(self) -> None:
        """What each opening segment opens, and under what it stands."""
        kind = self.openers.kind
        is_level, is_claim = kind == _KIND["HL"], kind == _KIND["CLM"]
        ends = (kind <= len(ENVELOPE)) | is_level | is_claim
        top = last_of(ends)
        within = is_claim[top] & (top >= 0)
        level_of = np.where(is_level[top] & (top >= 0), (np.cumsum(is_level) - 1)[top], -1)
        claim_of = np.where(within, (np.cumsum(is_claim) - 1)[top], -1)
        is_line = (kind == _KIND["LX"]) & within
        is_other = (kind == _KIND["SBR"]) & within
        second = last_of(ends | is_line | is_other)
        other_of = np.where(is_other[second] & within, (np.cumsum(is_other) - 1)[second], -1)
        line_of = np.where(is_line[second] & within, (np.cumsum(is_line) - 1)[second], -1)
        is_payment = (kind == _KIND["SVD"]) & (line_of >= 0)
        third = last_of(ends | is_line | is_other | is_payment)
        payment_of = np.where(is_payment[third], (np.cumsum(is_payment) - 1)[third], -1)
        self._of = (claim_of, other_of, line_of, payment_of, level_of)
        self._is_direct = (kind != _KIND["NM1"]) & (kind != _KIND["LIN"])
        rows, keep = self.openers.rows, self.text.keep
        self.levels, self.claims = keep(rows[is_level]), keep(rows[is_claim])
        self.others, self.lines, self.payments = keep(rows[is_other]), keep(rows[is_line]), keep(rows[is_payment])
        self.claim_of_line, self.claim_of_other = claim_of[is_line], claim_of[is_other]
        self.line_of_payment = line_of[is_payment]
        self.set_of_claim = self.openers.set[is_claim]
        is_stray = ((kind == _KIND["LX"]) | (kind == _KIND["SVD"])) & ~(is_line | is_payment)
        for row in rows[is_stray]:
            self.text.fault(row, "outside-claim")
        self._find_people(is_level, is_claim)

    def _find_people(self, is_level: Bools, is_claim: Bools) -> None:
        """The billing provider, subscriber and patient of each claim, as numbers of HL segments; -1 for none.

        A level counts until the next header or trailer: nobody's patients are handed on to another set.
        """
        code = self.text.words(self.text.element(self.levels, 3))
        stretch = np.cumsum(self.openers.kind <= len(ENVELOPE))
        of_level = stretch[is_level]

        def latest(wanted: Bools) -> Ints:
            found = last_of(wanted)
            return np.where((found >= 0) & (of_level[found] == of_level), found, -1)

        billing, subscriber = latest(code == word("20")), latest(code == word("22"))
        subscriber = np.where(subscriber > billing, subscriber, -1)
        patient = np.where((code == word("23")) & (subscriber >= 0), np.arange(len(code)), -1)
        level = (np.cumsum(is_level) - 1)[is_claim]
        self.billing = self.subscriber = self.patient = np.full(len(level), -1)
        if len(code):
            here = (level >= 0) & (of_level[level] == stretch[is_claim])
            self.billing, self.subscriber, self.patient = (
                np.where(here, one[level], -1) for one in (billing, subscriber, patient)
            )

    def places(self, name: str) -> Places:
        """Of all segments of that name."""
        if name not in self._places:
            opener = self.openers.opener[self.text.rows(name)]
            known = opener >= 0
            of = tuple(np.where(known, values[opener], -1) for values in self._of)
            where = np.select(
                [of[PAYMENT] >= 0, of[LINE] >= 0, of[OTHER_PAYER] >= 0, of[CLAIM] >= 0, of[LEVEL] >= 0],
                [PAYMENT, LINE, OTHER_PAYER, CLAIM, LEVEL],
                -1,
            )
            self._places[name] = Places(where, known & self._is_direct[opener], of)
        return self._places[name]

    def coded(self, name: str, code: str, where: int) -> tuple[Ints, Ints]:
        """Which segments of that name have `code` as first element and stand there; and what they belong to.

        What stands under a party (NM1) is the party's, and does not count.
        """
        key = name, code, where
        if key not in self._coded:
            places = self.places(name)
            at = np.flatnonzero((self.text.qualifiers(name) == word(code)) & (places.where == where))
            if len(at) and name != "NM1":
                at = at[places.is_direct[at]]
            self._coded[key] = at, places.of[where][at]
        return self._coded[key]

    def value(self, name: str, code: str, number: int, where: int) -> Span:
        """An element of the first such segment of each claim, line or whatever `where` says."""
        at, group = self.coded(name, code, where)
        return self.text.of(name, number).pick(at).scattered(group, self.counts[where])

    def money(self, code: str, where: int) -> Amounts:
        """An AMT of each."""
        at, group = self.coded("AMT", code, where)
        amounts = self.text.amounts_of(self.text.of("AMT", 2).pick(at), self.text.rows("AMT")[at], 2, True)
        return amounts.scattered(group, self.counts[where])

    def days(self, code: str, where: int) -> tuple[Amounts, Amounts]:
        """First and last day of a DTP; they differ in a span of days."""
        at, group = self.coded("DTP", code, where)
        rows, text = self.text.rows("DTP")[at], self.text
        begun, length = text.of("DTP", 3).pick(at)
        is_span = text.words(text.of("DTP", 2).pick(at)) == word("RD8")
        is_span &= length == 17
        if is_span.any():
            is_span &= text.u1[begun + 8] == ord("-")
        first = last = text.dates(Span(begun, np.where(is_span, 8, length)), rows, 3)
        if is_span.any():
            some = np.flatnonzero(is_span)
            ends = text.dates(Span(begun[some] + 9, np.full(len(some), 8)), rows[some], 3)
            last = Amounts(first.cents.copy(), first.known.copy())
            last.cents[some], last.known[some] = ends
        count = self.counts[where]
        return first.scattered(group, count), last.scattered(group, count)
