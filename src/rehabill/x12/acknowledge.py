"""TA1 and 999 for a file that was received: what its sender is told of the envelope and of the syntax.

Codes and what they mean are in `faults` (by kind); positions come from the findings. A set is rejected for an error,
accepted with errors noted for warnings; a group is accepted in part when some of its sets are rejected.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Literal

from rehabill.base.finding import Finding, Position
from rehabill.x12.check.envelope import ISA_NOTES
from rehabill.x12.check.report import GroupReport, InterchangeReport, SetReport
from rehabill.x12.envelope import Interchange, ge, gs, iea, isa, se, set_control
from rehabill.x12.faults import KINDS
from rehabill.x12.segment import segment

VERSION_999 = "005010X231A1"
_LOOP_LENGTH = 4
"""IK303 holds at most four characters: `2010` for 2010AA."""
Answer = Literal["A", "E", "R"]

_ELEMENT = re.compile(r"[A-Z0-9]{2,3}?(\d\d)(?:-(\d+))?")


def reply(received: InterchangeReport, number: int, created: datetime, usage: Literal["T", "P"]) -> Interchange:
    """The envelope of an answer: sender and receiver change places."""
    fields = [*received.isa, *[""] * 16]
    first = received.groups[0] if received.groups else None
    return Interchange(
        sender_qualifier=fields[6] or "ZZ",
        sender_id=fields[7].strip(),
        receiver_qualifier=fields[4] or "ZZ",
        receiver_id=fields[5].strip(),
        group_sender=first.receiver if first else fields[7].strip(),
        group_receiver=first.sender if first else fields[5].strip(),
        control_number=number,
        group_number=number,
        created=created,
        usage=usage,
        functional_id="FA",
        version=VERSION_999,
        set_id="999",
    )


def ta1(received: InterchangeReport, envelope: Interchange) -> str:
    """An interchange that holds a TA1: whether the envelope of the one received could be read."""
    answer = _answer(received.findings)
    fields = [*received.isa, *[""] * 16]
    body = segment("TA1", received.control, fields[8], fields[9], answer, _note(received.findings, answer))
    return isa(envelope) + body + iea(envelope, 0)


def _note(findings: list[Finding], answer: Answer) -> str:
    """TA105: one code only, that of the worst fault."""
    if answer == "A":
        return "000"
    worst = sorted(findings, key=lambda finding: finding.severity != "error")[0]
    place = worst.at.element if worst.at else ""
    return ISA_NOTES.get(place, "") if worst.rule == "X114" else KINDS[worst.rule].note or "024"


def acknowledge_999(received: InterchangeReport, envelope: Interchange) -> str:
    """An interchange with one 999 for each group received."""
    sets = [_set_999(group, set_control(number)) for number, group in enumerate(received.groups, 1)]
    return isa(envelope) + gs(envelope) + "".join(sets) + ge(envelope, len(sets)) + iea(envelope, 1)


def _set_999(group: GroupReport, control: str) -> str:
    body = [
        segment("ST", "999", control, VERSION_999),
        segment("AK1", group.functional_id, group.control, group.version),
    ]
    for one in group.sets:
        body += _answer_to_set(one)
    body.append(_answer_to_group(group))
    return "".join(body) + se(len(body) + 1, control)


def _answer_to_set(one: SetReport) -> Iterator[str]:
    """AK2 to IK5: each segment with a fault once, and below it each element."""
    yield segment("AK2", one.id, one.control, one.version)
    told = [finding for finding in one.findings if finding.at and KINDS[finding.rule].note]
    told.sort(key=_segment_of)
    inside = [finding for finding in told if finding.at and finding.at.segment not in ("ST", "SE")]
    for (number, loop, name), findings in groupby(inside, _segment_of):
        at_segment = list(findings)
        yield from _faulty_segment(number, loop, name, at_segment)
    answer = answer_to(one)
    codes = [KINDS[finding.rule].note for finding in told if finding not in inside]
    if inside:
        codes.append("5")
    yield segment("IK5", answer, *dict.fromkeys(codes[:5]))


def _segment_of(finding: Finding) -> tuple[int, str, str]:
    at = finding.at or Position(0)
    return at.number, at.loop, at.segment


def _faulty_segment(number: int, loop: str, name: str, findings: list[Finding]) -> Iterator[str]:
    own = [finding for finding in findings if finding.at and not finding.at.element]
    elements = [finding for finding in findings if finding.at and finding.at.element]
    codes = [KINDS[finding.rule].note for finding in own] + (["8"] if elements else [])
    claim = next((finding.at.claim for finding in findings if finding.at and finding.at.claim), "")
    for code in dict.fromkeys(codes):
        yield segment("IK3", name, str(number), loop[:_LOOP_LENGTH], code)
        if claim:
            yield segment("CTX", f"CLM01:{claim}")
        if code == "8":
            for finding in elements:
                yield _faulty_element(finding)


def _faulty_element(finding: Finding) -> str:
    element = finding.at.element if finding.at else ""
    found = _ELEMENT.fullmatch(element)
    place = ""
    if found:
        place = str(int(found[1])) + (f":{int(found[2])}" if found[2] else "")
    return segment("IK4", place, "", KINDS[finding.rule].note)


def answer_to(one: SetReport) -> Answer:
    """IK501: rejected for an error that a 999 can tell, accepted with a note for a warning. Charges that do not add up,
    and all else that has no code here, are a 277CA's business.
    """
    return _answer([finding for finding in one.findings if finding.rule in KINDS and KINDS[finding.rule].note])


def _answer(findings: list[Finding]) -> Answer:
    if any(finding.severity == "error" for finding in findings):
        return "R"
    return "E" if findings else "A"


def _answer_to_group(group: GroupReport) -> str:
    """AK9: the group's answer, sets declared, received and accepted, and codes of the group's own faults."""
    answers = [answer_to(one) for one in group.sets]
    own = _answer(group.findings)
    accepted = 0 if own == "R" else sum(answer != "R" for answer in answers)
    if own == "R" or (not accepted and answers):
        answer = "R"
    elif accepted < len(answers):
        answer = "P"
    else:
        answer = "E" if "E" in answers or own == "E" else "A"
    declared = group.declared if group.declared.isdecimal() else str(len(group.sets))
    codes = dict.fromkeys(KINDS[finding.rule].note for finding in group.findings if KINDS[finding.rule].note)
    return segment("AK9", answer, declared, str(len(group.sets)), str(accepted), *list(codes)[:5])
