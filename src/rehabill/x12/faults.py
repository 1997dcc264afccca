"""Everything that can be wrong with an X12 file as a file: stable ids, levels, words, and codes for acknowledgments.

Levels are the SNIP types the industry tests by: 1 syntax, 2 requirements of the guide, 3 balance, 4 situations between
elements, 5 code sets, 6 kinds of service, 7 the payer's own. This package knows 1 to 4; the rest lives in `edi`.
"""

from typing import Literal

import msgspec

from rehabill.base.finding import Finding, Position, Severity, Status, Topic

Level = Literal[1, 2, 3, 4, 5, 6, 7]


class Kind(msgspec.Struct, frozen=True):
    """One kind of fault. `text` is a template; `note` the code by which a TA1 or 999 tells it."""

    slug: str
    level: Level
    text: str
    note: str = ""
    severity: Severity = "error"
    topic: Topic = "format"
    status: Status = "fail"


KINDS: dict[str, Kind] = {
    # the file and its interchanges (TA1 note codes)
    "X100": Kind("not-x12", 1, "{why}", "022"),
    "X101": Kind("header-unreadable", 1, "{why}.", "022"),
    "X102": Kind("header-odd", 1, "The interchange header (ISA) is read, but {why}.", "", "warning"),
    "X103": Kind(
        "text-outside", 1, "Text stands outside any interchange ({count:,} bytes): '{sample}'.", "022", "warning"
    ),
    "X104": Kind("segment-cut-short", 1, "The file ends inside a segment: '{sample}' has no terminator.", "023"),
    "X105": Kind("binary-length", 1, "The binary segment says {length} bytes and has another length.", "023"),
    "X106": Kind("segment-too-long", 1, "No segment terminator in {length} characters: the rest is not read.", "004"),
    "X108": Kind(
        "no-envelope", 1, "The transaction set stands without an envelope (ISA, GS): it is read as it is.", "022"
    ),
    "X107": Kind("trailer-unterminated", 1, "The last segment has no terminator: '{sample}'.", "", "warning"),
    "X109": Kind("segment-empty", 1, "An empty segment: two terminators in a row.", "8", "warning"),
    "X110": Kind(
        "interchange-unclosed", 1, "The interchange {control} has no trailer (IEA): the file is cut short.", "023"
    ),
    "X111": Kind("interchange-control", 1, "The trailer (IEA02) says {found}, the header (ISA13) {wanted}.", "001"),
    "X112": Kind(
        "group-count", 1, "The number of groups in the trailer (IEA01) is '{found}'; it must be {wanted}.", "021"
    ),
    "X113": Kind(
        "interchange-duplicate", 1, "The interchange control number {control} stands twice in this file.", "025"
    ),
    "X114": Kind("interchange-header", 1, "{element} of the interchange header, {what}, cannot be '{value}'.", "024"),
    "X115": Kind(
        "segment-outside-group", 1, "The segment {segment} stands in no group (GS) or transaction set (ST).", "022"
    ),
    "X116": Kind("trailer-without-header", 1, "The trailer {segment} has no header before it.", "022"),
    # groups (codes of AK905)
    "X120": Kind("group-unclosed", 1, "The group {control} has no trailer (GE).", "3"),
    "X121": Kind("group-control", 1, "The group's trailer (GE02) says {found}, its header (GS06) {wanted}.", "4"),
    "X122": Kind(
        "set-count",
        1,
        "The number of transaction sets in the group's trailer (GE01) is '{found}'; it must be {wanted}.",
        "5",
    ),
    "X123": Kind("group-duplicate", 1, "The group control number {control} stands twice in this interchange.", "19"),
    "X124": Kind(
        "group-kind", 1, "A group of kind {found} (GS01) cannot hold a transaction set {set}; it is {wanted}.", "1"
    ),
    "X125": Kind("group-header", 1, "{element} of the group's header, {what}, cannot be '{value}'.", "024"),
    "X126": Kind("group-number", 1, "The group control number (GS06) '{value}' is not one to nine digits.", "6"),
    "X128": Kind(
        "group-version",
        1,
        "The group is of version {found} (GS08), its interchange of {wanted} (ISA12).",
        "2",
        "warning",
    ),
    # transaction sets (codes of IK502)
    "X130": Kind("set-unclosed", 1, "The transaction set {control} has no trailer (SE).", "2"),
    "X131": Kind("set-control", 1, "The set's trailer (SE02) says {found}, its header (ST02) {wanted}.", "3"),
    "X132": Kind(
        "segment-count", 1, "The number of segments in the set's trailer (SE01) is '{found}'; it must be {wanted}.", "4"
    ),
    "X133": Kind("set-duplicate", 1, "The set control number {control} stands twice in this group.", "23"),
    "X134": Kind(
        "set-unsupported", 1, "A {set} in version {version} is not known here: only its envelope is checked.", "1"
    ),
    "X135": Kind("set-version", 1, "The set says version {found} (ST03), its group {wanted} (GS08).", "I6"),
    "X136": Kind("no-set", 1, "No transaction set (ST) stands in the {what}.", "024"),
    # segments and elements (codes of IK304 and IK403)
    "X200": Kind("segment-unknown", 1, "There is no segment {segment} in a {set}.", "1"),
    "X201": Kind("segment-unexpected", 2, "{segment} ({name}) cannot stand here, in loop {loop}.", "2"),
    "X202": Kind("segment-missing", 2, "{segment} ({name}) is missing from loop {loop}.", "3"),
    "X203": Kind("loop-missing", 2, "Loop {loop} ({name}) is missing: it begins with {segment}.", "I7"),
    "X204": Kind(
        "segment-too-often", 2, "{segment} ({name}) stands {count} times in loop {loop}; at most {limit}.", "5"
    ),
    "X205": Kind("loop-too-often", 2, "Loop {loop} ({name}) stands {count} times; at most {limit}.", "4"),
    "X206": Kind("segment-out-of-order", 1, "{segment} ({name}) stands too late in loop {loop}.", "7"),
    "X207": Kind("segment-not-used", 2, "{segment} ({name}) must not be used here.", "I4"),
    "X208": Kind("segment-unwanted", 4, "{segment} ({name}) may not stand here; when it may: {situation}.", "I9"),
    "X209": Kind(
        "segment-qualifier", 2, "{segment} ({name}) cannot begin with '{value}' here, only with {allowed}.", "2"
    ),
    "X210": Kind("element-missing", 2, "{element} ({name}) is missing.", "1"),
    "X211": Kind("element-condition", 1, "{element}: {why}.", "2"),
    "X212": Kind("elements-too-many", 1, "{segment} has {count} elements; at most {limit}.", "3"),
    "X213": Kind(
        "element-too-short", 1, "{element} ({name}) '{value}' is too short; its least length is {limit}.", "4"
    ),
    "X214": Kind(
        "element-too-long", 1, "{element} ({name}) '{value}' is too long; its greatest length is {limit}.", "5"
    ),
    "X215": Kind("element-character", 1, "{element} ({name}) '{value}' {why}.", "6"),
    "X216": Kind("element-code", 2, "{element} ({name}) cannot be '{value}'; it is one of {allowed}.", "7"),
    "X217": Kind("element-date", 1, "{element} ({name}) '{value}' is no date.", "8"),
    "X218": Kind("element-time", 1, "{element} ({name}) '{value}' is no time.", "9"),
    "X219": Kind("element-not-used", 2, "{element} ({name}) must be empty; it holds '{value}'.", "I10"),
    "X220": Kind("element-repeated", 1, "{element} ({name}) is given {count} times; at most {limit}.", "12"),
    "X221": Kind("components-too-many", 1, "{element} ({name}) has {count} components; at most {limit}.", "13"),
    "X222": Kind("element-trailing", 1, "{segment} ends in separators with nothing behind them.", "", "warning"),
    "X223": Kind(
        "npi-check-digit",
        5,
        "{element} ({name}) '{value}' is no NPI: its check digit is wrong.",
        "7",
    ),
    "X224": Kind("element-form", 5, "{element} ({name}) '{value}' is not what it must be: {why}.", "7"),
    "X225": Kind(
        "zip-short", 5, "{element} ({name}) '{value}' has five digits; nine are required here.", "7", "warning"
    ),
    "X227": Kind(
        "npi-first-digit",
        5,
        "{element} ({name}) '{value}' fits its check digit, but NPIs in use begin with 1 or 2.",
        "",
        "warning",
    ),
    "X226": Kind("element-situation", 4, "{element} ({name}) must be given: {situation}.", "2"),
    # hierarchy
    "X230": Kind(
        "hierarchy-number", 1, "HL01 is '{found}'; the levels of a set are numbered from 1, and this is {wanted}.", "7"
    ),
    "X231": Kind("hierarchy-parent", 1, "HL02 is '{found}'; {why}.", "7"),
    "X232": Kind("hierarchy-child", 2, "HL04 says '{found}', but this level has {what} below it.", "7", "warning"),
    "X233": Kind("segment-in-wrong-loop", 2, "{segment} ({name}) belongs in loop {loop}, not in loop {here}.", "7"),
    # an 835's money, to the cent
    "X300": Kind("payment-balance", 3, "{why}", topic="balance"),
    "X301": Kind("claim-balance", 3, "{why}", topic="balance"),
    "X302": Kind("line-balance", 3, "{why}", topic="balance"),
    "X303": Kind("lines-charge", 3, "{why}", "", "warning", "balance"),
    "X304": Kind("reversal-sign", 3, "{why}", "", "warning", "balance"),
    "X305": Kind("payment-handling", 3, "{why}", "", "warning", "balance"),
    # an 835's days and numbers
    "X306": Kind("day-after-payment", 4, "{what} is dated {day}, after the remittance ({latest}).", "8"),
    "X307": Kind("day-too-old", 4, "{what} is dated {day}: nothing from before {earliest} is paid like this.", "8"),
    "X308": Kind("days-reversed", 4, "{what} ends on {day}, before it begins ({first}).", "8"),
    "X309": Kind(
        "payment-day-far",
        4,
        "The payment is dated {day}: that is more than a year from the day of the remittance ({made}).",
        "",
        "warning",
    ),
    "X320": Kind(
        "provider-check-digit",
        5,
        "{element} (provider) '{value}' has the form of an NPI, but its check digit is wrong.",
        "",
        "warning",
    ),
    "X321": Kind(
        "fiscal-year-far",
        4,
        "The provider's fiscal year ends on {day} (PLB02), which cannot be right for a payment of {latest}.",
        "",
        "warning",
    ),
    # what kept a remittance from being read whole
    "X310": Kind("amount-unreadable", 1, "{element} '{value}' is not an amount; it is read as 0.00."),
    "X311": Kind("date-unreadable", 1, "{element} '{value}' is not a date; it is left out."),
    "X312": Kind("value-missing", 2, "{element} is missing: {what}."),
    "X313": Kind("segment-not-known", 1, "'{segment}' is no segment of a remittance (835); it is kept unread."),
    "X314": Kind("segment-misplaced", 1, "{segment} cannot stand here; {what}."),
    "X315": Kind("no-remittance", 1, "The file holds no remittance (835): {why}."),
    "X316": Kind("remittance-cut-short", 1, "The remittance has no end (SE): claims or adjustments may be missing."),
    "X317": Kind("payment-missing", 2, "The remittance has no {segment}: {what}."),
    "X318": Kind("number-unreadable", 1, "{element} '{value}' is not a number; it is read as 0."),
    "X319": Kind("segment-repeated", 2, "{segment} is given once more with another value; it is kept unread."),
    # claims (837P), looked at by `edi.check`
    "X350": Kind("claim-charge", 3, "The claim's charge is {claim}; its lines come to {lines}.", topic="balance"),
    "X351": Kind(
        "cob-line",
        3,
        "{payer} paid {paid} and adjusted {adjusted} of a line of {charge}: {rest} is left over.",
        topic="balance",
    ),
    "X352": Kind(
        "cob-claim",
        3,
        "{payer} paid {said} on the claim (AMT*D); its lines, less what it adjusted on the claim, say {wanted}.",
        topic="balance",
    ),
    "X353": Kind(
        "cob-paid-missing",
        3,
        "{payer} decided lines of this claim; what it paid on the claim (AMT*D) is missing.",
        topic="balance",
    ),
    "X354": Kind("amount-not-cents", 3, "{where} '{value}' is no amount in dollars and cents.", "6", topic="balance"),
    "X355": Kind("units-not-positive", 4, "SV104 says {value} units: a service has one or more.", "7", topic="units"),
    "X356": Kind(
        "billing-post-box",
        4,
        "The billing provider's address is a street, not '{value}': a box belongs in the address for payment (2010AB).",
        topic="provider",
    ),
    "X357": Kind(
        "billing-unnumbered",
        4,
        "The billing provider has no NPI (NM109), nor another number with the payer (REF*G2 in 2010BB).",
        topic="provider",
    ),
    "X358": Kind(
        "liability-twice",
        4,
        "What {payer} leaves to the patient (AMT*EAF) is told of the claim and of its lines: one of them only.",
        topic="balance",
    ),
    "X359": Kind(
        "decision-day-twice",
        4,
        "The day {payer} decided (DTP*573) is told of the claim and of its lines: the lines' is enough.",
        "",
        "warning",
    ),
    "X360": Kind(
        "pointer-range", 4, "{pointer} points to diagnosis {value}; the claim has {count}.", "7", topic="pointer"
    ),
    "X361": Kind("claim-number-twice", 4, "The claim number (CLM01) stands in this file before.", topic="duplicate"),
    "X362": Kind("line-number-twice", 4, "The line's number (REF*6R) stands in this claim before.", topic="duplicate"),
    "X363": Kind(
        "line-order",
        4,
        "LX01 is '{value}'; the lines of a claim are numbered from 1, and this is {wanted}.",
        "7",
        "warning",
    ),
    "X364": Kind(
        "set-too-large",
        7,
        "{count:,} claims in one transaction set: receivers expect at most {limit:,}.",
        "",
        "warning",
    ),
    "X365": Kind(
        "diagnosis-twice", 4, "Diagnosis '{value}' stands on the claim before: each is given once.", topic="diagnosis"
    ),
    "X366": Kind(
        "pointer-twice", 4, "{pointer} points to diagnosis {value}, as one before it does.", "7", topic="pointer"
    ),
    "X367": Kind(
        "units-fraction",
        4,
        "SV104 says {value} units; {code} is counted in whole units.",
        "",
        "warning",
        "units",
    ),
    "X368": Kind("adjustment-of-nothing", 3, "The adjustment {value} is of 0.00: leave it off.", topic="balance"),
    "X369": Kind(
        "adjustment-twice",
        3,
        "The adjustment {value} stands before: one amount for each group and reason.",
        "",
        "warning",
        "balance",
    ),
    "X370": Kind("service-in-future", 4, "The service is dated {day}, after the file was made ({made}).", "8"),
    "X371": Kind("before-birth", 4, "{what} is dated {day}, before the patient's birth.", "8"),
    "X372": Kind("after-service", 4, "{what} is dated {day}, after the service ({service}).", "8"),
    "X373": Kind("birth-in-future", 4, "The birth is dated after the file was made ({made}).", "8"),
    "X374": Kind(
        "frequency-unknown",
        4,
        "CLM05-3 is '{value}'; a professional claim is 1 (original), 7 (replacement) or 8 (void).",
        "7",
    ),
    "X375": Kind(
        "decision-in-future", 4, "The other payer's decision is dated {day}, after the file was made ({made})."
    ),
    "X376": Kind("decision-before-service", 4, "The other payer decided on {day}, before the service ({service})."),
    "X377": Kind(
        "payer-order-twice",
        4,
        "SBR01 '{value}': another payer of the claim has this place in the order already.",
        "",
        "warning",
    ),
    "X378": Kind("payer-not-named", 4, "SVD01 names the payer '{payer}', which stands in no loop 2330B of the claim."),
    # code sets
    "X500": Kind("code-unknown", 5, "{element} ({name}) '{value}' is no {list} code.", "7"),
    "X501": Kind("code-ended", 5, "{element} ({name}) '{value}' is a {list} code that ended on {day}.", "7", "warning"),
    "X502": Kind(
        "code-no-data",
        5,
        "{element} ({name}) '{value}' is not in our list of {list} codes, which does not reach to this day.",
        "",
        "warning",
        status="no_data",
    ),
    "X503": Kind("code-malformed", 5, "{element} ({name}) '{value}' is not written like a {list} code.", "7"),
    "X504": Kind("code-not-begun", 5, "{element} ({name}) '{value}' is a {list} code that begins on {day}.", "7"),
    "X510": Kind("diagnosis-unknown", 5, "Diagnosis '{value}' does not exist on {day}.", "7", topic="diagnosis"),
    "X511": Kind(
        "diagnosis-header",
        5,
        "Diagnosis '{value}' is a heading on {day}: more characters are needed.",
        "7",
        topic="diagnosis",
    ),
    "X512": Kind(
        "diagnosis-malformed",
        5,
        "'{value}' is not written like a diagnosis (ICD-10-CM, without the point).",
        "7",
        topic="diagnosis",
    ),
    "X513": Kind(
        "diagnosis-no-data",
        5,
        "Diagnosis '{value}' cannot be judged on {day}: our table does not reach there.",
        "",
        "info",
        "diagnosis",
        "no_data",
    ),
    "X514": Kind(
        "diagnosis-icd9",
        5,
        "The diagnoses are marked as ICD-9 ({value}); for services since {since} they are ICD-10.",
        "7",
        topic="diagnosis",
    ),
    "X520": Kind(
        "procedure-malformed", 5, "'{value}' is not written like a procedure code.", "7", topic="code_validity"
    ),
    "X521": Kind("procedure-unknown", 5, "There is no procedure code '{value}'.", "7", topic="code_validity"),
    "X522": Kind(
        "procedure-not-in-force", 5, "Procedure '{value}' is not in force on {day}: {why}.", "7", topic="code_validity"
    ),
    "X523": Kind(
        "procedure-no-data",
        5,
        "Procedure '{value}' is not in our table, which holds therapy's codes.",
        "",
        "info",
        "code_validity",
        "no_data",
    ),
    "X524": Kind("modifier-malformed", 5, "'{value}' is not written like a modifier.", "7", topic="modifiers"),
    "X525": Kind(
        "diagnosis-small-letters",
        5,
        "Diagnosis '{value}' is written in small letters: write capitals, some receivers know no others.",
        "",
        "warning",
        "diagnosis",
    ),
    "X526": Kind("modifier-twice", 5, "The modifier '{value}' stands on the line before.", "", "warning", "modifiers"),
    # the payer's own
    "X700": Kind(
        "member-id-mbi",
        7,
        "Medicare's member id has eleven characters in a fixed pattern; this one has not.",
        "7",
        topic="eligibility",
    ),
    "X701": Kind(
        "medicare-replacement",
        7,
        "Medicare Part B takes no replacement or void (CLM05-3 '{value}'): a clerical"
        " error is reopened, a decision appealed.",
        "7",
        "warning",
    ),
}


def fault(rule: str, at: Position, path: str = "", **facts: str | int) -> Finding:
    """A finding of one kind, put into words."""
    kind = KINDS[rule]
    return Finding(rule, kind.slug, kind.topic, kind.severity, kind.status, path, kind.text.format(**facts), at=at)
