"""What a file holds, by its own envelope: names and extensions are not trusted."""

import re
from collections.abc import Iterator

from rehabill.base.errors import RehabillError

_GROUPS = {
    ("HC", ""): "837P", ("HP", ""): "835", ("FA", ""): "999", ("HN", "214"): "277CA", ("HN", "212"): "277",
    ("HR", ""): "276", ("HS", ""): "270", ("HB", ""): "271", ("HI", ""): "278",
}  # fmt: skip
"""By GS01 and, where one letter pair stands for several, the guide's number at the end of GS08."""
_ISA_LENGTH = 106
_GUIDE = re.compile(r"005010X(\d{3})")


class Incomplete(RehabillError):
    """The last interchange has no end: the file is still being written, or was cut."""


def kinds_of(content: bytes) -> tuple[str, ...]:
    """The kinds (`models.KINDS`) of what stands in a file, each once, in their order; none: it is no X12.

    Raises `Incomplete`.
    """
    text = content.decode("latin-1")
    start = text.find("ISA")
    if start < 0 or text[:start].strip("\r\n\t \ufeff\x00ï»¿"):
        return ()
    if len(text) < start + _ISA_LENGTH:
        raise Incomplete("the file ends inside its first segment")
    found: dict[str, None] = {}
    is_open = False
    for elements in _frame(text, start):
        if elements[0] == "ISA":
            is_open = True
        elif elements[0] == "IEA":
            is_open = False
        elif elements[0] == "TA1":
            found["TA1"] = None
        else:
            found[_kind(elements)] = None
    if is_open:
        raise Incomplete("the file has no end (IEA)")
    return tuple(found)


def _frame(text: str, start: int) -> Iterator[list[str]]:
    """The segments ISA, TA1, GS and IEA, taken apart: each interchange by its own delimiters."""
    while start >= 0:
        element, terminator = text[start + 3], text[start + _ISA_LENGTH - 1]
        if terminator in "\r\n":
            terminator = "\n"
        after = start + _ISA_LENGTH - 1
        isa = ["", "", "", *text[start:after].split(element)]
        yield ["ISA"]
        start = -1
        mark = re.compile(rf"{re.escape(terminator)}\s*(ISA(?![A-Za-z0-9])|(?:TA1|GS|IEA){re.escape(element)})")
        for match in mark.finditer(text, after):
            begin = match.start(1)
            if match[1].startswith("ISA"):
                start = begin
                break
            stop = text.find(terminator, begin)
            if stop < 0 and not (match[1].startswith("IEA") and text.endswith(element + isa[-4])):
                return  # cut: only an IEA that gives its interchange's number counts without its own end
            yield text[begin : stop if stop >= 0 else None].split(element)
        if start >= 0 and len(text) < start + _ISA_LENGTH:
            yield ["ISA"]  # one more begins, and is cut
            return


def _kind(group: list[str]) -> str:
    guide = _GUIDE.search(group[8]) if len(group) > 8 else None
    return _GROUPS.get((group[1], "")) or _GROUPS.get((group[1], guide[1] if guide else ""), "OTHER")
