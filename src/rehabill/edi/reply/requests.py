"""What was asked, read back: people and policies as our own records have them. For 276, 270 and 278."""

from typing import NamedTuple

from rehabill.edi.p837_read.party import person_of
from rehabill.edi.reply.loops import Loop
from rehabill.edi.reply.pieces import Reader
from rehabill.model.party import Person, Relationship, Subscriber
from rehabill.model.submitted import Party, Reference

_RELATIONSHIPS: dict[str, Relationship] = {"18": "self", "01": "spouse", "19": "child", "20": "employee"}


class Member(NamedTuple):
    """Who is insured and who is asked about."""

    subscriber: Subscriber
    patient: Person
    relationship: Relationship


def person_loop(reader: Reader, loop: Loop, name: str) -> Party | None:
    """The party of the loop `name` below `loop`, with the birth and sex that a 276 puts a level higher."""
    below = loop.first(name)
    if below is not None:
        below.segments += [segment for segment in loop.segments if segment.id == "DMG"]
    return reader.party(below)


def relationship_of(reader: Reader, loop: Loop, name: str) -> str:
    """INS02 of the loop `name`; empty when it is not told."""
    below = loop.first(name)
    told = below.take("INS") if below else None
    return told.get(2) if told else ""


def member(holder: Party | None, dependent: Party | None = None, relation: str = "") -> Member:
    """`dependent`: the patient, where that is another person than the holder."""
    policy = Subscriber(
        member_id=holder.id if holder else None,
        relationship=_relationship(relation) if dependent else "self",
        group_number=_number(holder.references if holder else (), "6P"),
        person=person_of(holder) if holder and holder.is_person and dependent else None,
        organization=holder.name if holder and not holder.is_person else None,
    )
    who = dependent or holder
    return Member(policy, person_of(who) if who else Person(), policy.relationship)


def _relationship(relation: str) -> Relationship:
    found = _RELATIONSHIPS.get(relation, "other")
    return "other" if found == "self" else found


def _number(references: tuple[Reference, ...], kind: str) -> str | None:
    return next((one.value for one in references if one.kind == kind), None)
