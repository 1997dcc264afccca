"""A file of remittances, set after set (ST to SE), as events."""

from collections.abc import Generator, Iterable, Iterator

from rehabill.base.finding import Finding, Position
from rehabill.edi.p835 import balance
from rehabill.edi.p835.claims import Claims
from rehabill.edi.p835.facts import CLAIM, END, NOTHING, STRUCTURE, Fact
from rehabill.edi.p835.header import Head, provider_adjustments
from rehabill.edi.p835.window import Window
from rehabill.model.remittance import ProviderAdjustment, RemittanceClaim, RemittanceEnd, RemittanceHeader
from rehabill.x12.faults import fault
from rehabill.x12.scan import shown

Event = RemittanceHeader | RemittanceClaim | RemittanceEnd

_NO_MONEY = "H"
_IN_SET = frozenset(("LX", "PLB", "SE"))
_NOTHING: Fact = (NOTHING, [], 0)


def events(chunks: Iterable[bytes], findings: list[Finding]) -> Iterator[Event]:
    """Everything the file holds; what is wrong with it goes to `findings`."""
    window = Window(chunks, findings)
    claims = Claims(window)
    sets: dict[str, int] = {}
    version = ""
    fact = next(window.facts)
    while fact[0] != END:
        kind, value, _ = fact
        fact = _NOTHING
        if kind == STRUCTURE and value[0] == "GS":
            version = value[8] if len(value) > 8 else ""
        elif kind == STRUCTURE and value[0] == "ST":
            name = value[1] if len(value) > 1 else ""
            if name in sets or len(sets) < 100:
                sets[name] = sets.get(name, 0) + 1
            if name == "835":
                fact = yield from _Set(window, claims, value, version).events()
        if fact is _NOTHING:
            fact = next(window.facts)
    if "835" not in sets and all(one.rule != "X100" for one in findings):
        held = ", ".join(f"{count} × {shown(name[:6]) or 'nameless'}" for name, count in list(sets.items())[:6])
        why = f"its transaction sets are {held}" if sets else "it has no transaction set (ST)"
        findings.append(fault("X315", Position(0), why=why))


class _Set:
    """One 835 while it is read."""

    def __init__(self, window: Window, claims: Claims, st: list[str], version: str) -> None:
        st = [*st, "", ""]
        window.begin_set(st[2])
        self.window, self.claims = window, claims
        self.begun = window.byte(window.number()), window.number()
        self.head: Head | None = Head(st[2], st[3] or version)
        """None once the header was told."""
        self.header: RemittanceHeader | None = None
        self.payment = window.position(window.number())
        """Where the amount stands."""
        self.moved: list[ProviderAdjustment] = []
        self.other: list[str] = []
        self.charge = self.paid = 0

    def events(self) -> Generator[Event, None, Fact]:
        """The header, each claim, the end. Returns the fact behind the set."""
        window = self.window
        fact = next(window.facts)
        while True:
            kind, value, cents = fact
            if self.head is not None and kind in (CLAIM, STRUCTURE, END):
                yield self._header(self.head)
            if kind == CLAIM:
                if self.moved:
                    window.tell("X314", "CLP", what="claims come before provider adjustments (PLB)")
                claim, fact = self.claims.claim(value, cents)
                self.charge += claim.charge_cents
                self.paid += claim.paid_cents
                yield claim
                continue
            if kind == END or (kind == STRUCTURE and (value[0] not in _IN_SET or value[0] == "SE")):
                break
            if kind != NOTHING:
                self._take(kind, value)
            fact = next(window.facts)
        complete = kind == STRUCTURE and value[0] == "SE"
        yield self._end(complete)
        return _NOTHING if complete else fact

    def _take(self, kind: int, elements: list[str]) -> None:
        """A segment outside claims."""
        window = self.window
        if self.head is not None:
            e, text = window.elements(), window.text()
            if e[0] == "BPR" and not self.head.has_bpr:
                self.payment = window.position(window.number(), "BPR02")
            self.head.take(e, text, window.tell)
        elif kind == STRUCTURE and elements[0] == "PLB":
            self.moved.extend(provider_adjustments(elements, window.component(), window.tell))
        elif kind != STRUCTURE:
            text = window.text()
            self.other.append(text)
            if not text.startswith(("TS2", "TS3")):
                window.tell("X314", text[:3], what="it stands in no claim and is kept unread")

    def _header(self, head: Head) -> RemittanceHeader:
        window = self.window
        byte, number = self.begun
        header = head.header(window.source(byte, number))
        for segment, has, what in (
            ("BPR", head.has_bpr, "how much was paid cannot be told"),
            ("TRN", head.has_trn, "which payment it is cannot be told"),
        ):
            if not has:
                window.findings.append(fault("X317", window.position(number), segment=segment, what=what))
        self.header, self.head = header, None
        return header

    def _end(self, complete: bool) -> RemittanceEnd:
        window, header = self.window, self.header
        assert header is not None
        taken = sum(one.cents for one in self.moved)
        if not complete:
            window.findings.append(fault("X316", window.position(window.number())))
        elif header.amount_cents != self.paid - taken:
            why = balance.payment_words(header.amount_cents, self.paid, taken, header.trace_number)
            window.findings.append(fault("X300", self.payment, "amount_cents", why=why))
        if header.handling == _NO_MONEY and header.amount_cents:
            why = balance.handling_words(header)
            window.findings.append(fault("X305", self.payment, "handling", why=why))
        end = RemittanceEnd(
            provider_adjustments=tuple(self.moved), claims=window.claims, charge_cents=self.charge,
            paid_cents=self.paid, complete=complete, other=tuple(self.other),
        )  # fmt: skip
        window.end_set()
        return end
