"""A piece of an 837P to Arrow tables: claims, lines, diagnoses, providers, and what other payers did, kept apart."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from rehabill.audit.bulk import Balance, Part
from rehabill.audit.envelopes import NAMES as ENVELOPE
from rehabill.audit.envelopes import envelopes, last_of, owners
from rehabill.audit.pieces import Piece
from rehabill.audit.segments import (
    Amounts,
    Bools,
    Ints,
    Span,
    Text,
    Words,
    column,
    component,
    flagged,
    modifiers,
    quantity_column,
    remapped,
    repeated,
    scattered,
    scattered_amounts,
    summed,
    thousandths_of,
    word,
)

_OPENERS = ("HL", "CLM", "SBR", "LX", "SVD", "LIN", "NM1")
NAMES = (*ENVELOPE, *_OPENERS, "SV1", "CAS", "REF", "DTP", "AMT", "HI", "DMG", "PAT", "PRV", "BHT")
_KIND = {name: NAMES.index(name) + 1 for name in NAMES}
_DIAGNOSES = frozenset({"ABK", "ABF", "BK", "BF"})
_CLAIM, _OTHER_PAYER, _LINE, _PAYMENT, _LEVEL = range(5)
"""Where a segment stands: under the claim itself, another payer's part of it, a line, another payer's word on a line,
or the billing provider, subscriber or patient.
"""


class _Places(NamedTuple):
    """Of each segment of one name: where it stands, whether right there or under a party, and what it belongs to."""

    where: Ints
    is_direct: Bools
    level: Ints
    claim: Ints
    other: Ints
    line: Ints
    payment: Ints

    def group(self, where: int) -> Ints:
        return {_CLAIM: self.claim, _OTHER_PAYER: self.other, _LINE: self.line, _PAYMENT: self.payment,
                _LEVEL: self.level}[where]  # fmt: skip


def read_piece(piece: Piece) -> Part:
    return _Reader(piece).part()


class _Reader:
    def __init__(self, piece: Piece) -> None:
        text = self.text = Text(piece, NAMES)
        self.envelopes = envelopes(text, "837")
        self.shift = 1 if self.envelopes.first_is_carried else 0
        self._kept_places: dict[str, _Places] = {}
        self._kept_words: dict[str, Words] = {}
        self._kept_elements: dict[tuple[str, int], Span] = {}
        self.openers = owners(text, _OPENERS, self.envelopes)
        self._find_loops()

    # ------------------------------------------------------------------------------------------------------- loops

    def _find_loops(self) -> None:
        """What each opening segment opens, and under what it stands."""
        kind = self.openers.kind
        is_envelope = kind <= len(ENVELOPE)
        is_level, is_claim = kind == _KIND["HL"], kind == _KIND["CLM"]
        top = last_of(is_envelope | is_level | is_claim)
        within = is_claim[top] & (top >= 0)
        self.level_of = np.where(is_level[top] & (top >= 0), (np.cumsum(is_level) - 1)[top], -1)
        self.claim_of = np.where(within, (np.cumsum(is_claim) - 1)[top], -1)
        is_line = (kind == _KIND["LX"]) & within
        is_other = (kind == _KIND["SBR"]) & within
        second = last_of(is_envelope | is_level | is_claim | is_line | is_other)
        self.other_of = np.where(is_other[second] & within, (np.cumsum(is_other) - 1)[second], -1)
        self.line_of = np.where(is_line[second] & within, (np.cumsum(is_line) - 1)[second], -1)
        is_payment = (kind == _KIND["SVD"]) & (self.line_of >= 0)
        third = last_of(is_envelope | is_level | is_claim | is_line | is_other | is_payment)
        self.payment_of = np.where(is_payment[third], (np.cumsum(is_payment) - 1)[third], -1)
        self.is_direct_of = (kind != _KIND["NM1"]) & (kind != _KIND["LIN"])
        rows = self.openers.rows
        self.levels, self.claims = self.text.keep(rows[is_level]), self.text.keep(rows[is_claim])
        self.others, self.lines = self.text.keep(rows[is_other]), self.text.keep(rows[is_line])
        self.payments = self.text.keep(rows[is_payment])
        self.claim_of_line, self.claim_of_other = self.claim_of[is_line], self.claim_of[is_other]
        self.line_of_payment = self.line_of[is_payment]
        self.set_of_claim = self.openers.set[is_claim]
        for name in ("LX", "SVD"):
            bad = (kind == _KIND[name]) & ~(is_line | is_payment)
            for at in np.flatnonzero(bad):
                self.text.fault(int(rows[at]), "outside-claim")
        self._find_people(last_of(is_level), is_level, is_claim)

    def _find_people(self, last: Ints, is_level: Bools, is_claim: Bools) -> None:
        """The billing provider, subscriber and patient of each claim, as numbers of HL segments; -1 for none.

        A level counts until the next header or trailer: nobody's patients are handed on to another set.
        """
        code = self.text.words(self.text.element(self.levels, 3))
        stretch = np.cumsum(self.openers.kind <= len(ENVELOPE))
        of_level = stretch[is_level]

        def latest(wanted: Bools) -> Ints:
            found = last_of(wanted)
            return np.where((found >= 0) & (of_level[found] == of_level), found, -1)

        billing, subscriber = latest(code == word("20")), latest(code == word("22"))
        subscriber = np.where(subscriber > billing, subscriber, -1)
        patient = np.where((code == word("23")) & (subscriber >= 0), np.arange(len(code)), -1)
        level = np.where(last >= 0, (np.cumsum(is_level) - 1)[last], -1)[is_claim]
        self.billing = self.subscriber = self.patient = np.full(len(level), -1)
        if len(code):
            here = (level >= 0) & (of_level[level] == stretch[is_claim])
            self.billing, self.subscriber, self.patient = (
                np.where(here, one[level], -1) for one in (billing, subscriber, patient)
            )

    def places(self, name: str) -> _Places:
        if name not in self._kept_places:
            opener = self.openers.opener[self.text.rows(name)]
            known = opener >= 0
            level, claim, other, line, payment = (
                np.where(known, values[opener], -1)
                for values in (self.level_of, self.claim_of, self.other_of, self.line_of, self.payment_of)
            )
            direct = known & self.is_direct_of[opener]
            where = np.select(
                [payment >= 0, line >= 0, other >= 0, claim >= 0, level >= 0],
                [_PAYMENT, _LINE, _OTHER_PAYER, _CLAIM, _LEVEL],
                -1,
            )
            self._kept_places[name] = _Places(where, direct, level, claim, other, line, payment)
        return self._kept_places[name]

    def element(self, name: str, number: int) -> Span:
        key = name, number
        if key not in self._kept_elements:
            self._kept_elements[key] = self.text.element(self.text.rows(name), number)
        return self._kept_elements[key]

    def coded(self, name: str, code: str, where: int, direct: bool = True) -> tuple[Ints, Ints]:
        """Which segments of that name have `code` as first element and stand there; and what they belong to."""
        if name not in self._kept_words:
            self._kept_words[name] = self.text.words(self.element(name, 1))
        places = self.places(name)
        at = np.flatnonzero((self._kept_words[name] == word(code)) & (places.where == where))
        if direct and len(at) and name != "NM1":
            at = at[places.is_direct[at]]
        return at, places.group(where)[at]

    def count(self, where: int) -> int:
        return len((self.claims, self.others, self.lines, self.payments, self.levels)[where])

    def value(self, name: str, code: str, number: int, where: int, direct: bool = True) -> Span:
        """An element of the first such segment of each claim, line or whatever `where` says."""
        at, group = self.coded(name, code, where, direct)
        return scattered(self.element(name, number).pick(at), group, self.count(where))

    def money(self, code: str, where: int) -> Amounts:
        at, group = self.coded("AMT", code, where)
        amounts = self.text.amounts_of(self.element("AMT", 2).pick(at), self.text.rows("AMT")[at], 2, True)
        return scattered_amounts(amounts, group, self.count(where))

    def days(self, code: str, where: int) -> tuple[Amounts, Amounts]:
        """First and last day of a DTP; they differ in a span of days."""
        at, group = self.coded("DTP", code, where)
        rows, text = self.text.rows("DTP")[at], self.text
        begun, length = self.element("DTP", 3).pick(at)
        is_span = text.words(self.element("DTP", 2).pick(at)) == word("RD8")
        is_span &= length == 17
        if is_span.any():
            is_span &= text.u1[begun + 8] == 45
        first = last = text.dates(Span(begun, np.where(is_span, 8, length)), rows, 3)
        if is_span.any():
            some = np.flatnonzero(is_span)
            ends = text.dates(Span(begun[some] + 9, np.full(len(some), 8)), rows[some], 3)
            last = Amounts(first.cents.copy(), first.known.copy())
            last.cents[some], last.known[some] = ends
        count = self.count(where)
        return scattered_amounts(first, group, count), scattered_amounts(last, group, count)

    # ------------------------------------------------------------------------------------------------------ tables

    def part(self) -> Part:
        text, found = self.text, self.envelopes
        lines, charge = self.line_table()
        claims, charged = self.claim_table(charge)
        payments, paid = self.payment_table(charge)
        others = self.other_table(paid)
        tables = {
            "sets": self.set_table(), "claims": claims, "lines": lines, "diagnoses": self.diagnosis_table(),
            "providers": self.provider_table(), "other_payers": others, "other_payments": payments,
            "adjustments": self.adjustments,
        }  # fmt: skip
        inside = self.set_of_claim >= 0
        for row in self.claims[~inside].tolist():
            text.fault(row, "outside-set")
        count, group = len(found.sets), self.set_of_claim[inside]
        sums, numbers = summed(charged.cents[inside], group, count), np.bincount(group, minlength=count)
        unknown = flagged(group[~charged.known[inside]], count)
        balances = [
            Balance(int(numbers[at]), int(sums[at]), 0, not unknown[at], found.segments[at]) for at in range(count)
        ]
        return Part(tables, balances, found.first_is_carried, found.closed_at, found.is_open, text.faults)

    def line_table(self) -> tuple[pa.Table, Amounts]:
        text, count, mark = self.text, len(self.lines), chr(self.text.component)
        places = self.places("SV1")
        at = np.flatnonzero(places.where == _LINE)
        line, rows = places.line[at], text.keep(text.rows("SV1")[at])

        def of(number: int) -> Span:
            return scattered(text.element(rows, number), line, count)

        for missing in np.flatnonzero(~flagged(line, count)):
            text.fault(int(self.lines[missing]), "missing-amount")
        charge = scattered_amounts(text.amounts(rows, 2, True), line, count)
        units = scattered_amounts(text.quantities(rows, 4), line, count)
        procedure = text.strings(of(1)).dictionary_encode()
        code = remapped(procedure, lambda value: component(value, mark, 1))
        text.missing(code.take(column(line)), rows, 1)
        pointers = text.strings(of(7)).dictionary_encode()
        first, last = self.days("472", _LINE)
        table = pa.table({
            "claim": column(self.claim_of_line), "number": text.codes(text.element(self.lines, 1)),
            "procedure": code,
            "modifiers": remapped(procedure, lambda value: modifiers(value, mark)),
            "code_set": remapped(procedure, lambda value: component(value, mark, 0)),
            "description": remapped(procedure, lambda value: component(value, mark, 6)),
            "charge_cents": charge.column(), "unit": text.codes(of(3)), "units": quantity_column(units),
            "place_of_service": text.codes(of(5)),
            "pointers": remapped(pointers, lambda value: " ".join(one for one in value.split(mark) if one)),
            "service_date": first.days(), "service_until": last.days(),
            "line_id": text.strings(self.value("REF", "6R", 2, _LINE)),
            "authorization": text.strings(self.value("REF", "G1", 2, _LINE)),
            "rendering_npi": text.codes(self.value("NM1", "82", 9, _LINE)),
            "referring_npi": text.codes(self.value("NM1", "DN", 9, _LINE)),
            "byte": column(text.byte(text.begun[self.lines])),
        })  # fmt: skip
        return table, charge

    def claim_table(self, line_charge: Amounts) -> tuple[pa.Table, Amounts]:
        text, rows, mark, count = self.text, self.claims, chr(self.text.component), len(self.claims)
        charge = text.amounts(rows, 2, True)
        in_lines = summed(line_charge.cents, self.claim_of_line, count)
        known = charge.known & ~flagged(self.claim_of_line[~line_charge.known], count)
        difference = charge.cents - in_lines
        where = text.strings(text.element(rows, 5)).dictionary_encode()
        related = text.strings(text.element(rows, 11)).dictionary_encode()
        is_patient = self.patient >= 0
        person = np.where(is_patient, self.patient, self.subscriber)
        names = {number: self._person(number) for number in (3, 4)}
        member = text.strings(self.value("NM1", "IL", 9, _LEVEL))
        born, sex = self._born()
        at, level = self._level_rows("SBR")
        subscriber = {
            number: text.codes(scattered(self.element("SBR", number).pick(at), level, len(self.levels)))
            for number in (1, 2, 9)
        }
        at, level = self._level_rows("PAT")
        relation = text.codes(scattered(self.element("PAT", 1).pick(at), level, len(self.levels)))
        payment = self.set_of_claim - self.shift
        onset, initial, accident = (self.days(code, _CLAIM)[0].days() for code in ("431", "454", "439"))
        table = pa.table({
            "set": column(payment, pa.int64(), self.set_of_claim >= 0),
            "claim_id": text.strings(text.element(rows, 1)), "charge_cents": charge.column(),
            "place_of_service": remapped(where, lambda value: component(value, mark, 0)),
            "frequency": remapped(where, lambda value: component(value, mark, 2)),
            "related_cause": remapped(related, lambda value: component(value, mark, 0)),
            "payer_order": _of(subscriber[1], self.subscriber), "filing": _of(subscriber[9], self.subscriber),
            "payer_name": _of(text.codes(self.value("NM1", "PR", 3, _LEVEL)), self.subscriber),
            "payer_id": _of(text.codes(self.value("NM1", "PR", 9, _LEVEL)), self.subscriber),
            "billing_name": _of(text.codes(self.value("NM1", "85", 3, _LEVEL)), self.billing),
            "billing_npi": _of(text.codes(self.value("NM1", "85", 9, _LEVEL)), self.billing),
            "billing_taxonomy": _of(self._taxonomy(), self.billing),
            "subscriber_last": _of(names[3], self.subscriber), "subscriber_first": _of(names[4], self.subscriber),
            "subscriber_id": _of(member, self.subscriber),
            "patient_is_subscriber": column(~is_patient, pa.bool_(), self.subscriber >= 0),
            "relation": _either(_of(relation, self.patient), _of(subscriber[2], self.subscriber), is_patient),
            "patient_last": _of(names[3], person), "patient_first": _of(names[4], person),
            "patient_birth": _of(born, person), "patient_sex": _of(sex, person),
            "authorization": text.strings(self.value("REF", "G1", 2, _CLAIM)),
            "referral": text.strings(self.value("REF", "9F", 2, _CLAIM)),
            "original_claim_id": text.strings(self.value("REF", "F8", 2, _CLAIM)),
            "clearinghouse_id": text.strings(self.value("REF", "D9", 2, _CLAIM)),
            "onset": onset, "initial_treatment": initial, "accident": accident,
            "patient_paid_cents": self.money("F5", _CLAIM).column(),
            "referring_npi": text.codes(self.value("NM1", "DN", 9, _CLAIM)),
            "rendering_npi": text.codes(self.value("NM1", "82", 9, _CLAIM)),
            "facility_npi": text.codes(self.value("NM1", "77", 9, _CLAIM)),
            "lines": column(np.bincount(self.claim_of_line, minlength=count)),
            "line_charge_cents": column(in_lines), "difference_cents": column(difference, pa.int64(), known),
            "is_balanced": column(difference == 0, pa.bool_(), known),
            "byte": column(text.byte(text.begun[rows])),
        })  # fmt: skip
        return table, charge

    def _level_rows(self, name: str) -> tuple[Ints, Ints]:
        places = self.places(name)
        at = np.flatnonzero(places.where == _LEVEL)
        return at, places.level[at]

    def _person(self, number: int) -> pa.Array:
        """A name of the subscriber or the patient, by level."""
        insured, by_insured = self.coded("NM1", "IL", _LEVEL)
        patient, by_patient = self.coded("NM1", "QC", _LEVEL)
        at, level = np.concatenate((insured, patient)), np.concatenate((by_insured, by_patient))
        order = np.argsort(at, kind="stable")
        span = self.element("NM1", number).pick(at[order])
        return self.text.strings(scattered(span, level[order], len(self.levels)))

    def _born(self) -> tuple[pa.Array, pa.Array]:
        at, level = self._level_rows("DMG")
        days = self.text.dates(self.element("DMG", 2).pick(at), self.text.rows("DMG")[at], 2)
        sex = scattered(self.element("DMG", 3).pick(at), level, len(self.levels))
        return scattered_amounts(days, level, len(self.levels)).days(), self.text.codes(sex)

    def _taxonomy(self) -> pa.Array:
        return self.text.codes(self.value("PRV", "BI", 3, _LEVEL))

    def diagnosis_table(self) -> pa.Table:
        """Diagnoses of claims, in order. Other lists of HI (conditions, procedures) are not diagnoses."""
        text, mark = self.text, chr(self.text.component)
        places = self.places("HI")
        at = np.flatnonzero(places.where == _CLAIM)
        rows = text.rows("HI")[at]
        which, nth = repeated(text.count[rows])
        span = text.cell(text.first[rows][which], text.count[rows][which], nth + 1)
        some = span.length > 0
        which, span = which[some], span.pick(some)
        encoded = text.strings(span).dictionary_encode()
        sets = [component(value, mark, 0) in _DIAGNOSES for value in encoded.dictionary.to_pylist()]
        is_diagnosis = np.array(sets, bool)[encoded.indices.to_numpy()] if len(encoded) else np.zeros(0, bool)
        kept = np.flatnonzero(is_diagnosis)
        encoded = encoded.take(column(kept))
        claim = places.claim[at][which[kept]]
        begins = last_of(np.diff(claim, prepend=-1) != 0)
        return pa.table({
            "claim": column(claim), "position": column(np.arange(len(claim)) - begins + 1),
            "code_set": remapped(encoded, lambda value: component(value, mark, 0)),
            "diagnosis": remapped(encoded, lambda value: component(value, mark, 1)),
        })  # fmt: skip

    def provider_table(self) -> pa.Table:
        """Providers of claims and of lines, and billing and pay-to providers; not those another payer names."""
        text = self.text
        places = self.places("NM1")
        if "NM1" not in self._kept_words:
            self._kept_words["NM1"] = text.words(self.element("NM1", 1))
        words = self._kept_words["NM1"]
        is_ours = (places.where == _CLAIM) | (places.where == _LINE)
        is_ours |= (places.where == _LEVEL) & ((words == word("85")) | (words == word("87")))
        at = np.flatnonzero(is_ours & (text.begun[text.rows("NM1")] >= text.body))
        claim, line = places.claim[at], places.line[at]
        return pa.table({
            "claim": column(claim, pa.int64(), claim >= 0), "line": column(line, pa.int64(), line >= 0),
            "role": text.codes(self.element("NM1", 1).pick(at)),
            "last_or_organization": text.codes(self.element("NM1", 3).pick(at)),
            "first": text.codes(self.element("NM1", 4).pick(at)), "npi": text.codes(self.element("NM1", 9).pick(at)),
            "byte": column(text.byte(text.begun[text.rows("NM1")[at]])),
        })  # fmt: skip

    def payment_table(self, charge: Amounts) -> tuple[pa.Table, Amounts]:
        """What other payers paid on lines (SVD), and whether that and their adjustments make the charge."""
        text, rows, mark, count = self.text, self.payments, chr(self.text.component), len(self.payments)
        self.adjustments, by_other, by_payment = self.adjustment_table()
        paid = text.amounts(rows, 2, True)
        procedure = text.strings(text.element(rows, 3)).dictionary_encode()
        line = self.line_of_payment
        difference = charge.cents[line] - paid.cents - by_payment.cents
        known = charge.known[line] & paid.known & by_payment.known
        self.by_other = by_other
        table = pa.table({
            "line": column(line), "payer_id": text.codes(text.element(rows, 1)), "paid_cents": paid.column(),
            "procedure": remapped(procedure, lambda value: component(value, mark, 1)),
            "modifiers": remapped(procedure, lambda value: modifiers(value, mark)),
            "units": quantity_column(text.quantities(rows, 5)),
            "paid_on": self.days("573", _PAYMENT)[0].days(), "adjusted_cents": column(by_payment.cents),
            "difference_cents": column(difference, pa.int64(), known),
            "is_balanced": column(difference == 0, pa.bool_(), known),
            "byte": column(text.byte(text.begun[rows])),
        })  # fmt: skip
        assert count == len(table)
        return table, paid

    def other_table(self, paid: Amounts) -> pa.Table:
        """The other payers of a claim."""
        text, rows = self.text, self.others
        return pa.table({
            "claim": column(self.claim_of_other), "payer_order": text.codes(text.element(rows, 1)),
            "relation": text.codes(text.element(rows, 2)), "filing": text.codes(text.element(rows, 9)),
            "payer_name": text.codes(self.value("NM1", "PR", 3, _OTHER_PAYER)),
            "payer_id": text.codes(self.value("NM1", "PR", 9, _OTHER_PAYER)),
            "insured_id": text.strings(self.value("NM1", "IL", 9, _OTHER_PAYER)),
            "paid_cents": self.money("D", _OTHER_PAYER).column(),
            "patient_owes_cents": self.money("EAF", _OTHER_PAYER).column(),
            "not_covered_cents": self.money("A8", _OTHER_PAYER).column(),
            "adjusted_cents": self.by_other.column(), "byte": column(text.byte(text.begun[rows])),
        })  # fmt: skip

    def adjustment_table(self) -> tuple[pa.Table, Amounts, Amounts]:
        """Other payers' CAS; what they sum to by other payer and by their word on a line."""
        text, places = self.text, self.places("CAS")
        ours = (places.where == _OTHER_PAYER) | (places.where == _PAYMENT)
        for row in text.rows("CAS")[~ours]:
            text.fault(int(row), "outside-claim")
        at = np.flatnonzero(ours)
        rows = text.rows("CAS")[at]
        which, nth = repeated(np.clip((text.count[rows] + 1) // 3, 1, 6))
        first, mark, count = 3 * nth + 2, text.first[rows][which], text.count[rows][which]
        spans = [text.cell(mark, count, first + more) for more in range(3)]
        some = (nth == 0) | (spans[0].length > 0) | (spans[1].length > 0) | (spans[2].length > 0)
        which, first = which[some], first[some]
        reason, amount, quantity = (span.pick(some) for span in spans)
        cents = text.amounts_of(amount, rows[which], first + 1, True)
        counted, known, _ = text.looked_up(quantity, thousandths_of)
        groups = text.codes(text.element(rows, 1))
        other, payment = places.other[at][which], places.payment[at][which]
        table = pa.table({
            "other_payer": column(other, pa.int64(), other >= 0),
            "other_payment": column(payment, pa.int64(), payment >= 0),
            "group": pa.DictionaryArray.from_arrays(groups.indices.take(column(which)), groups.dictionary),
            "reason": text.codes(reason), "amount_cents": cents.column(),
            "quantity": quantity_column(Amounts(counted, known)),
        })  # fmt: skip
        sums = []
        for group, size in ((other, len(self.others)), (payment, len(self.payments))):
            here = group >= 0
            odd = flagged(group[here & ~cents.known], size)
            sums.append(Amounts(summed(cents.cents[here], group[here], size), ~odd))
        return table, sums[0], sums[1]

    def set_table(self) -> pa.Table:
        """One row for each set that begins in this piece."""
        text, sets = self.text, self.envelopes.sets
        rows = text.rows("BHT")
        opener = self.openers.opener[rows]
        number = np.where(opener >= 0, self.openers.set[opener], -1) if len(rows) else rows
        rows, number = rows[number >= 0], number[number >= 0]

        def of(element: int) -> Span:
            return scattered(text.element(rows, element), number, len(sets))

        table = pa.table({
            "interchange_control": pa.array([one.interchange_control for one in sets], pa.string()),
            "group_control": pa.array([one.group_control for one in sets], pa.string()),
            "set_control": pa.array([one.control for one in sets], pa.string()),
            "sender": pa.array([one.sender for one in sets], pa.string()),
            "receiver": pa.array([one.receiver for one in sets], pa.string()),
            "purpose": text.codes(of(2)), "batch_id": text.strings(of(3)), "use": text.codes(of(6)),
            "byte": pa.array([-1 if one.byte is None else one.byte for one in sets], pa.int64()),
        })  # fmt: skip
        return table.slice(self.shift)


def _of(values: pa.Array, places: Ints) -> pa.Array:
    """Values of levels for each claim; null where it has no such level."""
    return values.take(column(places, pa.int64(), places >= 0))


def _either(one: pa.DictionaryArray, other: pa.DictionaryArray, is_first: Bools) -> pa.DictionaryArray:
    """Coded values from one of two columns."""
    size = len(one.dictionary)
    codes = np.where(is_first, _numbers(one.indices, 0), _numbers(other.indices, size))
    texts = pa.chunked_array([one.dictionary, other.dictionary], pa.string()).combine_chunks()
    indices = column(codes.astype(np.int32), pa.int32(), codes >= 0)
    return pa.DictionaryArray.from_arrays(indices, texts).dictionary_decode().dictionary_encode()


def _numbers(indices: pa.Array, more: int) -> Ints:
    found = indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return np.where(found >= 0, found + more, -1)
