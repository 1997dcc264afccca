"""Which remittances must not be posted: those of which nobody can say that they are whole and their money is right.

A claim or line out of balance holds up nothing: its difference goes to suspense.
"""

from collections.abc import Iterable, Sequence

import msgspec

from rehabill.base.finding import Finding
from rehabill.model.remittance import Remittance

_NOT_A_REMITTANCE = "Ask the sender for the remittance (835) as the payer wrote it."
_CUT = "The file is cut short, and claims may be missing: ask the sender for the whole of it."
_CHANGED = "Something was lost or changed on the way: ask the sender for the file again."
_WRONG = "Ask the payer for a corrected remittance."

_ADVICE = {
    **dict.fromkeys(("X100", "X101", "X106", "X108", "X315"), _NOT_A_REMITTANCE),
    **dict.fromkeys(("X104", "X110", "X120", "X130", "X316"), _CUT),
    **dict.fromkeys(("X111", "X112", "X115", "X116", "X121", "X122", "X131", "X132"), _CHANGED),
    **dict.fromkeys(("X300", "X310", "X312", "X317"), _WRONG),
}
"""Faults that hold a file → what to do. Of X310 and X312 only those of the amount paid (BPR02)."""
_OF_A_PAYMENT = frozenset({"X130", "X131", "X132", "X300", "X310", "X312", "X316", "X317"})
_ONLY_AT = {"X310": "BPR02", "X312": "BPR02"}


class Held(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a file is held, in words for a biller. `payment` counts its remittances from 0; None: it is the file's."""

    rule: str
    why: str
    payment: int | None = None


def hold(found: Sequence[Remittance], findings: Iterable[Finding]) -> tuple[Held, ...]:
    """The reasons not to post a file, each once; none: it may be posted.

    `findings`: the reader's (`edi.remittance_835.remittances`) and the envelope's (`envelope.envelope_findings`). One
    reason holds the whole file: a part of a file is never posted by itself.
    """
    begins = [one.source.byte for one in found]
    held: dict[tuple[str, int | None], Held] = {}
    for finding in findings:
        advice = _ADVICE.get(finding.rule)
        at = finding.at or None
        if advice is None or (at and _ONLY_AT.get(finding.rule, at.element) != at.element):
            continue
        payment = None
        if at and finding.rule in _OF_A_PAYMENT:
            payment = max(sum(begin <= at.byte for begin in begins) - 1, 0) if begins else None
        same = (advice, payment) if advice == _CUT else (finding.rule, payment)
        held.setdefault(same, Held(finding.rule, f"{finding.message} {advice}", payment))
    return tuple(held.values())
