"""The segments that the next piece stands under."""

from typing import Literal

from rehabill.audit.starts import (
    NOISE,
    groups_and_trailers,
    has_broken_lines,
    last_start_of,
    level_of,
    start_of,
)

Kind = Literal["835", "837"]


class Context:
    """The segments that the next piece stands under."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.isa = self.gs = self.st = self.billing = b""

    def text(self) -> bytes:
        return self.isa + self.gs + self.st + self.billing

    def pass_over(self, text: bytes, terminator: bytes, element: bytes, has_header: bool) -> None:
        """Take note of what `text`, a piece, leaves open."""

        noise = bytes(mark for mark in b"\r\n" if mark != terminator[0])
        if has_broken_lines(text, terminator):
            text = text.translate(None, noise)

        def whole(at: int) -> bytes:
            return text[at : text.find(terminator, at) + 1]

        header = last_start_of(b"ISA" + element, text, terminator, 0, len(text)) if has_header else -1
        if header >= 0:
            self.isa, self.gs, self.st, self.billing = whole(header), b"", b"", b""
        begun = max(header, 0)
        opened = last_start_of(b"ST" + element, text, terminator, begun, len(text))
        later = groups_and_trailers(text, terminator, element, max(opened, begun))
        groups = [at for at in later if text.startswith(b"GS", at)]
        group = groups[-1] if groups else last_start_of(b"GS" + element, text, terminator, begun, max(opened, begun))
        if group >= 0:
            self.gs = whole(group)
        if opened >= 0:
            self.st, self.billing = whole(opened), b""
        if later:
            self.st = self.billing = b""
        if self.kind == "837":
            self.pass_over_levels(text, terminator, element, max(opened, begun, *later, 0), noise)
        self.isa, self.gs, self.st = (part.translate(None, noise) for part in (self.isa, self.gs, self.st))

    def pass_over_levels(self, text: bytes, terminator: bytes, element: bytes, begun: int, noise: bytes) -> None:
        at = len(text)
        for mark in (element + b"20" + element, element + b"20" + terminator):
            found = text.rfind(mark, begun)
            while found >= 0:
                start = text.rfind(terminator, 0, found) + 1
                while text[start] in NOISE:
                    start += 1
                if text.startswith(b"HL" + element, start) and level_of(text, start, terminator, element) == b"20":
                    at = start if at == len(text) else max(at, start)
                    break
                found = text.rfind(mark, begun, found)
        if at == len(text):
            return
        nexts = [start_of(name + element, text, terminator, at + 2) for name in (b"HL", b"CLM", b"SE")]
        end = min((one for one in nexts if one >= 0), default=len(text))
        self.billing = text[at : text.rfind(terminator, at, end) + 1].translate(None, noise)
