"""The loops of an 835 that hold the money: claim (CLP) and line (SVC).

Both take facts from the same stream, keep what is theirs, and hand back the fact that ends them. This is where the time
goes: what nearly every claim has is a local variable, what few have goes into `more`.
"""

from typing import Any

from rehabill.base.finding import Position
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
    ClaimFields,
    Fact,
    LineFields,
)
from rehabill.edi.p835.window import Window
from rehabill.model.remittance import (
    Adjustment,
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
Listed = dict[str, list[Any]]
"""Fields that hold several, by name."""


class Claims:
    """Reads the claims of a file, each when its CLP was read."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.facts = window.facts
        self.fields: dict[str, Any] = {}
        self.listed: Listed = {}
        """Of the present claim, what many claims do not have: fields by name, and those that hold several."""

    def claim(self, clp: ClaimFields, unexplained: int) -> tuple[RemittanceClaim, Fact]:
        """A claim, balanced, and the fact behind it. `unexplained`: its charge less what was paid."""
        self.window.begin_claim()
        fields: dict[str, Any] = {}
        listed: Listed = {}
        self.fields, self.listed = fields, listed
        patient: RemittanceParty | None = None
        adjustments: list[Adjustment] = []
        for kind, value, cents in self.facts:
            if kind == FIELD:
                field, known = value
                if fields.setdefault(field, known) is not known and fields[field] != known:
                    self._repeated()
            elif kind == LISTED:
                listed.setdefault(value[0], []).append(value[1])
            elif kind == PATIENT and patient is None:
                patient = value
            elif kind == ADJUSTED:
                adjustments.extend(value)
                unexplained -= cents
            elif kind == LINE or (kind >= CLAIM and self._ends(kind, value, listed)):
                break
            elif kind < CLAIM:
                self._claim_more(kind, value, cents)
        lines: list[RemittanceLine] = []
        billed = 0
        while kind == LINE:
            line, adjusted, kind, value, cents = self.line(value, cents, len(lines))
            lines.append(line)
            billed += line.charge_cents
            unexplained -= adjusted
        source = self.window.end_claim()
        if listed:
            fields.update(_tuples(listed))
        claim = RemittanceClaim(*clp, patient, tuple(adjustments), tuple(lines), source, **fields)
        if unexplained:
            self._tell("X301", balance.claim_words(claim), claim, "CLP04", "paid_cents")
        if lines and billed != clp[2]:
            self._tell("X303", balance.lines_words(claim, billed), claim, "CLP03", "charge_cents")
        if (clp[2] < 0) != (clp[1] == balance.REVERSAL) and clp[2]:
            self._tell("X304", balance.reversal_words(claim), claim, "CLP02", "status")
        return claim, (kind, value, cents)

    def line(self, svc: LineFields, unexplained: int, index: int) -> tuple[RemittanceLine, int, int, Any, int]:
        """A line, balanced; the sum of its adjustments; and the fact behind it (kind, value, cents)."""
        kind, code, modifiers, charge, paid, units, sent, submitted, revenue = svc
        difference = unexplained
        listed: Listed = {}
        first = last = allowed = None
        line_id = ""
        adjustments: list[Adjustment] = []
        for what, value, cents in self.facts:
            if what == ADJUSTED:
                adjustments.extend(value)
                unexplained -= cents
            elif what == SERVICE_DAY and first is None:
                first = last = value
            elif what == LINE_ID and not line_id:
                line_id = value
            elif what == ALLOWED and allowed is None:
                allowed = cents
            elif what == LINE:
                break
            elif what == LISTED:
                listed.setdefault(value[0], []).append(value[1])
            elif what == FIRST_DAY and first is None:
                first = value
            elif what == LAST_DAY and last is None:
                last = value
            elif what < CLAIM:
                self._line_more(what, value, cents, listed)
            elif self._ends(what, value, listed):
                break
        line = RemittanceLine(
            kind, code, modifiers, charge, paid, units, sent, submitted, revenue, first, last, tuple(adjustments),
            line_id, allowed, **_tuples(listed) if listed else listed,
        )  # fmt: skip
        if unexplained:
            self._tell_line(line, index)
        return line, difference - unexplained, what, value, cents

    # --------------------------------------------------------------------------------------------- the less usual

    def _claim_more(self, kind: int, value: Any, cents: int) -> None:
        """What few claims have, and what belongs to a line and stands before the first."""
        listed = self.listed
        if kind == REMARKED:
            self._remarked(value)
        elif kind == CONTACT:
            _add(listed, "contacts", value)
        elif kind == PATIENT:
            self._repeated()
        elif kind == ALLOWED:
            _add(listed, "amounts", AmountFact("B6", cents))
        elif kind == LINE_ID:
            _add(listed, "references", Reference("6R", value))
        else:
            _add(listed, "dates", DatedFact(_DAY_KINDS[kind], value))

    def _line_more(self, kind: int, value: Any, cents: int, listed: Listed) -> None:
        """What stands twice in a line, and what belongs to the claim and stands too late."""
        if kind == LINE_ID:
            _add(listed, "references", Reference("6R", value))
        elif kind == ALLOWED:
            _add(listed, "amounts", AmountFact("B6", cents))
        elif kind in _DAY_KINDS:
            _add(listed, "dates", DatedFact(_DAY_KINDS[kind], value))
        else:
            text = self.window.text()
            self.window.tell("X314", text[:3], what="it belongs before the claim's first service line (SVC)")
            if kind == FIELD and value[0] not in self.fields:
                self.fields[value[0]] = value[1]
            elif kind == REMARKED:
                self._remarked(value)
            else:
                _add(self.listed, "other", text)

    def _ends(self, kind: int, value: Any, listed: Listed) -> bool:
        """Whether the claim ends here. A segment that is nobody's is kept with the claim or line it stands in."""
        if kind in (CLAIM, STRUCTURE, END):
            return True
        if kind == OTHER:
            if value[0] in _NOT_IN_CLAIMS:
                self.window.tell("X314", value[0], what="it is no part of a claim and is kept unread")
            else:
                self.window.tell("X313", value[0][:3])
            _add(listed, "other", self.window.text())
        else:
            assert kind == NOTHING
        return False

    def _remarked(self, value: tuple[tuple[str, ...], bool]) -> None:
        """Remark codes of the whole claim; the segment itself too, where it says more."""
        codes, says_more = value
        _add(self.listed, "remarks", *codes)
        if says_more:
            _add(self.listed, "other", self.window.text())

    def _repeated(self) -> None:
        text = self.window.text()
        self.window.tell("X319", text[:3])
        _add(self.listed, "other", text)

    def _tell(self, rule: str, why: str, claim: RemittanceClaim, element: str, field: str) -> None:
        window = self.window
        source = claim.source
        at = Position(source.byte, "CLP", element, "2100", window.control, source.number)
        window.findings.append(fault(rule, at, f"claims[{window.claims - 1}].{field}", why=why))

    def _tell_line(self, line: RemittanceLine, index: int) -> None:
        window = self.window
        number = window.lines_until(window.number())[index]
        why = balance.line_words(line, index + 1, window.claim_text())
        path = f"claims[{window.claims - 1}].lines[{index}].paid_cents"
        window.findings.append(fault("X302", window.position(number, "SVC03", "2110"), path, why=why))


def _add(listed: Listed, field: str, *values: Any) -> None:
    listed.setdefault(field, []).extend(values)


def _tuples(listed: Listed) -> dict[str, tuple[Any, ...]]:
    return {field: tuple(values) for field, values in listed.items()}
