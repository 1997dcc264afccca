"""A file's batches to claims: envelopes, transaction sets and levels are followed as they go by."""

from collections.abc import Callable, Iterator, Mapping

from rehabill.base.finding import Finding, Position
from rehabill.edi.p837_read.claim import Claims
from rehabill.edi.p837_read.faults import finding
from rehabill.edi.p837_read.levels import Levels, Patient, Subscriber
from rehabill.edi.p837_read.party import Parties
from rehabill.edi.p837_read.source import Source
from rehabill.edi.p837_read.whole import submitted_claim
from rehabill.model.submitted import Billing, Submission, SubmittedClaim
from rehabill.x12.scan import Batch

_PROFESSIONAL = ("005010X222", "004010X098")
_OUT_OF_SCOPE = {
    "005010X223": "institutional (837I)", "004010X096": "institutional (837I)",
    "005010X224": "dental (837D)", "004010X097": "dental (837D)",
    "005010X298": "post-adjudicated (reported)", "005010X299": "post-adjudicated (reported)",
}  # fmt: skip
_NO_BILLING = Billing()


class Followed:
    """Where in the file we are. `claims` gives the claims of a batch, `finish` what is left at the end."""

    def __init__(self, faults: list[Finding], profiles: Mapping[str, str]) -> None:
        self._source = Source(faults)
        self._profiles = profiles
        self._claim_count = 0
        self._told_scope = self._found_x12 = self._found_837p = False
        self._sender = self._receiver = self._usage = self._interchange = ""
        self._group = self._group_version = ""
        self._in_interchange = self._in_group = self._in_set = self._reading = False
        self._submission = Submission(
            interchange_control="", group_control="", set_control="", version="", usage="", sender="", receiver=""
        )
        self._forget_levels()
        self._hear()

    def _hear(self) -> None:
        """Make the readers for the separators now in use."""
        source = self._source
        parties = Parties(source)
        self._claims, self._levels = Claims(source, parties), Levels(source, parties, self._profiles)
        self._steps: dict[str, Callable[[int, int], int]] = {
            "ISA": self._interchange_begins, "IEA": self._interchange_ends, f"GS{source.element}": self._group_begins,
            f"GE{source.element}": self._group_ends, f"ST{source.element}": self._set_begins,
            f"SE{source.element}": self._set_ends, f"HL{source.element}": self._level,
        }  # fmt: skip

    def _forget_levels(self) -> None:
        self._level_count = 0
        self._billing_number = self._subscriber_number = ""
        self._billing: Billing | None = None
        self._subscriber: Subscriber | None = None
        self._patient: Patient | None = None
        self._awaits_claim = False

    # batches and sections

    def claims(self, batch: Batch) -> Iterator[SubmittedClaim]:
        """The claims that are whole with this batch; the last one waits for what follows it."""
        source = self._source
        if batch.opens:
            yield from self._rest()
            self._close_interchange()
            self._found_x12 = True
            if batch.delimiters != source.delimiters:
                source.speak(batch)
                self._hear()
        if not batch.segments:
            return
        whole = source.last_head(source.take(batch))
        yield from self._sections(whole)
        source.drop(whole)

    def _sections(self, end: int) -> Iterator[SubmittedClaim]:
        """Everything before `end`, where something new begins or nothing more comes."""
        segments, steps = self._source.segments, self._steps
        index = 0
        while index < end:
            tag = segments[index][:3]
            if tag == "CLM" and self._reading:
                claim, index = self._claim(index, end)
                yield claim
            else:
                index = steps.get(tag, self._stray)(index, end)

    def _rest(self) -> Iterator[SubmittedClaim]:
        """The last section, when nothing more can follow it."""
        count = len(self._source.segments)
        if not count:
            return
        yield from self._sections(count)
        if self._in_set:
            self._source.tell("R103", count - 1)
        if self._in_group:
            self._source.tell("R106", count - 1, what="group", trailer="GE")
        if self._in_interchange:
            self._source.tell("R106", count - 1, what="interchange", trailer="IEA")
        self._in_set = self._in_group = self._in_interchange = self._reading = False
        self._source.drop(count)

    def finish(self) -> Iterator[SubmittedClaim]:
        yield from self._rest()
        if self._found_x12 and not self._found_837p and not self._told_scope:
            self._source.faults.append(finding("R100", Position(0)))

    def _stray(self, index: int, end: int) -> int:
        """A segment that stands under nothing, or in a set that is not ours."""
        name = self._source.segments[index].partition(self._source.element)[0]
        if name and (self._reading or not self._in_set):
            self._source.tell("R115", index, what=name[:3])
        return index + 1

    # envelopes

    def _close_interchange(self) -> None:
        self._in_interchange = self._in_group = self._in_set = self._reading = False
        self._source.set_control = ""

    def _interchange_begins(self, begun: int, end: int) -> int:
        fields = self._source.fields(begun, 16)
        self._sender, self._receiver = fields[6].strip(), fields[8].strip()
        self._interchange, self._usage = fields[13], fields[15]
        self._in_interchange = True
        return begun + 1

    def _interchange_ends(self, begun: int, end: int) -> int:
        self._end_set(begun)
        if self._in_group:
            self._source.tell("R106", begun, what="group", trailer="GE")
        self._in_interchange = self._in_group = False
        return begun + 1

    def _group_begins(self, begun: int, end: int) -> int:
        self._end_set(begun)
        if self._in_group:
            self._source.tell("R106", begun, what="group before this", trailer="GE")
        fields = self._source.fields(begun, 8)
        self._group, self._group_version = fields[6], fields[8]
        self._in_group = True
        return begun + 1

    def _group_ends(self, begun: int, end: int) -> int:
        self._end_set(begun)
        self._in_group = False
        return begun + 1

    # transaction sets

    def _set_begins(self, begun: int, end: int) -> int:
        source = self._source
        self._end_set(begun)
        self._forget_levels()
        fields = source.fields(begun, 3)
        kind, control, version = fields[1], fields[2], fields[3] or self._group_version
        source.begin_set(begun, control)
        self._in_set = True
        self._reading = self._is_ours(kind, version, begun)
        if not self._reading:
            return begun + 1
        self._found_837p = True
        envelope = Submission(
            interchange_control=self._interchange, group_control=self._group, set_control=control, version=version,
            usage=self._usage, sender=self._sender, receiver=self._receiver,
        )  # fmt: skip
        self._submission, after = self._levels.submission(begun, end, envelope)
        return after

    def _is_ours(self, kind: str, version: str, index: int) -> bool:
        if kind != "837":
            self._source.tell("R102", index, "ST01", what=kind[:3])
            return False
        if version.startswith(_PROFESSIONAL):
            return True
        what = _OUT_OF_SCOPE.get(version[:10])
        if what:
            self._told_scope = True
            self._source.tell("R101", index, "ST03", what=what)
            return False
        self._source.tell("R107", index, "ST03", what=version[:12])
        return True

    def _set_ends(self, begun: int, end: int) -> int:
        source = self._source
        fields = source.fields(begun, 2)
        if not self._in_set:
            source.tell("R115", begun, what="SE")
        elif self._reading:
            self._level_done(begun)
            found = source.number(begun)
            if fields[1].lstrip("0") != str(found):
                source.tell("R104", begun, "SE01", said=fields[1][:10] or "no", found=found)
            if fields[2] != source.set_control:
                source.tell("R105", begun, "SE02")
        self._in_set = self._reading = False
        source.set_control = ""
        return begun + 1

    def _end_set(self, index: int) -> None:
        """Something begins or ends that cannot stand inside a set."""
        if self._in_set:
            self._level_done(index)
            self._source.tell("R103", index)
            self._in_set = self._reading = False

    # levels and claims

    def _level(self, begun: int, end: int) -> int:
        if not self._reading:
            return begun + 1
        source = self._source
        self._level_done(begun)
        fields = source.segments[begun].split(source.element)
        _, number, parent, kind, below = fields if len(fields) == 5 else source.fields(begun, 4)[:5]
        self._level_count += 1
        if number != str(self._level_count):
            source.tell("R110", begun, "HL01")
            self._level_count = int(number) if number.isascii() and number.isdecimal() else self._level_count
        if kind == "22":
            if parent != self._billing_number or not parent:
                source.tell("R111", begun, "HL02", "2000B")
            self._subscriber_number, self._patient, self._awaits_claim = number, None, below != "1"
            self._subscriber, after = self._levels.subscriber(begun, end)
        elif kind == "23":
            if parent != self._subscriber_number or not parent:
                source.tell("R111", begun, "HL02", "2000C")
            self._awaits_claim = True
            self._patient, after = self._levels.patient(begun, end)
        elif kind == "20":
            if parent:
                source.tell("R111", begun, "HL02", "2000A")
            self._billing_number, self._subscriber_number = number, ""
            self._subscriber = self._patient = None
            self._billing, after = self._levels.billing(begun, end)
        else:
            source.tell("R112", begun, "HL03")
            after = begun + 1
        return after

    def _level_done(self, index: int) -> None:
        if self._awaits_claim:
            self._awaits_claim = False
            self._source.tell("R114", index, "", "2300", "claims")

    def _claim(self, begun: int, end: int) -> tuple[SubmittedClaim, int]:
        source = self._source
        self._awaits_claim = False
        at, known = source.at(begun, "", "2300"), len(source.faults)
        if self._billing is None:
            source.tell("R113", begun, "", "2300", "billing", what="billing provider: who bills")
        if self._subscriber is None:
            source.tell("R113", begun, "", "2300", "subscriber", what="subscriber: who is insured")
        draft, after = self._claims.read(begun, end)
        index = self._claim_count
        self._claim_count += 1
        return submitted_claim(
            draft, self._submission, self._billing or _NO_BILLING, self._subscriber or self._levels.nobody(),
            self._patient, at, index, tuple(source.faults[known:]),
        ), after  # fmt: skip
