"""What other payers made of a claim (loops 2320, 2330B, 2430): money to the cent, each thing told once, days, codes."""

import datetime as dt
from collections.abc import Callable

from rehabill.base.money import dollars
from rehabill.edi.check.claim import Claim, Decision, LineDecision, OtherPayer, Tell, Values, at
from rehabill.edi.check.lists import judge
from rehabill.edi.check.procedures import is_modifier, is_well_formed
from rehabill.x12.check.walk import Place
from rehabill.x12.spec.load import segments
from rehabill.x12.spec.schema import LISTS
from rehabill.x12.values import cents
from rehabill.x12.values import day as day_of

_ORDER_UNKNOWN = "U"
_BEYOND = 20
"""CAS has nineteen elements; what stands behind them is told by itself."""
_REMARKS = range(3, 8)
"""MOA03 to MOA07."""


class OtherPayers:
    """Takes the segments of other payers, claim by claim, and judges them when the claim is whole."""

    def __init__(self, tell: Tell, component: str) -> None:
        self.tell = tell
        self.component = component
        self.claim: Claim | None = None
        """The one at hand."""
        self._steps: dict[tuple[str, str], Callable[[Claim, Values, Place], None]] = {
            ("2320", "SBR"): self._payer, ("2320", "CAS"): self._adjusted, ("2320", "AMT"): self._amount,
            ("2320", "MOA"): self._remarks, ("2330B", "NM1"): self._name, ("2330B", "DTP"): self._claim_day,
            ("2430", "SVD"): self._decided, ("2430", "CAS"): self._line_adjusted, ("2430", "DTP"): self._line_day,
            ("2430", "AMT"): self._line_amount,
        }  # fmt: skip

    def take(self, loop: str, elements: Values, text: str, place: Place) -> None:
        step = self._steps.get((loop, elements[0]))
        if step is not None and self.claim is not None:
            step(self.claim, elements, place)

    def _payer(self, claim: Claim, sbr: Values, place: Place) -> None:
        claim.payers.append(OtherPayer(at(sbr, 1), place))

    def _adjusted(self, claim: Claim, cas: Values, place: Place) -> None:
        if claim.payers:
            _adjust(claim.payers[-1], cas, place)

    def _amount(self, claim: Claim, amt: Values, place: Place) -> None:
        if claim.payers and at(amt, 1) == "D":
            claim.payers[-1].paid, claim.payers[-1].paid_at = cents(at(amt, 2)), place
        elif claim.payers and at(amt, 1) == "EAF":
            claim.payers[-1].owed = place

    def _remarks(self, claim: Claim, moa: Values, place: Place) -> None:
        if claim.payers:
            claim.payers[-1].remarks = moa, place

    def _name(self, claim: Claim, nm1: Values, place: Place) -> None:
        if claim.payers:
            claim.payers[-1].payer = at(nm1, 9)

    def _claim_day(self, claim: Claim, dtp: Values, place: Place) -> None:
        if claim.payers and at(dtp, 1) == "573":
            claim.payers[-1].decided = at(dtp, 3), place

    def _decided(self, claim: Claim, svd: Values, place: Place) -> None:
        if claim.charges:
            claim.decisions.append(LineDecision(svd, cents(at(svd, 2)), place, len(claim.charges) - 1))

    def _line_adjusted(self, claim: Claim, cas: Values, place: Place) -> None:
        if claim.decisions:
            _adjust(claim.decisions[-1], cas, place)

    def _line_day(self, claim: Claim, dtp: Values, place: Place) -> None:
        if claim.decisions and at(dtp, 1) == "573":
            claim.decisions[-1].decided = at(dtp, 3), place

    def _line_amount(self, claim: Claim, amt: Values, place: Place) -> None:
        if claim.decisions and at(amt, 1) == "EAF":
            claim.decisions[-1].owed = place

    # the judgment

    def judge(self, claim: Claim, order: str, made: dt.date | None) -> None:
        """The claim is whole. `order`: the place of the payer it goes to (SBR01 of 2000B); `made`: the file's day."""
        self._order(claim, order)
        by_id: dict[str, list[OtherPayer]] = {}
        for index, payer in enumerate(claim.payers):
            by_id.setdefault(payer.payer, []).append(payer)
            first = claim.first[0] if claim.first else None
            self._one(claim, payer, f"{claim.path}.other_insurance[{index}]", "2320", first, made)
            self._remark_codes(payer, f"{claim.path}.other_insurance[{index}]", _day_of(claim, payer, made))
        for decision in claim.decisions:
            path = f"{claim.path}.lines[{decision.line}].adjudications"
            self._one(claim, decision, path, "2430", claim.services[decision.line], made)
            self._procedure(decision, path)
            if decision.payer not in by_id and decision.payer:
                self.tell("X378", decision.place, "SVD01", "2430", path, payer=decision.payer[:40])
        self._lines_balance(claim)
        for payers in by_id.values():
            self._once(claim, payers)
            self._claim_balance(claim, payers)

    def _order(self, claim: Claim, order: str) -> None:
        """No two payers have the same place in the order, but for U, unknown."""
        seen = {order}
        for index, payer in enumerate(claim.payers):
            if payer.order in seen and payer.order not in (_ORDER_UNKNOWN, ""):
                path = f"{claim.path}.other_insurance[{index}]"
                self.tell("X377", payer.place, "SBR01", "2320", path, value=payer.order)
            seen.add(payer.order)

    def _one(
        self, claim: Claim, decision: Decision, path: str, loop: str, service: dt.date | None, made: dt.date | None
    ) -> None:
        """One payer's decision: its day comes after the service and before the file, its reasons held on that day."""
        if decision.decided is not None:
            day, place, where = day_of(decision.decided[0]), decision.decided[1], "2330B" if loop == "2320" else loop
            if day and made and day > made:
                self.tell("X375", place, "DTP03", where, path, day=str(day), made=str(made))
            elif day and service and day < service:
                self.tell("X376", place, "DTP03", where, path, day=str(day), service=str(service))
        on, seen = _day_of(claim, decision, made), set()
        for cas, place in decision.adjustments:
            for number in range(2, min(len(cas), _BEYOND), 3):
                reason, amount = cas[number], at(cas, number + 1)
                if not reason:
                    continue
                self._code("carc", reason, on, place, "CAS", number, loop, path)
                if cents(amount) == 0:
                    self.tell("X368", place, f"CAS{number + 1:02d}", loop, path, value=f"{cas[1]} {reason}"[:20])
                if (cas[1], reason) in seen:
                    self.tell("X369", place, f"CAS{number:02d}", loop, path, value=f"{cas[1]} {reason}"[:20])
                seen.add((cas[1], reason))

    def _remark_codes(self, payer: OtherPayer, path: str, on: str) -> None:
        if payer.remarks is not None:
            moa, place = payer.remarks
            for number in _REMARKS:
                if at(moa, number):
                    self._code("rarc", moa[number], on, place, "MOA", number, "2320", path)

    def _code(self, of: str, code: str, on: str, place: Place, segment: str, number: int, loop: str, path: str) -> None:
        """A code of the payers' lists, by the day on which the payer used it."""
        rule, day = judge(of, code, on)
        if rule:
            element, name = f"{segment}{number:02d}", segments()[segment].elements[number - 1].name
            self.tell(rule, place, element, loop, path, name=name, value=code[:40], list=LISTS[of], day=day)

    def _procedure(self, decision: LineDecision, path: str) -> None:
        """What was paid for is a procedure with its modifiers; whether it is in force, the payer has judged."""
        kind, *parts = decision.procedure.split(self.component)
        if kind != "HC" or not parts:
            return
        if not is_well_formed(parts[0]):
            self.tell("X520", decision.place, "SVD03-2", "2430", path, value=parts[0][:10])
        for number, modifier in enumerate(parts[1:5], 3):
            if modifier and not is_modifier(modifier):
                self.tell("X524", decision.place, f"SVD03-{number}", "2430", path, value=modifier[:10])

    def _once(self, claim: Claim, payers: list[OtherPayer]) -> None:
        """What is said of the claim is not said of its lines too; what was paid is said of both."""
        number = payers[0].payer
        path = f"{claim.path}.other_insurance[{claim.payers.index(payers[0])}]"
        decisions = [decision for decision in claim.decisions if decision.payer == number]
        name = number or "The other payer"
        if decisions and all(payer.paid_at is None for payer in payers):
            self.tell("X353", payers[0].place, "", "2320", path, payer=name)
        if any(decision.owed for decision in decisions):
            for owed in [payer.owed for payer in payers if payer.owed]:
                self.tell("X358", owed, "AMT02", "2320", path, payer=name)
        if any(decision.decided for decision in decisions):
            for decided in [payer.decided for payer in payers if payer.decided]:
                self.tell("X359", decided[1], "DTP03", "2330B", path, payer=name)

    def _lines_balance(self, claim: Claim) -> None:
        """What a payer paid and adjusted accounts for every cent it was asked for: in each decision, or in all those of
        one payer on the line together, where it split the service into several.
        """
        together: dict[tuple[int, str], int] = {}
        for decision in claim.decisions:
            key = decision.line, decision.payer
            together[key] = together.get(key, 0) + (decision.paid or 0) + decision.adjusted
        for decision in claim.decisions:
            charge = claim.charges[decision.line]
            if charge is None or decision.paid is None:
                continue
            rest = charge - decision.paid - decision.adjusted
            if rest and together[decision.line, decision.payer] != charge:
                facts = {
                    "payer": decision.payer or "The other payer", "paid": dollars(decision.paid),
                    "adjusted": dollars(decision.adjusted), "charge": dollars(charge), "rest": dollars(rest),
                }  # fmt: skip
                path = f"{claim.path}.lines[{decision.line}].adjudications"
                self.tell("X351", decision.place, "SVD02", "2430", path, **facts)

    def _claim_balance(self, claim: Claim, payers: list[OtherPayer]) -> None:
        """What a payer paid on the claim is what it paid on the lines, less what it adjusted on the claim. Payers that
        share a number (two plans of one insurer) are taken together: their lines cannot be told apart.
        """
        number = payers[0].payer
        lines = [decision.paid for decision in claim.decisions if decision.payer == number]
        known = [payer for payer in payers if payer.paid is not None]
        if not lines or not known:
            return
        said = sum(payer.paid or 0 for payer in known)
        wanted = sum(paid or 0 for paid in lines) - sum(payer.adjusted for payer in payers)
        if None not in lines and said != wanted:
            facts = {"payer": number, "said": dollars(said), "wanted": dollars(wanted)}
            path = f"{claim.path}.other_insurance[{claim.payers.index(known[0])}].paid_cents"
            self.tell("X352", known[0].paid_at or known[0].place, "AMT02", "2320", path, **facts)


def _adjust(decision: Decision, cas: Values, place: Place) -> None:
    decision.adjustments.append((cas, place))
    decision.adjusted += sum(cents(value) or 0 for value in cas[3::3])


def _day_of(claim: Claim, decision: Decision, made: dt.date | None) -> str:
    """The day on which a payer decided (CCYYMMDD): told here, or on its lines; else the day of the file."""
    told = [decision.decided[0]] if decision.decided else []
    if not told and isinstance(decision, OtherPayer):
        told = [one.decided[0] for one in claim.decisions if one.decided and one.payer == decision.payer]
    if told:
        return max(told)
    return f"{made:%Y%m%d}" if made else ""
