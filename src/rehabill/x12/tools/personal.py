"""Findings as they may be shown: what they quote from the file is masked by the rule of `masking`.

A finding is words; its kind's template tells which of them came from the file.
"""

import re
from collections.abc import Callable
from functools import cache
from string import Formatter

import msgspec

from rehabill.base.finding import Finding, Position
from rehabill.x12.check.report import FileReport, GroupReport, InterchangeReport, SetReport
from rehabill.x12.faults import KINDS
from rehabill.x12.masking import claim_number, envelope_value, kind_at, segment_id, shape, sight_anywhere, told
from rehabill.x12.spec.load import spec_for
from rehabill.x12.spec.schema import TransactionSpec

_ELEMENT = re.compile(r"([0-9A-Z]+?)(\d\d)(?:-(\d+))?").fullmatch
_ENVELOPE = ("X11", "X12", "X13")
"""Kinds of finding that quote the envelope."""
_COUNTS = ("X112", "X122", "X132")
_VERSIONS = ("X128", "X135")
_NPIS = ("X223", "X320")
_GROUP_AND_REASON = ("X368", "X369")
_DAYS_OF_LISTS = ("X501", "X504")
"""Kinds whose day is that of a code in its list."""
_WHYS = {
    "X231": ("the level above it is number {found}", "the first level has none above it"),
    "X300": ("Payment {number} is {amount} out of balance: {rest}",),
    "X301": ("Claim {number} is {amount} out of balance: {rest}",),
    "X302": ("Line {line} ({code}) of claim {number} is {amount} out of balance: {rest}",),
    "X303": ("The lines of claim {number} charge {amount} together; {rest}",),
    "X304": (
        "Claim {number} has a charge of {amount} and is no reversal (its status is {status}, not 22).",
        "Claim {number} is a reversal (status 22), {rest}",
    ),
    "X315": ("its transaction sets are {sets}", "it has no transaction set (ST)"),
}
"""The words of a `why` that quotes the file. Every other is ours alone."""
_ANYTHING = frozenset({
    "value", "found", "control", "sample", "segment", "set", "sets", "version", "payer", "number", "code", "status",
})  # fmt: skip
"""Facts that came from the file."""
_OURS = frozenset({"set", "(none)", "without a trace number", "The other payer", "missing"})
"""What stands in a message where the file has nothing."""
_DAY_OF_CARE = re.compile(r"20(?:1[3-9]|[2-9]\d)(?:-\d\d-\d\d|\d{4}(?:-20(?:1[3-9]|[2-9]\d)\d{4})?)").fullmatch
"""Days of service are what some findings are about. No birthday of a grown-up is written so, whatever the order."""
_NPI = re.compile(r"1[0-9]{9}").fullmatch
_MILLIONS = re.compile(r"\$\d{2,3},\d{3},\d{3}(?:,\d{3})*\.00")
"""Whole dollars of ten millions and more: what was taken for an amount may have been a birthday or a telephone."""


def discreet_report(report: FileReport) -> FileReport:
    """The report as it may be shown; the one given stays as it is."""
    return FileReport(
        [_interchange(one) for one in report.interchanges], [_set(one) for one in report.loose_sets],
        [discreet(one, None) for one in report.findings],
    )  # fmt: skip


def _interchange(report: InterchangeReport) -> InterchangeReport:
    findings = [discreet(one, None) for one in report.findings]
    return msgspec.structs.replace(report, findings=findings, groups=[_group(one) for one in report.groups])


def _group(report: GroupReport) -> GroupReport:
    return msgspec.structs.replace(
        report, functional_id=envelope_value(report.functional_id), control=envelope_value(report.control),
        version=envelope_value(report.version, "version"), declared=envelope_value(report.declared, "count"),
        findings=[discreet(one, None) for one in report.findings], sets=[_set(one) for one in report.sets],
    )  # fmt: skip


def _set(report: SetReport) -> SetReport:
    spec = spec_for(report.id, report.version)
    return msgspec.structs.replace(
        report, id=envelope_value(report.id, "set"), control=envelope_value(report.control),
        version=envelope_value(report.version, "version"), findings=[discreet(one, spec) for one in report.findings],
    )  # fmt: skip


def discreet(finding: Finding, spec: TransactionSpec | None) -> Finding:
    """A finding as it may be shown. `spec`: of the set it stands in."""
    at = finding.at or Position(0)
    message = _message(finding.rule, finding.message, at, spec)
    if not finding.at:
        return msgspec.structs.replace(finding, message=message)
    segment = segment_id(at.segment) if at.segment else ""
    element = at.element if at.element.startswith(segment) else segment + at.element[len(at.segment) :]
    shown_at = msgspec.structs.replace(
        at, segment=segment, element=element, set_control=envelope_value(at.set_control), claim=claim_number(at.claim)
    )
    return msgspec.structs.replace(finding, message=message, at=shown_at)


def _message(rule: str, message: str, at: Position, spec: TransactionSpec | None) -> str:
    kind = KINDS.get(rule)
    if kind is None:
        return message
    return _retold(kind.text, message, _Quoted(rule, at, spec).fact) or f"{kind.slug} (masked; --show-personal tells)"


def _retold(template: str, message: str, fact: Callable[[str, str], str]) -> str:
    """The message with every fact as it may be shown; empty when it was not made of that template."""
    found = _reader(template)(message)
    if found is None:
        return ""
    words, last = [], 0
    for name, value in found.groupdict().items():
        words += [message[last : found.start(name)], fact(name, value)]
        last = found.end(name)
    return "".join([*words, message[last:]])


@cache
def _reader(template: str) -> Callable[[str], re.Match[str] | None]:
    """Reads the facts back out of a message. Those from the file reach as far as they can: they may hold anything."""
    pattern = ""
    for words, name, _, _ in Formatter().parse(template):
        pattern += re.escape(words)
        if name:
            pattern += f"(?P<{name}>.*{'' if name in _ANYTHING else '?'})"
    return re.compile(pattern, re.DOTALL).fullmatch


class _Quoted:
    """What a finding quotes, as it may be shown. `spec`: of the set it stands in."""

    def __init__(self, rule: str, at: Position, spec: TransactionSpec | None) -> None:
        self.rule = rule
        self.at = at
        self.spec = spec

    def fact(self, name: str, value: str) -> str:
        if value in _OURS:
            return value
        match name:
            case "value" | "found" | "wanted" if self.rule.startswith(_ENVELOPE):
                return envelope_value(
                    value,
                    "count" if self.rule in _COUNTS else "version" if self.rule in _VERSIONS else "control",
                )
            case "value" | "found":
                return self._value(value)
            case "control" | "set" | "version":
                return envelope_value(value, name)
            case "sets":
                return ", ".join(envelope_value(one, "set") for one in value.split(", "))
            case "segment":
                return segment_id(value)
            case "sample":
                begin = re.split(r"\W", value, maxsplit=1)[0]
                return segment_id(begin) + shape(value[len(begin) :])
            case "number" | "payer":
                return claim_number(value)
            case "code":
                return (
                    self._at("SV1", "SV101-2", value) if self.at.segment == "SV1" else self._at("SVC", "SVC01-2", value)
                )
            case "status":
                return self._at("CLP", "CLP02", value)
            case "day" | "made" | "service" | "first" | "latest" if self.rule not in _DAYS_OF_LISTS:
                return value if _DAY_OF_CARE(value) or not value[:1].isdigit() else f"{value[:4]}-••-••"
            case "why" if self.rule in _WHYS:
                told = (_retold(words, value, self.fact) for words in _WHYS[self.rule])
                return next((one for one in told if one), "what stands there is not what it must be")
        return _MILLIONS.sub("$•••", value)

    def _value(self, value: str) -> str:
        """What stands at the finding's element; without one, the first elements of its segment."""
        if self.at.element:
            if self.rule in _NPIS and _NPI(value):
                return value
            parts = value.split(" ") if self.rule in _GROUP_AND_REASON else [value]
            return " ".join(self._at(self.at.segment, self.at.element, one) for one in parts)
        parts = value.split("*")
        return "*".join(self._at(self.at.segment, f"{self.at.segment}{n:02d}", one) for n, one in enumerate(parts, 1))

    def _at(self, segment: str, element: str, value: str) -> str:
        found = _ELEMENT(element)
        number, part = (int(found[2]), int(found[3] or 0)) if found else (0, 0)
        sight = sight_anywhere(self.spec, segment, self.at.loop or None)
        place = sight.place(number, part)
        kind = kind_at(place)
        if kind == "date" and _DAY_OF_CARE(value):
            return value
        return told(value, kind, place, sight)
