"""From status codes to a verdict, and from a verdict to a sentence that a biller understands."""

from collections.abc import Iterable

from rehabill.almanac import code_lists
from rehabill.model.claim_status import ClaimState, ClaimVerdict, Reason
from rehabill.x12.spec.load import meanings

ACCEPTED, REJECTED = "WQ", "U"
"""STC03 of an acknowledgment."""

_VERDICTS: dict[str, ClaimVerdict] = {
    "A0": "received", "A1": "received", "A2": "accepted", "A3": "rejected", "A4": "not_found", "A5": "split",
    "A6": "rejected", "A7": "rejected", "A8": "rejected", "F0": "finalised", "F1": "paid", "F2": "denied",
    "F3": "revised", "F3F": "revised", "F3N": "revised", "F4": "no_payment", "D0": "not_found",
}  # fmt: skip
_BY_LETTER: dict[str, ClaimVerdict] = {"P": "pending", "R": "information_wanted", "E": "error"}
_ADVERSE: frozenset[ClaimVerdict] = frozenset({"rejected", "not_found"})

_SENTENCES: dict[ClaimVerdict, str] = {
    "accepted": "The payer has taken the claim into its system{why}.",
    "received": "{who} has the claim and has not accepted it yet{why}: wait for the next answer.",
    "split": "The claim was split when it was taken in{why}: answers come for each part.",
    "rejected": "The claim was rejected and never entered the payer's system{why}. Correct it and send it again as a"
                " new claim.",
    "not_found": "{who} does not find this claim{why}. Check the numbers; if it was never accepted, send it again.",
    "pending": "The claim is in the payer's hands and not decided{why}.",
    "information_wanted": "The payer waits for information from us{why}.",
    "finalised": "The payer has decided the claim{why}: the remittance says how.",
    "paid": "The payer has decided to pay{why}.",
    "denied": "The payer has denied the claim{why}. It is decided: correct it as a replacement, or appeal.",
    "revised": "The payer has changed its decision on the claim{why}.",
    "no_payment": "The claim is decided and no payment comes{why}.",
    "error": "The question could not be answered{why}: nothing is said of the claim.",
    "unknown": "The answer does not say what became of the claim{why}.",
}  # fmt: skip


def verdict_of(category: str, action: str = "") -> ClaimVerdict:
    """The verdict of one status. An acknowledgment's `U` rejects whatever the category says.

    >>> verdict_of("A2"), verdict_of("A7"), verdict_of("P3"), verdict_of("F2"), verdict_of("A1", "U")
    ('accepted', 'rejected', 'pending', 'denied', 'rejected')
    """
    found = _VERDICTS.get(category) or _BY_LETTER.get(category[:1], "unknown")
    if action == REJECTED and found not in _ADVERSE:
        return "rejected"
    return found


def contradicts(state: ClaimState) -> bool:
    """Does the action say another thing than the category?"""
    if not state.reasons or state.action not in (ACCEPTED, REJECTED):
        return False
    is_adverse = verdict_of(state.reasons[0].category) in _ADVERSE
    return is_adverse != (state.action == REJECTED)


def verdict(states: Iterable[ClaimState], is_acknowledgment: bool = False) -> ClaimVerdict:
    """The verdict of several: of an acknowledgment a rejection, whatever else is said; of an answer to a question the
    newest day's word, and there again a rejection first.
    """
    told = [state for state in states if state.reasons]
    days = [state.day for state in told if state.day]
    if days and not is_acknowledgment:
        newest = max(days)
        told = [state for state in told if state.day == newest]
    found = [verdict_of(state.reasons[0].category, state.action) for state in told]
    for word in found:
        if word == "rejected":
            return word
    for word in found:
        if word == "not_found":
            return word
    return next((word for word in found if word != "unknown"), "unknown")


def proves_receipt(verdict: ClaimVerdict, states: Iterable[ClaimState], from_payer: bool) -> bool:
    """A2, or acceptance by the payer itself: what a clearinghouse says of receipt proves nothing to the payer."""
    if verdict == "accepted":
        return True
    accepted = any(state.action == ACCEPTED for state in states)
    return from_payer and accepted and verdict in ("received", "split")


def sentence(verdict: ClaimVerdict, states: Iterable[ClaimState], who: str = "", proof: bool | None = None) -> str:
    """The verdict in a sentence, with each reason once, and whether receipt by the payer is proved."""
    states = tuple(states)
    words = dict.fromkeys(reason.words for state in states for reason in state.reasons if reason.words)
    texts = dict.fromkeys(state.text.strip() for state in states if state.text.strip())
    why = "; ".join([*words, *(f"they write: {text}" for text in texts)])
    told = _SENTENCES[verdict].format(who=who or "The receiver", why=f" ({why})" if why else "")
    if verdict == "received" and proof is not None:
        told += " This proves receipt by the payer." if proof else " This does not prove receipt by the payer."
    return told


def reason(category: str, code: str, entity: str) -> Reason:
    return Reason(category, code, entity, _reason_words(code, entity))


def _reason_words(code: str, entity: str) -> str:
    """`164`, `IL` → member number of the insured person (subscriber)."""
    if not code:
        return ""
    party = meanings().get("98", {}).get(entity, "")
    words = code_lists.load().meaning("claim_status", code)
    if not words:
        return f"status code {code}" + (f", {party}" if party else "")
    if not party:
        return words
    if "the party named" in words:
        return words.replace("the party named", f"the {party}")
    if words.startswith("party named"):
        return f"the {party}{words[len('party named') :]}"
    return f"{words}, {party}"
