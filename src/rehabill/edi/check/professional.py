"""The business of professional claims (837P): charges, pointers, numbers, days, and whatever its neighbours look at.

A set's segments are looked at as they pass; a claim is judged when the next one begins or the set ends.
"""

import datetime as dt
from collections.abc import Callable
from typing import ClassVar

from rehabill.almanac.edition import Almanac
from rehabill.almanac.icd10cm import Icd10cm
from rehabill.base.finding import Position
from rehabill.base.money import dollars
from rehabill.edi.check import days, diagnoses
from rehabill.edi.check.claim import Claim, Values, at
from rehabill.edi.check.law import file_law
from rehabill.edi.check.other_payers import OtherPayers
from rehabill.edi.check.parties import MEDICARE_PART_B, Parties
from rehabill.edi.check.procedures import is_counted_whole, line_faults
from rehabill.x12.check.walk import Place, Walk
from rehabill.x12.faults import fault
from rehabill.x12.values import cents
from rehabill.x12.values import day as day_of

REMEMBERED = 20_000
_FREQUENCIES = frozenset({"1", "7", "8"})

Step = Callable[[str, Values, str, Place], None]
"""Takes the loop, the segment split and whole, and where it stands."""


class Professional:
    """Observes one 837P. `numbers`: the claim numbers the file had before.

    What was found good is remembered by its text and day: procedures and pointers repeat throughout a file.
    """

    wanted: ClassVar[dict[str, tuple[str, ...]]] = {
        "BHT": ("837",), "SBR": ("2000B", "2320"), "NM1": ("2010AA", "2010BA", "2330B"), "N3": ("2010AA",),
        "DMG": ("2010BA", "2010CA"), "CLM": ("2300",), "HI": ("2300",), "DTP": ("2300", "2330B", "2400", "2430"),
        "CAS": ("2320", "2430"), "AMT": ("2320", "2430"), "MOA": ("2320",), "SV1": ("2400",),
        "REF": ("2010AA", "2010BB", "2400"), "SVD": ("2430",),
    }  # fmt: skip

    def __init__(self, walk: Walk, almanac: Almanac, icd10cm: Icd10cm, numbers: set[str]) -> None:
        self.walk = walk
        self.component = walk.graph.delimiters.component
        self.almanac = almanac
        self.law = file_law(almanac)
        self.icd10cm = icd10cm
        self.numbers = numbers
        self.parties = Parties(self._tell, self.law.mbi_only_from)
        self.others = OtherPayers(self._tell, self.component)
        self.made: dt.date | None = None
        self.filing = self.order = ""
        """Of the payer the claims go to: its kind (SBR09) and its place among the payers (SBR01)."""
        self.birth: dt.date | None = None
        self.claim: Claim | None = None
        self.claims = 0
        self.good: set[object] = set()
        other = self.others.take
        self._steps: dict[str, Step] = {
            "BHT": self._begins, "SBR": self._insurance, "NM1": self._party, "N3": self._address, "DMG": self._born,
            "CLM": self._claim, "HI": self._diagnoses, "DTP": self._day, "CAS": other, "AMT": other, "MOA": other,
            "SV1": self._service, "REF": self._number, "SVD": other,
        }  # fmt: skip

    def take(self, loop: str, elements: Values, text: str, place: Place) -> None:
        self._steps[elements[0]](loop, elements, text, place)

    def finish(self) -> None:
        self._judge()
        limit = self.law.claims_per_set
        if self.claims > limit:
            self._tell("X364", self.walk.beginning(), "ST", "", count=self.claims, limit=limit)

    def _tell(self, rule: str, place: Place, element: str, loop: str, path: str = "", **facts: str | int) -> None:
        claim = self.claim.number if self.claim else ""
        batch, index, number = place
        segment = batch.segments[index].partition(batch.delimiters.element)[0]
        at_place = Position(batch.byte_of(index), segment, element, loop, self.walk.report.control, number, claim)
        self.walk.report.findings.append(fault(rule, at_place, path, element=element, **facts))

    def _keep(self, key: object) -> None:
        if len(self.good) >= REMEMBERED:
            self.good.clear()
        self.good.add(key)

    # what stands above the claims

    def _begins(self, loop: str, bht: Values, text: str, place: Place) -> None:
        self.made = day_of(at(bht, 4))

    def _insurance(self, loop: str, sbr: Values, text: str, place: Place) -> None:
        if loop == "2320":
            self.others.take(loop, sbr, text, place)
            return
        self._judge()
        self.order, self.filing, self.birth = at(sbr, 1), at(sbr, 9), None
        self.parties.subscriber()

    def _party(self, loop: str, nm1: Values, text: str, place: Place) -> None:
        if loop == "2010BA":
            self.parties.member(nm1, place, self.filing, self.made)
        elif loop == "2010AA":
            self._judge()
            self.parties.billing_provider(nm1, place)
        else:
            self.others.take(loop, nm1, text, place)

    def _address(self, loop: str, n3: Values, text: str, place: Place) -> None:
        self.parties.billing_address(n3, place)

    def _born(self, loop: str, dmg: Values, text: str, place: Place) -> None:
        if loop == "2010CA":
            self._judge()
        self.birth = day_of(at(dmg, 2))
        if self.birth and self.made and self.birth > self.made:
            self._tell("X373", place, "DMG02", loop, made=str(self.made))

    # the claim

    def _claim(self, loop: str, clm: Values, text: str, place: Place) -> None:
        self._judge()
        self.parties.claim()
        self.claims += 1
        path = f"claims[{self.walk.claims - 1}]"
        number = at(clm, 1)
        self.claim = self.others.claim = Claim(number, cents(at(clm, 2)), self.birth, place, path)
        if number in self.numbers:
            self._tell("X361", place, "CLM01", loop, f"{path}.claim_number")
        self.numbers.add(number)
        frequency = "".join(at(clm, 5).split(self.component)[2:3])
        if frequency not in _FREQUENCIES and frequency:
            self._tell("X374", place, "CLM05-3", loop, f"{path}.frequency", value=frequency[:4])
        if self.claim.charge is None and _is_number(at(clm, 2)):
            self._tell("X354", place, "CLM02", loop, f"{path}.total_cents", where="CLM02", value=clm[2][:18])
        if self.filing == MEDICARE_PART_B and frequency in ("7", "8"):
            self._tell("X701", place, "CLM05-3", loop, f"{path}.frequency", value=frequency)

    def _diagnoses(self, loop: str, hi: Values, text: str, place: Place) -> None:
        if self.claim is not None and at(hi, 1).partition(self.component)[0] in diagnoses.KINDS:
            self.claim.diagnoses.append((hi, place))
            self.claim.diagnosis_count += len(hi) - 1

    def _day(self, loop: str, dtp: Values, text: str, place: Place) -> None:
        claim = self.claim
        if claim is None or len(dtp) < 4:
            return
        if loop == "2400" and dtp[1] == "472" and claim.services:
            day = day_of(dtp[3][:8])
            claim.services[-1] = day
            if day and (claim.first is None or day < claim.first[0]):
                claim.first = day, place
            if day and self.made and day > self.made:
                told = {"day": str(day), "made": str(self.made)}
                self._tell("X370", place, "DTP03", loop, f"{claim.line_path}.date", **told)
            self._procedure(claim, day)
        elif dtp[1] == "573":
            self.others.take(loop, dtp, text, place)
        elif dtp[1] in days.WATCHED:
            day = day_of(dtp[3][:8])
            if day:
                claim.days.append((dtp[1], day, place, len(claim.charges) - 1 if loop == "2400" else -1))

    def _service(self, loop: str, sv1: Values, text: str, place: Place) -> None:
        claim = self.claim
        if claim is None:
            return
        if claim.waiting is not None:
            self._procedure(claim, None)
        procedure, amount, _, units = sv1[1:5] if len(sv1) > 4 else [*sv1[1:], *[""] * 4][:4]
        charge = cents(amount)
        claim.charges.append(charge)
        claim.services.append(None)
        if charge is None and _is_number(amount):
            told = {"where": "SV102", "value": amount[:18]}
            self._tell("X354", place, "SV102", loop, f"{claim.line_path}.charge_cents", **told)
        if units and (units[0] == "-" or not units.strip("0.")):
            self._tell("X355", place, "SV104", loop, f"{claim.line_path}.units", value=units[:15])
        elif "." in units and units.partition(".")[2].strip("0"):
            self._fraction(claim, sv1, place)
        claim.waiting = procedure, place
        if len(sv1) > 7 and (sv1[7], claim.diagnosis_count) not in self.good:
            self._pointers(claim, sv1[7], place)

    def _fraction(self, claim: Claim, sv1: Values, place: Place) -> None:
        """Units of a service that is counted in whole ones."""
        code = "".join(sv1[1].split(self.component)[1:2])
        if sv1[3] == "UN" and _is_number(sv1[4]) and is_counted_whole(code, self.almanac):
            path = f"{claim.line_path}.units"
            self._tell("X367", place, "SV104", "2400", path, value=sv1[4][:15], code=code)

    def _pointers(self, claim: Claim, text: str, place: Place) -> None:
        """Each pointer names a diagnosis that the claim has, and each another one: Medicare's front end rejects repeats
        (AAPC, 2018-06-28, on the common edits module).
        """
        count, seen = claim.diagnosis_count, set()
        for number, value in enumerate(text.split(self.component), 1):
            path, pointer = f"{claim.line_path}.diagnosis_pointers", f"SV107-{number}"
            if value.isdecimal() and not 1 <= int(value[:4]) <= count:
                self._tell("X360", place, pointer, "2400", path, pointer=pointer, value=value[:4], count=count)
                return
            if value and value in seen:
                self._tell("X366", place, pointer, "2400", path, pointer=pointer, value=value[:4])
                return
            seen.add(value)
        self._keep((text, count))

    def _number(self, loop: str, ref: Values, text: str, place: Place) -> None:
        claim = self.claim
        if loop == "2400":
            if claim is not None and at(ref, 1) == "6R":
                if text in claim.line_numbers:
                    self._tell("X362", place, "REF02", loop, f"{claim.line_path}.line_id")
                claim.line_numbers.add(text)
        elif loop == "2010AA":
            self.parties.billing_number(ref, place)
        else:
            self.parties.payer_number(ref, place)

    # the judgment

    def _judge(self) -> None:
        claim = self.claim
        if claim is None:
            return
        self._procedure(claim, None)
        if claim.charges and None not in claim.charges and claim.charge is not None:
            total = sum(filter(None, claim.charges))
            if total != claim.charge:
                told = {"claim": dollars(claim.charge), "lines": dollars(total)}
                self._tell("X350", claim.place, "CLM02", "2300", f"{claim.path}.total_cents", **told)
        on = claim.first[0] if claim.first else self.made
        if on is not None:
            for hi, place in claim.diagnoses:
                self._diagnoses_on(claim, hi, on, place)
        if claim.payers or claim.decisions:
            self.others.judge(claim, self.order, self.made)
        days.tell_order(claim, self._tell)
        self.claim = self.others.claim = None

    def _diagnoses_on(self, claim: Claim, hi: Values, on: dt.date, place: Place) -> None:
        """Each diagnosis is billable on the first day of service."""
        for rule, number, facts in diagnoses.faults(hi, self.component, on, self.icd10cm, self.law.icd10_from):
            self._tell(rule, place, f"HI{number:02d}-2", "2300", f"{claim.path}.diagnoses[{number - 1}]", **facts)

    def _procedure(self, claim: Claim, on: dt.date | None) -> None:
        """Code and modifiers of the line that waits for its day of service (None: no day that can be read)."""
        if claim.waiting is None:
            return
        text, place = claim.waiting
        claim.waiting = None
        if (text, on) in self.good:
            return
        found = line_faults(text.split(self.component), on, self.almanac)
        for rule, part, facts in found:
            path = f"{claim.line_path}.{'code' if part == 2 else 'modifiers'}"
            self._tell(rule, place, f"SV101-{part}", "2400", path, **facts)
        if not found:
            self._keep((text, on))


def _is_number(text: str) -> bool:
    """Digits with a point at most: what is none is told as an element."""
    return text.lstrip("-").replace(".", "", 1).isdigit()
