"""Anybody named in the file: NM1 with the address, numbers, contacts and particulars behind it."""

import datetime as dt
from typing import Literal

import msgspec

from rehabill.edi.p837_read.faults import Problem
from rehabill.edi.p837_read.source import Source
from rehabill.model.party import Address, Person
from rehabill.model.submitted import Party, Reachable, Reference
from rehabill.x12.scan import shown
from rehabill.x12.values import Memory, day

_TAX = frozenset({"EI", "SY", "TJ"})
_TAX_KINDS = frozenset({"24", "34", "FI"})
_SEX: dict[str, Literal["F", "M", "U"]] = {"F": "F", "M": "M", "U": "U"}
_REACHED_BY = {"TE": "phone", "EX": "extension", "FX": "fax", "EM": "email"}
_NOWHERE = [""] * 5
_USUAL_PERSON = 4
"""NM1, N3, N4, DMG."""
_NOBODY = [""] * 10
_Read = tuple[Party, tuple[Problem, ...]]


class Parties:
    """Reads a party's loop. Providers and payers repeat wholly, so theirs are remembered by their text."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._belonging = source.tags("N2", "N3", "N4", "REF", "PER", "PRV", "DMG")
        self._terminator = source.delimiters.segment
        self._remembered: Memory[str, _Read] = Memory(self._of_text)

    def read(self, index: int, end: int, loop: str, path: str) -> tuple[Party, int]:
        """The party whose NM1 stands at `index`, and where its loop ends."""
        segments, belonging = self._source.segments, self._belonging
        stop = index + 1
        while stop < end and segments[stop][:3] in belonging:
            stop += 1
        text = segments[index] if stop == index + 1 else self._terminator.join(segments[index:stop])
        party, problems = self._remembered[text]
        if problems:
            self._source.tell_all(problems, index, loop, path)
        return party, stop

    def once(self, index: int, end: int, loop: str, path: str) -> tuple[Party, int]:
        """The same for one who hardly comes twice: somebody insured or treated."""
        segments, belonging = self._source.segments, self._belonging
        stop = index + _USUAL_PERSON
        if stop <= end and segments[stop - 1][:3] == "DMG" and (stop == end or segments[stop][:3] not in belonging):
            known = self._usual_person(*segments[index:stop])
            if known is not None:
                return known, stop
        stop = index + 1
        while stop < end and segments[stop][:3] in belonging:
            stop += 1
        party, problems = self._of(segments[index:stop])
        if problems:
            self._source.tell_all(problems, index, loop, path)
        return party, stop

    def _usual_person(self, nm1: str, n3: str, n4: str, dmg: str) -> Party | None:
        """A person with a number, an address and particulars, each as most are written; None for all others."""
        element = self._source.element
        named, street, town, born = nm1.split(element), n3.split(element), n4.split(element), dmg.split(element)
        if len(named) < 10:
            named += _NOBODY[len(named) :]
        if (
            len(named) != 10 or len(street) != 2 or len(town) != 4 or len(born) != 4
            or named[0] != "NM1" or street[0] != "N3" or town[0] != "N4" or born[0] != "DMG"
            or not (nm1.isascii() and n3.isascii() and n4.isascii())
        ):  # fmt: skip
            return None
        _, role, sort, name, first, middle, prefix, suffix, id_kind, number = named
        birth, sex = day(born[2]), _SEX.get(born[3])
        if birth is None or sex is None or id_kind == "XX" or id_kind in _TAX_KINDS:
            return None
        address = Address(line1=street[1], city=town[1], zip=town[3], state=town[2])
        return Party(
            role, sort == "1", name, first or None, middle or None, prefix or None, suffix or None, id_kind or None,
            number or None, None, None, address, birth, sex,
        )  # fmt: skip

    def _of_text(self, text: str) -> _Read:
        return self._of(text.split(self._terminator))

    def _of(self, texts: list[str]) -> _Read:
        element, rare = self._source.element, None
        named, street, town = _NOBODY, _NOWHERE, _NOWHERE
        birth: dt.date | None = None
        sex: Literal["F", "M", "U"] | None = None
        for text in texts:
            fields = text.split(element)
            if not text.isascii():
                fields = list(map(shown, fields))
            name, count = fields[0], len(fields)
            if name == "NM1":
                named = fields if count > 9 else fields + _NOBODY[count:]
            elif name == "N3" and count < 4:
                street = fields if count == 3 else [*fields, "", ""]
            elif name == "N4" and count > 3:
                town = fields
            elif name == "DMG" and count == 4 and (known := day(fields[2])) and (coded := _SEX.get(fields[3])):
                birth, sex = known, coded
            else:
                rare = rare or _Rare(self)
                if text is texts[0]:  # by its first three letters an NM1
                    named = [*fields, *_NOBODY]
                rare.take(fields, texts.index(text))
        _, role, sort, name, first, middle, prefix, suffix, id_kind, number, *_ = named
        party = Party(
            role, sort == "1", name, first or None, middle or None, prefix or None, suffix or None, id_kind or None,
            number or None, number if id_kind == "XX" else None, number if id_kind in _TAX_KINDS else None,
            None if street is town else _address(street, town), birth, sex,
        )  # fmt: skip
        return (party, ()) if rare is None else rare.added_to(party)

    def reference(self, fields: list[str]) -> Reference:
        """REF; its fourth element may say whose number it is."""
        owner = None
        if len(fields) > 4 and fields[4]:
            kind, _, value = fields[4].partition(self._source.component)
            owner = value if kind == "2U" and value else fields[4]
        return Reference(fields[1], fields[2], fields[3] or None, owner)


class _Rare:
    """What few parties say: a longer name, numbers, contacts, half an address, particulars that cannot be."""

    def __init__(self, parties: Parties) -> None:
        self._parties = parties
        self._longer = ""
        self._fields: dict[str, object] = {}
        self._references: list[Reference] = []
        self._contacts: list[Reachable] = []
        self._problems: list[Problem] = []
        self._street = self._town = _NOWHERE

    def take(self, fields: list[str], after: int) -> None:
        name = fields[0][:3]
        if name != fields[0]:
            self._problems.append(Problem("R126", "", "", fields[0], after))
        match name:
            case "REF":
                self._references.append(self._parties.reference([*fields, "", "", ""]))
            case "PRV":
                self._fields["taxonomy"] = fields[3] if len(fields) > 3 else None
            case "PER":
                self._contacts.append(_contact([*fields, "", ""]))
            case "DMG":
                self._particulars([*fields, "", "", ""], after)
            case "N2":
                self._longer = fields[1] if len(fields) > 1 else ""
            case "N3":
                self._street = fields
            case "N4":
                self._town = [*fields, "", "", ""]

    def _particulars(self, fields: list[str], after: int) -> None:
        born, sex = fields[2], fields[3]
        birth = day(born)
        self._fields |= {"birth_date": birth, "sex": _SEX.get(sex)}
        if birth is None and born:
            self._problems.append(Problem("R121", "DMG02", "birth_date", after=after))
        if sex and sex not in _SEX:
            self._problems.append(Problem("R123", "DMG03", "sex", after=after))

    def added_to(self, party: Party) -> _Read:
        fields = self._fields
        if self._longer:
            fields["name"] = f"{party.name} {self._longer}".strip()
        if self._references:
            fields["references"] = tuple(self._references)
            if party.tax_id is None:
                fields["tax_id"] = next((one.value for one in self._references if one.kind in _TAX), None)
        if self._contacts:
            fields["contacts"] = tuple(self._contacts)
        if self._street is not self._town:
            place = party.address
            read = _address(self._street, self._town)
            if place is not None and self._town is _NOWHERE:
                read = msgspec.structs.replace(place, line1=read.line1, line2=read.line2)
            elif place is not None and self._street is _NOWHERE:
                read = msgspec.structs.replace(read, line1=place.line1, line2=place.line2)
            fields["address"] = read
        return msgspec.structs.replace(party, **fields), tuple(self._problems)


def _address(street: list[str], town: list[str]) -> Address:
    return Address(
        line1=street[1], line2=street[2] or None, city=town[1], zip=town[3],
        state=town[2] or (town[7] if len(town) > 7 else ""),
        country=town[4] or None if len(town) > 4 else None,
    )  # fmt: skip


def _contact(fields: list[str]) -> Reachable:
    found: dict[str, str] = {}
    for kind, value in zip(fields[3::2], fields[4::2], strict=False):
        if value:
            found.setdefault(_REACHED_BY.get(kind, "phone"), value)
    return Reachable(fields[2] or None, **found)


def person_of(party: Party) -> Person:
    """The party as the claim's patient or policy holder."""
    return Person(
        first=party.first, last=party.name, middle=party.middle, suffix=party.suffix, birth_date=party.birth_date,
        sex=party.sex, address=party.address, phone=party.contacts[0].phone if party.contacts else None,
    )  # fmt: skip
