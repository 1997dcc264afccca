"""Several files of one kind into one interchange with one group."""

from collections.abc import Iterable, Iterator

from rehabill.base.errors import InputError
from rehabill.x12.outline import Placed, element
from rehabill.x12.tools.envelopes import NotSuited, Style, control_number, style_of, with_value

_MUST_AGREE = {
    "ISA": {5: "kind of sender's number", 6: "sender", 7: "kind of receiver's number", 8: "receiver", 12: "version",
            15: "test or production"},
    "GS": {1: "kind of transactions", 2: "sender's code", 3: "receiver's code", 8: "version and guide"},
}  # fmt: skip
_HIGHEST_SET = 999_999_999


class Merger:
    """Takes the files one after the other and writes the whole while it reads."""

    def __init__(self, number: int | None = None) -> None:
        self.number = number
        self.isa: list[str] = []
        self.gs: list[str] = []
        self.style: Style | None = None
        self.marks: object = None
        self.controls: set[str] = set()
        self.sets = 0
        self.renamed = 0
        self.highest = 0
        self._last = ""

    def take(self, name: str, segments: Iterable[Placed]) -> Iterator[str]:
        """The sets of a file as text. Raises `InputError` when it cannot be joined to those before it."""
        control = ""
        isa: list[str] = []
        for placed in segments:
            match placed.id:
                case "ISA":
                    isa = placed.elements
                    self._agree(name, self.isa, isa)
                    self._same_separators(name, placed)
                case "GS":
                    self._agree(name, self.gs, placed.elements)
                    if not self.gs:
                        yield self._open(isa, placed)
                case "TA1":
                    raise NotSuited("", f"{name} holds an interchange acknowledgment (TA1), which cannot be merged")
                case "ST":
                    if control:
                        raise InputError("", f"{name}: the set {control} has no trailer (SE)")
                    control = placed.value(2)
                    yield self._write(with_value(placed.elements, 2, self._unique(control)), name)
                case "SE" if control:
                    yield self._write(with_value(placed.elements, 2, self._last), name)
                    self.sets += 1
                    control = ""
                case "GE" | "IEA":
                    if control:
                        raise InputError("", f"{name}: the set {control} has no trailer (SE)")
                case _ if control:
                    yield self._write(placed.elements, name)
        if control:
            raise InputError("", f"{name}: the set {control} has no trailer (SE)")

    def finish(self) -> str:
        """The trailers. Raises `InputError` when there was no set."""
        if not self.sets or self.style is None:
            raise InputError("", "there is no transaction set to merge")
        group = self.style.write(["GE", str(self.sets), element(self.gs, 6)])
        return group + self.style.write(["IEA", "1", self.isa[13]])

    def _open(self, isa: list[str], placed: Placed) -> str:
        number = self.number or control_number(isa, 13)
        self.isa, self.gs = with_value(isa, 13, f"{number:09d}"), placed.elements
        self.style = style_of(placed)
        return self.style.write(self.isa) + self.style.write(self.gs)

    def _write(self, elements: list[str], name: str) -> str:
        if self.style is None:
            raise InputError("", f"{name}: a transaction set stands without an envelope (ISA, GS)")
        return self.style.write(elements)

    def _agree(self, name: str, first: list[str], other: list[str]) -> None:
        for number, what in _MUST_AGREE[other[0]].items() if first else ():
            one, two = element(first, number).strip(), element(other, number).strip()
            if one != two:
                raise NotSuited("", f"{name} cannot be merged with the first file: {what} ({other[0]}{number:02d}) is "
                                    f"'{two}', there '{one}'")  # fmt: skip

    def _same_separators(self, name: str, placed: Placed) -> None:
        if self.marks not in (None, placed.marks):
            raise NotSuited("", f"{name} cannot be merged with the first file: it uses other separators")
        self.marks = placed.marks

    def _unique(self, control: str) -> str:
        """The set's number, or the next free one of the same width."""
        if control.isdecimal() and control.isascii():
            self.highest = max(self.highest, int(control) % _HIGHEST_SET)
        self._last = control
        if control in self.controls:
            self.highest += 1
            self.renamed += 1
            self._last = f"{self.highest:0{max(len(control), 4)}d}"
        self.controls.add(self._last)
        return self._last
