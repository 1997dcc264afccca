"""Segments that mean the same wherever they stand: dates, sums, notes, attachments, adjustments, repricing."""

from rehabill.edi.p837_read.faults import Problem
from rehabill.edi.p837_read.source import Source
from rehabill.edi.p837_read.values import is_number, period, whole
from rehabill.model.claim import Adjustment, Attachment
from rehabill.model.submitted import DatePeriod, Note, Repricing, Sum
from rehabill.x12.values import Memory, cents

_GROUPS = frozenset({"CO", "CR", "OA", "PI", "PR"})
_Adjustments = tuple[tuple[Adjustment, ...], tuple[Problem, ...]]


class Pieces:
    """Each method tells what is wrong and answers None when nothing could be read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.days: Memory[str, tuple[str, DatePeriod | None]] = Memory(self._day)
        self.adjusted: Memory[str, _Adjustments] = Memory(self._adjustments)

    def date(self, index: int, loop: str, path: str) -> DatePeriod | None:
        kind, found = self.days[self._source.segments[index]]
        if found is None:
            self.no_date(index, loop, f"{path}[{kind}]" if path.endswith("dates") else path)
        return found

    def no_date(self, index: int, loop: str, path: str) -> None:
        self._source.tell("R121", index, "DTP03", loop, path)

    def _day(self, segment: str) -> tuple[str, DatePeriod | None]:
        fields = self._source.cut(segment, 3)
        found = period(fields[2], fields[3]) if fields[0] == "DTP" else None
        return fields[1], DatePeriod(fields[1], *found) if found else None

    def sum(self, index: int, loop: str, path: str) -> Sum | None:
        fields = self._source.fields(index, 2)
        found = cents(fields[2])
        if found is None:
            self._source.tell("R120", index, "AMT02", loop, path)
            return None
        return Sum(fields[1], found)

    def note(self, index: int) -> Note:
        fields = self._source.fields(index, 2)
        return Note(fields[1], fields[2])

    def attachment(self, index: int) -> Attachment:
        fields = self._source.fields(index, 6)
        return Attachment(kind=fields[1], way=fields[2], control_number=fields[6] or None)

    def adjustments(self, index: int, loop: str, path: str) -> tuple[Adjustment, ...]:
        found, problems = self.adjusted[self._source.segments[index]]
        if problems:
            self._source.tell_all(problems, index, loop, path)
        return found

    def _adjustments(self, segment: str) -> _Adjustments:
        """CAS: a group with up to six reasons, each with its money and number of units."""
        fields = self._source.cut(segment, 4)
        group, found, problems = fields[1], [], []
        if group not in _GROUPS:
            return (), (Problem("R123", "CAS01", "adjustments"),)
        if fields[0] != "CAS":
            problems.append(Problem("R126", "", "", fields[0]))
        for number in range(2, len(fields), 3):
            carc, amount, quantity = (*fields[number : number + 3], "", "")[:3]
            if not carc and not amount:
                continue
            value = cents(amount)
            if value is None or not carc:
                problems.append(Problem("R120" if carc else "R124", f"CAS{number + 1 if carc else number:02d}",
                                        "adjustments", "the reason of an adjustment"))  # fmt: skip
                continue
            units = whole(quantity)
            if units is None and quantity:
                problems.append(Problem("R122", f"CAS{number + 2:02d}", "adjustments"))
            found.append(Adjustment(group=group, carc=carc, cents=value, quantity=units))  # type: ignore[arg-type]
        return tuple(found), tuple(problems)

    def repricing(self, index: int, loop: str, path: str) -> Repricing | None:
        fields = self._source.fields(index, 15)
        money = {number: cents(fields[number]) for number in (2, 3, 7)}
        for number, value in money.items():
            if value is None and (fields[number] or number == 2):
                self._source.tell("R120", index, f"HCP{number:02d}", loop, path)
        if fields[5] and not is_number(fields[5]):
            self._source.tell("R122", index, "HCP05", loop, path)
        allowed = money[2]
        if allowed is None:
            return None
        return Repricing(
            method=fields[1], allowed_cents=allowed, savings_cents=money[3], organization_id=fields[4] or None,
            rate=fields[5] or None, group=fields[6] or None, group_cents=money[7], code=fields[10] or None,
            unit=fields[11] or None, units=fields[12] or None, reject_reason=fields[13] or None,
            compliance=fields[14] or None, exception=fields[15] or None,
        )  # fmt: skip
