"""What may go with a claim or a line beyond its own facts: a note, and the announcement of attachments."""

from rehabill.base.errors import InputError
from rehabill.edi.p837 import fields
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.profile import ATTACHMENT_KINDS, ATTACHMENT_ON_REQUEST, ATTACHMENT_WAYS, MAX_ATTACHMENTS
from rehabill.model.claim import Attachment
from rehabill.x12.clean import clean

_NOTE = 80


def note(given: str, path: str, whose: str, faults: Faults, upper: bool) -> str:
    """NTE of the kind that says more of what stands above it."""
    text = clean(given, upper)
    if len(text) > _NOTE:
        message = f"the note of {whose} has {len(text)} characters; at most {_NOTE} can be sent"
        faults.append(InputError(path, message))
    if not text and given.strip():
        faults.append(InputError(path, f"the note of {whose} has no letter that an 837 can carry"))
    return f"NTE*ADD*{text}~" if text else ""


def attachments(papers: tuple[Attachment, ...], path: str, faults: Faults) -> str:
    """PWK: what lies ready, or goes another way under a number that both sides know."""
    if len(papers) > MAX_ATTACHMENTS:
        message = f"{len(papers)} attachments are announced; at most {MAX_ATTACHMENTS} can be, here"
        faults.append(InputError(path, message))
    return "".join([_attachment(paper, f"{path}[{index}]", faults) for index, paper in enumerate(papers)])


def _attachment(paper: Attachment, path: str, faults: Faults) -> str:
    if paper.kind not in ATTACHMENT_KINDS:
        message = f"'{paper.kind}' is not a kind of attachment (PWK01), such as 03 report, PN notes, OZ other"
        faults.append(InputError(f"{path}.kind", message))
    if paper.way not in ATTACHMENT_WAYS:
        message = (
            f"'{paper.way}' is no way an attachment goes: AA on request, BM mail, EL electronic, EM e-mail,"
            " FT file transfer, FX fax"
        )
        faults.append(InputError(f"{path}.way", message))
    if paper.way == ATTACHMENT_ON_REQUEST and not paper.control_number:
        return f"PWK*{paper.kind}*{paper.way}~"
    what = "the number that ties the attachment to the claim"
    number = fields.identifier(paper.control_number, f"{path}.control_number", what, faults, 2, 50)
    return f"PWK*{paper.kind}*{paper.way}***AC*{number}~"
