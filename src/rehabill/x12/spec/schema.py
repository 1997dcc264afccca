"""What a spec is once it is read: a tree of loops and segments, each place of a segment with what it may hold.

Order: neighbours with the same segment id (all the REFs of a claim) may come in any order among themselves, and so may
neighbouring loops that open with the same segment id (2310A to 2310F); everything else comes as it is listed.
"""

from typing import Literal

import msgspec

Usage = Literal["R", "S", "N"]
"""Required, situational, not used."""

Type = Literal["AN", "ID", "N0", "R", "DT", "TM", "B"]

MANY = 2**31 - 1
"""The `repeat` of what may stand as often as one likes."""

PERSONAL = {
    "name": "a patient's, subscriber's or relative's name",
    "id": "a number that names the person: member id, social security number",
    "birth": "a day of birth or death",
    "date": "a day in the person's care",
    "address": "street, city or ZIP code",
    "phone": "telephone, fax or e-mail",
    "claim": "a number of the person's account, claim or record",
    "text": "free text, in which anything may stand",
    "provider": "the name of a person who gives care or answers the telephone",
}
"""The kinds of personal data that a place may hold."""

FORMS = {
    "d8": "CCYYMMDD",
    "rd8": "CCYYMMDD-CCYYMMDD",
    "tm": "HHMM, HHMMSS or with decimals",
    "npi": "ten digits with their check digit",
    "zip": "5 or 9 digits, when the country is the United States",
    "zip9": "9 digits, when the country is the United States",
    "phone": "ten digits",
    "ssn": "nine digits",
    "tin": "nine digits",
    "taxonomy": "ten characters",
    "qualified": "as the code before it says: D8, RD8, XX, SY, 34, EI, 24, FI, TE, FX, EM …",
}
"""The forms a place may ask for beyond its type and length."""

LISTS = {
    "state": "state or province",
    "country": "country",
    "subdivision": "part of a country",
    "currency": "currency",
    "pos": "place of service",
    "carc": "claim adjustment reason (CARC)",
    "rarc": "remark (RARC)",
    "icd10cm": "diagnosis (ICD-10-CM)",  # when the code list is ABK, ABF or ABJ
    "cpt": "procedure (CPT, HCPCS)",  # when the kind of code is HC
    "modifier": "modifier",
    "taxonomy": "provider taxonomy",
    "claim_status_category": "claim status category",
    "claim_status": "claim status",
    "decision_reason": "reviewer's decision",
    "entity": "entity",
    "revenue": "revenue",
}
"""The lists kept outside the specs, which `edi` knows: what their codes are called (a `place of service` code)."""


class Relation(msgspec.Struct, frozen=True, array_like=True):
    """A condition between places (from 1): P all or none, R at least one, E at most one, C if the first then all the
    others, L if the first then at least one other.
    """

    kind: Literal["P", "R", "E", "C", "L"]
    places: tuple[int, ...]


class Key(msgspec.Struct, frozen=True, array_like=True):
    """The codes by which one use of a segment is told from another: at this element, at this component of it (0: the
    whole element). The first repetition counts.
    """

    element: int
    component: int
    codes: frozenset[str]


class ElementSpec(msgspec.Struct, frozen=True, tag="e", tag_field="is", array_like=True, omit_defaults=True):
    """One place in a segment or composite. `codes` are the only values allowed; empty: any of the right shape."""

    name: str
    number: str
    usage: Usage
    type: Type
    low: int
    high: int
    codes: frozenset[str] = frozenset()
    list: str = ""
    form: str = ""
    repeat: int = 1
    personal: str = ""
    when: str = ""
    """The situation in which a situational place must be filled."""


class CompositeSpec(msgspec.Struct, frozen=True, tag="c", tag_field="is", array_like=True, omit_defaults=True):
    """A place made of components. One that is not used has no parts."""

    name: str
    number: str
    usage: Usage
    parts: tuple[ElementSpec, ...] = ()
    relations: tuple[Relation, ...] = ()
    repeat: int = 1
    when: str = ""


class SegmentSpec(msgspec.Struct, frozen=True, tag="s", tag_field="is", array_like=True, omit_defaults=True):
    """One use of a segment. `when` names the situation that requires it; with `only`, it may not stand otherwise."""

    id: str
    name: str
    usage: Usage
    repeat: int
    elements: tuple[ElementSpec | CompositeSpec, ...]
    relations: tuple[Relation, ...] = ()
    key: Key | None = None
    when: str = ""
    only: bool = False

    def is_keyed(self, elements: list[str], component: str = ":", repetition: str = "^") -> bool:
        """Is this the use that raw elements (the segment id first, as they come of a split) belong to?"""
        key = self.key
        if key is None:
            return True
        if len(elements) <= key.element:
            return False
        value = elements[key.element].split(repetition, 1)[0] if repetition else elements[key.element]
        if key.component:
            parts = value.split(component)
            value = parts[key.component - 1] if len(parts) >= key.component else ""
        return value in key.codes


class LoopSpec(msgspec.Struct, frozen=True, tag="l", tag_field="is", array_like=True, omit_defaults=True):
    """A loop; its first segment opens it."""

    id: str
    name: str
    usage: Usage
    repeat: int
    body: "tuple[SegmentSpec | LoopSpec, ...]"
    when: str = ""
    only: bool = False

    @property
    def opener(self) -> SegmentSpec:
        first = self.body[0]
        assert isinstance(first, SegmentSpec)  # the compiler sees to it
        return first


class TransactionSpec(msgspec.Struct, frozen=True):
    """One transaction of one guide, from ST to SE; or the envelope around them all."""

    id: str
    set: str
    group: str
    name: str
    versions: tuple[str, ...]
    """The first is the one we write; the others are read with the same spec."""
    purposes: tuple[str, ...]
    """The second element of BHT, where request and answer share set and version."""
    unit: str
    """The loop that people count: a claim, a member, a request."""
    situations: dict[str, str]
    """The situations it names, each in words."""
    unverified: str
    """What of it was not held against a source; empty: nothing."""
    body: tuple[SegmentSpec | LoopSpec, ...]


class SegmentDefinition(msgspec.Struct, frozen=True):
    """A segment as the standard has it, whatever the transaction: enough to describe one that stands out of place."""

    id: str
    name: str
    elements: tuple[ElementSpec | CompositeSpec, ...]
    relations: tuple[Relation, ...]


class Package(msgspec.Struct, frozen=True):
    """All specs as they are shipped; a transaction is decoded when it is first asked for."""

    index: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]]
    """id of the spec → transaction set, versions, purposes."""
    segments: msgspec.Raw
    meanings: msgspec.Raw
    specs: dict[str, msgspec.Raw]
