"""The business of professional claims (837P): charges, other payers' money, pointers, numbers, days, code sets.

A set's segments are looked at as they pass; a claim is judged when the next one begins or the set ends.
"""

import datetime as dt
import re
from collections.abc import Callable

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


class Line:
    """A service line as it passes."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.charge: int | None = None
        self.decisions: list[Decision] = []


class Claim:
    """A claim as it passes, with what stood above it."""

    def __init__(self, number: str, charge: int | None, place: Place, path: str) -> None:
        self.number = number
        self.charge = charge
        self.place = place
        self.path = path
        self.birth: dt.date | None = None
        self.lines: list[Line] = []
        self.diagnoses: list[tuple[str, str, str, Place]] = []
        """Qualifier, code, element, place."""
        self.pointers: list[tuple[str, Place, int]] = []
        self.waiting: tuple[str, Place, int] | None = None
        """The last line's procedure (SV101), its place and line, until the day of service is known."""
        self.days: list[tuple[str, dt.date, Place]] = []
        self.service: tuple[dt.date, Place] | None = None
        self.line_numbers: set[str] = set()
        self.payers: list[Decision] = []


class Professional:
    """Observes one 837P. `numbers`: the claim numbers the file had before."""

    wanted = frozenset({"BHT", "SBR", "NM1", "DMG", "CLM", "HI", "DTP", "CAS", "AMT", "LX", "SV1", "REF", "SVD"})

    def __init__(self, walk: Walk, almanac: Almanac, icd10cm: Icd10cm, numbers: set[str]) -> None:
        self.walk = walk
        self.almanac = almanac
        self.icd10cm = icd10cm
        self.numbers = numbers
        self.made: dt.date | None = None
        self.filing = ""
        self.birth: dt.date | None = None
        self.claim: Claim | None = None
        self.claims = 0
        self._steps: dict[str, Callable[[str, Values, Place], None]] = {
            "BHT": self._begins, "SBR": self._insurance, "NM1": self._party, "DMG": self._born, "CLM": self._claim,
            "HI": self._diagnoses, "DTP": self._day, "CAS": self._adjusted, "AMT": self._amount, "LX": self._line,
            "SV1": self._service, "REF": self._number, "SVD": self._decided,
        }  # fmt: skip

    def take(self, loop: str, elements: Values, place: Place) -> None:
        self._steps[elements[0]](loop, elements, place)

    def finish(self) -> None:
        self._judge()
        if self.claims > CLAIMS_PER_SET:
            self._tell("X364", Place(*self.walk.beginning()), "ST", "", "", count=self.claims)

    def _tell(
        self, rule: str, place: Place, segment: str, element: str, loop: str, path: str = "", **facts: str | int
    ) -> None:
        number = self.claim.number if self.claim else ""
        at = Position(
            place.batch.byte_of(place.at), segment, element, loop, self.walk.report.control, place.number, number
        )
        self.walk.report.findings.append(fault(rule, at, path, **facts))

    # what stands above the claims

    def _begins(self, loop: str, bht: Values, place: Place) -> None:
        self.made = day_of(_at(bht, 4))

    def _insurance(self, loop: str, sbr: Values, place: Place) -> None:
        if loop == "2000B":
            self._judge()
            self.filing, self.birth = _at(sbr, 9), None
        elif self.claim is not None:
            self.claim.payers.append(Decision("", None, place))

    def _party(self, loop: str, nm1: Values, place: Place) -> None:
        if loop == "2010BA":
            is_medicare = self.filing == MEDICARE_PART_B and _at(nm1, 8) == "MI"
            if is_medicare and self.made and self.made >= MBI_ONLY_FROM and not _MBI(_at(nm1, 9)):
                self._tell("X700", place, "NM1", "NM109", loop)
        elif loop == "2330B" and self.claim is not None and self.claim.payers:
            self.claim.payers[-1].payer = _at(nm1, 9)

    def _born(self, loop: str, dmg: Values, place: Place) -> None:
        if loop == "2010CA":
            self._judge()
        self.birth = day_of(_at(dmg, 2))
        if self.birth and self.made and self.birth > self.made:
            self._tell("X373", place, "DMG", "DMG02", loop, made=str(self.made))

    # the claim

    def _claim(self, loop: str, clm: Values, place: Place) -> None:
        self._judge()
        self.claims += 1
        path = f"claims[{self.walk.claims - 1}]"
        claim = self.claim = Claim(_at(clm, 1), cents(_at(clm, 2)), place, path)
        claim.birth = self.birth
        if claim.number in self.numbers:
            self._tell("X361", place, "CLM", "CLM01", loop, f"{path}.claim_number")
        self.numbers.add(claim.number)
        frequency = _at(clm, 5).rpartition(self.walk.graph.delimiters.component)[2]
        if self.filing == MEDICARE_PART_B and frequency in ("7", "8"):
            self._tell("X701", place, "CLM", "CLM05-3", loop, f"{path}.frequency", value=frequency)

    def _diagnoses(self, loop: str, hi: Values, place: Place) -> None:
        if self.claim is None:
            return
        mark = self.walk.graph.delimiters.component
        for number, value in enumerate(hi[1:], 1):
            kind, _, rest = value.partition(mark)
            if kind in _DIAGNOSES:
                self.claim.diagnoses.append((kind, rest.partition(mark)[0], f"HI{number:02d}-2", place))

    def _day(self, loop: str, dtp: Values, place: Place) -> None:
        claim = self.claim
        if claim is None:
            return
        text = _at(dtp, 3)
        if loop == "2400" and dtp[1] == "472":
            first = day_of(text[:8])
            if first and (claim.service is None or first < claim.service[0]):
                claim.service = first, place
            if first and self.made and first > self.made:
                path = f"{claim.path}.lines[{len(claim.lines) - 1}].date"
                self._tell("X370", place, "DTP", "DTP03", loop, path, day=str(first), made=str(self.made))
            self._procedure(claim, first)
        elif _at(dtp, 1) in _BEFORE_SERVICE and loop == "2300":
            day = day_of(text[:8])
            if day:
                claim.days.append((dtp[1], day, place))

    def _line(self, loop: str, lx: Values, place: Place) -> None:
        claim = self.claim
        if claim is None:
            return
        self._procedure(claim, None)
        claim.lines.append(Line(place))
        wanted = len(claim.lines)
        if _at(lx, 1) != str(wanted):
            self._tell("X363", place, "LX", "LX01", loop, value=_at(lx, 1), wanted=wanted)

    def _service(self, loop: str, sv1: Values, place: Place) -> None:
        claim = self.claim
        if claim is None or not claim.lines:
            return
        line = claim.lines[-1]
        line.charge = cents(_at(sv1, 2))
        claim.waiting = _at(sv1, 1), place, len(claim.lines) - 1
        if len(sv1) > 7:
            claim.pointers.append((sv1[7], place, len(claim.lines) - 1))

    def _number(self, loop: str, ref: Values, place: Place) -> None:
        if loop != "2400" or _at(ref, 1) != "6R" or self.claim is None:
            return
        number = _at(ref, 2)
        if number in self.claim.line_numbers:
            self._tell(
                "X362", place, "REF", "REF02", loop, f"{self.claim.path}.lines[{len(self.claim.lines) - 1}].line_id"
            )
        self.claim.line_numbers.add(number)

    # other payers

    def _decided(self, loop: str, svd: Values, place: Place) -> None:
        if self.claim is not None and self.claim.lines:
            self.claim.lines[-1].decisions.append(Decision(_at(svd, 1), cents(_at(svd, 2)), place))

    def _adjusted(self, loop: str, cas: Values, place: Place) -> None:
        if self.claim is None:
            return
        decisions = self.claim.payers if loop == "2320" else self.claim.lines[-1].decisions if self.claim.lines else []
        if decisions:
            decisions[-1].adjusted += sum(cents(amount) or 0 for amount in cas[3::3])

    def _amount(self, loop: str, amt: Values, place: Place) -> None:
        if loop == "2320" and _at(amt, 1) == "D" and self.claim is not None and self.claim.payers:
            self.claim.payers[-1].paid = cents(_at(amt, 2))
            self.claim.payers[-1].place = place

    # the judgment

    def _judge(self) -> None:
        claim = self.claim
        if claim is None:
            return
        self._procedure(claim, None)
        self._charges(claim)
        self._pointers(claim)
        self._diagnoses_on_day(claim)
        if claim.payers:
            self._other_payers(claim)
        service = claim.service
        if service is not None:
            if claim.birth and service[0] < claim.birth:
                place = service[1]
                self._tell("X371", place, "DTP", "DTP03", "2400", claim.path, what="The service", day=str(service[0]))
            for kind, day, place in claim.days:
                if day > service[0]:
                    words = _BEFORE_SERVICE[kind]
                    facts = {"what": words, "day": str(day), "service": str(service[0])}
                    self._tell("X372", place, "DTP", "DTP03", "2300", claim.path, **facts)
        self.claim = None

    def _charges(self, claim: Claim) -> None:
        charges = [line.charge for line in claim.lines]
        if not charges or claim.charge is None or None in charges:
            return
        total = sum(charge for charge in charges if charge is not None)
        if total != claim.charge:
            facts = {"claim": dollars(claim.charge), "lines": dollars(total)}
            self._tell("X350", claim.place, "CLM", "CLM02", "2300", f"{claim.path}.total_cents", **facts)

    def _pointers(self, claim: Claim) -> None:
        count = len(claim.diagnoses)
        known = set[str]()
        for text, place, line in claim.pointers:
            if text in known:
                continue
            for number, value in enumerate(text.split(self.walk.graph.delimiters.component), 1):
                if value.isdecimal() and not 1 <= int(value[:4]) <= count:
                    element = f"SV107-{number}"
                    path = f"{claim.path}.lines[{line}].diagnosis_pointers"
                    self._tell("X360", place, "SV1", element, "2400", path, pointer=element, value=value, count=count)
                    break
            else:
                known.add(text)

    def _diagnoses_on_day(self, claim: Claim) -> None:
        on = claim.service[0] if claim.service else self.made
        if on is None:
            return
        for index, (kind, code, element, place) in enumerate(claim.diagnoses):
            path = f"{claim.path}.diagnoses[{index}]"
            if kind in ("BK", "BF"):
                if on >= ICD10_FROM:
                    self._tell("X514", place, "HI", element, "2300", path, value=kind)
                return
            status = self.icd10cm.status(code, on)
            if "." in code:
                status = DiagnosisStatus.MALFORMED
            if status is not DiagnosisStatus.BILLABLE and code:
                rule = _DIAGNOSIS_RULES[status]
                self._tell(rule, place, "HI", element, "2300", path, value=code[:10], day=str(on))

    def _procedure(self, claim: Claim, on: dt.date | None) -> None:
        """Code and modifiers of the line that waits for its day of service (None: no day that can be read)."""
        if claim.waiting is None:
            return
        text, place, line = claim.waiting
        claim.waiting = None
        parts = text.split(self.walk.graph.delimiters.component)
        if parts[0] != "HC" or len(parts) < 2:
            return
        path = f"{claim.path}.lines[{line}]"
        rule, why = procedure(parts[1], on, self.almanac)
        if rule:
            facts = {"value": parts[1][:10], "day": str(on), "why": why}
            self._tell(rule, place, "SV1", "SV101-2", "2400", f"{path}.code", **facts)
        for number, modifier in enumerate(parts[2:6], 3):
            if modifier and not is_modifier(modifier):
                self._tell("X524", place, "SV1", f"SV101-{number}", "2400", f"{path}.modifiers", value=modifier[:10])

    def _other_payers(self, claim: Claim) -> None:
        """What each other payer paid and adjusted must account for every cent it was asked for."""
        by_payer: dict[str, int] = {}
        for index, line in enumerate(claim.lines):
            for decision in line.decisions:
                by_payer[decision.payer] = by_payer.get(decision.payer, 0) + (decision.paid or 0)
                if line.charge is None or decision.paid is None:
                    continue
                rest = line.charge - decision.paid - decision.adjusted
                if rest:
                    path = f"{claim.path}.lines[{index}].adjudications"
                    facts = {
                        "payer": decision.payer or "The other payer", "paid": dollars(decision.paid),
                        "adjusted": dollars(decision.adjusted), "charge": dollars(line.charge), "rest": dollars(rest),
                    }  # fmt: skip
                    self._tell("X351", decision.place, "SVD", "SVD02", "2430", path, **facts)
        for index, payer in enumerate(claim.payers):
            if payer.paid is not None and payer.payer in by_payer:
                wanted = by_payer[payer.payer] - payer.adjusted
                if payer.paid != wanted:
                    facts = {"payer": payer.payer, "said": dollars(payer.paid), "wanted": dollars(wanted)}
                    path = f"{claim.path}.other_insurance[{index}].paid_cents"
                    self._tell("X352", payer.place, "AMT", "AMT02", "2320", path, **facts)


def _at(values: Values, number: int) -> str:
    return values[number] if number < len(values) else ""
