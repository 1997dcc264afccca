"""What receivers answer to a file of ours: TA1, 999 (or 997) and 277CA, read, explained, and tied to the claims.

    answers, findings = read_acknowledgments(data)
    for claim in tie(answers, sent).claims:      # `sent`: the bytes of the file that is answered
        claim.verdict, claim.sentence            # accepted | received | rejected | waiting …, and why
        claim.faults                             # each with line and business field

Nothing raises: what is wrong with an answer is told in the findings, with its place.
"""

from collections.abc import Sequence

from rehabill.base.finding import Finding, Position
from rehabill.edi.reply.claims_277ca import claim_batches
from rehabill.edi.reply.faults import finding
from rehabill.edi.reply.loops import received
from rehabill.edi.reply.sent import sent_file
from rehabill.edi.reply.syntax import group_answers, interchange_answers
from rehabill.edi.reply.tie import Tying
from rehabill.model.acknowledgment import Acknowledgments, GroupAnswer, InterchangeAnswer, Tied
from rehabill.model.claim_status import ClaimBatch
from rehabill.x12.document import Document, read

__all__ = ["read_acknowledgments", "tie"]

_SYNTAX = ("999", "997")


def read_acknowledgments(data: bytes | Document) -> tuple[Acknowledgments, list[Finding]]:
    """Every TA1, 999, 997 and 277CA of a file, and everything wrong with them."""
    document = data if isinstance(data, Document) else read(data)
    findings = list(document.faults)
    interchanges: list[InterchangeAnswer] = []
    groups: list[GroupAnswer] = []
    others = 0
    for interchange in document.interchanges:
        interchanges.extend(interchange_answers(interchange, findings))
        sets = list(interchange.sets())
        groups.extend(group_answers(interchange, [one for one in sets if one.id in _SYNTAX], findings))
        others += sum(one.id not in _SYNTAX for one in sets)
    batches: list[ClaimBatch] = []
    if others:
        for whole in received(document, "277ca", "claim acknowledgment (277CA)", findings, _SYNTAX):
            batches.extend(claim_batches(whole))
    elif not interchanges and not groups and document.interchanges:
        findings.append(finding("A100", Position(0), what="acknowledgment (TA1, 999, 277CA)", why=""))
    return Acknowledgments(interchanges=tuple(interchanges), groups=tuple(groups), batches=tuple(batches)), findings


def tie(answers: Acknowledgments | Sequence[Acknowledgments], sent: bytes | Document) -> Tied:
    """What the answers say of each claim of the file that was sent; several in the order they came in."""
    document = sent if isinstance(sent, Document) else read(sent)
    parts = (answers,) if isinstance(answers, Acknowledgments) else answers
    together = Acknowledgments(
        interchanges=tuple(one for part in parts for one in part.interchanges),
        groups=tuple(one for part in parts for one in part.groups),
        batches=tuple(one for part in parts for one in part.batches),
    )
    return Tying(sent_file(document)).tied(together)
