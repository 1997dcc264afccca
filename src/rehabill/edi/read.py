"""Whatever a file holds, in the structs of `rehabill.model`: for programs that take what comes.

    contents = read(data)
    contents.remittances, contents.claims, contents.acknowledgments …, contents.findings

For files too large to hold, see `read_837p` and `read_835`, which stream.
"""

from collections.abc import Iterator

import msgspec

from rehabill.base.finding import Finding, Position
from rehabill.edi.acknowledgments import read_acknowledgments
from rehabill.edi.attachment_275 import read_275
from rehabill.edi.authorization_278 import read_278, read_278_requests
from rehabill.edi.eligibility_270 import read_270, read_271
from rehabill.edi.read_837p import read_837p
from rehabill.edi.remittance_835 import remittances
from rehabill.edi.status_276 import read_276, read_277
from rehabill.model.acknowledgment import Acknowledgments
from rehabill.model.authorization import AuthorizationAnswer, AuthorizationRequest, ReceivedDocument
from rehabill.model.claim_status import StatusAnswer, StatusRequest
from rehabill.model.eligibility import Eligibility, EligibilityRequest
from rehabill.model.remittance import Remittance
from rehabill.model.submitted import SubmittedClaim
from rehabill.x12.document import Document
from rehabill.x12.document import read as read_document
from rehabill.x12.faults import fault

_READ = frozenset({"837", "835", "999", "997", "277", "276", "271", "270", "278", "275"})
_CLAIM_ACKNOWLEDGMENT = "005010X214"


class Contents(msgspec.Struct):
    """What a file held, by kind, each in its order."""

    claims: list[SubmittedClaim] = []
    remittances: list[Remittance] = []
    acknowledgments: Acknowledgments = Acknowledgments()
    statuses: list[StatusAnswer] = []
    status_requests: list[StatusRequest] = []
    eligibility: list[Eligibility] = []
    eligibility_requests: list[EligibilityRequest] = []
    authorizations: list[AuthorizationAnswer] = []
    authorization_requests: list[AuthorizationRequest] = []
    documents: list[ReceivedDocument] = []
    findings: list[Finding] = []


def read(data: bytes) -> Contents:
    """Everything a file holds. Never raises; `findings` says what could not be read, and where."""
    document = read_document(data)
    contents = Contents()
    kinds = _kinds(document)
    if "837" in kinds:
        contents.claims = list(read_837p((data,), contents.findings))
    if "835" in kinds:
        contents.remittances, found = remittances(data)
        contents.findings += found
    if kinds & {"TA1", "999", "997", "277CA"}:
        contents.acknowledgments, found = read_acknowledgments(document)
        contents.findings += found
    _conversations(document, kinds, contents)
    contents.findings += [*_unread(document), *([] if kinds else document.faults)]
    contents.findings = _once(contents.findings)
    return contents


def _unread(document: Document) -> Iterator[Finding]:
    """Transaction sets of a kind that no reader knows; a file without any."""
    sets = list(document.sets())
    for one in sets:
        if one.id not in _READ:
            at = Position(one.segments[0].byte, "ST", "ST01", set_control=one.control, number=1)
            yield fault("X134", at, set=one.id[:6] or "set", version=one.version[:12] or "(none)")
    if not sets and document.interchanges and not _kinds(document):
        yield fault("X136", Position(document.interchanges[0].segments[0].byte, "ISA"), what="interchange")


def _kinds(document: Document) -> set[str]:
    """The transaction sets of a file; a 277 that acknowledges claims is another thing than one that tells a status."""
    kinds = {"TA1" for one in document.interchanges for segment in one.segments if segment.id == "TA1"}
    for one in document.sets():
        kinds.add("277CA" if one.id == "277" and one.version.startswith(_CLAIM_ACKNOWLEDGMENT) else one.id)
    return kinds


def _conversations(document: Document, kinds: set[str], contents: Contents) -> None:
    """Questions to payers and their answers."""
    if "277" in kinds:
        contents.statuses, found = read_277(document)
        contents.findings += found
    if "276" in kinds:
        contents.status_requests, found = read_276(document)
        contents.findings += found
    if "271" in kinds:
        contents.eligibility, found = read_271(document)
        contents.findings += found
    if "270" in kinds:
        contents.eligibility_requests, found = read_270(document)
        contents.findings += found
    if "278" in kinds:
        contents.authorizations, answered = read_278(document)
        contents.authorization_requests, asked = read_278_requests(document)
        contents.findings += asked if contents.authorization_requests and not contents.authorizations else answered
    if "275" in kinds:
        contents.documents, found = read_275(document)
        contents.findings += found


def _once(findings: list[Finding]) -> list[Finding]:
    """Each finding once: what is wrong with the file itself is told by every reader."""
    known: set[tuple[str, str, object]] = set()
    kept = []
    for finding in findings:
        key = finding.rule, finding.message, finding.at
        if key not in known:
            known.add(key)
            kept.append(finding)
    return kept
