"""One element as a guide's file has it: `R F8 G1 1..20 =npi ~id ?late x3`, narrower than X12's own."""

from typing import get_args

import msgspec

from rehabill.x12.spec.schema import FORMS, LISTS, PERSONAL, ElementSpec, Usage
from rehabill.x12.spec.strict import SpecError

_KNOWN = {"@": (LISTS, "list"), "=": (FORMS, "form"), "~": (PERSONAL, "kind of personal data")}


def narrowed(element: ElementSpec, line: object, where: str) -> ElementSpec:
    """`element`, as X12 has it, with what the line says: usage, codes, `@` list, `=` form, `~` kind of personal data,
    `?` situation, low..high length, `x` repetitions.
    """
    if not isinstance(line, str):
        raise SpecError(f"{where}: {line!r} is not a text")
    usage, *marks = line.split()
    if usage not in get_args(Usage):
        raise SpecError(f"{where}: '{line}' begins with none of R, S and N")
    if usage == "N" and marks:
        raise SpecError(f"{where}: '{line}': what is not used says nothing more")
    low, high, repeat = element.low, element.high, 1
    codes: set[str] = set()
    single = {"@": "", "=": "", "~": "", "?": ""}
    for mark in marks:
        if mark[0] in single:
            if single[mark[0]]:
                raise SpecError(f"{where}: '{line}' says {mark[0]} twice")
            single[mark[0]] = mark[1:]
        elif mark[0] == "x" and mark[1:].isdigit():
            repeat = int(mark[1:])
        elif ".." in mark:
            narrow = [int(number) for number in mark.split("..")]
            if not low <= narrow[0] <= narrow[1] <= high:
                raise SpecError(f"{where}: {mark} is not within {low}..{high}")
            low, high = narrow
        else:
            codes.add(_code(mark.replace("_", " "), codes, low, high, where))
    for given, (known, what) in _KNOWN.items():
        if single[given] and single[given] not in known:
            raise SpecError(f"{where}: there is no {what} '{single[given]}'")
    return msgspec.structs.replace(
        element, usage=usage, low=low, high=high, repeat=repeat, codes=frozenset(codes),
        list=single["@"], form=single["="], personal=single["~"], when=single["?"],
    )  # fmt: skip


def _code(code: str, codes: set[str], low: int, high: int, where: str) -> str:
    if code in codes:
        raise SpecError(f"{where}: the code {code} is listed twice")
    if not low <= len(code) <= high:
        raise SpecError(f"{where}: the code {code} is not {low} to {high} characters long")
    if code != code.upper():
        raise SpecError(f"{where}: '{code}' is neither a code nor a mark (@list =form ~kind ?situation 1..9 x9)")
    return code
