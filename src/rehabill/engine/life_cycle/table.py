"""What can happen to a claim at one insurer, and where it leads: the whole of it.

What is not in the table cannot happen. Insurers' words come late, twice, out of order or not at all, so the table takes
nearly all of them at any time; it is strict about what we do ourselves. `docs/claims.md` is drawn from it.
"""

from typing import Literal

import msgspec

from rehabill.model.standing import Event, InsuranceStatus

STATUSES: dict[InsuranceStatus, str] = {
    "waiting": "Its turn has not come: the insurer before has not left it a share yet.",
    "draft": "It is being made, and was not checked as it is now.",
    "held": "Something must be mended or found out before it may go.",
    "ready": "It was checked and goes with the next file.",
    "sent": "It left the practice; nobody has confirmed it.",
    "received": "Somebody on the way has it and could read it; the insurer has not taken it in.",
    "accepted": "The insurer has taken it in and has not decided.",
    "rejected": "It was turned back before anybody decided about it: mend it and send it again.",
    "pended": "The insurer is working on it, or waits for something from us.",
    "decided": "The insurer has answered: what it paid, and what it left to whom, is in the books.",
    "denied": "The insurer pays nothing and leaves nothing to anybody else: correct it, appeal, or give up.",
    "reversed": "The insurer has taken its decision back; a corrected one should follow.",
    "closed": "Nothing more is asked of this insurer.",
    "voided": "It was withdrawn, and counts as never billed.",
}
PREPARING: tuple[InsuranceStatus, ...] = ("draft", "held", "ready")
UNDER_WAY: tuple[InsuranceStatus, ...] = ("sent", "received", "accepted", "pended")
ANSWERED: tuple[InsuranceStatus, ...] = ("decided", "denied", "reversed")
AT_REST: tuple[InsuranceStatus, ...] = ("closed", "voided")
TAKEN_IN: tuple[InsuranceStatus, ...] = ("accepted", "pended", *ANSWERED)
"""The insurer has the claim in its own system: a correction replaces it there."""


class Happening(msgspec.Struct, frozen=True):
    """An event in words: by whom it comes, and what it is."""

    who: str
    what: str


EVENTS: dict[Event, Happening] = {
    "due": Happening("the program", "The insurer before has decided and left a share for this one."),
    "forwarded": Happening("the insurer before", "It says that it sent the claim on (835, status 19 to 21)."),
    "brought_over": Happening(
        "the import or the program", "The claim was sent from elsewhere: the import says so, or the insurer answers it."
    ),
    "changed": Happening("a biller", "The claim, its visit or its coverage was changed."),
    "held": Happening("the program or a biller", "A finding or a person stops it."),
    "released": Happening("the program or a biller", "It was checked and is clean, or a person answers for it."),
    "sent": Happening("the program", "It went out in a file or on paper."),
    "resent": Happening("a biller", "The same version went out again, unchanged."),
    "received": Happening("the receiver", "TA1 or 999 without fault, or a clearinghouse's 277CA."),
    "accepted": Happening("the insurer", "Its 277CA, or its answer to a status inquiry."),
    "rejected": Happening("the receiver or the insurer", "TA1, 999 or 277CA; or it says that it never got it."),
    "pended": Happening("the insurer", "Its answer to a status inquiry (277), or a letter."),
    "decided": Happening("the insurer", "An 835 or a paper EOB."),
    "denied": Happening("the insurer", "An 835 or a paper EOB by which nothing is paid and nothing passed on."),
    "reversed": Happening("the insurer", "An 835 that takes its decision back (status 22)."),
    "appealed": Happening("a biller", "The insurer is asked to look again: appeal, reopening, records."),
    "corrected": Happening("a biller", "A new version is begun."),
    "withdrawn": Happening("a biller", "A version is begun that takes the claim back (frequency 8)."),
    "dropped": Happening("a biller", "The new version is given up."),
    "voided": Happening("a biller", "It is withdrawn for good."),
    "closed": Happening("the program or a biller", "Nothing is left to ask of this insurer, or it was written off."),
    "reopened": Happening("a biller", "It is taken up again."),
}

Condition = Literal[
    "always", "this insurer owes nothing", "a version went out", "nothing went out", "it is a later insurer's",
    "a version went out, or it is a later insurer's", "a void went out", "no void went out",
    "the insurer has a version", "the insurer has no version", "there is an earlier version to go back to",
]  # fmt: skip


class Row(msgspec.Struct, frozen=True):
    """In any status of `at` the event leads `to` a status, to the `same`, or back to where it stood `before`."""

    event: Event
    at: tuple[InsuranceStatus, ...]
    to: InsuranceStatus | Literal["same", "before"]
    why: str
    only: Condition = "always"


USUAL = (
    Row("due", ("waiting",), "draft", "What is left is this insurer's to pay."),
    Row("forwarded", ("waiting",), "sent", "The insurer has it from the one before; we need not send it.",
        "it is a later insurer's"),
    Row("changed", ("held", "ready"), "draft", "What was checked is not what would go out."),
    Row("held", ("draft", "ready"), "held", "It would come back, or must not be billed."),
    Row("released", ("draft", "held"), "ready", "Nothing stands against it."),
    Row("sent", ("ready",), "sent", "From now on this version never changes."),
    Row("received", ("sent",), "received", "It could be read; that alone is no proof that the insurer has it."),
    Row("accepted", ("received",), "accepted", "The insurer has it, and the day counts for timely filing."),
    Row("rejected", ("sent", "received"), "rejected", "The insurer does not have it."),
    Row("pended", ("accepted",), "pended", "It is in process, or records are wanted."),
    Row("decided", ("accepted", "pended", "reversed"), "decided", "The remittance is posted."),
    Row("denied", ("accepted", "pended", "reversed"), "denied", "All of it stays owed until somebody decides."),
    Row("reversed", ("decided", "denied"), "reversed", "All of it is owed again.", "no void went out"),
    Row("reversed", ("accepted",), "voided", "That is the answer to our void.", "a void went out"),
    Row("appealed", ("decided", "denied"), "pended", "No new version: the insurer looks at what it has."),
    Row("corrected", ("rejected", "decided", "denied"), "draft",
        "It replaces what the insurer has (frequency 7), or is a new claim (1) where it has nothing."),
    Row("withdrawn", ("decided", "denied"), "draft", "What the insurer has can only be taken back by telling it."),
    Row("dropped", (*PREPARING, "rejected"), "before", "What the insurer has stays as it is.",
        "there is an earlier version to go back to"),
    Row("voided", (*PREPARING, "rejected"), "voided", "The insurer never had it, so it need not be told.",
        "the insurer has no version"),
    Row("closed", ("waiting", "rejected", "decided", "denied"), "closed",
        "All is paid, passed on, or written off.", "this insurer owes nothing"),
    Row("reopened", ("closed",), "before", "There is something to be had after all."),
)  # fmt: skip
"""The way of most claims: what the diagram shows."""

_OVERTAKEN = "It answers an earlier version, or one the insurer before sent on: look at it before anything goes out."
_OUT_OR_LATER: Condition = "a version went out, or it is a later insurer's"
ALSO = (
    Row("due", (*PREPARING, *UNDER_WAY, "rejected", *ANSWERED), "same", "It had its turn already."),
    Row("due", ("closed",), "draft", "There is something for it to pay after all.", "nothing went out"),
    Row("due", ("closed",), "before", "There is more for it to pay than before.", "a version went out"),
    Row("due", ("voided",), "same", "It was withdrawn, and is not billed again unless a biller says so."),
    Row("forwarded", (*PREPARING, "rejected"), "sent", "The insurer got it from the one before.",
        "it is a later insurer's"),
    Row("forwarded", (*UNDER_WAY, *ANSWERED, *AT_REST), "same", "Told late, or we sent it as well.",
        "it is a later insurer's"),
    Row("brought_over", ("waiting", *PREPARING, *AT_REST), "sent", "Its remittance comes here.", "nothing went out"),
    Row("changed", ("draft",), "same", "It will be checked anyway."),
    Row("held", ("held",), "same", "One more reason."),
    Row("resent", ("sent", "received", "rejected"), "sent", "It got lost, or the file was at fault and not the claim.",
        "a version went out"),
    Row("received", ("received", "accepted", "rejected", "pended", *ANSWERED), "same", "More is known already."),
    Row("received", (*PREPARING, *AT_REST), "same", "It is said of an earlier version.", "a version went out"),
    Row("accepted", ("sent",), "accepted", "No clearinghouse stands between, or its word never came."),
    Row("accepted", ("rejected",), "accepted", "A copy was rejected, or it was taken in after all."),
    Row("accepted", ("accepted", "pended", *ANSWERED), "same", "More is known already."),
    Row("accepted", (*PREPARING, *AT_REST), "same", "It is said of an earlier version.", "a version went out"),
    Row("rejected", ("accepted", "pended"), "rejected", "It was taken in, and then turned back undecided."),
    Row("rejected", ("rejected", *ANSWERED), "same", "Once decided, only a copy or a correction can be rejected."),
    Row("rejected", (*PREPARING, *AT_REST), "same", "It is said of an earlier version.", "a version went out"),
    Row("pended", ("sent", "received"), "pended", "The acknowledgment never came, or comes late."),
    Row("pended", ("rejected",), "pended", "A copy was rejected, or it was taken in after all."),
    Row("pended", ("pended", *ANSWERED), "same", "The remittance says more."),
    Row("pended", (*PREPARING, *AT_REST), "same", "It is said of an earlier version.", "a version went out"),
    Row("decided", ("sent", "received", "rejected"), "decided", "The acknowledgment never came, or comes late."),
    Row("decided", ("decided",), "same", "Decided again; the books say by how much."),
    Row("decided", ("denied",), "decided", "The insurer thought again."),
    Row("decided", ("closed",), "decided", "The insurer thought again.", _OUT_OR_LATER),
    Row("decided", ("waiting", *PREPARING), "decided", _OVERTAKEN, _OUT_OR_LATER),
    Row("decided", ("voided",), "decided", "The insurer paid what was withdrawn.", _OUT_OR_LATER),
    Row("denied", ("sent", "received", "rejected"), "denied", "The acknowledgment never came, or comes late."),
    Row("denied", ("denied",), "same", "Denied again."),
    Row("denied", ("decided",), "denied", "The insurer thought again."),
    Row("denied", ("closed",), "denied", "The insurer thought again.", _OUT_OR_LATER),
    Row("denied", ("waiting", *PREPARING), "denied", _OVERTAKEN, _OUT_OR_LATER),
    Row("denied", ("voided",), "same", "It counts as never billed, and nothing is paid.", _OUT_OR_LATER),
    Row("reversed", UNDER_WAY, "reversed", "An earlier decision is taken back, or one yet to come.",
        "no void went out"),
    Row("reversed", ("closed",), "reversed", "The insurer takes back what was settled.", _OUT_OR_LATER),
    Row("reversed", ("sent", "received", "pended", "decided", "denied"), "voided",
        "That is the answer to our void.", "a void went out"),
    Row("reversed", ("rejected",), "reversed", "An earlier decision is taken back."),
    Row("reversed", ("waiting", *PREPARING), "reversed", _OVERTAKEN, _OUT_OR_LATER),
    Row("reversed", ("reversed",), "same", "Said again."),
    Row("reversed", ("voided",), "same", "It was withdrawn already.", _OUT_OR_LATER),
    Row("appealed", ("reversed",), "pended", "The insurer is asked for the correction that does not come."),
    Row("corrected", ("accepted", "pended", "reversed"), "draft", "We found the fault before the insurer answered."),
    Row("withdrawn", ("accepted", "pended", "reversed"), "draft", "It should not have been billed."),
    Row("withdrawn", ("rejected",), "draft", "A correction was rejected; the insurer still has the claim.",
        "the insurer has a version"),
    Row("appealed", ("closed",), "pended", "What was settled was not right.", "the insurer has a version"),
    Row("corrected", ("closed",), "draft", "What was settled was not right.", "the insurer has a version"),
    Row("withdrawn", ("closed",), "draft", "It should not have been billed.", "the insurer has a version"),
    Row("voided", ("reversed",), "voided", "The insurer took it back, and nothing is to follow."),
    Row("voided", (*UNDER_WAY, "decided", "denied"), "voided", "The insurer confirms our void, not by an 835.",
        "a void went out"),
    Row("closed", (*PREPARING, *UNDER_WAY, "reversed"), "closed", "The practice gives it up.",
        "this insurer owes nothing"),
)  # fmt: skip
"""What happens as well: words that come late, twice, out of order or of another version; less usual ways of ours."""

TABLE = USUAL + ALSO
