"""What can keep a claim of somebody else's file from being read: stable ids and words.

Values are not repeated in messages: they may be a patient's. The place says where to look.
"""

from typing import NamedTuple

from rehabill.base.finding import Finding, Position, Severity


class Kind(NamedTuple):
    slug: str
    text: str
    severity: Severity = "error"


KINDS: dict[str, Kind] = {
    # the file and its transaction sets
    "R100": Kind("no-837p", "No transaction set in this file is a professional claim (837P): nothing was read."),
    "R101": Kind(
        "out-of-scope", "This transaction set holds {what} claims, which are out of scope: only professional claims"
        " (837P) are read.",
    ),
    "R102": Kind("other-set", "This transaction set is a '{what}', not an 837P: it is passed over.", "warning"),
    "R103": Kind("set-open", "The transaction set has no end (SE): claims may be missing, and the last may be cut."),
    "R104": Kind("set-count", "The trailer counts {said} segments and {found} were found: some may be missing."),
    "R105": Kind("set-control", "The trailer (SE) does not have the control number of its transaction set."),
    "R106": Kind("envelope-open", "The {what} has no end ({trailer}): something may be missing."),
    "R107": Kind("version", "Version '{what}' is not known: the set is read as an 837P of 005010X222A1.", "warning"),
    # levels and order
    "R110": Kind("level-number", "The level's number (HL01) does not continue the count.", "warning"),
    "R111": Kind("level-parent", "The level names another parent (HL02) than the level it stands under."),
    "R112": Kind("level-kind", "The level is none of 20 (billing), 22 (subscriber), 23 (patient): it is kept unread."),
    "R113": Kind("claim-alone", "The claim stands under no {what} is not known."),
    "R114": Kind("level-empty", "No claim (CLM) follows under this level.", "warning"),
    "R115": Kind("stray", "A segment '{what}' cannot stand here: it is kept unread."),
    "R116": Kind("twice", "A second '{what}' where one may stand: it is kept unread.", "warning"),
    "R117": Kind("no-lines", "The claim has no service line (LX, SV1)."),
    "R118": Kind("no-service", "The service line has no service (SV1): it is kept unread."),
    "R119": Kind("other-service", "The line's service is not a professional one ({what}): it is kept unread."),
    "R126": Kind("misnamed", "'{what}' is no segment: it is read as if its name ended after three letters."),
    # values
    "R120": Kind("money", "{element} is not an amount of money."),
    "R121": Kind("date", "{element} is not a day that can be."),
    "R122": Kind("number", "{element} is not a whole number."),
    "R123": Kind("code", "{element} has no code that is known here."),
    "R124": Kind("missing", "{element} is missing: {what}."),
    "R125": Kind("fraction", "{element} is no whole number: the line has the units rounded up.", "warning"),
}  # fmt: skip


class Problem(NamedTuple):
    """A fault of a value, found without knowing where it stands: `after` segments behind the one asked about."""

    kind: str
    element: str
    path: str
    what: str = ""
    after: int = 0


def finding(kind: str, at: Position, path: str = "", **facts: str | int) -> Finding:
    """A finding of one kind, put into words."""
    told = KINDS[kind]
    text = told.text.format(element=at.element, **facts)
    return Finding(kind, told.slug, "format", told.severity, "fail", path, text, at=at)
