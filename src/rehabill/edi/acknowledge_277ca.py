"""277CA (005010X214) for claims that were received: each accepted or rejected, with the reasons as status codes.

    received = [Answered(submitted=claim, findings=...) for claim in read_837p(chunks, faults)]
    data = write_277ca(received, Answering(name="EXAMPLE HEALTH", id="00431", ...), interchange)

For whoever plays the receiver: the payer simulator, and anyone who tests a partner. A finding that is an error rejects
its claim; which status it becomes stands in `acknowledge_277ca.toml`. `interchange` is the envelope of the answer
(`x12.acknowledge.reply` makes it from what was received); the same input gives the same bytes.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from rehabill.base.finding import Finding
from rehabill.edi.ask.frame import Levels, as_received, service_days, wrapped
from rehabill.edi.ask.status_of_finding import composites, line_of
from rehabill.model.claim import ClaimLine
from rehabill.model.submitted import Party, SubmittedClaim
from rehabill.x12.clean import clean
from rehabill.x12.envelope import Interchange
from rehabill.x12.segment import amount, d8, segment

__all__ = ["Answered", "Answering", "is_rejected", "write_277ca"]

VERSION = "005010X214"
_TEXT = 264
_REASONS = 3
_UNKNOWN = "UNKNOWN"


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that came in, and what we found: errors reject it. What the reader found counts too."""

    submitted: SubmittedClaim
    findings: tuple[Finding, ...] = ()
    payer_claim_number: str | None = None
    clearinghouse_number: str | None = None


class Answering(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers, and about which receipt of a file."""

    name: str
    id: str
    role: Literal["PR", "AY"] = "PR"
    """The payer, which accepts for processing; or a clearinghouse, which says only that it has the claim."""
    id_kind: Literal["46", "FI", "PI", "XV"] = "PI"
    reference: str
    """Our own number for the file received."""
    received: dt.date
    processed: dt.date
    first_set: int = 1


def is_rejected(answered: Answered) -> bool:
    return bool(_errors(answered))


def write_277ca(claims: Iterable[Answered], answering: Answering, interchange: Interchange) -> bytes:
    """One transaction set for each that was received, claims in their order. No claims: no bytes."""
    by_set: dict[tuple[str, str, str], list[Answered]] = {}
    for claim in claims:
        came_in = claim.submitted.submission
        key = (came_in.interchange_control, came_in.group_control, came_in.set_control)
        by_set.setdefault(key, []).append(claim)
    if not by_set:
        return b""
    header = msgspec.structs.replace(interchange, functional_id="HN", version=VERSION, set_id="277")
    return wrapped(header, (_body(group, answering, header) for group in by_set.values()), answering.first_set)


def _body(claims: list[Answered], answering: Answering, header: Interchange) -> str:
    levels = Levels()
    came_in = claims[0].submitted.submission
    source, top = levels.open("20", None, True)
    submitter, second = levels.open("21", top, True)
    name = as_received(clean(answering.name), 60, _UNKNOWN)
    text = f"BHT*0085*08*{as_received(answering.reference, 50, '0')}*{header.created:%Y%m%d*%H%M}*TH~{source}"
    text += segment("NM1", answering.role, "2", name, "", "", "", "", answering.id_kind, as_received(answering.id, 80))
    text += f"TRN*1*{as_received(answering.reference, 50, '0')}~"
    text += f"DTP*050*D8*{d8(answering.received)}~DTP*009*D8*{d8(answering.processed)}~"
    text += submitter + _submitter(came_in.submitter, came_in.sender)
    text += f"TRN*2*{as_received(came_in.reference, 50, '0')}~"
    text += f"STC*A1:19:{answering.role}*{d8(answering.processed)}*WQ*{amount(sum(map(_charge, claims)))}~"
    text += _totals(claims, "90", "AA")
    by_provider: dict[tuple[str, ...], list[Answered]] = {}
    for claim in claims:
        by_provider.setdefault(_provider_key(claim.submitted.billing.provider), []).append(claim)
    for group in by_provider.values():
        text += _provider(group, answering, levels, second)
    return text


def _submitter(party: Party | None, sender: str) -> str:
    if party is None:
        return segment("NM1", "41", "2", _UNKNOWN, "", "", "", "", "46", as_received(sender, 80, _UNKNOWN))
    first = as_received(party.first, 35) if party.is_person else ""
    number = as_received(party.id, 80, as_received(sender, 80, _UNKNOWN))
    title = as_received(party.name, 60, _UNKNOWN)
    return segment("NM1", "41", "1" if party.is_person else "2", title, first, "", "", "", "46", number)


def _provider_key(party: Party | None) -> tuple[str, ...]:
    return ("", "") if party is None else (party.npi or "", party.id or "", party.tax_id or "", party.name)


def _provider(claims: list[Answered], answering: Answering, levels: Levels, above: int) -> str:
    party = claims[0].submitted.billing.provider
    level, number = levels.open("19", above, True)
    text = level + _provider_name(party) + "TRN*1*0~"
    text += f"STC*A1:19:{answering.role}**WQ*{amount(sum(map(_charge, claims)))}~{_totals(claims, 'QA', 'QC')}"
    for claim in claims:
        text += _claim(claim, answering, levels, number)
    return text


def _provider_name(party: Party | None) -> str:
    kind, number = "SV", _UNKNOWN
    if party is not None and party.npi:
        kind, number = "XX", party.npi
    elif party is not None and (party.tax_id or party.id):
        kind, number = "FI", party.tax_id or party.id or ""
    is_person = party is not None and party.is_person
    title = as_received(party.name if party else "", 60, _UNKNOWN)
    first = as_received(party.first, 35) if party and is_person else ""
    return segment("NM1", "85", "1" if is_person else "2", title, first, "", "", "", kind, as_received(number, 80))


def _totals(claims: Sequence[Answered], accepted: str, rejected: str) -> str:
    """QTY and AMT: what of the level was accepted and rejected; nothing of none."""
    refused = [claim for claim in claims if is_rejected(claim)]
    taken = [claim for claim in claims if not is_rejected(claim)]
    text = f"QTY*{accepted}*{len(taken)}~" if taken else ""
    text += f"QTY*{rejected}*{len(refused)}~" if refused else ""
    text += f"AMT*YU*{amount(sum(map(_charge, taken)))}~" if taken else ""
    return text + (f"AMT*YY*{amount(sum(map(_charge, refused)))}~" if refused else "")


def _charge(claim: Answered) -> int:
    total = claim.submitted.total_cents
    return total if total is not None else sum(map(_line_charge, claim.submitted.claim.lines))


def _line_charge(line: ClaimLine) -> int:
    return line.charge_cents if isinstance(line.charge_cents, int) else 0


def _errors(claim: Answered) -> tuple[Finding, ...]:
    told = (*claim.submitted.findings, *claim.findings)
    return tuple(finding for finding in told if finding.severity == "error" and finding.status == "fail")


def _claim(answered: Answered, answering: Answering, levels: Levels, above: int) -> str:
    submitted = answered.submitted
    level, _ = levels.open("PT", above, None)
    patient = submitted.patient or submitted.subscriber
    holder = submitted.subscriber
    member = as_received((submitted.patient and submitted.patient.id) or (holder.id if holder else ""), 80, _UNKNOWN)
    first = as_received(patient.first, 35) if patient else ""
    title = as_received(patient.name if patient else "", 60, _UNKNOWN)
    text = level + segment("NM1", "QC", "1", title, first, "", "", "", "MI", member)
    text += f"TRN*2*{as_received(submitted.claim.claim_number, 38, '0')}~"
    errors = _errors(answered)
    text += _states(errors, answered, answering)
    if answered.payer_claim_number:
        text += f"REF*1K*{as_received(answered.payer_claim_number, 50, '0')}~"
    if answered.clearinghouse_number:
        text += f"REF*D9*{as_received(answered.clearinghouse_number, 50, '0')}~"
    text += f"DTP*472*{_days(submitted, answering)}~"
    for index, line in enumerate(submitted.claim.lines):
        own = [finding for finding in errors if line_of(finding) == index]
        if own:
            text += _line(line, own, answering)
    return text


def _states(errors: tuple[Finding, ...], answered: Answered, answering: Answering) -> str:
    """The claim's STC: accepted, or rejected with every reason, three to a segment."""
    day, charge = d8(answering.processed), amount(_charge(answered))
    if not errors:
        return f"STC*{'A2' if answering.role == 'PR' else 'A1'}:20*{day}*WQ*{charge}~"
    text = ""
    messages = " ".join(dict.fromkeys(clean(finding.message, False) for finding in errors))[:_TEXT].rstrip()
    for number, reasons in enumerate(_threes(errors)):
        told = messages if number == 0 else ""
        text += segment("STC", reasons[0], day, "U", charge, "", "", "", "", "", *reasons[1:], told)
    return text


def _threes(errors: Iterable[Finding]) -> list[list[str]]:
    """Every reason once, three to a segment, each three filled up."""
    reasons = list(dict.fromkeys(reason for finding in errors for reason in composites(finding)))
    threes = [reasons[begin : begin + _REASONS] for begin in range(0, len(reasons), _REASONS)]
    return [three + [""] * (_REASONS - len(three)) for three in threes]


def _line(line: ClaimLine, errors: list[Finding], answering: Answering) -> str:
    """Loop 2220D of a line with errors; as many of its reasons as one STC holds."""
    procedure = ":".join(
        ("HC", as_received(line.code, 48, "00000"), *(as_received(one, 2) for one in line.modifiers[:4]))
    )
    reasons = _threes(errors)[0]
    text = segment("SVC", procedure, amount(_line_charge(line)), "", "", "", "", str(line.units))
    text += segment("STC", reasons[0], d8(answering.processed), "U", "", "", "", "", "", "", *reasons[1:])
    if line.line_id:
        text += f"REF*FJ*{as_received(line.line_id, 50, '0')}~"
    return text + (f"DTP*472*{service_days(line.date, line.end_date)}~" if line.date else "")


def _days(submitted: SubmittedClaim, answering: Answering) -> str:
    """First and last day of service; where none could be read, the day of receipt stands in."""
    days = [day for line in submitted.claim.lines for day in (line.date, line.end_date) if day is not None]
    return service_days(min(days), max(days)) if days else service_days(answering.received, None)
