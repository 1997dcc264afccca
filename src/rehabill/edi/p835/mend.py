"""What is wrong with the elements of a segment, and elements that can be read in their place."""

from collections.abc import Callable

import msgspec

from rehabill.x12.values import cents, day, quantity

_LEAST = 17
"""Elements that a reader may ask for; those that are not there are empty."""
_READERS: dict[str, Callable[[str], object]] = {"X310": cents, "X318": quantity, "X311": day, "X312": cents}
"""By the fault that is told of what they cannot read."""
UNREADABLE = "\0"
"""Stands for a date that cannot be read."""


class Form(msgspec.Struct, frozen=True):
    """Which elements of a segment must be there, and which must be an amount, a number or a date."""

    required: tuple[int, ...] = ()
    amounts: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    optional: tuple[int, ...] = ()
    """Of the amounts and days, those that may be left empty. A number always may, but in QTY."""


_FORMS = {
    "CLP": Form((1, 2), amounts=(3, 4, 5), optional=(5,)),
    "SVC": Form((1,), amounts=(2, 3), numbers=(5, 7), optional=(5, 7)),
    "DTM": Form((1,), days=(2,)),
    "AMT": Form((1,), amounts=(2,)),
    "QTY": Form((1,), numbers=(2,)),
    "BPR": Form((1,), amounts=(2,), days=(16,), optional=(16,)),
    "PLB": Form(days=(2,), optional=(2,)),
}


class Mend(msgspec.Struct):
    """`faults`: id of the fault, element (`CLP03`), text found. `elements`: the same without them."""

    elements: list[str]
    faults: list[tuple[str, str, str]]


def mended(elements: list[str], component: str) -> Mend:
    """The faults of a segment, and its elements with 0 for bad amounts and numbers."""
    elements = elements + [""] * max(_LEAST - len(elements), -(len(elements) - 2) % 3)
    mend = Mend(elements, [])
    name = elements[0]
    form = _form_of_cas(elements) if name == "CAS" else _FORMS.get(name, Form())
    for at in form.required:
        value = elements[at]
        if not (any(value.split(component)[1:2]) if name == "SVC" else value):
            _tell(mend, "X312", at, elements[at])
    for at in form.amounts:
        _check(mend, form, at, "X310")
    for at in form.numbers:
        _check(mend, form, at, "X318")
    for at in form.days:
        _check(mend, form, at, "X311")
    return mend


def _check(mend: Mend, form: Form, at: int, rule: str) -> None:
    text = mend.elements[at]
    if not text:
        if at in form.optional:
            return
        rule = "X312"
    if _READERS[rule](text) is None:
        _tell(mend, rule, at, text)
        mend.elements[at] = UNREADABLE if at in form.days else "0"


def _tell(mend: Mend, rule: str, at: int, text: str) -> None:
    mend.faults.append((rule, f"{mend.elements[0]}{at:02d}", text))


def _form_of_cas(elements: list[str]) -> Form:
    """A group, then up to six times a reason, an amount and perhaps a quantity."""
    used = [at for at in range(2, len(elements) - 2, 3) if elements[at] or elements[at + 1]] or [2]
    counts = tuple(at + 2 for at in used)
    return Form((1, *used), amounts=tuple(at + 1 for at in used), numbers=counts, optional=counts)
