"""Write the drawings and tables of docs/claims.md; the words around them are written by hand.

python tools/gen_life_cycle_docs.py            # fills docs/claims.md
python tools/gen_life_cycle_docs.py --check    # exits 1 when it is not what the program says
"""

import sys
from collections.abc import Callable, Iterable
from typing import NamedTuple

from filled import DOCS, fill
from rehabill.engine.life_cycle.axes import LABELS, paid_state, who_owes
from rehabill.engine.life_cycle.table import ALSO, EVENTS, STATUSES, USUAL, Row
from rehabill.model.standing import Debtor, PaidState, WhoOwes
from rehabill.rules.page import table

Edge = tuple[str, str, str]
"""From, to, what happens."""


class Money(NamedTuple):
    """A claim in the books: what came for it, what each still owes, and whether it is billed. In cents."""

    paid: int
    owed: dict[Debtor, int]
    billed: bool = True

    def owes(self) -> WhoOwes:
        return who_owes(self.owed, self.billed)

    def state(self) -> PaidState:
        return paid_state(self.paid, sum(self.owed.values()))


NOTHING: dict[Debtor, int] = {}
FRESH = Money(0, {"P": 100_00})
SETTLED = Money(80_00, NOTHING)
MONEY: tuple[tuple[str, Money, Money], ...] = (
    ("the claim goes out", Money(0, {"P": 100_00}, False), FRESH),
    ("a share is left to the next", FRESH, Money(64_00, {"S": 16_00})),
    ("a share is left to the next", Money(64_00, {"S": 16_00}), Money(76_00, {"T": 4_00})),
    ("a share is left to the patient", FRESH, Money(64_00, {"patient": 16_00})),
    ("a share is left to the patient", Money(64_00, {"S": 16_00}), Money(76_00, {"patient": 4_00})),
    ("a share is left to the patient", Money(76_00, {"T": 4_00}), Money(78_00, {"patient": 2_00})),
    ("all of it is the deductible", FRESH, Money(0, {"patient": 80_00})),
    ("the insurer pays all that is owed", FRESH, SETTLED),
    ("the insurer pays all that is owed", Money(64_00, {"S": 16_00}), SETTLED),
    ("the insurer pays all that is owed", Money(76_00, {"T": 4_00}), SETTLED),
    ("a write-off", FRESH, Money(0, NOTHING)),
    ("a write-off", Money(64_00, {"patient": 16_00}), Money(64_00, NOTHING)),
    ("the patient pays a part", Money(0, {"patient": 80_00}), Money(30_00, {"patient": 50_00})),
    ("the patient pays", Money(64_00, {"patient": 16_00}), SETTLED),
    ("the patient pays too much", Money(64_00, {"patient": 16_00}), Money(84_00, {"patient": -4_00})),
    ("the insurer pays twice", SETTLED, Money(160_00, {"P": -80_00})),
    ("it is paid back, or taken back", Money(160_00, {"P": -80_00}), SETTLED),
    ("a reversal", SETTLED, FRESH),
    ("a reversal", Money(64_00, {"patient": 16_00}), FRESH),
    ("a reversal", Money(64_00, {"S": 16_00}), FRESH),
    ("a reversal", Money(76_00, {"T": 4_00}), FRESH),
)  # fmt: skip
"""What happens to the money of a claim, as books before and after it; the axes are computed from them."""


def usual_edges() -> list[Edge]:
    """What the diagram of the first axis shows; what goes back to where it stood has no arrow."""
    return [(at, row.to, row.event) for row in USUAL if row.to not in ("same", "before") for at in row.at]


def money_edges(axis: Callable[[Money], str]) -> list[Edge]:
    """What moves a claim along an axis of the books, each once."""
    moves = ((axis(before), axis(after), what) for what, before, after in MONEY)
    return list(dict.fromkeys(edge for edge in moves if edge[0] != edge[1]))


def diagram(starts: Iterable[Edge], edges: Iterable[Edge], ends: Iterable[str] = ()) -> str:
    """A mermaid state diagram: one arrow from a status to another, with all that leads along it."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for at, to, what in (*starts, *edges):
        arrows.setdefault((at, to), []).append(what.replace("_", " "))
    lines = [f"    {at} --> {to}: {', '.join(what)}" for (at, to), what in arrows.items()]
    lines += [f"    {end} --> [*]" for end in ends]
    return "\n".join(("```mermaid", "stateDiagram-v2", *lines, "```"))


def parts() -> dict[str, str]:
    """Everything that is made, by the name of its place in the page."""
    starts = (("[*]", "draft", "first insurer"), ("[*]", "waiting", "later insurers"))
    return {
        "statuses": table(("Status", "What is so"), [(f"`{name}`", text) for name, text in STATUSES.items()]),
        "diagram": diagram(starts, usual_edges(), ("closed", "voided")),
        "events": table(
            ("Event", "By", "What it is"),
            [(f"`{name}`", happening.who, happening.what) for name, happening in EVENTS.items()],
        ),
        "usual": _rows(USUAL),
        "also": _rows(ALSO),
        "who_owes": diagram(
            (("[*]", "nobody_yet", "a claim"), ("[*]", "patient", "a claim without insurer")), money_edges(Money.owes)
        ),
        "paid": diagram((("[*]", "unpaid", "a claim"),), money_edges(Money.state)),
        "labels": _labels(),
    }


def _rows(rows: Iterable[Row]) -> str:
    lines = (
        (
            f"`{row.event}`",
            ", ".join(row.at),
            {"same": "stays", "before": "where it stood"}.get(row.to, row.to),
            EVENTS[row.event].who,
            "" if row.only == "always" else row.only,
            row.why,
        )
        for row in rows
    )
    return table(("Event", "In", "Leads to", "By", "Only if", "Why"), lines)


def _labels() -> str:
    rows = []
    for status, found in LABELS.items():
        if isinstance(found, str):
            rows.append((f"`{status}`", "", found))
        else:
            rows += [(f"`{status}`", paid.replace("_", " "), text) for paid, text in found.items()]
    return table(("Status", "Paid state", "Label"), rows)


if __name__ == "__main__":
    sys.exit(fill(DOCS / "claims.md", parts(), sys.argv[1:]))
