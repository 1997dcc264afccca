"""The parties of a professional claim: who bills, where, under which numbers; and Medicare's number for the member."""

import datetime as dt
import re

from rehabill.edi.check.claim import Tell, Values, at
from rehabill.x12.check.walk import Place

MEDICARE_PART_B = "MB"

_MBI = re.compile(
    r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][AC-HJKMNP-RT-Y]{2}[0-9]{2}"
).fullmatch

_POST_BOX = re.compile(
    r"\bP[.\s]*[O0][.\s]*BOX\b|\bPOST(?:AL)?\s+OFFICE\s+BOX\b|\bPOB\s*#?\s*\d|\bLOCK\s?BOX\b", re.IGNORECASE
).search
"""A box of the post office or of a bank, not the "BOX 12" of a rural route. The zero goes around such checks."""


class Parties:
    """Looks at the parties above the claims of one set."""

    def __init__(self, tell: Tell, mbi_only_from: dt.date) -> None:
        self.tell = tell
        self.mbi_only_from = mbi_only_from
        self.unnumbered: Place | None = None
        """The billing provider, while no number of it is known."""
        self.of_payer = False
        """Has the payer at hand given the billing provider a number of its own?"""

    def billing_provider(self, nm1: Values, place: Place) -> None:
        self.unnumbered = None if at(nm1, 9) else place

    def billing_address(self, n3: Values, place: Place) -> None:
        """The guide wants a street: X12 (RFI 1451), rejected by clearinghouses (Stedi, 2025-12-04)."""
        for number, street in enumerate(n3[1:3], 1):
            if _POST_BOX(street):
                self.tell("X356", place, f"N3{number:02d}", "2010AA", value=street[:60])
                return

    def billing_number(self, ref: Values, place: Place) -> None:
        """A number of the billing provider beside its tax number: a license, or an old physician number."""
        if at(ref, 1) in ("0B", "1G"):
            self.unnumbered = None

    def subscriber(self) -> None:
        """The next one begins, perhaps with another payer."""
        self.of_payer = False

    def payer_number(self, ref: Values, place: Place) -> None:
        """The payer's own number for the billing provider."""
        self.of_payer = self.of_payer or at(ref, 1) in ("G2", "LU")

    def claim(self) -> None:
        """A claim begins: who bills it is known by an NPI, as every provider that files electronically must have one
        (45 CFR 162.410), or by another number if it is none (a carpenter, a taxi). Told once.
        """
        if self.unnumbered is not None and not self.of_payer:
            self.tell("X357", self.unnumbered, "NM109", "2010AA")
            self.unnumbered = None

    def member(self, nm1: Values, place: Place, filing: str, made: dt.date | None) -> None:
        """Medicare's members are known by their Medicare Beneficiary Identifier alone."""
        is_medicare = filing == MEDICARE_PART_B and at(nm1, 8) == "MI"
        if is_medicare and made and made >= self.mbi_only_from and not _MBI(at(nm1, 9)):
            self.tell("X700", place, "NM109", "2010BA")
