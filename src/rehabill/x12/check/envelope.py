"""The envelope: headers and trailers must pair, count and number alike."""

import re
from collections.abc import Iterator

from rehabill.base.finding import Position
from rehabill.x12.check.report import FileReport, GroupReport, InterchangeReport, SetReport
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.faults import fault
from rehabill.x12.scan import shown
from rehabill.x12.values import day

ENVELOPE = frozenset({"ISA", "IEA", "GS", "GE", "ST", "SE", "TA1"})

FUNCTIONAL_IDS = {
    "837": "HC", "835": "HP", "999": "FA", "997": "FA", "276": "HR", "277": "HN", "270": "HS", "271": "HB",
    "278": "HI", "275": "PI",
}  # fmt: skip
"""GS01 by ST01."""

_QUALIFIER = r"01|14|20|27|28|29|30|33|ZZ"
_ISA_ELEMENTS: tuple[tuple[int, str, str, str], ...] = (
    (1, "kind of authorisation", r"00|03", "010"),
    (3, "kind of security", r"00|01", "012"),
    (5, "kind of sender's number", _QUALIFIER, "005"),
    (6, "sender's number", r".*\S.*", "006"),
    (7, "kind of receiver's number", _QUALIFIER, "007"),
    (8, "receiver's number", r".*\S.*", "008"),
    (9, "date", r"\d{6}", "014"),
    (10, "time", r"([01]\d|2[0-3])[0-5]\d", "015"),
    (11, "repetition separator", r"[^A-Za-z0-9\s]", "016"),
    (12, "version", r"00501|00401", "017"),
    (13, "control number", r"\d{9}", "018"),
    (14, "acknowledgment wanted", r"[01]", "019"),
    (15, "test or production", r"[TPI]", "020"),
)
"""Element, our name, what it may be, and the TA1 note that tells of it."""

ISA_NOTES = {f"ISA{number:02d}": note for number, _, _, note in _ISA_ELEMENTS}
_OLD_VERSION, _OLD_STANDARD = "00401", "U"
"""Before 00402 there was no repetition separator: ISA11 named the standard."""

_GS_ELEMENTS = (
    (2, "sender", r".*\S.*"),
    (3, "receiver", r".*\S.*"),
    (4, "date", r"\d{8}"),
    (5, "time", r"([01]\d|2[0-3])[0-5]\d([0-5]\d(\d{1,2})?)?"),
    (7, "agency", r"X"),
)
"""Element, our name, what it may be. A 999 has no code for them: a TA1 tells of a bad GS."""
_GS_NUMBER = re.compile(r"\d{1,9}", re.ASCII).fullmatch


class Envelope:
    """Takes the envelope's segments in their order and fills the report; `transaction` is the set now open."""

    def __init__(self, report: FileReport) -> None:
        self.report = report
        self.interchange: InterchangeReport | None = None
        self.group: GroupReport | None = None
        self.transaction: SetReport | None = None
        self._set_begun = 0
        self._answers = 0
        """TA1s in the interchange: it may hold nothing else."""
        self._interchange_numbers: set[str] = set()
        self._group_numbers: set[str] = set()
        self._set_numbers: set[str] = set()

    def take(self, elements: list[str], delimiters: Delimiters, byte: int, number: int) -> None:
        """One segment of the envelope; `number` is its place in the file."""
        match elements[0]:
            case "ISA":
                self._open_interchange(elements, delimiters, byte)
            case "TA1":
                self._answers += 1
            case "IEA":
                self._close_interchange(elements, byte)
            case "GS":
                self._open_group(elements, byte)
            case "GE":
                self._close_group(elements, byte)
            case "ST":
                self._open_set(elements, byte, number)
            case "SE":
                self._close_set(elements, byte, number)

    def finish(self) -> None:
        """The file ends: whatever is open has no trailer."""
        self._leave_interchange()

    def _open_interchange(self, elements: list[str], delimiters: Delimiters, byte: int) -> None:
        self._leave_interchange()
        opened = InterchangeReport(elements[1:], delimiters, byte)
        self.report.interchanges.append(opened)
        self.interchange = opened
        self._group_numbers = set()
        self._answers = 0
        if _is_repeated(opened.control, self._interchange_numbers):
            opened.findings.append(fault("X113", Position(byte, "ISA", "ISA13"), control=opened.control))
        for number, name, value in _wrong_in_isa(elements, delimiters):
            place = Position(byte, "ISA", f"ISA{number:02d}")
            opened.findings.append(fault("X114", place, element=place.element, what=name, value=value.strip()))

    def _close_interchange(self, elements: list[str], byte: int) -> None:
        open_one = self.interchange
        if open_one is None:
            self.report.findings.append(fault("X116", Position(byte, "IEA"), segment="IEA"))
            return
        self._leave_group()
        declared, control = _two(elements)
        if not open_one.groups and not self._answers:
            open_one.findings.append(fault("X136", Position(open_one.byte, "ISA"), what="interchange"))
        if declared != str(len(open_one.groups)) and declared.lstrip("0") != str(len(open_one.groups)):
            place = Position(byte, "IEA", "IEA01")
            open_one.findings.append(fault("X112", place, found=declared, wanted=len(open_one.groups)))
        if control != open_one.control:
            place = Position(byte, "IEA", "IEA02")
            open_one.findings.append(fault("X111", place, found=control, wanted=open_one.control))
        self.interchange = None

    def _leave_interchange(self) -> None:
        self._leave_group()
        if self.interchange is not None:
            place = Position(self.interchange.byte, "ISA")
            self.interchange.findings.append(fault("X110", place, control=self.interchange.control))
            self.interchange = None

    def _open_group(self, elements: list[str], byte: int) -> None:
        self._leave_group()
        fields = [*elements[1:], *[""] * 8]
        opened = GroupReport(fields[0], fields[1], fields[2], fields[5], fields[7], byte, fields[3])
        self.group = opened
        self._set_numbers = set()
        if self.interchange is None:
            self.report.findings.append(fault("X115", Position(byte, "GS"), segment="GS"))
            return
        if _is_repeated(opened.control, self._group_numbers):
            opened.findings.append(fault("X123", Position(byte, "GS", "GS06"), control=opened.control))
        self.interchange.groups.append(opened)
        for number, name, value in _wrong_in_gs(fields):
            place = Position(byte, "GS", f"GS{number:02d}")
            told = {"element": place.element, "what": name, "value": shown(value.strip())[:20]}
            self.interchange.findings.append(fault("X125", place, **told))
        if not _GS_NUMBER(opened.control):
            opened.findings.append(fault("X126", Position(byte, "GS", "GS06"), value=shown(opened.control)[:20]))

    def _close_group(self, elements: list[str], byte: int) -> None:
        self._leave_set(byte)
        open_one = self.group
        if open_one is None:
            self._stray(byte, "GE")
            return
        open_one.declared, control = _two(elements)
        if not open_one.sets:
            open_one.findings.append(fault("X136", Position(open_one.byte, "GS"), what="group"))
        if open_one.declared.lstrip("0") != (str(len(open_one.sets)) if open_one.sets else ""):
            place = Position(byte, "GE", "GE01")
            open_one.findings.append(fault("X122", place, found=open_one.declared, wanted=len(open_one.sets)))
        if control != open_one.control:
            place = Position(byte, "GE", "GE02")
            open_one.findings.append(fault("X121", place, found=control, wanted=open_one.control))
        self.group = None

    def _leave_group(self) -> None:
        if self.group is not None:
            self._leave_set(self.group.byte)
            place = Position(self.group.byte, "GS")
            self.group.findings.append(fault("X120", place, control=self.group.control))
            self.group = None
        self._leave_set(0)

    def _open_set(self, elements: list[str], byte: int, number: int) -> None:
        self._leave_set(byte)
        fields = [*elements[1:], *[""] * 3]
        group = self.group
        opened = SetReport(fields[0], fields[1], fields[2] or (group.version if group else ""), byte)
        self.transaction, self._set_begun = opened, number
        if group is None:
            self.report.loose_sets.append(opened)
            if self.interchange is not None:
                self._stray(byte, "ST")
            return
        wanted = FUNCTIONAL_IDS.get(opened.id)
        if wanted is not None and group.functional_id != wanted and not group.sets:
            place = Position(byte, "ST", "ST01", set_control=opened.control, number=1)
            group.findings.append(fault("X124", place, found=group.functional_id, set=opened.id, wanted=wanted))
        place = Position(byte, "ST", "ST02", set_control=opened.control, number=1)
        if _is_repeated(opened.control, self._set_numbers):
            opened.findings.append(fault("X133", place, control=opened.control))
        if fields[2] and fields[2] != group.version:
            place = Position(byte, "ST", "ST03", set_control=opened.control, number=1)
            opened.findings.append(fault("X135", place, found=fields[2], wanted=group.version))
        elif not group.sets:
            self._compare_versions(group)
        group.sets.append(opened)

    def _compare_versions(self, group: GroupReport) -> None:
        """The interchange's and the group's."""
        said = self.interchange.isa[11:12] if self.interchange else []
        if said in (["00501"], ["00401"]) and group.version[:5] in ("00501", "00401") and said != [group.version[:5]]:
            place = Position(group.byte, "GS", "GS08")
            group.findings.append(fault("X128", place, found=group.version[:12], wanted=said[0]))

    def _close_set(self, elements: list[str], byte: int, number: int) -> None:
        open_one = self.transaction
        if open_one is None:
            self._stray(byte, "SE")
            return
        open_one.segments = number - self._set_begun + 1
        declared, control = _two(elements)
        if declared.lstrip("0") != str(open_one.segments):
            place = Position(byte, "SE", "SE01", set_control=open_one.control, number=open_one.segments)
            open_one.findings.append(fault("X132", place, found=declared, wanted=open_one.segments))
        if control != open_one.control:
            place = Position(byte, "SE", "SE02", set_control=open_one.control, number=open_one.segments)
            open_one.findings.append(fault("X131", place, found=control, wanted=open_one.control))
        self.transaction = None

    def _leave_set(self, byte: int) -> None:
        open_one = self.transaction
        if open_one is not None:
            place = Position(open_one.byte, "ST", set_control=open_one.control, number=1)
            open_one.findings.append(fault("X130", place, control=open_one.control))
            self.transaction = None

    def _stray(self, byte: int, segment: str) -> None:
        findings = self.interchange.findings if self.interchange else self.report.findings
        kind = "X115" if segment == "ST" else "X116"
        findings.append(fault(kind, Position(byte, segment), segment=segment))


def _wrong_in_isa(isa: list[str], marks: Delimiters) -> Iterator[tuple[int, str, str]]:
    """Number, our name and value of each element of the header that cannot be."""
    version = isa[12] if len(isa) > 12 else ""
    for number, name, pattern, _ in _ISA_ELEMENTS:
        value = isa[number] if number < len(isa) else ""
        if number == 11 and version == _OLD_VERSION and value == _OLD_STANDARD:
            continue
        is_mark_twice = number == 11 and value in (marks.element, marks.component, marks.segment)
        is_no_day = number == 9 and day(f"20{value}") is None
        if is_mark_twice or is_no_day or not re.fullmatch(pattern, value, re.ASCII):
            yield number, name, value


def _wrong_in_gs(fields: list[str]) -> Iterator[tuple[int, str, str]]:
    """The same of a group's header, given without its id."""
    for number, name, pattern in _GS_ELEMENTS:
        value = fields[number - 1]
        if not re.fullmatch(pattern, value, re.ASCII) or (number == 4 and day(value) is None):
            yield number, name, value


def _two(elements: list[str]) -> tuple[str, str]:
    """The count and the control number of a trailer."""
    fields = [*elements[1:], "", ""]
    return fields[0], fields[1]


def _is_repeated(control: str, known: set[str]) -> bool:
    repeated = control in known
    known.add(control)
    return repeated
