"""The loops of an 835 that hold the money: claim (CLP) and line (SVC).

Both take facts from the same stream, keep what is theirs, and hand back the fact that ends them. This is where the time
goes: what nearly every claim has is a local variable, what few have goes into `more`.
"""

from typing import Any

from rehabill.edi.p835 import balance
from rehabill.edi.p835.facts import (
    ADJUSTED,
    ALLOWED,
    CLAIM,
    CONTACT,
    END,
    FIELD,
    FIRST_DAY,
    LAST_DAY,
    LINE,
    LINE_ID,
    LISTED,
    NOTHING,
    OTHER,
    PATIENT,
    REMARKED,
    SERVICE_DAY,
    STRUCTURE,
    Fact,
)
from rehabill.edi.p835.window import Window
from rehabill.model.remittance import (
    AmountFact,
    DatedFact,
    Reference,
    RemittanceClaim,
    RemittanceLine,
    RemittanceParty,
)
from rehabill.x12.faults import fault

_NOT_IN_CLAIMS = frozenset(("BPR", "TRN", "CUR", "N1", "N2", "N3", "N4", "RDM", "TS2", "TS3", "NM1"))
_DAY_KINDS = {SERVICE_DAY: "472", FIRST_DAY: "150", LAST_DAY: "151"}
More = dict[str, Any]
"""Fields by name, to be given to a struct as they are."""


class Claims:
    """Reads the claims of a file, each when its CLP was read."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.facts = window.facts
        self.more: More = {}
        """Fields of the present claim."""

    def claim(self, clp: tuple[Any, ...], unexplained: int) -> tuple[RemittanceClaim, Fact]:
        """A claim, balanced, and the fact behind it. `unexplained`: its charge less what was paid."""
        self.window.begin_claim()
        more: More = {}
        self.more = more
        patient: RemittanceParty | None = None
        adjustments: tuple[Any, ...] = ()
        for kind, value, cents in self.facts:
            if kind == FIELD:
                if more.setdefault(value[0], value[1]) is not value[1]:
                    self._repeated(more)
            elif kind == LISTED:
                more[value[0]] = (*more.get(value[0], ()), value[1])
            elif kind == PATIENT and patient is None:
                patient = value
            elif kind == ADJUSTED:
                adjustments += value
                unexplained -= cents
            elif kind == LINE or (kind >= CLAIM and self._ends(kind, value, more)):
                break
            elif kind < CLAIM:
                self._claim_more(kind, value, cents, more)
        fact = (kind, value, cents)
        lines = []
        billed = 0
        while fact[0] == LINE:
            billed += fact[1][3]
            line, adjusted, fact = self.line(fact[1], fact[2], len(lines))
            lines.append(line)
            unexplained -= adjusted
        source = self.window.end_claim()
        claim = RemittanceClaim(*clp, patient, adjustments, tuple(lines), source, **more)
        if unexplained:
            self._tell("X301", balance.claim_words(claim), claim, "CLP04", "paid_cents")
        if lines and billed != clp[2]:
            self._tell("X303", balance.lines_words(claim, billed), claim, "CLP03", "charge_cents")
        if (clp[2] < 0) != (clp[1] == balance.REVERSAL) and clp[2]:
            self._tell("X304", balance.reversal_words(claim), claim, "CLP02", "status")
        return claim, fact

    def line(self, svc: tuple[Any, ...], unexplained: int, index: int) -> tuple[RemittanceLine, int, Fact]:
        """A line, balanced; the sum of its adjustments; and the fact behind it."""
        kind, code, modifiers, charge, paid, units, sent, submitted, revenue = svc
        difference = unexplained
        more: More = {}
        first = last = allowed = None
        line_id = ""
        adjustments: tuple[Any, ...] = ()
        for fact in self.facts:
            what, value, cents = fact
            if what == ADJUSTED:
                adjustments += value
                unexplained -= cents
            elif what == SERVICE_DAY:
                first = last = value
            elif what == LINE_ID and not line_id:
                line_id = value
            elif what == ALLOWED and allowed is None:
                allowed = cents
            elif what == LINE:
                break
            elif what == LISTED:
                more[value[0]] = (*more.get(value[0], ()), value[1])
            elif what == FIRST_DAY:
                first = value
            elif what == LAST_DAY:
                last = value
            elif what < CLAIM:
                self._line_more(what, value, cents, more)
            elif self._ends(what, value, more):
                break
        if more:
            line = RemittanceLine(*svc, first, last, adjustments, line_id, allowed, **more)
        else:
            line = RemittanceLine(
                kind, code, modifiers, charge, paid, units, sent, submitted, revenue, first, last, adjustments, line_id, allowed
            )
        if unexplained:
            self._tell_line(line, index)
        return line, difference - unexplained, fact

    # --------------------------------------------------------------------------------------------- the less usual

    def _claim_more(self, kind: int, value: Any, cents: int, more: More) -> None:
        """What few claims have, and what belongs to a line and stands before the first."""
        if kind == REMARKED:
            _add(more, "remarks", *value[0])
            if value[1]:
                _add(more, "other", self.window.text())
        elif kind == CONTACT:
            _add(more, "contacts", value)
        elif kind == PATIENT:
            self._repeated(more)
        elif kind == ALLOWED:
            _add(more, "amounts", AmountFact("B6", cents))
        elif kind == LINE_ID:
            _add(more, "references", Reference("6R", value))
        else:
            _add(more, "dates", DatedFact(_DAY_KINDS[kind], value))

    def _line_more(self, kind: int, value: Any, cents: int, more: More) -> None:
        """What stands twice in a line, and what belongs to the claim and stands too late."""
        if kind == LINE_ID:
            _add(more, "references", Reference("6R", value))
        elif kind == ALLOWED:
            _add(more, "amounts", AmountFact("B6", cents))
        else:
            text = self.window.text()
            self.window.tell("X314", text[:3], what="it belongs before the claim's first service line (SVC)")
            if kind == FIELD and value[0] not in self.more:
                self.more[value[0]] = value[1]
            elif kind == REMARKED:
                _add(self.more, "remarks", *value[0])
                _add(self.more, "other", text)
            else:
                _add(self.more, "other", text)

    def _ends(self, kind: int, value: Any, more: More) -> bool:
        """Whether the claim ends here. A segment that is nobody's is kept with the claim or line it stands in."""
        if kind in (CLAIM, STRUCTURE, END):
            return True
        if kind == OTHER:
            if value[0] in _NOT_IN_CLAIMS:
                self.window.tell("X314", value[0], what="it is no part of a claim and is kept unread")
            else:
                self.window.tell("X313", value[0][:3])
            _add(more, "other", self.window.text())
        else:
            assert kind == NOTHING
        return False

    def _repeated(self, more: More) -> None:
        text = self.window.text()
        self.window.tell("X319", text[:3])
        _add(more, "other", text)

    def _tell(self, rule: str, why: str, claim: RemittanceClaim, element: str, field: str) -> None:
        window = self.window
        at = window.position(window.set_number + claim.source.number - 1, element, "2100")
        window.findings.append(fault(rule, at, f"claims[{window.claims - 1}].{field}", why=why))

    def _tell_line(self, line: RemittanceLine, index: int) -> None:
        window = self.window
        number = window.lines_until(window.number())[index]
        why = balance.line_words(line, index + 1, window.claim_text())
        path = f"claims[{window.claims - 1}].lines[{index}].paid_cents"
        window.findings.append(fault("X302", window.position(number, "SVC03", "2110"), path, why=why))


def _add(more: More, field: str, *values: Any) -> None:
    more[field] = (*more.get(field, ()), *values)
