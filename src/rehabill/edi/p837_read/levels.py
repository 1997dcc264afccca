"""What claims inherit: who sends the file, who bills, who is insured, who was treated."""

from collections.abc import Mapping

import msgspec

from rehabill.edi.p837_read.cob import RELATIONSHIPS, SENT_SEQUENCES, Coverage, coverage_of
from rehabill.edi.p837_read.party import Parties, person_of
from rehabill.edi.p837_read.payers import profile_of
from rehabill.edi.p837_read.source import Source
from rehabill.model.party import Person, Relationship
from rehabill.model.submitted import Billing, OtherSegment, Party, Submission
from rehabill.x12.values import Memory, day


class Subscriber(msgspec.Struct, gc=False):
    """A subscriber level, and the payer it names."""

    coverage: Coverage
    party: Party | None = None
    person: Person | None = None
    payer: Party | None = None
    profile: str = ""
    profile_is_assumed: bool = False
    other: list[OtherSegment] = []


class Patient(msgspec.Struct, gc=False):
    """A patient level."""

    relationship: str = ""
    party: Party | None = None
    person: Person | None = None
    other: list[OtherSegment] = []

    @property
    def relation(self) -> Relationship:
        return RELATIONSHIPS.get(self.relationship, "other")


_NOBODY = frozenset({"PAT", "CUR", "SBR", "PRV", "REF", "DTP", "K3", "N2", "N3", "N4", "DMG", "PER"})


class Levels:
    """Reads the header and the levels, each from its HL to the next one or to a claim."""

    def __init__(self, source: Source, parties: Parties, profiles: Mapping[str, str]) -> None:
        self._source, self._parties, self._profiles = source, parties, profiles
        self._sbr = f"SBR{source.element}"
        self._insured = f"NM1{source.element}IL{source.element}"
        self._coverages: Memory[str, Coverage] = Memory(self._coverage)

    def submission(self, begun: int, end: int, envelope: Submission) -> tuple[Submission, int]:
        """From ST to the first level: BHT, submitter, receiver."""
        source = self._source
        facts: dict[str, object] = {}
        other: list[OtherSegment] = []
        index = begun + 1
        while index < end and (name := source.segments[index][:3]) not in source.heads:
            if name == "NM1":
                party, index = self._parties.once(index, end, "1000", "submission")
                field = {"41": "submitter", "40": "destination"}.get(party.role)
                if field:
                    facts[field] = party
                else:
                    source.tell("R123", index - 1, "NM101", "1000", "submission")
                continue
            if name == "BHT":
                facts |= self._purpose(index)
            else:
                other.append(source.unread(index, "", frozenset({"REF"})))
            index += 1
        return msgspec.structs.replace(envelope, **facts, other=tuple(other)), index

    def _purpose(self, index: int) -> dict[str, object]:
        fields = self._source.fields(index, 6)
        created = day(fields[4])
        if created is None and fields[4]:
            self._source.tell("R121", index, "BHT04", "", "submission.created")
        return {
            "purpose": fields[2] or None, "reference": fields[3] or None, "created": created, "kind": fields[6] or None,
        }  # fmt: skip

    def billing(self, begun: int, end: int) -> tuple[Billing, int]:
        """2000A, 2010AA, 2010AB, 2010AC."""
        source = self._source
        parties: dict[str, Party] = {}
        taxonomy = None
        other: list[OtherSegment] = []
        index = begun + 1
        while index < end and (name := source.segments[index][:3]) not in source.heads:
            if name == "NM1":
                party, after = self._parties.read(index, end, "2010A", "billing")
                if party.role in ("85", "87", "PE") and party.role not in parties:
                    parties[party.role] = party
                else:
                    other.extend(source.unread(each, "2010A", _NOBODY | {"NM1"}) for each in range(index, after))
                index = after
                continue
            if name == "PRV":
                taxonomy = source.fields(index, 3)[3] or None
            else:
                other.append(source.unread(index, "2000A", _NOBODY))
            index += 1
        provider = parties.get("85")
        if provider is None:
            source.tell("R124", begun, "NM101", "2010AA", "billing.provider", what="the billing provider (NM1*85)")
        elif taxonomy is None:
            taxonomy = provider.taxonomy
        return Billing(
            provider=provider, taxonomy=taxonomy, pay_to=parties.get("87"), pay_to_plan=parties.get("PE"),
            other=tuple(other),
        ), index  # fmt: skip

    def subscriber(self, begun: int, end: int) -> tuple[Subscriber, int]:
        """2000B, 2010BA, 2010BB."""
        source = self._source
        segments, heads = source.segments, source.heads
        level = Subscriber(_UNKNOWN)
        index = begun + 1
        while index < end and (name := segments[index][:3]) not in heads:
            if name == "NM1":
                index = self._insured_or_payer(index, end, level)
                continue
            if level.coverage is _UNKNOWN and segments[index].startswith(self._sbr):
                level.coverage = self._coverages[segments[index]]
                if level.coverage.sent not in SENT_SEQUENCES:
                    source.tell("R123", index, "SBR01", "2000B", "sequence")
            else:
                level.other.append(source.unread(index, "2000B", _NOBODY))
            index += 1
        self._complete(begun, level)
        return level, index

    def _insured_or_payer(self, index: int, end: int, level: Subscriber) -> int:
        source = self._source
        if level.party is None and source.segments[index].startswith(self._insured):
            level.party, after = self._parties.once(index, end, "2010BA", "subscriber")
            return after
        party, after = self._parties.read(index, end, "2010BB", "payer")
        if party.role == "PR" and level.payer is None:
            level.payer = party
        else:
            level.other.extend(source.unread(each, "2010B", _NOBODY | {"NM1"}) for each in range(index, after))
        return after

    def _coverage(self, segment: str) -> Coverage:
        return coverage_of(self._source.cut(segment, 9))

    def _complete(self, begun: int, level: Subscriber) -> None:
        if level.party is None:
            self._source.tell("R124", begun, "NM101", "2010BA", "subscriber", what="the subscriber (NM1*IL)")
        elif level.party.is_person:
            level.person = person_of(level.party)
        if level.payer is None:
            self._source.tell("R124", begun, "NM101", "2010BB", "payer", what="the payer (NM1*PR)")
        payer_id = level.payer.id or "" if level.payer else ""
        level.profile, level.profile_is_assumed = profile_of(payer_id, level.coverage.filing, self._profiles)

    def nobody(self) -> Subscriber:
        """For a claim that stands under no subscriber: the caller has told it."""
        return Subscriber(_UNKNOWN, profile=profile_of("", "", self._profiles)[0], profile_is_assumed=True)

    def patient(self, begun: int, end: int) -> tuple[Patient, int]:
        """2000C, 2010CA."""
        source = self._source
        level = Patient()
        index = begun + 1
        while index < end and (name := source.segments[index][:3]) not in source.heads:
            if name == "NM1" and level.party is None:
                level.party, index = self._parties.once(index, end, "2010CA", "patient")
                level.person = person_of(level.party)
                continue
            if name == "PAT" and not level.relationship:
                fields = source.fields(index, 1)
                level.relationship = fields[1]
                if any(fields[2:]):
                    level.other.append(source.unread(index, "2000C", _NOBODY))
            else:
                level.other.append(source.unread(index, "2000C", _NOBODY))
            index += 1
        if level.party is None:
            source.tell("R124", begun, "NM101", "2010CA", "patient", what="the patient (NM1*QC)")
        return level, index


_UNKNOWN = Coverage("P", "", "", None, None, None, "")
