"""Our own drawing of the form for screens: boxes, their numbers, and a few words of ours in each.

A box is bounded by lines and columns of the grid in `layout`; what is printed in it lies inside.
"""

from collections.abc import Mapping
from typing import NamedTuple

RIGHT = 81
"""The column at which the form ends."""


class Box(NamedTuple):
    """From line `top` to line `bottom`, from column `first` to just before column `end`."""

    top: int
    bottom: int
    first: int
    end: int
    caption: str = ""


_LEFT_END, _MIDDLE, _RIGHT_PART = 30, 30, 50

BOXES: Mapping[str, Box] = {
    "1": Box(7, 8, 1, 50, "Kind of coverage"),
    "1a": Box(7, 8, 50, RIGHT, "Member number of the insured"),
    "2": Box(9, 10, 1, 30, "Patient: last name, first name, initial"),
    "3": Box(9, 10, 30, 50, "Patient's birth date and sex"),
    "4": Box(9, 10, 50, RIGHT, "Insured: last name, first name, initial"),
    "5": Box(11, 12, 1, 30, "Patient's street"),
    "6": Box(11, 12, 30, 50, "Patient is to the insured"),
    "7": Box(11, 12, 50, RIGHT, "Insured's street"),
    "5.city": Box(13, 14, 1, 26, "City"),
    "5.state": Box(13, 14, 26, 30, "State"),
    "8": Box(13, 16, 30, 50, "Not in use"),
    "7.city": Box(13, 14, 50, 74, "City"),
    "7.state": Box(13, 14, 74, RIGHT, "State"),
    "5.zip": Box(15, 16, 1, 14, "ZIP"),
    "5.phone": Box(15, 16, 14, 30, "Telephone"),
    "7.zip": Box(15, 16, 50, 63, "ZIP"),
    "7.phone": Box(15, 16, 63, RIGHT, "Telephone"),
    "9": Box(17, 18, 1, 30, "Holder of another policy"),
    "10": Box(17, 18, 30, 50, "The condition comes from"),
    "11": Box(17, 18, 50, RIGHT, "Policy, group or FECA number of the insured"),
    "9a": Box(19, 20, 1, 30, "Number of the other policy"),
    "10a": Box(19, 20, 30, 50, "Work"),
    "11a": Box(19, 20, 50, RIGHT, "Insured's birth date and sex"),
    "9b": Box(21, 22, 1, 30, "Not in use"),
    "10b": Box(21, 22, 30, 50, "A car accident (and the state)"),
    "11b": Box(21, 22, 50, RIGHT, "Other number of the claim"),
    "9c": Box(23, 24, 1, 30, "Not in use"),
    "10c": Box(23, 24, 30, 50, "Another accident"),
    "11c": Box(23, 24, 50, RIGHT, "Name of the plan"),
    "9d": Box(25, 26, 1, 30, "Name of the other plan"),
    "10d": Box(25, 26, 30, 50, "Claim codes"),
    "11d": Box(25, 26, 50, RIGHT, "Is there another plan? If so, 9, 9a and 9d"),
    "12": Box(27, 30, 1, 50, "Patient: information may be released; signature and date"),
    "13": Box(27, 30, 50, RIGHT, "Insured: payment may go to the practice; signature"),
    "14": Box(31, 32, 1, 30, "When it began"),
    "15": Box(31, 32, 30, 50, "Another date, its kind first"),
    "16": Box(31, 32, 50, RIGHT, "Unable to work, from and to"),
    "17": Box(33, 34, 1, 29, "Who referred"),
    "17a": Box(33, 33, 29, 50),
    "17b": Box(34, 34, 29, 50),
    "18": Box(33, 34, 50, RIGHT, "In hospital, from and to"),
    "19": Box(35, 36, 1, 50, "More about the claim"),
    "20": Box(35, 36, 50, RIGHT, "Outside laboratory? Its charge"),
    "21": Box(37, 40, 1, 50, "Diagnoses"),
    "22": Box(37, 38, 50, RIGHT, "Kind of resubmission; payer's number of the first claim"),
    "23": Box(39, 40, 50, RIGHT, "Authorisation or referral number"),
    "25": Box(55, 56, 1, 22, "Tax number"),
    "26": Box(55, 56, 22, 38, "Our number of the claim"),
    "27": Box(55, 56, 38, 50, "Accepts assignment?"),
    "28": Box(55, 56, 50, 61, "Total charge"),
    "29": Box(55, 56, 61, 71, "Paid so far"),
    "30": Box(55, 56, 71, RIGHT, "Not in use"),
    "31": Box(57, 61, 1, 22, "Signature of who treated or billed; date"),
    "32": Box(57, 60, 22, 50, "Where the service was given"),
    "33": Box(57, 60, 50, RIGHT, "Who bills; telephone"),
    "32a": Box(61, 61, 22, 35),
    "32b": Box(61, 61, 35, 50),
    "33a": Box(61, 61, 50, 62),
    "33b": Box(61, 61, 62, RIGHT),
}

COLUMNS: Mapping[str, Box] = {
    "A": Box(41, 54, 1, 19, "Dates of service, from and to"),
    "B": Box(41, 54, 19, 22, "Place"),
    "C": Box(41, 54, 22, 25, "EMG"),
    "D": Box(41, 54, 25, 45, "Procedure and modifiers"),
    "E": Box(41, 54, 45, 50, "Diag."),
    "F": Box(41, 54, 50, 59, "Charge"),
    "G": Box(41, 54, 59, 63, "Units"),
    "H": Box(41, 54, 63, 65, "Fam."),
    "I": Box(41, 54, 65, 68, "Id"),
    "J": Box(41, 54, 68, RIGHT, "Who treated"),
}
"""The columns of box 24: two lines of heads, then six pairs of a shaded and a plain line."""

LABELS: tuple[tuple[float, float, str], ...] = (
    (8, 2.2, "Medicare"), (8, 9.2, "Medicaid"), (8, 16.2, "Tricare"), (8, 25.2, "Champva"), (8, 32.2, "Group plan"),
    (8, 40.2, "FECA"), (8, 46.2, "Other"),
    (10, 43.2, "M"), (10, 48.2, "F"),
    (11.28, 32.7, "Self"), (11.28, 37.2, "Spouse"), (11.28, 41.6, "Child"), (11.28, 46.4, "Other"),
    (20, 36.2, "Yes"), (20, 42.2, "No"), (20, 69.2, "M"), (20, 76.2, "F"),
    (22, 36.2, "Yes"), (22, 42.2, "No"), (24, 36.2, "Yes"), (24, 42.2, "No"),
    (26, 53.2, "Yes"), (26, 58.2, "No"), (36, 53.2, "Yes"), (36, 58.2, "No"),
    (54.92, 16.5, "SSN"), (54.92, 18.6, "EIN"), (56, 39.2, "Yes"), (56, 44.2, "No"),
    (30, 1.2, "Signed"), (30, 34, "Date"), (30, 50.2, "Signed"),
    (32, 13.2, "Kind"), (32, 50.4, "From"), (32, 65.2, "To"), (34, 50.4, "From"), (34, 65.2, "To"),
    (37, 38.8, "ICD ind."), (61, 10, "Date"), (61, 1.2, "Signed"),
)  # fmt: skip
"""(line, column, word): what stands beside a square or a blank."""

TITLE = "Health insurance claim, CMS-1500 (02/12)"
NOTICE = (
    "Drawn by rehabill for reading on a screen. Not for submission on plain paper where the preprinted red form is"
    " required: print the data only (form=data) on that form."
)
