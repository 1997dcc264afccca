"""The business of professional claims (837P): charges, other payers' money, pointers, numbers, days, code sets.

A set's segments are looked at as they pass; a claim is judged when the next one begins or the set ends.
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import ClassVar

from rehabill.almanac.edition import Almanac
from rehabill.almanac.icd10cm import DiagnosisStatus, Icd10cm
from rehabill.base.finding import Position
from rehabill.base.money import dollars
from rehabill.edi.check.procedures import is_modifier, procedure
from rehabill.x12.check.walk import Place, Walk
from rehabill.x12.faults import fault
from rehabill.x12.values import cents
from rehabill.x12.values import day as day_of

ICD10_FROM = dt.date(2015, 10, 1)
"""45 CFR 162.1002(c)(2)."""
MBI_ONLY_FROM = dt.date(2020, 1, 1)
"""The end of the transition from Social Security based numbers (CMS, New Medicare Card Project)."""
CLAIMS_PER_SET = 5_000
REMEMBERED = 20_000
MEDICARE_PART_B = "MB"
_MBI = re.compile(
    r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][AC-HJKMNP-RT-Y]{2}[0-9]{2}"
).fullmatch
_DIAGNOSES = {"ABK", "ABF", "BK", "BF"}
_DIAGNOSIS_RULES = {
    DiagnosisStatus.NOT_VALID: "X510",
    DiagnosisStatus.HEADER: "X511",
    DiagnosisStatus.MALFORMED: "X512",
    DiagnosisStatus.NO_DATA: "X513",
}
_FREQUENCIES = frozenset({"1", "7", "8"})
_BEFORE_SERVICE = {"431": "The onset", "439": "The accident", "304": "The doctor's last visit"}

Values = list[str]
"""A segment split at its elements, the id first."""


class Decision:
    """What another payer made of a line or a claim: paid, and adjusted in all."""

    def __init__(self, payer: str, paid: int | None, place: Place) -> None:
        self.payer = payer
        self.paid = paid
        self.adjusted = 0
        self.place = place


class Claim:
    """A claim as it passes, with what stood above it."""

    def __init__(self, number: str, charge: int | None, birth: dt.date | None, place: Place, path: str) -> None:
        self.number = number
        self.charge = charge
        self.birth = birth
        self.place = place
        self.path = path
        self.lines = 0
        self.charges: list[int | None] = []
        self.diagnoses: list[tuple[str, Values, Place]] = []
        """Each HI of diagnoses: whole, split, and where it stands."""
        self.diagnosis_count = 0
        self.days: list[tuple[str, dt.date, Place]] = []
        self.service: tuple[dt.date, Place] | None = None
        self.waiting: tuple[str, Place] | None = None
        """The last line's procedure (SV101), until its day of service is known."""
        self.line_numbers: set[str] = set()
        self.payers: list[Decision] = []
        self.decisions: list[tuple[int, Decision]] = []
        """By line, from 0."""

    @property
    def line_path(self) -> str:
        return f"{self.path}.lines[{self.lines - 1}]"


class Professional:
    """Observes one 837P. `numbers`: the claim numbers the file had before.

    What was found good is remembered by its text and day: procedures, diagnoses and pointers repeat throughout a file.
    """

    wanted: ClassVar[dict[str, tuple[str, ...]]] = {
        "BHT": ("837",), "SBR": ("2000B", "2320"), "NM1": ("2010BA", "2330B"), "DMG": ("2010BA", "2010CA"),
        "CLM": ("2300",), "HI": ("2300",), "DTP": ("2300", "2400"), "CAS": ("2320", "2430"), "AMT": ("2320",),
        "SV1": ("2400",), "REF": ("2400",), "SVD": ("2430",),
    }  # fmt: skip

    def __init__(self, walk: Walk, almanac: Almanac, icd10cm: Icd10cm, numbers: set[str]) -> None:
        self.walk = walk
        self.component = walk.graph.delimiters.component
        self.almanac = almanac
        self.icd10cm = icd10cm
        self.numbers = numbers
        self.made: dt.date | None = None
        self.filing = ""
        self.birth: dt.date | None = None
        self.claim: Claim | None = None
        self.claims = 0
        self.good: set[object] = set()
        self._steps: dict[str, Callable[[str, Values, str, Place], None]] = {
            "BHT": self._begins, "SBR": self._insurance, "NM1": self._party, "DMG": self._born, "CLM": self._claim,
            "HI": self._diagnoses, "DTP": self._day, "CAS": self._adjusted, "AMT": self._amount, "SV1": self._service,
            "REF": self._number, "SVD": self._decided,
        }  # fmt: skip

    def take(self, loop: str, elements: Values, text: str, place: Place) -> None:
        self._steps[elements[0]](loop, elements, text, place)

    def finish(self) -> None:
        self._judge()
        if self.claims > CLAIMS_PER_SET:
            self._tell("X364", self.walk.beginning(), "ST", "", "", count=self.claims)

    def _tell(
        self, rule: str, place: Place, segment: str, element: str, loop: str, path: str = "", **facts: str | int
    ) -> None:
        claim = self.claim.number if self.claim else ""
        batch, index, number = place
        at = Position(batch.byte_of(index), segment, element, loop, self.walk.report.control, number, claim)
        self.walk.report.findings.append(fault(rule, at, path, **facts))

    def _keep(self, key: object) -> None:
        if len(self.good) >= REMEMBERED:
            self.good.clear()
        self.good.add(key)

    # what stands above the claims

    def _begins(self, loop: str, bht: Values, text: str, place: Place) -> None:
        self.made = day_of(_at(bht, 4))

    def _insurance(self, loop: str, sbr: Values, text: str, place: Place) -> None:
        if loop == "2000B":
            self._judge()
            self.filing, self.birth = _at(sbr, 9), None
        elif self.claim is not None:
            self.claim.payers.append(Decision("", None, place))

    def _party(self, loop: str, nm1: Values, text: str, place: Place) -> None:
        if loop == "2010BA":
            is_medicare = self.filing == MEDICARE_PART_B and _at(nm1, 8) == "MI"
            if is_medicare and self.made and self.made >= MBI_ONLY_FROM and not _MBI(_at(nm1, 9)):
                self._tell("X700", place, "NM1", "NM109", loop)
        elif loop == "2330B" and self.claim is not None and self.claim.payers:
            self.claim.payers[-1].payer = _at(nm1, 9)

    def _born(self, loop: str, dmg: Values, text: str, place: Place) -> None:
        if loop == "2010CA":
            self._judge()
        self.birth = day_of(_at(dmg, 2))
        if self.birth and self.made and self.birth > self.made:
            self._tell("X373", place, "DMG", "DMG02", loop, made=str(self.made))

    # the claim

    def _claim(self, loop: str, clm: Values, text: str, place: Place) -> None:
        self._judge()
        self.claims += 1
        path = f"claims[{self.walk.claims - 1}]"
        number = _at(clm, 1)
        self.claim = Claim(number, cents(_at(clm, 2)), self.birth, place, path)
        if number in self.numbers:
            self._tell("X361", place, "CLM", "CLM01", loop, f"{path}.claim_number")
        self.numbers.add(number)
        frequency = "".join(_at(clm, 5).split(self.component)[2:3])
        if frequency not in _FREQUENCIES and frequency:
            self._tell("X374", place, "CLM", "CLM05-3", loop, f"{path}.frequency", value=frequency[:4])
        if self.claim.charge is None and _is_number(_at(clm, 2)):
            self._tell("X354", place, "CLM", "CLM02", loop, f"{path}.total_cents", where="CLM02", value=clm[2][:18])
        if self.filing == MEDICARE_PART_B and frequency in ("7", "8"):
            self._tell("X701", place, "CLM", "CLM05-3", loop, f"{path}.frequency", value=frequency)

    def _diagnoses(self, loop: str, hi: Values, text: str, place: Place) -> None:
        if self.claim is not None and _at(hi, 1).partition(self.component)[0] in _DIAGNOSES:
            self.claim.diagnoses.append((text, hi, place))
            self.claim.diagnosis_count += len(hi) - 1

    def _day(self, loop: str, dtp: Values, text: str, place: Place) -> None:
        claim = self.claim
        if claim is None or len(dtp) < 4:
            return
        day = day_of(dtp[3][:8])
        if loop == "2400" and dtp[1] == "472":
            if day and (claim.service is None or day < claim.service[0]):
                claim.service = day, place
            if day and self.made and day > self.made:
                facts = {"day": str(day), "made": str(self.made)}
                self._tell("X370", place, "DTP", "DTP03", loop, f"{claim.line_path}.date", **facts)
            self._procedure(claim, day)
        elif day and dtp[1] in _BEFORE_SERVICE and loop == "2300":
            claim.days.append((dtp[1], day, place))

    def _service(self, loop: str, sv1: Values, text: str, place: Place) -> None:
        claim = self.claim
        if claim is None:
            return
        if claim.waiting is not None:
            self._procedure(claim, None)
        claim.lines += 1
        charge = cents(_at(sv1, 2))
        claim.charges.append(charge)
        if charge is None and _is_number(_at(sv1, 2)):
            told = {"where": "SV102", "value": sv1[2][:18]}
            self._tell("X354", place, "SV1", "SV102", loop, f"{claim.line_path}.charge_cents", **told)
        if _at(sv1, 4) and (sv1[4][0] == "-" or not sv1[4].strip("0.")):
            self._tell("X355", place, "SV1", "SV104", loop, f"{claim.line_path}.units", value=sv1[4][:15])
        claim.waiting = _at(sv1, 1), place
        if len(sv1) > 7 and (sv1[7], claim.diagnosis_count) not in self.good:
            self._pointers(claim, sv1[7], place)

    def _pointers(self, claim: Claim, text: str, place: Place) -> None:
        """Each pointer names a diagnosis that the claim has."""
        count = claim.diagnosis_count
        for number, value in enumerate(text.split(self.component), 1):
            if value.isdecimal() and not 1 <= int(value[:4]) <= count:
                path, pointer = f"{claim.line_path}.diagnosis_pointers", f"SV107-{number}"
                self._tell("X360", place, "SV1", pointer, "2400", path, pointer=pointer, value=value[:4], count=count)
                return
        self._keep((text, count))

    def _number(self, loop: str, ref: Values, text: str, place: Place) -> None:
        claim = self.claim
        if loop != "2400" or claim is None or _at(ref, 1) != "6R":
            return
        if text in claim.line_numbers:
            self._tell("X362", place, "REF", "REF02", loop, f"{claim.line_path}.line_id")
        claim.line_numbers.add(text)

    # other payers

    def _decided(self, loop: str, svd: Values, text: str, place: Place) -> None:
        if self.claim is not None and self.claim.lines:
            self.claim.decisions.append((self.claim.lines - 1, Decision(_at(svd, 1), cents(_at(svd, 2)), place)))

    def _adjusted(self, loop: str, cas: Values, text: str, place: Place) -> None:
        claim = self.claim
        if claim is None:
            return
        amount = sum(cents(value) or 0 for value in cas[3::3])
        if loop == "2320" and claim.payers:
            claim.payers[-1].adjusted += amount
        elif loop == "2430" and claim.decisions:
            claim.decisions[-1][1].adjusted += amount

    def _amount(self, loop: str, amt: Values, text: str, place: Place) -> None:
        if loop == "2320" and _at(amt, 1) == "D" and self.claim is not None and self.claim.payers:
            self.claim.payers[-1].paid = cents(_at(amt, 2))
            self.claim.payers[-1].place = place

    # the judgment

    def _judge(self) -> None:
        claim = self.claim
        if claim is None:
            return
        self._procedure(claim, None)
        if claim.charges and None not in claim.charges and claim.charge is not None:
            total = sum(charge for charge in claim.charges if charge is not None)
            if total != claim.charge:
                facts = {"claim": dollars(claim.charge), "lines": dollars(total)}
                self._tell("X350", claim.place, "CLM", "CLM02", "2300", f"{claim.path}.total_cents", **facts)
        on = claim.service[0] if claim.service else self.made
        for text, hi, place in claim.diagnoses:
            if on is not None and (text, on) not in self.good:
                self._diagnoses_on(claim, hi, on, place, text)
        if claim.payers:
            self._other_payers(claim)
        if claim.service is not None:
            self._order_of_days(claim, claim.service)
        self.claim = None

    def _order_of_days(self, claim: Claim, service: tuple[dt.date, Place]) -> None:
        """Birth, onset and accident come before the service."""
        if claim.birth and service[0] < claim.birth:
            facts = {"what": "The service", "day": str(service[0])}
            self._tell("X371", service[1], "DTP", "DTP03", "2400", claim.path, **facts)
        for kind, day, place in claim.days:
            if day > service[0]:
                facts = {"what": _BEFORE_SERVICE[kind], "day": str(day), "service": str(service[0])}
                self._tell("X372", place, "DTP", "DTP03", "2300", claim.path, **facts)

    def _diagnoses_on(self, claim: Claim, hi: Values, on: dt.date, place: Place, text: str) -> None:
        """Each diagnosis is billable on the first day of service."""
        is_good = True
        for number, value in enumerate(hi[1:], 1):
            kind, _, rest = value.partition(self.component)
            code, element = rest.partition(self.component)[0], f"HI{number:02d}-2"
            path = f"{claim.path}.diagnoses[{number - 1}]"
            if kind in ("BK", "BF"):
                if on >= ICD10_FROM:
                    self._tell("X514", place, "HI", element, "2300", path, value=kind)
                return
            status = DiagnosisStatus.MALFORMED if "." in code else self.icd10cm.status(code, on)
            if status is not DiagnosisStatus.BILLABLE and code:
                is_good = False
                rule = _DIAGNOSIS_RULES[status]
                self._tell(rule, place, "HI", element, "2300", path, value=code[:10], day=str(on))
        if is_good:
            self._keep((text, on))

    def _procedure(self, claim: Claim, on: dt.date | None) -> None:
        """Code and modifiers of the line that waits for its day of service (None: no day that can be read)."""
        if claim.waiting is None:
            return
        text, place = claim.waiting
        claim.waiting = None
        if (text, on) in self.good:
            return
        parts = text.split(self.component)
        if parts[0] != "HC" or len(parts) < 2:
            return
        rule, why = procedure(parts[1], on, self.almanac)
        wrong = [(number, one) for number, one in enumerate(parts[2:6], 3) if one and not is_modifier(one)]
        if rule:
            facts = {"value": parts[1][:10], "day": str(on), "why": why}
            self._tell(rule, place, "SV1", "SV101-2", "2400", f"{claim.line_path}.code", **facts)
        for number, modifier in wrong:
            path = f"{claim.line_path}.modifiers"
            self._tell("X524", place, "SV1", f"SV101-{number}", "2400", path, value=modifier[:10])
        if not rule and not wrong:
            self._keep((text, on))

    def _other_payers(self, claim: Claim) -> None:
        """What each other payer paid and adjusted must account for every cent it was asked for."""
        by_payer: dict[str, int] = {}
        for line, decision in claim.decisions:
            by_payer[decision.payer] = by_payer.get(decision.payer, 0) + (decision.paid or 0)
            charge = claim.charges[line] if line < len(claim.charges) else None
            if charge is None or decision.paid is None:
                continue
            rest = charge - decision.paid - decision.adjusted
            if rest:
                facts = {
                    "payer": decision.payer or "The other payer", "paid": dollars(decision.paid),
                    "adjusted": dollars(decision.adjusted), "charge": dollars(charge), "rest": dollars(rest),
                }  # fmt: skip
                path = f"{claim.path}.lines[{line}].adjudications"
                self._tell("X351", decision.place, "SVD", "SVD02", "2430", path, **facts)
        for index, payer in enumerate(claim.payers):
            if payer.paid is not None and payer.payer in by_payer:
                wanted = by_payer[payer.payer] - payer.adjusted
                if payer.paid != wanted:
                    facts = {"payer": payer.payer, "said": dollars(payer.paid), "wanted": dollars(wanted)}
                    path = f"{claim.path}.other_insurance[{index}].paid_cents"
                    self._tell("X352", payer.place, "AMT", "AMT02", "2320", path, **facts)


def _is_number(text: str) -> bool:
    """Digits with a point at most: what is none is told as an element."""
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _at(values: Values, number: int) -> str:
    return values[number] if number < len(values) else ""
