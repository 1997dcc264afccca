"""Documents for claims (275, 005010X210): the envelope around the document's bytes, written and read.

    data = write_275([ClaimDocument(control_number="ATT-7", kind="PN", content=pdf, ...)], practice, envelope)

Unverified: no map of the guide was at hand (`x12/spec/275.yaml` says what it follows), and what a payer takes inside
the envelope (a CDA document, a PDF, an image) is its own agreement. Do not use it for real claims before the payer has
confirmed a test.
"""

from collections.abc import Iterator, Sequence

from rehabill.base.errors import InputError
from rehabill.base.finding import Finding
from rehabill.edi.ask.frame import (
    assembled,
    header_of,
    payer_name,
    provider_name,
    raise_first,
    service_days,
    submitter_name,
)
from rehabill.edi.p837 import fields
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.profile import Envelope
from rehabill.edi.reply.loops import Loop, Received, each
from rehabill.edi.reply.pieces import Reader, value
from rehabill.model.authorization import ClaimDocument, ReceivedDocument
from rehabill.model.practice import Practice
from rehabill.x12.document import Document
from rehabill.x12.envelope import Interchange
from rehabill.x12.segment import count_segments, d8

__all__ = ["ClaimDocument", "Envelope", "read_275", "write_275"]

LARGEST = 64 * 1024 * 1024
_KIND = ("PI", "005010X210", "275")


def write_275(documents: Sequence[ClaimDocument], practice: Practice, envelope: Envelope) -> bytes:
    """One interchange, one set for each document. Raises `InputError`."""
    if not documents:
        raise InputError("documents", "there is no document to send")
    header = header_of(practice, envelope, _KIND)
    faults: Faults = []
    bodies = [_body(one, f"documents[{index}]", practice, header, faults) for index, one in enumerate(documents)]
    raise_first(faults)
    return assembled(header, bodies, envelope.transaction_number)


def _body(
    document: ClaimDocument, path: str, practice: Practice, header: Interchange, faults: Faults
) -> tuple[str, int]:
    """(the set from BGN on, how many segments that is): the document itself may hold any byte."""
    if not 0 < len(document.content) <= LARGEST:
        message = "the document is empty" if not document.content else f"it is larger than {LARGEST} bytes"
        faults.append(InputError(f"{path}.content", message))
    number = fields.identifier(
        document.control_number, f"{path}.control_number", "the attachment's control number", faults
    )
    text = f"BGN*{'11' if document.solicited else '02'}*{number}*{header.created:%Y%m%d}~"
    text += _parties(document, path, practice, faults) + _claim(document, path, faults)
    text += f"LX*1~TRN*{'2' if document.solicited else '1'}*{number}~"
    text += f"DTP*368*D8*{d8(document.sent_on)}~CAT*{document.kind}*{document.format}~EFI*05~"
    binary = f"BIN*{len(document.content)}*{document.content.decode('latin-1')}~"
    return text + binary, count_segments(text) + 1


def _parties(document: ClaimDocument, path: str, practice: Practice, faults: Faults) -> str:
    upper = practice.upper_case
    text = payer_name(document, "PR", faults, upper)
    text += submitter_name(practice, faults) + provider_name(practice, "1P", faults)
    who = fields.person_name(document.patient, f"{path}.patient", "the patient", faults, upper)
    if document.member_id:
        member = fields.identifier(document.member_id, f"{path}.member_id", "the member id", faults, 2, 80)
        return f"{text}NM1*QC*1*{who}*MI*{member}~"
    return f"{text}NM1*QC*1*{who.rstrip('*')}~"


def _claim(document: ClaimDocument, path: str, faults: Faults) -> str:
    text = ""
    if document.claim_number:
        given = fields.identifier(document.claim_number, f"{path}.claim_number", "our claim number", faults)
        text += f"REF*EJ*{given}~"
    if document.payer_number:
        given = fields.identifier(document.payer_number, f"{path}.payer_number", "the payer's number", faults)
        text += f"REF*D9*{given}~"
    if document.first_day:
        text += f"DTP*472*{service_days(document.first_day, document.last_day)}~"
    return text


def read_275(data: bytes | Document) -> tuple[list[ReceivedDocument], list[Finding]]:
    """Every document of a file with what ties it to its claim, and everything wrong with it. Never raises."""
    return each(data, "275", "attachment (275)", _documents)


def _documents(whole: Received) -> Iterator[ReceivedDocument]:
    reader, root = Reader(whole), whole.root
    begins, about = root.take("BGN"), root.first("1000D")
    claim = value(about.take("REF", "EJ")) if about else None
    days = about.take("DTP", "472") if about else None
    service = reader.period(days) if days else None
    parties = {name: reader.party(root.first(name)) for name in ("1000A", "1000B", "1000C", "1000D")}
    for loop in root.under("2000A"):
        place = loop.first("2100B")
        kind, sent = (place.take("CAT"), place.take("DTP", "368")) if place else (None, None)
        when = reader.period(sent) if sent else None
        yield ReceivedDocument(
            answer=whole.submission,
            control_number=value(loop.take("TRN")),
            solicited=begins is not None and begins.get(1) == "11",
            kind=value(kind, 1) or "",
            format=value(kind) or "",
            claim_number=claim,
            payer=parties["1000A"],
            submitter=parties["1000B"],
            provider=parties["1000C"],
            patient=parties["1000D"],
            service=service,
            sent_on=when.first if when else None,
            contents=tuple(_contents(place)),
            at=whole.at(loop.opening),
            other=(*root.other("2000A"), *loop.other()),
        )


def _contents(place: Loop | None) -> Iterator[bytes]:
    """The bytes as they came: what stands behind the length, whatever is in it."""
    for loop in place.under("2110B") if place else ():
        loop.take("EFI")
        for segment in loop.take_all("BIN"):
            yield segment.raw(2)
