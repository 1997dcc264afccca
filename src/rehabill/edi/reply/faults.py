"""What can be wrong with an answer as it was received: stable ids and words.

Values are not repeated in messages where they may be a patient's; the place says where to look.
"""

from typing import NamedTuple

from rehabill.base.finding import Finding, Position, Severity, Topic


class Kind(NamedTuple):
    slug: str
    text: str
    severity: Severity = "error"
    topic: Topic = "format"


KINDS: dict[str, Kind] = {
    # the file and its transaction sets
    "A100": Kind("nothing-found", "The file holds no {what}{why}: nothing was read."),
    "A101": Kind("version", "Version '{found}' of a {set} is not known here: it is read as {wanted}.", "warning"),
    "A102": Kind("stray", "A segment {segment} cannot stand here by the guide: it is kept.", "warning"),
    "A103": Kind("set-open", "The transaction set has no end (SE): what followed is lost, ask for the file again."),
    "A104": Kind("set-count", "The trailer counts {said} segments and {found} were found: some may be missing."),
    "A105": Kind("other-set", "A transaction set {found} is passed over: it is no {what}.", "info"),
    # values
    "A110": Kind("amount", "{element} is not an amount of money: it is left out."),
    "A111": Kind("date", "{element} is not a day that can be: it is left out."),
    "A112": Kind("number", "{element} is not a number: it is left out."),
    "A113": Kind("missing", "{element} is missing: {why}."),
    # what an answer says against itself
    "A120": Kind("count", "{who} counts {said} claims {what}; the file lists {found}.", "warning", "balance"),
    "A121": Kind("sum", "{who} totals {said} of charges {what}; the claims listed add up to {found}.", "warning",
                 "balance"),
    "A122": Kind("contradiction", "The status says '{action}', but its category {category} says otherwise: the claim "
                 "counts as rejected until somebody asks.", "warning"),
    "A123": Kind("sets-count", "The answer counts {said} transaction sets received; {found} are answered one by one.",
                 "warning"),
    "A124": Kind("twice", "The claim is answered twice in this file: the first answer counts."),
    # tying an answer to what was sent
    "A130": Kind("not-ours", "The answer is to {what}, which is not in the file given as sent."),
    "A131": Kind("position", "The answer points to segment {number}, and the set sent has {count}."),
    "A132": Kind("segment-differs", "The answer names {said} at segment {number}; the file sent has {found} there."),
    "A133": Kind("claim-unknown", "The answer is about a claim that is not in the file given as sent."),
    "A134": Kind("claim-twice", "Two claims of the file sent have the same number: answers cannot tell them apart."),
}  # fmt: skip


def finding(kind: str, at: Position, path: str = "", **facts: str | int) -> Finding:
    """A finding of one kind, put into words."""
    told = KINDS[kind]
    text = told.text.format(element=at.element, **facts)
    return Finding(kind, told.slug, told.topic, told.severity, "fail", path, text, at=at)
